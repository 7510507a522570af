"""coursekit: a course on dilated convolutions that runs on its own kernels.

>>> import coursekit as ck
>>> ck.receptive_field([ck.Window(3, dilation=d) for d in (1, 2, 4)]).size
(15,)
"""

from importlib import import_module

from coursekit.analysis import ReceptiveField, coverage, footprint, receptive_field
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
    "VARIANTS", "ReceptiveField", "Window", "attention", "attention_backward", "available_isas",
    "avg_pool", "avg_pool_backward", "conv", "conv_backward", "coverage", "data", "dilated",
    "figures", "footprint", "isa", "max_pool", "max_pool_backward", "nn", "pooled",
    "receptive_field", "standard", "strided", "use_isa",
]


def __getattr__(name):
    # Figures bring matplotlib, nets autograd, which kernels alone should not wait for.
    if name in ("data", "figures", "nn"):
        return import_module(f"coursekit.{name}")
    raise AttributeError(f"module 'coursekit' has no attribute {name!r}")
