# Convolution, forward and backward, on the padded input.
#
# Letters: n image, g group, k output channel, c input channel within the group, r and s tap row
# and column, i and j output row and column. Strides sh, sw; dilations dh, dw.
#
# Every kernel below has the same inner loop: along one row of outputs, neighbouring outputs meet
# neighbouring input samples `sw` apart, so the tap's weight is a constant of the loop.


def conv(const floating[:, :, :, ::1] x, const floating[:, :, :, ::1] w, b, window,
         Py_ssize_t groups, floating[:, :, :, ::1] out):
    """The compiled twin of `reference.conv`."""
    cdef Py_ssize_t sh, sw, dh, dw
    sh, sw = window.stride
    dh, dw = window.dilation
    if out.size == 0:
        return
    cdef const floating[:, :, :, ::1] padded = padded_copy(x, window)
    cdef const floating[::1] bias = b
    with nogil:
        conv_direct(padded, w, bias, groups, sh, sw, dh, dw, out)


cdef void conv_direct(const floating[:, :, :, ::1] x, const floating[:, :, :, ::1] w,
                      const floating[::1] bias, Py_ssize_t groups,
                      Py_ssize_t sh, Py_ssize_t sw, Py_ssize_t dh, Py_ssize_t dw,
                      floating[:, :, :, ::1] out) noexcept nogil:
    cdef Py_ssize_t K = w.shape[0] // groups, C = w.shape[1], R = w.shape[2], S = w.shape[3]
    cdef Py_ssize_t n, k, g, c, r, s, i, j, columns = out.shape[3]
    cdef floating weight
    cdef floating *row
    cdef const floating *source
    for n in range(out.shape[0]):
        for k in range(out.shape[1]):
            g = k // K
            for i in range(out.shape[2]):
                row = &out[n, k, i, 0]
                for j in range(columns):
                    row[j] = 0 if bias is None else bias[k]
                for c in range(C):
                    for r in range(R):
                        for s in range(S):
                            weight = w[k, c, r, s]
                            source = &x[n, g * C + c, i * sh + r * dh, s * dw]
                            for j in range(columns):
                                row[j] += weight * source[j * sw]


def conv_backward(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] x,
                  const floating[:, :, :, ::1] w, window, Py_ssize_t groups,
                  floating[:, :, :, ::1] grad_x, floating[:, :, :, ::1] grad_w,
                  floating[::1] grad_b):
    """The compiled twin of `reference.conv_backward`."""
    cdef Py_ssize_t sh, sw, dh, dw, top, left, bottom, right
    sh, sw = window.stride
    dh, dw = window.dilation
    (top, bottom), (left, right) = window.padding
    if grad.size == 0:
        np.asarray(grad_x)[...] = 0
        np.asarray(grad_w)[...] = 0
        np.asarray(grad_b)[...] = 0
        return
    cdef const floating[:, :, :, ::1] padded = padded_copy(x, window)
    grad_padded_array = np.zeros_like(np.asarray(padded))
    cdef floating[:, :, :, ::1] grad_padded = grad_padded_array
    with nogil:
        conv_grad_x(grad, w, groups, sh, sw, dh, dw, grad_padded)
        conv_grad_w(grad, padded, groups, sh, sw, dh, dw, grad_w)
        conv_grad_b(grad, grad_b)
    np.asarray(grad_x)[...] = grad_padded_array[
        :, :, top:top + x.shape[2], left:left + x.shape[3]]


cdef void conv_grad_x(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] w,
                      Py_ssize_t groups, Py_ssize_t sh, Py_ssize_t sw, Py_ssize_t dh,
                      Py_ssize_t dw, floating[:, :, :, ::1] grad_x) noexcept nogil:
    """Each output's gradient flows back along the taps it was summed from."""
    cdef Py_ssize_t K = w.shape[0] // groups, C = w.shape[1], R = w.shape[2], S = w.shape[3]
    cdef Py_ssize_t n, k, g, c, r, s, i, j, columns = grad.shape[3]
    cdef floating weight
    cdef floating *target
    cdef const floating *row
    if columns == 0:
        return
    for n in range(grad.shape[0]):
        for k in range(grad.shape[1]):
            g = k // K
            for c in range(C):
                for i in range(grad.shape[2]):
                    row = &grad[n, k, i, 0]
                    for r in range(R):
                        for s in range(S):
                            weight = w[k, c, r, s]
                            target = &grad_x[n, g * C + c, i * sh + r * dh, s * dw]
                            for j in range(columns):
                                target[j * sw] += weight * row[j]


cdef void conv_grad_w(const floating[:, :, :, ::1] grad, const floating[:, :, :, ::1] x,
                      Py_ssize_t groups, Py_ssize_t sh, Py_ssize_t sw, Py_ssize_t dh,
                      Py_ssize_t dw, floating[:, :, :, ::1] grad_w) noexcept nogil:
    """A weight's gradient: all outputs' gradients times the samples that weight met."""
    cdef Py_ssize_t C = grad_w.shape[1], R = grad_w.shape[2], S = grad_w.shape[3]
    cdef Py_ssize_t K = grad_w.shape[0] // groups
    cdef Py_ssize_t n, k, g, c, r, s, i, j, columns = grad.shape[3]
    cdef floating plane, line
    cdef const floating *row
    cdef const floating *source
    for k in range(grad_w.shape[0]):
        g = k // K
        for c in range(C):
            for r in range(R):
                for s in range(S):
                    grad_w[k, c, r, s] = 0
                    if columns == 0:
                        continue
                    for n in range(grad.shape[0]):
                        # Summed line by line, so that no chain of float32 sums grows long.
                        plane = 0
                        for i in range(grad.shape[2]):
                            row = &grad[n, k, i, 0]
                            source = &x[n, g * C + c, i * sh + r * dh, s * dw]
                            line = 0
                            for j in range(columns):
                                line += row[j] * source[j * sw]
                            plane += line
                        grad_w[k, c, r, s] += plane


cdef void conv_grad_b(const floating[:, :, :, ::1] grad, floating[::1] grad_b) noexcept nogil:
    cdef Py_ssize_t n, k, i, j
    cdef floating line
    for k in range(grad.shape[1]):
        grad_b[k] = 0
        for n in range(grad.shape[0]):
            for i in range(grad.shape[2]):
                line = 0
                for j in range(grad.shape[3]):
                    line += grad[n, k, i, j]
                grad_b[k] += line
