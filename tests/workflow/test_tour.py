"""The tour of the Python interface, run where the workflow has run."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.helpers.checkout import ROOT, Checkout

TOUR = ROOT / "docs" / "tour.ipynb"
SECONDS = 120  # of a cell


def tour() -> nbformat.NotebookNode:
    return nbformat.read(TOUR, as_version=4)


def test_it_is_small_and_kept_without_outputs() -> None:
    nbformat.validate(tour())
    code = [cell for cell in tour().cells if cell.cell_type == "code"]
    assert code and not any(cell.outputs or cell.execution_count for cell in code)
    assert TOUR.stat().st_size < 10_000


@pytest.mark.slow
def test_every_cell_runs_and_shows_something(whole_copy: Checkout) -> None:
    folder = whole_copy.folder / "docs"
    folder.mkdir()
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(tour(), timeout=SECONDS, resources=resources)
    done = client.execute(env=whole_copy.environment())
    for cell in done.cells:
        assert cell.cell_type == "markdown" or cell.outputs, cell.source
    outputs = [out for cell in done.cells for out in cell.get("outputs", [])]
    kinds = {kind for out in outputs for kind in out.get("data", {})}
    assert {"image/svg+xml", "image/png", "text/html"} <= kinds
    assert (whole_copy.folder / "scratch" / "page.svg").exists()
