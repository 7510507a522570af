# Winograd's F(2, 3) and F(4, 3) along the rows of a map: three tap rows for less.
#
# Two outputs of a filter with three taps, y0 = d0 g0 + d1 g1 + d2 g2 and y1 = d1 g0 + d2 g1 +
# d3 g2, need six products. The same two numbers come from four [1]:
#
#     m0 = (d0 - d2) g0                     y0 = m0 + m1 + m2
#     m1 = (d1 + d2) (g0 + g1 + g2) / 2     y1 = m1 - m2 - m3
#     m2 = (d2 - d1) (g0 - g1 + g2) / 2
#     m3 = (d1 - d3) g2
#
# Here d0 .. d3 are whole rows of samples and g0 .. g2 rows of taps, and a product of two rows is
# a sum over channels and tap columns, which the tile computes. Sums and differences of rows are
# cheap beside that, and neighbours in a row stay neighbours, whatever the dilation.
#
# Dilation by rate q is interleaved convolutions, one for each remainder of the row modulo q: two
# outputs of one convolution are q rows apart, and so are the four rows of samples they need.
#
# Halves are exact, so small integers give exact results. An infinity becomes NaN in the outputs
# it reaches, by inf - inf; no output that it does not reach is touched.
#
# F(4, 3) makes four outputs from six products instead of twelve. Its sums have factors up to 8
# and its taps sixths and 24ths: less accurate, inexact on integers, and an infinity may reach
# outputs next to its own. It runs only where it is asked for by name.
#
# [1] Lavin, Gray (2016), Fast algorithms for convolutional neural networks, arXiv:1509.09308.


