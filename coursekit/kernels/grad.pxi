# The gradients of a convolution. In the samples and, over channels, in the weights they are
# correlations themselves, on other plans; letters as in conv.pxi.

# Vectors of gradients that one pass of `dot_products` keeps near.
cdef enum:
    VECTORS_NEAR = 32


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
    cdef Bands p = Bands(2, np.shape(grad), itemsize, groups, C, (rows[1], columns[1]),
                         window.dilation[0], [shift for _, shift in column_taps],
                         np.shape(grad_x)[2:])
    cdef Buffer order = numbers([2 * S + s for s, _ in column_taps])
    cdef Buffer packed = Buffer(4 * w.shape[0] * C * S * itemsize)
    cdef Buffer zeros = Buffer(C * itemsize)
    with nogil:
        weights = 4 * K * C * S
        for g in range(groups):
            pack_bands(2, &w[g * K, 0, 0, 0], C, 3 * S, K, 3 * C * S, -S,
                       <Py_ssize_t *> order.start, S, <floating *> packed.start + g * weights)
        for n in range(grad.shape[0]):
            for g in range(groups):
                winograd(p, &grad[n, g * K, 0, 0], <floating *> packed.start + g * weights, C,
                         <floating *> zeros.start, &grad_x[n, g * C, 0, 0], plane)


