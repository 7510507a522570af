"""Drawn nets with branches, and an oracle that walks every path through them.

Each drawn window's padding adds up to its extent less one, so that a stride s turns n samples
into ceil(n / s) whatever else is drawn, and branches fit together. How much of it stands before
and how much after is drawn: branches read beside one another.
"""

from fractions import Fraction
from itertools import product
from math import comb, floor

from hypothesis import settings
from hypothesis import strategies as st

from coursekit import Window, nn

ALL = ("conv", "max", "avg")


def fixed(max_examples):
    """The same examples in every run, and no clock."""
    return settings(max_examples=max_examples, derandomize=True, deadline=None, database=None)


@st.composite
def windows(draw, rank, stride=1):
    """(kernel_size, options) of a convolution or pool."""
    kernel = draw(st.tuples(*[st.integers(1, 3)] * rank))
    dilation = draw(st.tuples(*[st.integers(1, 3)] * rank))
    pads = []
    for k, d in zip(kernel, dilation, strict=True):
        before = draw(st.integers(0, (k - 1) * d))
        pads.append((before, (k - 1) * d - before))
    return kernel, {"stride": (stride,) * rank, "padding": tuple(pads), "dilation": dilation}


@st.composite
def layers(draw, rank, stride=1, kinds=ALL):
    kernel, options = draw(windows(rank, stride))
    kind = draw(st.sampled_from(kinds))
    if kind == "conv":
        return nn.Conv(1, kernel, bias=False, **options)
    return (nn.MaxPool if kind == "max" else nn.AvgPool)(kernel, **options)


@st.composite
def rows(draw, rank, stride, depth, kinds, most=2):
    """A tuple of layers that together have this stride; () where that is 1, perhaps."""
    row = draw(st.lists(blocks(rank, depth, kinds, strides=(1,)), max_size=most))
    if stride > 1:
        row.insert(draw(st.integers(0, len(row))), draw(layers(rank, stride, kinds)))
    return tuple(row)


@st.composite
def blocks(draw, rank, depth, kinds=ALL, strides=(1, 2)):
    """One layer, or a layer of layers at most `depth` deep."""
    kind = draw(st.sampled_from(["layer", "point", "residual", "row", "parallel"]
                                if depth else ["layer", "layer", "point"]))
    if kind == "point":
        return nn.Relu()
    if kind == "residual":
        return nn.Residual(*draw(rows(rank, 1, depth - 1, kinds)))
    stride = draw(st.sampled_from(strides))
    if kind == "layer":
        return draw(layers(rank, stride, kinds))
    if kind == "row":
        return nn.Sequential(*draw(rows(rank, stride, depth - 1, kinds)))
    parts = draw(st.lists(rows(rank, stride, depth - 1, kinds), min_size=2, max_size=3))
    return nn.Parallel(*[nn.Sequential(*part) for part in parts], merge="sum")


@st.composite
def nets(draw, rank=None, kinds=ALL):
    """A drawn net with a window in it, whose rank it thus has."""
    rank = rank or draw(st.integers(1, 2))
    body = draw(st.lists(blocks(rank, 2 if rank == 1 else 1, kinds), min_size=1, max_size=3))
    return nn.Sequential(*body, draw(layers(rank, kinds=kinds)))


@st.composite
def decoders(draw):
    """Pools, then a mixture of upsampling, windows and pyramids that never passes the input."""
    body, jump = [nn.AvgPool(2), nn.AvgPool(3)], 6
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["up", "window", "stride", "pyramid", "residual"]))
        if kind == "up":
            factor = draw(st.sampled_from([f for f in (1, 2, 3, 6) if jump % f == 0]))
            body.append(nn.Upsample(factor))
            jump //= factor
        elif kind == "stride":
            body.append(draw(layers(1, 2)))
            jump *= 2
        elif kind == "pyramid":
            body.append(nn.Parallel(draw(layers(1)), nn.Sequential(nn.AvgPool(2), nn.Upsample(2)),
                                    merge="sum"))
        else:
            layer = draw(layers(1))
            body.append(nn.Residual(layer) if kind == "residual" else layer)
    return nn.Sequential(*body)


def walked(net, output, weigh=lambda k: 1, merge=lambda branches: 1):
    """{place in the input: paths to this output}, the input without an end.

    With `weigh` and `merge`, tap t of k counts ``weigh(k)[t]`` and a branch ``merge(branches)``.
    """
    return _down(tuple(net), {tuple(output): 1}, weigh, merge)


def _down(row, places, weigh, merge):
    for layer in reversed(row):
        places = _through(layer, places, weigh, merge)
    return places


def _through(layer, places, weigh, merge):
    if isinstance(layer, (nn.Residual, nn.Parallel)):
        residual = isinstance(layer, nn.Residual)
        branches = [(), layer.layers] if residual else [(branch,) for branch in layer.branches]
        total = {}
        for branch in branches:
            for place, paths in _down(branch, places, weigh, merge).items():
                total[place] = total.get(place, 0) + paths * merge(branches)
        return total
    if isinstance(layer, nn.Sequential):
        return _down(layer.layers, places, weigh, merge)
    if isinstance(layer, nn.Upsample):
        return _interpolated(layer.factor, places)
    if isinstance(layer, (nn.Conv, nn.MaxPool)):
        return _windowed(layer.sees, places, weigh)
    assert isinstance(layer, nn.Relu)
    return places


def _windowed(window, places, weigh):
    assert isinstance(window, Window)
    below = {}
    for place, paths in places.items():
        for taps in product(*map(range, window.kernel_size)):
            at = tuple(
                p * s - before + t * d for p, s, (before, _), t, d in
                zip(place, window.stride, window.padding, taps, window.dilation, strict=True)
            )
            share = paths
            for tap, k in zip(taps, window.kernel_size, strict=True):
                share = share * (weigh(k)[tap] if weigh(k) != 1 else 1)
            below[at] = below.get(at, 0) + share
    return below


def _interpolated(factor, places):
    below = {}
    for place, paths in places.items():
        reads = []
        for p in place:
            at = Fraction(2 * p + 1, 2 * factor) - Fraction(1, 2)
            reads.append({floor(at), -floor(-at)})
        for at in product(*reads):
            below[at] = below.get(at, 0) + paths
    return below


def binomial(k):
    return [comb(k - 1, t) / 2 ** (k - 1) for t in range(k)]
