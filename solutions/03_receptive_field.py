# %% Exercise 03: who sees what [markdown]
# # Exercise 03: who sees what
#
# Lesson 03 followed size, jump and start through a stack. Here you write that down, and more. Three
# of the four tasks begin with code that gives right answers on easy stacks and wrong ones on
# others. Each holds a slip that careful people have made. Find it, and write a function that is
# right.
#
# **4 answers, 8 points, about 35 minutes.** You need NumPy or plain Python, and lesson 03; a pencil
# helps. Each answer is a function: replace the line that raises `NotImplementedError`, run the
# cell, then the examples below it, then the graded cell, which tries your function on drawn inputs
# and says what it found. Hints stand folded below each task. Run the next cell first.
#
# Everything happens along one axis. A layer is given by some of these numbers: `kernel` (how many
# taps), `stride`, `padding` (zeros before the input; those behind it play no part here) and `rate`.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("03_receptive_field")

# %% Task 1: how far each layer sees [markdown]
# ## 1. How far each layer sees (2 points)
#
# This function is meant to return how many samples one output sees after each layer of a stack. Its
# author knew that a pool halves the picture, and concluded that it doubles the view.
#
# ```python
# def sizes(layers):
#     size, seen = 1, []
#     for kernel, stride, rate in layers:
#         if stride == 1:
#             size = size + (kernel - 1) * rate
#         else:
#             size = size * stride
#         seen.append(size)
#     return seen
# ```
#
# Write `sizes(layers)` so that it is right. `layers` is a list of triples (kernel, stride, rate),
# first layer first; return a list of as many sizes.
#
# *Worked by hand:* three layers of 3 taps, a pool of 2 taps at stride 2, and once more 3 taps at
# rate 2. The first three see 3, 5, 7. The pool reads two neighbours whose views are one sample
# apart: 8. The last one has taps 2 rates apart on either side, that is 4 steps from first to last,
# and now a step is 2 samples: 8 + 8 = 16. The answer is `[3, 5, 7, 8, 16]`. The code above says
# 3, 5, 7, 14, 18.

# %% Hint: what the pool really doubles [markdown] role="hint" answer="answer-sizes"
# Every layer, pool or not, adds to the size what lies between its first tap and its last, counted
# in input samples. No layer multiplies the size. What is it that gets multiplied?

# %% Hint: a second number to carry [markdown] role="hint" answer="answer-sizes"
# Carry a second number, the jump: how many input samples lie between neighbouring outputs of the
# layer below. It begins at 1. A layer with `kernel` taps reaches over `(kernel - 1) * rate` jumps.

# %% Hint: before or after the stride [markdown] role="hint" answer="answer-sizes"
# Does the stride of a layer move its own taps apart? No: first add to the size with the old jump,
# then multiply the jump by the stride. And multiply it; earlier strides still count.

# %% Answer: sizes role="answer"
def sizes(layers):
    """Samples that one output sees, after each of the layers (kernel, stride, rate)."""
    ### BEGIN SOLUTION
    size, jump, seen = 1, 1, []
    for kernel, stride, rate in layers:
        size += (kernel - 1) * rate * jump
        jump *= stride
        seen.append(size)
    return seen
    ### END SOLUTION

# %% Example: sizes role="example"
assert list(sizes([(3, 1, 1), (3, 1, 1), (3, 1, 1)])) == [3, 5, 7]
assert list(sizes([(2, 1, 3), (4, 1, 1)])) == [4, 7]
print("both examples agree; neither has a stride")

# %% Graded: sizes role="graded" answer="answer-sizes" points=2
@graded("sizes")
def sizes_case(rng):
    number = rng.integers(2, 6)
    kernels, rates = rng.integers(1, 5, size=(2, number))
    strides = rng.integers(1, 4, size=number)
    return ([tuple(layer) for layer in np.stack([kernels, strides, rates], axis=1).tolist()],)

