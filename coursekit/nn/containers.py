"""Layers made of layers: in a row, around a shortcut, side by side."""

from autograd import numpy as anp

from coursekit.geometry import shown
from coursekit.nn.layer import Layer
from coursekit.nn.layers import Conv, Relu


class _Holder(Layer):
    """A layer with layers inside: their parameters lie one after the other in the flat vector."""

    def __eq__(self, other):
        return type(self) is type(other) and repr(self) == repr(other)

    def __hash__(self):
        return hash(repr(self))

    def _parts(self, shape):
        """(label, layer, shape of its input) of each layer inside, in order."""
        raise NotImplementedError

    def parameter_shapes(self, shape):
        return {
            f"{label}.{name}": own
            for label, layer, below in self._parts(shape)
            for name, own in layer.parameter_shapes(below).items()
        }

    def size(self, shape):
        return sum(layer.size(below) for _, layer, below in self._parts(shape))

    def macs(self, shape):
        return sum(layer.macs(below) for _, layer, below in self._parts(shape))

    def _draw(self, rng, shape):
        return [drawn for _, layer, below in self._parts(shape)
                for drawn in layer._draw(rng, below)]


class Sequential(_Holder):
    """Layers one after the other: a net.

    Parameters
    ----------
    *layers : Layer
        First layer first. Indexing, ``len`` and iteration give them back.

    Raises
    ------
    TypeError
        If one is not a layer.

    Examples
    --------
    >>> import coursekit as ck
    >>> import numpy as np
    >>> net = ck.nn.Sequential(ck.nn.Conv(8, (3, 3), padding="same", dilation=2), ck.nn.Relu(),
    ...                        ck.nn.Conv(2, (1, 1)))
    >>> params = net.init(0, (1, 32, 32))
    >>> params.shape
    (98,)
    >>> net(params, np.zeros((5, 1, 32, 32), np.float32)).shape
    (5, 2, 32, 32)
    """

    def __init__(self, *layers):
        for number, layer in enumerate(layers):
            if not isinstance(layer, Layer):
                raise TypeError(
                    f"{self.name}: layers[{number}] must be a layer; got {shown(layer)}"
                )
        self.layers = layers

    def __repr__(self):
        return f"{self.name}({', '.join(map(repr, self.layers))})"

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, index):
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]

    @property
    def sees(self):
        return (self.layers,)

    def out_shape(self, shape):
        for number, layer in enumerate(self.layers):
            try:
                shape = layer.out_shape(shape)
            except ValueError as error:
                raise ValueError(f"{self.name}: layers[{number}]: {error}") from None
        return shape

    def _parts(self, shape):
        for number, layer in enumerate(self.layers):
            yield str(number), layer, shape
            shape = layer.out_shape(shape)

    def _run(self, theta, x, at):
        number = 0
        while number < len(self.layers):
            layer, shape = self.layers[number], x.shape[1:]
            if isinstance(layer, Conv) and isinstance(_get(self.layers, number + 1), Relu):
                x = layer._run(theta, x, at, rectify=True)
                number += 2
            else:
                x = layer._run(theta, x, at)
                number += 1
            at += layer.size(shape)
        return x


def _get(layers, number):
    return layers[number] if number < len(layers) else None


class Residual(Sequential):
    """x plus what the layers make of it, which must keep its shape.

    References
    ----------
    .. [1] He, Zhang, Ren, Sun (2016), Deep residual learning, arXiv:1512.03385.
    """

    @property
    def sees(self):
        return ((), self.layers)

    def out_shape(self, shape):
        out = super().out_shape(shape)
        if out != tuple(shape):
            raise ValueError(f"Residual: layers must keep the shape {tuple(shape)}; got {out}")
        return out

    def _run(self, theta, x, at):
        return x + super()._run(theta, x, at)


class Parallel(_Holder):
    """Branches that read the same input side by side: a pyramid.

    Parameters
    ----------
    *branches : Layer
        Each a layer or a `Sequential`; an empty `Sequential` is the identity.
    merge : {"concat", "sum"}
        Put their channels in a row, or add them up.

    Raises
    ------
    TypeError, ValueError
        If there is no branch, one is not a layer, or `merge` is unknown.
    """

    def __init__(self, *branches, merge="concat"):
        if not branches:
            raise ValueError("Parallel: branches must hold at least one layer; got none")
        for number, branch in enumerate(branches):
            if not isinstance(branch, Layer):
                raise TypeError(
                    f"Parallel: branches[{number}] must be a layer; got {shown(branch)}"
                )
        if merge not in ("concat", "sum"):
            raise ValueError(f"Parallel: merge must be 'concat' or 'sum'; got {shown(merge)}")
        self.branches, self.merge = branches, merge

    def __repr__(self):
        return f"Parallel({', '.join(map(repr, self.branches))}, merge={self.merge!r})"

    @property
    def sees(self):
        return tuple(
            branch.layers if type(branch) is Sequential else (branch,) for branch in self.branches
        )

    def out_shape(self, shape):
        shapes = []
        for number, branch in enumerate(self.branches):
            try:
                shapes.append(branch.out_shape(shape))
            except ValueError as error:
                raise ValueError(f"Parallel: branches[{number}]: {error}") from None
        alike = [out[1:] if self.merge == "concat" else out for out in shapes]
        if len(set(alike)) > 1:
            raise ValueError(
                f"Parallel: branches must agree in "
                f"{'spatial shape' if self.merge == 'concat' else 'shape'}; got {shapes}"
            )
        if self.merge == "sum":
            return shapes[0]
        return (sum(out[0] for out in shapes), *shapes[0][1:])

    def _parts(self, shape):
        return [(str(number), branch, shape) for number, branch in enumerate(self.branches)]

    def _run(self, theta, x, at):
        outputs = []
        for branch in self.branches:
            outputs.append(branch._run(theta, x, at))
            at += branch.size(x.shape[1:])
        if self.merge == "concat":
            return anp.concatenate(outputs, axis=1)
        total = outputs[0]
        for output in outputs[1:]:
            total = total + output
        return total
