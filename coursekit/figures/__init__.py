"""Figures that state their numbers twice: in the picture, and in its alt text.

Each function returns a `Figure`, which shows itself in a notebook and saves as svg, png or pdf.
"""

from coursekit.figures.draw import draw_footprint, draw_stack
from coursekit.figures.pictures import compare
from coursekit.figures.style import Figure

__all__ = ["Figure", "compare", "draw_footprint", "draw_stack"]
