"""Layers as pure functions of a flat vector of parameters.

A layer holds its settings and nothing else. Its parameters are a stretch of one flat vector, in
the order that `parameter_shapes` gives, so that a net has one vector, one gradient, and an
optimiser one array to step. The number of input channels is read off the input.

Shapes are those of one sample, ``(C, *spatial)``; arrays carry the batch in front.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from autograd import numpy as anp

from coursekit import geometry
from coursekit.geometry import Window, shown
from coursekit.nn import primitives


class Layer:
    """What every layer can do; a subclass says how.

    A subclass defines `out_shape`, `_run`, `sees` and, where it has them, its parameters
    (`parameter_shapes`, `_draw`) and multiplications (`macs`).
    """

    #: What one output reads of the layer's input: a `Window`; "point", the same position only;
    #: "all"; "between", two neighbours an axis; or a tuple of branches, each a tuple of layers.
    sees = "point"

    def out_shape(self, shape):
        """Shape of the output for one sample of `shape`; ValueError where it does not fit."""
        return _sample(self.name, shape)

    def parameter_shapes(self, shape):
        """``{name: shape}`` of the parameters, in the order of the flat vector."""
        return {}

    def macs(self, shape):
        """Multiply-accumulates for one sample of `shape`, padded taps included."""
        return 0

    def size(self, shape):
        """Number of parameters for samples of `shape`."""
        return sum(map(math.prod, self.parameter_shapes(shape).values()))

    def init(self, seed, input_shape, dtype=np.float32):
        """Draw parameters.

        Parameters
        ----------
        seed : int
            From 0 up; equal seeds give equal parameters.
        input_shape : tuple of int
            Of one sample: ``(C, L)`` or ``(C, H, W)``.
        dtype : {float32, float64}
            Of the parameters; inputs must have it too.

        Returns
        -------
        ndarray, 1-D
            All parameters in one vector. Weights are normal with variance 2 / inputs (He et al.
            2015, arXiv:1502.01852) before relu and 1 / inputs in attention, biases are 0.

        Raises
        ------
        TypeError, ValueError
            If `seed` or `dtype` is out of range, or a sample of this shape does not pass through.
        MemoryError
            If there are more parameters than memory holds.
        """
        op = f"{self.name}.init"
        if not _is_float(dtype):
            raise TypeError(f"{op}: dtype must be float32 or float64; got {shown(dtype)}")
        seed = count(op, "seed", seed, 0)
        self.out_shape(input_shape)
        try:
            drawn = self._draw(np.random.default_rng(seed), tuple(input_shape))
            return np.concatenate([np.zeros(0), *map(np.ravel, drawn)]).astype(dtype)
        except (MemoryError, ValueError):  # NumPy's word for an array past all address space
            raise MemoryError(
                f"{op}: the net's {self.size(input_shape)} parameters must fit into memory"
            ) from None

    def views(self, params, input_shape):
        """``{name: array}``: the parameters in their shapes, as views of the flat vector."""
        self.out_shape(input_shape)
        shapes = self.parameter_shapes(input_shape)
        self._check_params(params, input_shape)
        return dict(zip(shapes, primitives.pieces(params, 0, *shapes.values())))

    def __call__(self, params, x):
        """The layer's output for a batch.

        Parameters
        ----------
        params : ndarray, 1-D
            From `init`, of x's dtype.
        x : ndarray, (N, C, L) or (N, C, H, W)

        Returns
        -------
        ndarray, (N, *out_shape)

        Raises
        ------
        TypeError, ValueError
            If dtypes differ, or sizes do not fit; in one line that names the layer.
        """
        array = primitives.plain(self.name, "x", x)
        if array.ndim < 2:
            raise ValueError(f"{self.name}: x must be a batch (N, C, ...); got {array.shape}")
        self.out_shape(array.shape[1:])
        self._check_params(params, array.shape[1:])
        if array.dtype != primitives.value(params).dtype:
            raise TypeError(
                f"{self.name}: x must have the dtype of params, {params.dtype}; got {array.dtype}"
            )
        return self._run(params, x, 0)

    @property
    def name(self):
        return type(self).__name__

    def _check_params(self, params, shape):
        array = primitives.plain(self.name, "params", params)
        if array.dtype not in (np.float32, np.float64):
            raise TypeError(
                f"{self.name}: params must be an array of float32 or float64; got {array.dtype}"
            )
        if array.shape != (size := self.size(shape),):
            raise ValueError(
                f"{self.name}: params must be one vector of {size} numbers for samples of shape "
                f"{tuple(shape)}; got shape {array.shape}"
            )

    def _draw(self, rng, shape):
        """Arrays for `parameter_shapes`, in float64."""
        return []

    def _run(self, theta, x, at):
        """The output; the layer's parameters begin at place `at` of theta."""
        raise NotImplementedError


