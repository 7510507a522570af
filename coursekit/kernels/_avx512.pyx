# The build for processors with AVX-512: vectors of 64 bytes, twice as many registers.
include "kernels.pxi"
