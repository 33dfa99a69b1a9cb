# Shared by the rules: the checked configuration, shards, and the code that each stage depends on.
import json
import os
import shlex
import shutil
import sys
from pathlib import Path

from snakemake.logging import logger

from pentrace.errors import PentraceError, explained, in_one_line, refuse_other_systems

refuse_other_systems()

from pentrace.collect.scan import scan
from pentrace.config.repeated_keys import refuse_repeated_keys
from pentrace.config.checks import load, origin
from pentrace.config.yaml_files import with_places
from pentrace.errors import PentraceError
from pentrace.figure_table import FIGURES
from pentrace.files import remove_partial
from pentrace.import_closure import closure
from pentrace.networks.model_file import shipped
from pentrace.networks.settings import PRETRAINED
from pentrace.rerun_causes import causes
from pentrace.results_folder import (
    dataset_figures,
    lock,
    network_figures,
    network_files,
    prune,
)
from pentrace.run_process import VARIABLE
from pentrace.split_names import SPLITS

# The commands of this environment come first in PATH, so it need not be activated. They end when
# this process ends, even if it is killed.
shell.prefix(
    f"export PATH={shlex.quote(os.path.dirname(sys.executable))}:$PATH"
    f" {VARIABLE}={os.getpid()}; "
)


def shortest(path):
    """The path, relative to this folder if the file is in it."""
    full = Path(path).absolute()
    return full.relative_to(Path.cwd()) if full.is_relative_to(Path.cwd()) else full


def loaded():
    """The checked configuration. Errors name the file and the line that has set a wrong value."""
    refuse_repeated_keys(workflow.configfiles)
    try:
        return load(config)
    except PentraceError as error:
        # Later files override earlier ones, and all of them override config.yaml, the last here.
        *given, first = map(shortest, workflow.configfiles)
        places = with_places(str(error), config, [*reversed(given), first])
    raise PentraceError(places)


CONFIG = loaded()

# Jobs that compute with a network take turns on the GPU, if there is one; see the profile.
GPU = int(shutil.which("nvidia-smi") is not None)
# The logs of runs with other folders of results do not mix.
LOGS = "logs" if CONFIG.results == "results" else f"logs/{CONFIG.results}"
# Data sets of text, and data sets of ink.
TEXTS = [d for d in CONFIG.run if CONFIG.datasets[d].reader == "text"]
INK = [d for d in CONFIG.run if d not in TEXTS]

# The recogniser that judges if a data set has too few lines to train one.
SHIPPED_JUDGE = "benchmarks/judge/model.safetensors"

# What describes a data set of ink for other programs: a card, and Croissant.
CARDS = ["README.md", "croissant.json"]

INK_NETWORKS = CONFIG.of_kind("prediction", "synthesis", "variational")
# Those that write a text: synthesis networks, and variational ones with a text.
WRITERS = [n for n in INK_NETWORKS if CONFIG.networks[n].writes_text]
SYNTHESIS = CONFIG.of_kind("synthesis")
RECOGNISERS = CONFIG.of_kind("recognition")
TEXT_NETWORKS = CONFIG.of_kind("text")
# Networks that get a recognition.json: recognisers, and the networks whose lines they read.
RECOGNITION_MEASURED = RECOGNISERS + (
    WRITERS if CONFIG.judge or CONFIG.recogniser else []
)


def shards(dataset):
    return [f"{i:02d}" for i in range(CONFIG.datasets[dataset].shards)]


def sharded(pattern):
    """Input function: `pattern` for every shard of the data set."""
    return lambda w: expand(pattern, dataset=w.dataset, shard=shards(w.dataset))


def dataset_tables(dataset):
    """The two tables that list what was read of a data set, and what was lost."""
    return ["documents" if dataset in TEXTS else "samples", "rejects"]


def windows(dataset):
    return expand(
        "<results>/{dataset}/windows/{split}.parquet", dataset=dataset, split=SPLITS
    )


def lines(w):
    """Input function: the files from which complete samples of the data set are read."""
    if w.dataset in TEXTS:
        return f"<results>/{w.dataset}/characters.parquet"
    offsets = "<results>/{dataset}/offsets/{shard}.parquet"
    return [
        f"<results>/{w.dataset}/samples.parquet",
        *expand(offsets, dataset=w.dataset, shard=shards(w.dataset)),
    ]


