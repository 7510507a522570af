"""One training step of the digit-scene net, beside the same net in PyTorch.

    pip install -e '.[peers]'
    python benchmarks/training_step.py [--threads 1] [--rounds 40] [--json]

Six 3x3 convolutions of 16 channels with relu and a 1x1 classifier, 11,862 parameters, a batch
of 8 scenes of 48 x 48 pixels, cross-entropy, Adam. Ours and PyTorch's take turns, step by step,
in one process with equal threads, so a machine that slows down slows both: quote the ratios, with
their quartiles, and not the times. "tuned" is PyTorch with channels_last and fused Adam.
"""

import argparse
import json
import os
import time

import numpy as np

RATES = (1, 1, 2, 4, 4, 2)
CHANNELS, CLASSES, BATCH, SIZE = 16, 6, 8, 48


def ours(inputs, targets):
    """A function that takes one step, and the parameters it starts from."""
    from autograd import value_and_grad

    from coursekit import nn

    layers = []
    for rate in RATES:
        layers += [nn.Conv(CHANNELS, (3, 3), padding="same", dilation=rate), nn.Relu()]
    net = nn.Sequential(*layers, nn.Conv(CLASSES, (1, 1)))
    params = net.init(0, inputs.shape[1:])
    weights = [view.copy() for view in net.views(params, inputs.shape[1:]).values()]
    update = nn.Adam(3e-3).start(params)
    loss = value_and_grad(lambda theta: nn.cross_entropy(net(theta, inputs), targets))
    done = 0

    def step():
        nonlocal done
        found, gradient = loss(params)
        update(done, gradient)
        done += 1
        return found

    return step, weights


def pytorch(inputs, targets, weights, tuned):
    """The same net with the same weights in PyTorch."""
    import torch

    layers, channels = [], 1
    for rate in RATES:
        conv = torch.nn.Conv2d(channels, CHANNELS, 3, padding=rate, dilation=rate)
        layers += [conv, torch.nn.ReLU()]
        channels = CHANNELS
    net = torch.nn.Sequential(*layers, torch.nn.Conv2d(channels, CLASSES, 1))
    with torch.no_grad():
        for parameter, weight in zip(net.parameters(), weights, strict=True):
            parameter.copy_(torch.tensor(weight))
    x, y = torch.tensor(inputs), torch.tensor(targets)
    if tuned:
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    adam = torch.optim.Adam(net.parameters(), 3e-3, **({"fused": True} if tuned else {}))
    loss = torch.nn.CrossEntropyLoss()

    def step():
        adam.zero_grad(set_to_none=True)
        found = loss(net(x), y)
        found.backward()
        adam.step()
        return found.item()

    return step


def measure(threads, rounds):
    """Milliseconds of each step by each contestant, in turn; and their losses, which must agree."""
    import torch

    import coursekit as ck

    torch.set_num_threads(threads)
    if hasattr(ck, "set_num_threads"):
        ck.set_num_threads(threads)
    inputs, targets = ck.data.make_digit_scenes(BATCH, seed=0, size=SIZE)
    mine, weights = ours(inputs, targets)
    contestants = {
        "ours": mine,
        "pytorch": pytorch(inputs, targets, weights, tuned=False),
        "tuned": pytorch(inputs, targets, weights, tuned=True),
    }
    times = {name: [] for name in contestants}
    losses = {name: [] for name in contestants}
    for turn in range(rounds + 3):  # three to warm up
        for name, step in contestants.items():
            begin = time.perf_counter()
            losses[name].append(step())
            if turn >= 3:
                times[name].append(1e3 * (time.perf_counter() - begin))
    for name in ("pytorch", "tuned"):
        np.testing.assert_allclose(losses["ours"][:5], losses[name][:5], rtol=1e-3)
    return {name: np.array(found) for name, found in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--json", action="store_true", help="print figures for a program")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)  # before either library is imported
    times = measure(options.threads, options.rounds)
    figures = {"threads": options.threads, "rounds": options.rounds}
    for name, found in times.items():
        ratios = np.percentile(found / times["ours"], (50, 25, 75))
        figures[name] = {
            "milliseconds": round(float(np.median(found)), 2),
            "times ours": [round(float(ratio), 2) for ratio in ratios],
        }
    if options.json:
        print(json.dumps(figures))
        return
    for name in times:
        middle, low, high = figures[name]["times ours"]
        print(f"{name:8} {figures[name]['milliseconds']:7.2f} ms a step, "
              f"{middle:.2f} times ours (quartiles {low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
