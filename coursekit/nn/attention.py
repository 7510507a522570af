"""Self-attention as a layer, and learned positions for it."""

import math
from dataclasses import dataclass, field

import numpy as np
from autograd import numpy as anp

from coursekit import geometry
from coursekit.geometry import Window, integer
from coursekit.nn import primitives
from coursekit.nn.layer import Layer, spatial


@dataclass(frozen=True)
class Attention(Layer):
    """Self-attention over the positions of a signal or image; see `coursekit.attention`.

    Each head projects every position's channels to a query, a key and a value of `width`
    numbers (no bias); the heads' results side by side are projected to the output channels.

    Parameters
    ----------
    heads : int
    width : int, optional
        Numbers in a query, key or value of one head. None: input channels // heads.
    channels : int, optional
        Output channels. None: as many as come in.
    window : int or tuple of int, optional
        Keys a query sees along each axis, odd unless causal. None: all of them.
    dilation : int or tuple of int, default 1
        Distance of neighbouring keys of a window.
    causal : bool, default False
        Signals only: no key after the query.
    relative : bool, default False
        Add ``-sharpness * |p_j - p_i - centre|**2`` to the score of key j for query i, with p in
        samples and one learned centre and sharpness a head: a head may look at a place relative
        to its own, whatever stands there (the quadratic encoding of [1]_).

    References
    ----------
    .. [1] Cordonnier, Loukas, Jaggi (2020), On the relationship between self-attention and
       convolutional layers, arXiv:1911.03584.
    .. [2] Vaswani et al. (2017), Attention is all you need, arXiv:1706.03762.
    """

    heads: int
    width: int = field(default=None, kw_only=True)
    channels: int = field(default=None, kw_only=True)
    window: tuple = field(default=None, kw_only=True)
    dilation: tuple = field(default=1, kw_only=True)
    causal: bool = field(default=False, kw_only=True)
    relative: bool = field(default=False, kw_only=True)

    def __post_init__(self):
        integer("Attention", "heads", self.heads, 1)
        for name in ("width", "channels"):
            if getattr(self, name) is not None:
                integer("Attention", name, getattr(self, name), 1)
        window = self.sees
        if window == "all":
            if self.dilation != 1:
                raise ValueError(f"Attention: dilation needs a window; got {self.dilation!r}")
        elif self.causal and len(window.kernel_size) > 1:
            raise ValueError(f"Attention: causal needs a 1-D window; got {self.window!r}")
        elif not self.causal and not all(k % 2 for k in window.kernel_size):
            raise ValueError(f"Attention: window must be odd on each axis; got {self.window!r}")

    @property
    def sees(self):
        if self.window is None:
            return "all"
        rank = len(self.window) if isinstance(self.window, (tuple, list)) else 1
        padding = "causal" if self.causal and rank == 1 else "same"
        return Window(*geometry.parse(
            "Attention", geometry.axes("Attention", "window", self.window, rank, 1), 1, padding,
            self.dilation,
        ))

    def out_shape(self, shape):
        shape = spatial("Attention", shape)
        window = self.sees
        if window != "all" and len(window.kernel_size) != len(shape) - 1:
            raise ValueError(
                f"Attention: window {self.window!r} is {len(window.kernel_size)}-D; got samples "
                f"of shape {shape}"
            )
        if self.causal and len(shape) != 2:
            raise ValueError(f"Attention: causal needs samples of shape (C, L); got {shape}")
        if self.width is None and shape[0] % self.heads:
            raise ValueError(
                f"Attention: input channels must divide into heads={self.heads}, or width be "
                f"given; got {shape[0]}"
            )
        return (self.channels or shape[0], *shape[1:])

    def _inner(self, channels):
        """Numbers in the queries, keys or values of all heads together."""
        return self.heads * (self.width or channels // self.heads)

    def parameter_shapes(self, shape):
        shape = spatial("Attention", shape)
        inner = self._inner(shape[0])
        shapes = {name: (inner, shape[0]) for name in ("query", "key", "value")}
        shapes["output"] = (self.channels or shape[0], inner)
        if self.relative:
            shapes |= {"centre": (self.heads, len(shape) - 1), "sharpness": (self.heads,)}
        return shapes

    def macs(self, shape):
        positions, inner = math.prod(shape[1:]), self._inner(shape[0])
        window = self.sees
        keys = positions if window == "all" else math.prod(window.kernel_size)
        projections = inner * (3 * shape[0] + self.out_shape(shape)[0])
        return positions * (projections + 2 * keys * inner)

    def _draw(self, rng, shape):
        shapes = self.parameter_shapes(shape)
        drawn = [rng.standard_normal(own) / math.sqrt(own[1])
                 for own in list(shapes.values())[:4]]
        if self.relative:
            # Centres some samples apart, each seeing some samples around its own.
            drawn += [4 * rng.standard_normal(shapes["centre"]),
                      np.full(shapes["sharpness"], 0.1)]
        return drawn

    def _run(self, theta, x, at):
        n, channels, *spatial = x.shape
        inner = self._inner(channels)
        width = inner // self.heads
        positions = math.prod(spatial)  # not -1, which is no size in a batch of 0 samples
        flat = anp.reshape(x, (n, channels, positions))
        heads = []
        for _ in range(3):
            rows = primitives.project(theta, flat, at, (inner, channels))
            rows = anp.reshape(rows, (n, self.heads, width, positions))
            heads.append(anp.transpose(rows, (0, 1, 3, 2)))
            at += inner * channels
        out = self.channels or channels
        q, k, v = heads
        scale = 1 / math.sqrt(width)
        if self.relative:
            q, k = self._with_places(theta, at + out * inner, q, k, spatial, scale)
            scale = 1.0
        q, k, v = (anp.reshape(a, (*a.shape[:2], *spatial, a.shape[-1])) for a in (q, k, v))
        y = primitives.attention(q, k, v, window=self.window, dilation=self.dilation,
                                 causal=self.causal, scale=scale)
        y = anp.reshape(y, (n, self.heads, positions, width))
        y = anp.reshape(anp.transpose(y, (0, 1, 3, 2)), (n, inner, positions))
        return anp.reshape(primitives.project(theta, y, at, (out, inner)), (n, out, *spatial))

    def _with_places(self, theta, at, q, k, spatial, scale):
        """Queries and keys with columns whose products are the relative scores.

        Up to a number the same for all keys, which the softmax does not see,
        ``-|p_j - p_i - centre|**2 = 2 <p_i + centre, p_j> - |p_j|**2``. Places are counted from
        the middle, so that the squares stay small and float32 keeps their differences.
        """
        rank = len(spatial)
        places = np.indices(spatial).reshape(rank, -1).T.astype(q.dtype)
        places -= np.array([(n - 1) / 2 for n in spatial], q.dtype)
        end = at + self.heads * rank
        centre = anp.reshape(theta[at:end], (1, self.heads, 1, rank))
        sharpness = anp.reshape(theta[end : end + self.heads], (1, self.heads, 1, 1))
        shape = (q.shape[0], self.heads, len(places))
        ones = np.ones((*shape, 1), q.dtype)
        aims = anp.concatenate([2 * sharpness * (places + centre) * ones, sharpness * ones], axis=3)
        marks = np.concatenate([places, -np.square(places).sum(axis=1, keepdims=True)], axis=1)
        q = anp.concatenate([q * q.dtype.type(scale), aims], axis=3)
        return q, anp.concatenate([k, np.broadcast_to(marks, (*shape, rank + 1))], axis=3)


@dataclass(frozen=True)
class Position(Layer):
    """Adds one learned number for each channel and position: absolute places for attention."""

    def out_shape(self, shape):
        return spatial("Position", shape)

    def parameter_shapes(self, shape):
        return {"position": spatial("Position", shape)}

    def _draw(self, rng, shape):
        return [0.1 * rng.standard_normal(shape)]

    def _run(self, theta, x, at):
        return primitives.add_position(theta, x, at)
