"""A net as a table: what comes out of each layer, what it costs, how far it sees."""

import html
import math
from dataclasses import dataclass
from typing import NamedTuple

from coursekit.analysis.checks import sample_shape
from coursekit.analysis.cost import Cost, total, walk
from coursekit.analysis.walk import reach
from coursekit.geometry import Window

_HEADINGS = ("layer", "output", "parameters", "MACs", "receptive field")


class Row(NamedTuple):
    """One layer of a `Summary`.

    `label` is its place, as one would index the net; `depth` counts the layers it lies in.
    `parameters` and `macs` are its own: a layer of layers has none, so that columns add up.
    `receptive_field` is the size that its outputs see of the net's input, one entry an axis:
    math.inf where they see everything, None where outputs stand at fractions of an input sample.
    """

    label: str
    depth: int
    name: str
    output_shape: tuple
    parameters: int
    macs: int
    receptive_field: tuple


@dataclass(frozen=True, repr=False)
class Summary:
    """Rows of a net, and its total `Cost` in float32; prints as a table, see `summary`."""

    input_shape: tuple
    rows: tuple
    total: Cost

    def __str__(self):
        lines = self._cells()
        widths = [max(map(len, column)) for column in zip(*lines)]
        texts = []
        for line in lines:
            padded = [cell.ljust(width) if number in (0, 1, 4) else cell.rjust(width)
                      for number, (cell, width) in enumerate(zip(line, widths))]
            texts.append("  ".join(padded).rstrip())
        rule = "-" * max(map(len, texts))
        return "\n".join([texts[0], rule, *texts[1:-1], rule, texts[-1], self._memory()])

    __repr__ = __str__

    def _repr_html_(self):
        head, *body = self._cells()
        rows = "".join(_tr("td", line) for line in body)
        return (f"<table><thead>{_tr('th', head)}</thead><tbody>{rows}</tbody></table>"
                f"<p>{html.escape(self._memory())}</p>")

    def _cells(self):
        """The table's cells as words, heading first and totals last."""
        lines = [_HEADINGS, ("input", _times(self.input_shape), "", "", "")]
        for row in self.rows:
            place = row.label.removeprefix("layers")
            lines.append((
                "  " * row.depth + f"{place} {row.name}".lstrip(), _times(row.output_shape),
                _number(row.parameters), _number(row.macs), _field(row.receptive_field),
            ))
        last = [row for row in self.rows if row.depth == 0][-1]
        lines.append(("total", _times(last.output_shape), f"{self.total.parameters:,}",
                      f"{self.total.macs:,}", _field(last.receptive_field)))
        return lines

    def _memory(self):
        return (f"{self.total.activations:,} activations; with the parameters "
                f"{self.total.bytes:,} bytes in float32")


def summary(layers, input_shape):
    """A table of a net, layer by layer.

    Parameters
    ----------
    layers : sequence of Window or nn layers, or a net
        First layer first. A Window counts as in `cost`.
    input_shape : tuple of int
        ``(C, L)`` or ``(C, H, W)``, one sample.

    Returns
    -------
    Summary
        Prints as a table, in a notebook as HTML: output shape, parameters, multiply-accumulates
        and receptive field (of the net's input; "all" where a layer sees everything, "-" where
        upsampled outputs stand at fractions of an input sample). Layers inside others are
        indented, each at the place by which one would index the net. `rows` holds the same as
        data, `total` the `Cost`.

    Raises
    ------
    TypeError, ValueError
        As in `cost`.

    Examples
    --------
    >>> print(summary([Window((3, 3), padding="same", dilation=d) for d in (1, 2)], (8, 24, 24)))
    layer                  output       parameters     MACs  receptive field
    ------------------------------------------------------------------------
    input                  8 x 24 x 24
    [0] Window 3x3         8 x 24 x 24         576  331,776  3 x 3
    [1] Window 3x3 rate 2  8 x 24 x 24         576  331,776  7 x 7
    ------------------------------------------------------------------------
    total                  8 x 24 x 24       1,152  663,552  7 x 7
    9,216 activations; with the parameters 41,472 bytes in float32
    """
    entries = walk("summary", layers, input_shape)
    shape = sample_shape("summary", "input_shape", input_shape)
    rows = [
        Row(entry.label, entry.depth, _title(entry.layer), entry.out_shape, entry.parameters,
            entry.macs, _size(entry.nodes, len(shape) - 1))
        for entry in entries
    ]
    return Summary(shape, tuple(rows), total(entries))


def _size(nodes, rank):
    try:
        seen = reach("summary", nodes, rank)
    except (ValueError, MemoryError):  # no whole number of input samples between outputs
        return None
    return tuple(max(axis.high) - min(axis.low) + 1 for axis in seen)


def _title(layer):
    """The layer's class, and what of its window and settings is not usual."""
    words = [type(layer).__name__]
    window = layer if isinstance(layer, Window) else layer.sees
    if isinstance(window, Window):
        words.append("x".join(map(str, window.kernel_size)))
        for noun, numbers in (("stride", window.stride), ("rate", window.dilation)):
            if max(numbers) > 1:
                alike = len(set(numbers)) == 1
                words.append(f"{noun} {numbers[0] if alike else 'x'.join(map(str, numbers))}")
    if hasattr(layer, "factor"):
        words.append(f"by {layer.factor}")
    for noun in ("groups", "heads"):
        if getattr(layer, noun, 1) > 1:
            words.append(f"{getattr(layer, noun)} {noun}")
    return " ".join(words)


def _times(shape):
    return " x ".join(map(str, shape))


def _number(count):
    return f"{count:,}" if count else ""


def _field(size):
    if size is None:
        return "-"
    return "all" if any(map(math.isinf, size)) else _times(size)


def _tr(tag, cells):
    """A table row; a layer's depth shows as space before its place."""
    texts = []
    for number, cell in enumerate(cells):
        side = "left" if number in (0, 1, 4) else "right"
        indent = len(cell) - len(cell.lstrip())
        style = f"text-align: {side}" + (f"; padding-left: {1 + indent}em" if number == 0 else "")
        texts.append(f'<{tag} style="{style}">{html.escape(cell.strip())}</{tag}>')
    return f"<tr>{''.join(texts)}</tr>"
