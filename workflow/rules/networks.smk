# From lines and windows to trained networks, their samples and their measures.


rule train:
    input:
        lines=lines,
        windows=stored_windows,
        normalisation=normalisation,
        start=start_from,
        instead=instead,
        fits=fits,
        alignments=alignments,
        code=code("pentrace.train.train"),
    output:
        model="<results>/{dataset}/{network}/model.safetensors",
        history="<results>/{dataset}/{network}/history.parquet",
    log:
        "<logs>/{dataset}/{network}/train.log",
    wildcard_constraints:
        network=one_of([n for n in CONFIG.learners if n not in SYNTHESIS]),
    conda:
        "../envs/pentrace.yaml"
    threads: lambda w: CONFIG.threads * processes(w)
    resources:
        gpu=GPU,
    params:
        data=folder("<results>/{dataset}"),
        checkpoints=folder("<results>/{dataset}/{network}/checkpoints"),
        settings=network_settings,
        start=lambda w, input: f"--start {input.start}" if input.start else "",
        instead=lambda w, input: (
            f"--instead {input.instead} --fewest-lines {CONFIG.fewest_lines}"
            if input.instead
            else ""
        ),
        fits=lambda w, input: f"--fits {input.fits}" if input.fits else "",
        alignments=lambda w, input: (
            f"--alignments {input.alignments}" if input.alignments else ""
        ),
        threads=CONFIG.threads,  # the weights depend on their number
    shell:
        "pentrace train --data {params.data} --settings {params.settings:q} {params.start} {params.instead}"
        " {params.fits} {params.alignments} --out-model {output.model} --out-history {output.history}"
        " --checkpoints {params.checkpoints} --threads {params.threads}"
        " --processes $(({threads} / {params.threads})) 2>&1 | tee {log}"


# Synthesis networks take longest to train, so they start first.
use rule train as train_synthesis with:
    wildcard_constraints:
        network=one_of(SYNTHESIS),
    priority: 1


rule sample:
    input:
        model="<results>/{dataset}/{network}/model.safetensors",
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        reader=reader_of("sample"),
        code=code("pentrace.generate.sample"),
    output:
        directory("<results>/{dataset}/{network}/samples"),
    log:
        "<logs>/{dataset}/{network}/sample.log",
    wildcard_constraints:
        network=one_of(INK_NETWORKS),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        settings=line_settings("sample"),
        reader=reader_option,
        note=note,
    shell:  # exit status 3: all is written, but some lines are hard to read
        "pentrace sample --model {input.model} --data {params.data} --out {output}"
        " {params.reader} --settings {params.settings:q} {params.note} > {log} 2>&1"
        " || [ $? -eq 3 ]"


rule rewrite:
    input:
        model="<results>/{dataset}/{network}/model.safetensors",
        lines=lines,
        reader=reader_of("rewrite"),
        code=code("pentrace.generate.rewrite"),
    output:
        directory("<results>/{dataset}/{network}/rewritten"),
    log:
        "<logs>/{dataset}/{network}/rewrite.log",
    wildcard_constraints:
        network=one_of(WRITERS),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        settings=line_settings("rewrite"),
        reader=reader_option,
    shell:  # exit status 3: all is written, but some lines are hard to read
        "pentrace rewrite --model {input.model} --data {params.data} --out {output}"
        " {params.reader} --settings {params.settings:q} > {log} 2>&1"
        " || [ $? -eq 3 ]"


# A recogniser reads real lines. It also reads the lines that a network wrote,
# among which another recogniser chose.
rule recognise:
    input:
        model=lambda w: f"<results>/{w.dataset}/{judge_of(w)}/model.safetensors",
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        written=lambda w: (
            f"<results>/{w.dataset}/{w.network}/rewritten"
            if w.network in WRITERS
            else []
        ),
        code=code("pentrace.recognise.recognise"),
    output:
        metrics="<results>/{dataset}/{network}/recognition.json",
        lines="<results>/{dataset}/{network}/recognised.parquet",
    log:
        "<logs>/{dataset}/{network}/recognise.log",
    wildcard_constraints:
        network=one_of(RECOGNITION_MEASURED),
    conda:
        "../envs/pentrace.yaml"
    threads: CONFIG.threads
    resources:
        gpu=GPU,
    params:
        data=folder("<results>/{dataset}"),
        split=CONFIG.rewrite.split,
        written=lambda w, input: f"--written {input.written}" if input.written else "",
        note=note,
        settings=CONFIG.recognise.model_dump_json(),
    shell:
        "pentrace recognise --model {input.model} --data {params.data}"
        " --split {params.split} {params.written} --out-metrics {output.metrics}"
        " --out-lines {output.lines} --threads {threads}"
        " {params.note} --settings {params.settings:q} > {log} 2>&1"


# The recogniser is given the text of each line, and finds where the characters are.
rule align:
    input:
        model="<results>/{dataset}/{network}/model.safetensors",
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        code=code("pentrace.recognise.align"),
    output:
        characters="<results>/{dataset}/{network}/alignments.parquet",
        lines="<results>/{dataset}/{network}/fits.parquet",
    log:
        "<logs>/{dataset}/{network}/align.log",
    wildcard_constraints:
        network=one_of([CONFIG.recogniser] if CONFIG.recogniser else []),
    conda:
        "../envs/pentrace.yaml"
    threads: CONFIG.threads
    params:
        data=folder("<results>/{dataset}"),
    shell:
        "pentrace align --model {input.model} --data {params.data}"
        " --out-characters {output.characters} --out-lines {output.lines}"
        " --threads {threads} > {log} 2>&1"


rule evaluate:
    input:
        model="<results>/{dataset}/{network}/model.safetensors",
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        frames=sharded("<results>/{dataset}/frames/{shard}.parquet"),
        code=code("pentrace.evaluate.evaluate"),
    output:
        metrics="<results>/{dataset}/{network}/metrics.json",
        lines="<results>/{dataset}/{network}/lines.parquet",
    log:
        "<logs>/{dataset}/{network}/evaluate.log",
    wildcard_constraints:
        network=one_of(INK_NETWORKS),
    conda:
        "../envs/pentrace.yaml"
    threads: CONFIG.threads
    resources:
        gpu=GPU,
    params:
        data=folder("<results>/{dataset}"),
        settings=CONFIG.evaluate.model_dump_json(),
        published=lambda w: CONFIG.datasets[w.dataset].published or "none",
    shell:
        "pentrace evaluate --model {input.model} --data {params.data}"
        " --out-metrics {output.metrics} --out-lines {output.lines} --threads {threads}"
        " --published {params.published} --settings {params.settings:q} > {log} 2>&1"
