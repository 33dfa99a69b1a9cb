"""The page as HTML: its program, its style, the weights, and the facts about them, in one file."""

import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pentrace import __version__
from pentrace.browser.constants import constants
from pentrace.browser.packed_weights import PackedWeights, packed
from pentrace.errors import PentraceError
from pentrace.networks import model_file
from pentrace.networks.seen import rare
from pentrace.networks.settings import NetworkSettings
from pentrace.write.settings import PAPERS, WriteSettings

FOLDER = Path(__file__).parent
# Modules of the program in their order; a class is defined before it is used.
MODULES = (
    "random", "arithmetic", "weights", "style_encoder", "network", "ink_loop", "recogniser", "text",
    "candidate", "lines", "layout", "write_text", "pen", "files", "own_formats", "assumed_speed",
    "own_ink", "zip", "worker", "pool",
    "copy_texts", "pad", "paper", "client", "write_view", "record_view", "collect_view", "start",
)  # fmt: skip
USED = ("alphabet", "hidden", "layers", "components", "window_parametrisation", "style_size")


def page(
    model: Path,
    reader: Path | None,
    styles: dict[str, dict],
    notes: dict[str, str],
    by_seed: Sequence[str] = (),
) -> str:
    """The page for the synthesis network at `model` and the recogniser at `reader`.

    `styles`: name -> content of a JSON file of ink. `notes` are stored in the files that the page
    saves. The seed chooses one of the styles `by_seed`, for seeds 0, 1, ..., and after the last the
    first again; without any, the network invents a hand.
    Raises `PentraceError` for a network that the program of the page cannot run.
    """
    defaults = WriteSettings.model_validate({})
    weights, settings, normalisation = model_file.read(model, "np", ("synthesis",))
    _check(model, settings, normalisation)
    synthesis = packed(weights)
    facts: dict[str, Any] = {"version": __version__, "notes": notes, "styles": styles}
    facts["by_seed"] = [*by_seed]
    facts["synthesis"] = _facts(settings, synthesis)
    facts["rare"] = rare(settings.alphabet or "", model_file.counts(model))
    recognition = None
    if reader is not None:
        read_weights, reads, _ = model_file.read(reader, "np", ("recognition",))
        recognition = packed(read_weights)
        facts["recognition"] = _facts(reads, recognition)
    return _template().render(
        version=__version__,
        style=Markup(_text("page.css")),
        program=Markup(program(normalisation)),
        facts=Markup(_in_script(facts)),
        code=base64.b64encode((FOLDER / "products.wasm").read_bytes()).decode(),
        synthesis=synthesis.text,
        recognition=recognition.text if recognition else "",
        papers=_papers(),
        by_seed=by_seed,
        alphabet=settings.alphabet,
        defaults=defaults,
        longest_line=defaults.longest(settings.style_size),
    )


def _papers() -> dict[str, str]:
    """Label -> WIDTHxHEIGHT in mm; first A6 landscape, the default of the page."""
    sizes: dict[str, str] = {}
    for name in sorted(PAPERS, key=lambda paper: PAPERS[paper]):
        label = name.upper() if len(name) == 2 else f"US {name.title()}"
        short, long = PAPERS[name]
        pair = {label: f"{short:g}x{long:g}", f"{label} landscape": f"{long:g}x{short:g}"}
        sizes |= pair if sizes else dict(reversed(pair.items()))
    return sizes


def _check(path: Path, settings: NetworkSettings, normalisation: dict) -> None:
    """Raise `PentraceError` if the program has no code for such a network."""
    if normalisation.get("recipe") != "graves" or normalisation.get("settings", {}).get("resample"):
        raise PentraceError(
            f"{path}: the page needs a network for ink of the recipe graves that is not resampled; "
            "give another network with --model"
        )


def _facts(settings: NetworkSettings, weights: PackedWeights) -> dict[str, Any]:
    used = {key: getattr(settings, key) for key in USED}
    return {"settings": used, "arrays": weights.arrays}


def program(normalisation: dict) -> str:
    """The program of the page and of its worker: its modules one after another, in one scope."""
    parts = [_text(f"js/{name}.js") for name in MODULES]
    return "\n".join(['"use strict";', constants(normalisation), *parts])


def _in_script(value: Any) -> str:
    """JSON that cannot end a script element."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("pentrace.browser", "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("page.html.j2")
