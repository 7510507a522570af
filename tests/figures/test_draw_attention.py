"""Attention: what is drawn as seen is what `attention` reads; words, errors."""

import numpy as np
import pytest
from legible import assert_legible, hard, refused
from matplotlib.patches import Rectangle

from coursekit import attention
from coursekit.figures import draw_attention

L6 = np.full((6, 6), 1 / 6)
CASES = {
    "dense": (6, {}),
    "causal": (7, {"causal": True, "query": 3}),
    "window": ((12,), {"window": 5, "dilation": 2, "query": 0}),
    "even causal window": (9, {"window": 2, "dilation": 3, "causal": True}),
    "one position": (1, {}),
    "long": (400, {"window": 9, "dilation": 16, "query": 200}),
    "weights": (6, {"weights": L6}),
    "map": ((7, 9), {"window": 3, "dilation": 2}),
    "uneven map": ((6, 11), {"window": (3, 5), "dilation": (1, 2), "query": (0, 10)}),
    "dense map": ((3, 3), {}),
    "one pixel": ((1, 1), {"weights": [[1.0]]}),
    "large map": ((150, 400), {"window": 15, "dilation": 8, "query": (3, 390)}),
    "row": ((1, 30), {"window": (1, 3), "query": (0, 0), "weights": np.eye(1, 30)}),
}


@pytest.mark.parametrize("name, look", hard(CASES))
def test_no_words_clipped_or_on_top_of_each_other(name, look):
    shape, options = CASES[name]
    assert_legible(draw_attention(shape, **options, **look).fig)


def read(shape, query, window=None, dilation=1, causal=False):
    """Which keys the operation itself reads: with equal scores, the values that come through."""
    n = int(np.prod(shape))
    q = np.zeros((1, 1, *shape, 1))
    v = np.eye(n).reshape(1, 1, *shape, n)  # dense attention lets v be wider than q
    if window is not None:
        q = np.zeros((1, 1, *shape, n))
    out = attention(q, q, v, window=window, dilation=dilation, causal=causal)
    return out.reshape(n, n)[query] > 0


@pytest.mark.parametrize("name", sorted(set(CASES) - {"long", "large map"}))
def test_what_is_drawn_as_seen_is_what_attention_reads(name):
    shape, options = CASES[name]
    shape = shape if isinstance(shape, tuple) else (shape,)
    options = dict(options)
    weights, query = options.pop("weights", None), options.pop("query", None)
    figure = draw_attention(shape, query=query, weights=weights, **options)
    drawn = ~np.ma.getmaskarray(figure.fig.axes[0].images[0].get_array())
    if len(shape) == 1:
        wanted = [read(shape, i, **options) for i in range(shape[0])]
    else:
        query = query or tuple(n // 2 for n in shape)
        wanted = read(shape, np.ravel_multi_index(query, shape), **options).reshape(shape)
    np.testing.assert_array_equal(drawn, wanted)
    extent = figure.fig.axes[0].images[0].get_extent()
    assert list(extent) == [-0.5, drawn.shape[1] - 0.5, drawn.shape[0] - 0.5, -0.5]


def test_the_query_is_framed():
    frame = draw_attention((6, 11), window=3, query=(2, 7)).fig.axes[0].patches[-1]
    assert isinstance(frame, Rectangle)
    assert frame.get_bbox().bounds == (6.5, 1.5, 1, 1)
    row = draw_attention(8, query=5).fig.axes[0].patches[-1]
    assert row.get_bbox().bounds == (-0.5, 4.5, 8, 1)


def test_shades_are_the_weights():
    weights = np.tril(np.arange(1.0, 17).reshape(4, 4))
    weights /= weights.sum(axis=1, keepdims=True)
    figure = draw_attention(4, causal=True, weights=weights)
    drawn = figure.fig.axes[0].images[0].get_array()
    np.testing.assert_array_equal(np.ma.filled(drawn, 0), weights)
    assert [text.get_text() for text in figure.fig.axes[1].texts] == ["weight 0", "1"]
    assert figure.fig.axes[0].images[0].get_clim() == (0, 1)


@pytest.mark.parametrize(("name", "says"), [
    ("dense", "Attention over 6 positions: a query sees 6 of 6 keys, 36 of 36 pairs."),
    ("causal", "Attention over 7 positions, causal: a query sees from 1 to 7 of 7 keys, 28 of 49 "
               "pairs; query 3 sees 4."),
    ("window", "Attention over 12 positions, window 5, rate 2: a query sees from 3 to 5 of 12 "
               "keys, 48 of 144 pairs; query 0 sees 3."),
    ("one position", "Attention over 1 position: a query sees 1 of 1 key, 1 of 1 pair."),
    ("weights", "Attention over 6 positions: a query sees 6 of 6 keys, 36 of 36 pairs. The "
                "largest weight is 0.17."),
    ("uneven map", "Attention over 6 x 11 positions, window 3 x 5, rate 1 x 2: the query at "
                   "(0, 10) sees 6 of 66 keys."),
])
def test_alt(name, says):
    shape, options = CASES[name]
    assert draw_attention(shape, **options).alt == says


WRONG = [
    (lambda: draw_attention(0), ValueError, "draw_attention: shape must .* got 0"),
    (lambda: draw_attention("x"), TypeError, "draw_attention: shape must .* 'x'"),
    (lambda: draw_attention((2, 2, 2)), ValueError, "draw_attention: shape must have 1 or 2"),
    (lambda: draw_attention(401), ValueError, "draw_attention: shape must be at most 400"),
    (lambda: draw_attention(8, window=4), ValueError, "draw_attention: window must be odd .* 4"),
    (lambda: draw_attention(8, window=(3, 3)), ValueError, "draw_attention: window needs"),
    (lambda: draw_attention(8, window=0), ValueError, "draw_attention: window must .* got 0"),
    (lambda: draw_attention(8, dilation=2), ValueError, "draw_attention: dilation needs a window"),
    (lambda: draw_attention((3, 3), causal=True), ValueError, "draw_attention: causal needs"),
    (lambda: draw_attention(8, query=8), ValueError, r"draw_attention: query .* \(8,\); got 8"),
    (lambda: draw_attention(8, query=(1, 1)), ValueError, "draw_attention: query needs"),
    (lambda: draw_attention(6, weights=L6[:5]), ValueError, r"weights must have shape \(6, 6\)"),
    (lambda: draw_attention(6, weights=L6 - 1), ValueError, r"weights must lie in \[0, 1\]"),
    (lambda: draw_attention(6, weights=2 * L6 + 1), ValueError, r"weights must lie in \[0, 1\]"),
    (lambda: draw_attention(6, weights=L6 * np.nan), ValueError, "weights must hold"),
    (lambda: draw_attention(6, weights=L6, causal=True), ValueError, "weights must be 0 where"),
    (lambda: draw_attention(6, theme="x"), ValueError, "draw_attention: theme must"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
