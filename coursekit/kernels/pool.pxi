# Max and average pooling, forward and backward, on the unpadded input.
#
# The taps of output row i that fall inside the input are r = first .. last - 1 with
# 0 <= i * stride - before + r * dilation < size, so padding is never read: it cannot win a
# maximum and adds nothing to a sum. `ops.checks` has refused windows with no tap inside.


cdef struct Taps:
    # A window in numbers: R x S taps, strides, dilations, and the zeros above and to the left.
    Py_ssize_t R, S, sh, sw, dh, dw, above, before


cdef Taps taps_of(window):
    cdef Taps t
    t.R, t.S = window.kernel_size
    t.sh, t.sw = window.stride
    t.dh, t.dw = window.dilation
    t.above, t.before = window.padding[0][0], window.padding[1][0]
    return t


cdef inline void inside(Py_ssize_t start, Py_ssize_t dilation, Py_ssize_t taps, Py_ssize_t size,
                        Py_ssize_t *first, Py_ssize_t *last) noexcept nogil:
    """The taps of a window beginning at `start` that fall on 0 .. size - 1."""
    first[0] = 0 if start >= 0 else (-start + dilation - 1) // dilation
    last[0] = 0 if start >= size else min(taps, (size - 1 - start) // dilation + 1)


def max_pool(const floating[:, :, :, ::1] x, window, floating[:, :, :, ::1] out,
             long long[:, :, :, ::1] indices):
    """The compiled twin of `reference.max_pool`."""
    cdef Taps t = taps_of(window)
    if out.size == 0:
        return
    with nogil:
        max_pool_direct(x, t, out, indices)


cdef void max_pool_direct(const floating[:, :, :, ::1] x, Taps t,
                          floating[:, :, :, ::1] out,
                          long long[:, :, :, ::1] indices) noexcept nogil:
    cdef Py_ssize_t n, c, i, j, r, s, top, left, r0, r1, s0, s1, row, place
    cdef floating best, value
    for n in range(out.shape[0]):
        for c in range(out.shape[1]):
            for i in range(out.shape[2]):
                top = i * t.sh - t.above
                inside(top, t.dh, t.R, x.shape[2], &r0, &r1)
                for j in range(out.shape[3]):
                    left = j * t.sw - t.before
                    inside(left, t.dw, t.S, x.shape[3], &s0, &s1)
                    place = -1
                    best = 0
                    for r in range(r0, r1):
                        row = top + r * t.dh
                        for s in range(s0, s1):
                            value = x[n, c, row, left + s * t.dw]
                            # A NaN is the only value unequal to itself; the first one stays.
                            if place < 0 or value > best or (value != value and best == best):
                                best = value
                                place = row * x.shape[3] + left + s * t.dw
                    out[n, c, i, j] = best
                    indices[n, c, i, j] = place


def max_pool_backward(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] x, window,
                      floating[:, :, :, ::1] grad_x):
    """The compiled twin of `reference.max_pool_backward`."""
    cdef Py_ssize_t n, c, i, j, place
    cdef Taps t = taps_of(window)
    cdef floating[:, :, :, ::1] out = np.empty_like(np.asarray(grad))
    cdef long long[:, :, :, ::1] indices = np.empty(np.shape(grad), np.int64)
    np.asarray(grad_x)[...] = 0
    if grad.size == 0:
        return
    with nogil:
        max_pool_direct(x, t, out, indices)
        for n in range(grad.shape[0]):
            for c in range(grad.shape[1]):
                for i in range(grad.shape[2]):
                    for j in range(grad.shape[3]):
                        place = indices[n, c, i, j]
                        grad_x[n, c, place // x.shape[3], place % x.shape[3]] += grad[n, c, i, j]


def avg_pool(const floating[:, :, :, ::1] x, window, bint count_include_pad,
             floating[:, :, :, ::1] out):
    """The compiled twin of `reference.avg_pool`."""
    cdef Py_ssize_t n, c, i, j, r, s, top, left, r0, r1, s0, s1, taps
    cdef Taps t = taps_of(window)
    cdef floating total
    if out.size == 0:
        return
    with nogil:
        for n in range(out.shape[0]):
            for c in range(out.shape[1]):
                for i in range(out.shape[2]):
                    top = i * t.sh - t.above
                    inside(top, t.dh, t.R, x.shape[2], &r0, &r1)
                    for j in range(out.shape[3]):
                        left = j * t.sw - t.before
                        inside(left, t.dw, t.S, x.shape[3], &s0, &s1)
                        total = 0
                        for r in range(r0, r1):
                            for s in range(s0, s1):
                                total += x[n, c, top + r * t.dh, left + s * t.dw]
                        taps = t.R * t.S if count_include_pad else (r1 - r0) * (s1 - s0)
                        out[n, c, i, j] = total / taps


def avg_pool_backward(const floating[:, :, :, ::1] grad, window, bint count_include_pad,
                      floating[:, :, :, ::1] grad_x):
    """The compiled twin of `reference.avg_pool_backward`."""
    cdef Py_ssize_t n, c, i, j, r, s, top, left, r0, r1, s0, s1, taps
    cdef Taps t = taps_of(window)
    cdef floating share
    np.asarray(grad_x)[...] = 0
    if grad.size == 0:
        return
    with nogil:
        for n in range(grad.shape[0]):
            for c in range(grad.shape[1]):
                for i in range(grad.shape[2]):
                    top = i * t.sh - t.above
                    inside(top, t.dh, t.R, grad_x.shape[2], &r0, &r1)
                    for j in range(grad.shape[3]):
                        left = j * t.sw - t.before
                        inside(left, t.dw, t.S, grad_x.shape[3], &s0, &s1)
                        taps = t.R * t.S if count_include_pad else (r1 - r0) * (s1 - s0)
                        share = grad[n, c, i, j] / taps
                        for r in range(r0, r1):
                            for s in range(s0, s1):
                                grad_x[n, c, top + r * t.dh, left + s * t.dw] += share
