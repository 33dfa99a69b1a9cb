"""One training step of the synthesis network: time and memory, on one CPU thread or on a GPU.

It is compared, in one run, with the plain loop over three cells that is the reference of the tests;
loss and gradients must agree. On a CPU it is also compared with itself in float32, and with the
matrix products that the step needs, in float32, at the rate of one large product on this machine.
On a GPU it is also compared with cuDNN's LSTM of the same size.

    OMP_NUM_THREADS=1 THP_MEM_ALLOC_ENABLE=1 python benchmarks/synthesis_step.py --precision bf16
    python benchmarks/synthesis_step.py --device cuda --batch 64 --steps 700 --precision tf32

The first has the large pages that `pentrace train` sets (see `pentrace.train`).
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from timing import cpu_time, product

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.helpers import reference

from pentrace.networks.mixture import log_loss
from pentrace.networks.settings import NetworkSettings
from pentrace.networks.synthesis import SynthesisNetwork
from pentrace.networks.training import TrainSettings
from pentrace.train.precision import set_arithmetic

CHARACTERS, SYMBOLS = 45, 70
SETTINGS = NetworkSettings(
    kind="synthesis", layers=3, hidden=400, alphabet="".join(map(chr, range(32, 32 + SYMBOLS)))
)
TARGET_FLOOR, TARGET_PLAIN = 1.35, 1.6
TARGET_GPU_PLAIN, TARGET_GPU_MS = 10, 40
# Largest distance of a gradient, relative to its norm, from that of the plain loop in float32.
ROUNDING = {"float32": 1e-3, "tf32": 5e-2, "bf16": 0.2}


@dataclass(frozen=True)
class Setup:
    """What is measured, and on which device."""

    device: torch.device
    batch: int
    steps: int
    precision: str

    def set_arithmetic(self, precision: str) -> None:
        """Set the arithmetic of a GPU as `pentrace train` does; on a CPU nothing depends on it."""
        settings = TrainSettings.model_validate({"precision": precision})
        if self.device.type == "cuda":
            set_arithmetic(settings, self.device, threads=1)

    def __str__(self) -> str:
        what = f"{SYMBOLS} symbols, {CHARACTERS} characters, 3 x 400, {self.precision}"
        return f"{self.batch} x {self.steps} steps, {what}"


def shapes(setup: Setup) -> list[tuple[int, int, int, int]]:
    """(times, rows, inner, columns) of the products with weights, forward and backward."""
    batch, steps = setup.batch, setup.steps
    hidden, gates, rows = SETTINGS.hidden, 4 * SETTINGS.hidden, batch * steps
    outputs, window = 6 * SETTINGS.components + 1, 3 * SETTINGS.window_components
    needed = [(1, rows, 3, gates), (1, 3, rows, gates)]  # no derivative by the input
    recurrences = [hidden + SYMBOLS] + [hidden] * (SETTINGS.layers - 1)
    for size in recurrences:
        needed += [(steps, batch, size, gates), (steps, batch, gates, size)]
        needed.append((1, gates, rows, size))
    needed += [(steps, batch, hidden, window), (steps, batch, window, hidden)]
    needed.append((1, window, rows, hidden))
    whole = [(3 + SYMBOLS + hidden, gates)] * (SETTINGS.layers - 1)
    for size, columns in [*whole, (hidden * SETTINGS.layers, outputs)]:
        needed += [(1, rows, size, columns), (1, rows, columns, size), (1, columns, rows, size)]
    return needed


def operations(setup: Setup) -> int:
    """Floating point operations of all these products."""
    return sum(2 * times * m * k * n for times, m, k, n in shapes(setup))


class Step:
    """A batch, a network, and a training step in two ways."""

    def __init__(self, setup: Setup, parametrisation: str = "exp") -> None:
        torch.manual_seed(0)
        self.setup, device, sizes = setup, setup.device, (setup.batch, setup.steps)
        settings = SETTINGS.model_copy(update={"window_parametrisation": parametrisation})
        self.network = SynthesisNetwork(settings).to(device)
        self.lstm = nn.LSTM(3, settings.hidden, settings.layers).to(device)
        self.x, self.y = torch.randn(2, *sizes, 3).to(device).unbind(0)
        self.y[..., 2] = (self.y[..., 2] > 1).float()
        self.text = torch.randint(0, SYMBOLS, (setup.batch, CHARACTERS)).to(device)
        self.mask = torch.ones(sizes, dtype=torch.bool, device=device)

    def ours(self) -> Tensor:
        return self._learn(lambda: self.network(self.x, None, self.text)[0])

    def plain(self) -> Tensor:
        return self._learn(lambda: reference.synthesis(self.network, self.x, self.text))

    def half_plain(self) -> Tensor:
        return self._learn(lambda: reference.half_plain(self.network, self.x, self.text))

    def first(self) -> None:
        """Only layer 1 and its window."""
        with self._half():
            hidden, window, _, _ = self.network.first(self.x.transpose(0, 1), self.text)
        (hidden.sum() + window.sum()).backward()

    def whole(self) -> None:
        """LSTM layers of the same size without text, in one call."""
        with self._half():
            hidden, _ = self.lstm(self.x.transpose(0, 1))
        hidden.float().sum().backward()

    def gradients(self, way: Callable[[], Tensor]) -> tuple[float, list[Tensor]]:
        """Loss and gradients of a step."""
        loss = way().item()
        return loss, [p.grad.clone() for p in self.network.parameters() if p.grad is not None]

    def _learn(self, raw: Callable[[], Tensor]) -> Tensor:
        self.network.zero_grad()
        with self._half():
            loss = log_loss(raw(), self.y, self.mask).mean()
        loss.backward()
        return loss.detach()

    def _half(self) -> torch.autocast:
        half = self.setup.precision == "bf16"
        return torch.autocast(self.setup.device.type, torch.bfloat16, enabled=half)


def check(setup: Setup) -> None:
    """Compare loss and gradients with the plain loop in float32; exit if they differ."""
    exact = Step(Setup(setup.device, setup.batch, setup.steps, "float32"))
    setup.set_arithmetic("float32")
    right, slopes = exact.gradients(exact.plain)
    setup.set_arithmetic(setup.precision)
    step = Step(setup)
    loss, gradients = step.gradients(step.ours)
    pairs = list(zip(gradients, slopes, strict=True))
    error = max(((a - b).norm() / b.norm()).item() for a, b in pairs)
    bound, lossy = ROUNDING[setup.precision], abs(loss / right - 1)
    print(f"error against the float32 loop: loss {lossy:.1e}, gradients {error:.1e} (< {bound})")
    if not max(error, lossy) < bound:  # NaN too
        raise SystemExit("the gradients differ from those of the plain loop; nothing is measured")


def peak_memory(way: str, setup: Setup) -> float:
    """MiB that a step adds to a process, measured in a separate process."""
    command = [sys.executable, __file__, "--memory", way, "--device", setup.device.type]
    command += ["--batch", str(setup.batch), "--steps", str(setup.steps)]
    command += ["--precision", setup.precision]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)


def memory(way: str, setup: Setup) -> None:
    step = Step(setup)
    before = highest_memory(setup.device)
    for _ in range(2):
        getattr(step, way)()
    print(highest_memory(setup.device) - before)


def highest_memory(device: torch.device) -> float:
    """Largest MiB in use; on a CPU resident memory, since getrusage reports that of the parent.

    CUDA graphs and their memory are included.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--precision", choices=[*ROUNDING], default="float32")
    parser.add_argument("--memory", choices=["ours", "half_plain", "plain"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.device == "cpu" and arguments.precision == "tf32":
        parser.error("a CPU has no tf32; give float32 or bf16")
    device = torch.device(arguments.device)
    setup = Setup(device, arguments.batch, arguments.steps, arguments.precision)
    torch.set_num_threads(1)
    # The window of random weights soon leaves the text and gives numbers that are almost 0. A
    # trained one does not, and arithmetic with such denormal numbers is many times slower.
    torch.set_flush_denormal(True)
    setup.set_arithmetic(setup.precision)
    if arguments.memory:
        memory(arguments.memory, setup)
        return
    check(setup)
    (on_gpu if device.type == "cuda" else on_cpu)(setup, arguments.repeats)


def on_cpu(setup: Setup, repeats: int) -> None:
    steps = {"exp": Step(setup, "exp"), "softplus": Step(setup, "softplus")}
    single = Step(replace(setup, precision="float32"))
    needed = [(times, product(m, k, n)) for times, m, k, n in shapes(setup)]
    ways: dict[str, Callable[[], object]] = {
        "one product of 2048 x 2048": product(2048, 2048, 2048),
        "all products, at their own shapes": lambda: [
            work() for times, work in needed for _ in range(times)
        ],
        "this network": steps["exp"].ours,
        "the same, softplus": steps["softplus"].ours,
        "only its layer 1": steps["exp"].first,
        "this network in float32": single.ours,
        "layer 1 as a loop by autograd": single.half_plain,
        "plain three-cell loop": single.plain,
    }
    report(setup, list(ways), rounds(ways, repeats, cpu_time))
    in_single = replace(setup, precision="float32")
    ours, half, plain = (
        peak_memory("ours", setup),
        peak_memory("half_plain", in_single),
        peak_memory("plain", in_single),
    )
    print(f"memory of a step: {ours:.0f} MiB, layer 1 by autograd {half:.0f}, plain {plain:.0f}")


def rounds(
    ways: dict[str, Callable[[], object]],
    repeats: int,
    clock: Callable[[Callable[[], object]], float],
) -> list[list[float]]:
    """Times of each way: all ways take turns, so that a busy minute slows all of them."""
    for way in ways.values():
        way()
    taken = [[clock(way) for way in ways.values()] for _ in range(repeats)]
    return [list(times) for times in zip(*taken, strict=True)]


def report(setup: Setup, names: list[str], times: list[list[float]]) -> None:
    """Print medians, and medians of the ratios within a round."""
    print(setup)
    print(f"torch {torch.__version__}, {len(times[0])} rounds, CPU seconds of one thread, medians")
    large, own, ours, *_, plain = times
    share = 2 * 2048**3 / operations(setup)
    for name, taken in zip(names, times, strict=True):
        print(f"{name:34s} {statistics.median(taken):6.3f} s", end="")
        print(f"{ratio(taken, own):6.2f} x the products", end="")
        print(f"{share * ratio(taken, large):6.2f} x their operations at the rate of the large one")
    single = times[names.index("this network in float32")]
    print(f"float32 / this network: {ratio(single, ours):.2f}")
    fastest = min(ours) / min(own)
    print(f"target: {TARGET_FLOOR} x the products (fastest rounds: {fastest:.2f})")
    print(f"plain loop / this network: {ratio(plain, ours):.2f} (target: {TARGET_PLAIN})")


def ratio(above: list[float], below: list[float]) -> float:
    """The median of the ratios within a round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def gpu_time(work: Callable[[], object]) -> float:
    """Milliseconds from an idle GPU to an idle GPU, launches from Python included."""
    start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    torch.cuda.synchronize()
    start.record()
    work()
    stop.record()
    torch.cuda.synchronize()
    return start.elapsed_time(stop)


def on_gpu(setup: Setup, repeats: int) -> None:
    step = Step(setup)
    ways: dict[str, Callable[[], object]] = {
        "this network": step.ours,
        "only its layer 1": step.first,
        "cuDNN's LSTM of its size, no text": step.whole,
        "plain three-cell loop": step.plain,
    }
    times = rounds(ways, repeats, gpu_time)
    print(setup)
    print(f"torch {torch.__version__}, {torch.cuda.get_device_name()}, {repeats} rounds, medians")
    for name, taken in zip(ways, times, strict=True):
        print(f"{name:34s} {statistics.median(taken):9.2f} ms")
    ours, plain = statistics.median(times[0]), ratio(times[-1], times[0])
    speed, rate = setup.batch * setup.steps / ours * 1e3, operations(setup) / ours / 1e9
    print(f"{speed:,.0f} points/s, {rate:.1f} Tflop/s in the products")
    print(f"this network: {ours:.1f} ms a step (target: < {TARGET_GPU_MS})")
    print(f"plain loop / this network: {plain:.1f} (target: {TARGET_GPU_PLAIN})")
    own, loop = peak_memory("ours", setup), peak_memory("plain", setup)
    print(f"memory of a step: {own:.0f} MiB, plain loop {loop:.0f} MiB (target: less)")


if __name__ == "__main__":
    main()
