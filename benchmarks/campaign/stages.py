"""Cases for the tables and the JSON between the stages: damaged inputs of each command.

Bytes that are damaged on the disk must be found, or change no output. Values that are changed may
give other outputs, but the tables of these must be whole: types, and finite numbers.
"""

import json
from pathlib import Path
from random import Random

import click
import seeds
from kinds import Kind, Outcome, Run, refused
from table_damage import changed, damaged_bytes

from pentrace import schema, tables
from pentrace.clean.clean import command as clean
from pentrace.clean.samples import command as samples
from pentrace.collect.write_shards import pack
from pentrace.demo import board
from pentrace.errors import PentraceError, explained
from pentrace.ingest.characters import command as characters
from pentrace.ingest.label import command as label
from pentrace.ingest.parse import command as parse
from pentrace.normalise.normalise import command as normalise
from pentrace.normalise.statistics import command as statistics
from pentrace.windows.windows import command as windows

RECIPE = json.dumps({"recipe": "line-height", "resample": "arc", "spacing": 0.05})
Stage = tuple[click.Command, str, tuple[str, ...]]  # command, its options, the files it reads
# Options are the names of files below the folder of the data set; "out/" begins an output.
STAGES: dict[str, Stage] = {
    "parse": (parse, "--dataset d --reader iam --raw raw/ink-00.parquet --out-points "
              "out/points/00.parquet --out-samples out/parsed/00.samples.parquet --out-rejects "
              "out/parsed/00.rejects.parquet", ("raw/ink-00.parquet",)),
    "label": (label, "--dataset d --reader iam --raw raw/labels.parquet --parsed parsed "
              "--out-labels out/labels.parquet --out-rejects out/label-rejects.parquet "
              "--max-reject-share 1", ("raw/labels.parquet", "parsed/00.samples.parquet",
                                       "parsed/00.rejects.parquet")),
    "clean": (clean, "--dataset d --points points/00.parquet --samples parsed/00.samples.parquet "
              "--labels labels.parquet --out-points out/cleaned/00.parquet --out-rejects "
              "out/cleaned-rejects/00.parquet", ("points/00.parquet", "labels.parquet",
                                                 "parsed/00.samples.parquet")),
    "samples": (samples, "--dataset d --parsed parsed --labels labels.parquet --label-rejects "
                "label-rejects.parquet --cleaned cleaned --cleaned-rejects cleaned-rejects "
                "--out-samples out/samples.parquet --out-rejects out/rejects.parquet",
                ("parsed/00.samples.parquet", "parsed/00.rejects.parquet", "labels.parquet",
                 "label-rejects.parquet", "cleaned/00.parquet", "cleaned-rejects/00.parquet")),
    "statistics": (statistics, "--cleaned cleaned --samples samples.parquet --out "
                   "out/normalisation.json", ("cleaned/00.parquet", "samples.parquet")),
    "normalise": (normalise, "--cleaned cleaned/00.parquet --samples parsed/00.samples.parquet "
                  "--normalisation normalisation.json --out-offsets out/offsets/00.parquet "
                  "--out-frames out/frames/00.parquet",
                  ("cleaned/00.parquet", "parsed/00.samples.parquet", "normalisation.json")),
    "normalise resampled": (
        normalise, "--cleaned cleaned/00.parquet --samples parsed/00.samples.parquet "
        "--normalisation resampled.json --out-offsets out/offsets/00.parquet --out-frames "
        "out/frames/00.parquet", ("cleaned/00.parquet", "resampled.json")),
    "windows": (windows, "--offsets offsets --samples samples.parquet --out out/windows",
                ("offsets/00.parquet", "samples.parquet")),
    "characters": (characters, "--dataset t --raw texts --out-characters out/characters.parquet "
                   "--out-vocabulary out/vocabulary.parquet --out-documents "
                   "out/documents.parquet --out-rejects out/rejects.parquet --max-reject-share 1 "
                   "--validation 0.2 --test 0.2", ("texts/ink-00.parquet",)),
    "windows of text": (windows, "--characters characters.parquet --out out/windows",
                        ("characters.parquet",)),
}  # fmt: skip
LINES, FORMS = 4, 5
_FILES = ("parquet", "json", "safetensors", "pt")


def words_of(options: str, folder: Path) -> list[str]:
    """The options of a stage, with the paths in `folder`."""
    found = []
    for word in options.split():
        path = "/" in word or word.endswith((".parquet", ".json")) or word in _FOLDERS
        found.append(str(folder / word) if path else word)
    return found


_FOLDERS = ("parsed", "cleaned", "cleaned-rejects", "offsets", "texts", "data", "rewritten")


def run_stage(command: click.Command, options: str, folder: Path) -> dict[str, bytes]:
    """The files that a stage writes, by name; raises what it raises."""
    out = folder / "out"
    _remove(out)
    words = words_of(options, folder)
    for word in words:
        if f"{folder}/out/" in word:
            Path(word).parent.mkdir(parents=True, exist_ok=True)
    command.main(words, standalone_mode=False)
    found = sorted(path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): path.read_bytes() for path in found}


