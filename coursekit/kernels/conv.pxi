# Convolution, forward and backward: plans are made, memory is packed, tiles run.
#
# Letters: n image, g group, k output channel, c input channel within the group, r and s tap row
# and column, i and j output row and column.

# No chain of float additions is longer than this: rounding errors grow with a chain's length, so
# longer sums are made of several.
cdef enum:
    CHAIN = 288


cdef void correlate(Plan plan, const floating *source, const floating *packed, Py_ssize_t rows,
                    const floating *start, floating *out, Py_ssize_t row_step) noexcept nogil:
    """out[row] = start[row] + packed weights times shifted source; no start: added to out.

    A chunk of products at a time. A block of vectors meets all rows before the next block comes,
    so that its samples stay in the nearest cache.
    """
    cdef Py_ssize_t chunk, k, steps, row, tall, tiles, t, at, block, v, wide, used
    cdef const floating *begin = NULL
    for chunk in range(max(1, blocks(plan.products, CHAIN))):
        k = chunk * CHAIN
        steps = min(plan.products - k, CHAIN)
        row = 0
        while row < rows:
            tall = tile_rows(rows - row)
            tiles = (rows - row) // tall
            wide = tile_vecs(tall)
            for block in range(blocks(plan.vectors, wide)):
                v = block * wide
                used = min(wide, plan.vectors - v)
                for t in range(tiles):
                    at = row + t * tall
                    if start != NULL:
                        begin = start + at
                    tile(tall, used, steps, packed + at * plan.products + k * tall, source,
                         plan.offset + k, plan.base + v, plan.first + v, plan.segments,
                         begin, out + at * row_step, row_step, plan.lane_step)
            row += tiles * tall
        start = begin = NULL


cdef inline void tile(Py_ssize_t rows, Py_ssize_t used, Py_ssize_t steps, const floating *w,
                      const floating *source, const Py_ssize_t *offset, const Py_ssize_t *base,
                      const Py_ssize_t *first, const segment *segments, const floating *start,
                      floating *out, Py_ssize_t row_step, Py_ssize_t lane_step) noexcept nogil:
    """`run_tile` of tile.h for either dtype."""
    if floating is float:
        run_tile_float(rows, used, steps, w, source, offset, base, first, segments, start, out,
                       row_step, lane_step)
    else:
        run_tile_double(rows, used, steps, w, source, offset, base, first, segments, start, out,
                        row_step, lane_step)


cdef Buffer numbers(list values):
    """Whole numbers as C reads them."""
    cdef Buffer buffer = Buffer(len(values) * sizeof(Py_ssize_t))
    for i, value in enumerate(values):
        (<Py_ssize_t *> buffer.start)[i] = value
    return buffer


def axes(make, size, window, count):
    """`make` (forward_axis or backward_axis) for rows and for columns."""
    return [
        make(size[a], window.padding[a][0], window.stride[a], window.dilation[a],
             window.kernel_size[a], count[a])
        for a in (0, 1)
    ]


def forward_planes(shape, itemsize, window, out_shape):
    """The source of a convolution, and the plane, row and column of each tap in it."""
    rows, columns = axes(forward_axis, shape[2:], window, out_shape)
    low = (-window.padding[0][0], -window.padding[1][0])
    planes = source_planes(shape, itemsize, low, window.stride, (rows[0], columns[0]), rows[1],
                           columns[1], out_shape)
    taps = [(r * len(columns[0]) + s, row, column)
            for r, row in rows[2] for s, column in columns[2]]
    return planes, taps


def conv(const floating[:, :, :, ::1] x, const floating[:, :, :, ::1] w, b, window,
         Py_ssize_t groups, floating[:, :, :, ::1] out, algorithm="auto"):
    """The compiled twin of `reference.conv`."""
    if out.size == 0:
        return
    cdef Buffer bias = Buffer(w.shape[0] * sizeof(floating))
    cdef const floating[::1] given = b
    if given is not None:
        memcpy(bias.start, &given[0], w.shape[0] * sizeof(floating))
    if algorithm == "auto" and x.size and winograd_pays(
            w.shape[1], w.shape[0] // groups, window.kernel_size, window.stride, window.dilation,
            np.shape(out)[2:]):
        conv_winograd(x, w, <floating[:w.shape[0]]> <floating *> bias.start, window, groups, out)
    else:
        conv_direct(x, w, <floating[:w.shape[0]]> <floating *> bias.start, window, groups, out)


