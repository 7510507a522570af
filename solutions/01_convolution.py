# %% Exercise 01: write it, mend it, doubt it [markdown]
# # Exercise 01: write it, mend it, doubt it
#
# Lesson 01 let a kernel slide over a wall, wrote the sum as a matrix, and found that a test may be
# blind. Here you write a convolution in one dimension and in two, and its matrix; you mend a
# program that many people have copied; and you let a program say what a test cannot see.
#
# **5 answers, 8 points, about 35 minutes.** You need NumPy and lesson 01. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError` and run the cell.
# Then run the examples below it, which are small enough to do on paper, and the graded cell, which
# tries your function on drawn inputs and says what it found. Hints stand folded below each task.
#
# **Beware.** The examples here are kind: square, symmetric, few. You know from the lesson what such
# tests are worth. When they agree, make a test of your own before you run the graded cell.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("01_convolution")

# %% Task 1: along a line [markdown]
# ## 1. Along a line (1 point)
#
# In one dimension a kernel slides along a row of samples. As in the lesson it is not turned round,
# it moves one sample at a time, and it never hangs over an end.
#
# Write `slide(signal, kernel)` for two 1-D arrays, the kernel no longer than the signal. It returns
# the outputs, first to last. Write the loops yourself: the next task needs them.
#
# *Worked by hand:* signal 1, 2, 4, 8, 16 and kernel 1, 2, 1. It fits in three places, and the first
# output is 1 x 1 + 2 x 2 + 1 x 4 = 9. The others are 18 and 36.

# %% Hint: count the places [markdown] role="hint" answer="answer-slide"
# Draw a signal of 5 samples and a kernel of 2, and count the places where the kernel fits. Then a
# kernel of 5. Which formula gives both numbers?

# %% Hint: one output first [markdown] role="hint" answer="answer-slide"
# The window of output `i` begins at sample `i`, with the first tap, and holds as many samples as
# the kernel. Write the line that computes this one output; then put the loop around it.

# %% Answer: slide role="answer"
def slide(signal, kernel):
    """Outputs of a kernel that slides along a signal, without padding."""
    ### BEGIN SOLUTION
    places = len(signal) - len(kernel) + 1
    out = np.zeros(places)
    for i in range(places):
        for r in range(len(kernel)):
            out[i] += kernel[r] * signal[i + r]
    return out
    ### END SOLUTION

# %% Example: slide role="example"
assert np.array_equal(slide(np.array([1, 2, 4, 8, 16]), np.array([1, 2, 1])), [9, 18, 36])
assert np.array_equal(slide(np.array([5, 1, 2]), np.array([1, 1, 1])), [8])
print("both examples agree")

# %% Graded: slide role="graded" answer="answer-slide" points=1
@graded("slide")
def slide_case(rng):
    taps = rng.integers(2, 5)
    samples = taps + rng.integers(0, 5)
    return rng.integers(0, 10, size=samples), rng.permutation(np.arange(1, 10))[:taps]

# %% Alternative: NumPy's own role="alternative" answer="answer-slide"
def slide(signal, kernel):
    return np.correlate(signal, kernel, "valid")

# %% Misconception: turned round role="misconception" answer="answer-slide"
# Your kernel reads the signal with its last weight first. That is convolution as in mathematics;
# here, as in PyTorch, the first weight meets the first sample of the window. The kernels of the
# examples read the same from both ends, so they could not tell.
def slide(signal, kernel):
    return np.convolve(signal, kernel, "valid")

# %% Misconception: a kernel has a middle role="misconception" answer="answer-slide"
# With an even number of taps your function gives one output too few. It puts the middle of the
# kernel on a sample and keeps half a kernel away from both ends; but of two or four taps none is in
# the middle. Count from the first tap instead.
def slide(signal, kernel):
    half = len(kernel) // 2
    out = []
    for middle in range(half, len(signal) - half):
        out.append(sum(kernel[r] * signal[middle - half + r] for r in range(len(kernel))))
    return np.array(out)

# %% Task 2: in a picture [markdown]
# ## 2. In a picture (2 points)
#
# Now an image of H rows and W columns, a kernel of R rows and S columns, and a bias, which is added
# once to each output.
#
# Write `convolve(image, kernel, bias)`. It returns an array of shape (H - R + 1, W - S + 1).
#
# *Worked by hand:*
#
# ```
# image          kernel      bias 0     output
# 1  2  0
# 0  1  3        1  2                   6  7
# 2  0  1        2  1                   6  8
# ```
#
# The 8, at the bottom right, is 1 x 1 + 2 x 3 + 2 x 0 + 1 x 1.

