"""The layers that stand alone: convolution, pools, and what acts on each position or on all."""

import math
from dataclasses import dataclass, field

import numpy as np
from autograd import numpy as anp

from coursekit import geometry
from coursekit.geometry import Window, integer
from coursekit.nn import primitives
from coursekit.nn.layer import Layer, sample, spatial


@dataclass(frozen=True)
class Conv(Layer):
    """Convolution with a bank of kernels; see `coursekit.conv`.

    Parameters
    ----------
    channels : int
        Output channels.
    kernel_size : int or tuple of int
        An int for signals, a pair for images, as in `Window`.
    stride, padding, dilation
        As in `Window`.
    groups : int, default 1
    bias : bool, default True
    """

    channels: int
    kernel_size: tuple
    stride: tuple = field(default=1, kw_only=True)
    padding: tuple = field(default=0, kw_only=True)
    dilation: tuple = field(default=1, kw_only=True)
    groups: int = field(default=1, kw_only=True)
    bias: bool = field(default=True, kw_only=True)

    def __post_init__(self):
        integer("Conv", "channels", self.channels, 1)
        integer("Conv", "groups", self.groups, 1)
        if self.channels % self.groups:
            raise ValueError(
                f"Conv: channels must divide into groups={self.groups}; got {self.channels}"
            )
        self.sees  # noqa: B018  -- refuses a bad window here and not at the first call

    @property
    def sees(self):
        return Window(*geometry.parse(
            "Conv", self.kernel_size, self.stride, self.padding, self.dilation
        ))

    def out_shape(self, shape):
        window = self.sees
        shape = sample("Conv", shape, len(window.kernel_size))
        if shape[0] % self.groups:
            raise ValueError(
                f"Conv: input channels must divide into groups={self.groups}; got {shape[0]}"
            )
        return (self.channels, *geometry.out_shape("Conv", window, shape[1:]))

    def parameter_shapes(self, shape):
        kernel_size = self.sees.kernel_size
        shape = sample("Conv", shape, len(kernel_size))
        weight = (self.channels, shape[0] // self.groups, *kernel_size)
        return {"weight": weight, "bias": (self.channels,)} if self.bias else {"weight": weight}

    def macs(self, shape):
        weight = self.parameter_shapes(shape)["weight"]
        return math.prod(weight) * math.prod(self.out_shape(shape)[1:])

    def _draw(self, rng, shape):
        return _he(rng, self.parameter_shapes(shape))

    def _run(self, theta, x, at, rectify=False):
        window = self.sees
        options = {"stride": window.stride, "padding": window.padding,
                   "dilation": window.dilation, "groups": self.groups}
        shapes = tuple(self.parameter_shapes(x.shape[1:]).values())
        return primitives.conv_layer(theta, x, at, shapes, options, rectify)


def _he(rng, shapes):
    """Weights of variance 2 over the number of inputs; a bias of zeros."""
    weight = shapes["weight"]
    drawn = rng.standard_normal(weight) * math.sqrt(2 / math.prod(weight[1:]))
    return [drawn, *(np.zeros(shapes[name]) for name in ("bias",) if name in shapes)]


@dataclass(frozen=True)
class MaxPool(Layer):
    """The largest sample of each window; see `coursekit.max_pool`."""

    kernel_size: tuple
    stride: tuple = field(default=None, kw_only=True)
    padding: tuple = field(default=0, kw_only=True)
    dilation: tuple = field(default=1, kw_only=True)

    _pool = staticmethod(primitives.max_pool)

    def __post_init__(self):
        self.sees  # noqa: B018  -- refuses a bad window here and not at the first call

    @property
    def sees(self):
        stride = self.kernel_size if self.stride is None else self.stride
        return Window(*geometry.parse(
            self.name, self.kernel_size, stride, self.padding, self.dilation
        ))

    def out_shape(self, shape):
        window = self.sees
        shape = sample(self.name, shape, len(window.kernel_size))
        return (shape[0], *geometry.out_shape(self.name, window, shape[1:]))

    def _options(self):
        window = self.sees
        return {"stride": window.stride, "padding": window.padding, "dilation": window.dilation}

    def _run(self, theta, x, at):
        return self._pool(x, self.sees.kernel_size, **self._options())


@dataclass(frozen=True)
class AvgPool(MaxPool):
    """The mean of each window; see `coursekit.avg_pool`."""

    count_include_pad: bool = field(default=True, kw_only=True)

    _pool = staticmethod(primitives.avg_pool)

    def _options(self):
        return {**super()._options(), "count_include_pad": self.count_include_pad}


@dataclass(frozen=True)
class Relu(Layer):
    """The larger of x and 0; its slope at 0 is 0."""

    def _run(self, theta, x, at):
        return primitives.relu(x)


@dataclass(frozen=True)
class LayerNorm(Layer):
    """Channels of each position to mean 0 and variance 1, then a gain and a bias a channel.

    References
    ----------
    .. [1] Ba, Kiros, Hinton (2016), Layer normalization, arXiv:1607.06450.
    """

    def parameter_shapes(self, shape):
        channels = sample("LayerNorm", shape)[:1]
        return {"gain": channels, "bias": channels}

    def _draw(self, rng, shape):
        return [np.ones(shape[0]), np.zeros(shape[0])]

    def _run(self, theta, x, at):
        return primitives.layer_norm(theta, x, at)


@dataclass(frozen=True)
class Flatten(Layer):
    """All channels and positions in a row: (N, C, ...) to (N, numbers)."""

    sees = "all"

    def out_shape(self, shape):
        return (math.prod(sample("Flatten", shape)),)

    def _run(self, theta, x, at):
        return anp.reshape(x, (x.shape[0], math.prod(x.shape[1:])))  # -1 is no size of 0 samples


@dataclass(frozen=True)
class GlobalAvgPool(Layer):
    """The mean over all positions: (N, C, ...) to (N, C)."""

    sees = "all"

    def out_shape(self, shape):
        return spatial("GlobalAvgPool", shape)[:1]

    def _run(self, theta, x, at):
        return primitives.global_mean(x)


@dataclass(frozen=True)
class Linear(Layer):
    """Every output a weighted sum of all inputs: (N, numbers) to (N, features)."""

    features: int
    bias: bool = field(default=True, kw_only=True)

    sees = "all"

    def __post_init__(self):
        integer("Linear", "features", self.features, 1)

    def out_shape(self, shape):
        sample("Linear", shape, 0)
        return (self.features,)

    def parameter_shapes(self, shape):
        weight = (self.features, *sample("Linear", shape, 0))
        return {"weight": weight, "bias": weight[:1]} if self.bias else {"weight": weight}

    def macs(self, shape):
        return math.prod(self.parameter_shapes(shape)["weight"])

    def _draw(self, rng, shape):
        return _he(rng, self.parameter_shapes(shape))

    def _run(self, theta, x, at):
        shapes = tuple(self.parameter_shapes(x.shape[1:]).values())
        return primitives.linear(theta, x, at, shapes)


@dataclass(frozen=True)
class Upsample(Layer):
    """Bilinear (in 1-D linear) interpolation to `factor` times as many samples an axis.

    As in PyTorch with ``align_corners=False``.
    """

    factor: int

    sees = "between"

    def __post_init__(self):
        entries = len(self.factor) if isinstance(self.factor, (tuple, list)) else 1
        geometry.axes("Upsample", "factor", self.factor, entries, 1)

    def _factors(self, rank):
        return geometry.axes("Upsample", "factor", self.factor, rank, 1)

    def out_shape(self, shape):
        shape = spatial("Upsample", shape)
        factors = self._factors(len(shape) - 1)
        return (shape[0], *(n * factor for n, factor in zip(shape[1:], factors)))

    def _run(self, theta, x, at):
        return primitives.upsample(x, self._factors(x.ndim - 2))
