"""A data set in Python."""

import numpy as np
import pytest
from torch.utils.data import DataLoader

import pentrace
from pentrace import PentraceError
from pentrace.windows.batches import Batch, gather
from pentrace.windows.stored import load_windows
from tests.helpers import small_corpus, small_results
from tests.helpers.processes import loaded


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> pentrace.Dataset:
    return pentrace.Dataset(small_results.build_dataset(tmp_path_factory.mktemp("data")))


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> pentrace.Dataset:
    folder = tmp_path_factory.mktemp("texts")
    small_corpus.build(folder, {"cat.txt": (small_corpus.VERSE * 5).encode()})
    return pentrace.Dataset(folder)


def test_tables_are_pandas_tables(data):
    assert data.samples.sample_id.tolist() == ["s0", "s1", "s2", "s3", "s4", "s9"]
    assert {"rule", "reason"} <= set(data.rejects)
    assert data.normalisation["sd"] == [20, 20]


def test_points_of_all_samples_and_of_one_split(data):
    every, train = data.points(), data.points("train")
    assert every.sample_id.unique().tolist() == ["s0", "s1", "s2", "s3", "s4"]
    assert train.sample_id.unique().tolist() == ["s0", "s1"]
    assert len(train) == 2 * small_results.POINTS
    assert (every.x.dtype, every.t.dtype) == (np.float32, np.float64)
    assert data.points("train", cleaned=True).equals(train)
    assert data.points("validation2").empty


def test_ink_of_a_sample_has_y_upward(data):
    ink, recorded = data.ink("s2"), data.points("validation")
    np.testing.assert_array_equal(ink.y, -recorded.y)
    assert (ink.name, ink.unit, ink.stroke.max()) == ("s2", "tablet unit", small_results.STROKES)
    with pytest.raises(PentraceError, match=r"no sample s22; try s2$"):
        data.ink("s22")


def test_lines_are_normalised_offsets(data):
    names, texts, offsets = data.lines("train")
    assert names == ["s0", "s1"] and len(texts) == 2
    assert (offsets[0].shape, offsets[0].dtype) == ((small_results.POINTS, 3), np.float32)
    assert not offsets[1][0].any()
    ink = data.ink("s0")
    np.testing.assert_allclose(np.diff(ink.y) / 20, offsets[0][1:, 1], atol=1e-4)


def test_windows_are_what_batches_are_made_of(data):
    windows = data.windows("train")
    stored = load_windows(data.folder, ["train"])
    assert len(windows) == len(stored.ids)
    (x, y, mask) = next(iter(DataLoader(windows, batch_size=len(windows))))
    assert (x.shape, y.shape, mask.shape) == ((len(windows), 49, 3),) * 2 + ((len(windows), 49),)
    all_of_them = Batch(np.arange(len(windows)), 0 * stored.n_steps, stored.n_steps)
    for ours, theirs in zip((x, y, mask), gather(stored, all_of_them), strict=True):
        cut = ours.numpy()[:, : theirs.shape[1]]
        real = mask.numpy()[:, : theirs.shape[1]]
        np.testing.assert_array_equal(cut[real], theirs[real])
    assert not y[~mask].any()
    assert len(data.windows("validation2")) == 0


def test_a_data_set_of_texts(texts):
    assert texts.documents.sample_id.tolist() == ["cat"]
    x, y, mask = texts.windows("train")[0]
    assert "".join(map(chr, x[:7])) == "the cat" and (x[1:] == y[:-1]).all() and mask.all()
    for wrong in (lambda: texts.samples, lambda: texts.points(), lambda: texts.lines("train")):
        with pytest.raises(PentraceError, match=r"a data set of texts has no .*\.documents"):
            wrong()


def test_mistakes_have_a_remedy(data, tmp_path):
    with pytest.raises(PentraceError, match=r"gone: no such folder; .* with snakemake$"):
        pentrace.Dataset(tmp_path / "gone")
    with pytest.raises(PentraceError, match=r"no samples\.parquet in this folder; give the folder"):
        pentrace.Dataset(tmp_path)
    for wrong in (data.lines, data.windows, data.points):
        with pytest.raises(PentraceError, match="split 'trian': did you mean 'train'"):
            wrong("trian")
    with pytest.raises(PentraceError, match=r"no data set of texts; use \.samples"):
        _ = data.documents


def test_reading_tables_and_lines_loads_no_pytorch(data):
    code = (
        f"import pentrace\nd = pentrace.Dataset({str(data.folder)!r})\nd.lines('train'), d.samples"
    )
    assert not {"torch", "matplotlib"} & loaded(code)
