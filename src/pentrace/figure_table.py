"""The table of all figures: inputs, conditions, titles and captions.

The rules, `pentrace plot`, the report and the tests read this table. The `command` in the module of
a figure in `pentrace.plot` draws it. The order is that of the report.
"""

from dataclasses import dataclass
from typing import Literal

Category = Literal[
    "Data",
    "Cleaning",
    "Normalisation",
    "Verification",
    "Training",
    "Samples",
    "Evaluation",
    "Recognition",
    "Style",
    "Discrimination",
]
DATASET_CATEGORIES: tuple[Category, ...] = ("Data", "Cleaning", "Normalisation", "Verification")
NETWORK_CATEGORIES: tuple[Category, ...] = (
    "Training",
    "Samples",
    "Evaluation",
    "Recognition",
    "Style",
    "Discrimination",
)

# What a configuration must have, in addition to a network of the right kind. Figures of data sets
# need nothing, or verifiers.
Need = Literal[
    "pen_states",
    "lines",
    "recogniser",
    "aligns",
    "transfer",
    "generated_lines",
    "validation",
    "verifiers",
]

INK = ("prediction", "synthesis")
DRAWING = (*INK, "variational")
VARIATIONAL = ("variational",)
SYNTHESIS = ("synthesis",)
TEXT = ("text",)
RECORDED = "Recorded ink, coloured by stroke, by point or by time."


@dataclass(frozen=True)
class Figure:
    """A figure; its file is `plots/<name>.png` in the folder of a data set or of a network."""

    name: str
    title: str
    caption: str
    category: Category
    help: str  # a line for `pentrace plot --help`
    inputs: tuple[str, ...]  # keys of INPUTS in workflow/rules/plots.smk
    settings: tuple[str, ...] = ()  # keys of SETTINGS there: options from the configuration
    kinds: tuple[str, ...] = ()  # kinds of network that have it; empty: a figure of a data set
    needs: tuple[Need, ...] = ()
    command: str = ""  # of `pentrace plot`, if it does not have the name of the figure
    options: str = ""  # of this command

    @property
    def command_name(self) -> str:
        """The command of `pentrace plot` that draws it."""
        return self.command or self.name

    @property
    def module(self) -> str:
        """The module of `pentrace.plot` that draws it."""
        return self.command_name.replace("-", "_")


