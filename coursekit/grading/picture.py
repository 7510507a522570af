"""A picture of one call: the arrays that went in, and what came out, with its wrong entries marked.

It draws with matplotlib alone, since grading imports nothing from below it.
"""

import base64
import html
import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Rectangle

# Cells of more rows or columns than that are cut off, and the title says so.
_MOST = 12
_CELL = 0.42  # inches
_PAPER, _INK, _QUIET, _MARK = "#ffffff", "#222222", "#8a8a8a", "#D55E00"


@dataclass(frozen=True)
class Picture:
    """A drawing that keeps its description.

    Attributes
    ----------
    png : bytes
    alt : str
    """

    png: bytes
    alt: str

    @property
    def html(self):
        """For a notebook, with the description: JupyterLab drops that of a bare image."""
        data = base64.b64encode(self.png).decode()
        return f'<img alt="{html.escape(self.alt, quote=True)}" src="data:image/png;base64,{data}">'

    def save(self, path):
        """Write the png; return its path."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.png)
        return path


def draw(function, arguments, returned, wrong=None):
    """Draw a call.

    Parameters
    ----------
    function : str
        Its name.
    arguments : dict
        Name to value; arrays become grids of cells, the rest is told in words.
    returned : value or None
        What came out; None where nothing did.
    wrong : bool array or None
        Which entries of `returned` are wrong. None: it is wrong as a whole.

    Returns
    -------
    Picture or None
        None if there is no array to draw.
    """
    panels = [_panel(name, value) for name, value in arguments.items() if _drawn(value)]
    said = [f"{name} = {text(value)}" for name, value in arguments.items() if not _drawn(value)]
    if _drawn(returned):
        whole = np.ones(np.shape(returned), bool) if wrong is None else wrong
        panels.append(_panel(f"{function} returned", returned, whole))
    elif panels and returned is not None:
        said.append(f"{function} returned {text(returned)}")
    if not panels:
        return None
    canvas = _paint(panels, ", ".join(said))
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="png", dpi=90, facecolor=_PAPER)
    words = [*said, *(panel.words() for panel in panels)]
    return Picture(buffer.getvalue(), f"A call of {function}. {'; '.join(words)}.")


@dataclass(frozen=True)
class _Panel:
    title: str
    cells: np.ndarray  # 2-D
    wrong: np.ndarray | None  # as `cells`, or None for an input

    def words(self):
        shown = " / ".join(" ".join(map(_number, row)) for row in self.cells)
        if self.wrong is None:
            return f"{self.title}: {shown}"
        places = ", ".join(f"[{row}, {column}]" for row, column in np.argwhere(self.wrong))
        return f"{self.title}: {shown}; marked wrong, by row and column: {places or 'none here'}"


def _panel(name, value, wrong=None):
    """A panel for a value of any rank: of more than two axes, the slice with the first fault."""
    array = np.asarray(value)
    title = name
    if array.ndim > 2:
        first = np.argwhere(wrong)[0] if wrong is not None and wrong.any() else [0] * array.ndim
        place = tuple(int(n) for n in first[:-2])
        title = f"{name}, [{', '.join(map(str, place))}, :, :]"
        array, wrong = array[place], None if wrong is None else wrong[place]
    array = np.atleast_2d(array)
    wrong = None if wrong is None else np.atleast_2d(wrong)
    if max(array.shape) > _MOST:
        title = f"{title}, cut off"
    part = slice(_MOST), slice(_MOST)
    return _Panel(title, array[part], None if wrong is None else wrong[part])


def _paint(panels, said):
    """All panels in a row, their cells of one size."""
    gap = 0.5
    widths = [max(panel.cells.shape[1] * _CELL, 0.085 * len(panel.title)) for panel in panels]
    tall = max(panel.cells.shape[0] for panel in panels) * _CELL
    wide = sum(widths) + gap * (len(panels) + 1)
    wide, high = max(wide, 0.085 * len(said) + 1), tall + 1.3
    canvas = Canvas(figsize=(wide, high))
    left = gap
    for panel, width in zip(panels, widths):
        rows, columns = panel.cells.shape
        axes = canvas.add_axes((left / wide, (0.65 + tall - rows * _CELL) / high,
                                columns * _CELL / wide, rows * _CELL / high))
        _cells(axes, panel)
        canvas.text(left / wide, (0.72 + tall) / high, panel.title, fontsize=9, color=_INK)
        left += width + gap
    if any(panel.wrong is not None for panel in panels):
        canvas.text(gap / wide, 0.32 / high, "hatched: wrong", fontsize=9, color=_MARK)
    canvas.text(gap / wide, 0.12 / high, said, fontsize=9, color=_INK)
    return canvas


def _cells(axes, panel):
    rows, columns = panel.cells.shape
    axes.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
    for row, column in np.ndindex(rows, columns):
        bad = panel.wrong is not None and panel.wrong[row, column]
        axes.add_patch(Rectangle(
            (column + 0.04, row + 0.04), 0.92, 0.92, facecolor="#fdeee5" if bad else "#f2f2f2",
            edgecolor=_MARK if bad else _QUIET, linewidth=1.6 if bad else 0.6,
            hatch="////" if bad else None,
        ))
        text = _number(panel.cells[row, column])
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=_INK,
                  fontsize=9 if len(text) < 5 else 6.5,
                  bbox={"facecolor": _PAPER, "edgecolor": "none", "pad": 0.6} if bad else None)


def _drawn(value):
    """Whether a value is an array with something in it, of numbers; a single number is not."""
    if isinstance(value, (str, dict)) or value is None:
        return False
    try:
        array = np.asarray(value)
    except ValueError:
        return False
    return array.ndim > 0 and array.size > 0 and array.dtype.kind in "biuf"


def text(value):
    """A decoded value in words of at most a line."""
    said = repr(_plain(value)) if isinstance(value, (list, dict)) else str(_plain(value))
    return said if len(said) < 80 else f"{said[:80]} ..."


def _plain(value):
    """Arrays in a nested value as lists, so that they read as a learner would type them."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _number(value):
    number = float(value)
    if not math.isfinite(number):
        return str(number)
    return str(int(number)) if number == int(number) and abs(number) < 1e5 else f"{number:.3g}"
