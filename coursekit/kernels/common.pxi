# What every kernel shares: the fused dtype and the padded working copy.
from cython cimport floating
from libc.string cimport memcpy
import numpy as np


cdef void copy_interior(const floating[:, :, :, ::1] x, floating[:, :, :, ::1] padded,
                        Py_ssize_t top, Py_ssize_t left) noexcept nogil:
    """Copies each row of x to its place in `padded`, whose border is zero already."""
    cdef Py_ssize_t n, c, i
    cdef size_t row = x.shape[3] * sizeof(floating)
    if row == 0:
        return
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            for i in range(x.shape[2]):
                memcpy(&padded[n, c, top + i, left], &x[n, c, i, 0], row)


def padded_copy(const floating[:, :, :, ::1] x, window):
    """x with its zeros around it, or x itself where the window asks for none."""
    cdef Py_ssize_t top, bottom, left, right
    (top, bottom), (left, right) = window.padding
    if not (top or bottom or left or right):
        return np.asarray(x)
    cdef floating[:, :, :, ::1] padded = np.zeros(
        (x.shape[0], x.shape[1], x.shape[2] + top + bottom, x.shape[3] + left + right),
        np.float32 if floating is float else np.float64)
    with nogil:
        copy_interior(x, padded, top, left)
    return np.asarray(padded)
