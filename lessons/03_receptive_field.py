# %% Three layers see 7 pixels. A pool halves the picture: 14? [markdown]
# # 03 Receptive fields: three layers see 7 pixels. A pool halves the picture: 14?
#
# Stack three layers of 3 x 3 weights, and each number that comes out has seen a square of 7 x 7
# pixels. Now add a layer that makes the picture half as wide and half as high. What does one
# number of the small picture see: 7 x 7 pixels, 8 x 8, or 14 x 14? "Pooling doubles it" is what
# many people are told. You will ask the net itself, on the eye of a cat.
#
# After this lesson you can
#
# - work out how far any output of a stack sees, and where its view begins;
# - say what a pool or a stride changes at once, and what it changes for the layers behind it;
# - check such a claim in three ways that have nothing in common, and say what each can miss;
# - tell when the view grows exponentially with depth, and when it does not.
#
# **About 50 minutes.** You need lessons 01 and 02. Where you are asked to predict, write your
# prediction down before you run the next cell.

# %% Recall: what you bring along [markdown]
# ## Recall: what you bring along
#
# - A kernel of `k` taps at rate `d` spans `(k - 1) d + 1` samples, its extent.
# - The kernel moves on by one sample after each output. That step is the stride, and from here on
#   it need not be 1: with stride `s`, neighbouring outputs read windows that stand `s` samples
#   apart.
# - With `p` zeros of padding before the input, output 0 reads from place `-p` on.
#
# A **stack** feeds the outputs of each layer to the next. In the code, a `Window` says where one
# layer reads, and a list of them is a stack. The **receptive field** of an output, its view, is the
# stretch of input, from the first sample to the last, that can reach it; in a picture, a rectangle
# of pixels.
#
# A **pool** of 2 x 2 at stride 2 makes one number from each block of 2 x 2: their mean (average
# pool) or the largest of them (max pool). An average pool is a convolution whose weights are all
# equal, so we can write it as a `Window` like any other layer. The stacks below have all weights
# equal to 1: each output is the plain sum of what it reads.

# %% A stack of three layers
import numpy as np
from autograd import grad

import coursekit as ck


def through(x, layers):
    for layer in layers:
        ones = np.ones((1, 1, *layer.kernel_size))
        x = ck.conv(x, ones, stride=layer.stride, padding=layer.padding, dilation=layer.dilation)
    return x


three = [ck.Window((3, 3))] * 3

# %% Ask the net [markdown]
# How do you find out what an output sees, if you trust nobody's formula? Change a pixel and look
# whether the output moves. Take a patch of 20 x 20 pixels from a photograph, the pupil of a cat's
# eye. Make 400 copies of it, each with another pixel one grey level brighter, and send them
# through the stack together. Then look at one output alone, the one in row 3 and column 3.

# %% Change one pixel at a time
cat = np.round(255 * ck.data.load_photograph("chelsea")).astype(np.float64)  # grey, 0 to 255
eye = cat[76:96, 67:87]
copies = (eye.ravel() + np.eye(400)).reshape(400, 1, 20, 20)


def moved(layers):
    """For each pixel of the patch: does it move the output in row 3, column 3?"""
    before, after = through(eye[None, None], layers), through(copies, layers)
    return (after != before)[:, 0, 3, 3].reshape(20, 20)


seen = moved(three)
print(f"{seen.sum()} of 400 pixels move it: {seen.any(axis=1).sum()} rows, "
      f"{seen.any(axis=0).sum()} columns")

# %% Predict: now the pool [markdown]
# 7 x 7, as promised: 3 from the first layer, and 2 more from each of the others.
#
# **Predict.** Put the 2 x 2 pool behind the three layers. How many rows and columns move the
# output now: 7, 8 or 14?

# %% What it sees, with the pool tags=["nbval-ignore-output"]
pooled = [*three, ck.Window((2, 2), stride=2)]
views = [moved(layers) for layers in (three, pooled)]
sizes = [f"{seen.any(axis=1).sum()} x {seen.any(axis=0).sum()}" for seen in views]
grey = eye / 255
ck.figures.compare(
    [grey, *(np.where(seen, grey, 0.8 + 0.2 * grey) for seen in views)],
    ["the patch", f"three layers: {sizes[0]}", f"and the pool: {sizes[1]}"], vmin=0, vmax=1,
    alt="A patch of 20 x 20 pixels with the pupil of a cat's eye, then the same but faded, apart "
    f"from what moves one output: {sizes[0]} pixels for three layers, {sizes[1]} with the pool.",
)

