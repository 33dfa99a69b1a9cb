# The report, a single HTML page.
import yaml

TEXT = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)


# Snakemake compares parameters with those of the last run, and prints both if they differ. It does not
# compare functions of the output. So the configuration is such a function, and only its digest is
# compared and printed.
rule configuration:
    output:
        "<results>/config.yaml",
    log:
        "<logs>/configuration.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        digest=sha256(TEXT.encode()).hexdigest(),
        text=lambda w, output: TEXT,
    shell:
        "printf '%s' {params.text:q} > {output} 2> {log}"


# The graph depends only on which data sets, networks and figures exist. With a fixed hash seed, its
# lines always have the same order.
rule rulegraph:
    input:
        rules=[
            "Snakefile",
            *sorted(str(p) for p in Path("workflow/rules").glob("*.smk")),
        ],
    output:
        "<results>/rulegraph.dot",
    log:
        "<logs>/rulegraph.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        shown=[
            CONFIG.trained,
            {n: network_files(CONFIG, n) for n in CONFIG.learners},
            {figure.name: figure.inputs for figure in FIGURES},
            {d: CONFIG.verifiers_of(d) for d in CONFIG.run},
            SCATTERED,
        ],
        text=lambda w, output: TEXT,
    shell:
        "printf '%s' {params.text:q} > {output}.yaml && "
        "PYTHONHASHSEED=0 snakemake --rulegraph dot --forceall --configfile {output}.yaml > {output} 2> {log}"
        " && rm {output}.yaml"


# What the page shows. The facts of a run have the same inputs, so they are recorded when the page is
# written again, and only then.
SHOWN = dict(
    config="<results>/config.yaml",
    rulegraph="<results>/rulegraph.dot",
    tables=[
        f"<results>/{d}/{t}.parquet" for d in CONFIG.run for t in dataset_tables(d)
    ],
    vocabularies=[f"<results>/{d}/vocabulary.parquet" for d in TEXTS],
    normalisation=[f"<results>/{d}/normalisation.json" for d in INK],
    windows=[w for d in CONFIG.run for w in windows(d)],
    verification=expand(
        "<results>/{dataset}/verification.json", dataset=CONFIG.verified
    ),
    figures=[
        f"<results>/{d}/plots/{figure.name}.png"
        for d in INK
        for figure in dataset_figures(CONFIG, d)
    ],
    networks=[
        f"<results>/{d}/{n}/{name}"
        for d, n in CONFIG.trained
        for name in network_files(CONFIG, n)
    ],
    code=code("pentrace.report.report", "pentrace.report.run_facts"),
    templates=[str(p) for p in sorted(Path("src/pentrace/report").glob("*.j2"))],
)


rule run_facts:
    input:
        **SHOWN,
    output:
        "<results>/run.json",
    log:
        "<logs>/run-facts.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        results=folder("<results>"),
    shell:
        "pentrace run-facts --results {params.results} --out {output} {input} > {log} 2>&1"


# The page that writes texts in a browser, with the network that comes with the package.
rule page:
    input:
        program=[
            str(p)
            for folder in ("browser", "weights")
            for p in sorted(Path("src/pentrace", folder).rglob("*.*"))
            if p.suffix in (".js", ".css", ".j2", ".json", ".wasm", ".safetensors")
        ],
        code=code("pentrace.browser.page"),
    output:
        "<results>/write.html",
    log:
        "<logs>/page.log",
    conda:
        "../envs/pentrace.yaml"
    shell:
        "pentrace page --out {output} > {log} 2>&1"


rule report:
    input:
        **SHOWN,
        run="<results>/run.json",
        page="<results>/write.html",
    output:
        "<results>/report.html",
    log:
        "<logs>/report.log",
    conda:
        "../envs/pentrace.yaml"
    params:
        datasets=" ".join(f"--dataset {d} {CONFIG.results}/{d}" for d in CONFIG.run),
        networks=" ".join(
            f"--network {d}/{n} {CONFIG.results}/{d}/{n}" for d, n in CONFIG.trained
        ),
    shell:
        "pentrace report --config {input.config} --rulegraph {input.rulegraph} --run {input.run}"
        " --page {input.page} {params.datasets} {params.networks} --out {output} > {log} 2>&1"


# What a data set contains, for programs and people who find the tables somewhere else.
rule card:
    input:
        samples="<results>/{dataset}/samples.parquet",
        rejects="<results>/{dataset}/rejects.parquet",
        points=sharded("<results>/{dataset}/points/{shard}.parquet"),
        offsets=sharded("<results>/{dataset}/offsets/{shard}.parquet"),
        windows=lambda w: windows(w.dataset),
        code=code("pentrace.card"),
    output:
        card="<results>/{dataset}/README.md",
        croissant="<results>/{dataset}/croissant.json",
    log:
        "<logs>/{dataset}/card.log",
    wildcard_constraints:
        dataset=one_of(INK),
    conda:
        "../envs/pentrace.yaml"
    params:
        data=folder("<results>/{dataset}"),
        note=note,
    shell:
        "pentrace card --dataset {wildcards.dataset} --data {params.data} {params.note}"
        " --out-card {output.card} --out-croissant {output.croissant} > {log} 2>&1"
