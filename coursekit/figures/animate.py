"""Drawings that move: a kernel over its input, or a stack's taps from layer to layer."""

import io
import math
from pathlib import Path

import numpy as np
from PIL import Image

from coursekit.figures import page, words
from coursekit.figures.draw import line_stack, stack_alt, stack_picture
from coursekit.figures.kernels import described, input_shape, kernel_picture, padded, squares
from coursekit.figures.marks import FILLED
from coursekit.figures.panels import KEY_EMS, key, panels
from coursekit.figures.style import NOTEBOOK_DPI, Figure, themed
from coursekit.geometry import Window, out_shape, shown

_MOST_FRAMES = 64
_COLOURS = 24  # of a gif: a theme has few, and their blends at edges
_WIDTH_SHOWN = 800  # pixels, in a notebook
_MOST_SHOWN = 85_000  # bytes of a gif in a notebook, which writes them as 4/3 characters


def animate(subject, *, shape=None, seconds=0.6, theme="light", size="notebook"):
    """A kernel that slides over its input, or a stack's taps that spread layer by layer.

    Parameters
    ----------
    subject : Window or sequence of Window
        A window slides, one frame an output, along rows first; what it has computed stays
        marked. A sequence is a 1-D stack: from one output down, a frame a layer.
    shape : int or tuple of int, optional
        Input of a sliding window, one int an axis. None: room for a few outputs.
    seconds : float, default 0.6
        Of a frame, from 0.05 to 10.
    theme, size : str
        As in `draw_stack`.

    Returns
    -------
    Animation

    Raises
    ------
    TypeError
        If `subject` is neither, or `seconds` no number.
    ValueError
        If it gives more than 64 frames, `shape` does not fit or stands beside a stack, or a value
        is out of range.

    Examples
    --------
    >>> from coursekit import Window
    >>> print(animate(Window(3, dilation=2), shape=7).alt)
    Animation in 3 frames. Kernel 3, rate 2 slides over 7 samples, 1 sample at a time: each of 3
    outputs reads 3 taps.
    >>> print(animate([Window(3, dilation=d) for d in (1, 2)]).alt)
    Animation in 3 frames, from one output down to the input. Stack of 2 layers with rates 1, 2:
    one output sees 7 input samples and reads all of them.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float, np.number)):
        raise TypeError(f"animate: seconds must be a number; got {shown(seconds)}")
    if not 0.05 <= seconds <= 10:
        raise ValueError(f"animate: seconds must be from 0.05 to 10; got {shown(seconds)}")
    with themed("animate", theme, size) as rc:
        if isinstance(subject, Window):
            frames, alt = _sliding(subject, shape, size, rc)
            still = len(frames) // 2
        else:
            if shape is not None:
                raise ValueError(f"animate: shape goes with one Window; got {shown(shape)}")
            frames, alt = _spreading(subject, size, rc)
            still = len(frames) - 1
        return Animation([Figure(fig, alt, rc) for fig in frames], still, float(seconds))


class Animation:
    """A finished animation with its alt text; the last line of a notebook cell shows it.

    Parameters
    ----------
    frames : sequence of Figure
        One alt text, one size.
    still : int
        The frame that stands for all where nothing moves.
    seconds : float
        Of a frame.

    Attributes
    ----------
    fig : matplotlib.figure.Figure
        The still frame.
    alt : str
        What the animation shows.
    frames, still, seconds
        As given.
    """

    def __init__(self, frames, still, seconds):
        self.frames = list(frames)
        self.still = still
        self.seconds = seconds
        self.fig = self.frames[still].fig
        self.alt = self.frames[still].alt

    def __repr__(self):
        return self.alt

    def save(self, path):
        """Write the animation to `path`, with its alt text. Saving twice writes the same bytes.

        Parameters
        ----------
        path : str or Path
            Its ending picks the format: .gif, which repeats for ever; .html, a page with a pause
            button and a slider that needs no network; .svg, .png or .pdf, the still frame.

        Raises
        ------
        ValueError
            If the path ends otherwise.
        """
        ending = Path(path).suffix.lower()
        if ending == ".gif":
            Path(path).write_bytes(self._gif(times=0))
        elif ending == ".html":
            text = page.player([frame.png() for frame in self.frames], self.still, self.seconds,
                               self.alt, self.frames[0].rc)
            Path(path).write_text(text, encoding="utf-8")
        elif ending in (".svg", ".png", ".pdf"):
            self.frames[self.still].save(path)
        else:
            raise ValueError(
                "Animation.save: path must end in .gif, .html, .svg, .png or .pdf; got "
                f"{str(path)!r}"
            )

    def _gif(self, times, dpi=NOTEBOOK_DPI):
        """The frames on one palette; `times` repeated after the first, 0 for ever."""
        pictures = [Image.open(io.BytesIO(frame.png(dpi))).convert("RGB")
                    for frame in self.frames]
        # One palette for all, or colours would flicker: from the frames one below the other.
        wide, high = pictures[0].size
        strip = Image.new("RGB", (wide, high * len(pictures)))
        for number, picture in enumerate(pictures):
            strip.paste(picture, (0, number * high))
        palette = strip.quantize(_COLOURS, dither=Image.Dither.NONE)
        first, *rest = (picture.quantize(palette=palette, dither=Image.Dither.NONE)
                        for picture in pictures)
        target = io.BytesIO()
        first.save(target, "gif", save_all=True, append_images=rest, loop=times,
                   duration=round(1000 * self.seconds), comment=self.alt.encode())
        return target.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        # Three rounds, then rest: what moves for ever beside a text keeps one from reading it.
        wide = self.fig.get_size_inches()[0]
        dpi = round(_WIDTH_SHOWN / wide)
        gif = self._gif(2, dpi)
        while len(gif) > _MOST_SHOWN and dpi > 20:
            dpi = round(0.95 * dpi * (_MOST_SHOWN / len(gif)) ** 0.75)
            gif = self._gif(2, dpi)
        data, metadata = self.frames[self.still]._repr_mimebundle_()
        data["text/html"] = page.image(page.source(gif, "gif"), self.alt,
                                       f'width="{_WIDTH_SHOWN}" style="max-width:100%"')
        return data, metadata


def _sliding(window, shape, size, rc):
    """A frame an output: the window on its input, and the outputs so far."""
    shape = input_shape("animate", [window], shape)
    outputs = out_shape("animate", window, shape)
    count = math.prod(outputs)
    if not 1 <= count <= _MOST_FRAMES:
        raise ValueError(
            f"animate: shape must give from 1 to {_MOST_FRAMES} outputs; got {words.by(outputs)}"
        )
    frames = [_slide(window, shape, outputs, number, size, rc) for number in range(count)]
    noun = "sample" if len(shape) == 1 else "pixel"
    over = words.count(shape[0], noun) if len(shape) == 1 else f"{words.by(shape)} {noun}s"
    step = window.stride[0] if len(set(window.stride)) == 1 else words.by(window.stride)
    steps = words.count(step, noun) if step == 1 else f"{step} {noun}s"
    alt = (
        f"Animation in {words.count(count, 'frame')}. {described(window).capitalize()} slides over "
        f"{over}, {steps} at a time: each of {words.count(count, 'output')} reads "
        f"{words.count(math.prod(window.kernel_size), 'tap')}."
    )
    return frames, alt


def _slide(window, shape, outputs, number, size, rc):
    at = tuple(map(int, np.unravel_index(number, outputs)))
    line = len(shape) == 1
    fields = [padded(window, shape), (1, *outputs)[-2:]]
    total = math.prod(outputs)
    captions = [described(window), f"output {number + 1} of {total}"]
    fig, (below, above), cell = panels(
        "animate", fields, captions, size, rc, per_row=1 if line else 2,
        foot=KEY_EMS * rc["font.size"] / 72, largest=3.5,
        before=[window.pads(shape)[0][0], 0] if line else None,
    )
    kernel_picture(below, window, shape, at, cell, rc, following=False)
    done = np.zeros(fields[1], bool)
    done.flat[:number] = True
    now = np.zeros_like(done)
    now.flat[number] = True
    thin = min(0.8 * rc["lines.linewidth"], 0.06 * 72 * cell)
    squares(above, ~(done | now), "none", rc["grid.color"], thin, 0.9)
    squares(above, done, rc["grid.color"], rc["grid.color"], thin, 0.9)
    squares(above, now, rc["lines.color"], rc["text.color"], 1.3 * rc["lines.linewidth"], 0.9)
    padding = "      0 padding" if any(sum(pair) for pair in window.pads(shape)) else ""
    key(fig, f"{FILLED} read now{padding}", rc)
    return fig


def _spreading(layers, size, rc):
    """A frame a layer: what one output reaches, from the output down."""
    layers = line_stack("animate", layers)
    if len(layers) >= _MOST_FRAMES:
        raise ValueError(
            f"animate: layers must be at most {_MOST_FRAMES - 1}; got {len(layers)}"
        )
    frames = [stack_picture(layers, None, size, rc, depth) for depth in range(len(layers) + 1)]
    alt = (f"Animation in {len(frames)} frames, from one output down to the input. "
           + stack_alt(layers))
    return frames, alt
