"""Measurements on stacks of layers and on nets."""

from coursekit.analysis.gridding import coverage, gridding_gain, neighbour_overlap
from coursekit.analysis.rates import HDC, covers, hdc, neighbour_disagreement, valid_tap_shares
from coursekit.analysis.receptive_field import ReceptiveField, footprint, receptive_field

__all__ = [
    "HDC", "ReceptiveField", "coverage", "covers", "footprint", "gridding_gain", "hdc",
    "neighbour_disagreement", "neighbour_overlap", "receptive_field", "valid_tap_shares",
]
