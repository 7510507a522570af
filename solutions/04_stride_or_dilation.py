# %% Exercise 04: convert, stitch, count, check [markdown]
# # Exercise 04: convert, stitch, count, check
#
# Lesson 04 turned a net with strides into one with rates and compared their answers number by
# number. Here you write what that takes: the conversion for a net of any depth, a pooling that
# holds for any window, the stitching of moved answers into a dense map, a count of what a kernel
# hides, and a check that fails when it should. The last one begins with a bug that has been
# published.
#
# **5 answers, 10 points, about 40 minutes.** You need NumPy and lesson 04. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError`, run the cell, then
# the examples below it, which are small enough to do on paper, then the graded cell. That one stays
# as it is: it tries your function on drawn inputs and says what it found. Hints stand folded below
# each task.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("04_stride_or_dilation")

# %% Task 1: from strides to rates [markdown]
# ## 1. From strides to rates (2 points)
#
# A stack has layers with strides and with rates of their own. Set all strides to 1. Which rates
# make it give the same answers as before, and those between them?
#
# Write `to_rates(strides, rates)`. Both are lists with one whole number a layer, the first layer
# first. It returns the list of new rates.
#
# *Worked by hand:* strides 2, 2, 1 and rates 1, 3, 1. The first layer reads the input itself, and
# keeps rate 1. The second reads numbers that stood 2 samples apart, and took every third of them: 6
# samples apart. The third reads numbers that stood 4 apart: `[1, 6, 4]`.

# %% Hint: where the inputs of a layer stand [markdown] role="hint" answer="answer-to-rates"
# Go through the layers from the first, and carry one number along: how many samples of the input
# lie between two neighbouring numbers that this layer reads.

# %% Hint: what changes that number [markdown] role="hint" answer="answer-to-rates"
# It begins at 1, and each layer's stride multiplies it, for the layers **after** that one.

# %% Hint: and the layer's own rate [markdown] role="hint" answer="answer-to-rates"
# A tap that was 3 numbers away, when numbers stood 4 samples apart, is 12 samples away.

# %% Answer: to rates role="answer"
def to_rates(strides, rates):
    """The rates of a stack without strides that gives the same answers, and more."""
    ### BEGIN SOLUTION
    jump, converted = 1, []
    for stride, rate in zip(strides, rates, strict=True):
        converted.append(jump * rate)
        jump *= stride
    return converted
    ### END SOLUTION

# %% Example: to rates role="example"
assert list(to_rates([2, 2, 1], [1, 1, 1])) == [1, 2, 4]
assert list(to_rates([4, 1], [1, 1])) == [1, 4]
print("both examples agree")

# %% Graded: to rates role="graded" answer="answer-to-rates" points=2
@graded("to_rates")
def to_rates_case(rng):
    layers = int(rng.integers(3, 6))
    return rng.integers(1, 4, layers).tolist(), rng.integers(1, 4, layers).tolist()

# %% Alternative: running products role="alternative" answer="answer-to-rates"
def to_rates(strides, rates):
    jumps = np.cumprod([1, *strides[:-1]])
    return (jumps * rates).tolist()

# %% Misconception: the layer's own rate is forgotten role="misconception" answer="answer-to-rates"
# Your new rates depend on the strides alone. A layer that already had a rate took every second or
# third number of what it read; it still has to, so its own rate multiplies the distance.
def to_rates(strides, rates):
    return [int(np.prod(strides[:layer])) for layer in range(len(strides))]

# %% Misconception: strides add up role="misconception" answer="answer-to-rates"
# Your distances are sums of the strides so far. Two strides of 3 keep every third number of every
# third number, which is one in 9 and not one in 6: strides multiply. (Two strides of 2 cannot tell
# you, since 2 + 2 and 2 times 2 are both 4.)
def to_rates(strides, rates):
    return [max(sum(strides[:layer]), 1) * rate for layer, rate in enumerate(rates)]

# %% Task 2: max pooling by loops [markdown]
# ## 2. Max pooling by loops (2 points)
#
# Write `max_pool(image, window, strides)` for an image of H rows and W columns. `window` is a pair
# (rows, columns), and so is `strides`. Output `[i, j]` is the largest number of the window whose
# first row is `i * strides[0]` and whose first column is `j * strides[1]`. Only windows that lie
# in the image as a whole count. It returns an array.
#
# *Worked by hand:* the image `[[-1, -2, -3, -4, -5]]` with windows of 1 x 3 and strides (1, 2).
# There is room for two windows: they hold -1, -2, -3 and -3, -4, -5. The answer is `[[-1, -3]]`.
#
# Images wider than high, windows that are not square, strides that are not the window's size:
# mistakes hide wherever two of these numbers are equal.

