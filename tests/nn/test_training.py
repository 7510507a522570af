"""Losses, optimisers and the loop: values by hand, gradients, seeds, interruption, bad input."""

import math

import autograd
import numpy as np
import pytest
from gradients import assert_gradient
from refusal import refused

import coursekit as ck
from coursekit import nn

RNG = np.random.default_rng(2)


def test_cross_entropy_by_hand():
    logits = np.log(np.array([[0.2, 0.8], [0.5, 0.5]]))
    assert nn.cross_entropy(logits, np.array([1, 0])) == pytest.approx(
        -(math.log(0.8) + math.log(0.5)) / 2)
    assert nn.cross_entropy(logits, np.array([1, -1])) == pytest.approx(-math.log(0.8))
    huge = np.array([[1e4, 0.0]], np.float32)
    assert nn.cross_entropy(huge, np.array([1])) == pytest.approx(1e4)


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 5), (2, 3, 2, 4)])
def test_gradient_of_cross_entropy(shape):
    logits = RNG.standard_normal(shape)
    targets = RNG.integers(-1, shape[1], (shape[0], *shape[2:]))
    targets.flat[0] = 0
    assert_gradient(lambda x: nn.cross_entropy(x, targets), logits, RNG)


def test_gradient_and_value_of_squared_error():
    x, y = RNG.standard_normal((2, 3, 4)), RNG.standard_normal((2, 3, 4))
    assert nn.squared_error(x, y) == pytest.approx(np.mean((x - y) ** 2))
    assert_gradient(lambda x: nn.squared_error(x, y), x, RNG)


def test_a_loss_of_autograd_s_own_functions_works_too():
    x, y = RNG.standard_normal((8, 1, 6)), RNG.standard_normal((8, 1, 6))
    net = nn.Sequential(nn.Conv(1, 3, padding=1))

    def absolute(outputs, targets):
        return autograd.numpy.mean(autograd.numpy.abs(outputs - targets))

    params = net.init(0, (1, 6), np.float64)
    done = nn.fit(net, params, (x, y), loss=absolute, steps=5, progress=False)
    assert done.history[0] == pytest.approx(np.mean(np.abs(net(params, x[order(8, 0)]) -
                                                            y[order(8, 0)])))


def order(n, epoch, seed=0):
    return np.random.default_rng([seed, epoch]).permutation(n)


@pytest.mark.parametrize(("optimiser", "expected"), [
    (nn.SGD(0.1, momentum=0), [1 - 0.2, 0.8 - 0.16]),
    (nn.SGD(0.1, momentum=0.5), [0.8, 0.8 - 0.1 * (0.5 * 2 + 1.6)]),
    (nn.Adam(0.1), [0.9, 0.80041]),  # the first step of Adam is lr, whatever the slope
])
def test_optimisers_by_hand_on_a_parabola(optimiser, expected):
    params = np.array([1.0])
    update, seen = optimiser.start(params), []
    for step in range(2):
        update(step, 2 * params)
        seen.append(params[0])
    np.testing.assert_allclose(seen, expected, atol=1e-4)


@pytest.mark.parametrize("kind", ["Adam", "SGD"])
def test_optimisers_equal_pytorch(kind):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: extra peers")
    slopes = RNG.standard_normal((12, 5))
    mine, theirs = np.ones(5), torch.ones(5, dtype=torch.float64, requires_grad=True)
    update = {"Adam": nn.Adam(0.01), "SGD": nn.SGD(0.01, 0.9)}[kind].start(mine)
    other = {"Adam": lambda p: torch.optim.Adam(p, 0.01),
             "SGD": lambda p: torch.optim.SGD(p, 0.01, momentum=0.9)}[kind]([theirs])
    for step, slope in enumerate(slopes):
        update(step, slope)
        theirs.grad = torch.tensor(slope)
        other.step()
    np.testing.assert_allclose(mine, theirs.detach().numpy(), rtol=1e-9)


def test_cosine_rises_and_falls():
    rate = nn.cosine(2.0, 100, warmup=10)
    assert [rate(0), rate(9), rate(10), rate(55)] == pytest.approx([0.2, 2, 2, 1])
    assert 0 < rate(99) < 0.01 and nn.Adam(rate).lr is rate


def task(n=64):
    x = RNG.standard_normal((n, 1, 16)).astype(np.float32)
    return x, np.concatenate([x[..., 2:], 0 * x[..., :2]], axis=2)


NET = nn.Sequential(nn.Conv(1, 5, padding="same"))


def run(**options):
    options = {"loss": nn.squared_error, "optimiser": nn.Adam(0.05), "steps": 60,
               "progress": False, **options}
    return nn.fit(NET, NET.init(0, (1, 16)), options.pop("data", DATA), **options)


DATA = task()


def test_fit_learns_a_shift():
    done = run(steps=200)
    assert done.ended == "finished" and done.history.shape == (200,)
    weight = NET.views(done.params, (1, 16))["0.weight"].ravel()
    np.testing.assert_allclose(weight, [0, 0, 0, 0, 1], atol=0.05)


