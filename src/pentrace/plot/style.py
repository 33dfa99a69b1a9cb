"""One style for all figures, and files whose bytes depend only on the figure."""

from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from textwrap import wrap

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.rcsetup import cycler

from pentrace.errors import UsageError
from pentrace.files import is_stream, whole_file
from pentrace.page import appearance as look

WIDTH = 7.0  # inches, the text width of a two-column page
SMALL = 7  # points, the smallest letters of a figure
LETTER, ROW = 0.065, 0.12  # inches: more than a small letter is wide, and the height of a row

# Okabe and Ito (2008): distinct with any kind of colour vision. Yellow is left out, since it is too
# light for thin lines on white.
PALETTE = (look.BLUE, "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
BLUE, RED, GREEN, PINK, SKY, ORANGE = PALETTE
INK, GREY = look.INK, look.GREY

# From paper white to black with steadily falling lightness, so that it is also clear in grey.
HEAT: Colormap = LinearSegmentedColormap.from_list(
    "paper", ["#ffffff", "#fde2a8", "#f79d5c", "#d5486a", "#7d2482", "#1d1147"]
)
# viridis without its lightest end, which cannot be seen on white paper.
SEQUENCE: Colormap = LinearSegmentedColormap.from_list(
    "sequence", matplotlib.colormaps["viridis"](np.linspace(0, 0.88, 256))
)

_RC = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same glyphs on every machine
    "font.size": 8,
    "text.parse_math": False,  # two dollar signs in a transcript are no formula
    "axes.titlesize": SMALL,
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "lines.linewidth": 1.2,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "figure.dpi": 100,
    "savefig.dpi": 220,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "pentrace",
    "path.simplify": False,
    "agg.path.chunksize": 0,
}


def applied() -> AbstractContextManager[None]:
    """The style, for the duration of a `with` block; draw and save figures inside it."""
    return matplotlib.rc_context(_RC)  # type: ignore[arg-type]


class ShownFigure(Figure):
    """A figure that a notebook shows, also without pyplot."""

    def _repr_png_(self) -> bytes:
        content = BytesIO()
        with applied():
            self.savefig(content, format="png")
        return content.getvalue()


def figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure of `width` x `height` inches, laid out without overlaps."""
    made = ShownFigure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(made)
    return made


def bare(axes: Axes) -> None:
    """Remove frame and ticks, for panels that have a scale bar instead."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def add_note(made: Figure, text: str) -> None:
    """Write `text` in small letters in the lower right corner, in a strip without other content."""
    if not text:
        return
    width, height = made.get_size_inches()
    rows = wrap(text, max(int(width / LETTER), 1))
    strip = ROW * len(rows) + 0.02
    engine = made.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0, strip / height, 1, 1 - strip / height))
    made.text(1 - 0.035 / width, 0.02 / height, "\n".join(rows), ha="right", va="bottom",
              fontsize=SMALL, color=GREY)  # fmt: skip


def save(made: Figure, path: str | Path) -> None:
    """Write PNG or SVG, by the suffix of `path`, without date or version in the file.

    Standard output, a device or a pipe without a suffix gets PNG. Raises `UsageError` for
    another suffix.
    """
    kind = Path(path).suffix.lower().lstrip(".")
    kind = kind or ("png" if is_stream(path) else "")
    if kind not in ("png", "svg"):
        raise UsageError(f"{path}: not a format of figures; use the suffix .png or .svg")
    metadata = {"Software": None} if kind == "png" else {"Date": None, "Creator": None}
    with whole_file(path) as partial:
        made.savefig(partial, format=kind, metadata=metadata)