def stored_windows(w):
    """Input function: the windows of the data set, if the network is trained on them."""
    batches = CONFIG.networks[w.network].train.batches
    return windows(w.dataset) if batches == "windows" else []


def dataset_settings(stage):
    """Parameter function: the settings of `stage` for the data set, as JSON."""
    return lambda w: getattr(CONFIG.datasets[w.dataset], stage).model_dump_json()


def reader(w):
    return CONFIG.datasets[w.dataset].reader


def included(w):
    """Input function: the files that raw files may include, for the reader that has such files."""
    return f"<results>/{w.dataset}/raw/labels.parquet" if reader(w) == "unipen" else []


def code(*modules):
    """Files of these modules and of all modules that they import, relative to this folder."""
    return [os.path.relpath(path) for path in closure(*modules)]


def reader_code(*modules):
    """Input function: the same, and the code of the data set's reader."""
    return lambda w: code(*modules, f"pentrace.readers.{reader(w)}")


def note(w):
    """Parameter function: the option for the note; empty if the data set has none."""
    text = CONFIG.datasets[w.dataset].note
    return f"--note {shlex.quote(text)}" if text else ""


def network_settings(w):
    return CONFIG.networks[w.network].model_dump_json()


def one_of(names):
    """A wildcard constraint that allows only these names."""
    return "|".join(names) or "none"


def in_results(pattern):
    """`pattern` with the folder of the results; Snakemake replaces <results> only in paths."""
    return pattern.replace("<results>", CONFIG.results)


def folder(pattern):
    """Parameter function: a folder, for commands that read or write several files in it."""
    return lambda w: in_results(pattern).format(**w)


def processes(w):
    """How many processes train the network: as many as share its parts equally and have cores.

    The weights depend on the number of parts, not on this one. On a cluster, the number of cores
    is not known: there are as many processes as parts.
    """
    parts = CONFIG.networks[w.network].train.parts
    most = (
        workflow.resource_settings.cores or parts * CONFIG.threads
    ) // CONFIG.threads
    return max(n for n in range(1, parts + 1) if parts % n == 0 and n <= max(most, 1))


def start_from(w):
    """Input function: the network that this one starts from; empty if it has random weights."""
    start = CONFIG.networks[w.network].start
    if start is None:
        return []
    if start == PRETRAINED:
        return os.path.relpath(shipped(CONFIG.networks[w.network].kind))
    return "<results>/{}/{}/model.safetensors".format(*origin(w.dataset, start))


def instead(w):
    """Input function: what reads instead of this network, if the data set has few lines.

    Empty if the configuration asks for the network. The judge differs from the recogniser.
    """
    if CONFIG.networks[w.network].kind != "recognition" or not CONFIG.unasked(
        w.dataset, w.network
    ):
        return []
    is_judge = w.network == CONFIG.judge
    return SHIPPED_JUDGE if is_judge else os.path.relpath(shipped("recognition"))


def normalisation(w):
    """Input function: the normalisation of the data set; a text has none."""
    return [] if w.dataset in TEXTS else f"<results>/{w.dataset}/normalisation.json"


def without_transfer(w):
    """The network of the data set that differs only by its random start, or None."""
    alike = CONFIG.networks[w.network].model_copy(update={"start": None})
    found = [n for n in CONFIG.networks_of(w.dataset) if CONFIG.networks[n] == alike]
    return found[0] if found else None


def judge_of(w):
    """The recogniser whose errors are counted: the network itself, or that of the configuration."""
    kind = CONFIG.networks[w.network].kind
    return w.network if kind == "recognition" else CONFIG.judge or CONFIG.recogniser


def judge(w):
    """Input function: the recogniser that counts errors in written lines; empty if there is none.

    A data set has none if no network writes a text there, such as one of signatures.
    """
    name = CONFIG.judge or CONFIG.recogniser
    trained = name in CONFIG.networks_of(w.dataset)
    return f"<results>/{w.dataset}/{name}/model.safetensors" if trained else []