# %% Eight [markdown]
# Eight. (The two squares stand in different places, because the output in row 3 of a smaller
# picture looks at rows further down. We will need that.) Draw the stack along one row of pixels
# to see why. Start at the one output on top, and count what the pool reads.

# %% The taps of the stack, along a row tags=["nbval-ignore-output"]
row = [ck.Window(3)] * 3 + [ck.Window(2, stride=2)]
ck.figures.draw_stack(row)

# %% Neighbours have nearly the same view [markdown]
# The pool reads 2 numbers. Each of them sees 7 samples, and they are neighbours, so the second one
# sees what the first sees, moved by **one** sample. Together: 8. To double the view, the two would
# have to see different things.
#
# So is the pool nearly useless for seeing farther? Look at the top row of the drawing: its dots
# stand twice as far apart as all others.
#
# **Predict.** Behind the pool comes a fourth layer with 3 taps. Each of the first three layers
# added 2 samples to the view. How many does the fourth one add?

# %% A layer behind the pool tags=["nbval-ignore-output"]
ck.figures.draw_stack([*row, ck.Window(3)])

# %% The pool changes the step [markdown]
# Four: from 8 to 12. Its three taps stand on neighbouring numbers of the small picture, and those
# are 2 samples of the input apart. This distance, in input samples from one output to the next, is
# the **jump**. Before the pool it is 1, behind it 2.
#
# That is what a pool doubles: not the view, but the steps that all layers behind it take.
#
# ## All outputs at once
#
# One output has told us its view. Next we ask all of them. Along one row of 24 samples, send in 24
# inputs, each with a single 1 in another place: where a 1 goes in, every output that sees this
# place answers. The result is a table, one row for each output, one column for each sample; black
# means "sees it".
#
# **Predict.** Three layers with one zero of padding each, then the same with a pool behind them.
# What shape will the black have in each table, and what will differ?

# %% Who sees whom tags=["nbval-ignore-output"]
def table(layers, length):
    return through(np.eye(length)[:, None], layers)[:, 0].T != 0


padded = [ck.Window(3, padding=1)] * 3
tables = [table(layers, 24) for layers in (padded, [*padded, ck.Window(2, stride=2)])]
shifts = [np.flatnonzero(seen[7])[0] - np.flatnonzero(seen[6])[0] for seen in tables]
ck.figures.compare(
    [np.where(seen, 0, 0.85) for seen in tables], ["three layers", "and the pool"], vmin=0, vmax=1,
    alt="Two tables, a row for each output and a column for each of 24 samples, with a black band "
    f"down the diagonal. Three layers: {len(tables[0])} rows, the band {tables[0][6].sum()} wide, "
    f"moved by {shifts[0]} from row to row. With the pool: {len(tables[1])} rows, "
    f"{tables[1][6].sum()} wide, moved by {shifts[1]}.",
)

# %% Three numbers tell it all [markdown]
# Each table is a band, and three numbers describe it:
#
# - the **size**: how wide the black is in a row (7, then 8);
# - the **jump**: how far it moves from one row to the next (1, then 2), which is why the second
#   table has half the rows;
# - the **start**: where the black of the first row begins. Here you see only its end, because it
#   begins at place -3, out in the padding, and the table cuts it off.
#
# So output `o` sees the samples from `start + o * jump` on, `size` of them.

# %% The three numbers of both stacks
for layers in (padded, [*padded, ck.Window(2, stride=2)]):
    print(ck.receptive_field(layers))

