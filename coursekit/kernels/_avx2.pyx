# The build for processors with AVX2 and fused multiply-add: vectors of 32 bytes.
include "kernels.pxi"
