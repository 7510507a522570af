# %% Exercise 06: count what is seen [markdown]
# # Exercise 06: count what is seen
#
# Lesson 06 looked at stacks of dilated layers, and found pixels that an output never reads though
# they lie in its receptive field. Here you write the small functions behind its pictures: one
# counts paths, one measures how much of a rectangle is read, one takes a picture apart into the
# pieces that never meet, and one tells from the rates alone whether there are holes.
#
# **4 answers, 8 points, about 40 minutes.** You need NumPy and lesson 06. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError` and run the cell,
# then the examples below it, which are small enough to do on paper. Then run the graded cell: it
# tries your function on inputs drawn at random and says what it found. Hints stand folded below
# each task, from a nudge to nearly there; open one when you have been stuck for five minutes.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("06_gridding")

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

# %% Hint: begin with no layer [markdown] role="hint" answer="answer-paths"
# Before any layer there is one sample and one path to it: `[1]`. What does one more layer make of
# the counts that you have?

# %% Hint: each tap moves a copy [markdown] role="hint" answer="answer-paths"
# A tap moves all places by the same distance, so each tap of the new layer contributes a moved
# copy of the counts: moved by 0, by `rate`, by 2 `rate`, ... Add the copies up.

# %% Hint: how long the array is [markdown] role="hint" answer="answer-paths"
# Each layer makes the array longer by `(kernel_size - 1) * rate`, the distance of its last tap.
# Make an array of zeros of the new length, then add each copy to the stretch that begins at its
# tap.

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
assert np.array_equal(paths(3, [1]), [1, 1, 1])
print("both examples agree")

# %% Graded: paths role="graded" answer="answer-paths" points=2
@graded("paths")
def paths_case(rng):
    kernel_size = int(rng.integers(1, 5))
    return kernel_size, rng.integers(1, 5, size=rng.integers(1, 5)).tolist()

# %% Alternative: places in a dictionary role="alternative" answer="answer-paths"
def paths(kernel_size, rates):
    counts = {0: 1}
    for rate in rates:
        below = {}
        for place, number in counts.items():
            for tap in range(kernel_size):
                below[place + tap * rate] = below.get(place + tap * rate, 0) + number
        counts = below
    return [counts.get(place, 0) for place in range(max(counts) + 1)]

# %% Misconception: the first rate for all layers role="misconception" answer="answer-paths"
# Each layer steps by its own rate. Yours uses the first rate for every layer, which nobody notices
# as long as all rates are equal.
def paths(kernel_size, rates):
    counts = np.ones(1, dtype=int)
    for _ in rates:
        taps = np.zeros((kernel_size - 1) * rates[0] + 1, dtype=int)
        taps[:: rates[0]] = 1
        counts = np.convolve(counts, taps)
    return counts

# %% Misconception: every kernel has three taps role="misconception" answer="answer-paths"
# The taps are `kernel_size` many: they stand at 0, `rate`, ... up to `(kernel_size - 1) * rate`.
# Yours always takes three of them.
def paths(kernel_size, rates):
    counts = np.ones(1, dtype=int)
    for rate in rates:
        taps = np.zeros(2 * rate + 1, dtype=int)
        taps[[0, rate, 2 * rate]] = 1
        counts = np.convolve(counts, taps)
    return counts

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
# *Worked by hand:* one layer with 2 x 3 taps and rates (2, 2) spans 3 rows and 5 columns, and
# reads 2 x 3 of those 15 pixels: 2/5.

# %% Hint: one axis at a time [markdown] role="hint" answer="answer-share-read"
# A pixel is reached when its row is reached along one axis **and** its column along the other.
# Find out what is reached along the vertical axis, then do the same along the horizontal one.

# %% Hint: places as a set [markdown] role="hint" answer="answer-share-read"
# Along one axis keep a set of the places that are reached, `{0}` to begin with. A layer turns each
# place into `kernel_shape[axis]` places, its rate apart. The stretch that is seen goes from 0 to
# the largest place. (Or call your `paths`, and count what is not zero.)

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
assert np.isclose(share_read((2, 3), [(2, 2)]), 2 / 5)
assert np.isclose(share_read((3, 3), [(2, 2), (2, 2), (2, 2)]), 49 / 169)
print("both examples agree")

