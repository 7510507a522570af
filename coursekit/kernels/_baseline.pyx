# The build for any processor: the compiler's default instruction set.
include "common.pxi"
include "conv.pxi"
include "pool.pxi"
