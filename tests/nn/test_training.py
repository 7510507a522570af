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


def test_in_a_notebook_a_line_is_shown_and_the_stop_button_works():
    """In a real kernel, without ipywidgets, for which rich's bar asks in a warning."""
    nbclient = pytest.importorskip("nbclient", reason="not installed: extra learn")
    nbformat = pytest.importorskip("nbformat", reason="not installed: extra learn")
    nb = nbformat.v4.new_notebook()
    begin = "import _thread, threading, numpy as np\nfrom coursekit import nn\n"
    begin += "x, net = np.ones((8, 1, 4), np.float32), nn.Sequential(nn.Conv(1, 1))\n"
    begin += "params = net.init(0, (1, 4))\n"
    call = "done = nn.fit(net, params, (x, x), loss=nn.squared_error, steps={})\nprint(done.ended)"
    stop = "threading.Timer(0.5, _thread.interrupt_main).start()\n"
    nb.cells = [nbformat.v4.new_code_cell(begin + call.format(5)),
                nbformat.v4.new_code_cell(stop + call.format(10**8))]
    nbclient.NotebookClient(nb, timeout=60).execute()
    for cell, end in zip(nb.cells, ("finished", "interrupted"), strict=True):
        assert {output.output_type for output in cell.outputs} == {"stream"}
        written = {name: "".join(o.text for o in cell.outputs if o.name == name)
                   for name in ("stdout", "stderr")}
        assert written["stdout"] == end + "\n" and "\rloss " in written["stderr"]
        assert end == "interrupted" or "5/5" in written["stderr"]


@pytest.mark.parametrize(("call", "error", "fragments"), [
    (lambda: run(steps=0), ValueError, ["fit: steps must be at least 1; got 0"]),
    (lambda: run(batch=-1), ValueError, ["fit: batch must be at least 1; got -1"]),
    (lambda: run(batch=2.0), TypeError, ["fit: batch must be an integer"]),
    (lambda: run(data=DATA[0]), TypeError, ["fit: data must be, or give, a pair"]),
    (lambda: run(data=(DATA[0], DATA[1][1:])), ValueError, ["(64, 1, 16)", "(63, 1, 16)"]),
    (lambda: run(data=(DATA[0][:0], DATA[1][:0])), ValueError, ["at least one input"]),
    (lambda: run(optimiser=nn.Adam(-1)), ValueError, ["Adam: lr must be above 0", "got -1"]),
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
    (lambda: nn.squared_error(np.zeros((0, 1)), np.zeros((0, 1))), ValueError, ["hold a number"]),
    (lambda: nn.squared_error([0.0], [0.0]), TypeError, ["squared_error: outputs must be a NumPy"]),
    (lambda: nn.squared_error(np.zeros(2), np.zeros(2, complex)), TypeError, ["real numbers"]),
    (lambda: nn.squared_error(np.zeros(2), np.ma.zeros(2)), TypeError, ["targets must be a plain"]),
    (lambda: autograd.grad(lambda x: nn.squared_error(np.zeros(2), x))(np.ones(2)), TypeError,
     ["squared_error: targets must be a plain array", "ArrayBox"]),
    (lambda: nn.cross_entropy([[0.0]], np.array([0])), TypeError, ["cross_entropy: logits must"]),
    (lambda: nn.cross_entropy(np.zeros((1, 2), int), np.array([0])), TypeError, ["be floats"]),
    (lambda: nn.cross_entropy(np.zeros((1, 2)), np.ma.zeros(1, int)), TypeError, ["MaskedArray"]),
    (lambda: nn.cross_entropy(np.zeros((1, 2)), np.array([0]), ignore=0.5), TypeError,
     ["cross_entropy: ignore must be an integer; got 0.5"]),
    (lambda: nn.SGD(momentum=1), ValueError, ["SGD: momentum must be at least 0 and below 1"]),
    (lambda: nn.SGD(momentum=-0.1), ValueError, ["SGD: momentum must be at least 0"]),
    (lambda: nn.SGD(momentum=float("nan")), ValueError, ["SGD: momentum must be", "nan"]),
    (lambda: nn.SGD(momentum="0.9"), TypeError, ["SGD: momentum must be a number; got '0.9'"]),
    (lambda: nn.SGD(0), ValueError, ["SGD: lr must be above 0 and finite; got 0"]),
    (lambda: nn.SGD(float("inf")), ValueError, ["SGD: lr must be above 0 and finite; got inf"]),
    (lambda: nn.Adam("fast"), TypeError, ["Adam: lr must be a number; got 'fast'"]),
    (lambda: nn.Adam(None), TypeError, ["Adam: lr must be a number; got None"]),
    (lambda: nn.Adam(betas=0.9), TypeError, ["Adam: betas must be a pair of numbers; got 0.9"]),
    (lambda: nn.Adam(betas=(0.9, 1)), ValueError, ["Adam: betas[1] must be at least 0 and below"]),
    (lambda: nn.Adam(betas=(-0.5, 0.9)), ValueError, ["Adam: betas[0] must be at least 0"]),
    (lambda: nn.Adam(epsilon=0), ValueError, ["Adam: epsilon must be above 0 and finite; got 0"]),
    (lambda: run(optimiser=nn.Adam(lambda step: np.ones(3))), TypeError, ["lr at step 0", "numb"]),
    (lambda: run(optimiser=nn.Adam(lambda step: None)), TypeError, ["Adam: lr at step 0 must be"]),
    (lambda: run(optimiser=nn.SGD(lambda step: 0.1 - step)), ValueError, ["SGD: lr at step 1"]),
    (lambda: run(optimiser=nn.Adam), TypeError, ["fit: optimiser must be an Adam() or SGD()"]),
    (lambda: run(optimiser=0.1), TypeError, ["fit: optimiser must be", "got 0.1"]),
    (lambda: run(loss="mse"), TypeError, ["fit: loss must be a function; got 'mse'"]),
    (lambda: run(loss=lambda y, t: (y - t) ** 2), ValueError, ["loss must give one number", "16)"]),
    (lambda: run(loss=lambda y, t: 1.0), TypeError, ["fit: loss must be made of the outputs"]),
    (lambda: run(loss=lambda y, t: None), TypeError, ["fit: loss must be made of", "got None"]),
    (lambda: run(seed=-1), ValueError, ["fit: seed must be at least 0; got -1"]),
    (lambda: run(seed=None), TypeError, ["fit: seed must be an integer; got None"]),
    (lambda: run(seed=0.5), TypeError, ["fit: seed must be an integer; got 0.5"]),
    (lambda: run(data=lambda n, seed: DATA[0]), TypeError, ["fit: data must be, or give, a pair"]),
    (lambda: run(data=(DATA[0], 3)), ValueError, ["a target for each", "targets ()"]),
    (lambda: run(data=(np.ma.masked_array(DATA[0]), DATA[1])), TypeError, ["data", "MaskedArray"]),
    (lambda: nn.fit(NET, [0.0] * 5, DATA), TypeError, ["fit: params must be a NumPy array"]),
    (lambda: nn.fit(NET, np.zeros(5, int), DATA), TypeError, ["fit: params must be float32 or"]),
    (lambda: nn.cosine(0, 5), ValueError, ["cosine: lr must be above 0"]),
    (lambda: nn.cosine(1, 0), ValueError, ["cosine: steps must be at least 1"]),
    (lambda: nn.cosine(1, 5, 6), ValueError, ["cosine: warmup must be at most steps=5; got 6"]),
    (lambda: nn.cosine(1, 5, -1), ValueError, ["cosine: warmup must be at least 0"]),
])
def test_refused(call, error, fragments):
    refused(call, error, fragments)


