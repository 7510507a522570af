# %% Exercise 08: pyramids and repairs [markdown]
# # Exercise 08: pyramids and repairs
#
# Lesson 08 put branches side by side, counted what is left of a kernel on a small map, and tested
# repairs for a grid. Here you write four parts yourself: the count of taps on a map of any size,
# what a pyramid reads, an aggregation of two scales that does join neighbours, and a kernel that
# completes a smoother.
#
# **4 answers, 8 points, about 35 minutes.** You need NumPy and lesson 08. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError` and run the cell,
# then the examples below it, which are small enough to do on paper. Then run the graded cell: it
# tries your function on inputs drawn at random and says what it found. Hints stand folded below
# each task, from a nudge to nearly there; open one when you have been stuck for five minutes.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("08_pyramids")

# %% Task 1: right up to half the map [markdown]
# ## 1. Mend it: right up to half the map (2 points)
#
# Along one axis, a kernel of 3 taps has its middle tap on the map at every position, and its outer
# taps only where they do not reach beyond a border. A colleague counts, for a map of `size`
# positions and a rate, at how many positions 1, 2 and 3 taps are on the map:
#
# ```python
# def taps_on_map(size, rate):
#     near_a_border = 2 * rate              # `rate` positions at each end lose a tap
#     return [0, near_a_border, size - near_a_border]
# ```
#
# It has been right on every map they had, and then somebody tried rate 5 on a map of 7: three taps
# at -3 positions. Write `taps_on_map` so that it is right for any `size` and `rate` from 1 up.
#
# *Worked by hand:* size 7, rate 5. The left tap is on the map at positions 5 and 6, the right one
# at positions 0 and 1, and they are never there together: `[3, 4, 0]`.
#
# (A square map needs no more than this: 3 of these times 3 of those are nine taps.)

# %% Hint: two taps, one at a time [markdown] role="hint" answer="answer-taps-on-map"
# Draw a map of 7 and slide a kernel with rate 5 over it. At how many positions is the left tap on
# the map? And the right one? What if the rate is 7, or 9?

# %% Hint: two cases for the border [markdown] role="hint" answer="answer-taps-on-map"
# There are three kinds of map: up to rate `size / 2` both ends lose one tap each; above that the
# positions between the ends lose both; from `size` on every position does. You may treat the kinds
# one by one, or count position by position.

# %% Hint: nearly there [markdown] role="hint" answer="answer-taps-on-map"
# `max(size - rate, 0)` positions have the left tap, and as many the right one. `max(size - 2 *
# rate, 0)` have both. How many have exactly one of the two, and how many neither?

# %% Answer: taps on map role="answer"
def taps_on_map(size, rate):
    """At how many positions 1, 2 and 3 taps are on the map, as a list."""
    ### BEGIN SOLUTION
    one_side = max(size - rate, 0)
    three = max(size - 2 * rate, 0)
    two = 2 * (one_side - three)
    return [size - two - three, two, three]
    ### END SOLUTION

# %% Example: taps on map role="example"
assert list(taps_on_map(7, 2)) == [0, 4, 3]
assert list(taps_on_map(4, 2)) == [0, 4, 0]
print("both examples agree")