# %% Hint: how many windows fit [markdown] role="hint" answer="answer-max-pool"
# Along an axis of n samples a window of size r may begin at 0, at s, at 2 s, ... as long as r
# samples are left. How many such places are there? Try n = 5, r = 3, s = 2 on paper, then n = 6.

# %% Hint: the shape of the output [markdown] role="hint" answer="answer-max-pool"
# `(n - r) // s + 1`, for the rows with the first entries of both pairs, for the columns with the
# second. Make an array of that shape and fill it in two loops.

# %% Answer: max pool role="answer"
def max_pool(image, window, strides):
    """The largest number of each window that lies in the image."""
    ### BEGIN SOLUTION
    rows = (image.shape[0] - window[0]) // strides[0] + 1
    columns = (image.shape[1] - window[1]) // strides[1] + 1
    out = np.empty((rows, columns), dtype=image.dtype)
    for i in range(rows):
        for j in range(columns):
            top, left = i * strides[0], j * strides[1]
            out[i, j] = image[top:top + window[0], left:left + window[1]].max()
    return out
    ### END SOLUTION

# %% Example: max pool role="example"
small = np.array([[1, 5, 2, 0], [3, 4, 8, 6]])
assert np.array_equal(max_pool(small, (2, 2), (2, 2)), [[5, 8]])
assert np.array_equal(max_pool(small, (1, 1), (1, 1)), small)
print("both examples agree")

# %% Graded: max pool role="graded" answer="answer-max-pool" points=2
@graded("max_pool")
def max_pool_case(rng):
    window, strides = rng.integers(1, 4, (2, 2))
    image = rng.integers(-9, 3, window + rng.integers(1, 4, 2))
    return image, tuple(window.tolist()), tuple(strides.tolist())

# %% Alternative: all windows at once role="alternative" answer="answer-max-pool"
def max_pool(image, window, strides):
    views = np.lib.stride_tricks.sliding_window_view(image, window)
    return views[::strides[0], ::strides[1]].max(axis=(2, 3))

# %% Misconception: windows never overlap role="misconception" answer="answer-max-pool"
# Your windows stand side by side: you step by the window's size. The stride is a number of its own;
# with a smaller one windows overlap, with a larger one they leave pixels out.
def max_pool(image, window, strides):
    rows, columns = image.shape[0] // window[0], image.shape[1] // window[1]
    cells = image[:rows * window[0], :columns * window[1]]
    return cells.reshape(rows, window[0], columns, window[1]).max(axis=(1, 3))

# %% Misconception: what sticks out is pooled too role="misconception" answer="answer-max-pool"
# Your output has a row or column for windows that begin in the image and stick out of it. Only
# windows that lie in the image as a whole count here.
def max_pool(image, window, strides):
    tops = range(0, image.shape[0], strides[0])
    lefts = range(0, image.shape[1], strides[1])
    return np.array([[image[top:top + window[0], left:left + window[1]].max() for left in lefts]
                     for top in tops])

# %% Misconception: rows and columns swapped role="misconception" answer="answer-max-pool"
# Your window is as many rows high as it should be columns wide. With square windows that does not
# show: the first entry of the pair is the number of rows.
def max_pool(image, window, strides):
    wide, high = window
    return np.array([[image[top:top + high, left:left + wide].max()
                      for left in range(0, image.shape[1] - wide + 1, strides[1])]
                     for top in range(0, image.shape[0] - high + 1, strides[0])])

# %% Misconception: the search begins at zero role="misconception" answer="answer-max-pool"
# Your largest number is never below 0, even where all numbers of a window are. A search for the
# largest has to begin with a number of the window, or with minus infinity.
def max_pool(image, window, strides):
    views = np.lib.stride_tricks.sliding_window_view(image, window)
    return views[::strides[0], ::strides[1]].max(axis=(2, 3), initial=0)

