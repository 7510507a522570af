"""Scenes beside their labels and what nets made of them."""

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from coursekit.figures import checks, words
from coursekit.figures.kernels import frame
from coursekit.figures.marks import lines
from coursekit.figures.panels import panels
from coursekit.figures.style import Figure, contrast, themed
from coursekit.geometry import axes, shown

_MOST_SCENES = 4
_MOST_PREDICTIONS = 4
_LONGEST_NAME = 20  # of a class in the key
# What is drawn into each pixel of a class, so that no class is told by its colour alone: ends of
# strokes in halves of a pixel. Strokes of neighbours join to a hatching.
_STROKES = (
    (),
    ((-1, -1, 1, 1),),
    ((-1, 0, 1, 0),),
    ((0, -1, 0, 1),),
    ((-1, 1, 1, -1),),
    ((-1, -1, 1, 1), (-1, 1, 1, -1)),
    ((-1, 0, 1, 0), (0, -1, 0, 1)),
    ((-0.4, 0, 0.4, 0), (0, -0.4, 0, 0.4)),
)


def draw_segmentation(images, targets, predictions, *, classes=None, theme="light",
                      size="notebook"):
    """Scenes, their labels, and the labels that nets gave them.

    A class has a colour and a hatching of its own; class 0 is bare paper. Above each prediction
    stands its mean intersection over union in these scenes.

    Parameters
    ----------
    images : array_like, (N, H, W)
        Grey scenes on one scale, N up to 4.
    targets : array_like of int, (N, H, W)
        The true class of each pixel, 0 the background, at most 8 others.
    predictions : array_like of int, (N, H, W), or dict of up to 4 such by name
        The predicted classes.
    classes : dict of str by int, optional
        Names of the classes. None: their numbers.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If labels are no integers.
    ValueError
        If shapes differ, there are too many scenes, predictions or classes, or a name is unknown.

    Notes
    -----
    The mean is over the classes that occur in the targets, background included; a class's
    intersection over union counts pixels of all scenes together.

    Examples
    --------
    >>> target = np.array([[[0, 1], [2, 2]]])
    >>> print(draw_segmentation(target > 0, target, {"net": [[[0, 1], [2, 0]]]}).alt)
    1 scene of 2 x 2 pixels with classes 1 and 2. net: 3 of 4 pixels right (75 %), mean
    intersection over union 0.67.
    """
    op = "draw_segmentation"
    images = checks.numbers(op, "images", images, (3,))
    if len(images) > _MOST_SCENES:
        raise ValueError(f"{op}: images must be at most {_MOST_SCENES}; got {len(images)}")
    targets = _labels("targets", targets, images.shape)
    named = predictions if isinstance(predictions, Mapping) else {"prediction": predictions}
    named = {name: _labels(f"predictions of {shown(name)}", entry, images.shape)
             for name, entry in checks.mapping(op, "predictions", named, "label maps",
                                               _MOST_PREDICTIONS).items()}
    found = np.unique([targets, *named.values()])
    names = _names(found[found > 0].tolist(), classes)
    scores = {name: _score(targets, entry) for name, entry in named.items()}
    with themed(op, theme, size) as rc:
        heads = ["scene", "label", *(f"{name}\nmean IoU {s:.2f}" for name, (_, s) in
                                     scores.items())]
        columns = [images, targets, *named.values()]
        em, rows = rc["font.size"] / 72, _key_rows(names, rc)
        fig, panes, _ = panels(
            op, [images.shape[1:]] * (len(images) * len(columns)),
            heads + [""] * (len(images) - 1) * len(columns), size, rc, per_row=len(columns),
            foot=1.9 * em * len(rows), largest=12,
        )
        for i, ax in enumerate(panes):
            scene, column = divmod(i, len(columns))
            if column:
                _label_map(ax, columns[column][scene], list(names), rc)
            else:
                ax.imshow(images[scene], cmap="gray", vmin=images.min(), vmax=images.max(),
                          interpolation="nearest", aspect="auto")
        _key(fig, rows, list(names), rc)
        return Figure(fig, _alt(images.shape, names, scores), rc)


def _labels(name, value, shape):
    labels = np.asarray(value)
    if labels.dtype.kind not in "iu" and labels.size:
        raise TypeError(f"draw_segmentation: {name} must be integers; got {labels.dtype}")
    if labels.shape != shape:
        raise ValueError(
            f"draw_segmentation: {name} must have the images' shape {shape}; got {labels.shape}"
        )
    if labels.min() < 0:
        raise ValueError(f"draw_segmentation: {name} must be from 0 up; got {labels.min()}")
    return labels


