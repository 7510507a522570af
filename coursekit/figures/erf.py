"""The effective receptive field: how strongly each input sample moves one output."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Rectangle

from coursekit.analysis import receptive_field
from coursekit.analysis.receptive_field import stack
from coursekit.figures import checks, words
from coursekit.figures.kernels import frame
from coursekit.figures.marks import MOST_SAMPLES, halo, snap
from coursekit.figures.style import SCALES, Figure, themed
from coursekit.geometry import out_shape, shown

_MOST_PIXELS = 400  # along an axis
_STYLES = {1: "solid", 2: (0, (5, 2)), "field": (0, (1, 1.5))}
_SIGMA = "\N{GREEK SMALL LETTER SIGMA}"


def draw_erf(erf, *, layers=None, theme="light", size="notebook"):
    """A measured effective receptive field beside the box that theory allows.

    The map shows the gradient's size, from nothing to its largest; samples that move nothing stay
    bare. Lines mark one and two standard deviations around the middle of the mass, and with
    `layers` a dashed box the theoretical receptive field of the central output.

    Parameters
    ----------
    erf : (ndarray, deviation)
        Mean absolute gradient of one output in each input sample, (L,) or (H, W), any unit, and
        its standard deviation in samples, one float an axis.
    layers : sequence of Window, optional
        The net whose central output (index ``n // 2`` of n) was measured, on an input of the
        map's shape.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Figure

    Raises
    ------
    TypeError
        If `erf` is no pair, or a layer is not a Window.
    ValueError
        If the map is empty, negative, nowhere positive or too large, the deviations do not fit
        it, the layers do not, or a name is unknown.

    References
    ----------
    .. [1] Luo, Li, Urtasun, Zemel (2016), Understanding the effective receptive field in deep
       convolutional neural networks, arXiv:1701.04128.

    Examples
    --------
    >>> from coursekit import Window, footprint
    >>> layers = [Window(3, padding="same")] * 4
    >>> print(draw_erf((np.pad(footprint(layers), 4), (1.63,)), layers=layers).alt)
    Effective receptive field on 17 samples: the gradient has a standard deviation of 1.6 samples;
    one deviation to either side holds 63 % of it, two hold 98 %. The theoretical receptive field
    is 9 samples, 2.8 times as long as one deviation to either side.
    """
    gradient, deviation = _checked(erf)
    field = None if layers is None else _field(layers, gradient.shape)
    with themed("draw_erf", theme, size) as rc:
        middle = _middle(gradient)
        held = [_held(gradient, middle, deviation, n) for n in (1, 2)]
        fig = Canvas(figsize=rc["figure.figsize"])
        if gradient.ndim == 2:
            _map(fig, gradient, middle, deviation, field, SCALES[theme], rc)
        else:
            _profile(fig, gradient, middle, deviation, field, rc)
        _title(fig, deviation, held, rc)
        return Figure(fig, _alt(gradient.shape, deviation, held, field), rc)


def _checked(erf):
    if not isinstance(erf, (tuple, list)) or len(erf) != 2:
        raise TypeError(f"draw_erf: erf must be a pair (map, deviation); got {shown(erf)}")
    gradient = checks.numbers("draw_erf", "the map", erf[0], (1, 2))
    most = _MOST_PIXELS if gradient.ndim == 2 else MOST_SAMPLES
    if max(gradient.shape) > most:
        raise ValueError(
            f"draw_erf: the map must have at most {most} samples an axis; got {gradient.shape}"
        )
    if gradient.min() < 0 or not gradient.any():
        raise ValueError(
            f"draw_erf: the map must hold absolute gradients, some above 0; got from "
            f"{gradient.min():g} to {gradient.max():g}"
        )
    deviation = checks.numbers("draw_erf", "deviation", np.atleast_1d(erf[1]), (1,))
    if deviation.size != gradient.ndim or deviation.min() < 0:
        raise ValueError(
            f"draw_erf: deviation must be one number from 0 up for each of {gradient.ndim} axes; "
            f"got {shown(erf[1])}"
        )
    return gradient, deviation


def _field(layers, shape):
    """(first, size) of the central output's receptive field, an int an axis."""
    layers = stack("draw_erf", layers)
    outputs = shape
    if len(layers[0].kernel_size) != len(shape):
        raise ValueError(
            f"draw_erf: layers must be {len(shape)}-D, as the map is; got {layers[0]}"
        )
    for layer in layers:
        outputs = out_shape("draw_erf", layer, outputs)
    size, jump, start = receptive_field(layers)
    return [s + n // 2 * j for s, n, j in zip(start, outputs, jump)], size


def _middle(gradient):
    """The middle of the mass, a float an axis."""
    total = gradient.sum()
    return [
        float((gradient.sum(axis=tuple(set(range(gradient.ndim)) - {axis})) * np.arange(n)).sum()
              / total)
        for axis, n in enumerate(gradient.shape)
    ]


def _held(gradient, middle, deviation, times):
    """Share of the gradient within so many deviations: in the ellipse, or between the lines."""
    apart = 0
    for axis, (centre, sigma) in enumerate(zip(middle, deviation)):
        at = (np.arange(gradient.shape[axis]) - centre) / max(times * sigma, 1e-9)
        apart = apart + np.expand_dims(at**2, tuple(set(range(gradient.ndim)) - {axis}))
    return float(gradient[apart <= 1 + 1e-9].sum() / gradient.sum())


def _lengths(deviation):
    return words.each([f"{sigma:.1f}" for sigma in deviation])


def _title(fig, deviation, held, rc):
    high = fig.get_size_inches()[1]
    em = rc["font.size"] / 72
    noun = "pixels" if deviation.size == 2 else "samples"
    fig.text(0.5, 1 - em / high,
             f"one deviation {_SIGMA} = {_lengths(deviation)} {noun}\n"
             f"within {_SIGMA}: {100 * held[0]:.0f} % of the gradient, "
             f"within 2{_SIGMA}: {100 * held[1]:.0f} %",
             ha="center", va="top", linespacing=1.5)


def _alt(shape, deviation, held, field):
    noun = "pixels" if len(shape) == 2 else "samples"
    text = (
        f"Effective receptive field on {words.by(shape)} {noun}: the gradient has a standard "
        f"deviation of {_lengths(deviation)} {noun}; one deviation to either side holds "
        f"{100 * held[0]:.0f} % of it, two hold {100 * held[1]:.0f} %."
    )
    if field:
        text += f" The theoretical receptive field is {words.by(field[1])} {noun}"
        if deviation.min() > 0:
            ratio = words.each([f"{n / (2 * s):.1f}" for n, s in zip(field[1], deviation)])
            text += f", {ratio} times as long as one deviation to either side"
        text += "."
    return text


def _map(fig, gradient, middle, deviation, field, scale, rc):
    wide, high = rc["figure.figsize"]
    em = rc["font.size"] / 72
    top, low = 4.8 * em, 3.2 * em
    tall = high - top - low
    # The field may reach into the padding, beyond the map.
    (y, x), (height, width) = field or ((0, 0), gradient.shape)
    first, last = (min(0, y), min(0, x)), np.maximum(gradient.shape, (y + height, x + width))
    rows, columns = last - first
    exact = min(tall / rows, (wide - 16 * em) / columns)
    cell = snap(exact) or exact
    left, bottom = snap((wide - cell * columns) / 2), snap(low + (tall - cell * rows) / 2)
    ax = fig.add_axes((left / wide, bottom / high, cell * columns / wide, cell * rows / high))
    ax.set_axis_off()
    picture = ax.imshow(np.ma.masked_equal(gradient, 0), cmap=scale, vmin=0,
                        vmax=gradient.max(), interpolation="nearest", aspect="auto")
    ax.set_xlim(first[1] - 0.5, last[1] - 0.5)
    ax.set_ylim(last[0] - 0.5, first[0] - 0.5)
    frame(ax, (0, 0), gradient.shape, 0.5, rc["grid.color"], 0.6 * rc["lines.linewidth"])
    edge = {"fill": False, "edgecolor": rc["text.color"], "linewidth": 1.2 * rc["lines.linewidth"],
            "path_effects": halo(rc)}
    for times in (1, 2):
        ax.add_patch(Ellipse(middle[::-1], *(2 * times * deviation[::-1]),
                             linestyle=_STYLES[times], **edge))
    if field:
        ax.add_patch(Rectangle((x - 0.5, y - 0.5), width, height, linestyle=_STYLES["field"],
                               clip_on=False, **edge))
    _key(fig, field, rc)
    beside = fig.add_axes(((left + cell * columns + 2 * em) / wide, (low + 0.1 * tall) / high,
                           0.7 * em / wide, 0.72 * tall / high))
    bar = fig.colorbar(picture, cax=beside)
    bar.set_ticks([0, gradient.max()], labels=["0", "largest"])
    bar.outline.set_visible(False)
    beside.set_title("gradient", loc="left", fontsize=rc["font.size"],
                     pad=0.8 * rc["font.size"])


def _profile(fig, gradient, middle, deviation, field, rc):
    fig.set_layout_engine("constrained", rect=(0.02, 0.09, 0.96, 0.74))
    ax = fig.add_subplot(xlabel="input sample", ylabel="gradient")
    at = np.arange(gradient.size)
    ax.fill_between(at, gradient, color=to_rgba(rc["lines.color"], 0.3), linewidth=0, step="mid")
    ax.plot(at, gradient, color=rc["lines.color"], drawstyle="steps-mid")
    top = 1.12 * gradient.max()
    for times in (1, 2):
        ends = middle[0] + times * deviation[0] * np.array([-1, 1])
        ax.vlines(ends, 0, top, colors=rc["text.color"], linestyles=_STYLES[times])
    low, last = -0.5, gradient.size - 0.5
    if field:
        ends = np.array([field[0][0] - 0.5, field[0][0] + field[1][0] - 0.5])
        ax.vlines(ends, 0, top, colors=rc["text.color"], linestyles=_STYLES["field"],
                  linewidth=2 * rc["lines.linewidth"])
        low, last = min(low, ends[0]), max(last, ends[1])
    pad = 0.02 * (last - low)
    ax.set_xlim(low - pad, last + pad)
    ax.set_ylim(0, top)
    ax.set_yticks([0, gradient.max()], labels=["0", "largest"])
    ax.locator_params(axis="x", integer=True)
    _key(fig, field, rc)
    fig.draw_without_rendering()


def _key(fig, field, rc):
    names = {1: _SIGMA, 2: f"2{_SIGMA}"}
    if field:
        names["field"] = f"receptive field {words.by(field[1])}"
    handles = [Line2D([], [], color=rc["text.color"], linestyle=_STYLES[which],
                      linewidth=1.2 * rc["lines.linewidth"]) for which in names]
    fig.legend(handles, names.values(), loc="lower center", ncols=len(names), frameon=False,
               borderaxespad=0.4, handlelength=2.4)