# %% Graded: share read role="graded" answer="answer-share-read" points=2
@graded("share_read")
def share_read_case(rng):
    kernel_shape = tuple(rng.integers(1, 5, size=2).tolist())
    rates = rng.integers(1, 5, size=(rng.integers(1, 4), 2)).tolist()
    return kernel_shape, [tuple(pair) for pair in rates]

# %% Alternative: the whole rectangle role="alternative" answer="answer-share-read"
def share_read(kernel_shape, rates):
    seen = np.ones((1, 1), dtype=bool)
    for p, q in rates:
        rows, columns = (kernel_shape[0] - 1) * p, (kernel_shape[1] - 1) * q
        wider = np.zeros((seen.shape[0] + rows, seen.shape[1] + columns), dtype=bool)
        for row in range(0, rows + 1, p):
            for column in range(0, columns + 1, q):
                wider[row : row + seen.shape[0], column : column + seen.shape[1]] |= seen
        seen = wider
    return seen.mean()

# %% Misconception: one rate for both axes role="misconception" answer="answer-share-read"
# A pair of rates has one for the rows and one for the columns. Yours uses the first of them for
# both axes, which nobody notices as long as they are equal.
def share_read(kernel_shape, rates):
    share = 1.0
    for taps in kernel_shape:
        reached = {0}
        for rate, _ in rates:
            reached = {place + tap * rate for place in reached for tap in range(taps)}
        share *= len(reached) / (max(reached) + 1)
    return share

# %% Misconception: rows and columns mixed up role="misconception" answer="answer-share-read"
# `kernel_shape` is (rows, columns) and so is each pair of rates: R belongs with the first rate, S
# with the second. Yours pairs R with the horizontal rate; with equal rates it makes no difference.
def share_read(kernel_shape, rates):
    share = 1.0
    for taps, axis in zip(kernel_shape, (1, 0)):
        reached = {0}
        for pair in rates:
            reached = {place + tap * pair[axis] for place in reached for tap in range(taps)}
        share *= len(reached) / (max(reached) + 1)
    return share

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

# %% Hint: one of them first [markdown] role="hint" answer="answer-take-apart"
# Which rows leave the remainder a? Row a, row a + p, row a + 2 p, ... NumPy takes such rows with
# one slice, and columns with another.

# %% Hint: then all of them [markdown] role="hint" answer="answer-take-apart"
# Go through all a below p and all b below q and put each small image in its place: a list of lists
# of arrays, made into one array at the end, has the shape that is asked for.

