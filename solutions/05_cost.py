# %% Exercise 05: the bill before the run [markdown]
# # Exercise 05: the bill before the run
#
# Lesson 05 read the cost of nets off a table. Here you make the table: you mend a counter that was
# right on every net its author tried, turn the dial between strides and rates, buy a view within a
# budget, and say how many pictures fit into memory, all before anything runs.
#
# **4 answers, 8 points, about 35 minutes.** You need NumPy and lesson 05. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError`, run the cell, then
# the examples below it, which you can check on paper. The graded cell after them tries your
# function on drawn inputs and says what it found. Hints stand folded below each task.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("05_cost")

# %% Task 1: mend the counter [markdown]
# ## 1. Mend the counter (2 points)
#
# This function counts the weights, MACs and activations of a stack, for one picture of `shape`
# (channels, rows, columns). A layer is a tuple: output channels, kernel size (R, S), stride (down,
# across), rate (down, across), groups. Padding is such that a stride of 1 keeps the size; a stride
# of `s` then computes rows 0, s, 2 s, ... of those.
#
# ```python
# def bill(shape, layers):
#     channels, height, width = shape
#     weights = macs = activations = 0
#     for kernels, size, stride, rate, groups in layers:
#         rows = (size[0] - 1) * rate[0] + 1
#         columns = (size[1] - 1) * rate[1] + 1
#         own = kernels * (channels // groups) * rows * columns
#         weights += own
#         macs += own * height * width
#         activations += kernels * height * width
#         channels = kernels
#     return weights, macs, activations
# ```
#
# Its author tried it on many nets, and it was right each time. They had no strides and no rates:
# with those it is wrong, for two reasons that both look sensible. What it does with **groups** is
# right: channels are split into that many parts, and each kernel reads one of them.
#
# Write `bill(shape, layers)` so that it is right for every stride and rate. It returns the three
# whole numbers.
#
# *Worked by hand:* a picture of 1 x 5 x 6, one layer of 2 channels, kernel (3, 1), stride (2, 1),
# rate (4, 4). Three taps, two kernels: 6 weights. Rows 0, 2, 4 and all 6 columns: 18 positions, so
# 6 x 18 = 108 MACs, and 2 x 18 = 36 activations.

# %% Hint: follow one layer through [markdown] role="hint" answer="answer-bill"
# Take the worked example, and follow it through the code line by line. At which line do you first
# get a number that is not in the worked example?

# %% Hint: what a rate moves [markdown] role="hint" answer="answer-bill"
# A rate moves taps. It makes none. Are there weights in the gaps?

# %% Hint: where a layer works [markdown] role="hint" answer="answer-bill"
# A layer works once for each position of its **output**. The next layer meets what the last one
# left, so rows and columns must be brought up to date in every round, before they are used. How
# many numbers are there among 0, s, 2 s, ... below n? Try n = 5 and n = 6 with s = 2.