def _names(found, classes):
    """{label: name} of the classes but the background, those that occur or are named."""
    if classes is not None and not isinstance(classes, Mapping):
        raise TypeError(
            f"draw_segmentation: classes must be a dict of names by label; got {shown(classes)}"
        )
    named = {axes("draw_segmentation", "classes", label, 1, 0)[0]: " ".join(str(name).split())
             for label, name in (classes or {}).items()}
    names = {label: named.get(label) or str(label) for label in sorted({*found, *named} - {0})}
    if len(names) > len(_STROKES):
        raise ValueError(
            f"draw_segmentation: targets and predictions must hold at most {len(_STROKES)} "
            f"classes beside 0; got {len(names)}"
        )
    return names


def _score(targets, labels):
    """(share of pixels right, mean intersection over union)."""
    unions = []
    for label in np.unique(targets):
        one, other = targets == label, labels == label
        unions.append((one & other).sum() / (one | other).sum())
    return float((targets == labels).mean()), float(np.mean(unions))


def _alt(shape, names, scores):
    scenes, pixels = shape[0], int(np.prod(shape))
    text = f"{words.count(scenes, 'scene')} of {words.by(shape[1:])} pixels"
    if names:
        text += f" with class{'es' if len(names) > 1 else ''} {words.listed(names.values())}"
    told = [f"{name}: {round(right * pixels)} of {pixels} pixels right ({100 * right:.0f} %), mean "
            f"intersection over union {union:.2f}." for name, (right, union) in scores.items()]
    return " ".join([text + ".", *told])


def _look(number, rc):
    """(fill, strokes, colour of the strokes) of the class with this number in the key."""
    colours = rc["axes.prop_cycle"].by_key()["color"]
    fill = colours[number % len(colours)]
    inks = (rc["figure.facecolor"], rc["text.color"])
    return fill, _STROKES[number], max(inks, key=lambda ink: contrast(ink, fill))


def _label_map(ax, labels, classes, rc):
    numbers = np.full(labels.shape, -1)
    for number, label in enumerate(classes):
        numbers[labels == label] = number
    fills = [_look(number, rc)[0] for number in range(len(classes))] or ["none"]
    ax.imshow(np.ma.masked_equal(numbers, -1), cmap=ListedColormap(fills), vmin=-0.5,
              vmax=len(fills) - 0.5, interpolation="nearest", aspect="auto")
    cell = ax.get_window_extent().width / ax.figure.dpi / labels.shape[1]
    for number in range(len(classes)):
        _hatch(ax, np.argwhere(numbers == number), number, cell, rc)
    frame(ax, (0, 0), labels.shape, 0.5, rc["xtick.color"], 0.6 * rc["lines.linewidth"])


def _hatch(ax, pixels, number, cell, rc):
    _, strokes, ink = _look(number, rc)
    ends = np.array(strokes).reshape(1, -1, 2, 2) / 2
    middles = pixels[:, None, None, ::-1]
    lines(ax, (middles + ends).reshape(-1, 2, 2), ink, min(0.14 * 72 * cell, 2), zorder=2)


def _key_rows(names, rc):
    """[(x in em, number, name)] of each line of the key, as many lines as it needs."""
    room = rc["figure.figsize"][0] / (rc["font.size"] / 72) - 2
    rows, x = [[]], 0
    for number, name in enumerate(["background", *names.values()]):
        name = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 4].rstrip() + " ..."
        wide = 2.6 + 0.65 * len(name)
        if x and x + wide > room:
            rows.append([])
            x = 0
        rows[-1].append((x, number - 1, name))
        x += wide
    return rows


def _key(fig, rows, classes, rc):
    """Swatches of three by three pixels, hatched as the maps are, and their names."""
    wide, high = fig.get_size_inches()
    em = rc["font.size"] / 72
    lowest = min(ax.get_position().y0 for ax in fig.axes)
    tall = 1.9 * len(rows)
    ax = fig.add_axes((0, lowest - (tall + 0.6) * em / high, 1, tall * em / high))
    ax.set_axis_off()
    ax.set_xlim(0, 3 * wide / em)  # thirds of an em: pixels of the swatches
    ax.set_ylim(3 * tall, 0)
    block = np.argwhere(np.ones((3, 3)))
    for line, row in enumerate(rows):
        x, _, name = row[-1]
        start = (wide / em - (x + 2.6 + 0.6 * len(name))) / 2
        y = 3 * 1.9 * line + 1.6
        for x, number, name in row:
            left = 3 * (start + x)
            fill = "none" if number < 0 else _look(number, rc)[0]
            ax.add_patch(Rectangle((left, y), 3, 3, facecolor=fill, edgecolor=rc["xtick.color"],
                                   linewidth=0.6 * rc["lines.linewidth"]))
            if number >= 0:
                _hatch(ax, block + np.array([y + 0.5, left + 0.5]), number, em / 3, rc)
            ax.text(left + 4, y + 1.5, name, va="center_baseline", ha="left")
