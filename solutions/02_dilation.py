# %% Exercise 02: spread, pad, place, take apart [markdown]
# # Exercise 02: spread, pad, place, take apart
#
# Lesson 02 moved nine weights apart and asked what that costs. Here you do it yourself: spread a
# kernel, pad for it, say which samples an output looks at (where a published line has it wrong),
# and compute a dilated convolution with nothing but ordinary ones.
#
# **4 answers, 8 points, about 30 minutes.** You need NumPy and lesson 02. Run the next cell
# first. Each answer is a function: replace the line that raises `NotImplementedError`, run the
# cell, then the examples below it, then the graded cell, which tries your function on drawn
# inputs and says what it found. The examples are few on purpose: they can pass and the answer be
# wrong. Hints stand folded below each task.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("02_dilation")


def standard(image, kernel):
    """Ordinary convolution without padding; empty where the kernel does not fit. For task 4."""
    rows, columns = (max(n - k + 1, 0) for n, k in zip(image.shape, kernel.shape))
    out = np.zeros((rows, columns))
    for (r, s), weight in np.ndenumerate(kernel):
        out += weight * image[r : r + rows, s : s + columns]
    return out

# %% Task 1: spread a kernel [markdown]
# ## 1. Spread a kernel (2 points)
#
# A dilated kernel is a larger kernel with zeros between its weights. Write `spread(kernel, rates)`
# for a kernel of R x S weights and `rates`, a pair of dilations: down the rows, along the columns.
# It returns the larger kernel, from the first weight to the last, with no zeros around it.
#
# *Worked by hand:* two rows of three weights, rates (2, 3). Rows stand 2 apart, columns 3:
#
# ```
# 1 2 3      1 0 0 2 0 0 3
# 4 5 6  ->  0 0 0 0 0 0 0
#            4 0 0 5 0 0 6
# ```

# %% Hint: how large it is [markdown] role="hint" answer="answer-spread"
# Begin with its size. How many rows lie between the first row of weights and the last, both
# counted?

# %% Hint: where the weights go [markdown] role="hint" answer="answer-spread"
# Make an array of zeros of that size. The weights stand in every `rates[0]`-th row and in every
# `rates[1]`-th column of it, and a slice with a step can be assigned to.

# %% Answer: spread role="answer"
def spread(kernel, rates):
    """The kernel with zeros between its weights, from the first weight to the last."""
    ### BEGIN SOLUTION
    kernel = np.asarray(kernel)
    shape = [(k - 1) * rate + 1 for k, rate in zip(kernel.shape, rates)]
    wide = np.zeros(shape, kernel.dtype)
    wide[:: rates[0], :: rates[1]] = kernel
    return wide
    ### END SOLUTION

# %% Example: spread role="example"
wide = np.asarray(spread(np.array([[1, 2], [3, 4]]), (2, 2)))
assert np.count_nonzero(wide) == 4, "each weight once, all else zeros"
assert wide[0, 0] == 1 and wide[-1, -1] == 4, "from the first weight to the last"
print("the example agrees; now compare with the one worked by hand")

# %% Graded: spread role="graded" answer="answer-spread" points=2
@graded("spread")
def spread_case(rng):
    kernel = rng.integers(1, 10, size=rng.integers(1, 4, size=2))
    return kernel, tuple(rng.permutation([1, 2, 3, 4])[:2].tolist())

# %% Alternative: block by block role="alternative" answer="answer-spread"
def spread(kernel, rates):
    kernel = np.asarray(kernel)
    corner = np.zeros(rates, int)
    corner[0, 0] = 1
    blocks = np.kron(kernel, corner)  # each weight, and zeros after it
    rows, columns = ((k - 1) * rate + 1 for k, rate in zip(kernel.shape, rates))
    return blocks[:rows, :columns]

# %% Misconception: the rate counts the zeros between role="misconception" answer="answer-spread"
# Your kernel has `rate` zeros between two weights. The rate is the distance from one weight to the
# next, so there are `rate - 1`: at rate 1 nothing stands between, and the kernel stays as it is.
def spread(kernel, rates):
    rows, columns = ((k - 1) * (rate + 1) + 1 for k, rate in zip(kernel.shape, rates))
    wide = np.zeros((rows, columns), int)
    wide[:: rates[0] + 1, :: rates[1] + 1] = kernel
    return wide