# %% Hint: four numbers [markdown] role="hint" answer="answer-convolve"
# There are four counters: `i` and `j` for the place of the output, `r` and `s` for the tap. For
# each of them, write down where it stops: at R, at S, or at one of the two sides of the output?

# %% Hint: cut out the window [markdown] role="hint" answer="answer-convolve"
# A slice does the work of the two inner loops: the window of output (i, j) has R rows, from row `i`
# on, and S columns, from column `j` on. Multiply it by the kernel, entry by entry.

# %% Hint: where the bias goes [markdown] role="hint" answer="answer-convolve"
# Once to each output: outside the sum over the taps.

# %% Answer: convolve role="answer"
def convolve(image, kernel, bias):
    """A convolution of one image with one kernel, without padding, plus a bias."""
    ### BEGIN SOLUTION
    (H, W), (R, S) = image.shape, kernel.shape
    out = np.zeros((H - R + 1, W - S + 1))
    for i in range(H - R + 1):
        for j in range(W - S + 1):
            out[i, j] = (kernel * image[i : i + R, j : j + S]).sum() + bias
    return out
    ### END SOLUTION

# %% Example: convolve role="example"
small = np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1]])
assert np.array_equal(convolve(small, np.array([[1, 2], [2, 1]]), 0), [[6, 7], [6, 8]])
assert np.array_equal(convolve(small, np.array([[3]]), 1), [[4, 7, 1], [1, 4, 10], [7, 1, 4]])
print("both examples agree")

# %% Graded: convolve role="graded" answer="answer-convolve" points=2
@graded("convolve")
def convolve_case(rng):
    R, S = rng.permutation([1, 2, 3, 4])[:2]
    H, W = R + rng.integers(0, 3), S + rng.integers(1, 4)
    kernel = rng.permutation(np.arange(1, 13))[: R * S].reshape(R, S)
    return rng.integers(0, 10, size=(H, W)), kernel, int(rng.integers(1, 6))

# %% Alternative: shifted pictures role="alternative" answer="answer-convolve"
def convolve(image, kernel, bias):
    rows = image.shape[0] - kernel.shape[0] + 1
    columns = image.shape[1] - kernel.shape[1] + 1
    total = np.full((rows, columns), bias, dtype=float)
    for (r, s), weight in np.ndenumerate(kernel):
        total += weight * image[r : r + rows, s : s + columns]
    return total

# %% Misconception: half turn role="misconception" answer="answer-convolve"
# Your kernel is turned by half a turn: its last weight meets the first pixel of the window. The
# kernel of the example looks the same after half a turn, so the example could not tell.
def convolve(image, kernel, bias):
    (H, W), (R, S) = image.shape, kernel.shape
    turned = kernel[::-1, ::-1]
    return np.array([[(turned * image[i : i + R, j : j + S]).sum() + bias
                      for j in range(W - S + 1)] for i in range(H - R + 1)])

# %% Misconception: rows for columns role="misconception" answer="answer-convolve"
# Your kernel has its rows and columns exchanged: the weight in row r and column s meets the pixel
# in row s and column r of the window. A kernel that is equal to its transpose does not notice.
def convolve(image, kernel, bias):
    (H, W), (S, R) = image.shape, kernel.shape
    out = np.zeros((H - R + 1, W - S + 1))
    for i in range(H - R + 1):
        for j in range(W - S + 1):
            for r in range(R):
                for s in range(S):
                    out[i, j] += kernel[s, r] * image[i + r, j + s]
    return out + bias

# %% Misconception: every kernel is square role="misconception" answer="answer-convolve"
# Your function takes the number of the kernel's rows for the number of its columns as well. With
# square kernels that is right; here R and S differ.
def convolve(image, kernel, bias):
    size = len(kernel)
    rows, columns = image.shape[0] - size + 1, image.shape[1] - size + 1
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for r in range(size):
                for s in range(size):
                    out[i, j] += kernel[r, s] * image[i + r, j + s]
    return out + bias

# %% Misconception: a bias for each tap role="misconception" answer="answer-convolve"
# Your bias is added to every product, so each output gets it as often as the kernel has taps. It
# belongs to the output, once. With a bias of 0, or a single tap, that makes no difference.
def convolve(image, kernel, bias):
    (H, W), (R, S) = image.shape, kernel.shape
    out = np.zeros((H - R + 1, W - S + 1))
    for i in range(H - R + 1):
        for j in range(W - S + 1):
            for r in range(R):
                for s in range(S):
                    out[i, j] += kernel[r, s] * image[i + r, j + s] + bias
    return out

