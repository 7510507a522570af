"""The uniform API: each operation checks once, allocates, and calls a kernel."""

from coursekit.ops.attention import attention, attention_backward
from coursekit.ops.conv import conv, conv_backward
from coursekit.ops.pool import avg_pool, avg_pool_backward, max_pool, max_pool_backward
from coursekit.ops.variants import VARIANTS, dilated, pooled, standard, strided

__all__ = [
    "VARIANTS", "attention", "attention_backward", "avg_pool", "avg_pool_backward", "conv",
    "conv_backward", "dilated", "max_pool", "max_pool_backward", "pooled", "standard", "strided",
]
