"""The look of ink everywhere: on pages, as samples, on sheets and in figures."""

PAPER = "#ffffff"
INK = "#1a1a1a"
BLUE = "#0072B2"  # real ink next to generated ink, such as the primer of a sample
GREY = "#767676"  # words next to the ink
PEN_DOWN, PEN_UP = "#c0392b", "#e8b4ad"  # the mark at the position of a moving pen

PEN_WIDTH = 0.4  # mm
DOT = 1.6  # width of a dot, in pen widths: a dot of one width is hard to see between lines


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of "#rrggbb", 0 to 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue
