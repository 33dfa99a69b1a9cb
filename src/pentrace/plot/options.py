"""Options that the figures share."""

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from pentrace.options import note_option, out_file_option
from pentrace.plot import style


def figure_options(function: Callable) -> Callable:
    """Add `--out` and `--note`; draw in the common style, and save the figure of `function`.

    The code of a figure is its module and the modules that it imports. `plot.command` only finds
    it, so the rule of a figure depends neither on `plot.command` nor on the table of figures.
    """

    @out_file_option(help="Figure to write, PNG or SVG.")
    @note_option
    def drawn(out: Path, note: str, **given: object) -> None:
        with style.applied():
            made: Figure = function(**given)
            style.add_note(made, note)
            style.save(made, out)

    # click stores options on the function that they decorate, and reads help from its docstring.
    drawn.__doc__ = function.__doc__
    drawn.__click_params__ += getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    return drawn
