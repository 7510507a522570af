"""Drawn calls: windows, shapes and arrays that no list of cases would think of.

Shapes are small, never square by design, and every axis has its own stride and dilation.
"""

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from coursekit import Window

EXACT = np.float64


def fixed(max_examples):
    """The same examples in every run, and no clock."""
    return settings(max_examples=max_examples, derandomize=True, deadline=None, database=None)


@dataclass(frozen=True)
class Call:
    """Shapes and window of one convolution or pooling."""

    shape: tuple
    kernel: tuple
    stride: object
    padding: object
    dilation: object
    groups: int
    outputs: int
    seed: int

    @property
    def window(self):
        return Window(self.kernel, self.stride, self.padding, self.dilation)

    @property
    def spatial(self):
        return self.shape[2:]

    @property
    def options(self):
        return {"stride": self.stride, "padding": self.padding, "dilation": self.dilation}

    @property
    def weights_shape(self):
        return (self.outputs, self.shape[1] // self.groups, *self.kernel)

    def out_shape(self, channels):
        return (self.shape[0], channels, *self.window.out_shape(self.spatial))

    def random(self):
        return np.random.default_rng(self.seed)


def integers(rng, shape, dtype=EXACT):
    """Small integers as floats: sums of their products are exact in float32 too."""
    return rng.integers(-4, 5, shape).astype(dtype)


def normals(rng, shape, dtype=EXACT):
    return rng.standard_normal(shape).astype(dtype)


def assert_close(actual, desired, terms):
    """Equal up to the rounding of a sum of so many terms, in the precision of `actual`."""
    scale = 1 + np.abs(desired).max(initial=0)
    bound = 4 * np.finfo(actual.dtype).eps * (terms + 8) * scale
    np.testing.assert_allclose(actual, desired, rtol=0, atol=bound)


def _forms(rank, numbers):
    """An int for all axes, or one an axis."""
    return st.one_of(numbers, st.tuples(*[numbers] * rank))


def paddings(rank, most=3):
    """Every form that padding may have."""
    zeros = st.integers(0, most)
    pairs = st.tuples(*[st.tuples(zeros, zeros)] * rank)
    words = ["valid", "same", "causal"][: 3 if rank == 1 else 2]
    return st.one_of(_forms(rank, zeros), pairs, st.sampled_from(words))


@st.composite
def calls(draw, empty=True, pool=False):
    """A call whose window fits. `empty`: N, C or K may be 0. `pool`: each window holds a sample."""
    rank = draw(st.integers(1, 2))
    kernel = tuple(draw(st.lists(st.integers(1, 4), min_size=rank, max_size=rank)))
    stride, dilation = draw(_forms(rank, st.integers(1, 3))), draw(_forms(rank, st.integers(1, 3)))
    padding = draw(paddings(rank))
    window = Window(kernel, stride, padding, dilation)
    least = [1] * rank
    if padding != "same":
        pairs = zip(window.extent, window.padding, strict=True)
        least = [max(extent - sum(pads), 1) for extent, pads in pairs]
    spatial = tuple(n + draw(st.integers(0, 5)) for n in least)
    if pool and not holds_samples(window, spatial):
        window = Window(kernel, stride, padding := "valid", dilation)
        spatial = tuple(map(sum, zip(window.extent, spatial, strict=True)))
    few = st.integers(0 if empty else 1, 3)
    groups, depthwise = draw(st.integers(1, 3)), draw(st.booleans())
    channels = groups * (1 if depthwise else draw(few))
    return Call((draw(few), channels, *spatial), kernel, stride, padding, dilation, groups,
                groups * draw(few), draw(st.integers(0, 2**32 - 1)))


def taps_inside(window, spatial):
    """For each axis, how many taps of each window fall inside the input: by counting."""
    counts = []
    for n, pads, size, stride, dilation in zip(
        spatial, window.pads(spatial), window.kernel_size, window.stride, window.dilation,
        strict=True,
    ):
        padded = [False] * pads[0] + [True] * n + [False] * pads[1]
        span = (size - 1) * dilation + 1
        starts = range(0, len(padded) - span + 1, stride)
        counts.append(np.array([sum(padded[at : at + span : dilation]) for at in starts], int))
    return counts


def holds_samples(window, spatial):
    return all(count.all() for count in taps_inside(window, spatial))


def terms(call):
    """Products summed into one output."""
    return math.prod(call.kernel) * max(call.shape[1] // call.groups, 1)
