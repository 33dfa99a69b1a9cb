# Whether written lines differ from real ones.
COMPARED = [n for n in INK_NETWORKS if CONFIG.networks[n].pen_states == 2]


# A network without a text: its lines are drawn for the comparison.
rule draw:
    input:
        model="<results>/{dataset}/{network}/model.safetensors",
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        code=code("pentrace.generate.sample"),
    output:
        directory("<results>/{dataset}/{network}/drawn"),
    log:
        "<logs>/{dataset}/{network}/draw.log",
    wildcard_constraints:
        network=one_of([n for n in COMPARED if n not in WRITERS]),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        settings=drawn_settings(),
    shell:
        "pentrace sample --model {input.model} --data {params.data} --out {output}"
        " --settings {params.settings:q} > {log} 2>&1"


rule discriminate:
    input:
        lines=lines,
        normalisation="<results>/{dataset}/normalisation.json",
        frames=sharded("<results>/{dataset}/frames/{shard}.parquet"),
        written=written,
        judge=judge,
        code=code("pentrace.discriminate.discriminate"),
    output:
        metrics="<results>/{dataset}/{network}/discriminate.json",
        lines="<results>/{dataset}/{network}/discriminated.parquet",
        features="<results>/{dataset}/{network}/trajectory-features.parquet",
    log:
        "<logs>/{dataset}/{network}/discriminate.log",
    wildcard_constraints:
        network=one_of(COMPARED),
    conda:
        "../envs/pentrace.yaml"
    threads: CONFIG.threads
    params:
        data=folder("<results>/{dataset}"),
        written=lambda w, input: " ".join(f"--written {path}" for path in input.written),
        judge=lambda w, input: f"--judge {input.judge}" if input.judge else "",
        split=CONFIG.rewrite.split,
        settings=CONFIG.discriminate.model_dump_json(),
        note=note,
    shell:
        "pentrace discriminate --data {params.data} {params.written} {params.judge}"
        " --split {params.split} --out-metrics {output.metrics} --out-lines {output.lines}"
        " --out-features {output.features} --threads {threads} {params.note}"
        " --settings {params.settings:q} > {log} 2>&1"
