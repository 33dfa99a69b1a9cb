# Raw files, as their owners distribute them, into shards.
from snakemake.logging import logger

DEMO_ARCHIVES = {
    "demo-iam": expand(
        "data/demo/iam/{archive}-all.tar.gz",
        archive=["lineStrokes", "ascii", "original-xml"],
    )
    + ["data/demo/iam/task1.tar.gz"],
    "demo-svc": ["data/demo/svc/Task2.zip"],
}


def is_made_here(dataset):
    """Whether the archives are the demo's, and nobody has unpacked them to change a file."""
    raw = Path(CONFIG.datasets[dataset].raw)
    unpacked = raw.is_dir() and any(path.is_dir() for path in raw.iterdir())
    return dataset in DEMO_ARCHIVES and not unpacked


def scanned(dataset):
    """What the raw folder holds, told once to the user; manifests appear in results/."""
    entry = CONFIG.datasets[dataset]
    try:
        found = scan(
            entry.reader, Path(entry.raw), entry.shards, Path("results", dataset, "raw")
        )
    except PentraceError as error:
        raise WorkflowError(f"Data set {dataset}: {error}") from None
    for note in found.notes:
        logger.info(note)
    return found


SCATTERED = {d: False if is_made_here(d) else scanned(d).scattered for d in CONFIG.run}


def manifest(dataset, name):
    """What tells that raw files changed: the manifest, or the demo's archives."""
    if is_made_here(dataset):
        return DEMO_ARCHIVES[dataset]
    return f"results/{dataset}/raw/{name}.tsv"


def collect_code(dataset):
    name = CONFIG.datasets[dataset].reader
    return code("pentrace.collect.command", f"pentrace.readers.sources.{name}")


if any(d in DEMO_ARCHIVES for d in CONFIG.run):

    rule demo:
        input:
            code=code("pentrace.demo.command"),
        output:
            *[path for paths in DEMO_ARCHIVES.values() for path in paths],
        log:
            "logs/demo.log",
        params:
            settings=CONFIG.demo.model_dump_json(),
        shell:
            "pentrace demo --settings {params.settings:q} --out data/demo > {log} 2>&1"


# An archive is read once, for all its shards.
for name in [d for d in CONFIG.run if not SCATTERED[d]]:

    rule:
        name:
            f"collect_{name}"
        input:
            manifest=manifest(name, "ink"),
            code=collect_code(name),
        output:
            expand(
                "results/{dataset}/raw/ink-{shard}.parquet",
                dataset=name,
                shard=shards(name),
            ),
        log:
            f"logs/{name}/collect.log",
        params:
            folder=f"results/{name}/raw",
            place=f"--reader {CONFIG.datasets[name].reader} --raw {CONFIG.datasets[name].raw}",
            shards=CONFIG.datasets[name].shards,
        shell:
            "pentrace collect {params.place} --shards {params.shards} --only ink"
            " --out {params.folder} > {log} 2>&1"


# A tree is read shard by shard, so that a changed file costs its own shard alone.
rule collect_shard:
    input:
        manifest="results/{dataset}/raw/ink-{shard}.tsv",
        code=lambda w: collect_code(w.dataset),
    output:
        "results/{dataset}/raw/ink-{shard}.parquet",
    log:
        "logs/{dataset}/collect/{shard}.log",
    wildcard_constraints:
        dataset="|".join(d for d in CONFIG.run if SCATTERED[d]) or "none",
    params:
        folder="results/{dataset}/raw",
        reader=reader,
        raw=lambda w: CONFIG.datasets[w.dataset].raw,
        shards=lambda w: CONFIG.datasets[w.dataset].shards,
    shell:
        "pentrace collect --reader {params.reader} --raw {params.raw} --shards {params.shards}"
        " --only ink-{wildcards.shard} --out {params.folder} > {log} 2>&1"


rule collect_labels:
    input:
        manifest=lambda w: manifest(w.dataset, "labels"),
        code=lambda w: collect_code(w.dataset),
    output:
        "results/{dataset}/raw/labels.parquet",
    log:
        "logs/{dataset}/collect/labels.log",
    params:
        folder="results/{dataset}/raw",
        reader=reader,
        raw=lambda w: CONFIG.datasets[w.dataset].raw,
    shell:
        "pentrace collect --reader {params.reader} --raw {params.raw} --shards 1 --only labels"
        " --out {params.folder} > {log} 2>&1"
