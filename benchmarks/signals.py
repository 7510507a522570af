"""Experiments on sequences: aliasing, memory, sums, recall, offsets, sunspots, reasoning."""

from functools import partial

import numpy as np
from claims import Experiment, OnAverage

import coursekit as ck
from coursekit import nn
from coursekit.nn import Attention, Conv, GlobalAvgPool, LayerNorm, Linear, Position, Relu

CHANCE_OF_8 = 0.125


def causal(channels, rates, shortcut=False, taps=3):
    """Causal dilated layers; `shortcut` adds its input to each but the first."""
    layers = [Conv(channels, taps, padding="causal", dilation=rates[0]), Relu()]
    for rate in rates[1:]:
        inner = Conv(channels, taps, padding="causal", dilation=rate), Relu()
        layers += [nn.Residual(*inner)] if shortcut else inner
    return layers


def train(net, data, seed, *, steps, batch, lr, loss=nn.cross_entropy):
    """Parameters fitted with Adam; `data` as for `nn.fit`."""
    inputs = data(1, 0)[0] if callable(data) else data[0]
    params = net.init(seed, inputs.shape[1:])
    return nn.fit(net, params, data, loss=loss, optimiser=nn.Adam(lr), steps=steps, batch=batch,
                  seed=seed + 1, progress=False).params


def accuracy(logits, targets, ignore=-1):
    counted = targets != ignore
    return np.mean(logits.argmax(axis=1)[counted] == targets[counted])


# ---- two tones that alias


def tell_tones(rates, seed):
    layers = [layer for rate in rates for layer in (Conv(8, 3, dilation=rate), Relu())]
    net = nn.Sequential(*layers, GlobalAvgPool(), Linear(2))
    params = train(net, ck.data.make_aliasing, seed, steps=300, batch=32, lr=1e-2)
    inputs, targets = ck.data.make_aliasing(1000, seed=10_000 + seed)
    return {"accuracy": accuracy(net(params, inputs), targets)}


def aliasing():
    stacks = {"4,4,4": (4, 4, 4), "1,2,4": (1, 2, 4), "1,1,1": (1, 1, 1)}
    claims = {
        "4,4,4 is at chance: within .08 of .5": lambda f: 0.08 - abs(f["4,4,4"]["accuracy"] - 0.5),
        "1,2,4 tells them: .95 or more": lambda f: f["1,2,4"]["accuracy"] - 0.95,
        "1,1,1 tells them: .95 or more": lambda f: f["1,1,1"]["accuracy"] - 0.95,
    }
    expected = {("4,4,4", "accuracy"): (0.45, 0.55), ("1,2,4", "accuracy"): (1, 1),
                ("1,1,1", "accuracy"): (1, 1)}
    return Experiment("Tell a tone of frequency f from one of f + 1/4, pooled over all places.",
                      {name: partial(tell_tones, rates) for name, rates in stacks.items()},
                      expected, claims)


# ---- memory


def copy(rates, seed):
    net = nn.Sequential(*causal(32, rates, shortcut=True), Conv(10, 1))

    def loss(outputs, targets):
        return nn.cross_entropy(outputs[:, :, -10:], targets[:, -10:])

    params = train(net, ck.data.make_copy_memory, seed, steps=400, batch=16, lr=3e-3, loss=loss)
    inputs, targets = ck.data.make_copy_memory(200, seed=10_000 + seed)
    return {"recalled": accuracy(net(params, inputs)[:, :, -10:], targets[:, -10:])}


def copy_memory():
    claims = {
        "dilated: .95 or more": lambda f: f["dilated"]["recalled"] - 0.95,
        "undilated is at chance: .2 or less": lambda f: 0.2 - f["undilated"]["recalled"],
    }
    expected = {("dilated", "recalled"): (1, 1), ("undilated", "recalled"): (0.12, 0.13)}
    variants = {"dilated": partial(copy, [2**i for i in range(6)]),
                "undilated": partial(copy, [1] * 6)}
    return Experiment("Repeat ten of eight symbols after 100 steps: six causal layers of three "
                      "taps, rates 1 to 32 or all 1.", variants, expected, claims)


# ---- the adding problem


def last(net_outputs):
    return net_outputs[:, :, -1]


def add(rates, seed):
    net = nn.Sequential(*causal(16, rates), Conv(1, 1))

    def loss(outputs, targets):
        return nn.squared_error(last(outputs)[:, 0], targets)

    params = train(net, ck.data.make_adding, seed, steps=1000, batch=32, lr=3e-3, loss=loss)
    inputs, targets = ck.data.make_adding(1000, seed=10_000 + seed)
    return {"MSE": np.mean(np.square(net(params, inputs)[:, 0, -1] - targets))}