# %% Misconception: the rates change places role="misconception" answer="answer-spread"
# Your kernel uses the first rate along the columns and the second down the rows. Shapes and rates
# are given rows first, as in NumPy; with two equal rates nobody sees the difference.
def spread(kernel, rates):
    columns, rows = rates
    shape = (kernel.shape[0] - 1) * rows + 1, (kernel.shape[1] - 1) * columns + 1
    wide = np.zeros(shape, int)
    wide[::rows, ::columns] = kernel
    return wide

# %% Task 2: pad for any stride [markdown]
# ## 2. Pad for any stride (2 points)
#
# In the lesson a kernel moved on by one sample after each output. With **stride** `s` it moves on
# by `s` (what for is the question of lesson 04). Then `"same"` means one output for each step that
# begins on the `n` samples, that is `n / s` rounded up.
#
# Write `same_padding(n, kernel_size, dilation, stride)`. It returns the pair `(before, after)`,
# the numbers of zeros that the input needs on its two ends: no more than the last output's kernel
# needs to fit, never less than 0, and if their sum is odd, the odd zero comes after.
#
# *Worked by hand:* 10 samples, 3 taps, dilation 3, stride 2. There are to be 5 outputs. The
# kernel of the last one has moved on by 4 * 2 = 8 samples and spans 7, so it takes 15 samples.
# There are 10: 5 zeros are missing, 2 before and 3 after.

# %% Hint: begin at the last output [markdown] role="hint" answer="answer-same-padding"
# Everything follows from the last output. How far has its kernel moved on, and where does its last
# tap fall?

# %% Hint: rounding up [markdown] role="hint" answer="answer-same-padding"
# `-(-n // stride)` is `n / stride` rounded up. From the outputs: the samples that are needed. From
# those: the zeros that are missing, and where the stride is long there may be none.

# %% Hint: sharing out [markdown] role="hint" answer="answer-same-padding"
# If `total` zeros are missing, `total // 2` is half of them, rounded down. What is left is the
# rest.

