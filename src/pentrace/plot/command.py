"""`pentrace plot FIGURE ...`: maps the name of a figure to its module, and imports it only then."""

from importlib import import_module

import click

from pentrace.plot import style

FIGURES = {
    "ink": "Recorded ink, coloured by stroke, by point or by time.",
    "offsets": "Offsets before and after normalising.",
    "rules": "The statistic of each cleaning rule, with its threshold.",
    "rejects": "Samples, texts and points that each rule took.",
    "training": "Training and validation loss.",
    "density": "Predicted density of the next point over a real line and over a sample.",
    "end-of-stroke": "Predicted end of stroke along a line, with the true ends.",
    "mixture": "Weights of the mixture over time, below the line they write.",
    "comparison": "Real against generated offsets, strokes and speeds.",
    "samples": "A sheet of generated samples.",
    "reliability": "Predicted against observed rate of ends of strokes.",
    "window": "Where in its text the network is, over time.",
    "biases": "One text at several biases.",
    "styles": "One text in the styles of several writers.",
    "primed": "Real lines above their continuation by the network.",
    "fictional": "Fictional characters beside the real ones nearest to them.",
    "temperature": "Entropy and distinct words of generated text against temperature.",
    "transfer": "Bits per character with and without transfer, over training steps.",
    "recognition": "Errors of a recognition network in real and in written lines.",
}


class Figures(click.Group):
    """Commands found by name in `pentrace.plot.<name>`, so that no figure imports another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(FIGURES)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in FIGURES:
            return None
        return import_module(f"pentrace.plot.{name.replace('-', '_')}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Figures"):
            formatter.write_dl(list(FIGURES.items()))


@click.group(cls=Figures)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Draw a figure of a data set or a network."""
    ctx.with_resource(style.applied())
