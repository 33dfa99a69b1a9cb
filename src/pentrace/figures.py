"""Every figure, entered once: what it needs, and the words around it.

The rules, `pentrace plot`, the report and the tests read this table. What draws a figure is the
`command` of its module in `pentrace.plot`. The order is that of the report.
"""

from dataclasses import dataclass
from typing import Literal

Category = Literal[
    "Data", "Cleaning", "Normalisation", "Training", "Samples", "Evaluation", "Recognition"
]
DATASET_CATEGORIES: tuple[Category, ...] = ("Data", "Cleaning", "Normalisation")
NETWORK_CATEGORIES: tuple[Category, ...] = ("Training", "Samples", "Evaluation", "Recognition")

# What a configuration must have, beside a network of the right kind.
Need = Literal["pen_states", "recogniser", "transfer", "generated_lines", "validation"]

INK = ("prediction", "synthesis")
SYNTHESIS = ("synthesis",)
TEXT = ("text",)
RECORDED = "Recorded ink, coloured by stroke, by point or by time."


@dataclass(frozen=True)
class Figure:
    """A figure; its file is `plots/<name>.png` of a data set or of a network."""

    name: str
    title: str
    caption: str
    category: Category
    help: str  # a line for `pentrace plot --help`
    inputs: tuple[str, ...]  # files it is drawn from, named as in workflow/rules/plots.smk
    settings: tuple[str, ...] = ()  # options from the configuration, named there too
    kinds: tuple[str, ...] = ()  # of network that have it; none: it is a figure of a data set
    needs: tuple[Need, ...] = ()
    command: str = ""  # of `pentrace plot`, where it is not called like the figure
    options: str = ""  # of this command

    @property
    def called(self) -> str:
        """The command of `pentrace plot` that draws it."""
        return self.command or self.name

    @property
    def module(self) -> str:
        """The module of `pentrace.plot` that draws it."""
        return self.called.replace("-", "_")