# %% Task 3: stitch a dense map [markdown]
# ## 3. Stitch a dense map (2 points)
#
# Before anybody gave nets rates, dense answers were made in another way: move the picture, run the
# net with strides again, and stitch the answers together.
#
# A net has a total stride (a jump) of p rows and q columns. `pieces[a][b]` is what it answers when
# the first `a` rows and the first `b` columns of the picture are cut off, for a = 0 .. p - 1 and b
# = 0 .. q - 1. So its first number belongs to row `a` and column `b` of the dense map.
#
# Write `stitch(pieces)`. It returns the dense map as one array. Pieces need not be of equal size:
# of 5 rows a stride of 2 reads three, but when the first is cut off, two.
#
# *Worked by hand:* p = 1, q = 3, and one row of 7. Not moved, the net gives columns 0, 3, 6; moved
# by one, columns 1 and 4; by two, columns 2 and 5. From `[[7, 4, 1]]`, `[[6, 3]]` and `[[5, 2]]` we
# get `[[7, 6, 5, 4, 3, 2, 1]]`.

# %% Hint: the size of the dense map [markdown] role="hint" answer="answer-stitch"
# All pieces below each other, `pieces[0][0]`, `pieces[1][0]`, ..., hold every row of the dense map
# once. How many rows has it, then? And columns?

# %% Hint: where a piece belongs [markdown] role="hint" answer="answer-stitch"
# The numbers of piece (a, b) belong to rows a, a + p, a + 2 p, ... and to columns b, b + q, ...

# %% Hint: all places of a piece at once [markdown] role="hint" answer="answer-stitch"
# A slice with a step names these rows, and one more the columns. You can assign to both at once.

# %% Answer: stitch role="answer"
def stitch(pieces):
    """The dense map whose subsamples the pieces are."""
    ### BEGIN SOLUTION
    p, q = len(pieces), len(pieces[0])
    height = sum(row[0].shape[0] for row in pieces)
    width = sum(piece.shape[1] for piece in pieces[0])
    dense = np.empty((height, width), dtype=pieces[0][0].dtype)
    for a in range(p):
        for b in range(q):
            dense[a::p, b::q] = pieces[a][b]
    return dense
    ### END SOLUTION

# %% Example: stitch role="example"
assert np.array_equal(stitch([[np.array([[1], [3]]), np.array([[2], [4]])]]), [[1, 2], [3, 4]])
assert np.array_equal(stitch([[np.array([[5, 6]])], [np.array([[7, 8]])]]), [[5, 6], [7, 8]])
print("both examples agree")

# %% Graded: stitch role="graded" answer="answer-stitch" points=2
@graded("stitch")
def stitch_case(rng):
    p, q = int(rng.integers(2, 4)), int(rng.integers(1, 4))
    rows, columns = rng.integers(1, 3, 2)
    more_rows, more_columns = int(rng.integers(1, p)), int(rng.integers(q))
    return ([[rng.integers(0, 100, (rows + (a < more_rows), columns + (b < more_columns)))
              for b in range(q)] for a in range(p)],)

# %% Alternative: number by number role="alternative" answer="answer-stitch"
def stitch(pieces):
    p, q = len(pieces), len(pieces[0])
    found = {}
    for a, row in enumerate(pieces):
        for b, piece in enumerate(row):
            for (i, j), number in np.ndenumerate(piece):
                found[a + i * p, b + j * q] = number
    height, width = max(found)[0] + 1, max(j for _, j in found) + 1
    return np.array([[found[i, j] for j in range(width)] for i in range(height)])

# %% Misconception: pieces laid side by side role="misconception" answer="answer-stitch"
# You lay the pieces beside each other like tiles. But neighbours of one piece stand p rows or q
# columns apart in the dense map, and the other pieces fill the places between.
def stitch(pieces):
    return np.block([list(row) for row in pieces])

# %% Misconception: moved the other way role="misconception" answer="answer-stitch"
# Your pieces go to the places before row and column 0, as if the picture had got new rows in front.
# Cutting off `a` rows brings row `a` to the front. (With two pieces an axis both ways look alike.)
def stitch(pieces):
    p, q = len(pieces), len(pieces[0])
    height = sum(row[0].shape[0] for row in pieces)
    width = sum(piece.shape[1] for piece in pieces[0])
    dense = np.zeros((height, width), dtype=pieces[0][0].dtype)
    for a in range(p):
        for b in range(q):
            rows, columns = dense[-a % p::p, -b % q::q].shape
            piece = pieces[a][b][:rows, :columns]
            dense[-a % p::p, -b % q::q][:piece.shape[0], :piece.shape[1]] = piece
    return dense