FIGURES = (
    Figure(
        "strokes",
        "Recordings by stroke",
        "Eight samples as recorded, evenly spaced over the kept samples of all splits, at one "
        "scale, y upward. Neighbouring strokes have different colours, which have no other "
        "meaning. Movements of the lifted pen are not drawn.",
        "Data",
        RECORDED,
        inputs=("points", "samples"),
        command="ink",
        options="--colour stroke",
    ),
    Figure(
        "points",
        "Recordings by point",
        "The same samples at the same scale. The colour is the number of the point in its sample. "
        "The arrow of the colour bar is for numbers above the 99th percentile.",
        "Data",
        RECORDED,
        inputs=("points", "samples"),
        command="ink",
        options="--colour point",
    ),
    Figure(
        "rules",
        "Statistics of the cleaning rules",
        "The statistic of each cleaning rule, over all recorded points or samples. The rules apply "
        "in this order, each to the points that the previous rules kept. The title gives the "
        "limit, and how many values are beyond it. (a) Bars. In the other panels, a symbol is in "
        "the middle of a bin. Grey circles: kept values. Red triangles: values beyond the limit "
        "(dashed). They are removed; at a long step, the stroke is split instead. Axes are "
        "logarithmic; those of distances and times are linear near zero.",
        "Cleaning",
        "The statistic of each cleaning rule, with its limit.",
        inputs=("points",),
        settings=("clean",),
    ),
    Figure(
        "rejects",
        "Losses by rule",
        "How many samples, texts, writers and points each rule removed, and how many strokes it "
        "split, in all splits, on one logarithmic axis. Colour and symbol show the stage that "
        "applies the rule. Percentages refer to the number in the title. A text or a writer counts "
        "once for each sample that lost it.",
        "Cleaning",
        "Samples, texts, writers and points that each rule removed.",
        inputs=("rejects", "samples"),
    ),
    Figure(
        "offsets",
        "Offsets before and after normalisation",
        "Offsets between neighbouring points of the training split, y upward: (a) as recorded, (b) "
        "normalised. Colours and grey curves are numbers of offsets, on logarithmic scales. The "
        "blue ellipse is one standard deviation (sd) around the mean; the title gives both as (x, "
        "y). 0.4 % of the offsets are beyond either end of an axis. Most long offsets lead from "
        "one stroke to the next.",
        "Normalisation",
        "Offsets before and after normalisation.",
        inputs=("cleaned", "offsets", "samples"),
    ),
    Figure(
        "det",
        "Errors of verification",
        "False rejections against false acceptances at every threshold, one threshold for all "
        "users, as a detection error trade-off: both axes are those of a normal distribution. One "
        "line for each method, over all draws of the references together. (a) Skilled forgeries. "
        "(b) Random forgeries: genuine signatures of other users. Lower is better. On the dashed "
        "line both errors are equal.",
        "Verification",
        "False rejections against false acceptances, for each method.",
        inputs=("comparisons",),
        needs=("verifiers",),
    ),
    Figure(
        "channels",
        "Gain of each channel",
        "Equal error rates against skilled forgeries with all channels, and with one left out; "
        "pen: without pressure, azimuth and altitude, as in Task 1 of SVC2004. (a) One threshold "
        "for all users. (b) The best threshold of each user. Bars: 95 % intervals, bootstrap over "
        "users. A channel whose loss raises the error is useful to the method.",
        "Verification",
        "Equal error rates with channels left out.",
        inputs=("verification",),
        needs=("verifiers",),
    ),
    Figure(
        "training",
        "Training curves",
        "Mean loss over the training steps. Blue, dashed: on the training split, since the "
        "previous validation. Red: on the validation split. The ring marks the weights that were "
        "kept. Dropout, jitter, distortion and weight noise act only during training, so the "
        "validation loss can be the lower one.",
        "Training",
        "Training and validation loss.",
        inputs=("history",),
        settings=("counted",),
        kinds=(*DRAWING, "recognition", "text"),
    ),
    Figure(
        "transfer",
        "With and without transfer",
        "Bits per character of the validation split over the training steps. Red: this network, "
        "which started from the weights of a network trained on another corpus. Blue, dashed, if "
        "it was trained: the same network, trained in the same way from random weights.",
        "Training",
        "Bits per character with and without transfer, over training steps.",
        inputs=("history", "history_without_transfer"),
        settings=("start",),
        kinds=TEXT,
        needs=("transfer",),
    ),
    Figure(
        "samples",
        "Generated samples",
        "Samples that the network generated (black), all at one scale, by rising bias (0: no "
        "bias). Blue: a primer, that is, a real sample whose style the network continues.",
        "Samples",
        "A sheet of generated samples.",
        inputs=("generated", "normalisation"),
        kinds=DRAWING,
    ),
    Figure(
        "biases",
        "One text at several biases",
        "The text in the heading, that of a line of the validation split, written by the network "
        "at each bias, all at one scale. Of several candidates of a line, the one that the "
        "recogniser reads best is shown. Bias 0 samples from the unchanged predicted distribution. "
        "A higher bias gives neater writing with less variety. Red label: the line failed the "
        "check, and may be cut.",
        "Samples",
        "One text at several biases.",
        inputs=("model", "lines", "reader"),
        kinds=SYNTHESIS,
    ),
    Figure(
        "styles",
        "One text in several styles",
        "Blue: a real line of each of up to six writers of the validation and test splits, whose "
        "hand the network was given. Black, below it: the text in the heading, written in that "
        "hand. The label gives the writer in this figure whose other lines it is nearest to, by "
        "the embedding of the figure “Whether the style of a hand is followed”. All lines are at "
        "one scale. Of several candidates of a line, the one that the recogniser reads best is "
        "shown. Red label: the line failed the check, and may be cut.",
        "Samples",
        "One text in the styles of several writers.",
        inputs=("model", "lines", "reader", "embedding"),
        kinds=SYNTHESIS,
    ),
    Figure(
        "primed",
        "Continued real lines",
        "Blue: a real line of each of up to three writers of the validation split, first without "
        "and then with its continuation by the network (black), all at one scale. The labels on "
        "the left give the text of the continuation. Of several candidates, the one that the "
        "recogniser reads best is shown. Red label: the line failed the check, and may be cut.",
        "Samples",
        "Real lines, each above its continuation by the network.",
        inputs=("model", "lines", "reader"),
        kinds=SYNTHESIS,
    ),
    Figure(
        "fictional",
        "Fictional characters",
        "(a) Black: a character that the network generated. Blue, next to it: the nearest of the "
        "real characters of the training split. (b) Black, for comparison: real characters that "
        "the network has not seen. All are scaled to one size. The number is the distance between "
        "the two: dynamic time warping aligns their points, and the distances of aligned points "
        "are summed and divided by the number of points. The unit is the side of a character; a "
        "copy has the distance 0. Red, “copy?”: nearer than all in (b), so possibly a copy of a "
        "real character. This mark is a hint, not a proof, and characters of few strokes may be "
        "copies without it. Red, “no end”: a character that the network did not end.",
        "Samples",
        "Fictional characters, each next to the nearest real one.",
        inputs=("fictional", "lines", "units"),
        kinds=("prediction",),
        needs=("pen_states",),
    ),
    Figure(
        "temperature",
        "Entropy and words against temperature",
        "Sixteen texts at each temperature, drawn from the same random numbers. (a) Mean entropy "
        "of the distributions that the characters are drawn from. (b) Red: number of distinct "
        "words. Grey, dashed: number of all words. At temperature 0, the network always writes the "
        "most probable character.",
        "Samples",
        "Entropy and distinct words of generated text against temperature.",
        inputs=("model",),
        kinds=TEXT,
    ),
    Figure(
        "window",
        "Soft window over the text",
        "Weight of the soft window on each character (rows) at each step (columns), for a real "
        "line of the validation split (a, b) and for a line of the same text that the network "
        "wrote (c, d). Ink has the colour of the character with the highest weight. The colour of "
        "the maps is the weight, on a power scale; the arrow is for weights above the largest "
        "weight of 90 % of the steps. Grey lines: from the end of a stroke to its step. As figure "
        "13 of Graves (2013).",
        "Evaluation",
        "Weights of the soft window on the text, over time.",
        inputs=("model", "lines", "reader"),
        kinds=SYNTHESIS,
    ),
    Figure(
        "density",
        "Density of the next point",
        "Sum over all steps of the predicted density of the next point, for a real sample of the "
        "validation split (a, b) and for a generated one (c, d). The colour is the density "
        "relative to its 99.7th percentile, on a power scale; the arrow is for higher densities. "
        "Small spots: the network is sure where the stroke continues. Wide spots: the pen is "
        "lifted, and the start of the next stroke is uncertain. As figure 10 of Graves (2013).",
        "Evaluation",
        "Predicted density of the next point, for a real and for a generated sample.",
        inputs=("model", "lines", "generated"),
        kinds=INK,
    ),
    Figure(
        "end-of-stroke",
        "Predicted end of stroke",
        "The probability, predicted one step ahead, that the stroke ends at each point of a real "
        "sample of the validation split. (a) As the colour of the ink; circles: true ends. (b) "
        "Over the steps, as a black line; light blue lines: true ends.",
        "Evaluation",
        "Predicted end of stroke in a real sample, with the true ends.",
        inputs=("model", "lines"),
        kinds=INK,
    ),
    Figure(
        "mixture",
        "Mixture weights over time",
        "(a) A real sample of the validation split. (b) Weight of each mixture component (rows, "
        "the most used on top) at each step (columns), as colours on a square-root scale. Grey "
        "lines: from the end of a stroke to its step.",
        "Evaluation",
        "Mixture weights over time, below the ink.",
        inputs=("model", "lines"),
        kinds=INK,
    ),
    Figure(
        "reliability",
        "Reliability of the end of stroke",
        "(a) Observed share of ends of strokes against their predicted probability, in ten bins, "
        "with 95 % intervals (Wilson 1927). Perfect predictions lie on the dashed line. (b) The "
        "number of steps in each bin, on a logarithmic axis.",
        "Evaluation",
        "Observed share of ends of strokes against their predicted probability.",
        inputs=("metrics",),
        kinds=DRAWING,
        needs=("validation",),
    ),
    Figure(
        "comparison",
        "Real and generated ink",
        "Distributions in real samples (grey) and in generated samples (blue), over the middle 99 "
        "% of the real values. The title gives the earth mover's distance between the two, in "
        "standard deviations (sd) of the real values, and the numbers of values. In square "
        "brackets: the same distance between two splits of real ink, which a perfect network would "
        "have too.",
        "Evaluation",
        "Offsets, strokes and speeds of real and of generated ink.",
        inputs=("metrics",),
        kinds=DRAWING,
        needs=("generated_lines",),
    ),
    Figure(
        "latents",
        "Latents of a variational network",
        "(a) Lines from one latent, and lines from another; other random numbers are the same, "
        "and the bias is 0.5. (b) From the first latent to the second, in equal steps, with the "
        "numbers of the first line. With a latent for each step, the normals from which the "
        "latents are drawn take their place. (c) Means of the posterior of lines of the validation "
        "and test splits, on their first two principal components; with a latent for each step, "
        "the mean over the line. Colours and symbols: the six writers with most lines. The title "
        "gives the share of the variance of all numbers of the latent that is between writers. The "
        "prior of the latent of a line has sd 1: means that differ much less are hardly used.",
        "Samples",
        "Lines from one latent, a walk between two, and latents of real lines by writer.",
        inputs=("model", "lines", "units"),
        kinds=VARIATIONAL,
    ),
    Figure(
        "alignment",
        "Letters of real lines",
        "Real lines of the validation split. The recogniser was given their texts and found where "
        "each letter is. Neighbouring letters have different colours, which have no other meaning; "
        "their names are below them. Grey: ink of no letter, such as dots and crosses that were "
        "added to a finished word.",
        "Recognition",
        "Real lines, coloured by letter.",
        inputs=("alignments", "lines"),
        kinds=("recognition",),
        needs=("aligns",),
    ),
    Figure(
        "fits",
        "How well the texts fit the ink",
        "Log-probability of what the recogniser reads in a line, minus that of its text, per "
        "character: about 0 where the text fits the ink. All lines with a transcript, by split, as "
        "shares of the lines. A dashed line is at the limit above which a synthesis network does "
        "not train on a line (`train.misfit`), if the configuration sets one. Both axes are "
        "logarithmic; the first is linear near 0.",
        "Recognition",
        "How well the texts of real lines fit their ink.",
        inputs=("fits", "samples"),
        settings=("misfit",),
        kinds=("recognition",),
        needs=("aligns",),
    ),
    Figure(
        "recognition",
        "Legibility of written lines",
        "Error rates of the recogniser, in lines that the synthesis network wrote (blue points, by "
        "bias) and in the real lines of the same texts (black line and grey band). An error rate "
        "is the edit distance between the text and the recognised text, divided by the length of "
        "the text. (a) In characters. (b) In words. The 95 % intervals, as bars and as the band, "
        "come from a bootstrap over lines. Written lines that failed are counted too. The "
        "recogniser was trained only on real lines of the training split.",
        "Recognition",
        "Error rates of the recogniser in real and in written lines.",
        inputs=("recognition",),
        kinds=SYNTHESIS,
        needs=("recogniser",),
    ),
    Figure(
        "hands",
        "Whether the style of a hand is followed",
        "Lines that the network wrote in the hands of real writers, whom it was not trained on. "
        "(a) Share of lines that are nearer to their own hand than to any other hand, by several "
        "ways to compare hands. Real lines of the hands are the ceiling; lines with the same "
        "texts, written without a style, are the floor. (b) Error rate of a recogniser that chose "
        "no line, in characters. Bars: 95 % intervals, bootstrap over hands. (c) For the lines of "
        "each hand (rows), the hands that they are nearest to (columns). All lines of a perfect "
        "network would be on the diagonal from the upper left corner.",
        "Style",
        "Share of written lines that are nearest to their own hand.",
        inputs=("style", "nearest"),
        kinds=SYNTHESIS,
    ),
    Figure(
        "discriminate",
        "Whether written lines differ from real ones",
        "Area under the ROC curve (AUC) of classifiers that were trained to distinguish written "
        "lines from real ones: 0.5 by chance, 1 if every line is recognised. Each pair is a real "
        "line and a written line of the same text, rounded to one grid, cleaned by the same rules "
        "and cut to equal lengths. Each is measured on writers and texts that it was not trained "
        "on. Bars: 95 % intervals, bootstrap over these groups. Grey band: all intervals in which "
        "real lines of the same hands are compared with one another. Other real hands: the lines "
        "of half of the writers against those of the other half, whom the classifier may know.",
        "Discrimination",
        "How well classifiers distinguish written from real lines.",
        inputs=("discrimination",),
        kinds=DRAWING,
        needs=("lines",),
    ),
    Figure(
        "giveaways",
        "What distinguishes written lines",
        "(a) The probability that a feature is larger in a written line than in a real one, for "
        "the features of which it differs most from 0.5, by bias. Grey crosses: the same between "
        "real lines of the same hands. (b to f) Distributions of the five first features, in real "
        "lines (grey) and in written ones (line); values beyond 1 % and 99 % are in the outer "
        "bins. (g) How much the AUC of the gradient boosting falls if the values of a feature are "
        "exchanged between lines. Features that contain the same share their importance. The list "
        "below the table says what each feature means.",
        "Discrimination",
        "Features that distinguish written from real lines.",
        inputs=("discrimination", "features"),
        kinds=DRAWING,
        needs=("lines",),
    ),
)

DATASET_FIGURES = tuple(figure for figure in FIGURES if not figure.kinds)
NETWORK_FIGURES = tuple(figure for figure in FIGURES if figure.kinds)