def conv_direct(const floating[:, :, :, ::1] x, const floating[:, :, :, ::1] w,
                const floating[::1] bias, window, Py_ssize_t groups,
                floating[:, :, :, ::1] out):
    """Every output as the sum it is defined by."""
    cdef Py_ssize_t itemsize = sizeof(floating), n, g, C = w.shape[1], K = w.shape[0] // groups
    cdef Py_ssize_t plane = out.shape[2] * out.shape[3], taps = w.shape[2] * w.shape[3]
    cdef Planes planes
    planes, at = forward_planes(np.shape(x), itemsize, window, np.shape(out)[2:])
    cdef Plan plan = sliding_plan(planes, itemsize, C, at, np.shape(out)[2:], 0, (out.shape[3], 1))
    cdef Buffer order = numbers(list(range(taps)))
    cdef Buffer packed = Buffer(w.size * itemsize)
    cdef const floating *w0 = &w[0, 0, 0, 0] if C else NULL
    cdef const floating *x0 = &x[0, 0, 0, 0] if x.size else NULL
    cdef const floating *source
    cdef floating *weights = <floating *> packed.start
    with nogil:
        for g in range(groups if C else 0):
            pack_weights(w0 + g * K * C * taps, K, C * taps, C, taps,
                         <Py_ssize_t *> order.start, taps, weights + g * K * C * taps)
        for n in range(out.shape[0]):
            source = source_of(planes, x0 + n * x.shape[1] * x.shape[2] * x.shape[3])
            for g in range(groups):
                correlate(plan, source + g * C * planes.phases * planes.size,
                          weights + g * K * plan.products, K, &bias[g * K],
                          &out[n, g * K, 0, 0], plane)


def conv_winograd(const floating[:, :, :, ::1] x, const floating[:, :, :, ::1] w,
                  const floating[::1] bias, window, Py_ssize_t groups,
                  floating[:, :, :, ::1] out):
    """Two rows of outputs at a time, see winograd.pxi."""
    cdef Py_ssize_t itemsize = sizeof(floating), n, g, C = w.shape[1], K = w.shape[0] // groups
    cdef Py_ssize_t plane = out.shape[2] * out.shape[3], S = w.shape[3], weights
    shifts = list(range(0, S * window.dilation[1], window.dilation[1]))
    low = (-window.padding[0][0], -window.padding[1][0])
    cdef Pairs p = Pairs(np.shape(x), itemsize, groups, K, low, window.dilation[0], shifts,
                         np.shape(out)[2:])
    cdef Buffer order = numbers(list(range(S)))
    cdef Buffer packed = Buffer(4 * w.shape[0] * C * S * itemsize)
    with nogil:
        weights = 4 * K * C * S
        for g in range(groups):
            pack_triples(&w[g * K, 0, 0, 0], K, 3 * C * S, C, 3 * S, S,
                         <Py_ssize_t *> order.start, S, <floating *> packed.start + g * weights)
        for n in range(out.shape[0]):
            for g in range(groups):
                winograd(p, &x[n, g * C, 0, 0], <floating *> packed.start + g * weights, K,
                         &bias[g * K], &out[n, g * K, 0, 0], plane)


def conv_backward(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] x,
                  const floating[:, :, :, ::1] w, window, Py_ssize_t groups,
                  floating[:, :, :, ::1] grad_x, floating[:, :, :, ::1] grad_w,
                  floating[::1] grad_b):
    """The compiled twin of `reference.conv_backward`."""
    if grad.size == 0 or x.size == 0:
        np.asarray(grad_x)[...] = 0
        np.asarray(grad_w)[...] = 0
    else:
        if not all_finite(&w[0, 0, 0, 0], <Py_ssize_t> w.size):
            conv_grad_x_by_taps(grad, w, window, groups, grad_x)
        elif winograd_pays(w.shape[0] // groups, w.shape[1], window.kernel_size, window.stride,
                           window.dilation, np.shape(x)[2:]):
            conv_grad_x_winograd(grad, w, window, groups, grad_x)
        else:
            conv_grad_x(grad, w, window, groups, grad_x)
        conv_grad_w(grad, x, window, groups, grad_w)
    with nogil:
        conv_grad_b(grad, grad_b)