def adding():
    claims = {
        "dilated: MSE at most .05": lambda f: 0.05 - f["dilated"]["MSE"],
        "undilated: MSE at least .1": lambda f: f["undilated"]["MSE"] - 0.1,
        "large rates early do no harm here: at most .05": lambda f: 0.05 - f["early"]["MSE"],
    }
    rates = [2**i for i in range(5)]
    variants = {"dilated": partial(add, rates), "early": partial(add, rates[::-1]),
                "undilated": partial(add, [1] * 5)}
    expected = {("dilated", "MSE"): (0, 0.04), ("undilated", "MSE"): (0.15, 0.16)}
    return Experiment("Sum two marked of 64 numbers: five causal layers of three taps; rates 1 to "
                      "16, 16 to 1, or all 1. Answering the mean gives .167.",
                      variants, expected, claims)


# ---- associative recall and a fixed offset


def attentive(heads=1, **options):
    return nn.Residual(Attention(heads, **options))


def recaller(kind):
    """Nets for `make_recall`: the answer is read at the last place, where the question stands."""
    width = 32
    if kind == "attention":
        return [LayerNorm(), Attention(1, width=width, channels=width), Conv(8, 1)]
    if kind == "dilated":
        return [*causal(24, [2**i for i in range(4)]), Conv(8, 1)]
    return hybrid(width, 8)


def hybrid(width, classes):
    """Dilated causal layers for places, attention for contents, in one net."""
    sides = (Attention(1, width=width, channels=width),
             Conv(width, 2, padding="causal", dilation=16))
    return [LayerNorm(), nn.Parallel(*sides), Relu(), Conv(classes, 1)]


def recall(kind, seed, steps=1500):
    net = nn.Sequential(*recaller(kind))
    params = train(net, ck.data.make_recall, seed, steps=steps, batch=32, lr=5e-3,
                   loss=lambda outputs, targets: nn.cross_entropy(last(outputs), targets))
    inputs, targets = ck.data.make_recall(500, seed=10_000 + seed)
    return {"accuracy": accuracy(last(net(params, inputs)), targets), "parameters": params.size}


def associative_recall():
    claims = {
        "attention: .95 or more": lambda f: f["attention"]["accuracy"] - 0.95,
        "dilated: .3 or less": lambda f: 0.3 - f["dilated"]["accuracy"],
        "hybrid: .9 or more": lambda f: f["hybrid"]["accuracy"] - 0.9,
    }
    expected = {("attention", "accuracy"): (1, 1), ("dilated", "accuracy"): (0.15, 0.19)}
    return Experiment("32 keys with values, then a key: what was its value? Chance is .125.",
                      {kind: partial(recall, kind) for kind in ("attention", "dilated", "hybrid")},
                      expected, claims)


def offset(kind, seed, steps=200, lr=1e-2, length=64):
    placed = nn.Sequential(Conv(32, 1), Position(), attentive(width=32),
                           nn.Residual(Conv(32, 1), Relu(), Conv(32, 1)), Conv(4, 1))
    nets = {
        "one dilated convolution": nn.Sequential(
            Conv(24, 2, padding="causal", dilation=16), Relu(), Conv(4, 1)),
        "attention, absolute places": placed,
        "hybrid": nn.Sequential(*hybrid(32, 4)),
    }
    net = nets[kind]
    params = train(net, partial(ck.data.make_fixed_offset, length=length), seed, steps=steps,
                   batch=16, lr=lr)
    found = {"parameters": params.size}
    for name, n in (("accuracy", length), ("accuracy at 2N", 2 * length)):
        if net is placed and n != length:
            continue  # has no places beyond those it learned
        inputs, targets = ck.data.make_fixed_offset(200, seed=10_000 + seed, length=n)
        found[name] = accuracy(net(params, inputs), targets)
    return found


def fixed_offset():
    dilated, placed = "one dilated convolution", "attention, absolute places"
    longer = f"{placed}, six times the steps"
    claims = {
        "one dilated convolution: .99 or more": lambda f: f[dilated]["accuracy"] - 0.99,
        "and at twice the length": lambda f: f[dilated]["accuracy at 2N"] - 0.99,
        "attention with absolute places: .2 behind": lambda f: (
            f[dilated]["accuracy"] - f[placed]["accuracy"] - 0.2),
        "with six times the steps it gets there, at this length: .9 or more": lambda f: (
            f[longer]["accuracy"] - 0.9),
        "hybrid: .9 or more": lambda f: f["hybrid"]["accuracy"] - 0.9,
    }
    expected = {(dilated, "parameters"): (316, 316), (dilated, "accuracy"): (1, 1),
                (dilated, "accuracy at 2N"): (1, 1), (placed, "accuracy"): (0.28, 0.58)}
    variants = {kind: partial(offset, kind) for kind in (dilated, placed, "hybrid")}
    variants[longer] = partial(offset, placed, steps=1200, lr=3e-3)
    return Experiment("Name the symbol of 16 steps before, after 200 steps of training. Chance is "
                      ".25. Attention with absolute places has none for a longer sequence.",
                      variants, expected, claims)


# ---- sunspots

AHEAD, PAST = 24, 256


def sunspots():
    """Monthly means in units of the training part's spread, and where the test part begins."""
    series = ck.data.load_sunspots()[0].astype(np.float64)
    split = len(series) * 3 // 4
    mean, spread = series[:split].mean(), series[:split].std()
    return (series - mean) / spread, split, 1 / spread * series[split:].std()


