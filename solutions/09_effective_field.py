# %% Exercise 09: how wide is what counts? [markdown]
# # Exercise 09: how wide is what counts?
#
# Lesson 09 counted paths and measured gradients. Here you compute with them: the width of a stack
# that has strides too, the gradient of a stack with weights of any sign, the width of a map that
# somebody measured, and the width of layers side by side. Two of the tasks begin with code that is
# right on easy inputs and wrong on others. Find the slip.
#
# **4 answers, 8 points, about 35 minutes.** You need NumPy or plain Python, and lesson 09; a pencil
# helps. Each answer is a function: replace the line that raises `NotImplementedError`, run the
# cell, then the examples below it, then the graded cell, which tries your function on drawn inputs
# and says what it found. Hints stand folded below each task. Run the next cell first.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("09_effective_field")

# %% Task 1: the width of a stack [markdown]
# ## 1. The width of a stack (2 points)
#
# This function is meant to compute the width of the effective field, in input samples, if all
# weights are equal. Its author tried it on plain layers, and it was right.
#
# ```python
# def width(layers):
#     total = 0
#     for kernel, stride, rate in layers:
#         total = total + rate * (kernel * kernel - 1) / 12
#     return total ** 0.5
# ```
#
# Write `width(layers)` so that it is right for every rate and every stride. `layers` is a list of
# triples (kernel, stride, rate), first layer first. Strides did not occur in lesson 09, but you
# know from lesson 03 what a stride does to the steps of the layers behind it.
#
# *Worked by hand:* 2 taps at stride 3, then 3 taps at rate 2. The taps of the first layer stand 1
# sample apart, and their squared width is 1 * (4 - 1)/12 = 0.25. Behind the stride of 3, neighbours
# are 3 samples apart, so rate 2 makes steps of 6 samples: 36 * (9 - 1)/12 = 24. The width is the
# root of 24.25, which is 4.924.

# %% Hint: what is squared [markdown] role="hint" answer="answer-width"
# Distances of paths are steps times a rate, and it is their *squares* that add up. If all steps
# become three times as long, what becomes of the mean of their squares?

# %% Hint: how far is a step [markdown] role="hint" answer="answer-width"
# Carry the jump along, as for the receptive field: it begins at 1, and each layer multiplies it by
# its stride. The taps of a layer stand `rate * jump` input samples apart.

# %% Hint: the order of two lines [markdown] role="hint" answer="answer-width"
# In each turn, first add `(rate * jump) ** 2 * (kernel ** 2 - 1) / 12`, then multiply the jump: a
# stride does not move the taps of its own layer. The root comes at the very end.

# %% Answer: width role="answer"
def width(layers):
    """Standard deviation of the paths' ends, in samples; layers (kernel, stride, rate)."""
    ### BEGIN SOLUTION
    total, jump = 0, 1
    for kernel, stride, rate in layers:
        total += (rate * jump) ** 2 * (kernel**2 - 1) / 12
        jump *= stride
    return total**0.5
    ### END SOLUTION

# %% Example: width role="example"
assert abs(width([(3, 1, 1)] * 6) - 2) < 1e-9
assert abs(width([(2, 1, 1)] * 4) - 1) < 1e-9
print("both examples agree; all rates and strides in them are 1")

# %% Graded: width role="graded" answer="answer-width" points=2
@graded("width")
def width_case(rng):
    number = rng.integers(2, 4)
    kernels, rates = rng.integers(2, 6, size=number), rng.integers(1, 5, size=number)
    strides = rng.integers(1, 4, size=number)
    return ([tuple(layer) for layer in np.stack([kernels, strides, rates], axis=1).tolist()],)

# %% Alternative: every path written out role="alternative" answer="answer-width"
def width(layers):
    ends, jump = np.zeros(1), 1
    for kernel, stride, rate in layers:
        ends = np.add.outer(ends, rate * jump * np.arange(kernel)).ravel()
        jump *= stride
    return ends.std()

# %% Misconception: the rate is not squared role="misconception" answer="answer-width"
# Your squared widths grow with the rate, and should grow with its square. At rate 3 every step is
# three times as long, so the squares of the steps are nine times as large.
def width(layers):
    total, jump = 0, 1
    for kernel, stride, rate in layers:
        total += rate * jump * (kernel**2 - 1) / 12
        jump *= stride
    return total**0.5

