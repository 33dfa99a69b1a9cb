"""Code that runs only on a GPU, against the CPU. Without a GPU every test here is skipped."""

import warnings

import numpy as np
import pytest
import torch

from pentrace.evaluate.text_losses import dynamic_loss, static_loss
from pentrace.networks.kinds import build
from pentrace.networks.recognition import ctc_loss
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.soft_window import graphs
from pentrace.networks.soft_window.layer import SoftWindow, Weights, WindowState, attend
from pentrace.networks.training import TrainSettings
from pentrace.train.data import Data
from pentrace.train.distributed import Processes
from pentrace.train.precision import set_arithmetic
from pentrace.train.step import Descent
from pentrace.windows.batches import Lines, line_batches, stream_batches
from tests.helpers.reference import first_layer, one_hot_text

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(),
    reason="no GPU that CUDA can use: graphs, kernels and their rounding exist there alone",
)
BOTH = pytest.mark.parametrize("parametrisation", ["exp", "softplus"])
SYNTHESIS = {"kind": "synthesis", "layers": 3, "hidden": 24, "components": 3, "alphabet": "abcd"}
READER = {"kind": "recognition", "layers": 2, "hidden": 24, "alphabet": "abcd"}


@pytest.fixture(autouse=True)
def _device():
    """float32 throughout; a graph or kernel that cannot be used is an error."""
    set_arithmetic(TrainSettings(), torch.device("cuda", 0), torch.get_num_threads())
    graphs.forget()
    with warnings.catch_warnings():
        for message in ("no CUDA graph", "no Triton kernels", "Triton kernels not used"):
            warnings.filterwarnings("error", message=message)
        yield
    graphs.forget()


def _layer(parametrisation: str) -> SoftWindow:
    torch.manual_seed(3)
    layer = SoftWindow(3, 40, 30, 10, parametrisation).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.mul_(1.5)
    return layer


def _leaves(*tensors: torch.Tensor) -> list[torch.Tensor]:
    return [t.detach().clone().requires_grad_() for t in tensors]


def _loss(parts: list[torch.Tensor]) -> torch.Tensor:
    """A sum with fixed weights, the same for `parts` of any device and origin."""
    torch.manual_seed(0)
    weights = [torch.randn(part.shape, dtype=torch.float64) for part in parts]
    return sum((w.to(part) * part).sum() for w, part in zip(weights, parts, strict=True))


def _close(ours: torch.Tensor, exact: torch.Tensor, rounding: float) -> None:
    """Within `rounding` of the largest: gradients are sums of what nearly cancels."""
    difference = (ours.detach().cpu().double() - exact.detach().cpu().double()).abs().max()
    assert difference <= rounding * exact.detach().abs().max().item()


