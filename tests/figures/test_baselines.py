"""Each drawing in each theme still looks as it did when somebody looked at it."""

import numpy as np
import pytest
from gallery import (
    BASELINE,
    GALLERY,
    NAMES,
    THEMES,
    difference,
    picture,
    pixels,
    stored,
    tolerance,
)
from matplotlib.collections import LineCollection

from coursekit import figures
from coursekit.figures.style import ORANGE


@pytest.mark.parametrize("name", NAMES)
def test_looks_as_it_did(name):
    found = difference(picture(name), stored(name))
    assert found <= tolerance(), (
        f"{name} differs by {found:.0f}; if it is meant to, run python tests/figures/gallery.py "
        "and look at it"
    )


def test_every_drawing_has_a_baseline_and_all_are_small():
    functions = {name for name in figures.__all__ if name.startswith("draw_")}
    drawn = {"draw_" + name.partition("_")[0] for name in GALLERY}
    assert functions <= drawn
    assert {"compare", "animation"} <= set(GALLERY)
    files = sorted(BASELINE.glob("*.png"))
    assert {file.stem for file in files} == set(NAMES)
    assert sum(file.stat().st_size for file in files) < 1_500_000


def without_a_dot(figure):
    line = [line for line in figure.fig.axes[0].lines if line.get_marker() == "o"][-1]
    line.set_data(line.get_xdata()[1:], line.get_ydata()[1:])


def without_crosses(figure):
    crosses = next(c for c in figure.fig.axes[0].collections if isinstance(c, LineCollection))
    crosses.set_segments(crosses.get_segments()[2:])  # a cross is two lines


def moved(figure):
    image = figure.fig.axes[0].images[0]
    image.set_data(np.roll(image.get_array(), 1, axis=1))


def recoloured(figure):
    figure.fig.axes[0].collections[2].set_facecolor(ORANGE)


def without_a_bar(figure):
    figure.fig.axes[0].patches[-1].remove()


def without_a_frame(figure):
    figure.fig.axes[0].patches[-1].remove()


CHANGES = [
    ("stack", without_a_dot, 50), ("footprint", without_crosses, 50),
    ("attention", moved, 50), ("kernel_map", recoloured, 50), ("cost", without_a_bar, 50),
    ("segmentation", moved, 50), ("attention_map", without_a_frame, 50),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("name", "change", "least"), CHANGES)
def test_a_missing_moved_or_recoloured_mark_is_seen(name, change, least, theme):
    """Whatever the versions: these changes exceed the wider tolerance."""
    figure = GALLERY[name]({"theme": theme})
    before = pixels(figure)
    change(figure)
    assert difference(pixels(figure), before) > least


@pytest.mark.parametrize("theme", THEMES)
def test_a_missing_thin_line_is_seen_by_the_baseline_s_own_versions(theme):
    figure = GALLERY["stack"]({"theme": theme})
    before = pixels(figure)
    paths = next(c for c in figure.fig.axes[0].collections if isinstance(c, LineCollection))
    paths.set_segments(paths.get_segments()[1:])
    assert difference(pixels(figure), before) > 4


def test_difference_forgives_ink_in_the_next_pixel_and_no_more():
    one = np.full((40, 40, 3), 255)
    other = one.copy()
    one[20, 8:14], other[20, 9:15] = 0, 0  # a stroke, moved by a pixel
    assert 0 < difference(one, other) < 10
    other[:] = 255
    assert difference(one, other) > 40
    assert difference(one, one[:-1]) == 255
    assert difference(one, one) == 0