# %% Task 3: the matrix [markdown]
# ## 3. The matrix (2 points)
#
# A convolution without bias is a multiplication by a matrix. Its columns are the pixels of the
# image, row after row, its rows are the outputs in the same order.
#
# Write `matrix(kernel, shape)`, with `shape` the pair (H, W) of the image. It returns an array of
# shape (number of outputs, H * W), so that `matrix(kernel, image.shape) @ image.ravel()` holds the
# outputs.
#
# *Worked by hand:* the kernel of task 2 on an image of 3 x 3. The first output reads the pixels 0,
# 1, 3 and 4, so the first row is `1 2 0 2 1 0 0 0 0`. There are four rows.

# %% Hint: number the pixels [markdown] role="hint" answer="answer-matrix"
# Draw an image of 2 rows and 5 columns and number its pixels in reading order, from 0. Which number
# has the pixel in row 1 and column 3? With which of the two sides did you count?

# %% Hint: one entry for each tap and output [markdown] role="hint" answer="answer-matrix"
# The tap (r, s) of the output (i, j) reads the pixel (i + r, j + s). So four loops, one entry each:
# the number of the output says which row, the number of the pixel says which column.

# %% Hint: two widths [markdown] role="hint" answer="answer-matrix"
# Outputs are numbered in reading order too, and a row of outputs is shorter than a row of pixels.

# %% Answer: matrix role="answer"
def matrix(kernel, shape):
    """The matrix of a convolution without padding and bias."""
    ### BEGIN SOLUTION
    (R, S), (H, W) = kernel.shape, shape
    rows, columns = H - R + 1, W - S + 1
    out = np.zeros((rows * columns, H * W))
    for i in range(rows):
        for j in range(columns):
            for r in range(R):
                for s in range(S):
                    out[i * columns + j, (i + r) * W + j + s] = kernel[r, s]
    return out
    ### END SOLUTION

# %% Example: matrix role="example"
small_matrix = matrix(np.array([[1, 2], [2, 1]]), (3, 3))
assert np.array_equal(small_matrix[0], [1, 2, 0, 2, 1, 0, 0, 0, 0])
assert np.array_equal(small_matrix[1], [0, 1, 2, 0, 2, 1, 0, 0, 0])
assert np.array_equal(small_matrix @ [1, 2, 0, 0, 1, 3, 2, 0, 1], [6, 7, 6, 8])
print("the example agrees")

# %% Graded: matrix role="graded" answer="answer-matrix" points=2
@graded("matrix")
def matrix_case(rng):
    R, S = rng.permutation([1, 2, 3])[:2]
    H, W = R + rng.integers(1, 3), S + rng.integers(1, 3)
    if H == W:
        W += 1
    return rng.permutation(np.arange(1, 10))[: R * S].reshape(R, S), (int(H), int(W))

# %% Alternative: a row shifted role="alternative" answer="answer-matrix"
def matrix(kernel, shape):
    H, W = shape
    first = np.zeros((H, W))
    first[: kernel.shape[0], : kernel.shape[1]] = kernel
    return np.array([np.roll(first.ravel(), i * W + j)
                     for i in range(H - kernel.shape[0] + 1)
                     for j in range(W - kernel.shape[1] + 1)])

# %% Alternative: one pixel at a time role="alternative" answer="answer-matrix"
def matrix(kernel, shape):
    (R, S), (H, W) = kernel.shape, shape
    columns = []
    for pixel in range(H * W):
        image = (np.arange(H * W) == pixel).reshape(H, W)
        columns.append([(kernel * image[i : i + R, j : j + S]).sum()
                        for i in range(H - R + 1) for j in range(W - S + 1)])
    return np.array(columns).T

# %% Misconception: as wide as it is high role="misconception" answer="answer-matrix"
# Your pixels are numbered as if the image had H columns. From one pixel to the pixel below it there
# are W places. In a square image that is the same.
def matrix(kernel, shape):
    (R, S), (H, W) = kernel.shape, shape
    rows, columns = H - R + 1, W - S + 1
    out = np.zeros((rows * columns, H * W))
    for i in range(rows):
        for j in range(columns):
            for r in range(R):
                for s in range(S):
                    out[i * columns + j, (i + r) * H + j + s] = kernel[r, s]
    return out

# %% Misconception: down the columns role="misconception" answer="answer-matrix"
# Your matrix numbers pixels and outputs down the columns of the image. `ravel` goes along the rows.
# On a square image, with a kernel that is equal to its transpose, both give the same matrix.
def matrix(kernel, shape):
    (R, S), (H, W) = kernel.shape, shape
    rows, columns = H - R + 1, W - S + 1
    out = np.zeros((rows * columns, H * W))
    for i in range(rows):
        for j in range(columns):
            for r in range(R):
                for s in range(S):
                    out[j * rows + i, (j + s) * H + i + r] = kernel[r, s]
    return out