FIGURES = (
    Figure(
        "strokes",
        "Recordings by stroke",
        "Samples evenly spaced over the kept recordings, all at one scale, y upward. Neighbouring "
        "strokes have different colours; a colour has no meaning of its own. Movements of the "
        "lifted pen are not drawn.",
        "Data",
        RECORDED,
        inputs=("points", "samples"),
        command="ink",
        options="--colour stroke",
    ),
    Figure(
        "points",
        "Recordings by point",
        "The same samples. The colour shows how far along its sample each point is.",
        "Data",
        RECORDED,
        inputs=("points", "samples"),
        command="ink",
        options="--colour point",
    ),
    Figure(
        "rules",
        "Statistics of the cleaning rules",
        "The statistic of each cleaning rule, over all recorded points or over all samples. The "
        "rules apply in turn: each one sees what the rules before it kept. Dashed: the limit; red: "
        "removed. Counts have a logarithmic axis. Distances and times are logarithmic away from "
        "zero.",
        "Cleaning",
        "The statistic of each cleaning rule, with its limit.",
        inputs=("points",),
        settings=("clean",),
    ),
    Figure(
        "rejects",
        "Losses by rule",
        "What each rule removed, coloured by the stage that applies the rule, on logarithmic axes. "
        "Percentages refer to everything that was recorded. A text or a writer counts once for "
        "each sample that lost it.",
        "Cleaning",
        "Samples, texts and points that each rule removed.",
        inputs=("rejects", "samples"),
    ),
    Figure(
        "offsets",
        "Offsets before and after normalisation",
        "Offsets between neighbouring points of the training split, y upward, as recorded (left) "
        "and normalised (right). Colours and marginals are logarithmic. The ellipse is one "
        "standard deviation around the mean. Offsets to the upper right mostly lead to a new "
        "stroke.",
        "Normalisation",
        "Offsets before and after normalisation.",
        inputs=("cleaned", "offsets", "samples"),
    ),
    Figure(
        "training",
        "Training curves",
        "Mean loss on the training split since the previous row, and on the validation split. The "
        "circle marks the weights that were kept. Dropout, jitter, distortion and "
        "weight noise, where the network has them, act during training only. The validation loss "
        "can therefore be the lower one.",
        "Training",
        "Training and validation loss.",
        inputs=("history",),
        settings=("counted",),
        kinds=("prediction", "synthesis", "recognition", "text"),
    ),
    Figure(
        "transfer",
        "With and without transfer",
        "Bits per character of the validation split over training steps. Red: this network, which "
        "started from the weights of a network trained on another corpus. Blue, where the run has "
        "one: the same network, trained in the same way from random weights.",
        "Training",
        "Bits per character with and without transfer, over training steps.",
        inputs=("history", "anew"),
        settings=("start",),
        kinds=TEXT,
        needs=("transfer",),
    ),
    Figure(
        "samples",
        "Generated samples",
        "Samples that the network generated, all at one scale, by rising bias (0: no bias). Blue: "
        "a real sample that primed the network, which then continues in its style.",
        "Samples",
        "A sheet of generated samples.",
        inputs=("generated", "normalisation"),
        kinds=INK,
    ),
    Figure(
        "biases",
        "One text at several biases",
        "The text above, written by the network from the same random numbers at each bias. Bias 0 "
        "samples from the predicted distribution itself. A higher bias gives neater writing with "
        "less variety. A red label marks a line that misses some of its text or does not end.",
        "Samples",
        "One text at several biases.",
        inputs=("model", "lines"),
        kinds=SYNTHESIS,
    ),
    Figure(
        "styles",
        "One text in several styles",
        "Small and blue: a real line of each writer, which primed the network. Black: the text "
        "above, written by the network in that style. A red label says which part of the text a "
        "line misses.",
        "Samples",
        "One text in the styles of several writers.",
        inputs=("model", "lines"),
        kinds=SYNTHESIS,
    ),
    Figure(
        "primed",
        "Continued real lines",
        "Blue: a real line, alone and then as the start of a line that the network continues "
        "(black), all at one scale. The labels on the left give the text of the continuation.",
        "Samples",
        "Real lines above their continuation by the network.",
        inputs=("model", "lines"),
        kinds=SYNTHESIS,
    ),
    Figure(
        "fictional",
        "Characters that do not exist",
        "Black: a character that the network generated. Blue, beside it: the nearest of the real "
        "ones it was trained on. All are scaled to one size. The distance is that of the points "
        "which dynamic time warping aligns, summed and divided by the number of points. Its unit "
        "is the side of a character; a copy has the distance 0. Below, for comparison: real "
        "characters that the network has not seen. Red: nearer than all of these, so possibly a "
        "copy of a real character. This mark is a hint, not a proof. A character of few strokes "
        "may be a copy without the mark, so look at the pairs.",
        "Samples",
        "Fictional characters beside the real ones nearest to them.",
        inputs=("fictional", "lines", "units"),
        kinds=("prediction",),
        needs=("pen_states",),
    ),
    Figure(
        "temperature",
        "Entropy and words against temperature",
        "Left: mean entropy of the distributions that the characters are drawn from. Right: number "
        "of words and of distinct words. At temperature 0 the most probable character is always "
        "taken.",
        "Samples",
        "Entropy and distinct words of generated text against temperature.",
        inputs=("model",),
        kinds=TEXT,
    ),
    Figure(
        "window",
        "Window over the text",
        "Weight of the soft window on each character (rows) at each step (columns), for a real "
        "line and for a line of the same text that the network wrote. The ink has the colour of "
        "the character with the highest weight. Grey lines lead from the end of each stroke to its "
        "step (as figure 13 of Graves 2013).",
        "Evaluation",
        "Weights of the soft window on the text, over time.",
        inputs=("model", "lines"),
        kinds=SYNTHESIS,
    ),
    Figure(
        "density",
        "Density of the next point",
        "Sum over all steps of the predicted density of the next point, for a real sample and for "
        "a generated one. Small spots: the network is sure where the stroke continues. Wide spots: "
        "the pen is lifted, and the start of the next stroke is uncertain (as figure 10 of Graves "
        "2013).",
        "Evaluation",
        "Predicted density of the next point, for a real and for a generated sample.",
        inputs=("model", "lines", "generated"),
        kinds=INK,
    ),
    Figure(
        "end-of-stroke",
        "Predicted end of stroke",
        "The probability, predicted one step ahead, that a stroke ends at a point of a real "
        "sample. Above: on the page, with circles at the true ends. Below: over the steps.",
        "Evaluation",
        "Predicted end of stroke in a real sample, with the true ends.",
        inputs=("model", "lines"),
        kinds=INK,
    ),
    Figure(
        "mixture",
        "Mixture weights over time",
        "Weight of each mixture component at each step of a real sample, the most used components "
        "on top. Thin lines lead from the end of each stroke on the page to its step.",
        "Evaluation",
        "Weights of the mixture over time, below the ink.",
        inputs=("model", "lines"),
        kinds=INK,
    ),
    Figure(
        "reliability",
        "Reliability of the end of stroke",
        "Observed share of ends of strokes against their predicted probability, in ten bins, with "
        "95 % intervals (Wilson 1927). Below: the number of steps in each bin.",
        "Evaluation",
        "Observed share of ends of strokes against their predicted probability.",
        inputs=("metrics",),
        kinds=INK,
        needs=("validation",),
    ),
    Figure(
        "comparison",
        "Real and generated ink",
        "Distributions over real and over generated samples. The distance is the earth mover's "
        "distance, in standard deviations of the real values. In brackets: the same distance "
        "between two splits of real ink, which a perfect network would come near.",
        "Evaluation",
        "Offsets, strokes and speeds of real and of generated ink.",
        inputs=("metrics",),
        kinds=INK,
        needs=("generated_lines",),
    ),
    Figure(
        "recognition",
        "Legibility of written lines",
        "Error rates of the recogniser, which was trained on the training split: in lines that the "
        "synthesis network wrote, by bias, and in the real lines of the same texts (horizontal "
        "line and grey band). An error rate is the edit distance from the text to what was "
        "recognised, divided by the length of the text. The 95 % intervals are bootstrapped over "
        "lines. Lines with missing text count too.",
        "Recognition",
        "Error rates of the recogniser in real and in written lines.",
        inputs=("recognition",),
        kinds=SYNTHESIS,
        needs=("recogniser",),
    ),
)

DATASET_FIGURES = tuple(figure for figure in FIGURES if not figure.kinds)
NETWORK_FIGURES = tuple(figure for figure in FIGURES if figure.kinds)