# %% Answer: take apart role="answer"
def take_apart(image, rates):
    """The p * q interleaved images of one image, shape (p, q, H // p, W // q)."""
    ### BEGIN SOLUTION
    p, q = rates
    height, width = image.shape
    return image.reshape(height // p, p, width // q, q).transpose(1, 3, 0, 2)
    ### END SOLUTION

# %% Example: take apart role="example"
small = np.asarray(take_apart(np.arange(4).reshape(2, 2), (2, 2)))
assert small.shape == (2, 2, 1, 1)
assert np.array_equal(small[0, 1], [[1]])
print("the example agrees")

# %% Graded: take apart role="graded" answer="answer-take-apart" points=2
@graded("take_apart")
def take_apart_case(rng):
    p, q, rows, columns = rng.integers(1, 4, size=4).tolist()
    return rng.integers(0, 10, size=(p * rows, q * columns)), (p, q)

# %% Alternative: slice by slice role="alternative" answer="answer-take-apart"
def take_apart(image, rates):
    p, q = rates
    return [[image[a::p, b::q] for b in range(q)] for a in range(p)]

# %% Misconception: cut into tiles role="misconception" answer="answer-take-apart"
# Yours cuts the image into tiles, like a cake: the pixels of a piece are neighbours. Pixels that a
# dilated layer joins stand a rate apart; a small image takes every p-th row and every q-th column.
def take_apart(image, rates):
    p, q = rates
    height, width = image.shape
    return image.reshape(p, height // p, q, width // q).transpose(0, 2, 1, 3)

# %% Misconception: reshape alone role="misconception" answer="answer-take-apart"
# Yours has the right shape and the wrong pixels: a `reshape` alone keeps them in reading order, so
# a small image is a stretch of neighbours. Split each axis in two, then put the axes in order.
def take_apart(image, rates):
    p, q = rates
    height, width = image.shape
    return image.reshape(p, q, height // p, width // q)

# %% Misconception: the axes changed places role="misconception" answer="answer-take-apart"
# Yours has the right pixels in small images that lie on their side: their rows and columns have
# changed places. Nobody notices with pieces of one pixel.
def take_apart(image, rates):
    p, q = rates
    height, width = image.shape
    return image.reshape(height // p, p, width // q, q).transpose(1, 3, 2, 0)

# %% Task 4: the rule [markdown]
# ## 4. The rule (2 points)
#
# For 3 taps the lesson had a rule that needs no counting: sort the rates; a hole opens exactly when
# the next rate is larger than the number of samples that the smaller rates see. Which part of it
# belongs to the 3 taps, and which to any number?
#
# Write `no_holes(kernel_size, rates)` for any `kernel_size` from 2 up and one axis. It returns
# `True` if every sample of the receptive field is read, and `False` if there is a hole.
#
# *Worked by hand:* 2 taps, rates 1 and 2. Rate 1 sees 2 samples. Rate 2 is no larger than that, so
# there is no hole: the paths land on 0, 1, 2, 3.

# %% Hint: what one layer adds [markdown] role="hint" answer="answer-no-holes"
# The rule compares a rate with the number of samples seen so far, 1 to begin with. How many
# samples does a layer of `kernel_size` taps add to it? For 3 taps it was 2 rates.

# %% Hint: check it by counting [markdown] role="hint" answer="answer-no-holes"
# You have a second way to find out: `paths` has a 0 in it exactly where there is a hole. Compare
# both on a few stacks, some of them with the large rate first.

# %% Answer: no holes role="answer"
def no_holes(kernel_size, rates):
    """Whether a stack reads every sample of its receptive field, along one axis."""
    ### BEGIN SOLUTION
    seen = 1
    for rate in sorted(rates):
        if rate > seen:
            return False
        seen += (kernel_size - 1) * rate
    return True
    ### END SOLUTION

# %% Example: no holes role="example"
assert no_holes(3, [1, 2, 5])
assert not no_holes(3, [2, 2, 2])
print("both examples agree")

# %% Graded: no holes role="graded" answer="answer-no-holes" points=2
@graded("no_holes", cases=60)
def no_holes_case(rng):
    kernel_size = int(rng.integers(2, 5))
    rates = rng.integers(1, 8, size=rng.integers(1, 4)).tolist()
    rates.insert(int(rng.integers(0, len(rates) + 1)), 1)
    return kernel_size, rates

# %% Misconception: no common factor, no hole role="misconception" answer="answer-no-holes"
# Without a common factor the pieces of an image do meet, so there is no grid. But there may still
# be blind spots: rates 1 and 9 share no factor, and 3 taps at rate 9 leave most samples out.
def no_holes(kernel_size, rates):
    return int(np.gcd.reduce(rates)) == 1

# %% Misconception: the order of the layers counts role="misconception" answer="answer-no-holes"
# A path's place is a sum of steps, and a sum does not care about order: [3, 1] reads what [1, 3]
# reads. Sort the rates before you compare.
def no_holes(kernel_size, rates):
    seen = 1
    for rate in rates:
        if rate > seen:
            return False
        seen += (kernel_size - 1) * rate
    return True

# %% Misconception: every layer adds two rates role="misconception" answer="answer-no-holes"
# A layer adds two rates only if it has 3 taps. With 2 taps it adds one, with 4 taps three.
def no_holes(kernel_size, rates):
    seen = 1
    for rate in sorted(rates):
        if rate > seen:
            return False
        seen += 2 * rate
    return True

# %% What next [markdown]
# ## What next
#
# Try your functions on stacks of your own. Which three rates with 3 taps see farthest without a
# hole? `no_holes` can tell you; the reason is a short argument about how far the layers below
# already see. Lesson 07 makes it a way to design.
