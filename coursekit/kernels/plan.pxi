# Plans: where the samples of a correlation stand, and where its sums go.
#
# A convolution, its gradient in x and its gradient in w are the same work on different tables:
#
#     out[row, place] = sum over k of  weights[row, k] * source[base + offset[k]].
#
# This file makes the tables, by whole numbers alone; conv.pxi runs through them.


# Products that count as few, in `sliding_plan`; they fit into one chunk of `correlate`.
cdef enum:
    FEW = 64


cdef class Plan:
    """The tables of one correlation: an offset for each product that is summed, and for each
    vector of sums its place in the source, `base`, and in the result, its segments."""
    cdef Py_ssize_t products, vectors, lane_step
    cdef Py_ssize_t *offset
    cdef Py_ssize_t *base
    cdef Py_ssize_t *first
    cdef segment *segments
    cdef Buffer memory

    def __cinit__(self, products, vectors, segments):
        """Room for so many; filled by who made it."""
        numbers = products + 2 * vectors + 1
        self.memory = Buffer(numbers * sizeof(Py_ssize_t) + segments * sizeof(segment))
        self.products, self.vectors, self.lane_step = products, vectors, 1
        self.offset = <Py_ssize_t *> self.memory.start
        self.base = self.offset + self.products
        self.first = self.base + self.vectors
        self.segments = <segment *> (self.first + self.vectors + 1)