# %% Misconception: strides forgotten role="misconception" answer="answer-width"
# Your widths do not depend on the strides. Behind a stride, neighbouring outputs stand farther
# apart in the input, and the steps of all layers behind it are as many times longer.
def width(layers):
    return sum(rate**2 * (kernel**2 - 1) / 12 for kernel, _, rate in layers) ** 0.5

# %% Misconception: a stride in its own layer role="misconception" answer="answer-width"
# You multiply by a layer's stride before you use the jump in that layer. A stride moves the outputs
# of its layer apart, not its taps: only the layers behind take longer steps.
def width(layers):
    total, jump = 0, 1
    for kernel, stride, rate in layers:
        jump *= stride
        total += (rate * jump) ** 2 * (kernel**2 - 1) / 12
    return total**0.5

# %% Misconception: a dilated kernel counted as filled role="misconception" answer="answer-width"
# You take a dilated kernel for a large one that is full of weights. Between its taps there is
# nothing. Three taps at rate 2 step by -2, 0 or 2, whose squares have the mean 8/3; five taps next
# to each other also step by -1 and 1, and their mean is 2.
def width(layers):
    total, jump = 0, 1
    for kernel, stride, rate in layers:
        total += jump**2 * (((kernel - 1) * rate + 1) ** 2 - 1) / 12
        jump *= stride
    return total**0.5

# %% Task 2: the gradient of a stack [markdown]
# ## 2. The gradient of a stack (2 points)
#
# The footprint counts paths. If the weights are not equal, each path counts as much as the product
# of the weights along it, and a sample moves the output by the sum over its paths: this is the
# gradient. Negative paths take away from positive ones.
#
# Write `gradient(layers)`. `layers` is a list of pairs (weights, rate), first layer first; the
# weights are a list of numbers, and the layers have stride 1 and no padding. Return the gradient of
# one output: a number for each sample of its receptive field, from the first to the last. Each
# layer computes `out[i] = sum of weights[t] * x[i + t * rate]`, as always in this course.
#
# *Worked by hand:* below, weights 1, -2 at rate 1; on top, weights 1, 3 at rate 2. The output is
# `a[0] + 3 a[2]`, where `a[0] = x[0] - 2 x[1]` and `a[2] = x[2] - 2 x[3]`. So the gradient is `[1,
# -2, 3, -6]`.

# %% Hint: how long is it [markdown] role="hint" answer="answer-gradient"
# There is one number for each sample seen: `1 + sum of (number of weights - 1) * rate`. A single
# layer's gradient is its weights, with `rate - 1` zeros between each and the next.

# %% Hint: from the output down [markdown] role="hint" answer="answer-gradient"
# Begin with `[1]`: the output moves by 1 if the output moves by 1. For each layer, every number `g`
# at place `p` sends `g * weights[t]` to place `p + t * rate` of the layer below, and what arrives
# at one place adds up.

# %% Hint: one call [markdown] role="hint" answer="answer-gradient"
# "Send to all places and add up" is what `np.convolve` does with two arrays: it multiplies each
# number of one with each of the other, and adds what falls on the same place. Write the zeros into
# the weights first, then convolve all layers together.

# %% Answer: gradient role="answer"
def gradient(layers):
    """Gradient of one output in each sample it sees; layers (weights, rate), first layer first."""
    ### BEGIN SOLUTION
    moved = np.ones(1)
    for weights, rate in layers:
        spread = np.zeros((len(weights) - 1) * rate + 1)
        spread[::rate] = weights
        moved = np.convolve(moved, spread)
    return moved
    ### END SOLUTION

# %% Example: gradient role="example"
assert np.allclose(gradient([([1, 1, 1], 1), ([1, 1, 1], 1)]), [1, 2, 3, 2, 1])
assert np.allclose(gradient([([1, 2, 1], 1)]), [1, 2, 1])
print("both examples agree")

# %% Graded: gradient role="graded" answer="answer-gradient" points=2
@graded("gradient")
def gradient_case(rng):
    layers = []
    for _ in range(rng.integers(2, 4)):
        weights = rng.integers(1, 5, size=rng.integers(2, 4)) * rng.choice([-1, 1], p=[0.4, 0.6])
        weights[-1] = -weights[-1] - weights[0]  # never its own mirror image
        layers.append((weights.tolist(), int(rng.integers(1, 4))))
    layers[0] = (layers[0][0], int(rng.integers(2, 4)))
    return (layers,)

