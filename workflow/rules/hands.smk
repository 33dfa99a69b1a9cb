# Which hand a line is nearest to: of real lines, and of lines that networks wrote in these hands.


rule hands:
    input:
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        code=code("pentrace.hands.hands"),
    output:
        "<results>/{dataset}/hands.safetensors",
    log:
        "<logs>/{dataset}/hands.log",
    wildcard_constraints:
        dataset=one_of(INK),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        settings=CONFIG.hands.model_dump_json(),
    shell:
        "pentrace hands --data {params.data} --out {output} --settings {params.settings:q}"
        " > {log} 2>&1"


rule imitate:
    input:
        model="<results>/{dataset}/{network}/model.safetensors",
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        reader=reader_of("imitate"),
        code=code("pentrace.generate.imitate"),
    output:
        directory("<results>/{dataset}/{network}/imitated"),
    log:
        "<logs>/{dataset}/{network}/imitate.log",
    wildcard_constraints:
        network=one_of(WRITERS),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        settings=line_settings("imitate"),
        reader=reader_option,
    shell:  # exit status 3: all is written, but some lines are hard to read
        "pentrace imitate --model {input.model} --data {params.data} --out {output}"
        " {params.reader} --settings {params.settings:q} > {log} 2>&1"
        " || [ $? -eq 3 ]"


rule style:
    input:
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        imitated="<results>/{dataset}/{network}/imitated",
        embedding="<results>/{dataset}/hands.safetensors",
        judge=judge,
        code=code("pentrace.hands.style"),
    output:
        metrics="<results>/{dataset}/{network}/style.json",
        lines="<results>/{dataset}/{network}/style.parquet",
    log:
        "<logs>/{dataset}/{network}/style.log",
    wildcard_constraints:
        network=one_of(WRITERS),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        judge=lambda w, input: f"--judge {input.judge}" if input.judge else "",
        note=note,
    shell:
        "pentrace style --data {params.data} --imitated {input.imitated}"
        " --embedding {input.embedding} {params.judge} --out-metrics {output.metrics}"
        " --out-lines {output.lines} {params.note} > {log} 2>&1"
