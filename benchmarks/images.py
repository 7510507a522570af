"""Experiments on pictures: segmenting digit scenes, finding a digit, taps that leave the map."""

from functools import partial

import numpy as np
from autograd import numpy as anp
from claims import Experiment, OnAverage

import coursekit as ck
from coursekit import nn

CHANNELS, CLASSES, SIZE = 16, 6, 48
STEPS, BATCH, TESTED = 250, 8, 64


def conv(rate=1, stride=1, channels=CHANNELS, lean=0):
    """A 3x3 layer with as many outputs as inputs, over the stride; `lean` shifts what it sees."""
    padding = ((rate - lean, rate - stride + 1 + lean),) * 2
    return [nn.Conv(channels, (3, 3), stride=stride, padding=padding, dilation=rate), nn.Relu()]


def stack(rates, strides=None):
    """3x3 convolutions, a 1x1 classifier, and what is left of the resolution blown up again."""
    strides = strides or [1] * len(rates)
    layers, total = [], 1
    for rate, stride in zip(rates, strides, strict=True):
        # A second stride leans the other way, so that outputs stand amid the pixels they name.
        layers += conv(rate, stride, lean=int(total > 1 and stride > 1))
        total *= stride
    return nn.Sequential(*layers, nn.Conv(CLASSES, (1, 1)), *[nn.Upsample(total)] * (total > 1))


def pooled():
    """Two max-pools in place of the strides."""
    pool = nn.MaxPool((2, 2))
    return nn.Sequential(*conv(), *conv(), pool, *conv(), *conv(), pool, *conv(), *conv(),
                         nn.Conv(CLASSES, (1, 1)), nn.Upsample(4))


def smoothed():
    """The grid, each layer but the first behind an average that joins its lattices."""
    smooth = nn.AvgPool((3, 3), stride=1, padding=1)
    layers = conv(2)
    for _ in range(5):
        layers += [smooth, *conv(2)]
    return nn.Sequential(*layers, nn.Conv(CLASSES, (1, 1)))


def pyramid(rates=(1, 2, 4, 6)):
    """Four layers of the grid, then four rates side by side."""
    branches = [nn.Sequential(*conv(rate, channels=8)) for rate in rates]
    return nn.Sequential(*conv(2), *conv(2), *conv(2), *conv(2), nn.Parallel(*branches),
                         nn.Conv(CLASSES, (1, 1)))


def multi_scale():
    """The grid; the classifier reads what came in and every second layer's output."""
    whole = nn.Sequential()
    inner = nn.Parallel(whole, nn.Sequential(*conv(2), *conv(2)))
    middle = nn.Parallel(whole, nn.Sequential(*conv(2), *conv(2), inner))
    outer = nn.Parallel(whole, nn.Sequential(*conv(2), *conv(2), middle))
    return nn.Sequential(outer, nn.Conv(CLASSES, (1, 1)))


def half_branch():
    """The grid; beside its fifth layer the same at half the size, blown up again."""
    small = nn.Sequential(nn.AvgPool((2, 2)), *conv(2, channels=8), nn.Upsample(2))
    whole = nn.Sequential(*conv(2, channels=8))
    return nn.Sequential(*conv(2), *conv(2), *conv(2), *conv(2), nn.Parallel(whole, small),
                         *conv(2), nn.Conv(CLASSES, (1, 1)))


NETS = {
    "plain 1,1,1,1,1,1": partial(stack, [1] * 6),
    "two strides": partial(stack, [1] * 6, [1, 2, 1, 2, 1, 1]),
    "two pools": pooled,
    "1,1,2,4,4,2": partial(stack, [1, 1, 2, 4, 4, 2]),
    "1,1,2,2,4,4": partial(stack, [1, 1, 2, 2, 4, 4]),
    "early 4,4,2,2,1,1": partial(stack, [4, 4, 2, 2, 1, 1]),
    "grid 2,2,2,2,2,2": partial(stack, [2] * 6),
    "HDC 1,2,5,1,2,5": partial(stack, [1, 2, 5, 1, 2, 5]),
    "interleaved 1,3,1,3,1,3": partial(stack, [1, 3, 1, 3, 1, 3]),
    "smoothed": smoothed,
    "pyramid": pyramid,
    "multi-scale": multi_scale,
}
REPAIRS = ["HDC 1,2,5,1,2,5", "interleaved 1,3,1,3,1,3", "smoothed", "pyramid", "multi-scale"]