def _sample(name, shape, rank=None):
    """`shape` as a tuple, with 1 or 2 spatial axes and none of them empty."""
    if not isinstance(shape, (tuple, list)) or not all(
        isinstance(n, (int, np.integer)) for n in shape
    ):
        raise ValueError(f"{name}: the input's shape must be a tuple of int; got {shown(shape)}")
    shape = tuple(map(int, shape))
    if rank is not None and len(shape) - 1 != rank:
        forms = {0: "(C,)", 1: "(C, L)", 2: "(C, H, W)"}
        raise ValueError(f"{name}: needs samples of shape {forms[rank]}; got {shape}")
    if not shape or min(shape) < 1:
        raise ValueError(f"{name}: needs at least one channel and position; got {shape}")
    return shape


def _spatial(name, shape):
    shape = _sample(name, shape)
    if len(shape) not in (2, 3):
        raise ValueError(f"{name}: needs samples of shape (C, L) or (C, H, W); got {shape}")
    return shape


def count(name, argument, number, least=1):
    """An int from `least` up."""
    if isinstance(number, (tuple, list)):
        raise TypeError(f"{name}: {argument} must be an integer; got {shown(number)}")
    return geometry.axes(name, argument, number, 1, least)[0]


def _is_float(dtype):
    try:
        return dtype is not None and np.dtype(dtype) in (np.float32, np.float64)
    except TypeError:  # no dtype at all
        return False


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
        count("Conv", "channels", self.channels)
        count("Conv", "groups", self.groups)
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
        shape = _sample("Conv", shape, len(window.kernel_size))
        if shape[0] % self.groups:
            raise ValueError(
                f"Conv: input channels must divide into groups={self.groups}; got {shape[0]}"
            )
        return (self.channels, *geometry.out_shape("Conv", window, shape[1:]))

    def parameter_shapes(self, shape):
        kernel_size = self.sees.kernel_size
        shape = _sample("Conv", shape, len(kernel_size))
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
        shape = _sample(self.name, shape, len(window.kernel_size))
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
        channels = _sample("LayerNorm", shape)[:1]
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
        return (math.prod(_sample("Flatten", shape)),)

    def _run(self, theta, x, at):
        return anp.reshape(x, (x.shape[0], math.prod(x.shape[1:])))  # -1 is no size of 0 samples


@dataclass(frozen=True)
class GlobalAvgPool(Layer):
    """The mean over all positions: (N, C, ...) to (N, C)."""

    sees = "all"

    def out_shape(self, shape):
        return _spatial("GlobalAvgPool", shape)[:1]

    def _run(self, theta, x, at):
        return primitives.global_mean(x)


@dataclass(frozen=True)
class Linear(Layer):
    """Every output a weighted sum of all inputs: (N, numbers) to (N, features)."""

    features: int
    bias: bool = field(default=True, kw_only=True)

    sees = "all"

    def __post_init__(self):
        count("Linear", "features", self.features)

    def out_shape(self, shape):
        _sample("Linear", shape, 0)
        return (self.features,)

    def parameter_shapes(self, shape):
        weight = (self.features, *_sample("Linear", shape, 0))
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
        shape = _spatial("Upsample", shape)
        factors = self._factors(len(shape) - 1)
        return (shape[0], *(n * factor for n, factor in zip(shape[1:], factors)))

    def _run(self, theta, x, at):
        return primitives.upsample(x, self._factors(x.ndim - 2))
