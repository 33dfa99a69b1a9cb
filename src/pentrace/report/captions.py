"""What is said of each figure: category, title and caption, by the name of its file."""

import re
from typing import NamedTuple


class Caption(NamedTuple):
    """The words around a figure."""

    category: str  # the heading it stands under
    title: str
    text: str


CAPTIONS = {
    "strokes": Caption(
        "Data",
        "Recordings by stroke",
        "Samples evenly spaced over the kept recordings, all at one scale, y upward. Neighbouring "
        "strokes have different colours, which have no meaning. The pen in the air is not "
        "drawn.",
    ),
    "points": Caption(
        "Data",
        "Recordings by point",
        "The same samples; the colour is the place of each point in the sample.",
    ),
    "rules": Caption(
        "Cleaning",
        "What the rules measure",
        "The statistic of each cleaning rule over all points as they were recorded, or over "
        "samples. Each rule sees what the ones before it left. Dashed: the limit; red: what it "
        "takes. Counts are on a log axis, and so are distances and times away from zero.",
    ),
    "rejects": Caption(
        "Cleaning",
        "What the rules took",
        "Losses by rule, coloured by the stage that found them, on log axes. Shares refer to what "
        "was recorded; a text or a writer is lost once for a sample.",
    ),
    "offsets": Caption(
        "Normalisation",
        "Offsets before and after",
        "Steps between neighbouring points of the training split, y upward, as recorded (left) "
        "and normalised (right). Colour and marginals are logarithmic; the ellipse is one "
        "standard deviation around the mean. Steps to the upper right lead to a new stroke.",
    ),
    "training": Caption(
        "Training",
        "Training curves",
        "Mean loss on the training split since the row before, and on whole validation lines (a "
        "text: on its validation part). The circle marks the weights that were kept. The training "
        "loss is taken as the network learns, with dropout, jitter, distortion or noise on its "
        "weights where it has them, the validation loss without: it may lie below.",
    ),
    "samples": Caption(
        "Samples",
        "Generated handwriting",
        "Drawn by the network, at one scale, by rising bias (0: the network as it is). Blue: a "
        "real line that primed the network, which then goes on in its style.",
    ),
    "biases": Caption(
        "Samples",
        "One text at several biases",
        "Written by the network with the same chance each time; the text stands above. Bias 0 is "
        "the network as it is; with higher ones it writes more neatly, and always more alike. A "
        "red label tells that a line lacks some of its text, or did not come to an end.",
    ),
    "styles": Caption(
        "Samples",
        "One text in several styles",
        "Small and blue: a real line of each writer, which the network read first. Black: what it "
        "then wrote in that style; all in black say the text above. A red label tells what a line "
        "lacks of it.",
    ),
    "primed": Caption(
        "Samples",
        "Real lines, and on from them",
        "Blue: ink of a real line, alone and then as the beginning of the line that the network "
        "continues (black), all at one scale. What it was to go on with stands on the left.",
    ),
    "window": Caption(
        "Evaluation",
        "Where in its text the network is",
        "Weight that the soft window gives each character (rows) at each step (columns), for a "
        "real line and for a line of the same text that the network wrote. Ink has the colour of "
        "the letter that most of the window is on when it is drawn; grey lines lead from the end "
        "of each stroke to its step (as figure 13 of Graves 2013).",
    ),
    "density": Caption(
        "Evaluation",
        "Density of the next point",
        "Sum over all steps of the predicted density of the next point on the page, for a real "
        "line and for a sample of the network. Small spots: the network is sure of the stroke; "
        "wide ones: the pen is lifted, and where it comes down is open (as figure 10 of Graves "
        "2013).",
    ),
    "end-of-stroke": Caption(
        "Evaluation",
        "End of stroke along a line",
        "The probability, told one step ahead, that the pen is lifted after a point: on the page, "
        "with circles at the true ends, and over the steps.",
    ),
    "mixture": Caption(
        "Evaluation",
        "Mixture weights over time",
        "Weight of each component at each step, most used components on top. Thin lines lead from "
        "the end of each stroke on the page to the step at which it ends.",
    ),
    "reliability": Caption(
        "Evaluation",
        "Reliability of the end of stroke",
        "How often a stroke ended, against the probability that was predicted, by bins of a "
        "tenth, with Wilson's 95 % intervals. Below: how many steps each bin holds.",
    ),
    "comparison": Caption(
        "Evaluation",
        "Real against generated ink",
        "Distributions over real lines and over lines drawn by the network. The distance is the "
        "earth mover's, in standard deviations of the real values; in brackets that between two "
        "splits of real ink, which a perfect network would come near.",
    ),
    "fictional": Caption(
        "Samples",
        "Characters that do not exist",
        "Each character that the network drew beside the one that it comes nearest to among the "
        "real ones it was trained on (no others are searched), all of one size. The distance is "
        "that of all pairs of points which dynamic time warping aligns, summed, over the number of "
        "points, in sides of a character: 0 would be a copy. Below, for comparison, real "
        "characters that the network has not seen. Red: nearer than all of these, so perhaps a "
        "real character, drawn again. That is a hint and no proof, and a character of few strokes "
        "may be a copy without being marked: look at the pairs.",
    ),
    "transfer": Caption(
        "Training",
        "With and without transfer",
        "Bits per character of the validation split over training steps, of this network, which "
        "began with the weights of one trained on another corpus. Blue, where the run has one: the "
        "same network, trained in the same way from random weights.",
    ),
    "temperature": Caption(
        "Samples",
        "Entropy and words against temperature",
        "Mean entropy of the chances that characters are drawn from, and how many of the words "
        "drawn are distinct. At 0 the likeliest character is taken always.",
    ),
    "recognition": Caption(
        "Recognition",
        "How readable it is",
        "Errors of a recognition network, trained on the training split, in lines that the "
        "synthesis network wrote, by bias, and in the real lines of the same texts (line and grey "
        "band). Errors are the least edits from the text to what was read, over the length of the "
        "text, with bootstrap 95 % intervals over lines. Lines with text missing count too.",
    ),
}


# Those that speak of lines of handwriting, which samples of other networks are not.
OF_LINES = ("training", "samples", "density", "end-of-stroke", "comparison")
OTHERWISE = {"handwriting": "ink", "line": "sample", "lines": "samples"}


def caption(stem: str, ending: bool = False) -> Caption:
    """The caption of the figure in the file `stem`.png or .svg; a plain one where none is known.

    `ending`: of a network that knows where a sample ends (`pen_states: 3`), so draws no lines.
    """
    found = CAPTIONS.get(stem, Caption("Other figures", stem, ""))
    if not ending or stem not in OF_LINES:
        return found
    return Caption(found.category, _otherwise(found.title), _otherwise(found.text))


def _otherwise(text: str) -> str:
    return re.sub(r"\b(handwriting|lines?)\b", lambda match: OTHERWISE[match[0]], text)


def place(stem: str) -> tuple[int, str]:
    """Sorts figures in the order of `CAPTIONS`, unknown ones last."""
    known = list(CAPTIONS)
    return (known.index(stem) if stem in known else len(known), stem)