def windows(series, first, stop):
    """Each month's past and the value `AHEAD` months later, for targets in first .. stop - 1."""
    ends = np.arange(max(first - AHEAD, PAST - 1), stop - AHEAD)
    past = np.stack([series[end - PAST + 1 : end + 1] for end in ends])
    return past, series[ends + AHEAD]


def forecast(rates, seed):
    series, split, sigma = sunspots()
    past, future = windows(series, 0, split)
    net = nn.Sequential(*[layer for rate in rates for layer in (
        Conv(8, 2, padding="causal", dilation=rate), Relu())], Conv(1, 1))

    def loss(outputs, targets):
        return nn.squared_error(last(outputs)[:, 0], targets)

    data = past[:, None].astype(np.float32), future.astype(np.float32)
    params = train(net, data, seed, steps=400, batch=32, lr=3e-3, loss=loss)
    past, future = windows(series, split + AHEAD, len(series))
    found = net(params, past[:, None].astype(np.float32))[:, 0, -1]
    return {"RMSE/sigma": np.sqrt(np.mean(np.square(found - future))) / sigma}


def ridge(months, seed):
    """A linear model of the last months, its penalty chosen on the training's last quarter."""
    series, split, sigma = sunspots()
    inner = split * 3 // 4
    best = min((100.0 * 2**k for k in range(8)), key=lambda penalty: _ridge(
        windows(series, 0, inner), windows(series, inner + AHEAD, split), months, penalty))
    error = _ridge(windows(series, 0, split), windows(series, split + AHEAD, len(series)), months,
                   best)
    return {"RMSE/sigma": error / sigma}


def _ridge(train_on, test_on, months, penalty):
    (x, y), (past, future) = train_on, test_on
    x = np.column_stack([x[:, -months:], np.ones(len(x))])
    cost = penalty * np.diag([1.0] * months + [0.0])
    weights = np.linalg.solve(x.T @ x + cost, x.T @ y)
    found = np.column_stack([past[:, -months:], np.ones(len(past))]) @ weights
    return np.sqrt(np.mean(np.square(found - future)))


def sunspot_forecast():
    claims = {
        "a linear model of 256 months beats one of 9 by .02": lambda f: (
            f["ridge, 9 months"]["RMSE/sigma"] - f["ridge, 256 months"]["RMSE/sigma"] - 0.02),
        "dilated: below undilated by .1": lambda f: (
            f["undilated"]["RMSE/sigma"] - f["dilated"]["RMSE/sigma"] - 0.1),
        "the linear model of 256 months beats the undilated net by .1": lambda f: (
            f["undilated"]["RMSE/sigma"] - f["ridge, 256 months"]["RMSE/sigma"] - 0.1),
        "on average the dilated net is within .1 of it": OnAverage(lambda f: 0.1 - abs(
            f["dilated"]["RMSE/sigma"] - f["ridge, 256 months"]["RMSE/sigma"])),
    }
    expected = {("dilated", "RMSE/sigma"): (0.77, 0.88), ("undilated", "RMSE/sigma"): (0.89, 1.0),
                ("ridge, 256 months", "RMSE/sigma"): (0.77, 0.77)}
    variants = {"dilated": partial(forecast, [2**i for i in range(8)]),
                "undilated": partial(forecast, [1] * 8),
                "ridge, 256 months": partial(ridge, 256), "ridge, 9 months": partial(ridge, 9)}
    return Experiment("Monthly sunspots 24 months ahead, the last quarter of 1749 to 1983 held "
                      "out: eight causal layers of two taps, rates 1 to 128 or all 1 (which see "
                      "256 and 9 months), and linear models of as many.",
                      variants, expected, claims)


# ---- global reasoning


def reason(kind, seed, steps=800):
    nets = {
        "attention": [LayerNorm(), Attention(1, width=32, channels=32), Conv(8, 1)],
        "dilated": [*causal(12, [2**i for i in range(6)]), Conv(8, 1)],
    }
    net = nn.Sequential(*nets[kind])
    make = partial(ck.data.make_global_reasoning, each=6)
    params = train(net, make, seed, steps=steps, batch=64, lr=5e-3,
                   loss=lambda outputs, targets: nn.cross_entropy(last(outputs), targets))
    inputs, targets = make(500, seed=10_000 + seed)
    return {"accuracy": accuracy(last(net(params, inputs)), targets), "parameters": params.size}


def global_reasoning():
    claims = {
        "attention: .9 or more": lambda f: f["attention"]["accuracy"] - 0.9,
        "dilated, of equal size, which sees everything: .4 or less": lambda f: (
            0.4 - f["dilated"]["accuracy"]),
    }
    return Experiment("48 tokens of eight shapes in eight colours, anywhere: which colour has the "
                      "asked shape most often? Chance is .125.",
                      {kind: partial(reason, kind) for kind in ("attention", "dilated")},
                      {}, claims)


EXPERIMENTS = {
    "aliasing": aliasing(), "copy_memory": copy_memory(), "adding": adding(),
    "associative_recall": associative_recall(), "fixed_offset": fixed_offset(),
    "sunspots": sunspot_forecast(), "global_reasoning": global_reasoning(),
}
