"""Segmentations: every pixel shows its class by colour and by strokes; scores, words, errors."""

import itertools

import numpy as np
import pytest
from legible import assert_legible, hard, refused
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex

from coursekit.figures import draw_segmentation
from coursekit.figures.scenes import _STROKES
from coursekit.figures.style import THEMES


def scenes(count, shape, classes, seed=0):
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, classes + 1, (count, *shape))
    return rng.random(targets.shape), targets, rng.integers(0, classes + 1, targets.shape)


IMAGES, TARGETS, GUESS = scenes(2, (7, 9), 3)
CASES = {
    "two": ((IMAGES, TARGETS, {"net": GUESS}), {}),
    "one prediction": ((IMAGES, TARGETS, GUESS), {"classes": {1: "cat", 3: "dog"}}),
    "one pixel": ((np.ones((1, 1, 1)), [[[1]]], [[[0]]]), {}),
    "background only": ((IMAGES, 0 * TARGETS, 0 * TARGETS), {}),
    "many": ((scenes(2, (18, 20), 8)[0], scenes(2, (18, 20), 8)[1],
              {f"a long name of a net, number {i}": scenes(2, (18, 20), 8, i)[2]
               for i in range(4)}),
             {"classes": {i: f"a class with a long name, number {i}" for i in range(1, 9)}}),
    "wide": ((scenes(3, (6, 90), 2)[0], scenes(3, (6, 90), 2)[1], scenes(3, (6, 90), 2)[2]), {}),
}


@pytest.mark.parametrize("name, look", hard(CASES))
def test_no_words_clipped_or_on_top_of_each_other(name, look):
    arguments, options = CASES[name]
    assert_legible(draw_segmentation(*arguments, **options, **look).fig)


@pytest.mark.parametrize("theme", THEMES)
def test_each_pixel_shows_its_class_by_colour_and_by_strokes(theme):
    fig = draw_segmentation(IMAGES, TARGETS, {"net": GUESS}, theme=theme).fig
    panes = np.reshape(fig.axes[:6], (2, 3))
    colours = THEMES[theme]["axes.prop_cycle"].by_key()["color"]
    for (scene, column), ax in np.ndenumerate(panes):
        (image,) = ax.images
        if column == 0:
            np.testing.assert_array_equal(image.get_array(), IMAGES[scene])
            continue
        labels = (None, TARGETS, GUESS)[column][scene]
        bare = np.ma.getmaskarray(image.get_array())
        np.testing.assert_array_equal(bare, labels == 0)
        shown = image.to_rgba(image.get_array())
        for label in (1, 2, 3):
            where = labels == label
            assert {to_hex(c).upper() for c in shown[where]} == {colours[label - 1].upper()}
            strokes = [c for c in ax.collections if isinstance(c, LineCollection)][label - 1]
            segments = np.array(strokes.get_segments()).reshape(-1, 2, 2)
            assert len(segments) == len(_STROKES[label - 1]) * where.sum()
            middles = {(round(y), round(x)) for x, y in segments.mean(axis=1)}
            assert middles == (set(map(tuple, np.argwhere(where))) if len(segments) else set())


def test_no_two_classes_have_the_same_strokes():
    assert len({frozenset(strokes) for strokes in _STROKES}) == len(_STROKES)
    for one, other in itertools.combinations(_STROKES, 2):
        assert one != other


def test_alt():
    target = np.zeros((1, 4, 4), int)
    target[0, 1:3, 1:3] = 2
    one, other = target.copy(), np.zeros_like(target)
    one[0, 1, 1] = 0
    assert draw_segmentation(target, target, {"good": one, "blind": other},
                             classes={2: "eight"}).alt == (
        "1 scene of 4 x 4 pixels with class eight. good: 15 of 16 pixels right (94 %), mean "
        "intersection over union 0.84. blind: 12 of 16 pixels right (75 %), mean intersection "
        "over union 0.38."
    )


def test_scores_are_the_textbook_ones():
    """Against confusion matrices: intersection over union is tp / (tp + fp + fn)."""
    confusion = np.zeros((4, 4), int)
    np.add.at(confusion, (TARGETS.ravel(), GUESS.ravel()), 1)
    hits = np.diag(confusion)
    unions = hits / (confusion.sum(axis=0) + confusion.sum(axis=1) - hits)
    assert f"mean intersection over union {unions.mean():.2f}." in draw_segmentation(
        IMAGES, TARGETS, GUESS).alt


WRONG = [
    (lambda: draw_segmentation(IMAGES[0], TARGETS, GUESS), ValueError, "images must be a 3-D"),
    (lambda: draw_segmentation(IMAGES * np.nan, TARGETS, GUESS), ValueError, "images must .* nan"),
    (lambda: draw_segmentation(np.ones((5, 2, 2)), TARGETS, GUESS), ValueError, "most 4; got 5"),
    (lambda: draw_segmentation(IMAGES, TARGETS[:1], GUESS), ValueError, "targets must have"),
    (lambda: draw_segmentation(IMAGES, TARGETS * 1.0, GUESS), TypeError, "targets must be int"),
    (lambda: draw_segmentation(IMAGES, TARGETS - 1, GUESS), ValueError, "targets .* got -1"),
    (lambda: draw_segmentation(IMAGES, TARGETS, {}), ValueError, "predictions must hold"),
    (lambda: draw_segmentation(IMAGES, TARGETS, {"a": GUESS[:1]}), ValueError,
     "predictions of 'a' must have the images' shape"),
    (lambda: draw_segmentation(IMAGES, TARGETS, {str(i): GUESS for i in range(5)}), ValueError,
     "predictions must hold from 1 to 4 entries; got 5"),
    (lambda: draw_segmentation(IMAGES, np.arange(126).reshape(2, 7, 9), GUESS), ValueError,
     "at most 8 classes beside 0; got 125"),
    (lambda: draw_segmentation(IMAGES, TARGETS, GUESS, classes=["a"]), TypeError, "classes must"),
    (lambda: draw_segmentation(IMAGES, TARGETS, GUESS, classes={"a": 1}), TypeError, "classes"),
    (lambda: draw_segmentation(IMAGES, TARGETS, GUESS, theme="x"), ValueError, "theme must"),
    (lambda: draw_segmentation(np.ones((4, 9, 400)), np.ones((4, 9, 400), int),
                               {str(i): np.ones((4, 9, 400), int) for i in range(4)}),
     ValueError, "a cell must fill a screen pixel"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, "draw_segmentation: .*" + rule)
