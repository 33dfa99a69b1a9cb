# From raw shards to points, samples, rejects, offsets and windows.


rule parse:
    input:
        raw="<results>/{dataset}/raw/ink-{shard}.parquet",
        included=included,
        code=reader_code("pentrace.ingest.parse"),
    output:
        points="<results>/{dataset}/points/{shard}.parquet",
        samples="<results>/{dataset}/parsed/{shard}.samples.parquet",
        rejects="<results>/{dataset}/parsed/{shard}.rejects.parquet",
    log:
        "<logs>/{dataset}/parse/{shard}.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        reader=reader,
        included=lambda w, input: (
            f"--included {input.included}" if input.included else ""
        ),
        settings=dataset_settings("parse"),
    shell:
        "pentrace parse --dataset {wildcards.dataset} --reader {params.reader}"
        " --raw {input.raw} {params.included} --out-points {output.points} --out-samples {output.samples}"
        " --out-rejects {output.rejects} --settings {params.settings:q} > {log} 2>&1"


rule label:
    input:
        raw="<results>/{dataset}/raw/labels.parquet",
        samples=sharded("<results>/{dataset}/parsed/{shard}.samples.parquet"),
        rejects=sharded("<results>/{dataset}/parsed/{shard}.rejects.parquet"),
        code=reader_code("pentrace.ingest.label"),
    output:
        labels="<results>/{dataset}/labels.parquet",
        rejects="<results>/{dataset}/label-rejects.parquet",
    log:
        "<logs>/{dataset}/label.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        reader=reader,
        parsed=folder("<results>/{dataset}/parsed"),
        settings=dataset_settings("label"),
    shell:
        "pentrace label --dataset {wildcards.dataset} --reader {params.reader}"
        " --raw {input.raw} --parsed {params.parsed} --out-labels {output.labels}"
        " --out-rejects {output.rejects} --settings {params.settings:q} > {log} 2>&1"


rule clean:
    input:
        points="<results>/{dataset}/points/{shard}.parquet",
        samples="<results>/{dataset}/parsed/{shard}.samples.parquet",
        labels="<results>/{dataset}/labels.parquet",
        code=code("pentrace.clean.clean"),
    output:
        cleaned="<results>/{dataset}/cleaned/{shard}.parquet",
        rejects="<results>/{dataset}/cleaned-rejects/{shard}.parquet",
    log:
        "<logs>/{dataset}/clean/{shard}.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        settings=dataset_settings("clean"),
    shell:
        "pentrace clean --dataset {wildcards.dataset} --points {input.points}"
        " --samples {input.samples} --labels {input.labels} --out-points {output.cleaned}"
        " --out-rejects {output.rejects} --settings {params.settings:q} > {log} 2>&1"


rule samples:
    input:
        parsed=sharded("<results>/{dataset}/parsed/{shard}.samples.parquet"),
        parse_rejects=sharded("<results>/{dataset}/parsed/{shard}.rejects.parquet"),
        labels="<results>/{dataset}/labels.parquet",
        label_rejects="<results>/{dataset}/label-rejects.parquet",
        cleaned=sharded("<results>/{dataset}/cleaned/{shard}.parquet"),
        cleaned_rejects=sharded("<results>/{dataset}/cleaned-rejects/{shard}.parquet"),
        code=code("pentrace.clean.samples"),
    output:
        samples="<results>/{dataset}/samples.parquet",
        rejects="<results>/{dataset}/rejects.parquet",
    log:
        "<logs>/{dataset}/samples.log",
    wildcard_constraints:
        dataset=one_of(INK),
    conda:
        "../envs/pentrace.yaml"
    params:
        folder=folder("<results>/{dataset}"),
    shell:
        "pentrace samples --dataset {wildcards.dataset} --parsed {params.folder}/parsed"
        " --labels {input.labels} --label-rejects {input.label_rejects}"
        " --cleaned {params.folder}/cleaned --cleaned-rejects {params.folder}/cleaned-rejects"
        " --out-samples {output.samples} --out-rejects {output.rejects} > {log} 2>&1"


rule statistics:
    input:
        cleaned=sharded("<results>/{dataset}/cleaned/{shard}.parquet"),
        samples="<results>/{dataset}/samples.parquet",
        code=code("pentrace.normalise.statistics"),
    output:
        "<results>/{dataset}/normalisation.json",
    log:
        "<logs>/{dataset}/statistics.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        cleaned=folder("<results>/{dataset}/cleaned"),
        settings=dataset_settings("normalise"),
        filter=dataset_settings("clean"),
    shell:
        "pentrace statistics --cleaned {params.cleaned} --samples {input.samples}"
        " --out {output} --settings {params.settings:q} --filter {params.filter:q} > {log} 2>&1"


rule normalise:
    input:
        cleaned="<results>/{dataset}/cleaned/{shard}.parquet",
        samples="<results>/{dataset}/parsed/{shard}.samples.parquet",
        normalisation="<results>/{dataset}/normalisation.json",
        code=code("pentrace.normalise.normalise"),
    output:
        offsets="<results>/{dataset}/offsets/{shard}.parquet",
        frames="<results>/{dataset}/frames/{shard}.parquet",
    log:
        "<logs>/{dataset}/normalise/{shard}.log",
    conda:
        "../envs/pentrace.yaml"
    shell:
        "pentrace normalise --cleaned {input.cleaned} --samples {input.samples}"
        " --normalisation {input.normalisation} --out-offsets {output.offsets}"
        " --out-frames {output.frames}"
        " > {log} 2>&1"


rule windows:
    input:
        offsets=sharded("<results>/{dataset}/offsets/{shard}.parquet"),
        samples="<results>/{dataset}/samples.parquet",
        code=code("pentrace.windows.windows"),
    output:
        expand("<results>/{{dataset}}/windows/{split}.parquet", split=SPLITS),
    log:
        "<logs>/{dataset}/windows.log",
    wildcard_constraints:
        dataset=one_of(INK),
    conda:
        "../envs/pentrace.yaml"
    params:
        folder=folder("<results>/{dataset}"),
        settings=dataset_settings("windows"),
    shell:
        "pentrace windows --offsets {params.folder}/offsets --samples {input.samples}"
        " --out {params.folder}/windows --settings {params.settings:q} > {log} 2>&1"