# %% Alternative: one path at a time role="alternative" answer="answer-gradient"
def gradient(layers):
    paths = [(0, 1)]
    for weights, rate in layers:
        paths = [(place + tap * rate, product * weight) for place, product in paths
                 for tap, weight in enumerate(weights)]
    moved = [0] * (1 + max(place for place, _ in paths))
    for place, product in paths:
        moved[place] += product
    return moved

# %% Misconception: the kernel flipped role="misconception" answer="answer-gradient"
# Your gradients are mirror images: the last sample gets what the first should get. Tap `t` of a
# layer reads `t * rate` places to the right, so it sends its share to the right as well. No kernel
# has to be turned round here.
def gradient(layers):
    moved = np.ones(1)
    for weights, rate in layers:
        spread = np.zeros((len(weights) - 1) * rate + 1)
        spread[::rate] = weights[::-1]
        moved = np.convolve(moved, spread)
    return moved

# %% Misconception: signs dropped role="misconception" answer="answer-gradient"
# You drop the signs of the weights on the way. Two paths of opposite sign to the same sample
# cancel; whoever takes absolute values before adding counts them as if they helped each other.
def gradient(layers):
    moved = np.ones(1)
    for weights, rate in layers:
        spread = np.zeros((len(weights) - 1) * rate + 1)
        spread[::rate] = np.abs(weights)
        moved = np.convolve(moved, spread)
    return moved

# %% Misconception: rates forgotten role="misconception" answer="answer-gradient"
# Your gradients are too short: all taps stand next to each other in them. At rate `d` neighbouring
# taps are `d` samples apart; write `d - 1` zeros between the weights.
def gradient(layers):
    moved = np.ones(1)
    for weights, _ in layers:
        moved = np.convolve(moved, weights)
    return moved

# %% Misconception: the holes filled role="misconception" answer="answer-gradient"
# You repeat each weight until the next tap, as if a dilated kernel read what lies between its taps.
# It does not: these samples get nothing from this layer, so there are zeros between the weights.
def gradient(layers):
    moved = np.ones(1)
    for weights, rate in layers:
        moved = np.convolve(moved, np.repeat(weights, rate)[: (len(weights) - 1) * rate + 1])
    return moved

# %% Task 3: the width of a measured map [markdown]
# ## 3. The width of a measured map (2 points)
#
# Somebody has measured the gradient of one output in every pixel of a picture: a map of H rows and
# W columns, with numbers of both signs. The net was trained, so the middle of its field need not be
# the middle of the map.
#
# Write `widths(gradient)`. The share of a pixel is the absolute value of its number, divided by the
# sum of all absolute values. Return a pair: the standard deviation of the *row number*, and that of
# the *column number*, if each pixel counts by its share.
#
# *Worked by hand:* the map
#
# ```
# 0  1  0  0
# 0  0 -3  0
# ```
#
# gives the shares 1/4 to row 0, column 1, and 3/4 to row 1, column 2. The mean row is 0.75. A
# quarter lies 0.75 away from it and three quarters lie 0.25 away: 1/4 * 0.5625 + 3/4 * 0.0625 =
# 0.1875, whose root is 0.433. The columns 1 and 2 differ by one as well: the answer is `(0.433,
# 0.433)`.

# %% Hint: one axis at a time [markdown] role="hint" answer="answer-widths"
# How much of the weight does each row have? Sum the shares over the columns. What is left is a row
# of H numbers that add up to 1, as in the lesson.

# %% Hint: from where [markdown] role="hint" answer="answer-widths"
# The mean row is the sum of row number times share. Distances count from there, not from H // 2.

# %% Hint: which axis is which [markdown] role="hint" answer="answer-widths"
# `shares.sum(axis=1)` sums over columns, and leaves one number for each row. Row numbers are
# `np.arange(H)`. Do it once for each axis, and return rows first.

# %% Answer: widths role="answer"
def widths(gradient):
    """Standard deviations of rows and of columns, each pixel counting by its |gradient|."""
    ### BEGIN SOLUTION
    shares = np.abs(gradient) / np.abs(gradient).sum()
    found = []
    for share in (shares.sum(axis=1), shares.sum(axis=0)):
        places = np.arange(share.size)
        middle = (share * places).sum()
        found.append(float(np.sqrt((share * (places - middle) ** 2).sum())))
    return tuple(found)
    ### END SOLUTION

