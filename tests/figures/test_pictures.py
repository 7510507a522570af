"""Pictures side by side: no word clipped, a pixel is a block of screen pixels, errors."""

import io

import numpy as np
import pytest
from legible import EVERY_LOOK, assert_legible, refused
from matplotlib.image import imread

from coursekit.figures import compare


@pytest.mark.parametrize("look", EVERY_LOOK)
def test_no_words_clipped_or_on_top_of_each_other(look):
    ramp = np.arange(40.0 * 60).reshape(40, 60)
    title = "a title of many words that must be broken to stand over its picture"
    pictures = [ramp, ramp[::2], ramp[:3, :2]]
    assert_legible(compare(pictures, [title] * 3, alt="ramps", **look).fig)


def test_a_picture_pixel_is_a_block_of_screen_pixels():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (23, 31))
    figure = compare([picture, picture[:, :9]], ["one", "part"], alt="noise", vmin=0, vmax=255)
    buffer = io.BytesIO()
    figure.fig.savefig(buffer, format="png", dpi=100)
    screen = np.round(255 * imread(io.BytesIO(buffer.getvalue()))[::-1, :, 0])
    for ax, source in zip(figure.fig.axes, (picture, picture[:, :9]), strict=True):
        box = ax.get_window_extent()
        x0, x1, y0, y1 = (round(v) for v in (box.x0, box.x1, box.y0, box.y1))
        scale = (x1 - x0) // source.shape[1]
        blocks = np.kron(source, np.ones((scale, scale)))
        np.testing.assert_allclose(screen[y0:y1, x0:x1][::-1], blocks, atol=1)


def test_large_pictures_enlarge_the_figure():
    figure = compare([np.eye(900), np.eye(300)], ["large", "small"], alt="diagonals")
    widths = [ax.get_window_extent().width for ax in figure.fig.axes]
    np.testing.assert_allclose(widths, 900)


WRONG = [
    (lambda: compare([np.eye(3)], ["a", "b"], alt="x"), ValueError,
     "compare: titles must be one for each .*; got 2 titles, 1 images"),
    (lambda: compare([], [], alt="x"), ValueError, "compare: titles must"),
    (lambda: compare([np.ones((3, 3, 3))], ["a"], alt="x"), ValueError, "compare: images .*2-D"),
    (lambda: compare([np.full((2, 2), np.nan)], ["a"], alt="x"), ValueError, "compare: images"),
    (lambda: compare([np.eye(3)], ["a"], alt=" "), ValueError, "compare: alt must say .*' '"),
    (lambda: compare([np.eye(3)], ["a"], alt="x", vmin=2), ValueError, "compare: vmin must"),
    (lambda: compare([np.eye(3)], ["a"], alt="x", size="poster"), ValueError, "compare: size"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