# %% Answer: same padding role="answer"
def same_padding(n, kernel_size, dilation, stride):
    """Zeros (before, after) for ceil(n / stride) outputs, the odd one after."""
    ### BEGIN SOLUTION
    outputs = -(-n // stride)
    extent = (kernel_size - 1) * dilation + 1
    total = max((outputs - 1) * stride + extent - n, 0)
    return total // 2, total - total // 2
    ### END SOLUTION

# %% Example: same padding role="example"
assert tuple(same_padding(10, 3, 1, 1)) == (1, 1)
assert tuple(same_padding(7, 5, 1, 1)) == (2, 2)
print("both examples agree; now compare with the one worked by hand")

# %% Graded: same padding role="graded" answer="answer-same-padding" points=2
@graded("same_padding", cases=30)
def same_padding_case(rng):
    n = int(rng.integers(4, 17))
    if rng.random() < 0.3:
        return n, int(rng.choice([2, 4])), int(rng.choice([3, 5])), 1
    return n, *rng.integers((2, 2, 2), (6, 6, 6)).tolist()

# %% Alternative: one zero after the other role="alternative" answer="answer-same-padding"
def same_padding(n, kernel_size, dilation, stride):
    last_tap = (len(range(0, n, stride)) - 1) * stride + (kernel_size - 1) * dilation
    before = after = 0
    while before + n + after <= last_tap:
        if after > before:
            before += 1
        else:
            after += 1
    return before, after

# %% Misconception: padding for dilation one role="misconception" answer="answer-same-padding"
# Your zeros are right at dilation 1 and do not change when the taps move apart. The kernel spans
# (kernel_size - 1) * dilation + 1 samples, not kernel_size, and all of them must fit.
def same_padding(n, kernel_size, dilation, stride):
    total = max((-(-n // stride) - 1) * stride + kernel_size - n, 0)
    return total // 2, total - total // 2

# %% Misconception: the stride plays no part role="misconception" answer="answer-same-padding"
# You add the kernel's extent less one, which is right at stride 1. With a longer stride the last
# kernel may begin before the last sample, and then it needs fewer zeros.
def same_padding(n, kernel_size, dilation, stride):
    total = (kernel_size - 1) * dilation
    return total // 2, total - total // 2

# %% Misconception: the odd zero before role="misconception" answer="answer-same-padding"
# Your sum is right, but where it is odd the odd zero stands before the samples. It belongs after
# them; otherwise every output has moved by one sample against everybody else's.
def same_padding(n, kernel_size, dilation, stride):
    total = max((-(-n // stride) - 1) * stride + (kernel_size - 1) * dilation + 1 - n, 0)
    return total - total // 2, total // 2

# %% Misconception: the same on both sides role="misconception" answer="answer-same-padding"
# You put the same number of zeros on both sides. Where an odd number is missing, one zero is then
# too few, and the last kernel does not fit: one output is lost.
def same_padding(n, kernel_size, dilation, stride):
    total = max((-(-n // stride) - 1) * stride + (kernel_size - 1) * dilation + 1 - n, 0)
    return total // 2, total // 2

# %% Task 3: find the mistake [markdown]
# ## 3. Find the mistake (2 points)
#
# Which samples does an output look at? Tools that draw this over a picture need the first and the
# last sample that its kernel spans, counted from 0; numbers below 0 lie in the padding before.
# Here is a function for it. Its author has thought of dilation, and all tests with ordinary
# kernels pass:
#
# ```python
# def span(output, kernel_size, dilation, stride, padding):
#     reach = (kernel_size - 1) * dilation / 2             # from the middle to either end
#     middle = output * stride - padding + (kernel_size - 1) / 2
#     return middle - reach, middle + reach
# ```
#
# `padding` is the number of zeros on each side, and `output` counts from 0. Write it anew, as it
# ought to be. The same mistake stands in a published tool of this kind: its line for the size has
# the dilation in it, its line for the place has not. It is easily made, because the place was
# right until dilation came along. What such a tool draws is as large as it should be, and in the
# wrong place.
#
# *Worked by hand:* 3 taps, dilation 4, stride 1, padding 4. The first tap of output 0 stands on
# the first zero of the padding, at -4, the others at 0 and 4. So `span(0, 3, 4, 1, 4)` ought to
# be `(-4, 4)`.

# %% Hint: try it on paper [markdown] role="hint" answer="answer-span"
# Put the numbers of the example worked by hand into the function above. How long is the stretch it
# returns, and where does it begin?

# %% Hint: from the first tap [markdown] role="hint" answer="answer-span"
# You need no middle. Where does the first tap of output 0 stand, and how far does each further
# output move it?

# %% Answer: span role="answer"
def span(output, kernel_size, dilation, stride, padding):
    """First and last sample that the kernel of this output spans."""
    ### BEGIN SOLUTION
    first = output * stride - padding
    return first, first + (kernel_size - 1) * dilation
    ### END SOLUTION

# %% Example: span role="example"
assert tuple(span(0, 3, 1, 1, 1)) == (-1, 1)
assert tuple(span(4, 5, 1, 2, 0)) == (8, 12)
print("both examples agree; now compare with the one worked by hand")

# %% Graded: span role="graded" answer="answer-span" points=2
@graded("span")
def span_case(rng):
    return tuple(rng.integers((0, 2, 2, 1, 1), (8, 6, 6, 4, 6)).tolist())

# %% Alternative: the middle mended role="alternative" answer="answer-span"
def span(output, kernel_size, dilation, stride, padding):
    reach = (kernel_size - 1) * dilation / 2
    middle = output * stride - padding + reach
    return middle - reach, middle + reach

# %% Misconception: the place forgets the dilation role="misconception" answer="answer-span"
# What you return is as long as it should be, but too far to the left: the middle is still that of
# an ordinary kernel. Its distance from the first tap grows with the dilation, too.
def span(output, kernel_size, dilation, stride, padding):
    reach = (kernel_size - 1) * dilation / 2
    middle = output * stride - padding + (kernel_size - 1) / 2
    return middle - reach, middle + reach

# %% Misconception: the size forgets the dilation role="misconception" answer="answer-span"
# Your first sample is right, and your last one is that of an ordinary kernel. Each of the
# `kernel_size - 1` steps from tap to tap is `dilation` samples long.
def span(output, kernel_size, dilation, stride, padding):
    first = output * stride - padding
    return first, first + kernel_size - 1

# %% Misconception: the padding dilated role="misconception" answer="answer-span"
# You multiply the padding by the dilation. Dilation moves taps apart; the padding is a number of
# zeros, and stays as it was given.
def span(output, kernel_size, dilation, stride, padding):
    first = output * stride - padding * dilation
    return first, first + (kernel_size - 1) * dilation

# %% Task 4: dilate nothing [markdown]
# ## 4. Dilate nothing (2 points)
#
# You have an ordinary convolution, `standard(image, kernel)` from the set-up cell: no padding, no
# dilation, and an empty array where the kernel is larger than the image. Write `by_phases(image,
# kernel, rates)`, the **dilated** convolution without padding, with it. `rates` is the pair of
# dilations, and neither the image's height nor its width needs to be a multiple of them.
#
# *Worked by hand,* in one row: the samples 3 1 4 1 5 9 2, the weights 100 10 1, rate 2. Every
# second sample from the first on is 3 4 5 2, and gives 345 452. Every second sample from the
# second on is 1 1 9, and gives 119. Back in place: 345 119 452.
#
# *Think first:* how many phases are there when the two rates differ? And of what shape is the
# whole output?

# %% Hint: one phase [markdown] role="hint" answer="answer-by-phases"
# A phase is what a slice with steps reads: from row `a` on, every `rates[0]`-th row, and from
# column `b` on, every `rates[1]`-th column. For which `a` and `b`?

# %% Hint: back in place [markdown] role="hint" answer="answer-by-phases"
# Make the whole output first, an array of zeros with as many rows and columns as the lesson's
# formula says. The outputs of a phase belong where that same slice points to, this time in the
# output.

# %% Answer: by phases role="answer"
def by_phases(image, kernel, rates):
    """Dilated convolution without padding, by ordinary convolutions of the phases."""
    ### BEGIN SOLUTION
    shape = [n - (k - 1) * rate for n, k, rate in zip(image.shape, kernel.shape, rates)]
    out = np.zeros(shape)
    p, q = rates
    for a in range(p):
        for b in range(q):
            out[a::p, b::q] = standard(image[a::p, b::q], kernel)
    return out
    ### END SOLUTION

# %% Example: by phases role="example"
image = np.arange(16).reshape(4, 4)
kernel = np.array([[1, 2], [3, 4]])
assert np.array_equal(by_phases(image, kernel, (2, 2)), [[68, 78], [108, 118]])
assert np.array_equal(by_phases(image, kernel, (1, 1)), standard(image, kernel))
print("both examples agree")

# %% Graded: by phases role="graded" answer="answer-by-phases" points=2
@graded("by_phases")
def by_phases_case(rng):
    taps, rates = rng.permutation([2, 3]), rng.permutation([1, 2, 3])[:2]
    size = (taps - 1) * rates.max() + rng.integers(2, 5, size=2)
    image, kernel = rng.integers(0, 10, size=size), rng.integers(-3, 4, size=taps)
    return image, kernel, tuple(rates.tolist())

# %% Alternative: tap by tap role="alternative" answer="answer-by-phases"
def by_phases(image, kernel, rates):
    rows, columns = (n - (k - 1) * d for n, k, d in zip(image.shape, kernel.shape, rates))
    out = 0
    for (r, s), weight in np.ndenumerate(kernel):
        top, left = r * rates[0], s * rates[1]
        out = out + weight * image[top : top + rows, left : left + columns]
    return out

# %% Misconception: phases side by side role="misconception" answer="answer-by-phases"
# Your numbers are right, and stand in the wrong places: the outputs of each phase lie together in
# one block. Neighbouring pixels belong to different phases, and so do neighbouring outputs.
def by_phases(image, kernel, rates):
    p, q = rates
    return np.block([[standard(image[a::p, b::q], kernel) for b in range(q)] for a in range(p)])

# %% Misconception: rows and columns change places role="misconception" answer="answer-by-phases"
# You step along the columns by the first rate and down the rows by the second. Rows come first in
# shapes, in slices and in rates.
def by_phases(image, kernel, rates):
    q, p = rates
    out = np.zeros([n - (k - 1) * d for n, k, d in zip(image.shape, kernel.shape, (p, q))])
    for a, b in np.ndindex(p, q):
        out[a::p, b::q] = standard(image[a::p, b::q], kernel)
    return out

# %% Misconception: only whole multiples role="misconception" answer="answer-by-phases"
# You cut the image down to a multiple of the rates, so that all phases are of one size, and lose
# its last rows or columns. Phases may differ in size by one: a slice with a step sees to that.
def by_phases(image, kernel, rates):
    p, q = rates
    image = image[: image.shape[0] // p * p, : image.shape[1] // q * q]
    out = np.zeros([n - (k - 1) * d for n, k, d in zip(image.shape, kernel.shape, rates)])
    for a, b in np.ndindex(p, q):
        out[a::p, b::q] = standard(image[a::p, b::q], kernel)
    return out

# %% What next [markdown]
# ## What next
#
# Time `by_phases` against a sum over the taps of the undivided image, the alternative way to
# compute it, on a large image. Which is faster, and does the answer change with the rates? Both
# multiply equally often; they differ in the order in which they read the memory.
