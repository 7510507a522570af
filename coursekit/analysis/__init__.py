"""Measurements on stacks of layers: receptive field, gridding."""

from coursekit.analysis.gridding import coverage
from coursekit.analysis.receptive_field import ReceptiveField, footprint, receptive_field

__all__ = ["ReceptiveField", "coverage", "footprint", "receptive_field"]