def test_fit_changes_nothing_it_was_given_and_repeats_itself():
    params = NET.init(0, (1, 16))
    kept = params.copy()
    first = nn.fit(NET, params, DATA, loss=nn.squared_error, steps=20, progress=False)
    second = nn.fit(NET, params, DATA, loss=nn.squared_error, steps=20, progress=False)
    np.testing.assert_array_equal(params, kept)
    np.testing.assert_array_equal(first.params, second.params)
    np.testing.assert_array_equal(first.history, second.history)
    other = nn.fit(NET, params, DATA, loss=nn.squared_error, steps=20, seed=1, progress=False)
    assert (other.params != first.params).any() and first.params.dtype == np.float32


def test_an_epoch_shows_each_sample_once():
    seen = []
    inputs = np.arange(10.0).reshape(10, 1, 1)
    net = nn.Sequential(nn.Conv(1, 1))

    def loss(outputs, targets):
        seen.append(targets.tolist())
        return autograd.numpy.sum(outputs) * 0

    nn.fit(net, net.init(0, (1, 1), np.float64), (inputs, np.arange(10)), loss=loss, steps=6,
           batch=4, progress=False)
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    for epoch in (seen[:3], seen[3:]):
        assert sorted(number for batch in epoch for number in batch) == list(range(10))
    assert seen[:3] != seen[3:]


def test_a_generator_is_asked_for_a_fresh_batch_each_step():
    asked = []

    def make(n, seed):
        asked.append((n, seed))
        return tuple(a[:n] for a in task())

    run(data=make, steps=3, batch=5)
    assert {n for n, _ in asked} == {5} and len({seed for _, seed in asked}) == 3
    first = [*asked]
    asked.clear()
    run(data=make, steps=3, batch=5)
    assert asked == first
    run(data=make, steps=3, batch=5, seed=1)
    assert not {*asked[3:]} & {*first}


def test_an_interruption_keeps_what_was_learned():
    calls = []

    def loss(outputs, targets):
        calls.append(1)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return nn.squared_error(outputs, targets)

    done = run(loss=loss)
    assert done.ended == "interrupted" and done.history.shape == (7,)
    np.testing.assert_array_equal(done.params, run(steps=7).params)


def test_a_loss_that_is_not_finite_ends_it_with_a_warning():
    with pytest.warns(RuntimeWarning, match=r"^fit: the loss is (inf|nan) at step"), \
            np.errstate(over="ignore", invalid="ignore"):
        done = run(optimiser=nn.SGD(1e6, 0), steps=50)
    assert done.ended == "diverged" and 0 < len(done.history) < 50
    assert np.isfinite(done.history).all() and np.isfinite(done.params).all()


def test_nan_in_the_data_ends_it_before_the_first_step():
    inputs, targets = task()
    with pytest.warns(RuntimeWarning, match="the loss is nan at step 0"):
        done = run(data=(inputs * np.float32("nan"), targets))
    np.testing.assert_array_equal(done.params, NET.init(0, (1, 16)))


def test_the_bar_is_shown_on_stderr(capsys):
    run(steps=3, progress=True)
    shown = capsys.readouterr()
    assert shown.out == "" and "3/3" in shown.err and "loss" in shown.err


@pytest.mark.parametrize(("call", "error", "fragments"), [
    (lambda: run(steps=0), ValueError, ["fit: steps must be at least 1; got 0"]),
    (lambda: run(batch=-1), ValueError, ["fit: batch must be at least 1; got -1"]),
    (lambda: run(batch=2.0), TypeError, ["fit: batch must be an integer"]),
    (lambda: run(data=DATA[0]), TypeError, ["fit: data must be a pair"]),
    (lambda: run(data=(DATA[0], DATA[1][1:])), ValueError, ["(64, 1, 16)", "(63, 1, 16)"]),
    (lambda: run(data=(DATA[0][:0], DATA[1][:0])), ValueError, ["at least one input"]),
    (lambda: run(optimiser=nn.Adam(-1)), ValueError, ["Adam: lr must be above 0; got -1"]),
    (lambda: run(optimiser=nn.SGD(float("nan"))), ValueError, ["SGD: lr must be above 0"]),
    (lambda: nn.fit(nn.Relu(), np.zeros(0), DATA), ValueError, ["fit: params must hold a number"]),
    (lambda: nn.fit(ck.Window(3), np.zeros(1), DATA), TypeError, ["fit: net must be a layer"]),
    (lambda: run(data=(DATA[0].astype(float), DATA[1])), TypeError, ["dtype of params"]),
    (lambda: run(loss=nn.cross_entropy), TypeError, ["cross_entropy: targets must be integers"]),
    (lambda: nn.cross_entropy(np.zeros((2, 3)), np.array([0, 3])), ValueError,
     ["cross_entropy: targets must be from 0 to 2; got 0 to 3"]),
    (lambda: nn.cross_entropy(np.zeros((2, 3)), np.array([-2, 0])), ValueError, ["got -2 to 0"]),
    (lambda: nn.cross_entropy(np.zeros((2, 3)), np.array([0])), ValueError, ["(2, 3)", "(1,)"]),
    (lambda: nn.cross_entropy(np.zeros((2, 3)), np.array([-1, -1])), ValueError, ["all are -1"]),
    (lambda: nn.squared_error(np.zeros((2, 1)), np.zeros(2)), ValueError, ["(2, 1)", "(2,)"]),
])
def test_refused(call, error, fragments):
    refused(call, error, fragments)