# %% The rule [markdown]
# ## The rule
#
# You can follow the three numbers through a stack, first layer first. At the input itself, a
# sample sees itself: size 1, jump 1, start 0. Then each layer of `k` taps, rate `d`, stride `s`
# and `p` zeros before
#
# 1. adds `(k - 1) * d * jump` to the size: its taps span `(k - 1) d` steps, of a jump each;
# 2. takes `p * jump` from the start;
# 3. multiplies the jump by `s`.
#
# The jump comes last, because a stride does not move the taps of its own layer. It moves the
# outputs apart, and the layers behind feel it.
#
# ## A worked example
#
# 3 taps with 1 zero; a pool of 2 at stride 2; 3 taps at rate 2 with 2 zeros.
#
# | | size | start | jump |
# |---|---|---|---|
# | input | 1 | 0 | 1 |
# | 3 taps, 1 zero | 1 + 2 * 1 * **1** = 3 | 0 - 1 * **1** = -1 | 1 |
# | pool 2, stride 2 | 3 + 1 * 1 * **1** = 4 | -1 | 1 * 2 = 2 |
# | 3 taps, rate 2, 2 zeros | 4 + 2 * 2 * **2** = 12 | -1 - 2 * **2** = -5 | 2 |
#
# The jump that counts in each line, in bold, is that of the line above. Output 5 of this stack
# sees 12 samples from `-5 + 5 * 2 = 5` on: samples 5 to 16. Does the net agree?

# %% The worked example, measured
worked = [ck.Window(3, padding=1), ck.Window(2, stride=2), ck.Window(3, padding=2, dilation=2)]
seen = np.flatnonzero(table(worked, 40)[5])
print("output 5 sees samples", seen[0], "to", seen[-1])
print(ck.receptive_field(worked))

# %% Your turn: see exactly 30 samples [markdown]
# ## Your turn: see exactly 30 samples
#
# A fourth layer with 4 taps goes on top of the worked example. Which rate must it have, so that the
# whole stack sees exactly 30 samples? Work it out from the last line of the table, put your number
# in place of the 1, and run the cell.

# %% Try a rate
rate = 1

size = ck.receptive_field([*worked, ck.Window(4, dilation=rate)]).size[0]
print(f"with rate {rate} the stack sees {size} samples")

# %% All rates at once
for rate in range(1, 6):
    size = ck.receptive_field([*worked, ck.Window(4, dilation=rate)]).size[0]
    print(f"rate {rate}: {size}")

# %% Steps of six [markdown]
# From the first of four taps to the last it is three times the rate, in steps of 2 samples. So the
# layer adds 6 times its rate, and 12 + 6 * 3 = 30.
#
# ## Can you trust the rule?
#
# It agreed with the cat, and with one output of one example. Stacks that a course thinks up are
# tame; mistakes live where the numbers differ. So draw 40 stacks at random, with 1 to 4 taps,
# strides 1 to 3, 0 to 2 zeros and rates 1 to 3, and let three witnesses speak:
#
# - **the rule**, from the input up;
# - **the taps**, from the output down: `ck.footprint` walks every way from one output to the
#   input, one tap in each layer, and counts the ways that end in each sample;
# - **the gradient**, which knows neither taps nor rules. If a sample rises by a little, an output
#   rises by some factor times as much. This factor, for every sample, is the output's gradient. A
#   program that trains nets computes it; here it is the package autograd. Where it is 0, the
#   sample plays no part.
#
# **Predict.** All weights are 1. What will the gradient be at a sample to which 3 ways lead?

# %% The gradient of one output
def gradient(net, x, place):
    """How much each number of x moves the output at `place`, if all weights are 1."""
    ones = np.ones_like(net.init(0, x.shape[1:], dtype=np.float64))
    return grad(lambda x: net(ones, x)[(0, 0, *place)])(x)[0, 0]


def as_net(layers):
    return ck.nn.Sequential(*[
        ck.nn.Conv(1, layer.kernel_size, stride=layer.stride, padding=layer.padding,
                   dilation=layer.dilation, bias=False)
        for layer in layers
    ])

# %% Three witnesses, forty stacks
rng = np.random.default_rng(3)
for _ in range(40):
    draws = [rng.integers(low, high, size=4) for low, high in ((1, 5), (1, 4), (0, 3), (1, 4))]
    layers = [ck.Window(int(k), int(s), int(p), int(d)) for k, s, p, d in zip(*draws)]
    (size,), (jump,), (start,) = ck.receptive_field(layers)
    ways = ck.footprint(layers)
    output = 500 // jump  # far from both ends of 1000 samples
    felt = gradient(as_net(layers), np.zeros((1, 1, 1000)), (output,))
    first = start + output * jump
    assert np.array_equal(felt[first : first + size], ways) and felt.sum() == ways.sum()
    assert ways[0] > 0 and ways[-1] > 0 and ways.size == size