def mean_iou(predicted, targets):
    """Intersection over union, averaged over background and the five digits."""
    shares = []
    for label in range(CLASSES):
        here, there = predicted == label, targets == label
        shares.append((here & there).sum() / max((here | there).sum(), 1))
    return np.mean(shares)


def labelled(make, seed, data=ck.data.make_digit_scenes, size=SIZE, steps=STEPS):
    """(net, its trained parameters, test inputs, test targets)."""
    net = make()
    done = nn.fit(net, net.init(seed, (1, size, size)), data, batch=BATCH, steps=steps, seed=seed,
                  optimiser=nn.Adam(6e-3), progress=False)
    return net, done.params, *data(TESTED, seed=seed, split="test")


def segment(make, seed):
    net, params, inputs, targets = labelled(make, seed)
    predicted = net(params, inputs).argmax(axis=1)
    return {
        "mIoU": mean_iou(predicted, targets),
        "disagreement": ck.neighbour_disagreement(predicted, targets > 0),
        "parameters": params.size,
    }


def scenes():
    grid = "grid 2,2,2,2,2,2"
    claims = {
        f"{net}: mIoU above plain by .12": lambda f, net=net: (
            f[net]["mIoU"] - f["plain 1,1,1,1,1,1"]["mIoU"] - 0.12)
        for net in ("1,1,2,4,4,2", "1,1,2,2,4,4")
    }
    claims |= {
        f"{net}: mIoU above two strides by .03": lambda f, net=net: (
            f[net]["mIoU"] - f["two strides"]["mIoU"] - 0.03)
        for net in ("1,1,2,4,4,2", "1,1,2,2,4,4")
    }
    claims["large rates early: mIoU below the same rates late by .05"] = lambda f: (
        f["1,1,2,2,4,4"]["mIoU"] - f["early 4,4,2,2,1,1"]["mIoU"] - 0.05)
    claims |= {
        f"{net}: on average .01 fewer neighbours disagree than in the grid": OnAverage(
            lambda f, net=net: f[grid]["disagreement"] - f[net]["disagreement"] - 0.01)
        for net in REPAIRS
    }
    expected = {
        ("plain 1,1,1,1,1,1", "mIoU"): (0.28, 0.30),
        ("two strides", "mIoU"): (0.45, 0.45),
        ("1,1,2,4,4,2", "mIoU"): (0.54, 0.61),
        ("1,1,2,2,4,4", "mIoU"): (0.56, 0.60),
        ("early 4,4,2,2,1,1", "mIoU"): (0.27, 0.33),
        (grid, "mIoU"): (0.40, 0.49),
        (grid, "disagreement"): (0.33, 0.33),
        ("HDC 1,2,5,1,2,5", "mIoU"): (0.51, 0.55),
        ("1,1,2,4,4,2", "disagreement"): (0.11, 0.16),
        **{(net, "parameters"): (11862, 11862) for net in list(NETS)[:8]},
    }
    task = ("Name the digit that covers each pixel of a 48 x 48 scene: six 3x3 layers of 16 "
            "channels, batch 8, 250 steps. mIoU over background and digits; disagreement: share of "
            "neighbouring pixels inside digits that are named differently.")
    return Experiment(task, {name: partial(segment, make) for name, make in NETS.items()},
                      expected, claims)


def hole_free():
    """Nets of equal parameters, none of which misses a pixel of what it sees."""
    spread, leap, tripled = "1,1,2,4,4,2", "one leap 1,1,1,1,1,9", "tripled 1,3,9,1,3,9"
    claims = {
        f"{leap}: on average mIoU below {spread} by .1": OnAverage(
            lambda f: f[spread]["mIoU"] - f[leap]["mIoU"] - 0.1),
        f"{tripled}: mIoU below {spread} by .1": lambda f: (
            f[spread]["mIoU"] - f[tripled]["mIoU"] - 0.1),
    }
    variants = {name: partial(segment, partial(stack, [int(r) for r in rates.split(",")]))
                for name, rates in ((n, n.split()[-1]) for n in (spread, leap, tripled))}
    return Experiment("The scenes again, by nets that read every pixel of what they see: 29 x 29, "
                      "29 x 29 and 53 x 53.", variants, {}, claims)


