# Rules for text data sets: characters instead of offsets, and other measures.


rule characters:
    input:
        raw=sharded("<results>/{dataset}/raw/ink-{shard}.parquet"),
        code=code("pentrace.ingest.characters"),
    output:
        characters="<results>/{dataset}/characters.parquet",
        vocabulary="<results>/{dataset}/vocabulary.parquet",
        documents="<results>/{dataset}/documents.parquet",
        rejects="<results>/{dataset}/rejects.parquet",
    log:
        "<logs>/{dataset}/characters.log",
    wildcard_constraints:
        dataset=one_of(TEXTS),
    conda:
        "../envs/pentrace.yaml"
    params:
        raw=folder("<results>/{dataset}/raw"),
        settings=dataset_settings("characters"),
    shell:
        "pentrace characters --dataset {wildcards.dataset} --raw {params.raw}"
        " --out-characters {output.characters}"
        " --out-vocabulary {output.vocabulary} --out-documents {output.documents}"
        " --out-rejects {output.rejects}"
        " --settings {params.settings:q} > {log} 2>&1"


rule text_windows:
    input:
        characters="<results>/{dataset}/characters.parquet",
        code=code("pentrace.windows.windows"),
    output:
        expand("<results>/{{dataset}}/windows/{split}.parquet", split=SPLITS),
    log:
        "<logs>/{dataset}/windows.log",
    wildcard_constraints:
        dataset=one_of(TEXTS),
    conda:
        "../envs/pentrace.yaml"
    params:
        folder=folder("<results>/{dataset}/windows"),
        settings=dataset_settings("windows"),
    shell:
        "pentrace windows --characters {input.characters} --out {params.folder}"
        " --settings {params.settings:q} > {log} 2>&1"


# Samples are drawn and measured separately from `evaluate_text`: that takes minutes, and depends on
# neither temperatures nor words.
rule sample_text:
    input:
        model="<results>/{dataset}/{network}/model.safetensors",
        code=code("pentrace.generate.sample_text"),
    output:
        directory("<results>/{dataset}/{network}/samples"),
    log:
        "<logs>/{dataset}/{network}/sample.log",
    wildcard_constraints:
        network=one_of(TEXT_NETWORKS),
    conda:
        "../envs/pentrace.yaml"
    params:
        settings=CONFIG.text.model_dump_json(),
    shell:
        "pentrace sample-text --model {input.model} --out {output}"
        " --settings {params.settings:q} > {log} 2>&1"


rule evaluate_samples:
    input:
        samples="<results>/{dataset}/{network}/samples",
        lines=lines,
        words=str(CONFIG.evaluate_text.words) if CONFIG.evaluate_text.words else [],
        code=code("pentrace.evaluate.evaluate_samples"),
    output:
        metrics="<results>/{dataset}/{network}/sample-metrics.json",
    log:
        "<logs>/{dataset}/{network}/evaluate-samples.log",
    wildcard_constraints:
        network=one_of(TEXT_NETWORKS),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        words=lambda w, input: (
            f"--words {shlex.quote(input.words)}" if input.words else ""
        ),
    shell:
        "pentrace evaluate-samples --samples {input.samples} --data {params.data}"
        " {params.words} --out {output} > {log} 2>&1"


rule evaluate_text:
    input:
        model="<results>/{dataset}/{network}/model.safetensors",
        lines=lines,
        code=code("pentrace.evaluate.evaluate_text"),
    output:
        metrics="<results>/{dataset}/{network}/metrics.json",
    log:
        "<logs>/{dataset}/{network}/evaluate.log",
    wildcard_constraints:
        network=one_of(TEXT_NETWORKS),
    conda:
        "../envs/pentrace.yaml"
    threads: CONFIG.threads
    resources:
        gpu=GPU,
    params:
        data=folder("<results>/{dataset}"),
        settings=CONFIG.evaluate_text.model_dump_json(exclude={"words"}),
        published=lambda w: CONFIG.datasets[w.dataset].published or "none",
    shell:
        "pentrace evaluate-text --model {input.model} --data {params.data}"
        " --out {output} --threads {threads}"
        " --published {params.published} --settings {params.settings:q} > {log} 2>&1"
