# The one body of all builds.
include "common.pxi"
include "plan.pxi"
include "pack.pxi"
include "winograd.pxi"
include "conv.pxi"
include "grad.pxi"
include "pool.pxi"
