# From raw files to shards.


if any(d in DEMO_ARCHIVES for d in CONFIG.run):

    rule demo:
        input:
            code=code("pentrace.demo.demo"),
        output:
            *[path for paths in DEMO_ARCHIVES.values() for path in paths],
        log:
            "<logs>/demo.log",
        conda:
            "../envs/pentrace.yaml"
        params:
            out=lambda w, output: os.path.commonpath(output),
            settings=CONFIG.demo.model_dump_json(),
        shell:
            "pentrace demo --settings {params.settings:q} --out {params.out} > {log} 2>&1"


# An archive is read once for all its shards.
for name in [d for d in CONFIG.run if not SCATTERED[d]]:

    rule:
        name:
            f"collect_{name}"
        input:
            archives=archives(name),
            code=collect_code(name),
        output:
            expand(
                "<results>/{dataset}/raw/ink-{shard}.parquet",
                dataset=name,
                shard=shards(name),
            ),
        log:
            f"<logs>/{name}/collect.log",
        conda:
            "../envs/pentrace.yaml"
        params:
            folder=lambda w, output: os.path.dirname(output[0]),
            reader=CONFIG.datasets[name].reader,
            raw=folder(CONFIG.datasets[name].raw),
            shards=CONFIG.datasets[name].shards,
            checksum=checksum(name, "ink"),
        shell:
            "pentrace collect --reader {params.reader} --raw {params.raw:q}"
            " --shards {params.shards} --only ink --out {params.folder} > {log} 2>&1"


# A tree is read shard by shard, so that a changed file rebuilds only its own shard.
rule collect_shard:
    input:
        code=lambda w: collect_code(w.dataset),
    output:
        "<results>/{dataset}/raw/ink-{shard}.parquet",
    log:
        "<logs>/{dataset}/collect/{shard}.log",
    wildcard_constraints:
        dataset="|".join(d for d in CONFIG.run if SCATTERED[d]) or "none",
    conda:
        "../envs/pentrace.yaml"
    params:
        folder=folder("<results>/{dataset}/raw"),
        reader=reader,
        raw=lambda w: CONFIG.datasets[w.dataset].raw,
        shards=lambda w: CONFIG.datasets[w.dataset].shards,
        checksum=lambda w: checksum(w.dataset, f"ink-{w.shard}"),
    shell:
        "pentrace collect --reader {params.reader} --raw {params.raw:q} --shards {params.shards}"
        " --only ink-{wildcards.shard} --out {params.folder} > {log} 2>&1"


rule collect_labels:
    input:
        archives=lambda w: archives(w.dataset),
        code=lambda w: collect_code(w.dataset),
    output:
        "<results>/{dataset}/raw/labels.parquet",
    log:
        "<logs>/{dataset}/collect/labels.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        folder=folder("<results>/{dataset}/raw"),
        reader=reader,
        raw=lambda w: CONFIG.datasets[w.dataset].raw,
        checksum=lambda w: checksum(w.dataset, "labels"),
    shell:
        "pentrace collect --reader {params.reader} --raw {params.raw:q} --shards 1 --only labels"
        " --out {params.folder} > {log} 2>&1"
