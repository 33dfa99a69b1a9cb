"""How well the everyday sentences can be read in lines of several lengths, in named hands.

    python benchmarks/line_lengths.py [--hands anna greta] [--lengths 50 60 75 90]

The sentences of `sentences.txt` are joined and wrapped. A recogniser chooses among the candidates
of each line, as in `pentrace write`; `benchmarks/judge`, which never chooses, judges them.
"""

import argparse

from legibility import HERE, converted, rates
from pentrace.generate import reading
from pentrace.generate.load_model import find_model, load_ink, named_reader, reader_for
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.networks.model_file import read
from pentrace.write.find_style import find_style
from pentrace.write.lines import write_text
from pentrace.write.settings import WriteSettings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hands", nargs="+", default=["anna", "greta"])
    parser.add_argument("--lengths", nargs="+", type=int, default=[50, 60, 75, 90])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    path = find_model(None)
    network, normalisation = load_ink(path, "synthesis")
    chooser = reader_for("reader", None, path, normalisation).network
    weights, settings, units = read(named_reader(HERE / "judge"), "np", ("recognition",))
    judge = FusedRecogniser(weights, settings)
    text = " ".join((HERE / "sentences.txt").read_text().split())
    for hand in arguments.hands:
        style = find_style([hand], None, None, normalisation, network)
        for longest in arguments.lengths:
            how = WriteSettings(longest_line=longest, page="1000x3000", seed=arguments.seed)
            lines = write_text(network, normalisation, text, how, style, chooser).lines
            ink = [converted(line.steps, normalisation, units) for line in lines]
            wrong = rates([line.text for line in lines], reading.read(judge, ink))["all"]
            failed = sum(line.failed for line in lines)
            print(
                f"{hand}, at most {longest} characters, {len(lines)} lines: {wrong:.1%} misread, "
                f"{failed} failed",
                flush=True,
            )


if __name__ == "__main__":
    main()
