"""Experiments without training: what operators keep, what stacks read, what nets cost."""

from functools import partial

import numpy as np
from claims import Experiment

import coursekit as ck
from coursekit import Window

# ---- how many dimensions survive


def operator(seed, outputs, channels=2, **options):
    """A 3x3 convolution with drawn weights, padded so that stride 1 keeps the map."""
    w = np.random.default_rng(seed).standard_normal((outputs, channels, 3, 3))
    padding = options.get("dilation", 1)
    return lambda x: ck.conv(x, w, padding=padding, **options)


def rank_share(make, seed, shape=(2, 8, 8)):
    return {"rank share": ck.operator_rank(make(seed), shape) / np.prod(shape)}


OPERATORS = {
    "rate 1": lambda seed: operator(seed, 2),
    "rate 2": lambda seed: operator(seed, 2, dilation=2),
    "rate 4": lambda seed: operator(seed, 2, dilation=4),
    "stride 2, C to C": lambda seed: operator(seed, 2, stride=2),
    "stride 2, C to 2C": lambda seed: operator(seed, 4, stride=2),
    "stride 2, C to 4C": lambda seed: operator(seed, 8, stride=2),
    "average pool": lambda seed: lambda x: ck.avg_pool(x, 2),
}


def operator_rank():
    shares = {"rate 1": 1, "rate 2": 1, "rate 4": 1, "stride 2, C to C": 0.25,
              "stride 2, C to 2C": 0.5, "stride 2, C to 4C": 1, "average pool": 0.25}
    claims = {
        f"{name}: a share of {share:g}, exactly": lambda f, name=name, share=share: (
            -abs(f[name]["rank share"] - share)) for name, share in shares.items()
    }
    return Experiment("The rank of an operation with drawn weights, as a share of its input's "
                      "dimensions.", {name: partial(rank_share, make)
                                      for name, make in OPERATORS.items()},
                      {(name, "rank share"): (share, share) for name, share in shares.items()},
                      claims)


# ---- can a picture be put together again?


def reconstruct(outputs, options, seed, side=16, patches=24):
    """Signal over error, in decibels, of patches of photographs rebuilt by least squares."""
    op = operator(seed, outputs, channels=1, **options)
    matrix = ck.operator_matrix(op, (1, side, side))
    rng = np.random.default_rng(seed)
    errors = []
    for name in ("camera", "chelsea"):
        photo = ck.data.load_photograph(name).astype(np.float64)
        for row, column in rng.integers(0, 256 - side, (patches // 2, 2)):
            patch = photo[row : row + side, column : column + side].ravel()
            rebuilt, *_ = np.linalg.lstsq(matrix, matrix @ patch, rcond=None)
            errors.append(np.mean(np.square(rebuilt - patch)))
    return {"PSNR dB": -10 * np.log10(np.mean(errors))}


def reconstruction():
    kinds = {"rate 2": (1, {"dilation": 2}), "stride 2, 1 to 1": (1, {"stride": 2}),
             "stride 2, 1 to 4": (4, {"stride": 2})}
    claims = {
        "rate 2 gives the picture back: 100 dB or more": lambda f: f["rate 2"]["PSNR dB"] - 100,
        "stride 2, 1 to 4 does too": lambda f: f["stride 2, 1 to 4"]["PSNR dB"] - 100,
        "stride 2, 1 to 1 does not: 25 dB or less": lambda f: (
            25 - f["stride 2, 1 to 1"]["PSNR dB"]),
    }
    expected = {("rate 2", "PSNR dB"): (159, 159), ("stride 2, 1 to 1", "PSNR dB"): (12.5, 15),
                ("stride 2, 1 to 4", "PSNR dB"): (159, 159)}
    return Experiment("Patches of photographs rebuilt from what an operation with drawn weights "
                      "leaves of them. Above 100 dB only rounding is lost, and how much of that "
                      "depends on the weights drawn.",
                      {name: partial(reconstruct, *kind) for name, kind in kinds.items()},
                      expected, claims)


# ---- what stacks read, and let through


def read(rates, seed):
    layers = [Window((3, 3), dilation=rate) for rate in rates]
    return {"overlap": ck.neighbour_overlap(layers), "gain": ck.gridding_gain(layers)}


def gridding():
    gains = {"2,2,2": 1, "4,4,4": 1, "2,4,8": 1, "1,2,4": 0, "1,2,5": 0.0625, "4,4,4,1": 0.5,
             "4,4,4,2,1": 0}
    overlaps = {"2,2,2": 0, "4,4,4": 0, "1,2,4": 0.9333}
    variants = {name: partial(read, [int(rate) for rate in name.split(",")]) for name in gains}
    claims = {f"{name}: gain {gain:g}": lambda f, name=name, gain=gain: (
        5e-4 - abs(f[name]["gain"] - gain)) for name, gain in gains.items()}
    claims |= {f"{name}: overlap {share:g}": lambda f, name=name, share=share: (
        5e-4 - abs(f[name]["overlap"] - share)) for name, share in overlaps.items()}
    expected = {(name, "gain"): (gain, gain) for name, gain in gains.items()}
    expected |= {(name, "overlap"): (round(share, 2),) * 2 for name, share in overlaps.items()}
    expected[("1,2,5", "gain")] = (0.06, 0.06)
    return Experiment("3x3 stacks by their rates: the share of taps that neighbouring outputs "
                      "have in common, and how much of the worst lattice pattern gets through.",
                      variants, expected, claims)


# ---- what density costs


def price(strides, rates, seed):
    channels = [32] * 5
    layers = [ck.nn.Conv(k, (3, 3), stride=s, padding=d, dilation=d, bias=False)
              for k, s, d in zip(channels, strides, rates, strict=True)]
    cost = ck.cost(layers, (1, 128, 128))
    (size, _) = ck.receptive_field(layers).size
    return {"parameters": cost.parameters, "MACs, millions": cost.macs / 1e6,
            "activations, millions": cost.activations / 1e6, "receptive field": size}


def density():
    variants = {"strided 2,2,2,1,1": partial(price, (2, 2, 2, 1, 1), (1, 1, 1, 1, 1)),
                "dilated 1,2,4,8,8": partial(price, (1, 1, 1, 1, 1), (1, 2, 4, 8, 8))}
    strided, dilated = variants
    claims = {
        "equal parameters and receptive field": lambda f: -max(
            abs(f[strided][measure] - f[dilated][measure])
            for measure in ("parameters", "receptive field")),
        "34 times the MACs": lambda f: 0.5 - abs(
            f[dilated]["MACs, millions"] / f[strided]["MACs, millions"] - 34.4),
        "14 times the activations": lambda f: 0.5 - abs(
            f[dilated]["activations, millions"] / f[strided]["activations, millions"] - 14),
    }
    expected = {(name, "parameters"): (37152, 37152) for name in variants}
    expected |= {(name, "receptive field"): (47, 47) for name in variants}
    expected |= {(strided, "MACs, millions"): (17.7, 17.7),
                 (dilated, "MACs, millions"): (608.7, 608.7),
                 (strided, "activations, millions"): (0.19, 0.19),
                 (dilated, "activations, millions"): (2.62, 2.62)}
    return Experiment("Five 3x3 layers of 32 channels on a picture of 128 x 128: strides, or the "
                      "rates that see as far at full resolution.", variants, expected, claims)


EXPERIMENTS = {"operator_rank": operator_rank(), "reconstruction": reconstruction(),
               "gridding": gridding(), "density": density()}