def conv_grad_x(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] w, window,
                Py_ssize_t groups, floating[:, :, :, ::1] grad_x):
    """Each sample's gradient is a correlation of the outputs' gradients with the same weights.

    Samples are taken phase by phase of the stride (see `backward_axis`); the roles of input and
    output channels are exchanged.
    """
    cdef Py_ssize_t itemsize = sizeof(floating), n, g, C = w.shape[1], K = w.shape[0] // groups
    cdef Py_ssize_t width = grad_x.shape[3], plane = grad_x.shape[2] * width
    cdef Py_ssize_t taps = w.shape[2] * w.shape[3], met
    rows, columns = axes(backward_axis, np.shape(grad_x)[2:], window, np.shape(grad)[2:])
    np.asarray(grad_x)[...] = 0
    cdef Planes planes
    cdef Plan plan
    cdef Buffer order, zeros = Buffer(C * itemsize), packed = Buffer(w.size * itemsize)
    cdef floating *weights = <floating *> packed.start
    cdef const floating *source
    for row, height, row_taps in rows[0]:
        for column, columns_here, column_taps in columns[0]:
            size = (height, columns_here)
            planes = source_planes(np.shape(grad), itemsize, (rows[1], columns[1]), (1, 1),
                                   ([0], [0]), rows[2], columns[2], size)
            at = [(0, r, s) for _, r in row_taps for _, s in column_taps]
            plan = sliding_plan(planes, itemsize, K, at, size, row * width + column,
                                (window.stride[0] * width, window.stride[1]))
            order = numbers([r * w.shape[3] + s for r, _ in row_taps for s, _ in column_taps])
            met = len(at)
            with nogil:
                for g in range(groups):
                    pack_weights(&w[g * K, 0, 0, 0], C, taps, K, C * taps,
                                 <Py_ssize_t *> order.start, met, weights + g * C * plan.products)
                for n in range(grad.shape[0]):
                    source = source_of(planes, &grad[n, 0, 0, 0])
                    for g in range(groups):
                        correlate(plan, source + g * K * planes.size,
                                  weights + g * C * plan.products, C, <floating *> zeros.start,
                                  &grad_x[n, g * C, 0, 0], plane)


def conv_grad_x_winograd(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] w, window,
                         Py_ssize_t groups, floating[:, :, :, ::1] grad_x):
    """The same at stride 1, two rows at a time; tap rows are met from the last to the first."""
    cdef Py_ssize_t itemsize = sizeof(floating), n, g, C = w.shape[1], K = w.shape[0] // groups
    cdef Py_ssize_t plane = grad_x.shape[2] * grad_x.shape[3], S = w.shape[3], weights
    rows, columns = axes(backward_axis, np.shape(grad_x)[2:], window, np.shape(grad)[2:])
    column_taps = columns[0][0][2]
    cdef Pairs p = Pairs(np.shape(grad), itemsize, groups, C, (rows[1], columns[1]),
                         window.dilation[0], [shift for _, shift in column_taps],
                         np.shape(grad_x)[2:])
    cdef Buffer order = numbers([2 * S + s for s, _ in column_taps])
    cdef Buffer packed = Buffer(4 * w.shape[0] * C * S * itemsize)
    cdef Buffer zeros = Buffer(C * itemsize)
    with nogil:
        weights = 4 * K * C * S
        for g in range(groups):
            pack_triples(&w[g * K, 0, 0, 0], C, 3 * S, K, 3 * C * S, -S,
                         <Py_ssize_t *> order.start, S, <floating *> packed.start + g * weights)
        for n in range(grad.shape[0]):
            for g in range(groups):
                winograd(p, &grad[n, g * K, 0, 0], <floating *> packed.start + g * weights, C,
                         <floating *> zeros.start, &grad_x[n, g * C, 0, 0], plane)


