# Convolution: a plan is made, memory is packed, tiles run.
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
    outputs = {"direct": 0, "winograd2": 2, "winograd4": 4}.get(algorithm)
    if outputs is None:
        outputs = 2 if winograd_pays(w.shape[1], w.shape[0] // groups, window.kernel_size,
                                     window.stride, window.dilation, np.shape(out)[2:]) else 0
    bias_view = <floating[:w.shape[0]]> <floating *> bias.start
    if outputs and x.size:
        conv_winograd(outputs, x, w, bias_view, window, groups, out)
    else:
        conv_direct(x, w, bias_view, window, groups, out)


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


def conv_winograd(Py_ssize_t outputs, const floating[:, :, :, ::1] x,
                  const floating[:, :, :, ::1] w, const floating[::1] bias, window,
                  Py_ssize_t groups, floating[:, :, :, ::1] out):
    """Two or four rows of outputs at a time, see winograd.pxi."""
    cdef Py_ssize_t itemsize = sizeof(floating), n, g, C = w.shape[1], K = w.shape[0] // groups
    cdef Py_ssize_t plane = out.shape[2] * out.shape[3], S = w.shape[3], weights
    shifts = list(range(0, S * window.dilation[1], window.dilation[1]))
    low = (-window.padding[0][0], -window.padding[1][0])
    cdef Bands p = Bands(outputs, np.shape(x), itemsize, groups, K, low, window.dilation[0],
                         shifts, np.shape(out)[2:])
    cdef Buffer order = numbers(list(range(S)))
    cdef Buffer packed = Buffer((outputs + 2) * w.shape[0] * C * S * itemsize)
    with nogil:
        weights = (outputs + 2) * K * C * S
        for g in range(groups):
            pack_bands(outputs, &w[g * K, 0, 0, 0], K, 3 * C * S, C, 3 * S, S,
                       <Py_ssize_t *> order.start, S, <floating *> packed.start + g * weights)
        for n in range(out.shape[0]):
            for g in range(groups):
                winograd(p, &x[n, g * C, 0, 0], <floating *> packed.start + g * weights, K,
                         &bias[g * K], &out[n, g * K, 0, 0], plane)


def run_tile_alone(floating[::1] dtype, Py_ssize_t times):
    """The tallest tile on data in the nearest cache, so many times; the flops that took.

    What a machine gives the tile at best, for `coursekit bench`.
    """
    cdef Py_ssize_t lanes = VECTOR_BYTES // sizeof(floating), rows = tile_rows(MOST), t
    cdef Py_ssize_t wide = tile_vecs(rows)
    cdef Buffer w = Buffer(CHAIN * rows * sizeof(floating)), x = Buffer(wide * VECTOR_BYTES)
    cdef Buffer out = Buffer(rows * wide * VECTOR_BYTES), start = Buffer(rows * sizeof(floating))
    cdef Plan plan = Plan(CHAIN, wide, wide)  # all offsets 0: always the same samples
    for t in range(wide):
        plan.base[t] = t * lanes
        plan.segments[t] = segment(t * lanes, 0, lanes)
        plan.first[t + 1] = t + 1
    with nogil:
        for t in range(times):
            correlate(plan, <const floating *> x.start, <const floating *> w.start, rows,
                      <const floating *> start.start, <floating *> out.start, wide * lanes)
    return 2 * times * CHAIN * rows * wide * lanes
