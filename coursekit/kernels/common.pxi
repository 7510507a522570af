# What every kernel shares: the fused dtype, memory that frees itself, and the door to tile.h.
from cython cimport floating
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset
import numpy as np

cdef extern from "tile.h" nogil:
    enum: VECTOR_BYTES
    enum: MOST

    cdef struct segment:
        Py_ssize_t place, lane, count

    Py_ssize_t tile_rows(Py_ssize_t rows)
    Py_ssize_t tile_vecs(Py_ssize_t rows)
    void run_tile_float(
        Py_ssize_t rows, Py_ssize_t used, Py_ssize_t steps, const float *w, const float *source,
        const Py_ssize_t *offset, const Py_ssize_t *base, const Py_ssize_t *first,
        const segment *segments, const float *start, float *out, Py_ssize_t row_step,
        Py_ssize_t lane_step)
    void run_tile_double(
        Py_ssize_t rows, Py_ssize_t used, Py_ssize_t steps, const double *w, const double *source,
        const Py_ssize_t *offset, const Py_ssize_t *base, const Py_ssize_t *first,
        const segment *segments, const double *start, double *out, Py_ssize_t row_step,
        Py_ssize_t lane_step)
    void run_dots_float(
        Py_ssize_t rows, Py_ssize_t used, Py_ssize_t steps, const float *g, Py_ssize_t row_step,
        const Py_ssize_t *place, const float *source, const Py_ssize_t *offset,
        const Py_ssize_t *base, float *sums, Py_ssize_t sums_step)
    void run_dots_double(
        Py_ssize_t rows, Py_ssize_t used, Py_ssize_t steps, const double *g, Py_ssize_t row_step,
        const Py_ssize_t *place, const double *source, const Py_ssize_t *offset,
        const Py_ssize_t *base, double *sums, Py_ssize_t sums_step)
    void spread_float(Py_ssize_t outputs, const float **d, float **v, Py_ssize_t count)
    void spread_double(Py_ssize_t outputs, const double **d, double **v, Py_ssize_t count)
    void gather_float(Py_ssize_t outputs, const float **m, float bias, float **y,
                      Py_ssize_t count)
    void gather_double(Py_ssize_t outputs, const double **m, double bias, double **y,
                       Py_ssize_t count)
    bint all_finite_float(const float *x, Py_ssize_t count)
    bint all_finite_double(const double *x, Py_ssize_t count)
    float total_float(const float *x, Py_ssize_t count)
    double total_double(const double *x, Py_ssize_t count)


cdef inline Py_ssize_t blocks(Py_ssize_t count, Py_ssize_t size) noexcept nogil:
    """How many blocks of `size` hold `count`, neither below 0: `//` rounds towards 0 here."""
    return (count + size - 1) // size


cdef class Buffer:
    """Zeroed memory that begins on a cache line and is freed with this object."""
    cdef void *raw
    cdef char *start

    def __cinit__(self, size):
        self.raw = calloc(size + 64, 1) if size < 2**62 else NULL
        if self.raw == NULL:
            raise MemoryError(f"unable to allocate {size} bytes")
        self.start = <char *> self.raw + (64 - <size_t> self.raw % 64)

    def __dealloc__(self):
        free(self.raw)
