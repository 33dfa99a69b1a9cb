"""Numbers and tables of the Python code that the program of the page uses too, by name."""

import json
from typing import Any

from pentrace import resample
from pentrace.generate import (
    ink_loop,
    leading,
    lines,
    numpy_networks,
    numpy_recogniser,
    numpy_style,
    reading,
    settings,
)
from pentrace.generate import window_check as check
from pentrace.networks import alphabet
from pentrace.normalise.positions import SAMPLING
from pentrace.page import animated_svg, appearance, layout, pen, strokes, svg
from pentrace.readers.own_formats import complete
from pentrace.write import assumed_speed, scale, style
from pentrace.write import lines as written_lines

DRAWING: dict[str, Any] = {
    "LAST_STROKE": ink_loop.LAST_STROKE,
    "EXPONENT_LIMIT": numpy_networks.EXPONENT_LIMIT,
    "BUMP_LIMIT": numpy_networks.BUMP_LIMIT,
    "STEPS_PER_LETTER": numpy_networks.STEPS_PER_LETTER,
    "LEAST_VARIANCE": numpy_style.LEAST_VARIANCE,
    "ROUNDING": numpy_style.ROUNDING,
    "REDUCTION": numpy_recogniser.REDUCTION,
    "SPAN": numpy_recogniser.SPAN,
    "FIRST_CANDIDATES": lines.FIRST,
    "FIRST_IN_HAND": lines.FIRST_IN_HAND,
    "READ_BETTER": lines.READ_BETTER,
    "TAIL": lines.TAIL,
    "TWO_STROKES": lines.TWO_STROKES,
    "PACE": settings.PACE,
    "ERROR_LIMIT": settings.ERROR_LIMIT,
    "AS_A_WORD": reading.AS_A_WORD,
    "AS_A_LINE": reading.AS_A_LINE,
    "NEAR": check.NEAR,
    "SEEN": check.SEEN,
    "LEAST_VISITS": check.LEAST,
    "LEADING": leading.LEADING,
    "LEADS": leading.LEADS,
    "PRIMING": leading.PRIMING,
    "WIDE": written_lines.WIDE,
    "WIDTHS": scale.WIDTHS,
    "OTHERS": scale.OTHERS,
    "ALIKE": alphabet.ALIKE,
    "TYPOGRAPHIC": alphabet.TYPOGRAPHIC,
}
INK: dict[str, Any] = {
    "AIR_SPEED": layout.AIR_SPEED,
    "ASCENT": layout.ASCENT,
    "STEEPEST": layout.STEEPEST,
    "STEEP": layout.STEEP,
    "UPRIGHT": layout.UPRIGHT,
    "LONG": layout.LONG,
    "SQUEEZED": layout.SQUEEZED,
    "SHORT_TEXT": layout.FEW,
    "BELOW": layout.BELOW,
    "SHORT_LINE": layout.SHORT_LINE,
    "LONG_LINE": layout.LONG_LINE,
    "LEFT": layout.LEFT,
    "FOOT": layout.FOOT,
    "TURN": layout.TURN,
    "BOW": layout.BOW,
    "INTERVAL": SAMPLING,
    "NOTHING": strokes.NOTHING,
    "LEAST": pen.LEAST,
    "MOST": pen.MOST,
    "STEEPNESS": pen.STEEPNESS,
    "PASSES": pen.PASSES,
    "STEADY": pen.STEADY,
    "APART": pen.APART,
    "SHARP": svg.SHARP,
    "DOT_LENGTH": svg.DOT_LENGTH,
    "DOT": appearance.DOT,
    "LEVELS": animated_svg.LEVELS,
    "LONGEST_PIECE": animated_svg.LONGEST,
    "GRID": style.GRID,
    "POINTS": style.POINTS,
    "RATE": style.RATE,
    "STRAIGHT": assumed_speed.STRAIGHT,
    "SLOWER": assumed_speed.SLOWER,
    "AT_END": assumed_speed.AT_END,
    "RISE": assumed_speed.RISE,
    "FINE": assumed_speed.FINE,
    "REACH": assumed_speed.REACH,
    "MOST_FINE": assumed_speed.MOST,
    "FEW": style.FEW,
    "MISFIT": style.MISFIT,
    "SHORT": style.SHORT,
    "AXIS_MARGIN": complete.MARGIN,
    "LONGEST_STYLE": style.LONGEST,
    "LONGEST_REST": resample.LONGEST_REST,
    "TIES": resample.TIES,
}


def constants(normalisation: dict) -> str:
    """The lines of JavaScript that define all of them, and the scale of the network's ink."""
    ink_scale = {
        "MEAN": normalisation["mean"],
        "SD": normalisation["sd"],
        "CHARACTER_WIDTH": scale.character_width(normalisation),
        "LINE_HEIGHT": scale.line_height(normalisation),
    }
    values = DRAWING | INK | ink_scale
    return "\n".join(f"const {name} = {json.dumps(value)};" for name, value in values.items())
