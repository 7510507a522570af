"""coursekit: a course on dilated convolutions that runs on its own kernels.

>>> import coursekit as ck
>>> ck.receptive_field([ck.Window(3, dilation=d) for d in (1, 2, 4)]).size
(15,)
"""

from importlib import import_module

from coursekit.analysis import (
    HDC,
    Cost,
    ReceptiveField,
    attention_crossover,
    conv_as_attention,
    cost,
    coverage,
    covers,
    effective_receptive_field,
    footprint,
    frequency_response,
    gridding_gain,
    hdc,
    neighbour_disagreement,
    neighbour_overlap,
    operator_matrix,
    operator_rank,
    receptive_field,
    reference_networks,
    summary,
    theoretical_erf,
    valid_tap_shares,
)
from coursekit.geometry import Window
from coursekit.kernels import available_isas, isa, use_isa
from coursekit.ops import (
    VARIANTS,
    attention,
    attention_backward,
    avg_pool,
    avg_pool_backward,
    conv,
    conv_backward,
    dilated,
    max_pool,
    max_pool_backward,
    pooled,
    standard,
    strided,
)

__all__ = [
    "HDC", "VARIANTS", "Cost", "ReceptiveField", "Window", "attention", "attention_backward",
    "attention_crossover", "available_isas", "avg_pool", "avg_pool_backward", "conv",
    "conv_as_attention", "conv_backward", "cost", "coverage", "covers", "data", "dilated",
    "effective_receptive_field", "figures", "footprint", "frequency_response", "gridding_gain",
    "hdc", "isa", "max_pool", "max_pool_backward", "neighbour_disagreement", "neighbour_overlap",
    "nn", "operator_matrix", "operator_rank", "pooled", "receptive_field", "reference_networks",
    "standard", "strided", "summary", "theoretical_erf", "use_isa", "valid_tap_shares",
]


def __getattr__(name):
    # Figures bring matplotlib, nets autograd, which kernels alone should not wait for.
    if name in ("data", "figures", "nn"):
        return import_module(f"coursekit.{name}")
    raise AttributeError(f"module 'coursekit' has no attribute {name!r}")
