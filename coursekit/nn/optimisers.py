"""Optimisers, which change parameters in place, and a schedule for their learning rate."""

import math
import numbers
from dataclasses import dataclass

import numpy as np

from coursekit.geometry import integer, shown


def _real(op, name, number, least, most, *, least_too):
    """Refuse what is no number between `least` (with `least_too` that itself) and `most`."""
    if not isinstance(number, numbers.Real) or isinstance(number, bool):
        raise TypeError(f"{op}: {name} must be a number; got {shown(number)}")
    if not (least < number < most or (least_too and number == least)):
        rule = f"{'at least' if least_too else 'above'} {least}"
        rule += f" and below {most}" if math.isfinite(most) else " and finite"
        raise ValueError(f"{op}: {name} must be {rule}; got {shown(number)}")


def _check_rate(optimiser):
    if not callable(optimiser.lr):
        _real(type(optimiser).__name__, "lr", optimiser.lr, 0, math.inf, least_too=False)


def _rate(optimiser, step):
    """The learning rate of a step. A function may give 0: a schedule that has come to its end."""
    if not callable(optimiser.lr):
        return optimiser.lr
    lr = optimiser.lr(step)
    _real(type(optimiser).__name__, f"lr at step {step}", lr, 0, math.inf, least_too=True)
    return lr


@dataclass(frozen=True)
class SGD:
    """Steps against the gradient, with momentum.

    Parameters
    ----------
    lr : float or function of the step's number
        Learning rate.
    momentum : float, default 0.9
        Share of the last step that is kept, from 0 to below 1.

    Raises
    ------
    TypeError, ValueError
        If one is no number, or out of range.
    """

    lr: object = 0.01
    momentum: float = 0.9

    def __post_init__(self):
        _check_rate(self)
        _real("SGD", "momentum", self.momentum, 0, 1, least_too=True)

    def start(self, params):
        """A function ``update(step, gradient)`` that changes `params` in place."""
        speed = np.zeros_like(params)

        def update(step, gradient):
            speed[...] = params.dtype.type(self.momentum) * speed + gradient
            params[...] -= params.dtype.type(_rate(self, step)) * speed

        return update


@dataclass(frozen=True)
class Adam:
    """Steps of about `lr` a parameter, whatever the gradient's scale.

    Parameters
    ----------
    lr : float or function of the step's number
        Learning rate.
    betas : pair of float
        Shares of the running means of the gradient and of its square that are kept, each from 0
        to below 1.
    epsilon : float
        Added to the root of the mean square; above 0.

    Raises
    ------
    TypeError, ValueError
        If one is no number, or out of range.

    References
    ----------
    .. [1] Kingma, Ba (2015), Adam: a method for stochastic optimization, arXiv:1412.6980.
    """

    lr: object = 1e-3
    betas: tuple = (0.9, 0.999)
    epsilon: float = 1e-8

    def __post_init__(self):
        _check_rate(self)
        if not isinstance(self.betas, (tuple, list)) or len(self.betas) != 2:
            raise TypeError(f"Adam: betas must be a pair of numbers; got {shown(self.betas)}")
        for number, beta in enumerate(self.betas):
            _real("Adam", f"betas[{number}]", beta, 0, 1, least_too=True)
        _real("Adam", "epsilon", self.epsilon, 0, math.inf, least_too=False)

    def start(self, params):
        """A function ``update(step, gradient)`` that changes `params` in place."""
        mean, square = np.zeros_like(params), np.zeros_like(params)
        kind = params.dtype.type
        b1, b2 = self.betas

        def update(step, gradient):
            mean[...] = kind(b1) * mean + kind(1 - b1) * gradient
            square[...] = kind(b2) * square + kind(1 - b2) * np.square(gradient)
            # Both means began at 0: divided by the weight they have gathered so far.
            length = kind(_rate(self, step) / (1 - b1 ** (step + 1)))
            spread = np.sqrt(square / kind(1 - b2 ** (step + 1))) + kind(self.epsilon)
            params[...] -= length * mean / spread

        return update


def cosine(lr, steps, warmup=0):
    """A learning rate that rises over `warmup` steps, then falls along a cosine towards 0.

    Parameters
    ----------
    lr : float
        The largest.
    steps : int
        Number of steps, those of `warmup` among them; from there on the rate is 0.
    warmup : int

    Returns
    -------
    function
        Of the step's number, for `Adam` and `SGD`.

    Raises
    ------
    TypeError, ValueError
        If one is no number, or out of range.
    """
    _real("cosine", "lr", lr, 0, math.inf, least_too=False)
    steps, warmup = integer("cosine", "steps", steps, 1), integer("cosine", "warmup", warmup, 0)
    if warmup > steps:
        raise ValueError(f"cosine: warmup must be at most steps={steps}; got {warmup}")

    def rate(step):
        if step < warmup:
            return lr * (step + 1) / warmup
        if step >= steps:
            return 0.0
        return lr * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup))) / 2

    return rate
