"""How fast the kernels are beside PyTorch's: ``coursekit bench``.

A time alone says little on a machine that others use too, so everything here is a ratio: the
contestants run in turn, round after round in one process, and their medians are compared. PyTorch
runs twice, on contiguous tensors, which is what a user calls, and in its channels_last layout with
all tensors in that layout already. All run on one thread.
"""

import math
import platform
import time
from dataclasses import asdict, dataclass
from statistics import median

import numpy as np

import coursekit as ck
from coursekit import kernels

try:
    import torch
except ImportError:  # the ratios are left out then
    torch = None


@dataclass(frozen=True)
class Case:
    """One call: an operation on arrays of these shapes, with these options."""

    name: str
    op: str
    x: tuple
    w: tuple = ()
    options: tuple = ()

    def macs(self):
        """Multiply-adds of one convolution as it is defined, whatever the algorithm."""
        spatial = ck.Window(self.w[2:], *(
            dict(self.options).get(name, default)
            for name, default in (("stride", 1), ("padding", 0), ("dilation", 1))
        )).out_shape(self.x[2:])
        return self.x[0] * math.prod(spatial) * math.prod(self.w)


def _conv(name, x, w, **options):
    return Case(name, "conv", x, w, tuple(options.items()))


def _square(name, n, channels, size, out=None, kernel=3, **options):
    """A square convolution that keeps the size, but for its stride."""
    rate = options.get("dilation", 1)
    options.setdefault("padding", (kernel - 1) // 2 * rate)
    out = out or channels
    fan = channels // options.get("groups", 1)
    return _conv(name, (n, channels, size, size), (out, fan, kernel, kernel), **options)


CONVOLUTIONS = (
    _square("3x3 64 @56", 1, 64, 56),
    _square("3x3 128 @28", 1, 128, 28),
    _square("3x3 256 @14", 1, 256, 14),
    _square("3x3 16 @128", 1, 16, 128),
    *(_square(f"3x3 64 @64 d={d}", 1, 64, 64, dilation=d) for d in (2, 4, 8, 16)),
    *(_square(f"3x3 32 @128 d={d}", 1, 32, 128, dilation=d) for d in (2, 8)),
    _square("3x3 256 @32 d=4", 1, 256, 32, dilation=4),
    *(_square(f"3x3 16 @48 d={d}, batch 8", 8, 16, 48, dilation=d) for d in (1, 2, 4, 5)),
    _square("3x3 1->16 @48, batch 8", 8, 1, 48, 16),
    _square("3x3 3->64 @224", 1, 3, 224, 64),
    _square("3x3 stride 2 64->128 @56", 1, 64, 56, 128, stride=2),
    _square("7x7 stride 2 3->64 @224", 1, 3, 224, 64, 7, stride=2),
    _square("5x5 32->64 @28", 1, 32, 28, 64, 5),
    _square("1x1 64->256 @56", 1, 64, 56, 256, 1),
    _square("1x1 16->11 @48, batch 8", 8, 16, 48, 11, 1),
    _square("groups=4 64 @28, batch 4", 4, 64, 28, groups=4),
    *(_square(f"depthwise 128 @56 d={d}", 1, 128, 56, groups=128, dilation=d) for d in (1, 2)),
    *(_conv(f"1-D causal 32 k=2 T=1024 d={d}, batch 16", (16, 32, 1024), (32, 32, 2),
            padding="causal", dilation=d) for d in (1, 8, 64)),
)
OPERATIONS = ("conv", "conv_backward")


def cases(only=""):
    """All cases whose name or operation holds the text `only`."""
    found = [
        Case(case.name, op, case.x, case.w, case.options)
        for op in OPERATIONS for case in CONVOLUTIONS
    ]
    return [case for case in found if only in f"{case.op} {case.name}"]


def measure(case, dtype=np.float32, seconds=0.5):
    """Medians of one case, as a dict: ours in seconds, PyTorch's as ratios to it.

    Parameters
    ----------
    case : Case
    dtype : dtype, default float32
    seconds : float, default 0.5
        How long the rounds go on; there are at least five.

    Returns
    -------
    dict
        `seconds`, `gflops` and, where PyTorch is installed, `contiguous` and `channels_last`:
        its median divided by ours, above 1 where we are faster.
    """
    ours, peers = contestants(case, np.dtype(dtype))
    times = in_turn([ours, *peers.values()], seconds)
    work = 2 * case.macs() * (2 if case.op == "conv_backward" else 1)
    result = {**asdict(case), "seconds": times[0], "gflops": work / times[0] / 1e9}
    for name, taken in zip(peers, times[1:]):
        result[name] = taken / times[0]
    return result


def contestants(case, dtype):
    """Our call without arguments, and PyTorch's by layout."""
    rng = np.random.default_rng(0)
    x, w = (rng.standard_normal(shape).astype(dtype) for shape in (case.x, case.w))
    options = dict(case.options)
    y = ck.conv(x, w, **options)
    if case.op == "conv":
        return (lambda: ck.conv(x, w, **options)), _torch_forward(x, w, options)
    grad = rng.standard_normal(y.shape).astype(dtype)
    return (lambda: ck.conv_backward(grad, x, w, **options)), _torch_backward(grad, x, w, options)


def _plane(a):
    return a.reshape(*a.shape[:2], 1, a.shape[2]) if a.ndim == 3 else a


def _torch_options(x, w, options):
    """Stride, padding, dilation and groups of an image; what PyTorch cannot pad is padded."""
    window = ck.Window(w.shape[2:], *(
        options.get(name, default)
        for name, default in (("stride", 1), ("padding", 0), ("dilation", 1))
    ))
    pads = window.pads(x.shape[2:])
    if any(before != after for before, after in pads):
        x = np.pad(x, ((0, 0), (0, 0), *pads))
        pads = ((0, 0),) * len(pads)
    lift = (1,) * (4 - x.ndim)
    return _plane(x), (
        lift + window.stride, (0,) * len(lift) + tuple(before for before, _ in pads),
        lift + window.dilation,
    ), options.get("groups", 1)


def _layouts(*arrays):
    """The same tensors in both layouts."""
    if torch is None:
        return {}
    tensors = [torch.from_numpy(a) for a in arrays]
    last = torch.channels_last
    return {
        "contiguous": tensors,
        "channels_last": [t.contiguous(memory_format=last) for t in tensors],
    }


def _torch_forward(x, w, options):
    x, window, groups = _torch_options(x, w, options)
    return {
        name: lambda x=x, w=w: torch.nn.functional.conv2d(x, w, None, *window, groups)
        for name, (x, w) in _layouts(x, _plane(w)).items()
    }


def _torch_backward(grad, x, w, options):
    x, (stride, padding, dilation), groups = _torch_options(x, w, options)

    def call(grad, x, w):
        return torch.ops.aten.convolution_backward(
            grad, x, w, [w.shape[0]], stride, padding, dilation, False, [0, 0], groups,
            [True, True, True],
        )

    return {
        name: lambda arrays=arrays: call(*arrays)
        for name, arrays in _layouts(_plane(grad), x, _plane(w)).items()
    }


def in_turn(calls, seconds):
    """Median time of each call; one round of all after another, so that all meet the same noise."""
    for call in calls:
        call()  # what is done once, is done now
    times = [[] for _ in calls]
    begin, rounds = time.perf_counter(), 0
    while rounds < 5 or time.perf_counter() - begin < seconds:
        for call, taken in zip(calls, times):
            before = time.perf_counter()
            call()
            taken.append(time.perf_counter() - before)
        rounds += 1
    return [median(taken) for taken in times]


def tile_speed(dtype=np.float32):
    """GFLOP/s of the register tile alone, on data in the nearest cache: what is left of it in a
    convolution is what the loops around the tile cost. None on the reference."""
    run = getattr(kernels.build(), "run_tile_alone", None)
    if run is None:
        return None
    best = math.inf
    for _ in range(5):
        before = time.perf_counter()
        flops = run(np.empty(0, dtype), 2000)
        best = min(best, (time.perf_counter() - before) / flops)
    return 1 / best / 1e9


def geometric_mean(values):
    """exp of the mean logarithm: the mean that suits ratios."""
    return math.exp(sum(map(math.log, values)) / len(values))


def summary(results):
    """For each operation: geometric means and the worst ratios, to each layout and the better."""
    means = {}
    for op in dict.fromkeys(result["op"] for result in results):
        ratios = {
            "contiguous": [r["contiguous"] for r in results if r["op"] == op],
            "better": [min(r["contiguous"], r["channels_last"]) for r in results if r["op"] == op],
        }
        means[op] = {
            name: {"geometric_mean": geometric_mean(values), "least": min(values)}
            for name, values in ratios.items()
        }
    return means


def machine():
    """What the numbers were measured on."""
    return {
        "isa": ck.isa(), "threads": 1, "machine": platform.machine(),
        "python": platform.python_version(), "numpy": np.__version__,
        "torch": torch.__version__ if torch else None,
    }


def run(only="", dtype=np.float32, seconds=0.5, progress=None):
    """Measure all cases that `only` picks; `progress` is told each result as it comes.

    Returns
    -------
    dict
        `machine`, `tile_gflops`, `results` (see `measure`; with the share of the tile's speed)
        and, where PyTorch is installed, `summary`.
    """
    if torch is not None:
        torch.set_num_threads(1)
    speed = tile_speed(dtype)
    results = []
    for case in cases(only):
        result = measure(case, dtype, seconds)
        result["share"] = result["gflops"] / speed if speed else None
        results.append(result)
        if progress is not None:
            progress(result)
    report = {"machine": {**machine(), "dtype": np.dtype(dtype).name}, "tile_gflops": speed,
              "results": results}
    if torch is not None and results:
        report["summary"] = summary(results)
    return report


HEADING = f"{'operation':14} {'shape':40} {'us':>8} {'GFLOP/s':>8} {'share':>6} " \
          f"{'x contiguous':>13} {'x channels_last':>16}"


def line(result):
    """One result for people."""
    share = "" if result["share"] is None else f"{result['share']:.2f}"
    ratios = [f"{result[name]:.2f}" if name in result else "" for name in
              ("contiguous", "channels_last")]
    return (f"{result['op']:14} {result['name']:40} {result['seconds'] * 1e6:8.0f} "
            f"{result['gflops']:8.1f} {share:>6} {ratios[0]:>13} {ratios[1]:>16}")
