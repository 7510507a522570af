# Packing: copies in the order in which the tile reads.


cdef void fill(Planes planes, const floating *image, floating *copy) noexcept nogil:
    """Copies one image into planes; what lies around it is zero already."""
    cdef Py_ssize_t c, p, u, v, row, start, end, first
    cdef Py_ssize_t rs = planes.row_stride, cs = planes.column_stride
    cdef const floating *source
    for c in range(planes.channels):
        for p in range(planes.phases):
            first = planes.low_column + planes.phase[2 * p + 1]
            # The columns v for which the image has a column first + cs * v.
            start = 0 if first >= 0 else (-first + cs - 1) // cs
            end = 0 if first >= planes.width else (planes.width - 1 - first) // cs + 1
            end = min(end, planes.pitch)
            for u in range(planes.rows if start < end else 0):
                row = planes.low_row + planes.phase[2 * p] + rs * u
                if 0 <= row < planes.height:
                    source = image + row * planes.width + first
                    if cs == 1:
                        memcpy(copy + u * planes.pitch + start, source + start,
                               (end - start) * sizeof(floating))
                    else:
                        for v in range(start, end):
                            copy[u * planes.pitch + v] = source[v * cs]
            copy += planes.size
        image += planes.height * planes.width


cdef const floating *source_of(Planes planes, const floating *image) noexcept nogil:
    """Where a correlation over this image reads."""
    if not planes.copied:
        return image
    fill(planes, image, <floating *> planes.memory.start)
    return <const floating *> planes.memory.start


cdef void pack_weights(const floating *w, Py_ssize_t rows, Py_ssize_t row_step,
                       Py_ssize_t channels, Py_ssize_t channel_step, const Py_ssize_t *tap,
                       Py_ssize_t taps, floating *packed) noexcept nogil:
    """Tile after tile of rows; in a tile, product after product; in a product, row after row."""
    cdef Py_ssize_t row = 0, tall, c, t, r
    cdef const floating *corner
    while row < rows:
        tall = tile_rows(rows - row)
        for c in range(channels):
            for t in range(taps):
                corner = w + row * row_step + c * channel_step + tap[t]
                for r in range(tall):
                    packed[r] = corner[r * row_step]
                packed += tall
        row += tall


cdef void pack_pixels(const floating *planes, Py_ssize_t channels, Py_ssize_t channel_step,
                      Py_ssize_t pixels, Py_ssize_t wide, floating *packed) noexcept nogil:
    """Channels side by side: packed[p * wide + c] = planes[c * channel_step + p]."""
    cdef Py_ssize_t p, c, block, end
    for block in range(0, pixels, 64):  # few enough to stay in the cache until all have theirs
        end = min(block + 64, pixels)
        for c in range(channels):
            for p in range(block, end):
                packed[p * wide + c] = planes[c * channel_step + p]
