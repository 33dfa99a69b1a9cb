"""`pentrace demo`: write synthetic recordings in the raw formats of the real data sets."""

from contextlib import ExitStack
from pathlib import Path

import click

from pentrace.demo import board, corpus, dirt, signatures
from pentrace.demo.archives import Add, tar, zipped
from pentrace.demo.corpus import Form, stream
from pentrace.demo.hands import Hand
from pentrace.demo.settings import DemoSettings
from pentrace.files import write_text
from pentrace.options import Command, out_folder_option, settings_option

README = """These recordings are SYNTHETIC. No person wrote them; `pentrace demo` made them.

iam/ has the file formats of IAM-OnDB, svc/ those of SVC2004 Task 2; neither contains data of
these data sets. The pen movement is a sum of strokes with lognormal speed over letter forms of the
Hershey fonts. The sentences were composed for Pentrace, and the names in the signatures are
invented. Faults of real recordings were added on purpose. Names of forms begin with s and names of
writers with 90, unlike the real ones. All files here can be made again from `demo:` in config.yaml,
with the same bytes.
"""


@click.command("demo", cls=Command)
@out_folder_option(help="Folder to write to.")
@settings_option(DemoSettings)
def command(out: Path, settings: DemoSettings) -> None:
    """Write synthetic recordings in the true raw formats."""
    write_text(out / "README.txt", README)
    forms = write_lines(out / "iam", settings)
    write_signatures(out / "svc", settings)
    click.echo(
        f"{forms * settings.lines} lines by {settings.writers} writers and "
        f"{settings.users * settings.signatures} signatures of {settings.users} users, synthetic"
    )


def write_lines(folder: Path, settings: DemoSettings) -> int:
    """Write the four archives of IAM-OnDB into `folder`; return the number of forms."""
    hands = corpus.hands(settings)
    forms = corpus.forms(settings, hands)
    with ExitStack() as stack:
        lines, ascii_, original, lists = (
            stack.enter_context(tar(folder / f"{name}.tar.gz"))
            for name in ("lineStrokes-all", "ascii-all", "original-xml-all", "task1")
        )
        for form in forms:
            _write_form(form, hands[form.writer], settings, lines, original)
            ascii_(f"ascii/{form.folder}/{form.name}.txt", _transcript(form))
        if settings.dirt:  # the real data has transcripts of forms that were never recorded
            ascii_("ascii/s99/s99-000/s99-000u.txt", board.transcript([], forms[0].texts))
        for name in corpus.LISTS:
            listed = [form.name for form in forms if form.listed == name]
            lists(f"{name}.txt", board.split_list(listed))
    return len(forms)


def write_signatures(folder: Path, settings: DemoSettings) -> None:
    """Write `Task2.zip` into `folder`."""
    count = settings.users * settings.signatures
    faults = dirt.assign(
        signatures.FAULTS, count, settings.dirt, stream(settings, "signature-faults")
    )
    with zipped(folder / "Task2.zip", "Synthetic signatures, made by pentrace demo") as add:
        for user, signer in enumerate(signatures.signers(settings)):
            for number in range(settings.signatures):
                rng = stream(settings, "signature", user, number)
                points = signatures.sign(signer, number < signatures.GENUINE, rng)
                fault = faults[user * settings.signatures + number]
                content = signatures.text(signatures.spoilt(points, fault, rng))
                add(f"Task2/U{user + 1}S{number + 1}.TXT", content)


def _write_form(form: Form, hand: Hand, settings: DemoSettings, lines: Add, original: Add) -> None:
    """Add the lines of one form, and the complete form, to their archives."""
    clean = corpus.write(form, hand, settings)
    for number, ink in enumerate(corpus.spoilt(form, clean, settings), 1):
        content = board.line_xml(ink)
        if form.line_faults[number - 1] == dirt.TRUNCATED:
            content = content[: len(content) * 3 // 5]
        lines(f"lineStrokes/{form.folder}/{form.name}-{number:02d}.xml", content)
    if form.fault == "no-original":
        return
    name = "s00-000z" if form.fault == "wrong-id" else form.name
    general = form.fault != "no-general"
    content = board.form_xml(name, form.writer_id, clean, form.texts, general)
    content = content[: len(content) // 2] if form.fault == "cut-original" else content
    original(f"original/{form.folder}/strokes{form.suffix}.xml", content)


def _transcript(form: Form) -> bytes:
    """The transcript of a form, with the faults of transcripts."""
    if form.fault == "placeholder":
        return board.transcript([], [board.PLACEHOLDER])
    written = form.texts[:-1] if form.fault == "line-missing" else form.texts
    if form.fault == "trailing-blanks":
        written = [f"{line} " for line in written]
    content = board.transcript(form.prompt, written)
    if form.fault == "crlf":
        lines = content.split(b"\n")
        content = b"\n".join(line + b"\r" * (n % 2) for n, line in enumerate(lines))
    return content