@BOTH
@pytest.mark.parametrize(("steps", "characters"), [(1, 1), (16, 32), (77, 25), (150, 45)])
def test_window_and_all_gradients_equal_the_plain_loop_in_float64(
    parametrisation, steps, characters
):
    layer = _layer(parametrisation)
    symbols = torch.randint(0, 30, (2, characters))
    symbols[1, characters // 2 :] = -1
    x = torch.randn(steps, 2, 3, dtype=torch.float64)
    state = [torch.rand_like(part) for part in layer.start(x)]
    exact = _leaves(x, *state, *layer.weights())
    text = one_hot_text(symbols, layer.symbols, x.dtype)
    *parts, last = first_layer(
        exact[0], text, Weights(*exact[5:]), WindowState(*exact[1:5]), parametrisation
    )[:4]
    slopes = torch.autograd.grad(_loss([*parts, *last]), exact)
    ours = _leaves(*(leaf.float().cuda() for leaf in exact))
    *own, final = attend(
        ours[0], symbols.cuda(), Weights(*ours[5:]), WindowState(*ours[1:5]), parametrisation
    )
    gradients = torch.autograd.grad(_loss([*own, *final]), ours)
    for found, wanted in zip([*own, *final, *gradients], [*parts, *last, *slopes], strict=True):
        _close(found, wanted, 1e-4)


def test_a_graph_repeats_its_results_and_depends_on_its_inputs():
    layer = _layer("exp").float().cuda()
    symbols = torch.randint(0, 30, (2, 20)).cuda()
    first, second = torch.randn(2, 70, 2, 3).cuda().unbind(0)
    before = layer(first, symbols)[0].clone()
    other = layer(second, symbols)[0]
    torch.testing.assert_close(layer(first, symbols)[0], before)
    assert not torch.allclose(other, before)


def test_a_graph_captured_in_inference_mode_serves_training_too():
    layer = _layer("exp").float().cuda()
    x, symbols = torch.randn(70, 2, 3).cuda(), torch.randint(0, 30, (2, 20)).cuda()
    with torch.inference_mode():
        seen = layer(x, symbols)[1].clone()
    window = layer(x, symbols)[1]
    window.sum().backward()
    torch.testing.assert_close(window, seen)
    with torch.inference_mode():
        torch.testing.assert_close(layer(x, symbols)[1], seen)


def test_a_state_from_a_checkpoint_is_continued():
    """Checkpoints are read to the CPU: the second half of a text, from there and from the GPU."""
    settings = NetworkSettings.model_validate(
        {
            "kind": "text",
            "hidden": 8,
            "layers": 2,
            "alphabet": "abc",
            "train": {"batches": "streams"},
        }
    )
    text = np.random.default_rng(0).integers(3, size=201)
    data = Data(Lines(text, np.array([0, 201]), ["text"], [None]), None)
    plan = stream_batches(data.lines, 50, 2)
    losses = []
    for move in (False, True):
        descent = Descent(settings, Processes(0, 1, torch.device("cuda", 0)))
        descent.step(data, plan[0], 0, 0)
        if move and descent.state:
            descent.state = [(hidden.cpu(), cell.cpu()) for hidden, cell in descent.state]
        losses.append(descent.step(data, plan[1], 1, 0)[2].sum().item())
    assert losses[0] == losses[1]


def _data(settings: NetworkSettings, count: int = 6) -> Data:
    """Lines of 40 to 90 random steps and, where the network reads one, texts of 3 to 8 letters."""
    random = np.random.default_rng(0)
    lengths = random.integers(40, 90, count)
    steps = random.normal(size=(lengths.sum(), 3)).astype(np.float32)
    steps[:, 2] = steps[:, 2] > 1
    names = [f"line-{number}" for number in range(count)]
    starts = np.concatenate([[0], lengths.cumsum()])
    symbols = random.integers(0, 4, (count, 8))
    symbols[np.arange(8) >= random.integers(3, 9, (count, 1))] = -1
    lines = Lines(steps, starts, names, [None] * count)
    return Data(lines, None if settings.kind == "prediction" else symbols)


def _descent(settings: NetworkSettings, device: str, steps: int = 1) -> tuple[Descent, list[float]]:
    """Training on `device`, and the losses of its first steps."""
    descent, data = (
        Descent(settings, Processes(0, 1, torch.device(device)), total=6),
        _data(settings),
    )
    plan = line_batches(data.lines, 6, 0, 0)
    return descent, [descent.step(data, plan[0], step, 0)[2].sum().item() for step in range(steps)]


@pytest.mark.parametrize(
    "network",
    [{"layers": 3, "hidden": 24, "components": 3}, SYNTHESIS, READER],
    ids=lambda n: n.get("kind"),
)
def test_a_training_step_has_the_loss_and_gradients_of_the_cpu(network):
    settings = NetworkSettings.model_validate(network)
    (ours, (loss,)), (exact, (wanted,)) = (_descent(settings, d) for d in ("cuda", "cpu"))
    assert loss == pytest.approx(wanted, rel=1e-5)
    for mine, theirs in zip(ours.network.parameters(), exact.network.parameters(), strict=True):
        _close(mine.grad, theirs.grad, 1e-3)


@pytest.mark.parametrize("precision", ["float32", "tf32", "bf16"])
def test_steps_with_weight_noise_lower_the_loss_and_move_the_spreads(precision):
    """The noise of a GPU is not that of a CPU, so its properties are tested."""
    train = {"weight_noise": 0.01, "precision": precision, "learning_rate": 0.01}
    settings = NetworkSettings.model_validate({**SYNTHESIS, "train": train})
    set_arithmetic(settings.train, torch.device("cuda", 0), torch.get_num_threads())
    descent, losses = _descent(settings, "cuda", steps=12)
    assert losses[-1] < losses[0]
    assert descent.noise is not None
    for mean, log_sd in zip(descent.network.parameters(), descent.noise.log_sd, strict=True):
        assert mean.is_cuda and log_sd.is_cuda
        assert mean.isfinite().all() and log_sd.isfinite().all()
        assert not torch.equal(log_sd, torch.full_like(log_sd, float(np.log(0.01))))


def test_weight_noise_is_that_of_the_seed():
    settings = NetworkSettings.model_validate({**SYNTHESIS, "train": {"weight_noise": 0.3}})
    (_, one), (_, two) = (_descent(settings, "cuda") for _ in range(2))
    assert one == pytest.approx(two, rel=1e-5)
    noiseless = NetworkSettings.model_validate(SYNTHESIS)
    assert one != pytest.approx(_descent(noiseless, "cuda")[1], rel=1e-4)


def test_half_precision_is_near_single():
    settings = [
        NetworkSettings.model_validate({**SYNTHESIS, "train": {"precision": precision}})
        for precision in ("float32", "bf16")
    ]
    (_, (exact,)), (_, (rounded,)) = (_descent(s, "cuda") for s in settings)
    assert rounded == pytest.approx(exact, rel=0.02)


def test_ctc_and_its_gradients_equal_those_of_the_cpu():
    settings = NetworkSettings.model_validate(READER)
    torch.manual_seed(0)
    network = build(settings)  # dropout 0; cuDNN has no backward pass in eval mode
    x, lengths = torch.randn(4, 61, 3), torch.tensor([61, 40, 3, 57])
    text = torch.tensor([[0, 1, 1, 2], [3, -1, -1, -1], [1, 1, -1, -1], [-1, -1, -1, -1]])
    results = []
    for device in ("cpu", "cuda"):
        network.to(device).zero_grad()
        read, steps = network(x.to(device), lengths)
        loss = ctc_loss(read, steps, text.to(device))
        loss.backward()
        results.append([loss, read, *(p.grad.clone() for p in network.parameters())])
    for wanted, found in zip(*results, strict=True):
        _close(found, wanted, 1e-3)


def test_bits_of_a_text_are_those_of_the_cpu():
    text = {"kind": "text", "layers": 2, "hidden": 24, "dropout": 0.5, "alphabet": "abcd"}
    given = {**text, "train": {"batches": "streams"}}
    torch.manual_seed(0)
    network = build(NetworkSettings.model_validate(given))
    symbols = np.random.default_rng(0).integers(0, 4, 300)
    losses = [
        (static_loss(network, symbols, 70), dynamic_loss(network, symbols, 50, 0.3, 1.0))
        for network in (network.to(device) for device in ("cpu", "cuda"))
    ]
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
