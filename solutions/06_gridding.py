# %% Exercise 06: count what is seen [markdown]
# # Exercise 06: count what is seen
#
# Lesson 06 looked at stacks of dilated layers, and found pixels that an output never reads though
# they lie in its receptive field. Here you write the three small functions behind its pictures:
# one counts paths, one measures how much of a rectangle is read, one takes a picture apart into
# the pieces that never meet.
#
# **3 answers, 6 points, about 30 minutes.** You need NumPy and lesson 06. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError`, run the cell, then
# the examples below it, which are small enough to do on paper. The cell after those is the grader's
# and stays as it is: it calls your function on inputs that are drawn afresh for each grading, and
# `emit` hands on what came back. Run it to see that nothing breaks.

# %% Set-up role="setup"
import numpy as np

if "emit" not in globals():  # a grader brings its own
    from coursekit.grading.emit import case_rng, emit

# %% Task 1: paths along a line [markdown]
# ## 1. Paths along a line (2 points)
#
# A layer with `kernel_size` taps and dilation `rate` joins each of its outputs to inputs that
# stand 0, `rate`, 2 `rate`, ... samples to the right. Stack several layers, and one output is
# joined to an input sample by as many **paths** as there are ways to pick one tap in each layer
# and land there.
#
# Write `paths(kernel_size, rates)`. It returns an array of whole numbers with one entry for each
# sample of the receptive field, the first to the last: the number of paths to that sample, 0 for
# a hole.
#
# *Worked by hand:* 3 taps, rates 2 and 2. The first layer's taps land on 0, 2, 4. The second
# layer starts from each of them: 0+0, 0+2, 0+4, 2+0, ... Nine sums, five different places:
# `[1, 0, 2, 0, 3, 0, 2, 0, 1]`.

# %% Answer: paths role="answer"
def paths(kernel_size, rates):
    """Paths from one output to each sample of its receptive field, along one axis."""
    ### BEGIN SOLUTION
    counts = np.ones(1, dtype=int)
    for rate in rates:
        taps = np.zeros((kernel_size - 1) * rate + 1, dtype=int)
        taps[::rate] = 1
        counts = np.convolve(counts, taps)
    return counts
    ### END SOLUTION

# %% Example: paths role="example"
assert np.array_equal(paths(3, [2, 2]), [1, 0, 2, 0, 3, 0, 2, 0, 1])
assert np.array_equal(paths(2, [1, 3]), [1, 1, 0, 1, 1])
print("both examples agree")

# %% Graded: paths role="graded" answer="answer-paths" points=2
def grade_paths(rng):
    for _ in range(20):
        kernel_size = int(rng.integers(1, 6))
        rates = rng.integers(1, 6, size=rng.integers(1, 6)).tolist()
        emit(paths(kernel_size, rates))


grade_paths(case_rng("paths"))

# %% Task 2: the share that is read [markdown]
# ## 2. The share that is read (2 points)
#
# In two dimensions a kernel has R rows and S columns of taps, and a rate for each axis. The
# receptive field is a rectangle, and some of its pixels are holes.
#
# Write `share_read(kernel_shape, rates)`, with `kernel_shape` a pair (R, S) and `rates` a list of
# pairs (vertical, horizontal), one pair a layer. It returns the share of the rectangle's pixels
# that at least one path reaches, a number above 0 and at most 1.
#
# *Think first:* a pixel is reached when its row is reached along one axis **and** its column
# along the other. You may call `paths`.

# %% Answer: share read role="answer"
def share_read(kernel_shape, rates):
    """Share of a stack's rectangular receptive field that some path reaches."""
    ### BEGIN SOLUTION
    share = 1.0
    for axis in range(2):
        reached = {0}
        for pair in rates:
            taps = range(0, kernel_shape[axis] * pair[axis], pair[axis])
            reached = {place + tap for place in reached for tap in taps}
        share *= len(reached) / (max(reached) + 1)
    return share
    ### END SOLUTION

# %% Example: share read role="example"
assert np.isclose(share_read((3, 3), [(2, 2), (2, 2), (2, 2)]), 49 / 169)
assert np.isclose(share_read((2, 3), [(1, 2)]), 3 / 5)
print("both examples agree")

# %% Graded: share read role="graded" answer="answer-share-read" points=2
def grade_share_read(rng):
    for _ in range(20):
        kernel_shape = tuple(rng.integers(1, 5, size=2).tolist())
        rates = rng.integers(1, 6, size=(rng.integers(1, 5), 2)).tolist()
        emit(share_read(kernel_shape, [tuple(pair) for pair in rates]))


grade_share_read(case_rng("share read"))

# %% Task 3: the pictures that never meet [markdown]
# ## 3. The pictures that never meet (2 points)
#
# Layers that all have the rates (p, q) treat an image as p * q smaller images that never meet.
# The small image with the number (a, b) holds the pixels whose row leaves the remainder a when
# divided by p, and whose column leaves b when divided by q.
#
# Write `take_apart(image, rates)` for an image of H rows and W columns, with H a multiple of p
# and W of q. It returns an array of shape (p, q, H // p, W // q): entry `[a, b]` is the small
# image with that number.

# %% Answer: take apart role="answer"
def take_apart(image, rates):
    """The p * q interleaved images of one image, shape (p, q, H // p, W // q)."""
    ### BEGIN SOLUTION
    p, q = rates
    height, width = image.shape
    return image.reshape(height // p, p, width // q, q).transpose(1, 3, 0, 2)
    ### END SOLUTION

# %% Example: take apart role="example"
small = np.asarray(take_apart(np.arange(12).reshape(2, 6), (1, 3)))
assert small.shape == (1, 3, 2, 2)
assert np.array_equal(small[0, 1], [[1, 4], [7, 10]])
print("the example agrees")

# %% Graded: take apart role="graded" answer="answer-take-apart" points=2
def grade_take_apart(rng):
    for _ in range(12):
        p, q, rows, columns = rng.integers(1, 5, size=4).tolist()
        emit(take_apart(rng.integers(0, 100, size=(p * rows, q * columns)), (p, q)))


grade_take_apart(case_rng("take apart"))

# %% What next [markdown]
# ## What next
#
# Try your functions on stacks of your own. Which three rates with 3 taps see farthest without a
# hole? `paths` can tell you; the reason is a short argument about how far the layers below
# already see.