# %% Alternative: the closed form role="alternative" answer="answer-sizes"
def sizes(layers):
    def size(depth):
        total = 1
        for at, (kernel, _, rate) in enumerate(layers[:depth]):
            total += (kernel - 1) * rate * int(np.prod([s for _, s, _ in layers[:at]], dtype=int))
        return total

    return [size(depth) for depth in range(1, len(layers) + 1)]

# %% Alternative: from the top down role="alternative" answer="answer-sizes"
def sizes(layers):
    seen = []
    for depth in range(1, len(layers) + 1):
        size = 1
        for kernel, stride, rate in reversed(layers[:depth]):
            size = (size - 1) * stride + (kernel - 1) * rate + 1
        seen.append(size)
    return np.array(seen)

# %% Misconception: a pool doubles the view role="misconception" answer="answer-sizes"
# Your sizes jump up where a layer has a stride, as if it multiplied the view. The outputs that such
# a layer reads are neighbours and see nearly the same samples, so it adds only as much as its own
# taps reach over. What it multiplies is the step of the layers behind it.
def sizes(layers):
    size, seen = 1, []
    for kernel, stride, rate in layers:
        size = size + (kernel - 1) * rate if stride == 1 else size * stride
        seen.append(size)
    return seen

# %% Misconception: a stride widens its own layer role="misconception" answer="answer-sizes"
# You multiply the jump by a layer's stride before you use it for that same layer. A stride moves
# outputs apart, not the taps of its own kernel: the layer reads its input with the steps of the
# layer below, and only those behind it feel the stride.
def sizes(layers):
    size, jump, seen = 1, 1, []
    for kernel, stride, rate in layers:
        jump *= stride
        size += (kernel - 1) * rate * jump
        seen.append(size)
    return seen

# %% Misconception: only the last stride counts role="misconception" answer="answer-sizes"
# Each of your layers steps as far as the stride right below it says, and no farther. Strides
# multiply: behind two layers of stride 2, neighbouring outputs are 4 samples apart, and stay so
# even if a layer of stride 1 comes between.
def sizes(layers):
    size, jump, seen = 1, 1, []
    for kernel, stride, rate in layers:
        size += (kernel - 1) * rate * jump
        jump = stride
        seen.append(size)
    return seen

# %% Misconception: strides leave the view alone role="misconception" answer="answer-sizes"
# Your sizes do not depend on the strides at all. A stride adds nothing in its own layer, that is
# right, but every layer behind it takes larger steps, and adds more.
def sizes(layers):
    size, seen = 1, []
    for kernel, _, rate in layers:
        size += (kernel - 1) * rate
        seen.append(size)
    return seen

# %% Task 2: where an output looks [markdown]
# ## 2. Where an output looks (2 points)
#
# To draw what an output sees, one needs the middle of its view. This function follows the middle of
# output 0 through the stack. It has been used on many nets, and was right on all of them, until
# somebody tried a net with dilation.
#
# ```python
# def middle(layers, output):
#     place, jump = 0, 1
#     for kernel, stride, padding, rate in layers:
#         place = place + ((kernel - 1) / 2 - padding) * jump
#         jump = jump * stride
#     return place + output * jump
# ```
#
# Write `middle(layers, output)` so that it is right for every rate. `layers` is a list of
# (kernel, stride, padding, rate), first layer first. Return the place halfway between the first
# and the last sample that the output sees. Sample 0 stands at place 0; a view whose length is even
# has its middle between two samples.
#
# *Worked by hand:* one layer of 4 taps at rate 3, stride 2, 1 zero, output 5. Output 0 reads places
# -1, 2, 5, 8; output 5 reads 9, 12, 15, 18. The middle is 13.5.

# %% Hint: try it on the example [markdown] role="hint" answer="answer-middle"
# Run the function above on the example worked by hand. How far off is it, and how much longer is
# the window than the function believes?

# %% Hint: half of which length [markdown] role="hint" answer="answer-middle"
# `(kernel - 1) / 2` is half the way from the first tap to the last, if neighbouring taps are one
# step apart. How long is that way at rate 3?