print("rule, taps and gradient agree on 40 stacks")

# %% They agree to the last sample [markdown]
# In all forty, the gradient begins at `start + o * jump`, ends `size` samples later, and in between
# it **is** the number of ways: with weights of 1, each way adds 1.
#
# Three witnesses who agree are good evidence, if they could have disagreed. Can they? Let us make
# one of them lie. Go back to the cat's eye, three layers and a pool, and take a max pool this
# time.
#
# **Predict.** How many pixels have a gradient that is not 0: 49, 64, or some other number?

# %% The gradient through two kinds of pool
for pool in (ck.nn.AvgPool((2, 2)), ck.nn.MaxPool((2, 2))):
    net = ck.nn.Sequential(*as_net(three).layers, pool)
    felt = gradient(net, eye[None, None], (3, 3))
    rows, columns = felt.any(axis=1).sum(), felt.any(axis=0).sum()
    print(f"{pool.name}: {rows} x {columns} pixels")

# %% The gradient sees one picture only [markdown]
# Through the max pool it is 7 x 7. The pool passes on the largest of its four numbers, and the
# other three do not matter, **for this picture**. For another picture another one wins. The
# gradient says what moves an output here and now; the receptive field is what can move it for some
# picture. Lay the views of all 49 outputs on top of each other, corner on corner, and ask which of
# the 8 x 8 places mattered to at least one output:

# %% Gather over many outputs
net = ck.nn.Sequential(*as_net(three).layers, ck.nn.MaxPool((2, 2)))
ever = np.zeros((8, 8), bool)
for i in range(7):
    for j in range(7):
        felt = gradient(net, eye[None, None], (i, j))
        ever |= felt[2 * i : 2 * i + 8, 2 * j : 2 * j + 8] != 0
print(f"{ever.sum()} of {ever.size} places mattered to some output")

# %% What each witness can miss [markdown]
# So keep in mind what each tells. The rule gives the outer edge of the view, and says nothing of
# what is inside. The taps say which samples can matter. The gradient says which do matter, for one
# picture and one set of weights: never more than the taps, sometimes fewer.
#
# ## How far do real nets see?
#
# VGG-16 is a well-known net that names what is in a photograph of 224 x 224 pixels. It has 13
# layers of 3 x 3, all at stride 1, and after the layers number 2, 4, 7, 10 and 13 comes a pool of
# 2 x 2.
#
# **Predict.** Without the pools, 13 layers would see 1 + 13 * 2 = 27 pixels. With the five pools:
# about 32, about 60, or more than 200?

# %% Published nets
networks = ck.reference_networks()
published = {
    "AlexNet-v2": (195, 64), "VGG-16 pool5": (212, 90), "MobileNet-v1": (315, 126),
    "ResNet-v1-50": (483, 239), "ResNet-v1-101": (1027, 511), "ResNet-v1-152": (1507, 751),
    "ResNet-v1-200": (1763, 879),
}
for name, (size, padding) in published.items():
    seen, jump, start = (entry[0] for entry in ck.receptive_field(networks[name]))
    assert (seen, jump, start) == (size, 32, -padding)
    print(f"{name:13} sees {seen:4} pixels, jump {jump}, start {start}")
assert ck.receptive_field(networks["ResNet-50 torchvision"]).size == (427, 427)

# %% Read the table [markdown]
# 212 for VGG-16. The cell checks all three numbers against those that Araujo, Norris and Sim
# published for these nets in 2019; their "effective stride" is our jump, and their "effective
# padding" our start without its sign. (The ResNets among them are those of TensorFlow. PyTorch's
# ResNet-50 puts its strides elsewhere, and sees 427 pixels: the last line of the cell.)
#
# Look at the last ResNets: on a photograph of 224 pixels they see more than 1000. Most of what they
# could look at is zeros.
#
# **Predict.** Of the 212 pixels that VGG-16 sees, one is there to begin with, and its layers add
# 211. How many of these do the five pools add?