# %% Example: widths role="example"
assert np.allclose(widths(np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])), (0.4**0.5, 0.4**0.5))
assert np.allclose(widths(np.eye(3)), ((2 / 3) ** 0.5, (2 / 3) ** 0.5))
print("both examples agree")

# %% Graded: widths role="graded" answer="answer-widths" points=2
@graded("widths")
def widths_case(rng):
    rows, columns = rng.permutation([2, 3, 4, 5])[:2]
    gradient = rng.integers(-4, 5, size=(rows, columns))
    gradient[0, 0], gradient[-1, 0] = 5, -3  # signs matter, and the middle is to the left
    return (gradient,)

# %% Alternative: with weights for numpy role="alternative" answer="answer-widths"
def widths(gradient):
    size = np.abs(gradient).ravel()
    found = []
    for number in np.indices(np.shape(gradient)):
        places = number.ravel()
        mean = np.average(places, weights=size)
        found.append(np.average((places - mean) ** 2, weights=size) ** 0.5)
    return found

# %% Misconception: rows and columns exchanged role="misconception" answer="answer-widths"
# Your two numbers are exchanged. Summing over `axis=0` adds up the rows and leaves one number for
# each *column*. On a map with as many rows as columns that may go unnoticed.
def widths(gradient):
    shares = np.abs(gradient) / np.abs(gradient).sum()
    found = []
    for share in (shares.sum(axis=0), shares.sum(axis=1)):
        places = np.arange(share.size)
        middle = (share * places).sum()
        found.append(float(np.sqrt((share * (places - middle) ** 2).sum())))
    return tuple(found)

# %% Misconception: distances from the middle of the map role="misconception" answer="answer-widths"
# You measure distances from the middle of the map. The field of a trained net may lie elsewhere,
# and then your number mixes how wide it is with how far it has moved. Take the mean place, weighted
# by the shares.
def widths(gradient):
    shares = np.abs(gradient) / np.abs(gradient).sum()
    found = []
    for share in (shares.sum(axis=1), shares.sum(axis=0)):
        places = np.arange(share.size) - (share.size - 1) / 2
        found.append(float(np.sqrt((share * places**2).sum())))
    return tuple(found)

# %% Misconception: distances from H // 2 role="misconception" answer="answer-widths"
# You measure distances from row H // 2 and column W // 2, the middle of the map. The field of a
# trained net may lie elsewhere, and then your number mixes how wide it is with how far it has
# moved. Take the mean place, weighted by the shares.
def widths(gradient):
    shares = np.abs(gradient) / np.abs(gradient).sum()
    found = []
    for share in (shares.sum(axis=1), shares.sum(axis=0)):
        places = np.arange(share.size) - share.size // 2
        found.append(float(np.sqrt((share * places**2).sum())))
    return tuple(found)

# %% Misconception: squared gradients as shares role="misconception" answer="answer-widths"
# You give each pixel a share by the square of its gradient. That is another measure, and a narrower
# one: the lesson squares it to compare with counted paths. Here the share is the absolute value.
def widths(gradient):
    shares = np.square(gradient) / np.square(gradient).sum()
    found = []
    for share in (shares.sum(axis=1), shares.sum(axis=0)):
        places = np.arange(share.size)
        middle = (share * places).sum()
        found.append(float(np.sqrt((share * (places - middle) ** 2).sum())))
    return tuple(found)

# %% Misconception: signs dropped after summing role="misconception" answer="answer-widths"
# You add up rows and columns first, and drop the signs afterwards. Numbers of opposite sign in one
# row cancel then, and their row seems to count for less. Take absolute values first.
def widths(gradient):
    found = []
    for total in (np.sum(gradient, axis=1), np.sum(gradient, axis=0)):
        share = np.abs(total) / max(np.abs(total).sum(), 1e-9)
        places = np.arange(share.size)
        middle = (share * places).sum()
        found.append(float(np.sqrt((share * (places - middle) ** 2).sum())))
    return tuple(found)

# %% Task 4: side by side [markdown]
# ## 4. Side by side (2 points)
#
# A pyramid, as in lesson 08, lets several layers read the same input side by side and adds up what
# they give. Exercise 03 asked how far the sum sees. Now: how wide is the part that counts? An
# answer that has been given:
#
# ```python
# def side_by_side(branches):
#     total = 0
#     for kernel, rate in branches:
#         total = total + rate * rate * (kernel * kernel - 1) / 12
#     return total ** 0.5
# ```
#
# Write `side_by_side(branches)` so that it is right. `branches` is a list of pairs (kernel, rate);
# all weights are equal, and the middles of all branches lie on the same place. A path goes through
# *one* branch, and all paths count alike. Return the standard deviation of where they end.
#
# *Worked by hand:* one branch with 1 tap, one with 3 taps at rate 4. There are four paths. They end
# at 0, and at -4, 0, 4. The mean of the squares is (0 + 16 + 0 + 16)/4 = 8, the width 2.828. The
# code above says 3.266.

