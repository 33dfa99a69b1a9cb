# Fictional characters, and the real ones nearest to them.
THREE_PEN_STATES = [n for n in CONFIG.learners if CONFIG.networks[n].pen_states == 3]


rule fictional:
    input:
        model="<results>/{dataset}/{network}/model.safetensors",
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        code=code("pentrace.generate.fictional"),
    output:
        directory("<results>/{dataset}/{network}/fictional"),
    log:
        "<logs>/{dataset}/{network}/fictional.log",
    wildcard_constraints:
        network=one_of(THREE_PEN_STATES),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        settings=CONFIG.fictional.model_dump_json(),
        note=note,
    shell:
        "pentrace fictional --model {input.model} --data {params.data} --out {output}"
        " --settings {params.settings:q} {params.note} > {log} 2>&1"