def lattices():
    """Two pairs of repairs alike but in one thing: whether they join the grid's lattices."""
    nets = {"grid 2,2,2,2,2,2": partial(stack, [2] * 6),
            "pyramid 2,4,6,8": partial(pyramid, (2, 4, 6, 8)),
            "pyramid 1,2,4,6": pyramid,
            "multi-scale": multi_scale,
            "half size": half_branch}
    task = ("The scenes again, by the grid and four nets made of it. A pyramid of even rates and "
            "the layers' outputs read together leave its four lattices apart; a pyramid with a "
            "rate of 1 and a branch of half the size join them.")
    grid, *repairs = nets
    claims = {
        f"{net}: on average .01 fewer neighbours disagree than in the grid": OnAverage(
            lambda f, net=net: f[grid]["disagreement"] - f[net]["disagreement"] - 0.01)
        for net in repairs
    }
    return Experiment(task, {name: partial(segment, make) for name, make in nets.items()}, {},
                      claims)


def read(make, seed):
    """What a net draws, and what it names where the ink is drawn for it."""
    net, params, inputs, targets = labelled(make, seed)
    scores, digits = net(params, inputs), targets > 0
    drawn = scores.argmax(axis=1) > 0
    inked = (scores[:, 1:].argmax(axis=1) + 1) * digits
    return {
        "foreground IoU": (drawn & digits).sum() / (drawn | digits).sum(),
        "named": (inked == targets)[digits].mean(),
        "mIoU with ink": mean_iou(inked, targets),
        "disagreement with ink": ck.neighbour_disagreement(inked, digits),
        "whole digits": np.mean([winner(named) == winner(wanted) for named, wanted in zip(
            quarters(inked), quarters(targets), strict=True)]),
    }


def quarters(labels):
    """Each quarter of each scene, which holds one digit."""
    half = SIZE // 2
    cut = labels.reshape(-1, 2, half, 2, half).transpose(0, 1, 3, 2, 4)
    return cut.reshape(-1, half, half)


def winner(labels):
    """The digit with the most pixels."""
    return np.bincount(labels[labels > 0]).argmax()


def reading():
    plain, strided, dilated = "plain 1,1,1,1,1,1", "two strides", "1,1,2,4,4,2"
    nets = [plain, strided, "two pools", dilated, "1,1,2,2,4,4", "early 4,4,2,2,1,1"]
    claims = {
        "plain has a better outline than two strides: foreground IoU .2 above": lambda f: (
            f[plain]["foreground IoU"] - f[strided]["foreground IoU"] - 0.2),
        "and reads worse: names .2 fewer digit pixels right": lambda f: (
            f[strided]["named"] - f[plain]["named"] - 0.2),
        f"two strides names as many right as {dilated}, but for .03": lambda f: (
            f[strided]["named"] - f[dilated]["named"] + 0.03),
        f"with ink two strides: mIoU not below {dilated} but for .03": lambda f: (
            f[strided]["mIoU with ink"] - f[dilated]["mIoU with ink"] + 0.03),
        f"with ink two strides: disagreement .05 below {dilated}": lambda f: (
            f[dilated]["disagreement with ink"] - f[strided]["disagreement with ink"] - 0.05),
        f"whole digits by their pixels' vote: two strides not below {dilated} but for .03": (
            lambda f: f[strided]["whole digits"] - f[dilated]["whole digits"] + 0.03),
    }
    task = ("The nets of scenes again, what they draw apart from what they read. named: share of "
            "the digits' pixels that get the right one of five digits. With ink: the same net, "
            "told which pixels are ink, so that all it has to say is which digit. whole digits: "
            "the share named right by the vote of their pixels.")
    return Experiment(task, {name: partial(read, NETS[name]) for name in nets}, {}, claims)


def half_scenes(n, seed=0, *, split="train"):
    """Digit scenes at half the resolution: 24 x 24, digits of 10 pixels, ink still told by .25."""
    inputs, targets = ck.data.make_digit_scenes(n, seed, split=split)
    inputs, half = ck.avg_pool(inputs, 2), SIZE // 2
    targets = targets.reshape(n, half, 2, half, 2).max(axis=(2, 4))
    return inputs, targets * (inputs[:, 0] > 0.25)


