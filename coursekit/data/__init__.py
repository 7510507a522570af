"""Real data, shipped with the package, and generated tasks; licences in LICENCES.md beside this."""

from coursekit.data.loaders import (
    load_digits,
    load_ecg,
    load_photograph,
    load_speech,
    load_sunspots,
)
from coursekit.data.scenes import make_digit_scenes, make_localisation
from coursekit.data.sequences import (
    make_adding,
    make_aliasing,
    make_copy_memory,
    make_fixed_offset,
    make_global_reasoning,
    make_recall,
)

__all__ = [
    "load_digits", "load_ecg", "load_photograph", "load_speech", "load_sunspots", "make_adding",
    "make_aliasing", "make_copy_memory", "make_digit_scenes", "make_fixed_offset",
    "make_global_reasoning", "make_localisation", "make_recall",
]
