"""Samples of a synthesis network, conditioned on text; some continue a real line."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pentrace.errors import PentraceError
from pentrace.generate.lines import Primer, WrittenLine, line_options, write_lines
from pentrace.generate.numpy_networks import FusedNetwork
from pentrace.generate.numpy_recogniser import FusedRecogniser
from pentrace.generate.settings import SampleSettings
from pentrace.generate.unconditional import Sample
from pentrace.networks.alphabet import encode
from pentrace.networks.settings import NetworkSettings
from pentrace.windows.lines import Lines


def choose_texts(settings: SampleSettings, lines: Lines, network: NetworkSettings) -> list[str]:
    """The texts to write: those of the settings, or the texts of `lines` chosen by the seed.

    Raises `PentraceError` if the network does not know all characters of the given texts, or if
    no text is given and no line has one.
    """
    if settings.texts:
        encode(settings.texts, network, about="sample.texts: ", remedy="reword sample.texts")
        return list(settings.texts)
    known = [text for text in lines.texts if text]
    if not known:
        raise PentraceError(
            "no validation line has a text whose characters the network knows; give the texts "
            "to write in sample.texts"
        )
    order = np.random.default_rng([settings.seed, 3]).permutation(len(known))
    return [known[i] for i in order[: max(settings.lines, 1)]]


def generate_from_text(
    network: FusedNetwork,
    settings: SampleSettings,
    texts: Sequence[str],
    primers: dict[str, Primer],
    reader: FusedRecogniser | None = None,
) -> list[Sample]:
    """All samples of `settings`, at every bias: line i is conditioned on text i.

    If there are fewer texts than lines, the texts repeat. A primed sample contains the real line
    first, then the new text.
    """
    free = [texts[i % len(texts)] for i in range(settings.lines)]
    hows = [
        replace(line_options(settings, reader, bias), most=settings.steps) for bias in settings.bias
    ]
    written = [write_lines(network, free, how) for how in hows]
    samples = [
        _sample(f"bias-{how.bias:g}-{i:02d}", lines[i], how.bias, None, lines[i].steps, 0)
        for i in range(settings.lines)
        for how, lines in zip(hows, written, strict=True)
    ]
    for i, (name, primer) in enumerate(primers.items()):
        for how in hows:
            primed = replace(how, primer=primer)
            (line,) = write_lines(network, [texts[i % len(texts)]], primed, settings.lines + i)
            steps = np.concatenate([primer.steps, line.lead, line.steps[1:]])
            own = f"bias-{how.bias:g}-after-{name.replace('/', '_')}"
            samples.append(_sample(own, line, how.bias, name, steps, len(primer.steps)))
    return samples


def _sample(
    name: str, line: WrittenLine, bias: float, prime: str | None, steps: np.ndarray, primer: int
) -> Sample:
    return Sample(
        name, steps, bias, prime, primer, line.text, line.attempts, line.failed, line.reading
    )
