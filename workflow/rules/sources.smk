# Finds the raw files once, when Snakemake reads the Snakefile.
from hashlib import sha256

DEMO_FILES = {
    "demo-iam": [
        "iam/lineStrokes-all.tar.gz",
        "iam/ascii-all.tar.gz",
        "iam/original-xml-all.tar.gz",
        "iam/task1.tar.gz",
    ],
    "demo-svc": ["svc/Task2.zip"],
}


def demo_folder():
    """The folder that `pentrace demo` writes to: data/demo, or data/demo-NAME if `raw` is in it."""
    raw = [Path(CONFIG.datasets[d].raw) for d in DEMO_FILES if d in CONFIG.run]
    found = [str(path.parent) for path in raw if path.parent.match("data/demo-*")]
    return found[0] if found else "data/demo"


DEMO = demo_folder()
DEMO_ARCHIVES = {d: [f"{DEMO}/{name}" for name in DEMO_FILES[d]] for d in DEMO_FILES}


def is_made_here(dataset):
    """Whether `pentrace demo` makes the archives of the data set.

    False if somebody has unpacked them, for example to change a file: then the tree is read.
    """
    archives = DEMO_ARCHIVES.get(dataset, [])
    raw = Path(CONFIG.datasets[dataset].raw)
    unpacked = raw.is_dir() and any(path.is_dir() for path in raw.iterdir())
    return raw in {Path(archive).parent for archive in archives} and not unpacked


def scanned(dataset):
    """The contents of the raw folder. Logs its notes. A dry run leaves no file."""
    entry = CONFIG.datasets[dataset]
    try:
        found = scan(
            entry.reader,
            Path(entry.raw),
            entry.shards,
            cache=Path(CONFIG.results, dataset, "raw/.checksums.tsv"),
            save=not workflow.output_settings.dryrun,
        )
    except PentraceError as error:
        raise PentraceError(f"Data set {dataset}: {error}") from None
    except OSError as error:
        raise PentraceError(f"Data set {dataset}: {explained(error)}") from None
    for note in found.notes:
        logger.info(note)
    return found


SCANS = {d: scanned(d) for d in CONFIG.run if not is_made_here(d)}
SCATTERED = {d: d in SCANS and SCANS[d].scattered for d in CONFIG.run}


def archives(dataset):
    """Inputs that are raw files: the archives of the demo. Others are in `checksum`."""
    return [] if dataset in SCANS else DEMO_ARCHIVES[dataset]


def checksum(dataset, name):
    """A parameter that changes if raw files change."""
    manifest = SCANS[dataset].manifests[name] if dataset in SCANS else ""
    return sha256(manifest.encode()).hexdigest()


def collect_code(dataset):
    name = CONFIG.datasets[dataset].reader
    return code("pentrace.collect.collect", f"pentrace.readers.sources.{name}")
