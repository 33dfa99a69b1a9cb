"""Settings of `pentrace write`: neatness, lines, and the look of the page."""

import re
from typing import Literal

from pydantic import Field, field_validator, model_validator

from pentrace.generate.settings import ERROR_LIMIT, PACE, Attempts, Check, ErrorLimit
from pentrace.page.appearance import PEN_WIDTH
from pentrace.settings import Settings

PAPERS = {
    "a3": (297.0, 420.0), "a4": (210.0, 297.0), "a5": (148.0, 210.0), "a6": (105.0, 148.0),
    "letter": (215.9, 279.4), "legal": (215.9, 355.6),
}  # fmt: skip  # mm
LANDSCAPE = "-landscape"
SIZE = re.compile(r"\d{1,5}(\.\d+)?x\d{1,5}(\.\d+)?")
# Most characters in a line, unless the user sets it. Lines of 90 by the network of the package are
# as legible as those of 50. Other networks were not measured, and small ones lose their place.
LONG_LINE, SHORT_LINE = 90, 50
NARROWEST = 20.0  # mm, smallest space between the margins


class WriteSettings(Settings):
    """How `pentrace write` writes a text; lengths in mm."""

    bias: float = Field(
        1.0,
        ge=0,
        le=20,
        description="0: no change; larger: neater, and less varied",
    )
    seed: int = Field(1, ge=0, lt=2**63, description="random seed")
    attempts: Attempts = 12
    check: Check = "reader"
    error_limit: ErrorLimit = ERROR_LIMIT
    steps_per_character: int = Field(
        PACE, ge=1, le=1000, description="maximum steps for each character of a line"
    )
    many_hands: bool = Field(
        False, description="write each line in a different hand; not with --style"
    )
    longest_line: int | None = Field(
        None,
        ge=1,
        le=1000,
        description=f"maximum characters in a line; null: {LONG_LINE} for a network with an "
        f"encoder of hands, such as pretrained, else {SHORT_LINE}; networks fail on long lines",
    )
    page: str = Field(
        "a4",
        description="page: a3, a4, a5, a6, letter or legal, also with -landscape such as "
        "a5-landscape; WIDTHxHEIGHT in mm; or line (cut to the ink)",
    )
    margin: float | None = Field(
        None, ge=0, le=1000, description="margin on all four sides, in mm; null: 20, or 2 for line"
    )
    size: float = Field(6.0, gt=0, le=1000, description="height of the writing, in mm")
    spacing: float | None = Field(
        None, gt=0, le=1000, description="distance between lines, in mm; null: twice the size"
    )
    drift: float = Field(
        1.0, ge=0, le=10, description="how far lines stray from straight and even; 0: not at all"
    )
    pen: Literal["brush", "plotter"] = Field(
        "brush", description="brush: thinner where faster; plotter: lines of one width"
    )
    pen_width: float = Field(PEN_WIDTH, gt=0, le=20, description="width of the pen, in mm")

    @field_validator("page")
    @classmethod
    def _known_page(cls, value: str) -> str:
        page = value.lower()
        if page.removesuffix(LANDSCAPE) in PAPERS or page == "line" or SIZE.fullmatch(page):
            return page
        raise ValueError(
            f"expected {', '.join(PAPERS)}, one of them with {LANDSCAPE}, line, or WxH in mm such "
            "as 100x150"
        )

    @model_validator(mode="after")
    def _room_to_write(self) -> "WriteSettings":
        if self.page != "line":
            width, height = (side - 2 * self.edge for side in self.paper)
            lowest = max(NARROWEST, 1.5 * self.size)
            if width < NARROWEST or height < lowest:
                raise ValueError(
                    f"page {self.page} with a margin of {self.edge:g} mm leaves "
                    f"{max(width, 0):g} x {max(height, 0):g} mm to write on; at least "
                    f"{NARROWEST:g} x {lowest:g} mm are needed; set a larger page, "
                    "or a smaller margin or size"
                )
        return self

    @property
    def edge(self) -> float:
        """The margin in mm."""
        return (2.0 if self.page == "line" else 20.0) if self.margin is None else self.margin

    @property
    def paper(self) -> tuple[float, float]:
        """Width and height in mm; of `line`, only the margins."""
        if self.page == "line":
            return 2 * self.edge, 2 * self.edge
        name = self.page.removesuffix(LANDSCAPE)
        if name in PAPERS:
            short, long = PAPERS[name]
            return (short, long) if name == self.page else (long, short)
        width, _, height = self.page.partition("x")
        return float(width), float(height)

    def longest(self, style_size: int) -> int:
        """The most characters in a line of a network with this `style_size`."""
        if self.longest_line is not None:
            return self.longest_line
        return LONG_LINE if style_size else SHORT_LINE