cdef bint all_finite(const floating *values, Py_ssize_t count) noexcept nogil:
    cdef Py_ssize_t i
    cdef floating nothing = 0
    for i in range(count):
        nothing += values[i] - values[i]  # 0, or NaN from the first that is not finite
    return nothing == 0


def conv_grad_x_by_taps(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] w, window,
                        Py_ssize_t groups, floating[:, :, :, ::1] grad_x):
    """The same in the other direction: each output's gradient flows back along its taps.

    Slow, and needed only where a weight is infinite or NaN: above, zeros around the outputs meet
    every weight, and 0 * inf is NaN.
    """
    cdef Py_ssize_t K = w.shape[0] // groups, C = w.shape[1], sh, sw, dh, dw, top, left
    cdef Py_ssize_t n, k, c, r, s, i, j, row, column
    sh, sw = window.stride
    dh, dw = window.dilation
    top, left = window.padding[0][0], window.padding[1][0]
    np.asarray(grad_x)[...] = 0
    with nogil:
        for n in range(grad.shape[0]):
            for k in range(grad.shape[1]):
                for c in range(k // K * C, k // K * C + C):
                    for r in range(w.shape[2]):
                        for s in range(w.shape[3]):
                            for i in range(grad.shape[2]):
                                row = i * sh + r * dh - top
                                if not 0 <= row < grad_x.shape[2]:
                                    continue
                                for j in range(grad.shape[3]):
                                    column = j * sw + s * dw - left
                                    if 0 <= column < grad_x.shape[3]:
                                        grad_x[n, c, row, column] += (
                                            w[k, c - k // K * C, r, s] * grad[n, k, i, j])


def conv_grad_w(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] x, window,
                Py_ssize_t groups, floating[:, :, :, ::1] grad_w):
    """A weight's gradient: all outputs' gradients times the samples that weight met.

    Again a correlation: rows are output channels, products are pixels, and the vectors hold
    neighbouring input channels, which a copy of the image puts side by side.
    """
    cdef Py_ssize_t itemsize = sizeof(floating), line = 64 // itemsize, n, g, places
    cdef Py_ssize_t C = grad_w.shape[1], K = grad_w.shape[0] // groups, wide, pixels
    cdef Py_ssize_t each = C * grad_w.shape[2] * grad_w.shape[3]
    pixels = grad.shape[2] * grad.shape[3]
    cdef Planes planes
    planes, at = forward_planes(np.shape(x), itemsize, window, np.shape(grad)[2:])
    places = planes.phases * planes.size
    wide = (blocks(x.shape[1], line) | 1) * line
    cdef Plan plan = pixel_plan(planes, itemsize, C, at, np.shape(grad)[2:], wide)
    cdef Buffer copy = Buffer((int(places) * wide + 64) * itemsize)
    cdef Buffer packed = Buffer(grad.shape[1] * pixels * itemsize)
    cdef Buffer zeros = Buffer(K * itemsize)
    cdef floating *beside = <floating *> copy.start
    cdef floating *weights = <floating *> packed.start
    cdef const floating *start = <const floating *> zeros.start
    cdef Py_ssize_t origin = 0
    cdef const floating *source
    with nogil:
        for n in range(grad.shape[0]):
            source = source_of(planes, &x[n, 0, 0, 0])
            pack_pixels(source, planes.channels, places, places, wide, beside)
            for g in range(groups):
                pack_weights(&grad[n, g * K, 0, 0], K, pixels, pixels, 1, &origin, 1,
                             weights + g * K * pixels)
                correlate(plan, beside + g * C, weights + g * K * pixels, K, start,
                          &grad_w[g * K, 0, 0, 0], each)
            start = NULL


cdef void conv_grad_b(const floating[:, :, :, ::1] grad, floating[::1] grad_b) noexcept nogil:
    """A bias met every output of its channel; summed row by row, so that no chain grows long."""
    cdef Py_ssize_t n, k, i
    for k in range(grad.shape[1]):
        grad_b[k] = 0
        for n in range(grad.shape[0]):
            for i in range(grad.shape[2] if grad.shape[3] else 0):
                if floating is float:
                    grad_b[k] += total_float(&grad[n, k, i, 0], grad.shape[3])
                else:
                    grad_b[k] += total_double(&grad[n, k, i, 0], grad.shape[3])
