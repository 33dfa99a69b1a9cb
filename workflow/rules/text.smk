# What is different where the data are texts: characters instead of offsets, and other measures.


rule characters:
    input:
        raw=sharded("results/{dataset}/raw/ink-{shard}.parquet"),
        code=code("pentrace.read.characters"),
    output:
        characters="results/{dataset}/characters.parquet",
        vocabulary="results/{dataset}/vocabulary.parquet",
        documents="results/{dataset}/documents.parquet",
        rejects="results/{dataset}/rejects.parquet",
    log:
        "logs/{dataset}/characters.log",
    wildcard_constraints:
        dataset=one_of(TEXTS),
    conda:
        "../envs/pentrace.yaml"
    params:
        raw=folder("results/{dataset}/raw"),
        settings=dataset_settings("characters"),
    shell:
        "pentrace characters --dataset {wildcards.dataset} --raw {params.raw}"
        " --out-characters {output.characters}"
        " --out-vocabulary {output.vocabulary} --out-documents {output.documents}"
        " --out-rejects {output.rejects}"
        " --settings {params.settings:q} > {log} 2>&1"


rule text_windows:
    input:
        characters="results/{dataset}/characters.parquet",
        code=code("pentrace.windows.command"),
    output:
        expand("results/{{dataset}}/windows/{split}.parquet", split=SPLITS),
    log:
        "logs/{dataset}/windows.log",
    wildcard_constraints:
        dataset=one_of(TEXTS),
    conda:
        "../envs/pentrace.yaml"
    params:
        folder=folder("results/{dataset}/windows"),
        settings=dataset_settings("windows"),
    shell:
        "pentrace windows --characters {input.characters} --out {params.folder}"
        " --settings {params.settings:q} > {log} 2>&1"


# Drawn and measured in one go, apart from what the network itself is worth: that takes minutes, and
# hangs on neither temperatures nor words.
rule sample_text:
    input:
        model="results/{dataset}/{network}/model.safetensors",
        code=code("pentrace.generate.sample_text"),
    output:
        directory("results/{dataset}/{network}/samples"),
    log:
        "logs/{dataset}/{network}/sample.log",
    wildcard_constraints:
        network=one_of(CHARACTER),
    conda:
        "../envs/pentrace.yaml"
    params:
        settings=CONFIG.text.model_dump_json(),
    shell:
        "pentrace sample-text --model {input.model} --out {output}"
        " --settings {params.settings:q} > {log} 2>&1"


rule evaluate_samples:
    input:
        samples="results/{dataset}/{network}/samples",
        train="results/{dataset}/windows/train.parquet",
        words=str(CONFIG.evaluate_text.words) if CONFIG.evaluate_text.words else [],
        code=code("pentrace.evaluate.evaluate_samples"),
    output:
        metrics="results/{dataset}/{network}/sample-metrics.json",
    log:
        "logs/{dataset}/{network}/evaluate-samples.log",
    wildcard_constraints:
        network=one_of(CHARACTER),
    conda:
        "../envs/pentrace.yaml"
    params:
        windows=folder("results/{dataset}/windows"),
        words=lambda w, input: (
            f"--words {shlex.quote(input.words)}" if input.words else ""
        ),
    shell:
        "pentrace evaluate-samples --samples {input.samples} --windows {params.windows}"
        " {params.words} --metrics {output.metrics} > {log} 2>&1"


rule evaluate_text:
    input:
        model="results/{dataset}/{network}/model.safetensors",
        windows=lambda w: windows(w.dataset),
        code=code("pentrace.evaluate.evaluate_text"),
    output:
        metrics="results/{dataset}/{network}/metrics.json",
    log:
        "logs/{dataset}/{network}/evaluate.log",
    wildcard_constraints:
        network=one_of(CHARACTER),
    conda:
        "../envs/pentrace.yaml"
    threads: CONFIG.threads
    resources:
        gpu=GPU,
    params:
        windows=folder("results/{dataset}/windows"),
        settings=CONFIG.evaluate_text.model_dump_json(exclude={"words"}),
        published=lambda w: CONFIG.datasets[w.dataset].published or "none",
    shell:
        "pentrace evaluate-text --model {input.model} --windows {params.windows}"
        " --metrics {output.metrics} --threads {threads}"
        " --published {params.published} --settings {params.settings:q} > {log} 2>&1"


rule plot_temperature:
    input:
        model="results/{dataset}/{network}/model.safetensors",
        code=plot_code("temperature"),
    output:
        "results/{dataset}/{network}/plots/temperature.png",
    log:
        "logs/{dataset}/{network}/plots/temperature.log",
    wildcard_constraints:
        network=one_of(CHARACTER),
    conda:
        "../envs/pentrace.yaml"
    params:
        note=note,
    shell:
        "pentrace plot temperature --model {input.model} {params.note} --out {output} > {log} 2>&1"


rule plot_transfer:
    input:
        history="results/{dataset}/{network}/history.parquet",
        anew=lambda w: (
            f"results/{w.dataset}/{anew(w)}/history.parquet" if anew(w) else []
        ),
        code=plot_code("transfer"),
    output:
        "results/{dataset}/{network}/plots/transfer.png",
    log:
        "logs/{dataset}/{network}/plots/transfer.log",
    wildcard_constraints:
        network=one_of([n for n in CHARACTER if is_transferred(n)]),
    conda:
        "../envs/pentrace.yaml"
    params:
        start=lambda w: CONFIG.networks[w.network].start,
        anew=lambda w, input: f"--anew {input.anew}" if input.anew else "",
        note=note,
    shell:
        "pentrace plot transfer --history {input.history} --start {params.start} {params.anew}"
        " {params.note} --out {output} > {log} 2>&1"