def segment_half(rates, seed):
    net, params, inputs, targets = labelled(partial(stack, rates), seed, half_scenes, SIZE // 2)
    return {"mIoU": mean_iou(net(params, inputs).argmax(axis=1), targets)}


def half_size():
    plain, same, halved = "plain 1,1,1,1,1,1", "the same 1,1,2,4,4,2", "halved 1,1,1,2,2,1"
    late = "the same 1,1,2,2,4,4"
    claims = {
        "plain is level with the rates that won at full size, but for .1": OnAverage(
            lambda f: f[plain]["mIoU"] - f[same]["mIoU"] + 0.1),
        "plain: mIoU .45 or more, which it never had at full size": lambda f: (
            f[plain]["mIoU"] - 0.45),
        "half the rates: on average mIoU above them by .03": OnAverage(
            lambda f: f[halved]["mIoU"] - f[same]["mIoU"] - 0.03),
        f"{late}: on average mIoU below plain by .03": OnAverage(
            lambda f: f[plain]["mIoU"] - f[late]["mIoU"] - 0.03),
    }
    variants = {name: partial(segment_half, [int(rate) for rate in name.split()[-1].split(",")])
                for name in (plain, same, late, halved)}
    return Experiment("The scenes at half their resolution, 24 x 24 with digits of 10 pixels, "
                      "trained as before.", variants, {}, claims)


def narrow(rates):
    """A stack of half the channels, so a quarter of the parameters and multiplications."""
    layers = [layer for rate in rates for layer in conv(rate, channels=CHANNELS // 2)]
    return nn.Sequential(*layers, nn.Conv(CLASSES, (1, 1)))


def one_bill():
    """Nets that see 29 x 29 pixels with equal parameters and multiplications."""
    late, early, leap, grid = ("1,1,2,2,4,4", "early 4,4,2,2,1,1", "one leap 1,1,1,1,1,9",
                               "even 2,2,2,2,2,4")
    claims = {
        "large rates early: mIoU below the same rates late by .05": lambda f: (
            f[late]["mIoU"] - f[early]["mIoU"] - 0.05),
        f"{leap}: on average mIoU below {late} by .1": OnAverage(
            lambda f: f[late]["mIoU"] - f[leap]["mIoU"] - 0.1),
        f"{grid}: on average .02 more neighbours disagree than of {late}": OnAverage(
            lambda f: f[grid]["disagreement"] - f[late]["disagreement"] - 0.02),
    }
    variants = {name: partial(segment, partial(stack, [int(r) for r in rates.split(",")]))
                for name, rates in ((n, n.split()[-1]) for n in (late, early, leap, grid))}
    return Experiment("The scenes again, by nets that see 29 x 29 pixels with 11,862 parameters "
                      "and 27.1 million multiplications a scene.", variants, {}, claims)


def budget():
    """The scenes for at most 8 million multiplications each."""
    dear, strided, dilated = "1,1,2,2,4,4", "one stride", "one stride, rates 1,1,1,2,2,1"
    once = [1, 2, 1, 1, 1, 1]
    variants = {
        dear: partial(stack, [1, 1, 2, 2, 4, 4]),
        "half the channels, rates 1,1,2,2,4,4": partial(narrow, [1, 1, 2, 2, 4, 4]),
        "two layers, rates 1,13": partial(stack, [1, 13]),
        "two strides": partial(stack, [1] * 6, [1, 2, 1, 2, 1, 1]),
        strided: partial(stack, [1] * 6, once),
        dilated: partial(stack, [1, 1, 1, 2, 2, 1], once),
    }
    claims = {
        f"{dilated}: mIoU above every other of its price by .03": lambda f: min(
            f[dilated]["mIoU"] - f[name]["mIoU"] - 0.03 for name in f if name not in (
                dear, dilated)),
        f"{dilated}: on average at most .05 behind {dear}, for a quarter of its price": OnAverage(
            lambda f: f[dilated]["mIoU"] - f[dear]["mIoU"] + 0.05),
    }
    return Experiment("The scenes again, for at most 8 million multiplications each; the first net "
                      "takes 27.1 million.",
                      {name: partial(segment, make) for name, make in variants.items()}, {},
                      claims)


# ---- where is the digit?


def finder(stride):
    """Three layers of total stride `stride`; the rates make up what the strides do not do.

    With the same weights the strided nets compute every `stride`-th output of the dilated one.
    """
    layers, done = [], 1
    rate = 1
    for _ in range(3):
        step = 2 if done < stride else 1
        layers += conv(rate, step)
        done *= step
        rate = rate if step == 2 else rate * 2
    return nn.Sequential(*layers, *conv(rate), nn.Conv(1, (1, 1)))


def find(stride, seed, steps=400):
    net = finder(stride)

    def score(outputs, places):
        cells = (places // stride).astype(int)
        index = cells[:, 0] * outputs.shape[3] + cells[:, 1]
        return nn.cross_entropy(anp.reshape(outputs, (len(index), -1)), index)

    done = nn.fit(net, net.init(seed, (1, 64, 64)), ck.data.make_localisation, loss=score,
                  steps=steps, batch=8, seed=seed, optimiser=nn.Adam(5e-3), progress=False)
    inputs, places = ck.data.make_localisation(100, seed=seed, split="test")
    maps = net(done.params, inputs)
    best = maps.reshape(len(maps), -1).argmax(axis=1)
    cells = np.stack(np.divmod(best, maps.shape[3]), axis=1)
    middles = stride * cells + (stride - 1) / 2
    return {"RMS px": np.sqrt(np.square(middles - places).sum(axis=1).mean()),
            "floor px": np.sqrt((stride**2 - 1) / 6)}


def localisation():
    nets = {"dilated": 1, "stride 2": 2, "stride 4": 4, "stride 8": 8}
    claims = {
        "dilated: nearer than the floor of stride 2": lambda f: (
            f["stride 2"]["floor px"] - f["dilated"]["RMS px"]),
        **{f"{net}: at least .9 of its floor": lambda f, net=net: (
            f[net]["RMS px"] - 0.9 * f[net]["floor px"]) for net in list(nets)[1:]},
        **{f"{net}: farther off than {before} by .3 px": lambda f, net=net, before=before: (
            f[net]["RMS px"] - f[before]["RMS px"] - 0.3)
           for before, net in zip(nets, list(nets)[1:], strict=False)},
    }
    expected = {("dilated", "RMS px"): (0.1, 0.2), ("stride 2", "RMS px"): (0.7, 0.7),
                ("stride 4", "RMS px"): (1.6, 1.6), ("stride 8", "RMS px"): (3.5, 3.5)}
    task = ("Find the centre of a digit: a dense map of scores at the net's total stride, whose "
            "highest cell is the answer. The floor is what is lost within a cell.")
    return Experiment(task, {name: partial(find, stride) for name, stride in nets.items()},
                      expected, claims)


# ---- taps that leave the map


def tap_gradients(rate, seed, size=33, n=32):
    """Share of the squared weight gradient that falls on the eight outer taps, and by counting."""
    rng = np.random.default_rng([seed, rate])
    x, grad = rng.standard_normal((2, n, 1, size, size))
    # One draw at a time: a sum over draws would let them cancel.
    squares = np.zeros((3, 3))
    for one, back in zip(x, grad, strict=True):
        _, grad_w, _ = ck.conv_backward(back[None], one[None], np.ones((1, 1, 3, 3)),
                                        padding=rate, dilation=rate)
        squares += np.square(grad_w[0, 0])
    counted = ck.valid_tap_shares(size, rate)
    taps = sum(number * share for number, share in counted.items())
    return {"gradient": 1 - squares[1, 1] / squares.sum(), "counted": 1 - 1 / taps}


def valid_taps():
    rates = (1, 16, 32, 33)
    claims = {
        "rate 1: outer taps get .8 or more": lambda f: f["rate 1"]["gradient"] - 0.8,
        "rate 32: at most .25": lambda f: 0.25 - f["rate 32"]["gradient"],
        "rate 33: nothing": lambda f: -f["rate 33"]["gradient"],
        "gradient and count agree within .1": lambda f: min(
            0.1 - abs(found["gradient"] - found["counted"]) for found in f.values()),
    }
    expected = {
        ("rate 1", "gradient"): (0.91, 0.91), ("rate 32", "gradient"): (0.12, 0.12),
        ("rate 33", "gradient"): (0, 0), ("rate 1", "counted"): (0.88, 0.88),
        ("rate 32", "counted"): (0.11, 0.11), ("rate 33", "counted"): (0, 0),
    }
    task = ("A 3x3 kernel on a 33 x 33 map: the share of its eight outer taps in the squared "
            "gradient of random maps, and in the count of taps that fall on the map.")
    return Experiment(task, {f"rate {rate}": partial(tap_gradients, rate) for rate in rates},
                      expected, claims)


EXPERIMENTS = {
    "scenes": scenes(), "hole_free": hole_free(), "lattices": lattices(), "reading": reading(),
    "half_size": half_size(), "one_bill": one_bill(), "budget": budget(),
    "localisation": localisation(), "valid_taps": valid_taps(),
}
