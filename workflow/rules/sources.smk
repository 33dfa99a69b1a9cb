# Finds the raw files once, when Snakemake reads the Snakefile.
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
    """Whether `pentrace demo` makes the archives of the data set.

    False if somebody has unpacked them, for example to change a file: then the tree is read.
    """
    archives = DEMO_ARCHIVES.get(dataset, [])
    raw = Path(CONFIG.datasets[dataset].raw)
    unpacked = raw.is_dir() and any(path.is_dir() for path in raw.iterdir())
    return raw in {Path(archive).parent for archive in archives} and not unpacked


def scanned(dataset):
    """The contents of the raw folder. Logs its notes, and writes manifests to results/."""
    entry = CONFIG.datasets[dataset]
    try:
        found = scan(
            entry.reader,
            Path(entry.raw),
            entry.shards,
            Path("results", dataset, "raw"),
        )
    except PentraceError as error:
        raise WorkflowError(f"Data set {dataset}: {error}") from None
    for note in found.notes:
        logger.info(note)
    return found


SCATTERED = {d: False if is_made_here(d) else scanned(d).scattered for d in CONFIG.run}


def manifest(dataset, name):
    """Files that change if raw files change: the manifest, or the archives of the demo."""
    if is_made_here(dataset):
        return DEMO_ARCHIVES[dataset]
    return f"results/{dataset}/raw/{name}.tsv"


def collect_code(dataset):
    name = CONFIG.datasets[dataset].reader
    return code("pentrace.collect.collect", f"pentrace.readers.sources.{name}")