cdef class Bands:
    """Bands of two or four output rows, and the memory for a block of bands."""
    cdef Py_ssize_t outputs, inputs                         # rows of a band; 2 more are read
    cdef Py_ssize_t height, width, low_row, low_column      # the image, as in Planes
    cdef Py_ssize_t rows, columns, dilation, count, block   # the map; bands in all, in a block
    cdef Py_ssize_t *first                                  # first row of each band
    cdef Planes spread                                      # a block's rows of samples
    cdef Plan plan
    cdef Buffer memory, gathered, zeros

    def __cinit__(self, outputs, shape, itemsize, groups, rows, low, dilation, shifts, out_shape):
        """`rows` sums from each group; a tap column stands `shifts` from its output."""
        _, channels, self.height, self.width = shape
        self.outputs, self.inputs = outputs, outputs + 2
        self.low_row, self.low_column = low
        self.rows, self.columns = out_shape
        self.dilation = dilation
        first = bands(outputs, out_shape[0], dilation)
        self.count = len(first)
        self.memory = numbers(first)
        self.first = <Py_ssize_t *> self.memory.start
        channels //= groups
        pitch = out_shape[1] + max(shifts)
        # A block's samples and sums should fit into the second cache, beside the weights.
        each = (outputs + 2) * (channels * pitch + rows * out_shape[1]) * itemsize
        self.block = blocks(self.count, blocks(self.count, max(1, 2**19 // each)))
        self.spread = Planes((1, channels, 0, 0), itemsize, (0, 0), (1, 1),
                             (range(outputs + 2), (0,)), self.block, pitch, True)
        self.plan = sliding_plan(self.spread, itemsize, channels,
                                 [(0, 0, shift) for shift in shifts],
                                 (self.block, out_shape[1]), 0, (out_shape[1], 1))
        self.gathered = Buffer((outputs + 2) * rows * self.block * out_shape[1] * itemsize)
        self.zeros = Buffer(max(rows, pitch) * itemsize)


def bands(outputs, rows, dilation):
    """First row of each band; its rows are `dilation` apart, and each row is in one band."""
    return [row for phase in range(min(rows, dilation))
            for row in range(phase, rows, outputs * dilation)]


cdef void pack_bands(Py_ssize_t outputs, const floating *w, Py_ssize_t rows, Py_ssize_t row_step,
                     Py_ssize_t channels, Py_ssize_t channel_step, Py_ssize_t tap_step,
                     const Py_ssize_t *tap, Py_ssize_t taps, floating *packed) noexcept nogil:
    """`pack_weights` for each of the rows of taps; g0, g1, g2 stand `tap_step` apart."""
    cdef Py_ssize_t row = 0, tall, c, t, r, whole = rows * channels * taps
    cdef floating g0, g1, g2
    cdef const floating *corner
    while row < rows:
        tall = tile_rows(rows - row)
        for c in range(channels):
            for t in range(taps):
                for r in range(tall):
                    corner = w + (row + r) * row_step + c * channel_step + tap[t]
                    g0, g1, g2 = corner[0], corner[tap_step], corner[2 * tap_step]
                    if outputs == 2:
                        packed[r] = g0
                        packed[r + whole] = (g0 + g1 + g2) / 2
                        packed[r + 2 * whole] = (g0 - g1 + g2) / 2
                        packed[r + 3 * whole] = g2
                    else:
                        packed[r] = g0 / 4
                        packed[r + whole] = -(g0 + g1 + g2) / 6
                        packed[r + 2 * whole] = -(g0 - g1 + g2) / 6
                        packed[r + 3 * whole] = (g0 + 2 * g1 + 4 * g2) / 24
                        packed[r + 4 * whole] = (g0 - 2 * g1 + 4 * g2) / 24
                        packed[r + 5 * whole] = g2
                packed += tall
        row += tall


cdef void spread_rows(Bands p, const floating *image, Py_ssize_t band,
                      Py_ssize_t count) noexcept nogil:
    """The rows of samples of so many bands; columns outside the image are zero already."""
    cdef Py_ssize_t c, t, e, row
    cdef Py_ssize_t start = max(0, -p.low_column)
    cdef Py_ssize_t end = min(p.spread.pitch, p.width - p.low_column)
    cdef const floating *d[6]
    cdef floating *v[6]
    if start >= end:
        return
    for c in range(p.spread.channels):
        for t in range(count):
            for e in range(p.inputs):
                row = p.low_row + p.first[band + t] + e * p.dilation
                d[e] = <const floating *> p.zeros.start
                if 0 <= row < p.height:
                    d[e] = image + (c * p.height + row) * p.width + p.low_column + start
                v[e] = (<floating *> p.spread.memory.start + start
                        + (p.inputs * c + e) * p.spread.size + t * p.spread.pitch)
            if floating is float:
                spread_float(p.outputs, d, v, end - start)
            else:
                spread_double(p.outputs, d, v, end - start)


cdef void gather_rows(Bands p, Py_ssize_t band, Py_ssize_t count, Py_ssize_t rows,
                      const floating *bias, floating *out, Py_ssize_t plane) noexcept nogil:
    """The outputs of so many bands from their sums."""
    cdef Py_ssize_t k, t, e, row, area = p.block * p.columns
    cdef const floating *m[6]
    cdef floating *y[4]
    for k in range(rows):
        for t in range(count):
            for e in range(p.inputs):
                m[e] = (<const floating *> p.gathered.start + (e * rows + k) * area
                        + t * p.columns)
            for e in range(p.outputs):
                row = p.first[band + t] + e * p.dilation
                y[e] = NULL
                if row < p.rows:
                    y[e] = out + k * plane + row * p.columns
            if floating is float:
                gather_float(p.outputs, m, bias[k], y, p.columns)
            else:
                gather_double(p.outputs, m, bias[k], y, p.columns)


cdef void winograd(Bands p, const floating *image, const floating *packed, Py_ssize_t rows,
                   const floating *bias, floating *out, Py_ssize_t plane) noexcept nogil:
    """One group of one image: block after block of bands is spread, multiplied and gathered."""
    cdef Py_ssize_t band, e, block, count, area = p.block * p.columns
    cdef Py_ssize_t weights = rows * p.plan.products
    for block in range(blocks(p.count, p.block)):
        band = block * p.block
        count = min(p.block, p.count - band)
        spread_rows(p, image, band, count)
        for e in range(p.inputs):
            correlate(p.plan, <const floating *> p.spread.memory.start + e * p.spread.size,
                      packed + e * weights, rows, <const floating *> p.zeros.start,
                      <floating *> p.gathered.start + e * rows * area, area)
        gather_rows(p, band, count, rows, bias, out, plane)


def winograd_pays(channels, rows, taps, stride, dilation, out_shape):
    """Whether F(2, 3) beats the direct sum: three tap rows at stride 1, enough channels that
    the tile outweighs the sums of rows, and few bands that lack their second row."""
    return (taps[0] == 3 and stride == (1, 1) and channels >= 8 and rows >= 8
            and 2 * len(bands(2, out_shape[0], dilation[0])) <= 1.2 * out_shape[0])