# %% Answer: bill role="answer"
def bill(shape, layers):
    """Weights, MACs and activations of a stack for one picture, as three whole numbers."""
    ### BEGIN SOLUTION
    channels, height, width = shape
    weights = macs = activations = 0
    for kernels, size, stride, _, groups in layers:
        height, width = -(-height // stride[0]), -(-width // stride[1])
        own = kernels * (channels // groups) * size[0] * size[1]
        weights += own
        macs += own * height * width
        activations += kernels * height * width
        channels = kernels
    return weights, macs, activations
    ### END SOLUTION

# %% Example: bill role="example"
plain = [(4, (3, 1), (1, 1), (1, 1), 1), (2, (1, 2), (1, 1), (1, 1), 1)]
assert tuple(bill((3, 5, 7), plain)) == (52, 1820, 210)  # no strides, no rates
print("the example agrees, as it does for the author's counter")

# %% Graded: bill role="graded" answer="answer-bill" points=2
@graded("bill")
def bill_case(rng):
    def pair(most):
        return tuple(rng.integers(1, most + 1, size=2).tolist())

    layers = []
    for number in range(rng.integers(2, 4)):
        stride = pair(3) if number else (2, int(rng.integers(1, 4)))
        size = (int(rng.integers(2, 4)), int(rng.integers(1, 4)))
        kernels, groups = 2 * int(rng.integers(1, 3)), int(rng.integers(1, 3))
        layers.append((kernels, size, stride, pair(3), groups))
    shape = (2 * int(rng.integers(1, 3)), *rng.integers(3, 10, size=2).tolist())
    return shape, layers

# %% Alternative: positions counted one by one role="alternative" answer="answer-bill"
def bill(shape, layers):
    maps, kernels_of = [np.zeros(shape)], []
    for kernels, size, stride, _, groups in layers:
        before = maps[-1]
        kernels_of.append(np.zeros((kernels, len(before) // groups, *size)))
        maps.append(np.zeros((kernels, *before[0, :: stride[0], :: stride[1]].shape)))
    work = [w.size * m[0].size for w, m in zip(kernels_of, maps[1:])]
    return sum(w.size for w in kernels_of), sum(work), sum(m.size for m in maps[1:])

# %% Misconception: both faults left role="misconception" answer="answer-bill"
# Your counter does what the author's does. Two things are wrong in it: it counts weights in the
# gaps between the taps, and it never notices that a stride makes the maps smaller.
def bill(shape, layers):
    channels, height, width = shape
    weights = macs = activations = 0
    for kernels, size, _, rate, groups in layers:
        rows, columns = ((n - 1) * d + 1 for n, d in zip(size, rate))
        own = kernels * (channels // groups) * rows * columns
        weights, macs = weights + own, macs + own * height * width
        activations += kernels * height * width
        channels = kernels
    return weights, macs, activations

# %% Misconception: weights in the gaps role="misconception" answer="answer-bill"
# You count as many weights as the kernel spans. A rate moves the taps apart and leaves the gaps
# empty: 3 taps are 3 weights and 3 MACs at every rate.
def bill(shape, layers):
    channels, height, width = shape
    weights = macs = activations = 0
    for kernels, size, stride, rate, groups in layers:
        height, width = -(-height // stride[0]), -(-width // stride[1])
        rows, columns = ((n - 1) * d + 1 for n, d in zip(size, rate))
        own = kernels * (channels // groups) * rows * columns
        weights, macs = weights + own, macs + own * height * width
        activations += kernels * height * width
        channels = kernels
    return weights, macs, activations

# %% Misconception: all maps as large as the picture role="misconception" answer="answer-bill"
# You use the picture's size for every layer. After a stride the maps are smaller, for this layer's
# output and for all layers behind it. This slip makes a strided net look as dear as a dilated one.
def bill(shape, layers):
    channels, height, width = shape
    weights = macs = activations = 0
    for kernels, size, _, _, groups in layers:
        own = kernels * (channels // groups) * size[0] * size[1]
        weights, macs = weights + own, macs + own * height * width
        activations += kernels * height * width
        channels = kernels
    return weights, macs, activations

# %% Misconception: work at the positions that come in role="misconception" answer="answer-bill"
# You multiply a layer's weights by the positions of its input. A layer works once for each position
# of its output: a stride saves work in its own layer already.
def bill(shape, layers):
    channels, height, width = shape
    weights = macs = activations = 0
    for kernels, size, stride, _, groups in layers:
        own = kernels * (channels // groups) * size[0] * size[1]
        weights, macs = weights + own, macs + own * height * width
        height, width = -(-height // stride[0]), -(-width // stride[1])
        activations += kernels * height * width
        channels = kernels
    return weights, macs, activations

# %% Misconception: a stride rounds down role="misconception" answer="answer-bill"
# You divide by the stride and round down. Row 0 is always computed, then row s, and so on: 5 rows
# at stride 2 leave rows 0, 2 and 4, which is 5 / 2 rounded up.
def bill(shape, layers):
    channels, height, width = shape
    weights = macs = activations = 0
    for kernels, size, stride, _, groups in layers:
        height, width = height // stride[0], width // stride[1]
        own = kernels * (channels // groups) * size[0] * size[1]
        weights, macs = weights + own, macs + own * height * width
        activations += kernels * height * width
        channels = kernels
    return weights, macs, activations

# %% Misconception: every kernel reads every channel role="misconception" answer="answer-bill"
# You let each kernel read all channels that come in. With groups it reads one part of them,
# channels // groups, and has that many fewer weights.
def bill(shape, layers):
    channels, height, width = shape
    weights = macs = activations = 0
    for kernels, size, stride, _, _ in layers:
        height, width = -(-height // stride[0]), -(-width // stride[1])
        own = kernels * channels * size[0] * size[1]
        weights, macs = weights + own, macs + own * height * width
        activations += kernels * height * width
        channels = kernels
    return weights, macs, activations

# %% Task 2: turn the dial [markdown]
# ## 2. Turn the dial (2 points)
#
# A trained net is handed to you: layers with strides, all rates 1. You want its answers denser,
# without training it again, and are ready to pay for outputs that stand at most `most` pixels
# apart.
#
# Write `dial(strides, most)`. Going from the first layer to the last, a layer keeps its stride as
# long as the product of the strides so far, its own included, is at most `most`. From the first
# layer on where it would be more, **all** strides become 1, and rates make up for them, so that
# every output of the old net is still there, among new ones. Return two lists, the strides and the
# rates.
#
# *Worked by hand:* strides 2, 2, 2, 1, 1 and `most` 4: the third layer would make it 8. New strides
# 2, 2, 1, 1, 1, and rates 1, 1, 1, 2, 2, as in the lesson.

# %% Hint: what a stride does, and to whom [markdown] role="hint" answer="answer-dial"
# A layer's stride moves its **outputs** apart. Which layers notice?

# %% Hint: carry one number along [markdown] role="hint" answer="answer-dial"
# Carry along how much closer the maps are than they were in the old net: 1 at first. A layer's taps
# have to be that many times as far apart. When does the number change: before or after the layer is
# written down? And if two strides are given up, one of 2 and one of 3?

# %% Answer: dial role="answer"
def dial(strides, most):
    """Strides and rates of the denser net that holds all outputs of the given one."""
    ### BEGIN SOLUTION
    jump, rate, keep = 1, 1, True
    new_strides, rates = [], []
    for stride in strides:
        keep = keep and jump * stride <= most
        rates.append(rate)
        new_strides.append(stride if keep else 1)
        if keep:
            jump *= stride
        else:
            rate *= stride
    return new_strides, rates
    ### END SOLUTION

# %% Example: dial role="example"
strides, rates = dial([2, 3, 1], 6)
assert (list(strides), list(rates)) == ([2, 3, 1], [1, 1, 1])  # 6 pixels apart: nothing to do
strides, rates = dial([2, 2, 2, 1, 1], 4)
assert list(strides) == [2, 2, 1, 1, 1]  # compare the rates with the ones worked by hand
print("both examples agree")

# %% Graded: dial role="graded" answer="answer-dial" points=2
@graded("dial")
def dial_case(rng):
    first, most = [(3, 2), (3, 2), (2, 3), (2, 4)][rng.integers(4)]
    return [first, *rng.choice([1, 2, 2, 3], size=rng.integers(3, 6)).tolist()], int(most)

# %% Alternative: the old distance over the new role="alternative" answer="answer-dial"
def dial(strides, most):
    old = np.cumprod([1, *strides])
    kept = int(np.argmax(old[1:] > most)) if old[-1] > most else len(strides)
    new_strides = strides[:kept] + [1] * (len(strides) - kept)
    new = np.cumprod([1, *new_strides])
    return new_strides, (old // new)[:-1].tolist()

# %% Misconception: a stride widens its own layer role="misconception" answer="answer-dial"
# Your rates come one layer too early. A layer whose stride is given up still reads the same pixels:
# a stride moves its outputs apart, so the layers **behind** it must reach farther.
def dial(strides, most):
    jump, rate, keep = 1, 1, True
    new_strides, rates = [], []
    for stride in strides:
        keep = keep and jump * stride <= most
        jump, rate = (jump * stride, rate) if keep else (jump, rate * stride)
        new_strides.append(stride if keep else 1)
        rates.append(rate)
    return new_strides, rates

# %% Misconception: the last stride alone decides role="misconception" answer="answer-dial"
# Your rate is the last stride that was given up. Each of them moves the outputs apart once more, so
# the rates multiply: after strides of 2 and 3 the taps belong 6 apart.
def dial(strides, most):
    jump, rate, keep = 1, 1, True
    new_strides, rates = [], []
    for stride in strides:
        keep = keep and jump * stride <= most
        rates.append(rate)
        new_strides.append(stride if keep else 1)
        if keep:
            jump *= stride
        elif stride > 1:
            rate = stride
    return new_strides, rates

# %% Misconception: every stride that still fits role="misconception" answer="answer-dial"
# You keep a later stride when it fits again. The task gives up all strides from the first one that
# does not fit: the maps behind it stay as dense as they are there.
def dial(strides, most):
    jump, rate = 1, 1
    new_strides, rates = [], []
    for stride in strides:
        fits = jump * stride <= most
        rates.append(rate)
        new_strides.append(stride if fits else 1)
        jump, rate = (jump * stride, rate) if fits else (jump, rate * stride)
    return new_strides, rates

# %% Misconception: only the next layer pays role="misconception" answer="answer-dial"
# You widen only the layer right behind a stride that was given up. All layers behind it stood on
# the coarser map, so all of them need the rate.
def dial(strides, most):
    jump, given_up, keep = 1, 1, True
    new_strides, rates = [], []
    for stride in strides:
        keep = keep and jump * stride <= most
        rates.append(given_up)
        new_strides.append(stride if keep else 1)
        jump, given_up = (jump * stride, 1) if keep else (jump, stride)
    return new_strides, rates

# %% Task 3: a view within a budget [markdown]
# ## 3. A view within a budget (2 points)
#
# Every layer costs the same here: `kernel_size` x `kernel_size` taps, `channels` in and out, maps
# of `shape` (rows, columns) throughout. You buy as many layers as `budget` MACs pay for, at least
# two. Their rates are 1, b, b x b, ...: each is b times the one before. One output has to see at
# least `field` pixels along each axis.
#
# Write `rates_within(budget, field, kernel_size, channels, shape)`. It returns the list of rates
# for the **smallest** whole number b (1 or more) that sees far enough: the fewer layers you can
# pay, the faster the rates must grow.
#
# *Worked by hand:* budget 2,500, field 20, kernel size 3, 2 channels, maps of 4 x 5. A layer takes
# 9 x 2 x 2 weights at 20 positions, 720 MACs, so 3 layers are paid. With b = 2 they see 1 + 2 + 4 +
# 8 = 15, too little; with b = 3 they see 1 + 2 + 6 + 18 = 27. The answer is `[1, 3, 9]`.

# %% Hint: two questions in turn [markdown] role="hint" answer="answer-rates-within"
# First the number of layers: it depends on the budget and not on the rates. Then try b = 1, 2, 3,
# ... and stop at the first that sees enough.

# %% Hint: what a layer adds [markdown] role="hint" answer="answer-rates-within"
# The receptive field begins at 1, and every layer adds the distance from its first tap to its last.
# That is one gap less than there are taps, times the rate. All layers add, not the last one alone.

# %% Answer: rates within role="answer"
def rates_within(budget, field, kernel_size, channels, shape):
    """Rates 1, b, b * b, ... of the layers that the budget pays for, with the smallest b."""
    ### BEGIN SOLUTION
    layer = kernel_size**2 * channels**2 * shape[0] * shape[1]
    base = 1
    while True:
        rates = [base**place for place in range(budget // layer)]
        if 1 + (kernel_size - 1) * sum(rates) >= field:
            return rates
        base += 1
    ### END SOLUTION

# %% Example: rates within role="example"
assert list(rates_within(300, 3, 3, 1, (2, 5))) == [1, 1, 1]
assert list(rates_within(400, 17, 3, 1, (2, 5))) == [1, 2, 4, 8]
print("both examples agree")

# %% Graded: rates within role="graded" answer="answer-rates-within" points=2
@graded("rates_within")
def rates_within_case(rng):
    kernel_size, channels, layers = rng.integers((2, 2, 2), (5, 4, 4)).tolist()
    shape = tuple(rng.integers(2, 8, size=2).tolist())
    layer = kernel_size**2 * channels**2 * shape[0] * shape[1]
    budget = layers * layer + int(rng.integers(layer))
    widest = sum(int(rng.integers(2, 8)) ** place for place in range(layers))
    field = 1 + (kernel_size - 1) * widest - int(rng.integers(2))
    return budget, field, kernel_size, channels, shape

# %% Alternative: the budget spent layer by layer role="alternative" answer="answer-rates-within"
def rates_within(budget, field, kernel_size, channels, shape):
    layer = kernel_size * kernel_size * channels * channels * int(np.prod(shape))
    base, rates = 1, []
    while not rates or (kernel_size - 1) * sum(rates) < field - 1:
        left, rate, rates = budget, 1, []
        while left >= layer:
            left -= layer
            rates.append(rate)
            rate *= base
        base += 1
    return rates

# %% Misconception: the last layer is the stack role="misconception" answer="answer-rates-within"
# You read the stack's view off its last, widest layer. The layers before it add to it: 3 taps at
# rates 1, 2, 4 see 1 + 2 + 4 + 8 = 15 and not 9. That is how one layer's straight line comes to be
# taken for a stack's exponential.
def rates_within(budget, field, kernel_size, channels, shape):
    count = budget // (kernel_size**2 * channels**2 * shape[0] * shape[1])
    base = 1
    while 1 + (kernel_size - 1) * base ** (count - 1) < field and base < field:
        base += 1
    return [base**place for place in range(count)]

# %% Misconception: as many gaps as taps role="misconception" answer="answer-rates-within"
# You add kernel_size times the rate for every layer. Between 3 taps there are 2 gaps, so a layer
# adds (kernel_size - 1) times its rate.
def rates_within(budget, field, kernel_size, channels, shape):
    count = budget // (kernel_size**2 * channels**2 * shape[0] * shape[1])
    base = 1
    while 1 + kernel_size * sum(base**place for place in range(count)) < field:
        base += 1
    return [base**place for place in range(count)]

# %% Misconception: channels counted once role="misconception" answer="answer-rates-within"
# You multiply by the channels once, and so buy too many layers. There are `channels` kernels, and
# each reads `channels` maps: channels x channels x taps weights.
def rates_within(budget, field, kernel_size, channels, shape):
    count = budget // (kernel_size**2 * channels * shape[0] * shape[1])
    base = 1
    while 1 + (kernel_size - 1) * sum(base**place for place in range(count)) < field:
        base += 1
    return [base**place for place in range(count)]

# %% Task 4: how many pictures fit? [markdown]
# ## 4. How many pictures fit? (2 points)
#
# Training needs memory for two things. **Once for the net**: each weight, the weight's gradient,
# and two running means that the optimiser called Adam keeps for it. **For each picture of the
# batch**: the output maps of every layer, because the way back through the net reads them all.
# Every number takes 4 bytes. (What else there is, we leave out.)
#
# Write `largest_batch(memory, weights, maps)`: `memory` in bytes, the net's number of weights, and
# the shapes (channels, rows, columns) of its layers' output maps. It returns the largest number of
# pictures whose training fits, 0 if there is none.
#
# *Worked by hand:* 1,000 bytes, 10 weights, maps of (2, 4, 4) and (1, 4, 4). The net: 10 x 4
# numbers, 160 bytes. A picture: 32 + 16 numbers, 192 bytes. Of the 840 bytes left, 4 pictures take
# 768. The answer is 4.

# %% Hint: what grows with the batch [markdown] role="hint" answer="answer-largest-batch"
# All pictures of a batch go through the same weights. Which of the two things is needed once, and
# which once for each picture?

# %% Hint: two sums and a division [markdown] role="hint" answer="answer-largest-batch"
# Bytes for the net; bytes for one picture, summed over all layers. Take the first from the memory.
# How often does the second go into what is left, in whole numbers? And what if nothing is left?

# %% Answer: largest batch role="answer"
def largest_batch(memory, weights, maps):
    """The largest number of pictures whose training step fits into `memory` bytes."""
    ### BEGIN SOLUTION
    picture = 4 * sum(channels * rows * columns for channels, rows, columns in maps)
    return max((memory - 16 * weights) // picture, 0)
    ### END SOLUTION

# %% Example: largest batch role="example"
assert largest_batch(1000, 1, [(1, 10, 10)]) == 2
assert largest_batch(1400, 2, [(3, 2, 17)]) == 3
print("both examples agree")

# %% Graded: largest batch role="graded" answer="answer-largest-batch" points=2
@graded("largest_batch")
def largest_batch_case(rng):
    maps = [tuple(shape) for shape in rng.integers(1, 6, size=(rng.integers(2, 5), 3)).tolist()]
    picture = 4 * sum(channels * rows * columns for channels, rows, columns in maps)
    weights = int(rng.integers(picture // 10 + 1, picture // 2 + 3))
    batch = int(rng.choice([0, 2, 3, 4, 5, 6, 7, 8]))
    memory = 16 * weights + batch * picture + int(rng.integers(picture))
    return memory if batch else 12 * weights, weights, maps

# %% Alternative: one picture more while it fits role="alternative" answer="answer-largest-batch"
def largest_batch(memory, weights, maps):
    numbers = sum(int(np.prod(shape)) for shape in maps)
    batch = 0
    while 4 * (4 * weights + (batch + 1) * numbers) <= memory:
        batch += 1
    return batch

# %% Misconception: only the weights themselves role="misconception" answer="answer-largest-batch"
# You count each weight once. While training there is a gradient for each, and the optimiser keeps
# two more numbers: four times the memory of the net in use.
def largest_batch(memory, weights, maps):
    picture = 4 * sum(channels * rows * columns for channels, rows, columns in maps)
    return max((memory - 4 * weights) // picture, 0)

# %% Misconception: a net for each picture role="misconception" answer="answer-largest-batch"
# You give every picture a net of its own. All pictures of a batch share the weights, their
# gradients and the optimiser's numbers; only the maps are kept for each.
def largest_batch(memory, weights, maps):
    picture = 4 * sum(channels * rows * columns for channels, rows, columns in maps)
    return memory // (picture + 16 * weights)

# %% Misconception: only the largest map role="misconception" answer="answer-largest-batch"
# You keep the largest layer's maps only. That would do for a net in use, which forgets what lies
# behind it. In training the way back reads every layer's maps, so all of them are kept.
def largest_batch(memory, weights, maps):
    picture = 4 * max(channels * rows * columns for channels, rows, columns in maps)
    return max((memory - 16 * weights) // picture, 0)

# %% What next [markdown]
# ## What next
#
# Put your functions together on the lesson's nets: turn the dial from `most` 8 down to 1 and take
# the bill at each setting. How many pictures of 128 x 128 fit into 8 GB with strides, and how many
# without? The weights are the same each time.