def test_a_great_seed_serves_a_generator_too():
    """Generators take seeds up to 2**31 - 1, whatever the seed of `fit` and the step."""
    net = nn.Sequential(nn.Conv(1, 1), nn.GlobalAvgPool())

    def loss(outputs, targets):
        return nn.squared_error(outputs[:, 0], targets)

    params = net.init(0, (2, 64))
    for seed in (2148, 2**31 - 1, np.int64(5)):
        done = nn.fit(net, params, ck.data.make_adding, loss=loss, steps=3, seed=seed,
                      progress=False)
        assert done.ended == "finished"


@pytest.mark.parametrize("awkward", [1, 2, 3])
def test_an_interruption_amid_an_update_leaves_the_last_whole_step(awkward):
    class Stopped(nn.SGD):
        def start(self, params):
            update = super().start(params)

            def broken(step, gradient):
                if step == awkward:
                    params[...] = 77  # half of the work is done
                    raise KeyboardInterrupt
                update(step, gradient)

            return broken

    done = run(optimiser=Stopped(0.01))
    whole = run(optimiser=nn.SGD(0.01), steps=awkward)
    assert done.ended == "interrupted"
    np.testing.assert_array_equal(done.params, whole.params)
    np.testing.assert_array_equal(done.history, whole.history)


def test_an_interruption_amid_a_batch_or_the_bar_is_no_error():
    def make(n, seed):
        calls.append(seed)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return tuple(a[:n] for a in DATA)

    for progress in (False, True):
        calls = []
        done = run(data=make, progress=progress)
        assert done.ended == "interrupted" and len(done.history) == 2


def test_a_parameter_that_is_not_finite_ends_it_and_the_last_finite_ones_are_kept():
    def steep(outputs, targets):
        """A finite loss whose slope at 0 is not."""
        return autograd.numpy.sqrt(autograd.numpy.sum(0 * outputs))

    with pytest.warns(RuntimeWarning, match="a parameter is not finite after step 0"), \
            np.errstate(divide="ignore"):
        done = run(loss=steep)
    assert done.ended == "diverged" and done.history.shape == (0,)
    np.testing.assert_array_equal(done.params, NET.init(0, (1, 16)))


def test_a_divergence_says_one_thing():
    """The warning of `fit`, and none of NumPy's about overflow."""
    with pytest.warns(RuntimeWarning) as caught:
        run(optimiser=nn.SGD(1e6, 0), steps=50)
    assert len(caught) == 1


def test_a_schedule_that_has_ended_changes_nothing_more():
    rate = nn.cosine(0.1, 5)
    assert rate(4) > 0 and rate(5) == rate(9) == 0
    short, long = (run(optimiser=nn.Adam(nn.cosine(0.01, 5)), steps=n) for n in (5, 8))
    np.testing.assert_array_equal(short.params, long.params)
    assert nn.cosine(0.1, 5, warmup=5)(4) == pytest.approx(0.1)


def test_squared_error_and_cross_entropy_take_lists_as_targets():
    assert nn.squared_error(np.array([1.0, 2.0]), [1, 4]) == pytest.approx(2)
    assert nn.cross_entropy(np.zeros((2, 4)), [0, 3]) == pytest.approx(math.log(4))


def test_the_weight_of_a_target_is_one_over_those_that_count():
    """Three of four count; the gradient of the fourth sample is 0."""
    logits = RNG.standard_normal((4, 3))
    grad = autograd.grad(lambda x: nn.cross_entropy(x, np.array([0, 7, 2, 1]), ignore=7))(logits)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = (shares - np.eye(3)[[0, 0, 2, 1]]) / 3
    expected[1] = 0
    np.testing.assert_allclose(grad, expected, atol=1e-12)