# %% Task 4: what a kernel hides [markdown]
# ## 4. What a kernel hides (2 points)
#
# A row of `length` numbers goes through one layer: an odd number of taps, a rate, a stride, and
# zeros outside the row. Output i has its middle tap on number `i * stride`, for as long as there is
# such a number; the other taps stand `rate`, 2 `rate`, ... to both sides, and those that fall
# outside read 0.
#
# Write `hidden(kernel, rate, stride, length)`: the number of dimensions that the layer loses, which
# is `length` less the rank of its matrix. `np.linalg.matrix_rank` counts the rank; the matrix is
# yours to build, one row for each output and one column for each input.
#
# *Worked by hand:* kernel `[1, 1, 1]`, rate 1, stride 1, length 2. Both outputs are the sum of both
# numbers, so the matrix is `[[1, 1], [1, 1]]`. Its rank is 1: one dimension is hidden. (Which rows
# of two numbers does this layer take for zeros?)

# %% Hint: one row of the matrix [markdown] role="hint" answer="answer-hidden"
# In the row of output i, the weight of tap t stands in the column that the tap reads. Which column
# is that, and when is there none?

# %% Hint: the column of a tap [markdown] role="hint" answer="answer-hidden"
# The middle tap has the number `len(kernel) // 2`. Tap t reads column `i * stride + (t -
# len(kernel) // 2) * rate`. Leave it out if that is below 0 or not below `length`.

# %% Hint: how many outputs [markdown] role="hint" answer="answer-hidden"
# Middle taps stand on 0, `stride`, 2 `stride`, ... below `length`: as many as
# `range(0, length, stride)` has entries.

