"""`pentrace halves`: lines that keep their style are nearest to themselves; a drift is found."""

import json

import numpy as np

from pentrace.hands.embedding import fit
from pentrace.hands.halves import command, compared
from pentrace.hands.hands import command as learn
from pentrace.windows.lines import gathered, load_lines
from tests.helpers import small_hands
from tests.helpers.commands import invoke

POINTS = 150


def test_steady_lines_are_nearest_to_themselves_and_mixed_ones_are_not(tmp_path):
    small_hands.write(tmp_path)
    known = load_lines(tmp_path, ["train", "validation"])
    units = json.loads((tmp_path / "normalisation.json").read_text())
    embedding = fit(known, [name.split("-")[0] for name in known.ids], units, 0.5)
    steady = [small_hands.line(writer, 9) for writer in range(4)]
    half = POINTS // 2
    other = [
        np.concatenate([line[: half + 1], steady[(i + 1) % 4][half + 1 :]])
        for i, line in enumerate(steady)
    ]
    names = [f"{i}" for i in range(4)]
    kept = compared(gathered(steady, names, [None] * 4), embedding, POINTS)
    changed = compared(gathered(other, names, [None] * 4), embedding, POINTS)
    assert kept["own"]["rate"] == 1.0 and kept["within"] < kept["between"]
    assert changed["own"]["rate"] == 0.0 and changed["within"] > changed["between"]


def test_the_command_compares_real_and_written_lines(tmp_path):
    model = small_hands.write(tmp_path)
    hands = tmp_path / "hands.safetensors"
    invoke(learn, "--data", str(tmp_path), "--out", str(hands))
    out = tmp_path / "halves.json"
    options = ["--model", model, "--data", tmp_path, "--embedding", hands, "--out-metrics", out]
    printed = invoke(command, *map(str, options), "--points", "100").output
    real, written = json.loads(out.read_text())["table"]
    assert real["origin"] == "real" and real["lines"] == written["lines"] == 4
    assert "nearest to their own first half" in printed
    again = tmp_path / "again.json"
    options[-1] = again
    invoke(command, *map(str, options), "--points", "100")
    assert again.read_bytes() == out.read_bytes()
