# How well forgeries are distinguished from genuine signatures, by several methods.


rule verify:
    input:
        points=sharded("<results>/{dataset}/points/{shard}.parquet"),
        samples="<results>/{dataset}/samples.parquet",
        joined=joined,
        code=code("pentrace.signatures.verify"),
    output:
        "<results>/{dataset}/verify/{method}.parquet",
    log:
        "<logs>/{dataset}/verify/{method}.log",
    wildcard_constraints:
        dataset=one_of(CONFIG.verified),
        method=one_of(CONFIG.verifiers),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        settings=verify_settings,
        joined=lambda w, input: " ".join(f"--scores {path}" for path in input.joined),
    shell:
        "pentrace verify --data {params.data} --name {wildcards.method} {params.joined}"
        " --out {output} --settings {params.settings:q} > {log} 2>&1"


rule verify_rates:
    input:
        scores=all_scores,
        code=code("pentrace.signatures.verify_rates"),
    output:
        "<results>/{dataset}/verification.json",
    log:
        "<logs>/{dataset}/verify-rates.log",
    wildcard_constraints:
        dataset=one_of(CONFIG.verified),
    conda:
        "../envs/pentrace.yaml"
    params:
        scores=lambda w, input: " ".join(f"--scores {path}" for path in input.scores),
        note=note,
    shell:
        "pentrace verify-rates {params.scores} {params.note} --out {output} > {log} 2>&1"
