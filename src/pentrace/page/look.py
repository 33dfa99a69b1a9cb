"""How ink looks wherever it is drawn: on pages, as samples, on sheets and in figures."""

PAPER = "#ffffff"
INK = "#1a1a1a"
BLUE = "#0072B2"  # real ink beside that of a network, such as what a sample goes on from
GREY = "#767676"  # words beside the ink
PEN_DOWN, PEN_UP = "#c0392b", "#e8b4ad"  # the mark where a moving pen is

PEN_WIDTH = 0.4  # mm
DOT = 1.6  # width of a dot, in pen widths: one width is lost among lines


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of "#rrggbb", 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
