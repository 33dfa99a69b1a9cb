# Characters that do not exist, and the real ones nearest to them.
ENDING = [n for n in CONFIG.learners if CONFIG.networks[n].pen_states == 3]


rule fictional:
    input:
        model="results/{dataset}/{network}/model.safetensors",
        lines=lines,
        normalisation="results/{dataset}/normalisation.json",
        code=code("pentrace.generate.fictional"),
    output:
        directory("results/{dataset}/{network}/fictional"),
    log:
        "logs/{dataset}/{network}/fictional.log",
    wildcard_constraints:
        network=one_of(ENDING),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("results/{dataset}"),
        settings=CONFIG.fictional.model_dump_json(),
        note=note,
    shell:
        "pentrace fictional --model {input.model} --data {params.data} --out {output}"
        " --settings {params.settings:q} {params.note} > {log} 2>&1"


rule plot_fictional:
    input:
        drawn="results/{dataset}/{network}/fictional",
        lines=lines,
        normalisation="results/{dataset}/normalisation.json",
        code=plot_code("fictional"),
    output:
        "results/{dataset}/{network}/plots/fictional.png",
    log:
        "logs/{dataset}/{network}/plots/fictional.log",
    wildcard_constraints:
        network=one_of(ENDING),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("results/{dataset}"),
        note=note,
    shell:
        "pentrace plot fictional --drawn {input.drawn} --data {params.data}"
        " {params.note} --out {output} > {log} 2>&1"
