"""Small nets on the `autograd` library, with our operations as its primitives.

A net is a value, its parameters one flat vector, its output a pure function of both, so
`autograd.grad` applies. `layers`, `containers` and `attention` hold the layers, `primitives`
the operations and their gradients, `losses`, `optimisers` and `training` what fits a net,
`files` saving and loading.
"""

from coursekit.nn.attention import Attention, Position
from coursekit.nn.containers import Parallel, Residual, Sequential
from coursekit.nn.files import load, save
from coursekit.nn.layer import Layer
from coursekit.nn.layers import (
    AvgPool,
    Conv,
    Flatten,
    GlobalAvgPool,
    LayerNorm,
    Linear,
    MaxPool,
    Relu,
    Upsample,
)
from coursekit.nn.losses import cross_entropy, squared_error
from coursekit.nn.optimisers import SGD, Adam, cosine
from coursekit.nn.primitives import attention, avg_pool, conv, max_pool, relu, upsample
from coursekit.nn.training import Fit, fit

__all__ = [
    "SGD", "Adam", "Attention", "AvgPool", "Conv", "Fit", "Flatten", "GlobalAvgPool", "Layer",
    "LayerNorm", "Linear", "MaxPool", "Parallel", "Position", "Relu", "Residual", "Sequential",
    "Upsample", "attention", "avg_pool", "conv", "cosine", "cross_entropy", "fit", "load",
    "max_pool", "relu", "save", "squared_error", "upsample",
]