# %% Hint: one after the other, or one of them [markdown] role="hint" answer="answer-side-by-side"
# In which arrangement would the code above be right? Layers on top of one another make a path take
# all of their steps. How many branches does a path use here?

# %% Hint: count the ends [markdown] role="hint" answer="answer-side-by-side"
# Write down where every path ends: for each branch, `kernel` places that are `rate` apart, with
# their middle at 0. All in one list. What is the mean of their squares?

# %% Hint: a mean with weights [markdown] role="hint" answer="answer-side-by-side"
# A branch of `kernel` taps has `kernel` paths, whose mean square is `rate**2 * (kernel**2 - 1) /
# 12`. Over all paths, that of each branch counts `kernel` times, and is divided by the number of
# all paths.

# %% Answer: side by side role="answer"
def side_by_side(branches):
    """Standard deviation of the paths' ends of branches (kernel, rate) added up."""
    ### BEGIN SOLUTION
    paths = sum(kernel for kernel, _ in branches)
    squares = sum(kernel * rate**2 * (kernel**2 - 1) / 12 for kernel, rate in branches)
    return (squares / paths) ** 0.5
    ### END SOLUTION

# %% Example: side by side role="example"
assert abs(side_by_side([(3, 3)]) - 6**0.5) < 1e-9
assert abs(side_by_side([(5, 2)]) - 8**0.5) < 1e-9
print("both examples agree; each has a single branch")

# %% Graded: side by side role="graded" answer="answer-side-by-side" points=2
@graded("side_by_side")
def side_by_side_case(rng):
    number = rng.integers(2, 4)
    kernels = rng.permutation([1, 2, 3, 4, 5])[:number]
    rates = rng.permutation([1, 2, 3, 4, 6])[:number]
    return (list(zip(kernels.tolist(), rates.tolist())),)

# %% Alternative: all ends in one list role="alternative" answer="answer-side-by-side"
def side_by_side(branches):
    ends = [rate * (tap - (kernel - 1) / 2) for kernel, rate in branches for tap in range(kernel)]
    return np.std(ends)

# %% Misconception: branches stacked role="misconception" answer="answer-side-by-side"
# Your width is that of the branches on top of one another, where a path takes a step in each. Side
# by side it goes through one branch only: the squares do not add up, they are averaged.
def side_by_side(branches):
    return sum(rate**2 * (kernel**2 - 1) / 12 for kernel, rate in branches) ** 0.5

# %% Misconception: widths added role="misconception" answer="answer-side-by-side"
# You add up the widths of the branches. Not even stacked layers do that. Side by side, the sum is
# never wider than the widest of its branches.
def side_by_side(branches):
    return sum(rate * ((kernel**2 - 1) / 12) ** 0.5 for kernel, rate in branches)

# %% Misconception: every branch counts alike role="misconception" answer="answer-side-by-side"
# You average over branches, but all *paths* count alike, and a branch with more taps has more
# paths. In the example worked by hand, three of the four paths go through the second branch.
def side_by_side(branches):
    squares = [rate**2 * (kernel**2 - 1) / 12 for kernel, rate in branches]
    return (sum(squares) / len(squares)) ** 0.5

# %% Misconception: the mean of the widths role="misconception" answer="answer-side-by-side"
# You take the mean of the branches' widths. It is their *squares* that may be averaged, each as
# often as its branch has paths; the root comes last.
def side_by_side(branches):
    paths = sum(kernel for kernel, _ in branches)
    return sum(kernel * rate * ((kernel**2 - 1) / 12) ** 0.5 for kernel, rate in branches) / paths

# %% What next [markdown]
# ## What next
#
# DeepLabv3's pyramid has a branch of 1 tap and three of 3 taps at rates 6, 12 and 18, along a row.
# How wide is it? And how wide would the three rates be on top of one another? Your `side_by_side`
# and your `width` can tell. Then try `width` on the five layers of stride 2 and on the rates
# 1, 2, 4, 8, 16: lesson 03 found the same view. Is it used alike?
