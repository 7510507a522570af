"""What every layer is: a pure function of a flat vector of parameters.

A layer holds its settings and nothing else. Its parameters are a stretch of one flat vector, in
the order that `parameter_shapes` gives, so that a net has one vector, one gradient, and an
optimiser one array to step. The number of input channels is read off the input.

Shapes are those of one sample, ``(C, *spatial)``; arrays carry the batch in front.
"""

import math

import numpy as np

from coursekit.geometry import integer, shown
from coursekit.nn import primitives
from coursekit.ops.checks import is_float


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
        return sample(self.name, shape)

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
        if not is_float(dtype):
            raise TypeError(f"{op}: dtype must be float32 or float64; got {shown(dtype)}")
        seed = integer(op, "seed", seed, 0)
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


def sample(name, shape, rank=None):
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


def spatial(name, shape):
    shape = sample(name, shape)
    if len(shape) not in (2, 3):
        raise ValueError(f"{name}: needs samples of shape (C, L) or (C, H, W); got {shape}")
    return shape
