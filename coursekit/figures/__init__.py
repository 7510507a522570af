"""Figures that state their numbers twice: in the picture, and in its alt text.

Each function returns a `Figure`, which shows itself in a notebook and saves as svg, png, pdf or
html.
"""

from coursekit.figures.animate import Animation, animate
from coursekit.figures.attention import draw_attention
from coursekit.figures.cost import draw_cost, draw_crossover
from coursekit.figures.curves import draw_history, draw_response
from coursekit.figures.draw import draw_stack
from coursekit.figures.erf import draw_erf
from coursekit.figures.kernels import draw_kernel
from coursekit.figures.lines import draw_lines
from coursekit.figures.maps import draw_coverage, draw_footprint
from coursekit.figures.pictures import compare
from coursekit.figures.scenes import draw_segmentation
from coursekit.figures.style import Figure

__all__ = [
    "Animation", "Figure", "animate", "compare", "draw_attention", "draw_cost",
    "draw_coverage", "draw_crossover", "draw_erf", "draw_footprint", "draw_history",
    "draw_kernel", "draw_lines", "draw_response", "draw_segmentation", "draw_stack",
]
