"""Losses: one number of a net's outputs and their targets, differentiable in the outputs."""

import numpy as np
from autograd.extend import Box

from coursekit.geometry import integer
from coursekit.nn import primitives


def cross_entropy(logits, targets, ignore=-1):
    """Mean negative log probability of the targets under the softmax of the logits.

    Parameters
    ----------
    logits : ndarray, (N, classes) or (N, classes, *spatial)
    targets : ndarray of int, (N,) or (N, *spatial)
        Classes from 0 up.
    ignore : int, default -1
        Targets of this value do not count.

    Returns
    -------
    float
        In nats; differentiable in the logits.

    Raises
    ------
    TypeError, ValueError
        If the shapes do not belong together, a target is no class, or none counts.
    """
    array, targets = _outputs_and_targets("cross_entropy", "logits", logits, targets)
    ignore = integer("cross_entropy", "ignore", ignore, -(2**31))
    if targets.dtype.kind not in "iu":
        raise TypeError(f"cross_entropy: targets must be integers; got {targets.dtype}")
    if array.ndim < 2 or targets.shape != (array.shape[0], *array.shape[2:]):
        raise ValueError(
            f"cross_entropy: targets must have the logits' shape without its axis 1; got logits "
            f"{array.shape}, targets {targets.shape}"
        )
    classes = targets[targets != ignore]
    if not classes.size:
        raise ValueError(f"cross_entropy: targets must hold one that counts; all are {ignore}")
    if classes.min() < 0 or classes.max() >= array.shape[1]:
        raise ValueError(
            f"cross_entropy: targets must be from 0 to {array.shape[1] - 1}; got "
            f"{classes.min()} to {classes.max()}"
        )
    return primitives.mean_cross_entropy(logits, targets, ignore)


def squared_error(outputs, targets):
    """Mean of the squared differences.

    Parameters
    ----------
    outputs, targets : ndarray, of one shape

    Returns
    -------
    float
        Differentiable in the outputs.

    Raises
    ------
    TypeError, ValueError
        If they are no numbers, the shapes differ, or nothing is in them.
    """
    array, targets = _outputs_and_targets("squared_error", "outputs", outputs, targets)
    if targets.dtype.kind not in "biuf":
        raise TypeError(f"squared_error: targets must be real numbers; got {targets.dtype}")
    if not array.size:
        raise ValueError(f"squared_error: outputs must hold a number; got shape {array.shape}")
    if targets.shape != array.shape:
        raise ValueError(
            f"squared_error: targets must have the outputs' shape {array.shape}; got "
            f"{targets.shape}"
        )
    return primitives.mean_squared_error(outputs, targets.astype(array.dtype))


def _outputs_and_targets(op, name, outputs, targets):
    """The arrays behind them, the first of floats."""
    array = primitives.plain(op, name, outputs)
    if array.dtype.kind != "f":
        raise TypeError(f"{op}: {name} must be floats; got {array.dtype}")
    if isinstance(targets, (Box, np.ma.MaskedArray)):
        raise TypeError(
            f"{op}: targets must be a plain array, of which no gradient is asked; got "
            f"{type(targets).__name__}"
        )
    return array, np.asarray(targets)