# %% Who added the 212 pixels?
vgg = networks["VGG-16 pool5"]
added = {"3 x 3 layers": 0, "pools": 0}
jump = 1
for layer in vgg:
    kind = "pools" if layer.stride[0] == 2 else "3 x 3 layers"
    added[kind] += (layer.kernel_size[0] - 1) * jump
    jump *= layer.stride[0]
print(added, "and 1 to begin with:", sum(added.values()) + 1)

# %% A pool works for those behind it [markdown]
# The pools added 31, the 3 x 3 layers 180, where without pools they would have added 26. A pool
# does little for itself, and much for those behind it: after five pools, one 3 x 3 layer adds
# 64 pixels.
#
# What does that look like? After each pool, take the output that looks at the cat's pupil most
# directly (of those that see no padding), and cut out of the photograph what it sees. After the
# first pool that is 6 x 6 black pixels. When do you recognise an eye, and when a cat?

# %% Where the views lie
def inside(layers, length):
    """Where views begin that lie in a picture of that length (along one side), and their size."""
    (size, _), (jump, _), (start, _) = ck.receptive_field(layers)
    return [start + o * jump for o in range(length // jump)
            if start + o * jump >= 0 and start + o * jump + size <= length], size


def look_at(layers, place):
    """The samples of the view, among those inside, whose middle is nearest to a place."""
    begins, size = inside(layers, 224)
    begin = min(begins, key=lambda begin: abs(begin + size / 2 - place))
    return slice(begin, begin + size)

# %% What one number has seen tags=["nbval-ignore-output"]
photo = cat[:224, :224]
pools = [at + 1 for at, layer in enumerate(vgg) if layer.stride[0] == 2]
cuts = [photo[look_at(vgg[:end], 92), look_at(vgg[:end], 77)] / 255 for end in pools[1:]]
ck.figures.compare(
    cuts, [f"pool {n}: {len(cut)}" for n, cut in enumerate(cuts, 2)], vmin=0, vmax=1,
    alt="What one output of VGG-16 sees of a cat after its pools 2, 3, 4 and 5: "
    + ", ".join(f"{len(cut)} x {len(cut)}" for cut in cuts)
    + " pixels. First a dark smear, then the pupil, then the whole eye, last the face.",
)

# %% Predict: who sees the cat and nothing else? [markdown]
# After its last pool VGG-16 has turned the photograph into 7 x 7 numbers (in each channel).
#
# **Predict.** How many of these 49 outputs see the photograph alone, with no zeros of the padding
# in their view?

# %% Outputs that see no zeros
for number, end in enumerate(pools, 1):
    outputs, whole = 224 // 2**number, len(inside(vgg[:end], 224)[0])
    print(f"pool {number}: {whole * whole} of {outputs * outputs} outputs see no zeros")

# %% One in forty-nine [markdown]
# One, that in the middle. All others look past the edge, and have learned to live with it. This is
# what `start` is good for: size alone would not have told you.
#
# ## Steps without a pool
#
# Pools widen the view by widening the jump, and pay with pixels: VGG-16 has 49 places left of
# 50,176. Look at the rule once more: a layer adds `(k - 1) * d * jump`. **Rate and jump stand side
# by side.** To the size it is all the same which of the two is large.
#
# **Predict.** Stack A: layers of 3 taps, all at stride 2. Stack B: layers of 3 taps at stride 1,
# with rates 1, 2, 4, 8, 16. Compare their sizes layer by layer, and their jumps.

# %% Strides against rates
def rates(*values):
    return [ck.Window(3, padding="same", dilation=rate) for rate in values]


strides = [ck.Window(3, stride=2, padding=1)] * 5
doubling = rates(1, 2, 4, 8, 16)
for n in range(1, 6):
    a, b = ck.receptive_field(strides[:n]), ck.receptive_field(doubling[:n])
    assert a.size == b.size == (2 ** (n + 1) - 1,)
    assert a.jump == (2**n,) and b.jump == (1,)
    print(f"layer {n} sees {a.size[0]:2}; jump with strides {a.jump[0]:2}, with rates {b.jump[0]}")

# %% The same view, and all the outputs [markdown]
# The sizes are equal, layer by layer. With strides every output of the fifth layer is 32 samples
# from the next; with rates it is 1, as at the input. **"Receptive field grows without
# downsampling"** says the text that this course tests (downsampling is keeping fewer of the
# outputs), and that holds. The rule alone could be
# wrong, so measure it on the cat too: one row of the photograph, 224 pixels, all layers.

# %% Measured on a row of the photograph
line = photo[92]
copies = (line + np.eye(224))[:, None]
for n in range(1, 6):
    before, after = (through(x, doubling[:n]) for x in (line[None, None], copies))
    seen = np.flatnonzero((after != before)[:, 0, 112])
    assert before.shape == (1, 1, 224)  # as many outputs as pixels
    assert seen[-1] - seen[0] + 1 == 2 ** (n + 1) - 1
    print(f"layer {n}: {before.shape[2]} outputs, the middle one sees {seen.size} pixels")

# %% Is that what dilation does? [markdown]
# ## Exponential growth: is that what dilation does?
#
# The text says more: "Dilated convolutions increase the receptive field **exponentially** with
# depth". In stack B they did: each layer added twice as much as the one before. But B has rates
# that double. Dilated convolutions may have any rates.
#
# **Predict.** Two stacks of layers with 3 taps, one with rate 4 everywhere, one with rates 1, 2, 4,
# 8, 16. Which one sees farther after 3 layers? And after 5?

# %% Two ways to grow tags=["nbval-ignore-output"]
ck.figures.draw_coverage([
    [ck.Window(3, dilation=rate) for rate in values]
    for values in ([4, 4, 4], [1, 2, 4], [4, 4, 4, 4, 4], [1, 2, 4, 8, 16])
])

# %% The dilated stack that does not take off [markdown]
# After 3 layers rate 4 is ahead, after 5 the doubling rates are. (The crosses are samples inside
# the view that no way leads to; lesson 06 is about them.) Rate 4 is a dilated stack like any other,
# and each of its layers adds the same 8 samples. So test the claim: linear growth adds the same
# each time, exponential growth multiplies what it adds.

# %% Linear or exponential?
def sizes(values):
    return [ck.receptive_field(rates(*values[:n])).size[0] for n in range(1, len(values) + 1)]


ladders = {"rate 1": [1] * 8, "rate 4": [4] * 8, "doubling": [2**n for n in range(8)]}
for name, values in ladders.items():
    seen = sizes(values)
    adds = np.diff(seen)  # what each layer adds
    assert np.all(adds[1:] == adds[:-1] * (2 if name == "doubling" else 1))
    print(f"{name:8} {seen}")
print("single layers with rates 1, 2, 4, 8:", [sizes([2**n])[0] for n in range(4)])

# %% It is the rates that double [markdown]
# The claim **holds if the rates grow by a factor from layer to layer**. With one rate throughout
# growth is linear, dilated or not: the rate sets the slope.
#
# Mind the last line of the output. The sizes of **single** layers look exponential as well if you
# chart them over the rates 1, 2, 4, 8 at equal distances. It is the chart that doubles the rate at
# each tick; a layer of 3 taps sees `2 d + 1`, a straight line.
#
# The sentence goes on: "... while keeping feature map resolution constant". The row of the cat kept
# its 224 outputs because it was padded "same".
#
# **Predict.** Seven layers with rates 1, 2, 4, ..., 64 and no padding: how many outputs are left of
# 256?

# %% With and without padding
for padding in ("same", "valid"):
    layers = [ck.Window(3, padding=padding, dilation=2**n) for n in range(7)]
    outputs = through(np.zeros((1, 1, 256)), layers).shape[2]
    assert ck.receptive_field(layers).size == (255,)
    assert outputs == (256 if padding == "same" else 256 - 254)
    print(f"padding {padding!r}: {outputs} outputs of 256 samples")

# %% Resolution and number [markdown]
# Two, for a view of 255 fits into 256 samples in two places. The jump is 1 in both cases, so the
# outputs are as dense as the samples; but to have as many of them, most must look at zeros.
#
# ## How slowly is slowly?
#
# Last claim: "Standard convolutions grow receptive fields slowly." Take a sound. One second of the
# course's spoken sentence is 16,000 samples.
#
# **Predict.** How many layers of 3 taps does it take until one output sees a second, at rate 1? And
# with rates 1, 2, 4, ...?

# %% Layers for one second of sound
_, second = ck.data.load_speech()  # samples in a second
needed = {}
for name, growth in (("rate 1", 1), ("doubling rates", 2)):
    size, rate, needed[name] = 1, 1, 0
    while size < second:
        size, rate, needed[name] = size + 2 * rate, rate * growth, needed[name] + 1
    print(f"{name}: {needed[name]} layers see {size} of {second} samples")
assert needed["rate 1"] > 500 * needed["doubling rates"]
assert ck.receptive_field(rates(*[2**n for n in range(13)])).size[0] >= second

# %% How large is large? [markdown]
# Eight thousand layers against thirteen, of as many weights each. The text's summary calls the
# growth of the receptive field "Large". How large it is depends on the rates:

# %% Growth is as large as the rates
plain, doubled = sizes([1] * 7), sizes([2**n for n in range(7)])
print("rate 1:        ", plain)
print("doubling rates:", doubled)
assert plain[0] == doubled[0] and doubled[-1] > 15 * plain[-1]

# %% The claims, tested [markdown]
# Seventeen times as far after seven layers, and no farther after one. Put together:
#
# - "... increase the receptive field exponentially with depth while keeping feature map resolution
#   constant" **holds if** the rates grow by a factor from layer to layer and the padding is "same".
# - "Receptive field grows without downsampling" **holds**: the sizes of a strided stack, at jump 1.
# - "Standard convolutions grow receptive fields slowly" **holds**: `k - 1` samples a layer, as long
#   as nothing in front of them widens the jump. Behind five pools one adds 64.
# - "Receptive field growth: Large" **holds if** the rates are large; they are yours to choose.

# %% Key points [markdown]
# ## Key points
#
# - The view of an output is told by three numbers: size, jump and start. Output `o` sees `size`
#   samples from `start + o * jump` on.
# - Each layer adds `(k - 1) * d * jump` to the size, takes `p * jump` from the start, then
#   multiplies the jump by its stride.
# - A 2 x 2 pool does not double the view. It adds one jump, and doubles the jump for the layers
#   behind it.
# - Rate and jump act on the size alike. A stride widens the steps and thins the outputs; a rate
#   widens the steps alone.
# - Growth is exponential if the rates (or jumps) grow by a factor from layer to layer. At a fixed
#   rate it is linear.
# - A gradient shows what moves an output for one picture. It may be less than the receptive field,
#   never more.
#
# Now do the exercise: open `exercises/03_receptive_field.ipynb`. Three of its four tasks begin
# with code that is right on easy stacks and wrong on others. Find out why.

# %% Sources [markdown]
# ## Sources
#
# - A. Araujo, W. Norris, J. Sim (2019), *Computing Receptive Fields of Convolutional Neural
#   Networks*, Distill, [doi:10.23915/distill.00021](https://doi.org/10.23915/distill.00021): the
#   rule and its proof, nets with branches, and the table of nets checked above.
# - *How does max pooling change the size of the receptive field?*,
#   [datascience.stackexchange.com/q/46858](https://datascience.stackexchange.com/questions/46858):
#   somebody who was often told that a pool doubles it asks why, and learns that it adds one.
# - K. Simonyan, A. Zisserman (2015), *Very Deep Convolutional Networks for Large-Scale Image
#   Recognition*, [arXiv:1409.1556](https://arxiv.org/abs/1409.1556): VGG-16.
# - F. Yu, V. Koltun (2016), *Multi-Scale Context Aggregation by Dilated Convolutions*,
#   [arXiv:1511.07122](https://arxiv.org/abs/1511.07122): doubling rates, and exponential growth
#   claimed for these.
# - Photograph: Stéfan van der Walt (chelsea), CC0.

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# ```python
# import torch
# from torch import nn
#
# net = nn.Sequential(*[nn.Conv2d(1, 1, 3, bias=False) for _ in range(3)], nn.AvgPool2d(2))
# for weights in net.parameters():
#     nn.init.ones_(weights)
#
# x = torch.zeros(1, 1, 20, 20, requires_grad=True)
# net(x)[0, 0, 3, 3].backward()
# rows = x.grad[0, 0].any(dim=1).nonzero()
# print("sees rows", rows[0].item(), "to", rows[-1].item())   # 6 to 13: eight
# ```
