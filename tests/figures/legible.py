"""What every drawing must be: legible in each look; and what a wrong call gets: one line."""

import itertools

import pytest
from matplotlib.text import Text

from coursekit.figures.style import SIZES, THEMES

EVERY_LOOK = [pytest.param({"theme": theme, "size": size}, id=f"{theme}-{size}")
              for theme in THEMES for size in SIZES]


def hard(cases):
    """(name, look) pairs: each case in both sizes, the first in each theme as well.

    Themes differ in colours alone, which `test_style.py` proves, so words stand where they stood.
    """
    first, *_ = cases
    return [pytest.param(name, look.values[0], id=f"{name}-{look.id}")
            for name in cases for look in EVERY_LOOK
            if name == first or look.values[0]["theme"] == "light"]


def boxes(fig):
    """(words, box in pixels) of every text a figure shows."""
    fig.draw_without_rendering()
    ticks = {}
    for axis in itertools.chain.from_iterable((ax.xaxis, ax.yaxis) for ax in fig.axes):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            shown = axis.axes.axison and low <= tick.get_loc() <= high
            ticks |= dict.fromkeys((tick.label1, tick.label2), shown)
    return [
        (text.get_text(), Text.get_window_extent(text))
        for text in fig.findobj(Text)
        if text.get_visible() and text.get_text() and ticks.get(text, True)
    ]


def assert_legible(fig):
    found = boxes(fig)
    assert found
    for words, box in found:
        assert box.x0 >= 0 and box.y0 >= 0, words
        assert box.x1 <= fig.bbox.x1 and box.y1 <= fig.bbox.y1, words
    for (one, a), (other, b) in itertools.combinations(found, 2):
        apart = a.x1 <= b.x0 or b.x1 <= a.x0 or a.y1 <= b.y0 or b.y1 <= a.y0
        assert apart, (one, other)


def refused(call, kind, rule):
    with pytest.raises(kind, match=rule) as error:
        call()
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400