# %% Answer: middle role="answer"
def middle(layers, output):
    """Middle of what an output sees; layers (kernel, stride, padding, rate), in samples."""
    ### BEGIN SOLUTION
    place, jump = 0, 1
    for kernel, stride, padding, rate in layers:
        place += ((kernel - 1) * rate / 2 - padding) * jump
        jump *= stride
    return place + output * jump
    ### END SOLUTION

# %% Example: middle role="example"
assert middle([(3, 1, 0, 1), (3, 1, 1, 1)], 4) == 5
assert middle([(3, 2, 1, 1)], 3) == 6
print("both examples agree; the rates in them are 1")

# %% Graded: middle role="graded" answer="answer-middle" points=2
@graded("middle")
def middle_case(rng):
    number = rng.integers(2, 5)
    ranges = (1, 5), (1, 4), (0, 4), (1, 5)
    columns = [rng.integers(low, high, size=number) for low, high in ranges]
    layers = [tuple(layer) for layer in np.stack(columns, axis=1).tolist()]
    return layers, int(rng.integers(0, 10))

# %% Alternative: from start and size role="alternative" answer="answer-middle"
def middle(layers, output):
    first = last = output
    for kernel, stride, padding, rate in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + (kernel - 1) * rate
    return np.float64(first + last) / 2

# %% Misconception: a start that forgets dilation role="misconception" answer="answer-middle"
# Your middles are right as long as every rate is 1. Between the first tap and the last lie
# `(kernel - 1) * rate` steps, so half a window is longer where the rate is larger.
def middle(layers, output):
    place, jump = 0, 1
    for kernel, stride, padding, _ in layers:
        place += ((kernel - 1) / 2 - padding) * jump
        jump *= stride
    return place + output * jump