# %% Misconception: turned in the matrix role="misconception" answer="answer-matrix"
# The rows of your matrix hold the kernel from its last weight to its first. The first weight
# belongs to the first pixel of the window.
def matrix(kernel, shape):
    (R, S), (H, W) = kernel.shape, shape
    rows, columns = H - R + 1, W - S + 1
    out = np.zeros((rows, columns, H, W))
    for i in range(rows):
        for j in range(columns):
            out[i, j, i : i + R, j : j + S] = kernel[::-1, ::-1]
    return out.reshape(rows * columns, H * W)

# %% Task 4: find the mistake [markdown]
# ## 4. Find the mistake (2 points)
#
# Libraries often make one large product of a convolution. They copy all windows into a table:
# **each column is a window**, its pixels from top to bottom in reading order, and the windows
# follow in reading order too. Then `kernel.ravel() @ table` is all outputs at once. The copying is
# called **im2col**, image to columns. Here is a program for it:
#
# ```python
# def im2col(image, height, width):
#     """All windows of height x width pixels, one in each column."""
#     rows = image.shape[0] - height + 1
#     columns = image.shape[1] - width + 1
#     table = np.zeros((height * width, rows * columns))
#     for r in range(height):
#         for s in range(width):
#             for i in range(rows):
#                 for j in range(columns):
#                     table[r * height + s, i * columns + j] = image[i + r, j + s]
#     return table
# ```
#
# It has one mistake. The same mistake stands in the exercises of a very good course, and from there
# it has gone into many programs; it is easy to make, and with the kernels that most people use it
# does no harm. Find out for which kernels the program is wrong, and write `im2col` without the
# mistake.
#
# *Think first:* if the window has 2 rows and 3 columns, which row of the table does each of its six
# pixels go to? Write down all six.

# %% Hint: two in one place [markdown] role="hint" answer="answer-im2col"
# With 2 rows and 3 columns, `r * height + s` is 0, 1, 2 and then 2, 3, 4. So two pixels of a window
# are written to one row of the table, and another row stays empty.

# %% Hint: the last one [markdown] role="hint" answer="answer-im2col"
# In reading order, how many pixels of the window stand before row `r`? That is `r` times the length
# of a row of the window.

# %% Answer: im2col role="answer"
def im2col(image, height, width):
    """All windows of height x width pixels, one in each column."""
    ### BEGIN SOLUTION
    rows = image.shape[0] - height + 1
    columns = image.shape[1] - width + 1
    table = np.zeros((height * width, rows * columns))
    for r in range(height):
        for s in range(width):
            table[r * width + s] = image[r : r + rows, s : s + columns].ravel()
    return table
    ### END SOLUTION

# %% Example: im2col role="example"
table = im2col(np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1]]), 2, 2)
assert table.shape == (4, 4)
assert np.array_equal(np.array([1, 2, 2, 1]) @ table, [6, 7, 6, 8])
print("the example agrees")

# %% Graded: im2col role="graded" answer="answer-im2col" points=2
@graded("im2col")
def im2col_case(rng):
    height, width = rng.permutation([2, 3, 4])[:2].tolist()
    H, W = height + rng.integers(0, 3), width + rng.integers(0, 3)
    return rng.permutation(np.arange(1, H * W + 1)).reshape(H, W), height, width

# %% Alternative: window by window role="alternative" answer="answer-im2col"
def im2col(image, height, width):
    return np.array([image[i : i + height, j : j + width].ravel()
                     for i in range(image.shape[0] - height + 1)
                     for j in range(image.shape[1] - width + 1)]).T

# %% Misconception: as published role="misconception" answer="answer-im2col"
# The mistake is still there: the row of the table is counted as if the window had as many columns
# as rows. With fewer rows than columns two pixels share a row of the table, with more the row does
# not exist.
def im2col(image, height, width):
    rows = image.shape[0] - height + 1
    columns = image.shape[1] - width + 1
    table = np.zeros((height * width, rows * columns))
    for r in range(height):
        for s in range(width):
            table[r * height + s] = image[r : r + rows, s : s + columns].ravel()
    return table

# %% Misconception: mended the other way round role="misconception" answer="answer-im2col"
# You gave every pixel of the window a row of its own, so nothing is lost any more. But you count
# down the columns of the window, and `kernel.ravel()` goes along its rows: the weights meet the
# wrong pixels, unless the kernel is equal to its transpose.
def im2col(image, height, width):
    rows = image.shape[0] - height + 1
    columns = image.shape[1] - width + 1
    table = np.zeros((height * width, rows * columns))
    for r in range(height):
        for s in range(width):
            table[s * height + r] = image[r : r + rows, s : s + columns].ravel()
    return table

