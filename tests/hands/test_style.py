"""`pentrace imitate`, `hands` and `style`: texts in hands, and which hand they are nearest to."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.files import read_json
from pentrace.hands import embedding
from pentrace.hands.embedding import read_for
from pentrace.hands.features import FEATURES
from pentrace.hands.histograms import SIZE, histograms
from pentrace.hands.measured_lines import MeasuredLines
from pentrace.hands.table import followed
from pentrace.networks.recognition import RecognitionNetwork
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.store import save_model
from pentrace.recognise.written_lines import load_written
from pentrace.windows.lines import Lines, load_lines
from tests.helpers import small_hands, small_model
from tests.helpers.commands import makes_the_same_twice, pentrace
from tests.helpers.small_data import edit_samples

FEW = ["--texts", "2", "--compared", "3", "--check", "window"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of four writers, with its network, embedding and imitated lines."""
    folder = tmp_path_factory.mktemp("hands")
    small_hands.write(folder)
    pentrace("hands", "--data", folder, "--out", folder / "hands.safetensors")
    imitate(folder)
    return folder


def imitate(folder: Path, *more: object) -> str:
    words = ["--model", folder / "synthesis", "--data", folder, *FEW, *more]
    return pentrace("imitate", *words, "--out", folder / "imitated")


def style(folder: Path, *more: object, status: int = 0) -> str:
    words = ["--data", folder, "--imitated", folder / "imitated", *more]
    words += ["--embedding", folder / "hands.safetensors"]
    outputs = ["--out-metrics", folder / "style.json", "--out-lines", folder / "style.parquet"]
    return pentrace("style", *words, *outputs, status=status)


def test_hands_are_those_of_writers_that_were_not_trained_on(data: Path) -> None:
    rows = tables.read(data / "imitated/hands.parquet").to_pylist()
    assert {row["hand"] for row in rows} == {"w2", "w3"}
    assert len({row["sample_id"] for row in rows}) == len(rows) == 12
    roles = [row["role"] for row in rows if row["hand"] == "w2"]
    assert [roles.count(role) for role in ("reference", "compared", "text")] == [1, 3, 2]


def test_each_text_is_written_in_its_hand_and_without_a_style(data: Path) -> None:
    rows = tables.read(data / "imitated/hands.parquet").to_pylist()
    texts = {row["sample_id"] for row in rows if row["role"] == "text"}
    reference = {row["hand"]: row["sample_id"] for row in rows if row["role"] == "reference"}
    lines, about = load_written(data / "imitated")
    assert set(lines.ids) == {f"{how}/{n}" for n in texts for how in ("styled", "unstyled")}
    for row in about:
        how, _, name = row["sample_id"].partition("/")
        assert row["prime"] == (reference[name.split("-")[0]] if how == "styled" else None)


def test_real_lines_of_writers_that_were_not_learnt_from_are_identified(data: Path) -> None:
    output = style(data)
    found = read_json(data / "style.json")
    assert found["hands"] == ["w2", "w3"]
    real, styled, unstyled = found["table"]
    assert [row["lines"] for row in found["table"]] == [4, 4, 4]
    for method in ("embedding", "features"):
        assert real["methods"][method]["nearest"]["rate"] == 1
    # The network is not trained: without a style it cannot write in two hands.
    assert unstyled["methods"]["embedding"]["nearest"]["rate"] <= 0.5
    assert styled["character_error_rate"] is None
    assert "real: 4 lines, nearest by embedding 100.0% (100.0% to 100.0%)" in output


def test_the_table_of_lines_has_a_row_for_each_line_and_method(data: Path) -> None:
    style(data)
    rows = tables.read(data / "style.parquet", schema.STYLE.names).to_pylist()
    assert len(rows) == 12 * len({row["method"] for row in rows})
    for row in rows:
        assert (row["rank"] == 1) == (row["nearest"] == row["hand"])
        assert row["origin"] != "real" or row["own"] < row["others"]


def test_a_recogniser_finds_letters_and_counts_errors(data: Path) -> None:
    style(data, "--judge", recogniser(data / "judge.safetensors"))
    found = read_json(data / "style.json")
    for row in found["table"]:
        assert list(row["methods"]) == ["embedding", "letters", "features"]
        errors = row["character_error_rate"]
        assert errors["low"] <= errors["rate"] <= errors["high"]
    rows = tables.read(data / "style.parquet").to_pylist()
    assert {row["method"] for row in rows} == {"embedding", "letters", "features"}


def recogniser(path: Path) -> Path:
    """A recogniser that is not trained."""
    settings = NetworkSettings.model_validate(
        {"kind": "recognition", "layers": 1, "hidden": 8, "alphabet": " abc"}
    )
    torch.manual_seed(0)
    save_model(path, RecognitionNetwork(settings), settings, small_model.NORMALISATION)
    return path


def test_same_seed_same_bytes(data: Path) -> None:
    out = data / "again.safetensors"
    makes_the_same_twice(lambda: pentrace("hands", "--data", data, "--out", out), out)
    outputs = [data / "imitated" / f"{name}.parquet" for name in ("hands", "lines", "offsets")]
    makes_the_same_twice(lambda: imitate(data), *outputs)
    makes_the_same_twice(lambda: style(data), data / "style.json", data / "style.parquet")


@pytest.mark.parametrize("change", [{"writer": None}, {"writer": "w0"}])
def test_without_writers_nothing_is_compared(tmp_path: Path, change: dict) -> None:
    small_hands.write(tmp_path)
    edit_samples(tmp_path, lambda row: row | change)
    pentrace("hands", "--data", tmp_path, "--out", tmp_path / "hands.safetensors")
    assert "fewer than 2 writers" in imitate(tmp_path)
    style(tmp_path)
    found = read_json(tmp_path / "style.json")
    assert found["hands"] == [] and not tables.read(tmp_path / "style.parquet").num_rows
    figure = ["--metrics", tmp_path / "style.json", "--lines", tmp_path / "style.parquet"]
    pentrace("plot", "hands", *figure, "--out", tmp_path / "hands.png")