# %% Misconception: half a sample is lost role="misconception" answer="answer-middle"
# You round half a window down to a whole number, so some middles come out too far to the left. The
# middle of an even number of samples lies between two of them: divide with `/`, not with `//`.
def middle(layers, output):
    place, jump = 0, 1
    for kernel, stride, padding, rate in layers:
        place += ((kernel - 1) * rate // 2 - padding) * jump
        jump *= stride
    return place + output * jump

# %% Misconception: padding counted in samples role="misconception" answer="answer-middle"
# You take each layer's zeros from the place as they are. But the zeros of a layer stand between its
# own inputs, one jump apart: 2 zeros in front of outputs that are 4 samples apart shift the view by
# 8 samples.
def middle(layers, output):
    place, jump = 0, 1
    for kernel, stride, padding, rate in layers:
        place += (kernel - 1) * rate / 2 * jump - padding
        jump *= stride
    return place + output * jump

# %% Task 3: the samples that are read [markdown]
# ## 3. The samples that are read (2 points)
#
# Size and start tell the first sample and the last. Which of those between does an output read?
# The rule of the lesson cannot say. But you can walk down: begin with the output's own number, and
# ask the last layer which of its inputs it reads; then ask the layer below about each of those.
#
# Write `reads(layers, output)`. `layers` is a list of (kernel, stride, padding, rate), first layer
# first. Return a list of the numbers of all input samples that the output reads, rising, each once.
# Take the input to be endless on both sides, so that no sample is missing: a number below 0 is a
# place in front of the first sample, as in `start`.
#
# *Worked by hand:* below, 2 taps at rate 3 with 1 zero; on top, 2 taps at stride 2. Output 1 of the
# top reads places 2 and 3 of the layer below. There, output 2 reads 1 and 4, output 3 reads 2 and
# 5. So `reads([(2, 1, 1, 3), (2, 2, 0, 1)], 1)` is `[1, 2, 4, 5]`. Sample 3 lies between them, but
# is not read.

# %% Hint: one layer first [markdown] role="hint" answer="answer-reads"
# Output `o` of one layer has its first tap on place `o * stride - padding`, and each further one
# `rate` places on.

# %% Hint: a set of places [markdown] role="hint" answer="answer-reads"
# Keep a set. It begins as `{output}`. For each layer, replace it by the set of all places that any
# of its members reads.

# %% Hint: which way round [markdown] role="hint" answer="answer-reads"
# You stand at the output, so the last layer comes first: `reversed(layers)`. Sort what is left when
# you have come through the first layer.

# %% Answer: reads role="answer"
def reads(layers, output):
    """Input samples that an output reads, rising; layers (kernel, stride, padding, rate)."""
    ### BEGIN SOLUTION
    places = {output}
    for kernel, stride, padding, rate in reversed(layers):
        places = {
            place * stride - padding + tap * rate for place in places for tap in range(kernel)
        }
    return sorted(places)
    ### END SOLUTION

# %% Example: reads role="example"
assert list(reads([(3, 1, 1, 1)], 0)) == [-1, 0, 1]
assert list(reads([(2, 2, 0, 1), (2, 2, 0, 1)], 1)) == [4, 5, 6, 7]
print("both examples agree")

# %% Graded: reads role="graded" answer="answer-reads" points=2
@graded("reads")
def reads_case(rng):
    number = rng.integers(2, 4)
    ranges = (2, 4), (1, 4), (0, 3), (1, 5)
    columns = [rng.integers(low, high, size=number) for low, high in ranges]
    layers = [tuple(layer) for layer in np.stack(columns, axis=1).tolist()]
    return layers, int(rng.integers(0, 4))

# %% Alternative: an impulse sent down role="alternative" answer="answer-reads"
def reads(layers, output):
    first, ways = output, np.ones(1, int)
    for kernel, stride, padding, rate in layers[::-1]:
        spread = np.zeros((len(ways) - 1) * stride + 1, int)
        spread[::stride] = ways
        taps = np.zeros((kernel - 1) * rate + 1, int)
        taps[::rate] = 1
        first, ways = first * stride - padding, np.convolve(spread, taps)
    return first + np.flatnonzero(ways)

# %% Misconception: everything between is read role="misconception" answer="answer-reads"
# You return every sample from the first to the last. A layer reads only where its taps stand. A
# rate above 1 leaves out what lies between two taps, and a stride can leave out what lies between
# two windows; such a sample is read only if a way through other taps leads there.
def reads(layers, output):
    first = last = output
    for kernel, stride, padding, rate in reversed(layers):
        first = first * stride - padding
        last = last * stride - padding + (kernel - 1) * rate
    return list(range(first, last + 1))

# %% Misconception: the first layer first role="misconception" answer="answer-reads"
# You walk through the layers in the order in which data flows. The output is a number of the last
# layer, so ask that one first what it reads, and the first layer last.
def reads(layers, output):
    places = {output}
    for kernel, stride, padding, rate in layers:
        places = {
            place * stride - padding + tap * rate for place in places for tap in range(kernel)
        }
    return sorted(places)

# %% Misconception: all zeros at the bottom role="misconception" answer="answer-reads"
# You add up the zeros of all layers and take them off at the input. The zeros of a layer stand
# between its own inputs, which may be several samples apart: take them off in the layer they
# belong to, before its places are multiplied by the strides below.
def reads(layers, output):
    places = {output}
    for kernel, stride, _, rate in reversed(layers):
        places = {place * stride + tap * rate for place in places for tap in range(kernel)}
    zeros = sum(padding for _, _, padding, _ in layers)
    return sorted(place - zeros for place in places)

# %% Task 4: side by side [markdown]
# ## 4. Side by side (2 points)
#
# Some nets send the same input through several layers side by side, each with another rate, and
# add up what comes out. Such layers are called branches. What does one output of the sum see? An
# answer that has been given:
#
# ```python
# def side_by_side(branches):
#     first, size = 0, 1
#     for kernel, padding, rate in branches:
#         first = first - padding
#         size = size + (kernel - 1) * rate
#     return first, first + size - 1
# ```
#
# Write `side_by_side(branches)` so that it is right. `branches` is a list of (kernel, padding,
# rate), all at stride 1. Return a pair: the first place and the last one that output 0 of the sum
# sees, those in the padding included (so the first one may be negative).
#
# *Worked by hand:* one branch with 3 taps at rate 2 and 2 zeros, one with 4 taps at rate 1 and no
# zeros. The first reads places -2, 0, 2, the second 0, 1, 2, 3. The sum sees -2 to 3: `(-2, 3)`.
# The code above says (-2, 5).

# %% Hint: in a row or side by side [markdown] role="hint" answer="answer-side-by-side"
# For which stacks would the code above be right? Think of what a second layer reads if it stands
# on top of the first, and what it reads if it stands beside it.

# %% Hint: each branch has two ends [markdown] role="hint" answer="answer-side-by-side"
# Write down for each branch the first place that output 0 reads and the last one. The sum sees
# whatever one of them sees. The branch that begins first need not be the one that ends last.

# %% Answer: side by side role="answer"
def side_by_side(branches):
    """First and last place that output 0 sees of branches (kernel, padding, rate) added up."""
    ### BEGIN SOLUTION
    first = min(-padding for _, padding, _ in branches)
    last = max((kernel - 1) * rate - padding for kernel, padding, rate in branches)
    return first, last
    ### END SOLUTION

# %% Example: side by side role="example"
assert tuple(side_by_side([(1, 0, 1), (5, 2, 1)])) == (-2, 2)
assert tuple(side_by_side([(1, 0, 1), (1, 0, 7), (2, 1, 1)])) == (-1, 0)
print("both examples agree")

# %% Graded: side by side role="graded" answer="answer-side-by-side" points=2
@graded("side_by_side")
def side_by_side_case(rng):
    number = rng.integers(2, 5)
    ranges = (2, 5), (0, 7), (1, 6)
    columns = [rng.integers(low, high, size=number) for low, high in ranges]
    return ([tuple(branch) for branch in np.stack(columns, axis=1).tolist()],)

# %% Alternative: all places together role="alternative" answer="answer-side-by-side"
def side_by_side(branches):
    places = np.concatenate([rate * np.arange(kernel) - zeros for kernel, zeros, rate in branches])
    return [int(places.min()), int(places.max())]

# %% Misconception: parallel rates add up role="misconception" answer="answer-side-by-side"
# You add the branches' reaches, as if they stood on top of one another. Side by side all of them
# read the same input, and none reads what another one made of it: the sum sees what one of them
# sees, and no more.
def side_by_side(branches):
    first = -sum(padding for _, padding, _ in branches)
    return first, first + sum((kernel - 1) * rate for kernel, _, rate in branches)

# %% Misconception: the widest branch decides role="misconception" answer="answer-side-by-side"
# You return the ends of the widest branch. Its padding may put it so far to one side that a
# narrower branch reaches out on the other: look for the first place and for the last one in all
# branches.
def side_by_side(branches):
    kernel, padding, rate = max(branches, key=lambda branch: (branch[0] - 1) * branch[2])
    return -padding, (kernel - 1) * rate - padding

# %% Misconception: the end that forgets dilation role="misconception" answer="answer-side-by-side"
# Your last places are right as long as every rate is 1. The last tap of a branch stands
# `(kernel - 1) * rate` places behind its first.
def side_by_side(branches):
    first = min(-padding for _, padding, _ in branches)
    return first, max(kernel - 1 - padding for kernel, padding, _ in branches)

# %% What next [markdown]
# ## What next
#
# DeepLabv3, a net that names what each pixel of a photograph belongs to, puts 3 taps at rates 6, 12
# and 18 side by side, each with as many zeros as its rate. Ask your `side_by_side` how far the sum
# sees: 75 places, 73, or 37? Then ask `sizes` about the same three layers on top of one another.
