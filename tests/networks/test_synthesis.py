"""The synthesis network, its alphabet, and its difference from the prediction network."""

import pytest
import torch
from pydantic import ValidationError

from pentrace.errors import PentraceError
from pentrace.networks.alphabet import alphabet_of, encode, substituted, symbol_count, with_alphabet
from pentrace.networks.kinds import build, run
from pentrace.networks.mixture import log_loss
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.synthesis import SynthesisNetwork
from tests.helpers.reference import half_plain, synthesis

TEXTS = ["a bad cab", "dad"]


def _settings(**given) -> NetworkSettings:
    small = {"kind": "synthesis", "layers": 3, "hidden": 8, "components": 2, "window_components": 3}
    return with_alphabet(NetworkSettings(**small | given), TEXTS)


def _network(**given) -> SynthesisNetwork:
    torch.manual_seed(5)
    return SynthesisNetwork(_settings(**given)).double()


def _batch(steps: int = 9):
    torch.manual_seed(6)
    x, y = torch.randn(2, 2, steps, 3, dtype=torch.float64).unbind(0)
    y[..., 2] = (y[..., 2] > 1).double()
    return x, y, torch.from_numpy(encode(TEXTS, _settings()))


@pytest.mark.parametrize("given", [{}, {"window_parametrisation": "softplus"}, {"layers": 1}])
def test_loss_and_gradients_equal_the_plain_loop(given):
    network = _network(**given)
    x, y, text = _batch()
    mask = torch.ones(x.shape[:2], dtype=torch.bool)
    mask[1, 5:] = False
    ours, plain = network(x, None, text)[0], synthesis(network, x, text)
    torch.testing.assert_close(ours, plain, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(ours, half_plain(network, x, text), rtol=1e-12, atol=1e-12)
    parameters = list(network.parameters())
    gradients = (
        torch.autograd.grad(log_loss(raw, y, mask).sum(), parameters) for raw in (ours, plain)
    )
    for mine, reference in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, reference, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", ["prediction", "synthesis"])
def test_half_precision_does_not_round_the_outputs(kind):
    network = build(_settings() if kind == "synthesis" else NetworkSettings(hidden=8))
    x, _, text = _batch()
    with torch.autocast("cpu", torch.bfloat16):
        raw = run(network, x.float(), None, text if kind == "synthesis" else None)[0]
    assert raw.dtype == torch.float32
    assert not torch.equal(raw, raw.bfloat16().float())


def test_carried_state_continues_a_line():
    network = _network()
    x, _, text = _batch()
    whole, _ = network(x, None, text)
    head, state = network(x[:, :4], None, text)
    tail, _ = network(x[:, 4:], state, text)
    torch.testing.assert_close(torch.cat([head, tail], 1), whole)


def test_padding_lines_and_texts_changes_nothing():
    network = _network()
    x, _, text = _batch()
    alone, _ = network(x[1:, :5], None, text[1:, :3])
    torch.testing.assert_close(network(x, None, text)[0][1:, :5], alone)


def test_outputs_depend_on_the_text():
    network = _network()
    x, _, text = _batch()
    other = network(x, None, text.flip(1))[0]
    assert not torch.allclose(network(x, None, text)[0], other)


def test_attention_shows_the_text_and_the_place_behind_it():
    network = _network()
    x, _, text = _batch()
    phi, kappa = network.attention(x, None, text)
    assert phi.shape == (2, 9, text.shape[1] + 1)
    assert kappa.shape == (2, 9, 3)
    assert (phi > 0).all()
    assert (kappa.diff(dim=1) > 0).all()


def test_build_makes_the_kind_that_is_set():
    assert isinstance(build(_settings()), SynthesisNetwork)
    assert not isinstance(build(NetworkSettings()), SynthesisNetwork)


def test_alphabet_is_every_character_in_nfc():
    assert alphabet_of(["cab", "e\u0301!"]) == "!abc\u00e9"
    assert with_alphabet(NetworkSettings(), TEXTS).alphabet is None
    assert _settings().alphabet == " abcd"
    assert _settings(alphabet="xyz").alphabet == "xyz"


def test_rare_characters_are_folded_only_if_asked_for():
    folding = _settings(fold_rare=3)
    assert folding.alphabet == "ad"  # two blanks, two b and one c are too rare
    assert symbol_count(folding) == 3
    assert encode(["a cd"], folding, "fold").tolist() == [[0, 2, 2, 1]]
    assert symbol_count(_settings()) == 5


def test_texts_become_symbols_padded_with_minus_one():
    assert encode(["bad", "a"], _settings()).tolist() == [[2, 1, 4], [1, -1, -1]]
    assert encode([], _settings()).shape == (0, 0)


@pytest.mark.parametrize("unknown", ["error", "fold"])
def test_unseen_characters_are_listed_with_the_alphabet(unknown):
    with pytest.raises(PentraceError) as caught:
        encode(["a zebra\t"], _settings(), unknown)
    message = str(caught.value)
    assert "never seen ['\\t'] e r z" in message
    assert "knows [space] a b c d" in message


def test_the_caller_gives_place_and_remedy_of_unseen_characters():
    with pytest.raises(PentraceError, match=r"^x: the network .* d; read it$"):
        encode(["z"], _settings(), about="x: ", remedy="read it")


def test_folding_does_not_hide_unseen_characters_in_writing():
    with pytest.raises(PentraceError, match="never seen b c"):
        encode(["cab"], _settings(fold_rare=3))


def test_substitution_finds_similar_characters():
    known = "abcdqss -'\"eAE"
    assert substituted("“Q” — é’Æß", known) == '"q" - e\'AEss'
    assert substituted("ω", known) == "ω"
    settings = _settings(alphabet="abe'")
    assert encode([substituted("bé’", "abe'")], settings).tolist() == [[1, 2, 3]]
    with pytest.raises(PentraceError, match="ω"):
        encode([substituted("bω", "abe'")], settings)


def test_no_transcripts_give_no_alphabet():
    with pytest.raises(PentraceError, match="data set with transcripts"):
        alphabet_of(["", ""])
    with pytest.raises(PentraceError, match="fold_rare is 9"):
        alphabet_of(TEXTS, 9)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kind": "synthesis", "skips": False}, "skips"),
        ({"alphabet": "abc"}, "kind"),
        ({"fold_rare": 2}, "kind"),
        ({"kind": "synthesis", "alphabet": "aba"}, "twice"),
    ],
)
def test_settings_that_contradict_one_another_are_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        NetworkSettings(**given)
