"""Measurements on stacks of layers and on nets.

`graph` reads windows and nn layers alike, as nodes that say what each output reads of a layer's
input; `walk` follows them, and every measurement builds on these two.
"""

from coursekit.analysis.cost import Cost, attention_crossover, cost
from coursekit.analysis.effective import effective_receptive_field, theoretical_erf
from coursekit.analysis.gridding import coverage, gridding_gain, neighbour_overlap
from coursekit.analysis.networks import reference_networks
from coursekit.analysis.operators import (
    conv_as_attention,
    frequency_response,
    operator_matrix,
    operator_rank,
)
from coursekit.analysis.rates import HDC, covers, hdc, neighbour_disagreement, valid_tap_shares
from coursekit.analysis.receptive_field import ReceptiveField, footprint, receptive_field
from coursekit.analysis.summary import summary

__all__ = [
    "HDC", "Cost", "ReceptiveField", "attention_crossover", "conv_as_attention", "cost",
    "coverage", "covers", "effective_receptive_field", "footprint", "frequency_response",
    "gridding_gain", "hdc", "neighbour_disagreement", "neighbour_overlap", "operator_matrix",
    "operator_rank", "receptive_field", "reference_networks", "summary", "theoretical_erf",
    "valid_tap_shares",
]