# %% Answer: hidden role="answer"
def hidden(kernel, rate, stride, length):
    """Dimensions of the input that one layer with zeros around loses."""
    ### BEGIN SOLUTION
    centres = range(0, length, stride)
    matrix = np.zeros((len(centres), length))
    for row, centre in enumerate(centres):
        for tap, weight in enumerate(kernel):
            column = centre + (tap - len(kernel) // 2) * rate
            if 0 <= column < length:
                matrix[row, column] = weight
    return length - int(np.linalg.matrix_rank(matrix))
    ### END SOLUTION

# %% Example: hidden role="example"
assert hidden([0, 1, 0], 1, 1, 4) == 0
assert hidden([1, 3, 1], 1, 2, 6) == 3
print("both examples agree")

# %% Graded: hidden role="graded" answer="answer-hidden" points=2
@graded("hidden", cases=40)
def hidden_case(rng):
    kernels = [[1, 1, 1], [2, 0, 1], [1, 0, -1], [3, 1, 1]]
    kernel = kernels[rng.choice(4, p=[0.35, 0.5, 0.1, 0.05])]
    rate, stride = int(rng.choice([1, 2, 2, 3, 3])), int(rng.choice([1, 2], p=[0.9, 0.1]))
    return kernel, rate, stride, rate * int(rng.choice([3, 5, 5])) + int(rng.choice([0, 0, 1]))

# %% Alternative: moved diagonals role="alternative" answer="answer-hidden"
def hidden(kernel, rate, stride, length):
    middle = len(kernel) // 2
    matrix = sum(weight * np.eye(length, k=(tap - middle) * rate)
                 for tap, weight in enumerate(kernel))
    return int(length - np.linalg.matrix_rank(matrix[::stride]))

# %% Misconception: only numbers are counted role="misconception" answer="answer-hidden"
# By your count every number that comes out is a dimension that survives. That is the most a layer
# can keep; at these inputs some outputs follow from the others, and it keeps less. If you did take
# the rank of a matrix, see that as many taps stand to the left of `i * stride` as to the right.
def hidden(kernel, rate, stride, length):
    return length - len(range(0, length, stride))

# %% Misconception: the row is a ring role="misconception" answer="answer-hidden"
# Your taps that leave the row come back at its other end (in NumPy index -1 is the last one). Here
# they read zeros. Which patterns a kernel hides is decided at the ends, so this matters.
def hidden(kernel, rate, stride, length):
    matrix = np.zeros((len(range(0, length, stride)), length))
    for row in range(len(matrix)):
        for tap, weight in enumerate(kernel):
            matrix[row, (row * stride + (tap - len(kernel) // 2) * rate) % length] += weight
    return length - int(np.linalg.matrix_rank(matrix))

# %% Misconception: the taps stand side by side role="misconception" answer="answer-hidden"
# Your taps are neighbours whatever the rate. At rate 2 a row is two lattices that never meet, at
# rate 3 three, and each may hide a pattern of its own.
def hidden(kernel, rate, stride, length):
    matrix = sum(weight * np.eye(length, k=tap - len(kernel) // 2)
                 for tap, weight in enumerate(kernel))
    return length - int(np.linalg.matrix_rank(matrix[::stride]))

# %% Task 5: find the bug [markdown]
# ## 5. Find the bug: a check that passes (2 points)
#
# You have converted a net and want to be sure. This check is to say whether the answers with
# strides agree with the dense ones, each to within `tolerance`:
#
# ```python
# def same_answers(few, many, strides, tolerance):
#     kept = many[::strides[0], ::strides[1]]
#     if np.all(np.abs(few - kept) > tolerance):
#         return False
#     return True
# ```
#
# A check like it has been published with teaching material. It is easy to write and hard to see,
# because it passes whatever is right, and most of what a check is shown is right. Which wrong
# answers does it let through?
#
# Write it as it should be. `few` and `kept` have the same shape. An answer that is not a number
# (`np.nan`) agrees with nothing, not even with another.
#
# *Worked by hand:* few `[[1, 2], [3, 4]]` against kept `[[1, 2], [3, 9]]` with tolerance 0.5. One
# answer of four is off, so they do not agree. What does the check above say?

# %% Hint: the opposite of agreeing [markdown] role="hint" answer="answer-same-answers"
# Say in words when two maps agree: **all** of their answers do. And when do they not? That sentence
# does not contain the word "all".

# %% Hint: comparing with nan [markdown] role="hint" answer="answer-same-answers"
# Try `np.nan > 0.5` and `np.nan <= 0.5`. Both are False. So it matters whether you look for answers
# that are off, or ask that all be near.

# %% Answer: same answers role="answer"
def same_answers(few, many, strides, tolerance):
    """Whether the strided answers are those of the dense map at their places."""
    ### BEGIN SOLUTION
    kept = many[::strides[0], ::strides[1]]
    return bool(np.all(np.abs(few - kept) <= tolerance))
    ### END SOLUTION

# %% Example: same answers role="example"
dense = np.array([[1.0, 7.0, 2.0], [3.0, 7.0, 4.0]])
assert same_answers(np.array([[1.0, 2.0], [3.0, 4.0]]), dense, (1, 2), 0.5)
assert not same_answers(np.array([[6.0, 7.0], [8.0, 9.0]]), dense, (1, 2), 0.5)
print("both examples agree")

# %% Graded: same answers role="graded" answer="answer-same-answers" points=2
@graded("same_answers", cases=60)
def same_answers_case(rng):
    strides = tuple(rng.integers(1, 4, 2).tolist())
    many = rng.integers(0, 10, rng.integers(4, 7, 2)).astype(float)
    few = many[::strides[0], ::strides[1]] + 0.25
    kind = rng.choice(["right", "nan", "down", "up and down"], p=[0.15, 0.5, 0.15, 0.2])
    if kind == "nan":
        few[-1, 0] = np.nan
    if kind in ("down", "up and down"):
        few[0, -1] -= 5
    if kind == "up and down":
        few[-1, -1] += 7
    return few, many, strides, 0.5

# %% Alternative: NumPy's own role="alternative" answer="answer-same-answers"
def same_answers(few, many, strides, tolerance):
    return np.allclose(many[::strides[0], ::strides[1]], few, rtol=0, atol=tolerance)

# %% Misconception: wrong only where all are wrong role="misconception" answer="answer-same-answers"
# Your check calls two maps different only if **every** answer is off. It lets a single wrong answer
# pass, and all wrong ones but one. Either all answers must be near, or none may be off.
def same_answers(few, many, strides, tolerance):
    kept = many[::strides[0], ::strides[1]]
    return not np.all(np.abs(few - kept) > tolerance)

# %% Misconception: the sign decides role="misconception" answer="answer-same-answers"
# Your check compares the difference itself and not its size: answers that are far too small give a
# negative difference, which is below any tolerance.
def same_answers(few, many, strides, tolerance):
    kept = many[::strides[0], ::strides[1]]
    return not np.any(few - kept > tolerance)

# %% Misconception: nan slips through role="misconception" answer="answer-same-answers"
# Your check looks for an answer that is off, and finds none where an answer is not a number: every
# comparison with nan is False. Ask instead that every answer be near; then nan fails, as it should.
def same_answers(few, many, strides, tolerance):
    kept = many[::strides[0], ::strides[1]]
    return not np.any(np.abs(few - kept) > tolerance)

# %% What next [markdown]
# ## What next
#
# `hidden` can answer a question of the lesson in general: for which lengths does a box of three
# taps lose something at rate d? Print a table for lengths up to 20 and rates up to 4, and look for
# the rule before you look for the reason. Then try a kernel `[1, 2, 1]`, which blurs as well.