@pytest.mark.parametrize("kept", ["styled", "unstyled", ""])
def test_a_folder_without_lines_of_one_origin_is_measured(data: Path, kept: str) -> None:
    folder = data / f"only-{kept}"
    folder.mkdir()
    for name in ("hands", "lines", "offsets"):
        found = tables.read(data / f"imitated/{name}.parquet")
        if name != "hands":
            own = [n.partition("/")[0] == kept for n in found["sample_id"].to_pylist()]
            found = found.filter(own)
        shutil.copy(data / f"imitated/{name}.parquet", folder)
        tables.write(folder / f"{name}.parquet", found.schema, [found])
    output = style(data, "--imitated", folder)
    missing = {"styled", "unstyled"} - {kept}
    assert all(f"{origin}: no lines" in output for origin in missing)
    for row in read_json(data / "style.json")["table"]:
        rates = [method["nearest"] for method in row["methods"].values()]
        assert all((rate is None) == (row["origin"] in missing) for rate in rates)
        assert row["lines"] == (0 if row["origin"] in missing else 4)
    figure = ["--metrics", data / "style.json", "--lines", data / "style.parquet"]
    pentrace("plot", "hands", *figure, "--out", data / "hands.png")


def test_an_origin_without_some_hands_has_correlations_of_the_others() -> None:
    hands, compared = list("abcd"), np.array([0, 0, 1, 1, 2, 2, 3, 3])
    none = Lines(np.zeros((0, 3), np.float32), np.zeros(1, np.int64), [], [])
    own, origin = np.array([0, 1, 2, 0]), ["real", "real", "real", "styled"]
    measured = MeasuredLines(hands, none, compared, none, own, origin, np.zeros(4, bool))
    vectors = np.tile(np.array([1.0, 2.0, 4.0, 3.0])[:, None], (1, len(FEATURES)))
    for row in followed(measured, vectors, np.tile(compared[:, None] * 1.0, (1, len(FEATURES)))):
        assert row["real"] == pytest.approx(np.corrcoef([0, 1, 2], [1, 2, 4])[0, 1])
        assert row["styled"] is None and row["unstyled"] is None


def test_each_flipped_bit_of_an_embedding_is_found(data: Path, tmp_path: Path) -> None:
    content = (data / "hands.safetensors").read_bytes()
    expected, random = embedding.read(data / "hands.safetensors"), np.random.default_rng(0)
    path = tmp_path / "hands.safetensors"
    for _ in range(300):
        damaged = bytearray(content)
        damaged[random.integers(len(damaged))] ^= 1 << random.integers(8)
        path.write_bytes(damaged)
        try:
            found = embedding.read(path)
        except PentraceError as error:
            assert str(error).startswith(f"{path}: ")
        else:  # a bit without a meaning, such as in padding
            assert np.array_equal(found.axes, expected.axes) and found[1:] == expected[1:]


def test_lines_that_do_not_fit_the_data_are_refused(data: Path, tmp_path: Path) -> None:
    small_hands.write(tmp_path)
    pentrace("hands", "--data", tmp_path, "--out", tmp_path / "hands.safetensors")
    imitate(tmp_path)
    rows = tables.read(tmp_path / "imitated/hands.parquet").to_pylist()
    rows[0]["sample_id"] = "lost"
    tables.write_rows(tmp_path / "imitated/hands.parquet", schema.HANDS, rows)
    with pytest.raises(PentraceError, match="lost is not in the data; write the lines again"):
        from pentrace.hands.measured_lines import load_measured

        load_measured(tmp_path, tmp_path / "imitated")


def test_a_file_that_is_no_embedding_is_refused(data: Path, tmp_path: Path) -> None:
    units = data / "normalisation.json"
    with pytest.raises(PentraceError, match="no such file; make it with pentrace hands"):
        read_for(tmp_path / "none", units)
    (tmp_path / "cut").write_bytes((data / "hands.safetensors").read_bytes()[:-9])
    with pytest.raises(PentraceError, match="not a complete file"):
        read_for(tmp_path / "cut", units)
    with pytest.raises(PentraceError, match="not a file of this version"):
        read_for(data / "synthesis/model.safetensors", units)


def test_the_shape_of_a_line_does_not_depend_on_the_speed_of_the_pen() -> None:
    time = np.linspace(0, 6, 300)
    uneven = np.concatenate([time[::3], time])
    found = []
    for at in (time, np.unique(uneven**1.2 / 6**0.2)):
        x, y = 20 * at, 10 * np.sin(2 * np.pi * at)
        steps = np.stack([np.diff(x, prepend=0), np.diff(y, prepend=0), at == at[-1]], 1)
        one = Lines(steps.astype(np.float32), np.array([0, len(at)]), ["a"], ["a"])
        found.append(histograms(one, {"mean": [0.0, 0.0], "sd": [1.0, 1.0]}, 2.0)[0])
    assert found[0].shape == (SIZE,)
    assert ((found[0] - found[1]) ** 2).sum() < 0.15  # 8: nothing in common


def test_vectors_of_one_hand_are_near_each_other(data: Path) -> None:
    found = embedding.read(data / "hands.safetensors")
    lines = load_lines(data, ["validation"])
    vectors = found.of(lines)
    hand = np.array([name[:2] for name in lines.ids])
    apart = np.linalg.norm(vectors[:, None] - vectors, axis=-1)
    same = hand[:, None] == hand
    assert apart[same].mean() < 0.5 * apart[~same].mean()
