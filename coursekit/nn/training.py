"""The loop that fits a net's parameters to data."""

import math
import sys
import time
import warnings
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from autograd import value_and_grad
from autograd.extend import Box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from coursekit.geometry import integer, shown
from coursekit.nn import primitives
from coursekit.nn.layer import Layer
from coursekit.nn.losses import cross_entropy
from coursekit.nn.optimisers import Adam


class Fit(NamedTuple):
    """What `fit` returns: the parameters, the loss of each step, and what ended it.

    `ended` is "finished", "interrupted" (the learner stopped it) or "diverged" (the loss or a
    parameter was no longer finite). The parameters are those of the last whole step, the last in
    the history.
    """

    params: np.ndarray
    history: np.ndarray
    ended: str


# A generator takes seeds up to 2**31 - 1.
_SEEDS = 2**31


@dataclass(frozen=True)
class _Batches:
    """Batches of arrays, each sample once an epoch in a drawn order; or of a generator."""

    data: object
    batch: int
    seed: int
    _order: list = field(default_factory=list)

    def __call__(self, step):
        if callable(self.data):
            return _pair(self.data(self.batch, (self.seed * 1_000_003 + step) % _SEEDS))
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
        ``(outputs, targets) -> float``, made of differentiable parts (``autograd.numpy``).
    optimiser : Adam or SGD, default ``Adam()``
    steps, batch : int
        Number of steps, and of samples a step.
    seed : int, default 0
        From 0 up, of the order of samples, or of the generated batches; equal seeds give equal
        results.
    progress : bool, default True
        Show a bar on stderr; in a notebook, a line.

    Returns
    -------
    Fit
        Parameters, loss of each step, and what ended it. Interrupted (Ctrl-C, or the notebook's
        stop button), it keeps what was learned.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, inputs and targets do not belong together, or the loss
        gives no number that depends on the parameters.

    Warns
    -----
    RuntimeWarning
        If the loss or a parameter is no longer finite, which ends the loop.

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
    batch, seed = integer("fit", "batch", batch, 1), integer("fit", "seed", seed, 0)
    batches, steps = _Batches(_checked(data), batch, seed), integer("fit", "steps", steps, 1)
    params, start = _begin(net, params, loss, Adam() if optimiser is None else optimiser)
    update = start(params)
    step_loss = value_and_grad(lambda theta, x, y: _number(loss(net(theta, x), y)))
    history, ended = [], "finished"
    # Replaced in one go after each step, so that an interruption within one does not show.
    learned = params.copy(), 0
    try:
        for step in _shown(steps, history, progress):
            with np.errstate(over="ignore", invalid="ignore"):  # checked here, and said once
                found, gradient = step_loss(params, *batches(step))
                history.append(float(found))
                if np.isfinite(found):
                    update(step, gradient)
            if not (np.isfinite(found) and np.isfinite(params).all()):
                what = "a parameter is not finite after" if np.isfinite(found) else (
                    f"the loss is {found} at")
                warnings.warn(
                    f"fit: {what} step {step}; the parameters before that step are kept. A "
                    f"smaller learning rate may help.", RuntimeWarning, stacklevel=2,
                )
                ended = "diverged"
                break
            learned = params.copy(), step + 1
    except KeyboardInterrupt:
        ended = "interrupted"
    params, whole = learned
    return Fit(params, np.array(history[:whole]), ended)


def _begin(net, params, loss, optimiser):
    """A copy of the parameters, and the optimiser's start; refuses what cannot be fitted."""
    if not isinstance(net, Layer):
        raise TypeError(f"fit: net must be a layer; got {shown(net)}")
    if not callable(loss):
        raise TypeError(f"fit: loss must be a function; got {shown(loss)}")
    start = getattr(optimiser, "start", None)
    if isinstance(optimiser, type) or not callable(start):
        raise TypeError(f"fit: optimiser must be an Adam() or SGD(); got {shown(optimiser)}")
    params = primitives.plain("fit", "params", params)
    if not params.size:
        raise ValueError(f"fit: params must hold a number to fit; got shape {params.shape}")
    if params.dtype not in (np.float32, np.float64):
        raise TypeError(f"fit: params must be float32 or float64; got {params.dtype}")
    return np.array(params), start


def _number(found):
    """The loss, which must be one number that came of the parameters."""
    if not isinstance(found, Box):
        raise TypeError(
            f"fit: loss must be made of the outputs by differentiable functions; got {shown(found)}"
        )
    if np.shape(primitives.value(found)) != ():
        raise ValueError(
            f"fit: loss must give one number; got shape {np.shape(primitives.value(found))}"
        )
    return found


def _pair(data):
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise TypeError(
            f"fit: data must be, or give, a pair (inputs, targets); got {shown(type(data))}"
        )
    if any(isinstance(array, np.ma.MaskedArray) for array in data):
        raise TypeError("fit: data must hold plain arrays; got a MaskedArray (fill it first)")
    return data


def _checked(data):
    if callable(data):
        return data
    inputs, targets = map(np.asarray, _pair(data))
    if inputs.ndim < 2 or not targets.ndim or len(inputs) != len(targets) or not len(inputs):
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
    console = Console(stderr=True)
    if console.is_jupyter:
        yield from _shown_in_a_notebook(steps, history)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("loss", total=steps)
        for step in range(steps):
            yield step
            if history:
                bar.update(task, description=_recent(history))
            bar.advance(task)


def _shown_in_a_notebook(steps, history):
    """A line that is written over, a few times a second: rich's bar would need ipywidgets."""
    written = -math.inf
    for step in range(steps):
        yield step
        if step == steps - 1 or time.monotonic() - written > 0.3:
            print(f"\r{_recent(history)} {step + 1}/{steps}", end="", file=sys.stderr, flush=True)
            written = time.monotonic()
    print(file=sys.stderr)


def _recent(history):
    return f"loss {np.mean(history[-20:]):.4f}"
