"""Pictures side by side, pixel for pixel."""

import textwrap

import numpy as np
from matplotlib.figure import Figure as Canvas

from coursekit.figures.style import NOTEBOOK_DPI, Figure, themed


def compare(images, titles, *, alt, theme="light", size="notebook", vmin=None, vmax=None):
    """Grey pictures side by side on one shared grey scale.

    A pixel of a picture is a whole number of screen pixels, so nothing on the screen was
    interpolated: what looks like a grid is one. Pictures too large for that enlarge the figure.

    Parameters
    ----------
    images : sequence of array_like, (H, W) each
        Pictures of any sizes, real numbers in a common unit. What is not finite stays blank.
    titles : sequence of str
        One for each picture.
    alt : str
        What the comparison shows, with its numbers.
    theme, size : str
        As in `draw_stack`.
    vmin, vmax : float, optional
        Values drawn black and white, in the pictures' unit. None: the least and the largest
        of all pictures.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are no pictures, one is not 2-D or holds no number, the titles are not one
        for each, `alt` is empty, vmin exceeds vmax, or a name is unknown.

    Examples
    --------
    >>> ramp = np.arange(12.0).reshape(3, 4)
    >>> compare([ramp, ramp[::2, ::2]], ["all", "every second"], alt="A ramp, twice.").alt
    'A ramp, twice.'
    """
    images, titles = [np.asarray(image) for image in images], list(map(str, titles))
    if len(images) != len(titles) or not images:
        raise ValueError(
            f"compare: titles must be one for each of at least one image; got {len(titles)} "
            f"titles, {len(images)} images"
        )
    for image in images:
        if image.ndim != 2 or image.dtype.kind not in "buif" or not np.isfinite(image).any():
            raise ValueError(
                f"compare: images must be 2-D, real and hold a finite number; got shape "
                f"{image.shape}, {image.dtype}"
            )
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"compare: alt must say what the pictures show; got {alt!r}")
    images = [np.ma.masked_invalid(image.astype(float)) for image in images]
    vmin = min(image.min() for image in images) if vmin is None else vmin
    vmax = max(image.max() for image in images) if vmax is None else vmax
    if not vmin <= vmax:
        raise ValueError(f"compare: vmin must not exceed vmax; got {vmin!r} and {vmax!r}")
    with themed("compare", theme, size) as rc:
        return Figure(_gallery(images, titles, size, vmin, vmax, rc), alt, rc)


def _gallery(images, titles, size, vmin, vmax, rc):
    """The pictures in a row of equal boxes, each blown up by a whole number to fill its own."""
    wide, high = (round(NOTEBOOK_DPI * inches) for inches in rc["figure.figsize"])
    em = round(rc["font.size"] / 72 * NOTEBOOK_DPI)
    box = (wide - em) // len(images) - em
    titles = [textwrap.fill(title, max(int(box / (0.62 * em)), 1)) for title in titles]
    head = round((2.5 + 1.3 * max(title.count("\n") for title in titles)) * em)
    foot = 3 * em
    tall = high - head - foot
    # Pictures larger than their boxes enlarge everything, type included, by a whole number.
    grow = max(max(-(-image.shape[0] // tall), -(-image.shape[1] // box)) for image in images)
    scales = _scales(images, grow * tall, grow * box)
    if size == "notebook":
        tall = -(-max(
            n * image.shape[0] for n, image in zip(scales, images, strict=True)
        ) // grow)
        high = head + tall + foot
    fig = Canvas(figsize=(grow * wide / NOTEBOOK_DPI, grow * high / NOTEBOOK_DPI))
    type_size = grow * rc["font.size"]
    for place, (image, title, n) in enumerate(zip(images, titles, scales, strict=True)):
        rows, columns = n * image.shape[0], n * image.shape[1]
        left = grow * (em + place * (box + em)) + (grow * box - columns) // 2
        bottom = grow * foot + (grow * tall - rows) // 2
        ax = fig.add_axes((left / (grow * wide), bottom / (grow * high),
                           columns / (grow * wide), rows / (grow * high)))
        ax.set_axis_off()
        ax.imshow(image, cmap="gray", vmin=vmin, vmax=vmax, interpolation="nearest",
                  aspect="auto")
        fig.text((em + (place + 0.5) * (box + em) - em / 2) / wide,
                 (bottom + rows + grow * 0.6 * em) / (grow * high), title,
                 ha="center", va="bottom", fontsize=type_size)
    lowest = min(ax.get_position().y0 for ax in fig.axes)
    fig.text(0.5, lowest - em / high, f"black {vmin:.3g}, white {vmax:.3g}", ha="center", va="top",
             fontsize=type_size, color=rc["xtick.color"])
    return fig


def _scales(images, tall, wide):
    """Screen pixels a pixel, whole numbers that bring the pictures to nearly one size.

    Rounding down may halve one picture and not its neighbour. Of the boxes between the whole
    and half of `tall` x `wide`, take the largest among those that are filled best.
    """
    exact = np.array([min(tall / image.shape[0], wide / image.shape[1]) for image in images])
    boxes = [exact * share for share in np.linspace(1, 0.5, 101)]
    best = max(boxes, key=lambda box: np.round((np.floor(box + 1e-9) / box).min(), 2))
    return np.floor(best + 1e-9).astype(int).tolist()