def written(w):
    """Input function: the folders of lines that a network wrote, to compare with real ones."""
    own = ["rewritten", "imitated"] if w.network in WRITERS else ["drawn"]
    return [f"<results>/{w.dataset}/{w.network}/{name}" for name in own]


def drawn_settings():
    """The settings of `sample`, as JSON, for lines of a network without a text to compare."""
    lines = CONFIG.discriminate.lines or 60
    changes = {
        "lines": lines,
        "prime": None,
        "formats": (),
        "check": "window",
        "attempts": 1,
    }
    return CONFIG.sample.model_copy(update=changes).model_dump_json()


def fits(w):
    """Input function: how well the texts fit the ink, if the network is trained on those that do."""
    if CONFIG.networks[w.network].train.misfit is None:
        return []
    return f"<results>/{w.dataset}/{CONFIG.recogniser}/fits.parquet"


def alignments(w):
    """Input function: where letters are, if the network is trained with it."""
    if not CONFIG.networks[w.network].train.window_loss:
        return []
    return f"<results>/{w.dataset}/{CONFIG.recogniser}/alignments.parquet"


def misfits(w):
    """The limits on the misfit of a text, of the networks that are trained on the data set."""
    networks = [CONFIG.networks[name] for name in CONFIG.networks_of(w.dataset)]
    return sorted({n.train.misfit for n in networks} - {None})


def reads(stage):
    """Whether a recogniser chooses the lines of `stage`."""
    return getattr(CONFIG, stage).check == "reader" and CONFIG.recogniser is not None


def reader_of(stage):
    """Input function: the recogniser that chooses the lines of `stage`; empty if there is none."""
    return lambda w: (
        f"<results>/{w.dataset}/{CONFIG.recogniser}/model.safetensors"
        if w.network in WRITERS and reads(stage)
        else []
    )


def reader_option(w, input):
    """Parameter function: the option for that recogniser; empty if there is none."""
    return f"--reader {input.reader}" if input.reader else ""


def line_settings(stage):
    """The settings of `stage`, as JSON, with the check that the configuration allows."""
    settings = getattr(CONFIG, stage)
    if settings.check == "reader" and CONFIG.recogniser is None:
        settings = settings.model_copy(update={"check": "window"})
    return settings.model_dump_json()


def prepare_folders():
    """Lock the folder of the results, and remove what killed runs have left."""
    with in_one_line():
        warning = lock(Path(CONFIG.results))
        remove_partial(Path(DEMO))
        prune(CONFIG, Path(CONFIG.results))
    if warning:
        logger.warning(warning)


def wait_for_jobs():
    """Let Snakemake wait until a job of this machine ends.

    For its limit of jobs per second it also looks at all waiting jobs once a second for each job
    that has ended: a tenth of a core after a hundred jobs. A cluster keeps the limit.
    """
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


def report_replaced():
    """Log which finished models the jobs of this run will replace, and why."""
    for job in workflow.dag.needrun_jobs():
        model = job.output.get("model")
        if model and os.path.exists(model):
            reason = str(workflow.dag.reason(job))
            found = causes(reason, job.rule.name, job.wildcards.network)
            logger.warning(f"This run replaces {model}: {'; '.join(found)}.")


wildcard_constraints:
    dataset=one_of(CONFIG.run),
    network=one_of(CONFIG.learners),
    shard=r"\d\d",


def joined(w):
    """Input function: the scores that a method joins; empty if it reads ink."""
    of = CONFIG.verifiers[w.method].of
    return expand(
        "<results>/{dataset}/verify/{method}.parquet", dataset=w.dataset, method=of
    )


def verify_settings(w):
    """Parameter function: the settings of the protocol and of one method, as JSON."""
    protocol = CONFIG.verify.model_dump(exclude={"methods"})
    method = CONFIG.verifiers[w.method].model_dump()
    return json.dumps({"protocol": protocol, "method": method})


def all_scores(w):
    """Input function: the scores of all methods on the data set."""
    return expand(
        "<results>/{dataset}/verify/{method}.parquet",
        dataset=w.dataset,
        method=CONFIG.verifiers_of(w.dataset),
    )
