"""`pentrace verify` and `pentrace verify-rates`, on a few users."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pentrace import schema, tables
from pentrace.errors import PentraceError
from pentrace.ink import from_table, to_table
from pentrace.signatures.protocol import trials
from pentrace.signatures.settings import VerifyStage
from pentrace.signatures.verify import command as verify
from pentrace.signatures.verify import read_signatures, scores
from pentrace.signatures.verify_rates import command as verify_rates
from tests.helpers.commands import invoke, makes_the_same_twice
from tests.helpers.small_data import edit_samples
from tests.helpers.small_signatures import FORGED, GENUINE, write

USERS = 4
PROTOCOL = {"references": 2, "draws": 2, "folds": 2, "leave_out": ["pressure", "time", "pen"]}
SIGNALS = ["vx", "vy", "pressure", "azimuth"]
METHODS = {
    "dtw": {"signals": SIGNALS},
    "stability": {"signals": SIGNALS, "stability": True},
    "features": {"kind": "features"},
    "costs": {"kind": "costs", "signals": SIGNALS},
    "joint": {"kind": "joint", "signals": SIGNALS},
    "embedding": {"kind": "embedding", "signals": SIGNALS, "hidden": 8, "steps": 4},
    "likelihood": {"kind": "likelihood", "hidden": 8, "steps": 20, "adapt_steps": 5},
}


def run(data: Path, name: str, method: dict, *words: object) -> pd.DataFrame:
    out = data / "verify" / f"{name}.parquet"
    settings = json.dumps({"protocol": PROTOCOL, "method": method})
    given = ("--data", data, "--name", name, "--out", out, "--settings", settings)
    invoke(verify, *given, *words)
    return tables.read(out).to_pandas()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path, USERS)
    return tmp_path


@pytest.mark.parametrize("name", METHODS)
def test_forgeries_get_higher_scores(data: Path, name: str) -> None:
    rows = run(data, name, METHODS[name])
    mean = rows.groupby("kind")["score"].mean()
    assert mean["skilled"] > mean["genuine"]
    assert mean["random"] > mean["genuine"]


def test_the_protocol_has_every_comparison_once(data: Path) -> None:
    rows = run(data, "dtw", METHODS["dtw"])
    assert not rows.duplicated(["draw", "user", "sample_id", "kind"]).any()
    counts = rows.groupby(["draw", "user"])["kind"].value_counts().unstack()
    assert (counts["genuine"] == GENUINE // 2).all()
    assert (counts["skilled"] == FORGED).all()
    assert (counts["random"] == USERS - 1).all()
    first = [f"S{n}" for n in range(1, GENUINE // 2 + 1)]
    references = rows["references"].explode()
    assert references.str.endswith(tuple(first)).all()
    assert not rows["sample_id"].isin(references.unique()).any()


@pytest.mark.parametrize("name", METHODS)
def test_scores_depend_on_the_ink_and_not_on_names_or_order(data: Path, name: str) -> None:
    """Signatures in another order, with other names, and genuine ones among forgeries."""
    known = tables.read(data / "samples.parquet").to_pylist()
    settings = VerifyStage.model_validate({"protocol": PROTOCOL, "method": METHODS[name]})
    compared, ink = trials(known, settings.protocol), read_signatures(data, known)
    random = np.random.default_rng(5)
    order = random.permutation(len(ink))
    place = np.argsort(order)
    mixes = [random.permutation(len(trial.tested)) for trial in compared]
    mixed = [
        trial._replace(
            references=place[random.permutation(trial.references)],
            tested=place[trial.tested[mix]],
            kinds=trial.kinds[mix],
            cohort=place[random.permutation(trial.cohort)],
        )
        for trial, mix in zip(compared, mixes, strict=True)
    ]
    plain = scores(ink, compared, settings.method, 1)
    other = scores([ink[i] for i in order], mixed, settings.method, 1)
    for one, two, mix in zip(plain, other, mixes, strict=True):
        np.testing.assert_allclose(one[mix], two, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["dtw", "stability"])
def test_a_signature_has_the_same_score_under_another_name(tmp_path: Path, name: str) -> None:
    """The tested signatures of each user change names: genuine ones get those of forgeries."""
    write(tmp_path / "one", USERS)
    write(tmp_path / "two", USERS)
    new = renamed(tmp_path / "two")
    found = [run(tmp_path / folder, name, METHODS[name]) for folder in ("one", "two")]
    one, two = (rows[rows["kind"] != "random"] for rows in found)
    keys = ["draw", "user", "sample_id"]
    one = one.assign(sample_id=one["sample_id"].map(new))
    both = one.merge(two, on=keys, suffixes=("", "_two"), validate="one_to_one")
    assert len(both) == len(one) == len(two)
    assert (both["kind"] == both["kind_two"]).all()
    np.testing.assert_allclose(both["score"], both["score_two"], rtol=1e-9)


def renamed(folder: Path) -> dict[str, str]:
    """Give the tested signatures of each user new names, and the table another order."""
    random = np.random.default_rng(5)
    rows = tables.read(folder / "samples.parquet").to_pylist()
    new = {row["sample_id"]: row["sample_id"] for row in rows}
    for user in {row["writer"] for row in rows}:
        own = [f"task2/{user}S{n}" for n in range(GENUINE // 2 + 1, GENUINE + FORGED + 1)]
        new |= dict(zip(own, random.permutation(own).tolist(), strict=True))
    rows = [
        rows[i] | {"sample_id": new[rows[i]["sample_id"]]} for i in random.permutation(len(rows))
    ]
    tables.write_rows(folder / "samples.parquet", schema.SAMPLES, rows)
    for path in (folder / "points").glob("*.parquet"):
        ink = from_table(tables.read(path))
        table = to_table(replace(ink, ids=[new[name] for name in ink.ids]))
        tables.write(path, schema.POINTS, [table])
    return new


def test_nothing_is_learnt_from_the_tested_user(data: Path) -> None:
    """Other labels of a user change no score of the users in the same fold."""
    known = tables.read(data / "samples.parquet").to_pylist()
    settings = VerifyStage.model_validate({"protocol": PROTOCOL, "method": METHODS["features"]})
    compared, ink = trials(known, settings.protocol), read_signatures(data, known)
    other = [t._replace(kinds=t.kinds[::-1]) if t.fold == 0 else t for t in compared]
    plain, changed = (scores(ink, part, settings.method, 1) for part in (compared, other))
    for trial, one, two in zip(compared, plain, changed, strict=True):
        assert np.array_equal(one, two) == (trial.fold == 0)


def test_channels_are_left_out(data: Path) -> None:
    rows = run(data, "dtw", METHODS["dtw"] | {"leave_out": True})
    assert set(rows["left_out"].dropna()) == {"pressure", "time", "pen"}
    wide = rows.pivot_table(
        index=["draw", "user", "sample_id", "kind"],
        columns=rows["left_out"].fillna("none"),
        values="score",
    )
    for channel in ("pressure", "time", "pen"):
        assert not np.allclose(wide["none"], wide[channel])


def test_ink_without_pressure_and_time_is_verified_too(tmp_path: Path) -> None:
    write(tmp_path, USERS, "task1/", columns=4)
    for name, method in METHODS.items():
        assert np.isfinite(run(tmp_path, name, method)["score"]).all()


def test_tasks_are_apart(tmp_path: Path) -> None:
    write(tmp_path, 2)
    write(tmp_path / "other", 2, "task1/")
    for table in ("points/00", "points/01", "samples"):
        two = [tables.read(tmp_path / p / f"{table}.parquet") for p in ("", "other")]
        tables.write(tmp_path / f"{table}.parquet", two[0].schema, two)
    rows = run(tmp_path, "dtw", METHODS["dtw"])
    assert set(rows["task"]) == {"task1", "task2"}
    assert (rows["sample_id"].str.rpartition("/")[0] == rows["task"]).all()


def test_the_same_bytes_twice(data: Path) -> None:
    out = data / "verify" / "features.parquet"
    makes_the_same_twice(lambda: run(data, "features", METHODS["features"]), out)


@pytest.mark.parametrize("kind", ["warping", "stability", "costs", "embedding"])
def test_one_signal_is_enough(data: Path, kind: str) -> None:
    method = METHODS["dtw" if kind == "warping" else kind] | {"signals": ["vx"]}
    assert np.isfinite(run(data, "one", method)["score"]).all()


@pytest.mark.parametrize("other", [{"draws": 3}, {"references": 3}])
def test_a_fusion_of_other_comparisons_is_an_error(data: Path, other: dict) -> None:
    run(data, "dtw", METHODS["dtw"])
    method = json.dumps({"protocol": PROTOCOL | other, "method": {"kind": "fusion", "of": ["dtw"]}})
    given = ("--data", data, "--name", "fusion", "--scores", data / "verify" / "dtw.parquet")
    with pytest.raises(PentraceError, match="compute them again"):
        invoke(verify, *given, "--out", data / "verify" / "f.parquet", "--settings", method)


def test_a_table_of_other_rows_is_an_error(data: Path) -> None:
    given = ("--scores", data / "samples.parquet", "--out", data / "verification.json")
    with pytest.raises(PentraceError, match=r"samples\.parquet: no column 'method'"):
        invoke(verify_rates, *given)


def test_rates_of_all_methods(data: Path) -> None:
    run(data, "dtw", METHODS["dtw"] | {"leave_out": True})
    out = data / "verification.json"
    done = invoke(verify_rates, "--scores", data / "verify" / "dtw.parquet", "--out", out)
    assert "task2 dtw: skilled common" in done.output
    table = json.loads(out.read_text())["table"]
    assert [row["left_out"] for row in table] == [None, "pressure", "time", "pen"]
    for kind in ("skilled", "random"):
        rate = table[0][kind]["per_user"]
        assert 0 <= rate["low"] <= rate["rate"] <= rate["high"] <= 1
        assert rate["rate"] < 0.2


def test_too_few_signatures_make_an_empty_table(tmp_path: Path) -> None:
    write(tmp_path, 1)
    rows = tables.read(tmp_path / "samples.parquet").slice(0, 1)
    tables.write(tmp_path / "samples.parquet", rows.schema, [rows])
    assert run(tmp_path, "dtw", METHODS["dtw"]).empty
    out = tmp_path / "verification.json"
    invoke(verify_rates, "--scores", tmp_path / "verify" / "dtw.parquet", "--out", out)
    assert json.loads(out.read_text())["table"] == []


def test_no_comparison_has_a_reason(data: Path) -> None:
    words = ["--data", data, "--name", "dtw", "--out", data / "none.parquet"]
    method = {"signals": SIGNALS}
    for references, reason in (
        (GENUINE, f"none of {USERS} users has {GENUINE} genuine signatures .* lower verify.ref"),
        (2, "no sample is known to be genuine or forged; use the reader svc2004, or"),
    ):
        settings = {"protocol": PROTOCOL | {"references": references}, "method": method}
        printed = invoke(verify, *words, "--settings", json.dumps(settings)).output
        assert re.search(reason, printed), printed
        edit_samples(data, lambda row: row | {"genuine": None})


@pytest.mark.parametrize("rate", [1000, 1e30])
def test_an_embedding_that_explodes_stops_with_the_reason(data: Path, rate: float) -> None:
    method = METHODS["embedding"] | {"learning_rate": rate}
    with pytest.raises(PentraceError, match=r"after step .*has exploded; lower learning_rate"):
        run(data, "embedding", method)
    assert not (data / "verify/embedding.parquet").exists()
