# Figures, each a file of its own. A figure depends on the code of its own module alone.
DATA_FIGURES = ["strokes", "points", "offsets", "rules", "rejects"]


rule plot_ink:
    input:
        points=sharded("results/{dataset}/points/{shard}.parquet"),
        samples="results/{dataset}/samples.parquet",
        code=plot_code("ink"),
    output:
        "results/{dataset}/plots/{colour}s.png",
    log:
        "logs/{dataset}/plots/{colour}s.log",
    wildcard_constraints:
        colour="stroke|point",
    conda:
        "../envs/pentrace.yaml"
    params:
        points=folder("results/{dataset}/points"),
        note=note,
    shell:
        "pentrace plot ink --points {params.points} --samples {input.samples}"
        " --colour {wildcards.colour} {params.note} --out {output} > {log} 2>&1"


rule plot_offsets:
    input:
        cleaned=sharded("results/{dataset}/cleaned/{shard}.parquet"),
        offsets=sharded("results/{dataset}/offsets/{shard}.parquet"),
        samples="results/{dataset}/samples.parquet",
        code=plot_code("offsets"),
    output:
        "results/{dataset}/plots/offsets.png",
    log:
        "logs/{dataset}/plots/offsets.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        folder=folder("results/{dataset}"),
        note=note,
    shell:
        "pentrace plot offsets --cleaned {params.folder}/cleaned --offsets {params.folder}/offsets"
        " --samples {input.samples} {params.note} --out {output} > {log} 2>&1"


rule plot_rules:
    input:
        points=sharded("results/{dataset}/points/{shard}.parquet"),
        code=plot_code("rules"),
    output:
        "results/{dataset}/plots/rules.png",
    log:
        "logs/{dataset}/plots/rules.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        points=folder("results/{dataset}/points"),
        settings=dataset_settings("clean"),
        note=note,
    shell:
        "pentrace plot rules --points {params.points} --settings {params.settings:q}"
        " {params.note} --out {output} > {log} 2>&1"


rule plot_rejects:
    input:
        rejects="results/{dataset}/rejects.parquet",
        samples="results/{dataset}/samples.parquet",
        code=plot_code("rejects"),
    output:
        "results/{dataset}/plots/rejects.png",
    log:
        "logs/{dataset}/plots/rejects.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        note=note,
    shell:
        "pentrace plot rejects --rejects {input.rejects} --samples {input.samples}"
        " {params.note} --out {output} > {log} 2>&1"


rule plot_training:
    input:
        history="results/{dataset}/{network}/history.parquet",
        code=plot_code("training"),
    output:
        "results/{dataset}/{network}/plots/training.png",
    log:
        "logs/{dataset}/{network}/plots/training.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        counted=lambda w: CONFIG.networks[w.network].counted,
        note=note,
    shell:
        "pentrace plot training --history {input.history} --counted {params.counted} {params.note} --out {output}"
        " > {log} 2>&1"


rule plot_density:
    input:
        model="results/{dataset}/{network}/model.safetensors",
        lines=lines,
        samples="results/{dataset}/{network}/samples",
        code=plot_code("density"),
    output:
        "results/{dataset}/{network}/plots/density.png",
    log:
        "logs/{dataset}/{network}/plots/density.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("results/{dataset}"),
        note=note,
    shell:
        "pentrace plot density --model {input.model} --data {params.data}"
        " --generated {input.samples} {params.note} --out {output} > {log} 2>&1"


# Figures of what the network says along one real line.
for figure in ("end-of-stroke", "mixture"):

    rule:
        name:
            f"plot_{figure.replace('-', '_')}"
        input:
            model="results/{dataset}/{network}/model.safetensors",
            lines=lines,
            code=plot_code(figure.replace("-", "_")),
        output:
            f"results/{{dataset}}/{{network}}/plots/{figure}.png",
        log:
            f"logs/{{dataset}}/{{network}}/plots/{figure}.log",
        conda:
            "../envs/pentrace.yaml"
        params:
            figure=figure,
            data=folder("results/{dataset}"),
            note=note,
        shell:
            "pentrace plot {params.figure} --model {input.model} --data {params.data}"
            " {params.note} --out {output} > {log} 2>&1"


# Figures of the measures.
for figure in ("comparison", "reliability"):

    rule:
        name:
            f"plot_{figure}"
        input:
            metrics="results/{dataset}/{network}/metrics.json",
            code=plot_code(figure),
        output:
            f"results/{{dataset}}/{{network}}/plots/{figure}.png",
        log:
            f"logs/{{dataset}}/{{network}}/plots/{figure}.log",
        conda:
            "../envs/pentrace.yaml"
        params:
            figure=figure,
            note=note,
        shell:
            "pentrace plot {params.figure} --metrics {input.metrics}"
            " {params.note} --out {output} > {log} 2>&1"


# Figures of what a network writes when it is told.
for figure in ("biases", "styles", "primed", "window"):

    rule:
        name:
            f"plot_{figure}"
        input:
            model="results/{dataset}/{network}/model.safetensors",
            lines=lines,
            code=plot_code(figure),
        output:
            f"results/{{dataset}}/{{network}}/plots/{figure}.png",
        log:
            f"logs/{{dataset}}/{{network}}/plots/{figure}.log",
        conda:
            "../envs/pentrace.yaml"
        params:
            figure=figure,
            data=folder("results/{dataset}"),
            note=note,
        shell:
            "pentrace plot {params.figure} --model {input.model} --data {params.data}"
            " {params.note} --out {output} > {log} 2>&1"


rule plot_recognition:
    input:
        metrics="results/{dataset}/{network}/recognition.json",
        code=plot_code("recognition"),
    output:
        "results/{dataset}/{network}/plots/recognition.png",
    log:
        "logs/{dataset}/{network}/plots/recognition.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        note=note,
    shell:
        "pentrace plot recognition --metrics {input.metrics} {params.note} --out {output}"
        " > {log} 2>&1"


rule plot_samples:
    input:
        samples="results/{dataset}/{network}/samples",
        normalisation="results/{dataset}/normalisation.json",
        code=plot_code("samples"),
    output:
        "results/{dataset}/{network}/plots/samples.png",
    log:
        "logs/{dataset}/{network}/plots/samples.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        note=note,
    shell:
        "pentrace plot samples --generated {input.samples} --normalisation {input.normalisation}"
        " {params.note} --out {output} > {log} 2>&1"