cdef bint all_finite(const floating *values, Py_ssize_t count) noexcept nogil:
    if floating is float:
        return all_finite_float(values, count)
    else:
        return all_finite_double(values, count)


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

    Vectors hold input channels, or pixels where there are few channels. Those may run over the
    end of a row, where zeros stand for gradients, and 0 * inf is NaN: so only for finite x.
    """
    cdef Py_ssize_t lanes = VECTOR_BYTES // sizeof(floating)
    cdef Py_ssize_t C = grad_w.shape[1], K = grad_w.shape[0] // groups
    cdef Py_ssize_t taps = grad_w.shape[2] * grad_w.shape[3]
    # Work on each pixel: copies and one vector for each `lanes` channels; or full vectors, half
    # as fast again because both operands are loaded.
    over_channels = K + C + K * blocks(C, lanes) * taps
    over_pixels = 1.5 * K * C * taps / lanes
    if over_pixels < over_channels and all_finite(&x[0, 0, 0, 0], <Py_ssize_t> x.size):
        grad_w_over_pixels(grad, x, window, groups, grad_w)
    else:
        grad_w_over_channels(grad, x, window, groups, grad_w)


def grad_w_over_channels(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] x,
                         window, Py_ssize_t groups, floating[:, :, :, ::1] grad_w):
    """Again a correlation: rows are output channels, products are pixels, and the vectors hold
    neighbouring input channels, which a copy of the image puts side by side."""
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


def grad_w_over_pixels(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] x,
                       window, Py_ssize_t groups, floating[:, :, :, ::1] grad_w):
    """Vectors of the convolution's own plan: gradients times samples, lane by lane, and in the
    end the lanes of each sum are added up."""
    cdef Py_ssize_t itemsize = sizeof(floating), lanes = VECTOR_BYTES // itemsize, n, g, k
    cdef Py_ssize_t C = grad_w.shape[1], K = grad_w.shape[0] // groups, plane, step
    plane = grad.shape[2] * grad.shape[3]
    cdef Planes planes
    planes, at = forward_planes(np.shape(x), itemsize, window, np.shape(grad)[2:])
    cdef Plan plan = sliding_plan(planes, itemsize, C, at, np.shape(grad)[2:], 0,
                                  (grad.shape[3], 1), False)
    # Gradients stand as the plan's vectors ask for: they do so already where each is whole.
    cdef bint whole = (plan.first[plan.vectors] == plan.vectors
                       and plan.vectors * lanes == plane)
    cdef Buffer place = numbers([
        plan.segments[v].place if whole else v * lanes for v in range(plan.vectors)])
    cdef Buffer loose = Buffer(0 if whole else K * plan.vectors * lanes * itemsize)
    cdef Buffer sums = Buffer(int(grad_w.size) * lanes * itemsize)
    cdef const floating *source
    cdef const floating *gradient
    with nogil:
        step = plane if whole else plan.vectors * lanes
        for n in range(grad.shape[0]):
            source = source_of(planes, &x[n, 0, 0, 0])
            for g in range(groups):
                gradient = &grad[n, g * K, 0, 0]
                if not whole:
                    loosen(plan, gradient, K, plane, lanes, <floating *> loose.start)
                    gradient = <const floating *> loose.start
                dot_products(plan, source + g * C * planes.phases * planes.size, gradient, step,
                             <Py_ssize_t *> place.start, K, lanes,
                             <floating *> sums.start + g * K * plan.products * lanes)
        for k in range(grad_w.shape[0]):
            for n in range(plan.products):
                (&grad_w[k, 0, 0, 0])[n] = total(
                    <floating *> sums.start + (k * plan.products + n) * lanes, lanes)


cdef void loosen(Plan plan, const floating *grad, Py_ssize_t rows, Py_ssize_t plane,
                 Py_ssize_t lanes, floating *loose) noexcept nogil:
    """Copies each row's gradients to the lanes of the plan's vectors; other lanes stay zero."""
    cdef Py_ssize_t k, v, s
    for k in range(rows):
        for v in range(plan.vectors):
            for s in range(plan.first[v], plan.first[v + 1]):
                memcpy(loose + (k * plan.vectors + v) * lanes + plan.segments[s].lane,
                       grad + k * plane + plan.segments[s].place,
                       plan.segments[s].count * sizeof(floating))


cdef void dot_products(Plan plan, const floating *source, const floating *grad,
                       Py_ssize_t grad_step, const Py_ssize_t *place, Py_ssize_t rows,
                       Py_ssize_t lanes, floating *sums) noexcept nogil:
    """Adds to sums[row][product], a vector each: gradients of that row times shifted samples.

    A few vectors at a time, so that their gradients stay in the nearest cache until they have
    met all products.
    """
    cdef Py_ssize_t chunk, v, steps, row, tall, wide, block, k, used
    for chunk in range(blocks(plan.vectors, VECTORS_NEAR)):
        v = chunk * VECTORS_NEAR
        steps = min(plan.vectors - v, VECTORS_NEAR)
        row = 0
        while row < rows:
            tall = tile_rows(rows - row)
            wide = tile_vecs(tall)
            for block in range(blocks(plan.products, wide)):
                k = block * wide
                used = min(wide, plan.products - k)
                if floating is float:
                    run_dots_float(tall, used, steps, grad + row * grad_step, grad_step,
                                   place + v, source, plan.offset + k, plan.base + v,
                                   sums + (row * plan.products + k) * lanes, plan.products * lanes)
                else:
                    run_dots_double(tall, used, steps, grad + row * grad_step, grad_step,
                                    place + v, source, plan.offset + k, plan.base + v,
                                    sums + (row * plan.products + k) * lanes,
                                    plan.products * lanes)
            row += tall


cdef void conv_grad_b(const floating[:, :, :, ::1] grad, floating[::1] grad_b) noexcept nogil:
    """A bias met every output of its channel; summed row by row, so that no chain grows long."""
    cdef Py_ssize_t n, k, i
    for k in range(grad.shape[1]):
        grad_b[k] = 0
        for n in range(grad.shape[0]):
            for i in range(grad.shape[2] if grad.shape[3] else 0):
                grad_b[k] += total(&grad[n, k, i, 0], <Py_ssize_t> grad.shape[3])


cdef floating total(const floating *x, Py_ssize_t count) noexcept nogil:
    """The sum of a row."""
    if floating is float:
        return total_float(x, count)
    else:
        return total_double(x, count)
