"""How figures look, as data, and how they leave the package: the `Figure`.

A theme is a dictionary of matplotlib settings. Drawings read their colours from it under the
names below, so a new theme is a new entry of `THEMES` and nothing else:

=================  =================================================================
figure.facecolor   the paper
text.color         words, and marks that carry the argument without a hue
xtick.color        secondary words and rules
grid.color         context: what is there, but not reached
lines.color        what is reached
hatch.color        holes: what a receptive field holds but never reads
=================  =================================================================

Nothing here goes through pyplot: a figure belongs to its caller, not to a global list.
"""

import base64
import io
from contextlib import contextmanager
from pathlib import Path

import matplotlib.style
import numpy as np
from matplotlib.colors import ListedColormap, to_rgb
from PIL import Image

from coursekit.figures import page

# Okabe and Ito's palette, which stays apart under the common kinds of colour blindness.
BLUE, SKY, GREEN, YELLOW = "#0072B2", "#56B4E9", "#009E73", "#F0E442"
ORANGE, VERMILLION, PURPLE, BLACK = "#E69F00", "#D55E00", "#CC79A7", "#000000"

NOTEBOOK_DPI = 100


def _theme(paper, ink, muted, context, reached, hole, cycle):
    return {
        "figure.facecolor": paper,
        "axes.facecolor": paper,
        "text.color": ink,
        "axes.labelcolor": ink,
        "axes.titlecolor": ink,
        "xtick.color": muted,
        "ytick.color": muted,
        "axes.edgecolor": muted,
        "grid.color": context,
        "lines.color": reached,
        "hatch.color": hole,
        "axes.prop_cycle": matplotlib.cycler(color=cycle),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "font.family": "DejaVu Sans",  # matplotlib brings it along: equal on every machine
        "svg.hashsalt": "coursekit",  # or each file would get random ids
    }


THEMES = {
    "light": _theme(
        "#FFFFFF", "#1F2328", "#5A626B", "#B4BBC3", BLUE, VERMILLION,
        (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY, BLACK),
    ),
    "dark": _theme(
        "#14171A", "#ECEFF2", "#A7B0B9", "#59636D", SKY, ORANGE,
        (SKY, ORANGE, GREEN, YELLOW, PURPLE, VERMILLION, BLUE),
    ),
    # Without a hue, for a copier: shape and lightness carry all of it.
    "print": _theme(
        "#FFFFFF", "#000000", "#444444", "#A0A0A0", "#000000", "#6B6B6B",
        ("#000000", "#595959", "#8C8C8C", "#B3B3B3"),
    ),
}

def _part(name, low, high):
    """A stretch of a colour map, for ends that would sink into the paper."""
    return ListedColormap(matplotlib.colormaps[name](np.linspace(low, high, 256)), name)


# Even to the eye, and monotone in lightness, so a grey copy keeps the order.
SCALES = {
    "light": _part("cividis", 0, 1),
    "dark": _part("cividis", 0.2, 1),
    "print": _part("Greys", 0.2, 1),
}

SIZES = {
    "notebook": {"figure.figsize": (8.0, 5.0), "font.size": 11.0, "lines.linewidth": 1.2},
    "slide": {"figure.figsize": (40 / 3, 7.5), "font.size": 20.0, "lines.linewidth": 2.2},
}


def contrast(one, other):
    """Of two colours, from 1 to 21, as WCAG 2 defines it."""
    low, high = sorted(_luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def strong(rc):
    """Those colours of a theme's cycle that a thin line may have: WCAG 2 asks for 3 to 1."""
    colours = rc["axes.prop_cycle"].by_key()["color"]
    return [colour for colour in colours if contrast(colour, rc["figure.facecolor"]) >= 3]


@contextmanager
def themed(op, theme, size):
    """Settings of a theme at a size, in force inside the `with`; `op` stands in the errors."""
    for name, value, table in (("theme", theme, THEMES), ("size", size, SIZES)):
        if value not in tuple(table):  # a tuple compares, where a dict would have to hash
            raise ValueError(f"{op}: {name} must be one of {tuple(table)}; got {value!r}")
    rc = {**THEMES[theme], **SIZES[size]}
    with _settings(rc):
        yield rc


def _settings(rc):
    # From the defaults, not from the reader's own settings: figures and pages stay equal.
    return matplotlib.style.context(["default", rc])


# What a file says about itself. A date would make each file a new one.
VECTOR_AND_PIXELS = {
    ".svg": lambda alt: {"Title": alt, "Date": None},
    ".png": lambda alt: {"Description": alt},
    ".pdf": lambda alt: {"Title": alt, "CreationDate": None},
}


class Figure:
    """A finished drawing with its alt text; the last line of a notebook cell shows it.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The drawing.
    alt : str
        What the picture shows, for those who do not see it.
    rc : dict
        Matplotlib settings the drawing was made under; it is rendered under them too.

    Attributes
    ----------
    fig, alt, rc
        As given.
    """

    def __init__(self, fig, alt, rc):
        self.fig = fig
        self.alt = alt
        self.rc = rc

    def __repr__(self):
        return self.alt

    def save(self, path):
        """Write the figure to `path`, with its alt text as the file's title or description.

        Saving twice writes the same bytes.

        Parameters
        ----------
        path : str or Path
            Its ending picks the format: .svg, .png (200 dots an inch), .pdf, or .html, a page
            that holds its picture and needs no network.

        Raises
        ------
        ValueError
            If the path ends otherwise.

        Examples
        --------
        >>> from coursekit import Window
        >>> from coursekit.figures import draw_stack
        >>> draw_stack([Window(3)]).save("stack.gif")
        Traceback (most recent call last):
        ValueError: Figure.save: path must end in .svg, .png, .pdf or .html; got 'stack.gif'
        """
        ending = Path(path).suffix.lower()
        if ending not in (*VECTOR_AND_PIXELS, ".html"):
            raise ValueError(
                f"Figure.save: path must end in .svg, .png, .pdf or .html; got {str(path)!r}"
            )
        if ending == ".html":
            text = page.still(self.png(2 * NOTEBOOK_DPI), self.alt, self.rc)
            Path(path).write_text(text, encoding="utf-8")
        else:
            self._write(path, ending[1:], 2 * NOTEBOOK_DPI, VECTOR_AND_PIXELS[ending](self.alt))

    def png(self, dpi=NOTEBOOK_DPI):
        """The picture as the bytes of a png file."""
        full = io.BytesIO()
        self._write(full, "png", dpi, VECTOR_AND_PIXELS[".png"](self.alt))
        return full.getvalue()

    def _write(self, target, form, dpi, metadata):
        with _settings(self.rc):
            self.fig.savefig(target, format=form, dpi=dpi, metadata=metadata)

    def _small_png(self):
        # A notebook holds the picture twice, so 64 colours must do: a third of the bytes.
        small = io.BytesIO()
        picture = Image.open(io.BytesIO(self.png())).convert("RGB")
        picture = picture.quantize(64, dither=Image.Dither.NONE)
        picture.save(small, "png", optimize=True)
        return small.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        png = base64.b64encode(self._small_png()).decode("ascii")
        image = page.image(f"data:image/png;base64,{png}", self.alt)
        data = {"image/png": png, "text/html": image, "text/plain": self.alt}
        return data, {"image/png": {"alt": self.alt}}
