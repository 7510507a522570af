# Max and average pooling, forward and backward, on the unpadded input.
#
# A window's largest sample is the largest of its rows' largest ones, and its sum the sum of its
# rows' sums. So a row of input is folded along itself once, and the folded rows that a row of
# outputs needs are folded into it. Both folds run over neighbouring outputs, as vectors do.
# Windows that overlap share folded rows, which are held as long as some window can ask for them.
# Only where the place of each maximum is wanted, windows are walked sample by sample.
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


cdef inline floating larger(floating best, floating value) noexcept nogil:
    """The larger of two, the first of equals, the first NaN: the only value unequal to itself."""
    return value if (value > best) | ((value != value) & (best == best)) else best


cdef void fold(bint largest, const floating *x, Py_ssize_t step, Py_ssize_t count,
               floating *out) noexcept nogil:
    """Every `step`-th sample into the outputs. Steps by name, so that they become vectors."""
    cdef Py_ssize_t j
    if largest and step == 1:
        for j in range(count):
            out[j] = larger(out[j], x[j])
    elif largest and step == 2:
        for j in range(count):
            out[j] = larger(out[j], x[2 * j])
    elif largest:
        for j in range(count):
            out[j] = larger(out[j], x[j * step])
    elif step == 1:
        for j in range(count):
            out[j] += x[j]
    elif step == 2:
        for j in range(count):
            out[j] += x[2 * j]
    else:
        for j in range(count):
            out[j] += x[j * step]


cdef void begin(const floating *x, Py_ssize_t step, Py_ssize_t count,
                floating *out) noexcept nogil:
    """Every `step`-th sample as the first of its window."""
    cdef Py_ssize_t j
    if step == 1:
        memcpy(out, x, count * sizeof(floating))
    elif step == 2:
        for j in range(count):
            out[j] = x[2 * j]
    else:
        for j in range(count):
            out[j] = x[j * step]


cdef void fold_row(bint largest, const floating *x, Py_ssize_t size, Taps t, Py_ssize_t columns,
                   floating *out) noexcept nogil:
    """One row of input folded along itself: for each output column, over its taps inside."""
    cdef Py_ssize_t j, s, s0, s1, left, room = size - 1 - (t.S - 1) * t.dw + t.before
    # Columns low .. high - 1 have all their taps inside.
    cdef Py_ssize_t low = min(columns, (t.before + t.sw - 1) // t.sw)
    cdef Py_ssize_t high = low if room < 0 else max(low, min(columns, room // t.sw + 1))
    if low < high:
        begin(x + low * t.sw - t.before, t.sw, high - low, out + low)
    for s in range(1, t.S if low < high else 0):
        fold(largest, x + low * t.sw - t.before + s * t.dw, t.sw, high - low, out + low)
    for j in range(columns):
        if low <= j < high:
            continue
        left = j * t.sw - t.before
        inside(left, t.dw, t.S, size, &s0, &s1)
        out[j] = x[left + s0 * t.dw]
        for s in range(s0 + 1, s1):
            fold(largest, x + left + s * t.dw, 1, 1, out + j)


cdef void fold_plane(bint largest, const floating *x, Py_ssize_t height, Py_ssize_t width, Taps t,
                     floating *held, Py_ssize_t *row_of, Py_ssize_t slots, Py_ssize_t rows,
                     Py_ssize_t columns, floating *out) noexcept nogil:
    """One plane. Folded row p is held in slot p % slots; `row_of` says whose row a slot holds."""
    cdef Py_ssize_t i, r, r0, r1, top, row, slot
    for slot in range(slots):
        row_of[slot] = -1
    for i in range(rows):
        top = i * t.sh - t.above
        inside(top, t.dh, t.R, height, &r0, &r1)
        for r in range(r0, r1):
            row = top + r * t.dh
            slot = row % slots
            if row_of[slot] != row:
                fold_row(largest, x + row * width, width, t, columns, held + slot * columns)
                row_of[slot] = row
            if r == r0:
                memcpy(out + i * columns, held + slot * columns, columns * sizeof(floating))
            else:
                fold(largest, held + slot * columns, 1, columns, out + i * columns)


cdef int fold_planes(bint largest, const floating[:, :, :, ::1] x, Taps t,
                     floating[:, :, :, ::1] out) except -1:
    """Every plane's windows folded: their largest samples, or their sums."""
    # No window reaches further than its extent, so that many slots keep all rows it may need.
    cdef Py_ssize_t slots = min((t.R - 1) * t.dh + 1, x.shape[2]), n, c
    cdef Buffer held = Buffer(slots * out.shape[3] * sizeof(floating))
    cdef Buffer row_of = Buffer(slots * sizeof(Py_ssize_t))
    with nogil:
        for n in range(out.shape[0]):
            for c in range(out.shape[1]):
                fold_plane(largest, &x[n, c, 0, 0], x.shape[2], x.shape[3], t,
                           <floating *> held.start, <Py_ssize_t *> row_of.start, slots,
                           out.shape[2], out.shape[3], &out[n, c, 0, 0])
    return 0


def max_pool(const floating[:, :, :, ::1] x, window, floating[:, :, :, ::1] out,
             long long[:, :, :, ::1] indices):
    """The compiled twin of `reference.max_pool`."""
    cdef Taps t = taps_of(window)
    if out.size == 0:
        return
    if indices is None:
        fold_planes(True, x, t, out)
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
    cdef Py_ssize_t n, c, i, j, r0, r1, s0, s1
    cdef Taps t = taps_of(window)
    if out.size == 0:
        return
    fold_planes(False, x, t, out)
    cdef Buffer inner = Buffer(out.shape[3] * sizeof(floating))
    cdef floating *taps = <floating *> inner.start
    cdef floating rows
    cdef floating *row
    with nogil:
        for j in range(out.shape[3]):
            inside(j * t.sw - t.before, t.dw, t.S, x.shape[3], &s0, &s1)
            taps[j] = t.S if count_include_pad else s1 - s0
        for i in range(out.shape[2]):
            inside(i * t.sh - t.above, t.dh, t.R, x.shape[2], &r0, &r1)
            rows = t.R if count_include_pad else r1 - r0
            for n in range(out.shape[0]):
                for c in range(out.shape[1]):
                    row = &out[n, c, i, 0]
                    for j in range(out.shape[3]):
                        row[j] = row[j] / (rows * taps[j])


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