def _remove(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


def build(folder: Path) -> None:
    """A data set of lines and one of texts, by the stages themselves."""
    names = [f"a01/a01-00{f}/a01-00{f}u-{i:02d}" for f in range(FORMS) for i in range(1, LINES + 1)]
    points = [board.line_xml(seeds.recorded(40 + 3 * i, 4, i)) for i in range(len(names))]
    lines = [(f"lineStrokes/{n}.xml", c) for n, c in zip(names, points, strict=True)]
    lines.append(("lineStrokes/a01/a01-000/bad-01.xml", b"<x>"))
    pack(lines, {0: folder / "raw/ink-00.parquet"}, lambda path: 0)
    forms = [f"a01-00{f}u" for f in range(FORMS)]
    labels = {f"ascii/a01/{f[:-1]}/{f}.txt": seeds.transcripts()[0] for f in forms}
    labels |= {f"original/a01/{f[:-1]}/strokesu.xml": seeds.forms()[0] for f in forms}
    lists = zip(("trainset", "testset_v", "testset_t", "testset_f"), (0, 3, 4, 5), strict=True)
    cuts = {name: forms[start : start + (3 if not start else 1)] for name, start in lists}
    labels |= {f"task1/{n}.txt": board.split_list(found) for n, found in cuts.items()}
    pack(labels.items(), {0: folder / "raw/labels.parquet"}, lambda path: 0)
    texts = [(f"{i}.txt", content) for i, content in enumerate(seeds.texts())]
    pack(texts, {0: folder / "texts/ink-00.parquet"}, lambda path: 0)
    for command, options, _ in STAGES.values():
        if "resampled.json" in options:
            words = "--cleaned cleaned --samples samples.parquet --out resampled.json"
            resampled = [*words_of(words, folder), "--settings", RECIPE]
            statistics.main(resampled, standalone_mode=False)
        for name, content in run_stage(command, options, folder).items():
            place = folder / ("text-" * ("characters" in options) * (name[:7] == "windows") + name)
            if "--dataset t" not in options or name == "characters.parquet":
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)


def cases(stages: dict[str, Stage], make: object, bytes_only: bool = False) -> object:
    """`Kind.prepare` for `stages` on the data set that `make` builds."""

    def prepare(folder: Path) -> Run:
        make(folder)  # type: ignore[operator]
        whole = {name: run_stage(s[0], s[1], folder) for name, s in stages.items()}

        def run(random: Random) -> Outcome:
            name = random.choice(list(stages))
            place = folder / random.choice(stages[name][2])
            content = place.read_bytes()
            on_disk = bytes_only or random.random() < 0.5
            harmed = (damaged_bytes if on_disk else changed)(content, random)
            place.write_bytes(harmed)
            try:
                found = run_stage(*stages[name][:2], folder)
            except PentraceError as error:
                return refused(str(error), harmed)
            except OSError as error:
                return refused(explained(error) if error.filename else "", harmed)
            except Exception as error:
                error.add_note(name)
                error.content = harmed  # type: ignore[attr-defined]
                raise
            finally:
                place.write_bytes(content)
            # JSON has no checksum: a digit that is flipped is another value.
            wrong = _wrong(found, whole[name], on_disk and place.suffix != ".json")
            where = f"{name}, {place.relative_to(folder)}: {wrong}"
            return Outcome("wrong", where, harmed) if wrong else Outcome("right")

        return run

    return prepare


def _wrong(found: dict[str, bytes], whole: dict[str, bytes], on_disk: bool) -> str:
    """What is wrong with the outputs of a stage."""
    if on_disk:
        differing = [n for n in whole.keys() | found.keys() if whole.get(n) != found.get(n)]
        return f"bits changed {min(differing)}" if differing else ""
    for name, content in found.items():
        wrong = _unsound(name, content)
        if wrong:
            return f"{name}: {wrong}"
    return ""


def _unsound(name: str, content: bytes) -> str:
    """What is wrong with one output: it must be read as its schema says."""
    if name.endswith(".json"):
        bad = [w for w in (b"NaN", b"Infinity") if w in content]
        return f"contains {bad[0]!r}" if bad else ""
    path = Path("checked.parquet")
    path.write_bytes(content)
    if not name.endswith(".parquet"):
        return ""
    with tables.opened(path) as file:
        table = (file.schema_arrow.metadata or {}).get(b"table", b"").decode()
    expected = schema.TABLES.get(table)
    if expected is None or table.endswith("windows"):
        return ""
    try:
        for _ in tables.read_pieces(path, expected):
            pass
    except PentraceError as error:
        return str(error)
    return ""


KINDS = (Kind("stages", 10, cases(STAGES, build)),)  # type: ignore[arg-type]