# %% Task 5: what is this test blind to? [markdown]
# ## 5. What is this test blind to? (1 point)
#
# You test a program with one kernel and some image. Which mistakes can this test never notice,
# because the kernel looks the same after them?
#
# Write `blind_to(kernel)`. It returns a list of names, in this order, of those that hold:
#
# - `"upside down"`: last row first;
# - `"mirrored"`: last column first;
# - `"half turn"`: last row and last column first;
# - `"transposed"`: rows and columns exchanged.
#
# *Worked by hand:* the kernel of the guide, in the lesson, has the rows 0 1 2, 2 2 0 and 0 1 2. Its
# first row equals its last, so the answer holds "upside down". It is not the same after any of the
# other three: `["upside down"]`.

# %% Hint: the four kernels [markdown] role="hint" answer="answer-blind-to"
# The lesson wrote three of them in a few characters each: `w[::-1]`, `w[::-1, ::-1]`, `w.T`. What
# is missing is the one that leaves the rows where they are.

# %% Hint: the same shape, the same entries [markdown] role="hint" answer="answer-blind-to"
# When they have the same shape and **all** entries are equal. `np.array_equal` looks at both, and
# does not complain if the shapes differ.

# %% Answer: blind to role="answer"
def blind_to(kernel):
    """Names of the mistakes after which the kernel looks the same."""
    ### BEGIN SOLUTION
    changed = {
        "upside down": kernel[::-1],
        "mirrored": kernel[:, ::-1],
        "half turn": kernel[::-1, ::-1],
        "transposed": kernel.T,
    }
    return [name for name, other in changed.items() if np.array_equal(kernel, other)]
    ### END SOLUTION

# %% Example: blind to role="example"
blur = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
assert blind_to(blur) == ["upside down", "mirrored", "half turn", "transposed"]
assert blind_to(np.array([[1, 2, 3, 4], [5, 6, 7, 8]])) == []
print("both examples agree")

# %% Graded: blind to role="graded" answer="answer-blind-to" points=1
@graded("blind_to")
def blind_to_case(rng):
    kernel = rng.integers(0, 4, size=rng.integers(2, 4, size=2))
    others = [kernel[::-1, ::-1]] * 8 + [kernel[::-1], kernel[:, ::-1], kernel]
    if kernel.shape[0] == kernel.shape[1]:
        others.append(kernel.T)
    return (kernel + others[rng.integers(len(others))],)

# %% Alternative: turned twice role="alternative" answer="answer-blind-to"
def blind_to(kernel):
    rows = kernel.tolist()
    upside = rows[::-1]
    names = ["upside down"] if upside == rows else []
    if [row[::-1] for row in rows] == rows:
        names.append("mirrored")
    if [row[::-1] for row in upside] == rows:
        names.append("half turn")
    if [list(column) for column in zip(*rows)] == rows:
        names.append("transposed")
    return names

# %% Misconception: a half turn needs both role="misconception" answer="answer-blind-to"
# You name a half turn when the kernel is the same upside down and mirrored. It may be neither, and
# still come out the same when both are done: look at the rows 1 2 and 2 1.
def blind_to(kernel):
    names = []
    if np.array_equal(kernel, kernel[::-1]):
        names.append("upside down")
    if np.array_equal(kernel, kernel[:, ::-1]):
        names.append("mirrored")
    if len(names) == 2:
        names.append("half turn")
    if np.array_equal(kernel, kernel.T):
        names.append("transposed")
    return names

# %% Misconception: one equal entry is enough role="misconception" answer="answer-blind-to"
# You call a kernel the same as soon as **some** entry is equal. The middle of a 3 x 3 kernel stays
# in its place in each of the four, and so is always equal. A test compares all entries: one that
# differs gives the mistake away. (You are in good company: a check that fails only if every entry
# differs has been published, too.)
def blind_to(kernel):
    changed = {
        "upside down": kernel[::-1],
        "mirrored": kernel[:, ::-1],
        "half turn": kernel[::-1, ::-1],
        "transposed": kernel.T,
    }
    return [name for name, other in changed.items()
            if other.shape == kernel.shape and np.any(other == kernel)]

# %% What next [markdown]
# ## What next
#
# Look for a kernel of 2 x 2 for which `blind_to` finds nothing. Two different values are enough:
# which, and where? And an image may be blind as well: on which picture does a kernel give the same
# upside down, whatever its weights?
