"""Losses, optimisers and the loop that fits a net's parameters."""

import math
import warnings
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from autograd import value_and_grad
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from coursekit.geometry import shown
from coursekit.nn import primitives
from coursekit.nn.layers import Layer, positive


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
    array, targets = primitives.value(logits), np.asarray(targets)
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
    ValueError
        If the shapes differ.
    """
    array, targets = primitives.value(outputs), np.asarray(targets)
    if targets.shape != array.shape:
        raise ValueError(
            f"squared_error: targets must have the outputs' shape {array.shape}; got "
            f"{targets.shape}"
        )
    return primitives.mean_squared_error(outputs, targets.astype(array.dtype))


def _rate(optimiser, step):
    lr = optimiser.lr(step) if callable(optimiser.lr) else optimiser.lr
    if not (math.isfinite(lr) and lr > 0):
        raise ValueError(
            f"{type(optimiser).__name__}: lr must be above 0; got {shown(lr)} at step {step}"
        )
    return lr


@dataclass(frozen=True)
class SGD:
    """Steps against the gradient, with momentum.

    Parameters
    ----------
    lr : float or function of the step's number
        Learning rate.
    momentum : float, default 0.9
        Share of the last step that is kept.
    """

    lr: object = 0.01
    momentum: float = 0.9

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
        Shares of the running means of the gradient and of its square that are kept.
    epsilon : float
        Added to the root of the mean square.

    References
    ----------
    .. [1] Kingma, Ba (2015), Adam: a method for stochastic optimization, arXiv:1412.6980.
    """

    lr: object = 1e-3
    betas: tuple = (0.9, 0.999)
    epsilon: float = 1e-8

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
    steps, warmup : int

    Returns
    -------
    function
        Of the step's number, for `Adam` and `SGD`.
    """

    def rate(step):
        if step < warmup:
            return lr * (step + 1) / warmup
        return lr * (1 + math.cos(math.pi * (step - warmup) / max(steps - warmup, 1))) / 2

    return rate


class Fit(NamedTuple):
    """What `fit` returns: the parameters, the loss of each step, and what ended it.

    `ended` is "finished", "interrupted" (the learner stopped it) or "diverged" (the loss was no
    longer finite; the parameters are those before).
    """

    params: np.ndarray
    history: np.ndarray
    ended: str


@dataclass(frozen=True)
class _Batches:
    """Batches of arrays, each sample once an epoch in a drawn order; or of a generator."""

    data: object
    batch: int
    seed: int
    _order: list = field(default_factory=list)

    def __call__(self, step):
        if callable(self.data):
            return self.data(self.batch, self.seed * 1_000_003 + step)
        inputs, targets = self.data
        per_epoch = -(-len(inputs) // self.batch)
        epoch, place = divmod(step, per_epoch)
        if place == 0 or not self._order:
            rng = np.random.default_rng([self.seed, epoch])
            self._order[:] = rng.permutation(len(inputs))
        chosen = self._order[place * self.batch : (place + 1) * self.batch]
        return inputs[chosen], targets[chosen]


def fit(net, params, data, *, loss=cross_entropy, optimiser=None, steps=250, batch=8, seed=0,
        progress=True):
    """Fit a net's parameters to data by gradient descent.

    Parameters
    ----------
    net : Layer
        As a rule a `Sequential`.
    params : ndarray, 1-D
        From ``net.init``; not changed.
    data : pair of ndarray, or function
        Inputs and targets, one sample a row, of which batches are drawn; or a function
        ``(n, seed) -> (inputs, targets)`` such as `coursekit.data.make_adding`, asked for a
        fresh batch at every step.
    loss : function, default `cross_entropy`
        ``(outputs, targets) -> float``, made of differentiable parts.
    optimiser : Adam or SGD, default ``Adam()``
    steps, batch : int
        Number of steps, and of samples a step.
    seed : int, default 0
        Of the order of samples, or of the generated batches; equal seeds give equal results.
    progress : bool, default True
        Show a bar on stderr.

    Returns
    -------
    Fit
        Parameters, loss of each step, and what ended it. Interrupted (Ctrl-C, or the notebook's
        stop button), it keeps what was learned.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or inputs and targets do not belong together.

    Examples
    --------
    >>> import numpy as np
    >>> from coursekit import nn
    >>> x = np.random.default_rng(0).standard_normal((64, 1, 16)).astype(np.float32)
    >>> net = nn.Sequential(nn.Conv(1, 3, padding="same"))
    >>> blurred = (np.roll(x, 1) + x + np.roll(x, -1)) / 3
    >>> done = nn.fit(net, net.init(0, (1, 16)), (x, blurred), loss=nn.squared_error,
    ...               optimiser=nn.Adam(0.05), steps=100, progress=False)
    >>> bool(done.history[-1] < 0.1 * done.history[0]), done.ended
    (True, 'finished')
    """
    if not isinstance(net, Layer):
        raise TypeError(f"fit: net must be a layer; got {shown(net)}")
    steps, batch = positive("fit", "steps", steps), positive("fit", "batch", batch)
    batches = _Batches(_checked(data), batch, seed)
    params = np.array(params)
    if not params.size:
        raise ValueError(f"fit: params must hold a number to fit; got shape {params.shape}")
    update = (optimiser or Adam()).start(params)
    step_loss = value_and_grad(lambda theta, x, y: loss(net(theta, x), y))
    history, ended = [], "finished"
    try:
        for step in _shown(steps, history, progress):
            found, gradient = step_loss(params, *batches(step))
            if not np.isfinite(found):
                warnings.warn(
                    f"fit: the loss is {found} at step {step}; the parameters before that step "
                    f"are kept. A smaller learning rate may help.", RuntimeWarning, stacklevel=2,
                )
                ended = "diverged"
                break
            update(step, gradient)
            history.append(float(found))
    except KeyboardInterrupt:
        ended = "interrupted"
    return Fit(params, np.array(history), ended)


def _checked(data):
    if callable(data):
        return data
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError(
            f"fit: data must be a pair (inputs, targets) or a function; got {shown(type(data))}"
        )
    inputs, targets = map(np.asarray, data)
    if inputs.ndim < 2 or len(inputs) != len(targets) or not len(inputs):
        raise ValueError(
            f"fit: data must hold a target for each of at least one input; got inputs "
            f"{inputs.shape}, targets {targets.shape}"
        )
    return inputs, targets


def _shown(steps, history, progress):
    """The steps' numbers, with a bar that shows the mean loss of the last twenty."""
    if not progress:
        yield from range(steps)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("loss", total=steps)
        for step in range(steps):
            yield step
            if history:
                bar.update(task, description=f"loss {np.mean(history[-20:]):.4f}")
            bar.advance(task)