def forward_axis(size, before, stride, dilation, taps, count):
    """One axis of a convolution: `count` outputs over `size` samples.

    Outputs meet samples `stride` apart, so the samples are split into phases, sample p + stride *
    u into place u of phase p: within a phase, neighbouring outputs meet neighbouring samples.
    Returns the phases that taps meet, the length of each, and each tap's (phase, shift).
    """
    at = [(t * dilation % stride, t * dilation // stride) for t in range(taps)]
    phases = sorted({phase for phase, _ in at})
    length = (taps - 1) * dilation // stride + count
    return phases, length, [(phases.index(phase), shift) for phase, shift in at]


def backward_axis(size, before, stride, dilation, taps, count):
    """The same axis for the gradient in the samples: each is a sum of outputs' gradients.

    Padded sample p + stride * m met output m - t // stride with every tap of which t * dilation
    is p modulo stride. Samples of one phase p form one correlation: (first sample, samples, the
    taps as (tap, shift)), where a shift counts outputs from `low` on. Returns these, `low`, and
    how many outputs from there are met. A phase no tap meets has gradient 0 and is left out.
    """
    met = {}
    for t in range(taps):
        phase, shift = t * dilation % stride, t * dilation // stride
        met.setdefault(phase, []).append((t, shift))
    parts, places = [], []
    for phase, at in met.items():
        m = -((phase - before) // stride)  # the first at or behind sample 0
        samples = (before + size - 1 - phase) // stride - m + 1
        if samples > 0:
            parts.append((phase + stride * m - before, samples, [(t, m - s) for t, s in at]))
            places += [m - s for _, s in at] + [m - s + samples - 1 for _, s in at]
    low = min(places, default=0)
    parts = [(start, n, [(t, s - low) for t, s in at]) for start, n, at in parts]
    return parts, low, max(places, default=-1) - low + 1


cdef class Planes:
    """The source of a correlation: for each channel a plane for each pair of phases.

    Row u of a plane is row `low[0] + phase + stride[0] * u` of the image, or zeros where the
    image has no such row; columns likewise. That is a padded copy of the image, made for one
    image at a time, unless the image itself will do: `copied` tells.
    """
    cdef Py_ssize_t channels, height, width        # the image
    cdef Py_ssize_t rows, pitch, size              # each plane; size counts what follows it too
    cdef Py_ssize_t phases, low_row, low_column, row_stride, column_stride
    cdef bint copied
    cdef Buffer memory, phase_memory
    cdef Py_ssize_t *phase                         # first row and column of each plane

    def __cinit__(self, shape, itemsize, low, stride, phases, rows, columns, copied):
        _, self.channels, self.height, self.width = shape
        self.low_row, self.low_column = low
        self.row_stride, self.column_stride = stride
        self.rows, self.pitch, self.phases = rows, columns, len(phases[0]) * len(phases[1])
        self.copied = copied
        if not copied:
            self.pitch, self.size = self.width, self.height * self.width
            return
        # An odd number of cache lines: powers of two would share the same few cache sets.
        line = 64 // itemsize
        self.size = (blocks(rows * columns, line) | 1) * line
        # Behind the last plane a vector may run over its end.
        self.memory = Buffer((channels_size(self) + 2 * line) * itemsize)
        self.phase_memory = Buffer(2 * self.phases * sizeof(Py_ssize_t))
        self.phase = <Py_ssize_t *> self.phase_memory.start
        for i, (row, column) in enumerate((r, c) for r in phases[0] for c in phases[1]):
            self.phase[2 * i], self.phase[2 * i + 1] = row, column


cdef channels_size(Planes planes):
    """Samples of all planes: a Python integer, which cannot overflow."""
    return int(planes.channels) * planes.phases * planes.size


def source_planes(shape, itemsize, low, stride, phases, rows, columns, out_shape):
    """`Planes` for a correlation with so many outputs; the image itself where it will do."""
    height, width = shape[2:]
    itself = (stride == (1, 1) and low == (0, 0) and rows <= height and columns <= width
              and (out_shape[0] - 1) * width + out_shape[1] >= VECTOR_BYTES // itemsize)
    return Planes(shape, itemsize, low, stride, phases, rows, columns, not itself)


def sliding_plan(Planes planes, itemsize, channels, taps, out_shape, place, step,
                 bint again=True):
    """The plan of a window that slides over planes.

    Parameters
    ----------
    channels : int
        Channels summed over.
    taps : list of (int, int, int)
        Plane, row and column of each tap, for output (0, 0).
    out_shape : (int, int)
        Rows and columns of outputs.
    place, step : int, (int, int)
        Where output (0, 0) goes, and how far apart rows and columns go.
    again : bool
        Whether an output may be computed twice.
    """
    cdef Py_ssize_t lanes = VECTOR_BYTES // itemsize, rows, columns, c, k = 0
    cdef Py_ssize_t i = 0, j = 0, v = 0, s = 0, lane, count, last, start, row_step, column_step
    rows, columns = out_shape
    row_step, column_step = step
    start = place
    most = rows * blocks(columns, lanes)
    cdef Plan plan = Plan(channels * len(taps), most, most + rows)
    cdef Buffer at = numbers([plane * planes.size + row * planes.pitch + column
                              for plane, row, column in taps])
    cdef Py_ssize_t t, count_taps = len(taps)
    for c in range(channels):
        for t in range(count_taps):
            plan.offset[k] = c * planes.phases * planes.size + (<Py_ssize_t *> at.start)[t]
            k += 1
    # With few products to sum, putting lanes in place one by one would cost more than the sums:
    # then the last vector of each row is drawn back, and computes some outputs a second time.
    cdef bint row_by_row = again and plan.products <= FEW and columns >= lanes and column_step == 1
    # Else vectors are laid over the plane from the first output that has none yet, over the ends
    # of rows too. In an image that is not copied, the last is drawn back to end where it ends.
    last = (rows - 1) * planes.pitch + columns - (0 if planes.copied else lanes)
    plan.lane_step = column_step
    while i < rows and row_by_row:
        j = min(j, columns - lanes)
        plan.base[v] = i * planes.pitch + j
        plan.segments[v] = segment(start + i * row_step + j, 0, lanes)
        j += lanes
        if j == columns:
            i, j = i + 1, 0
        v += 1
        plan.first[v] = v
    while i < rows:
        plan.base[v] = min(i * planes.pitch + j, last)
        lane = i * planes.pitch + j - plan.base[v]
        while lane < lanes and i < rows:
            count = min(lanes - lane, columns - j)
            plan.segments[s] = segment(start + i * row_step + j * column_step, lane, count)
            s += 1
            j += count
            if j == columns:
                i, j = i + 1, 0
            lane = i * planes.pitch + j - plan.base[v]
        v += 1
        plan.first[v] = s
    plan.vectors = v
    return plan


def pixel_plan(Planes planes, itemsize, channels, taps, out_shape, pixel):
    """The plan of a gradient in the weights, over a copy whose channels stand side by side.

    What is summed over is pixels, `pixel` samples apart in that copy; a vector of sums holds
    neighbouring input channels of one tap, which stand `len(taps)` apart in the weights.
    """
    cdef Py_ssize_t lanes = VECTOR_BYTES // itemsize, count = len(taps), c, i, j, t, k = 0, v = 0
    cdef Py_ssize_t rows, columns, wide = pixel, all_channels = channels
    rows, columns = out_shape
    vectors = blocks(channels, lanes) * count
    cdef Plan plan = Plan(rows * columns, vectors, vectors)
    for i in range(rows):
        for j in range(columns):
            plan.offset[k] = (i * planes.pitch + j) * wide
            k += 1
    plan.lane_step = count
    for c in range(0, all_channels, lanes):
        for t in range(count):
            plane, row, column = taps[t]
            plan.base[v] = <Py_ssize_t> (
                plane * planes.size + row * planes.pitch + column) * wide + c
            plan.segments[v] = segment(c * count + t, 0, min(lanes, all_channels - c))
            v += 1
            plan.first[v] = v
    return plan
