# The build for any processor: the compiler's default instruction set.
include "kernels.pxi"
