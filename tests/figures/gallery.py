"""One picture of each drawing, and the stored pictures that they must stay like.

Run as a program, it stores them anew: `python tests/figures/gallery.py`. Look at each one that git
shows as changed before you commit it.
"""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
from matplotlib import ft2font
from matplotlib.text import Text
from PIL import Image

from coursekit import Window, figures
from coursekit.analysis import footprint
from coursekit.figures.style import THEMES

BASELINE = Path(__file__).parent / "baseline"
_SPAN = 6  # pixels: about a letter of the smallest type, at this size
_ANGLE = np.linspace(0, np.pi, 129)


def lines(*rates, **options):
    return [Window(3, dilation=rate, **options) for rate in rates]


def maps(*rates, **options):
    return [Window((3, 3), dilation=rate, **options) for rate in rates]


def binomial(*rates):
    return _ANGLE, np.prod([np.cos(rate * _ANGLE / 2) ** 2 for rate in rates], axis=0)


def _rings():
    y, x = np.mgrid[:24, :24]
    apart = np.hypot(y - 11.5, x - 11.5)
    target = np.where(apart < 3, 1, np.where((apart > 5) & (apart < 7), 2, 0))
    target[np.hypot(y - 3, x - 3) < 3] = 3
    return target[None]


def _segmentation(look):
    target = _rings()
    holes = np.indices(target.shape).sum(axis=0) % 3 == 0
    return figures.draw_segmentation(
        target / 3, target, {"the grid": np.where(holes, 0, target), "right": target},
        classes={1: "disc", 2: "ring", 3: "corner"}, **look)


def _weights(n):
    apart = np.subtract.outer(np.arange(n), np.arange(n))
    weights = np.where(apart >= 0, 0.6 ** np.abs(apart), 0)
    return weights / weights.sum(axis=1, keepdims=True)


def _costs(look):
    one = SimpleNamespace(parameters=100, macs=100_000, activations=500, bytes=2400)
    other = SimpleNamespace(parameters=100, macs=1_600_000, activations=4000, bytes=16_400)
    return figures.draw_cost({"strided": one, "dilated": other}, **look)


def _history(look):
    steps = np.arange(100)
    runs = {name: [level + np.exp(-steps / speed) for speed in (20, 25, 35)]
            for name, level in (("plain", 0.5), ("hybrid", 0.2))}
    return figures.draw_history(runs, **look)


def _lines(look):
    n = np.array([1, 2, 4, 8, 16, 32])
    ys = {"a root": np.sqrt(n), "a line": n, "a hill": 40 - (n - 8) ** 2 / 16}
    return figures.draw_lines(n, ys, title="Three lines", xlabel="layers", ylabel="samples",
                              log="x", **look)


GALLERY = {
    "stack": lambda look: figures.draw_stack(lines(1, 2, 2), **look),
    "footprint": lambda look: figures.draw_footprint(maps(2, 2), **look),
    "footprint_line": lambda look: figures.draw_footprint(lines(2, 2), **look),
    "compare": lambda look: figures.compare(
        [np.arange(24).reshape(4, 6), np.eye(5)], ["a ramp", "a line"], alt="two", **look),
    "kernel": lambda look: figures.draw_kernel(
        [Window(3), Window(3, dilation=2, stride=2, padding="same")], **look),
    "kernel_map": lambda look: figures.draw_kernel(
        [Window((3, 3)), Window((3, 2), dilation=2, stride=2, padding=1)], **look),
    "coverage": lambda look: figures.draw_coverage(
        [maps(2, 2), maps(1, 2), maps(1, 4)], **look),
    "coverage_line": lambda look: figures.draw_coverage([lines(2, 2), lines(1, 5)], **look),
    "erf": lambda look: figures.draw_erf(
        (np.pad(footprint(maps(1, 1, 1, 1)), 3), (1.63, 1.63)),
        layers=maps(1, 1, 1, 1, padding="same"), **look),
    "erf_line": lambda look: figures.draw_erf(
        (np.pad(footprint(lines(1, 1, 1, 1)), 3), (1.63,)),
        layers=lines(1, 1, 1, 1, padding="same"), **look),
    "cost": _costs,
    "crossover": lambda look: figures.draw_crossover(9, 64, window=9, **look),
    "attention": lambda look: figures.draw_attention(
        12, window=3, dilation=2, causal=True, query=7, **look),
    "attention_weights": lambda look: figures.draw_attention(
        8, causal=True, weights=_weights(8), **look),
    "attention_map": lambda look: figures.draw_attention(
        (7, 9), window=3, dilation=2, query=(2, 7), **look),
    "response": lambda look: figures.draw_response(
        {"rates 4, 4": binomial(4, 4), "rates 1, 2, 4": binomial(1, 2, 4)}, rates=[4], **look),
    "history": _history,
    "lines": _lines,
    "segmentation": _segmentation,
    "animation": lambda look: figures.animate(
        Window((3, 3), dilation=2), shape=(6, 7), **look).frames[3],
}
NAMES = [f"{name}_{theme}" for name in GALLERY for theme in THEMES]


def picture(name):
    """A picture of NAMES as drawn now, (rows, columns, 3)."""
    drawing, _, theme = name.rpartition("_")
    return pixels(GALLERY[drawing]({"theme": theme}))


def pixels(figure):
    """Drawn at the screen's resolution, on which cells lie exactly, then halved for small files.

    Without words, whose letters differ between versions of FreeType and of matplotlib; other tests
    read them, and see that none is clipped or on top of another.
    """
    for text in figure.fig.findobj(Text):
        text.set_alpha(0)  # there, so that what is laid out around it stays
    return np.asarray(Image.open(io.BytesIO(figure.png())).convert("RGB").reduce(2))


def stored(name):
    return np.asarray(Image.open(BASELINE / f"{name}.png").convert("RGB"))


def difference(one, other):
    """The largest difference of mean colour over any square of six pixels, from 0 to 255.

    Versions of FreeType put the same ink of a letter into neighbouring pixels, which a mean over
    a letter's width forgives. A mark that is missing, moved or of another colour it does not.
    """
    if one.shape != other.shape:
        return 255.0
    sums = (one.astype(float) - other).cumsum(axis=0).cumsum(axis=1)
    sums = np.pad(sums, ((1, 0), (1, 0), (0, 0)))
    squares = (sums[_SPAN:, _SPAN:] - sums[:-_SPAN, _SPAN:] - sums[_SPAN:, :-_SPAN]
               + sums[:-_SPAN, :-_SPAN])
    return float(np.abs(squares).max() / _SPAN**2)


def versions():
    """What the places of marks may depend on, as far as words make room for themselves."""
    minor = ".".join(matplotlib.__version__.split(".")[:2])
    return f"matplotlib {minor}, FreeType {ft2font.__freetype_version__}\n"


def tolerance():
    """The `difference` that is allowed: a thin line with the versions of the baseline, else a mark.

    Seen against matplotlib 3.8 and 3.10 (FreeType 2.6.1), from 3.11 (FreeType 2.14.3): up to 43,
    where the width of words moves what stands beside them. A missing dot or cross is above 60.
    """
    same = (BASELINE / "versions.txt").read_text(encoding="utf-8") == versions()
    return 4 if same else 50


def store():
    BASELINE.mkdir(exist_ok=True)
    (BASELINE / "versions.txt").write_text(versions(), encoding="utf-8")
    for name in NAMES:
        Image.fromarray(picture(name)).save(BASELINE / f"{name}.png", optimize=True)
    for path in BASELINE.glob("*.png"):
        if path.stem not in NAMES:
            path.unlink()


if __name__ == "__main__":
    sys.exit(store())