# %% Graded: taps on map role="graded" answer="answer-taps-on-map" points=2
@graded("taps_on_map", cases=30)
def taps_on_map_case(rng):
    size = int(rng.integers(3, 10))
    kind = rng.random()
    if kind < 0.55:
        return size, size + int(rng.integers(1, 4))
    return size, int(rng.integers(size // 2 + 1 if kind < 0.9 else 1, size + 1))

# %% Alternative: position by position role="alternative" answer="answer-taps-on-map"
def taps_on_map(size, rate):
    counts = np.zeros(3, int)
    for place in range(size):
        counts[(place >= rate) + (place + rate < size)] += 1
    return counts

# %% Misconception: as many as the formula says role="misconception" answer="answer-taps-on-map"
# You subtract both borders from the size, which gives fewer than no positions once they overlap.
# Above half the map no position has all three taps, and the positions in between have lost both.
def taps_on_map(size, rate):
    return [0, 2 * rate, size - 2 * rate]

# %% Misconception: always one neighbour left role="misconception" answer="answer-taps-on-map"
# You stop at zero positions with three taps, and give all the others two. Look at the middle of the
# map: where the rate reaches beyond both ends, only the middle tap is left.
def taps_on_map(size, rate):
    three = max(size - 2 * rate, 0)
    return [0, size - three, three]

# %% Misconception: the map ends at the rate role="misconception" answer="answer-taps-on-map"
# Yours is right while the rate does not exceed the size. Beyond it no position has an outer tap,
# and your count of positions with two taps falls below zero.
def taps_on_map(size, rate):
    three = max(size - 2 * rate, 0)
    two = 2 * (size - rate) - 2 * three
    return [size - two - three, two, three]

# %% Task 2: what a pyramid reads [markdown]
# ## 2. What a pyramid reads (2 points)
#
# A pyramid has a branch for each rate, and each branch a square kernel of `kernel_size` x
# `kernel_size` taps, an odd number along each axis, centred on the output's place. How many
# different pixels does one output read? Write `pixels_read(kernel_size, rates)`.
#
# *Worked by hand:* 3 x 3 taps with rates 6, 12, 18. Each branch reads its middle and eight pixels
# around it. The middle is the same for all, the rest is not: 1 + 3 * 8 = 25.
#
# With 5 x 5 taps it is less easy. Along a row, rate 1 reads places -2, -1, 0, 1, 2, and rate 2
# reads -4, -2, 0, 2, 4.

# %% Hint: a set [markdown] role="hint" answer="answer-pixels-read"
# Do not look for a formula. Collect the places, a pair (row, column) each, and let something that
# keeps no place twice do the counting.

# %% Hint: rows and columns of one branch [markdown] role="hint" answer="answer-pixels-read"
# A tap takes its row and its column from the **same** branch. (6, 6) and (12, 12) are read, (6, 12)
# is not. So collect the pairs branch by branch.

# %% Answer: pixels read role="answer"
def pixels_read(kernel_size, rates):
    """How many different pixels one output of a pyramid reads."""
    ### BEGIN SOLUTION
    half = kernel_size // 2
    steps = range(-half, half + 1)
    return len({(rate * row, rate * column) for rate in rates for row in steps for column in steps})
    ### END SOLUTION

# %% Example: pixels read role="example"
assert pixels_read(3, [6]) == 9
assert pixels_read(5, [2]) == 25
print("both examples agree")

# %% Graded: pixels read role="graded" answer="answer-pixels-read" points=2
@graded("pixels_read")
def pixels_read_case(rng):
    rate = int(rng.integers(1, 4))
    rates = [rate, int(rng.integers(1, 3)) * rate, *rng.integers(1, 5, size=1).tolist()]
    return 5, rng.permutation(rates[: rng.integers(2, 4)]).tolist()

# %% Alternative: on a map role="alternative" answer="answer-pixels-read"
def pixels_read(kernel_size, rates):
    middle = kernel_size // 2 * max(rates)
    read = np.zeros((2 * middle + 1, 2 * middle + 1), bool)
    for rate in rates:
        start = middle - kernel_size // 2 * rate
        stop = middle + kernel_size // 2 * rate + 1
        read[start:stop:rate, start:stop:rate] = True
    return int(read.sum())

# %% Misconception: the line, squared role="misconception" answer="answer-pixels-read"
# You unite the places along one axis and square their number. That is right for a stack, whose
# steps combine freely. In a pyramid a tap's row and column come from one branch: with rates 6 and
# 12 the pixel in row 6 and column 12 is read by nobody.
def pixels_read(kernel_size, rates):
    half = kernel_size // 2
    places = {rate * step for rate in rates for step in range(-half, half + 1)}
    return len(places) ** 2

# %% Misconception: only the middle is shared role="misconception" answer="answer-pixels-read"
# You take it that branches share their middle tap and nothing else. That is so for 3 x 3 taps and
# different rates. The outer taps of rate 1 in 5 x 5 are inner ones of rate 2, and equal rates share
# all of them.
def pixels_read(kernel_size, rates):
    return 1 + len(rates) * (kernel_size**2 - 1)

# %% Misconception: all taps count role="misconception" answer="answer-pixels-read"
# You add up the taps of all branches. Some fall on the same pixel, at least the middle ones: a
# pixel that two branches read is one pixel.
def pixels_read(kernel_size, rates):
    return len(rates) * kernel_size**2

# %% Misconception: the widest branch has them all role="misconception" answer="answer-pixels-read"
# The widest branch decides how **far** a pyramid sees. What it reads is what all its branches read
# together.
def pixels_read(kernel_size, rates):
    return kernel_size**2

# %% Task 3: two scales that meet [markdown]
# ## 3. Two scales that meet (2 points)
#
# The repair "half size" of the lesson joins neighbours because a mean makes its small map. Write
# it without weights: `two_scales(x, rows, columns)` for a picture `x`, an array of shape (H, W),
# and cells of `rows` x `columns` pixels that fill it without a rest.
#
# 1. The small map holds the mean of each cell.
# 2. Blow it up again: every pixel of a cell gets the cell's mean.
# 3. Add that to `x`, and return the sum.
#
# *Worked by hand:* `x` is `[[1, 3, 0, 4]]`, in cells of 1 x 2. The means are 2 and 2, blown up
# 2, 2, 2, 2, so the sum is `[[3, 5, 2, 6]]`.

# %% Hint: cells as axes [markdown] role="hint" answer="answer-two-scales"
# A reshape can give the cells axes of their own: H is (H / rows) times rows, W is (W / columns)
# times columns. Over which of the four axes do you take the mean?

# %% Hint: blow it up [markdown] role="hint" answer="answer-two-scales"
# `np.repeat` repeats each entry, along the axis you name. With `keepdims=True` in the mean,
# broadcasting does it for you. Check with cells of 2 x 1 that the right pixels share a mean.

# %% Hint: the four axes [markdown] role="hint" answer="answer-two-scales"
# `x.reshape(H // rows, rows, W // columns, columns)`: axes 1 and 3 are inside a cell.

# %% Answer: two scales role="answer"
def two_scales(x, rows, columns):
    """The picture plus the mean of each pixel's cell."""
    ### BEGIN SOLUTION
    x = np.asarray(x, float)
    cells = x.reshape(x.shape[0] // rows, rows, x.shape[1] // columns, columns)
    return (cells + cells.mean(axis=(1, 3), keepdims=True)).reshape(x.shape)
    ### END SOLUTION

# %% Example: two scales role="example"
assert np.allclose(two_scales(np.ones((2, 4)), 2, 2), 2)
assert np.allclose(two_scales(np.array([[1.0, 2.0]]), 1, 1), [[2, 4]])
print("both examples agree")

# %% Graded: two scales role="graded" answer="answer-two-scales" points=2
@graded("two_scales")
def two_scales_case(rng):
    rows, columns = ((1, 2), (2, 1), (1, 3), (3, 1))[rng.integers(4)]
    side = rows * columns
    shape = side * rng.integers(1, 3), side * 2
    return rng.integers(0, 10, size=shape).astype(float), rows, columns

# %% Alternative: repeat along both axes role="alternative" answer="answer-two-scales"
def two_scales(x, rows, columns):
    small = sum(x[row::rows, column::columns] for row in range(rows) for column in range(columns))
    small = small / (rows * columns)
    return x + small.repeat(rows, axis=0).repeat(columns, axis=1)

# %% Misconception: one pixel for its cell role="misconception" answer="answer-two-scales"
# Your small map holds one pixel of each cell, not the cell's mean. It is smaller, but it joins
# nothing: all its pixels come from one lattice. This is how a multi-scale net stays a grid.
def two_scales(x, rows, columns):
    small = x[::rows, ::columns]
    return x + small.repeat(rows, axis=0).repeat(columns, axis=1)

# %% Misconception: the small map as tiles role="misconception" answer="answer-two-scales"
# You lay copies of the small map side by side. Blown up means that each of its pixels becomes a
# cell: repeat the entries, not the map.
def two_scales(x, rows, columns):
    cells = x.reshape(x.shape[0] // rows, rows, x.shape[1] // columns, columns)
    return x + np.tile(cells.mean(axis=(1, 3)), (rows, columns))

# %% Misconception: cells turned round role="misconception" answer="answer-two-scales"
# Your cells are `columns` high and `rows` wide. A square cell would not tell.
def two_scales(x, rows, columns):
    cells = x.reshape(x.shape[0] // columns, columns, x.shape[1] // rows, rows)
    return (cells + cells.mean(axis=(1, 3), keepdims=True)).reshape(x.shape)

# %% Task 4: complete the smoother [markdown]
# ## 4. Complete the smoother (2 points)
#
# A smoother wipes out all patterns that repeat every `rate` samples if its weights, added up `rate`
# apart, give equal sums. Somebody has begun one: `start` is a list of whole numbers from 0 up, its
# first weights, as many as they like. You may append exactly `rate` weights at the end, none of
# them negative, so that all `rate` sums are equal, **and as small as they can be**. Write
# `complete(start, rate)`, which returns the whole kernel as a list.
#
# *Worked by hand:* start 1, 2, 1, 1 and rate 3. The sums are 1 + 1 = 2 for places 0, 3, ..., 2 for
# places 1, 4, ... and 1 for places 2, 5, .... The largest is 2, so that is what all must get. The
# new weights stand at places 4, 5, 6, which belong to the second, the third and the first sum. They
# lack 0, 1 and 0: `[1, 2, 1, 1, 0, 1, 0]`.

# %% Hint: what each sum lacks [markdown] role="hint" answer="answer-complete"
# Fold `start` first, and write down what each of the `rate` sums lacks to the largest of them. If
# `start` is shorter than `rate`, some sums are 0.

# %% Hint: which sum is served first [markdown] role="hint" answer="answer-complete"
# The first new weight stands at place `len(start)`. To which sum does that place belong? Not to the
# first one, unless the length is a multiple of the rate.

# %% Answer: complete role="answer"
def complete(start, rate):
    """The kernel, made longer by `rate` weights so that it folds to equal sums."""
    ### BEGIN SOLUTION
    sums = [sum(start[first::rate]) for first in range(rate)]
    places = range(len(start), len(start) + rate)
    return [*start, *(max(sums) - sums[place % rate] for place in places)]
    ### END SOLUTION

# %% Example: complete role="example"
assert list(complete([1, 1], 2)) == [1, 1, 0, 0]
assert list(complete([1, 0], 2)) == [1, 0, 0, 1]
print("both examples agree")

# %% Graded: complete role="graded" answer="answer-complete" points=2
@graded("complete")
def complete_case(rng):
    rate = int(rng.integers(3, 5))
    return rng.integers(0, 5, size=rate + rng.integers(1, rate)).tolist(), rate

# %% Alternative: fold by a table role="alternative" answer="answer-complete"
def complete(start, rate):
    length = len(start)
    table = np.zeros((-(-length // rate) + 1, rate), int)
    table.flat[:length] = start
    lacking = table.sum(axis=0).max() - table.sum(axis=0)
    return np.concatenate([start, np.roll(lacking, -(length % rate))])

# %% Misconception: the first sum first role="misconception" answer="answer-complete"
# You append what the sums lack in their own order, from the first sum on. The first place after
# `start` belongs to another sum, unless the length of `start` is a multiple of the rate.
def complete(start, rate):
    sums = [sum(start[first::rate]) for first in range(rate)]
    return [*start, *(max(sums) - have for have in sums)]

# %% Misconception: blocks instead of steps role="misconception" answer="answer-complete"
# You add up neighbouring weights, in blocks. The weights that read the same number of a pattern
# stand `rate` apart.
def complete(start, rate):
    block = -(-len(start) // rate)
    sums = [sum(start[first * block : (first + 1) * block]) for first in range(rate)]
    places = range(len(start), len(start) + rate)
    return [*start, *(max(sums) - sums[place % rate] for place in places)]

# %% Misconception: the last weights forgotten role="misconception" answer="answer-complete"
# You fold the weights that fill whole rows of `rate`, and leave out those at the end. They belong
# to the sums as well.
def complete(start, rate):
    whole = len(start) // rate * rate
    sums = np.reshape(start[:whole], (-1, rate)).sum(axis=0)
    places = range(len(start), len(start) + rate)
    return [*start, *(max(sums) - sums[place % rate] for place in places)]

# %% What next [markdown]
# ## What next
#
# Complete the kernel 1, 2, 3 for rate 4, look at it with `ck.frequency_response`, and compare it
# with the mean of four: which blurs less, and which would you rather have in front of a layer of
# rate 4? Then take a net with a pyramid that you use, and compute with `taps_on_map` how many of
# its taps are ever on its map.
