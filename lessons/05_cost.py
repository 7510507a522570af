# %% Same weights, same view. Same work? [markdown]
# # 05 What it costs: same weights, same view. Same work?
#
# Here are two nets. Each has five layers of 3 x 3 taps and 37,152 weights, and an output of either
# sees a square of 47 x 47 pixels. You could hand both of them the very same list of numbers. And
# yet one multiplies many times as often as the other, and fills many times as much memory. Which of
# the two, how many times, and what do you get for it?
#
# After this lesson you can
#
# - count the weights, the multiplications and the memory of a stack on paper, before anything runs;
# - ask of whatever is called efficient: compared with what? And answer with a measurement;
# - trade strides for rates, one layer at a time, until you can pay the bill.
#
# **About 45 minutes.** You need lessons 02 (dilation), 03 (receptive fields) and 04 (strides).
# Where you are asked to predict, write a number down before you run the next cell. The farther off
# it is, the more the cell has to tell you.

# %% Recall: two ways to see 47 pixels [markdown]
# ## Recall: two ways to see 47 pixels
#
# A **stride** of 2 computes every second output along each axis, so the map that comes out has half
# as many rows and columns, and every layer behind it takes steps of twice the length. A **rate** of
# 2 moves the taps of its own layer to twice the distance and computes every output. Either way a
# stack comes to see far. What lies between two layers, and at the end, is a **map** for each
# **channel**: the same picture, seen through another kernel.
#
# The cell builds both nets: `Sequential` puts layers in a row, `Conv(32, ...)` takes the channels
# that come in and gives 32. No layer has a bias; `padding=rate` puts so many zeros around a map
# that a layer of stride 1 keeps its size. What would stand between the layers of a real net (a
# ReLU) multiplies nothing, so it is left out. (Of the imports, the first two measure memory and
# time, and `grad` is for training; they come last in the lesson.)

# %% Two nets
import tracemalloc
from time import perf_counter

import numpy as np
from autograd import grad

import coursekit as ck


def net(strides, rates):
    return ck.nn.Sequential(*(
        ck.nn.Conv(32, (3, 3), stride=stride, dilation=rate, padding=rate, bias=False)
        for stride, rate in zip(strides, rates)
    ))


strided = net(strides=[2, 2, 2, 1, 1], rates=[1, 1, 1, 1, 1])
dilated = net(strides=[1, 1, 1, 1, 1], rates=[1, 2, 4, 8, 8])

# %% Equal in two respects
shape = (1, 128, 128)  # one channel, 128 x 128 pixels
for name, layers in {"strided": strided, "dilated": dilated}.items():
    rows, columns = ck.receptive_field(layers).size
    weights = ck.cost(layers, shape).parameters
    print(f"{name}: {weights:,} weights, one output sees {rows} x {columns} pixels")

# %% Predict: who works harder? [markdown]
# **Predict.** A picture of 128 x 128 pixels goes through both. Which net multiplies more often, and
# how many times as often: twice, five times, ten times, more?
#
# Keep your number. Before we look, you will learn to find it without a computer.
#
# ## Count one layer
#
# A number in an output map is a sum of products, each of a weight and a number of the input. One
# product, added to the sum so far, is a **multiply-accumulate**, or **MAC**, and MACs are the unit
# in which the work of nets is counted. Take a layer with 32 channels in, 32 channels out and 3 x 3
# taps:
#
# - one number of the output takes 9 taps on each of 32 channels, 288 MACs;
# - one **position** of the output (a place, in all channels) has 32 numbers, so it takes 9,216
#   MACs;
# - and the layer has 32 kernels of 288 weights, which are 9,216 weights.
#
# The same number twice, and not by accident: **at each position of its output, a layer uses each of
# its weights once.** So
#
# > MACs = weights x positions of the output.
#
# **Predict** with this rule: maps of 64 x 64 come in. What does the layer cost at rate 1, at rate
# 8, and at stride 2?

# %% What a rate costs, and what a stride saves
def layer(stride=1, rate=1):
    return ck.nn.Conv(32, (3, 3), stride=stride, dilation=rate, padding=rate, bias=False)


for name, one in {"rate 1": layer(), "rate 8": layer(rate=8), "stride 2": layer(stride=2)}.items():
    cost = ck.cost([one], (32, 64, 64))
    print(f"{name:8}: {cost.parameters:,} weights, {cost.macs:>10,} MACs")

# %% The rate is free, the position is not [markdown]
# The rate changes nothing: it moves taps apart, and there are still nine. The stride saves three
# quarters, because it computes one position in four.
#
# Do not take a formula's word for it. In lesson 01 a convolution became a matrix, with a row for
# each output and a column for each input. An entry that is not zero is one weight meeting one
# input: one product. So the work can be counted, entry by entry. **Predict** the three counts for a
# picture of 10 x 10 without padding, from the number of outputs that each rate leaves.

# %% Count the products
taps = np.ones((1, 1, 3, 3))
for rate in (1, 2, 3):
    matrix = ck.operator_matrix(lambda x, rate=rate: ck.conv(x, taps, dilation=rate), (1, 10, 10))
    products = np.count_nonzero(matrix)
    print(f"rate {rate}: {products} products for {len(matrix)} outputs")
    assert products == 9 * len(matrix)
    assert products == ck.cost([ck.Window((3, 3), dilation=rate)], (1, 10, 10)).macs

# %% Predict again [markdown]
# Nine for each output at every rate. (Without padding a larger rate leaves fewer outputs. With
# padding some taps meet a zero outside the picture; such a product counts too, as the code
# multiplies it like any other.)
#
# Now the two nets. **Predict again**: look only at how many positions the five maps have. The
# strided net's have 64 x 64, 32 x 32 and three times 16 x 16.

# %% The strided net's bill
print(ck.summary(strided, shape))

# %% The dilated net's bill
print(ck.summary(dilated, shape))

# %% Both bills in one picture [markdown]
# Compare the two columns of MACs from top to bottom: 4 times as many in the first layer, 16 times
# in the second, 64 times in the last three. Below each table stands one more count. The numbers in
# all the maps together are the **activations**; while a net is trained all of them are kept, and we
# shall come to that.
#
# In the picture each column is one kind of cost, as a multiple of the strided net's.

# %% Draw both bills tags=["nbval-ignore-output"]
bills = {"strided": ck.cost(strided, shape), "dilated": ck.cost(dilated, shape)}
ck.figures.draw_cost(bills)

# %% The two nets compared
cheap, dear = bills["strided"], bills["dilated"]
print(f"weights:     {dear.parameters / cheap.parameters:.0f} times")
print(f"MACs:        {dear.macs / cheap.macs:.0f} times")
print(f"activations: {dear.activations / cheap.activations:.0f} times")
assert dear.parameters == cheap.parameters
assert dear.macs > 30 * cheap.macs and dear.activations > 13 * cheap.activations

# %% What is bought? [markdown]
# Not one weight more, and 34 times the work. A net's number of weights says how large the file is
# that it is stored in, and little else.
#
# ## What is bought?
#
# It would be a waste, if the dilated net did not deliver more. Lesson 04 showed the relation
# between such nets on whole numbers. Here are our two on a photograph, with one list of weights,
# drawn at random and handed to both.

# %% One list of weights for both
photo = ck.data.load_photograph("camera")[None, None, 40:168, 80:208]  # 128 x 128 pixels of it
params = strided.init(1, shape)

few, many = strided(params, photo), dilated(params, photo)
print("strided:", few.shape[1:], " dilated:", many.shape[1:])

same = np.allclose(few, many[:, :, ::8, ::8], atol=1e-4)
print("every eighth row and column of the dilated net's maps are the strided net's:", same)
assert params.size == 37_152 and same

# %% What to look for [markdown]
# Choose a square in the middle picture, and find it again on the right, as one dot in eight by
# eight. (The nets are not trained, so their maps mean nothing yet. Black is the least value and
# white the largest, of the photograph for itself, and of both nets together.)

# %% One channel of each net tags=["nbval-ignore-output"]
def grey(view, whole):
    return (view - whole.min()) / (whole.max() - whole.min())


views = few[0, 0], many[0, 0]
ck.figures.compare(
    [grey(photo[0, 0], photo), *(grey(view, views[1]) for view in views)],
    ["the photograph", "strided net", "dilated net"],
    alt="A man with a camera, and what one channel of two nets with equal weights makes of him: "
    f"the strided net {views[0].size} coarse squares, the dilated net {views[1].size:,} fine "
    "dots, of which every eighth along each axis equals one of the squares.",
)

# %% Predict: the price of one answer [markdown]
# So the dilated net gives all the strided net's numbers, and 63 others for each of them. Call the
# 32 numbers at one position an **answer**, as they would be in a task that wants one for each
# pixel.
#
# **Predict.** Which net takes fewer MACs **for one answer**? Or do both take the same?

# %% MACs for one answer
for name, maps in {"strided": few, "dilated": many}.items():
    answers = maps[0, 0].size
    print(f"{name}: {bills[name].macs / answers:,.0f} MACs for each of {answers:,} answers")

# %% The expensive net is the cheap one [markdown]
# For one answer the dilated net takes little more than half of what the strided net takes. Its
# price is the number of its weights, 37,152: all its maps have as many positions as it gives
# answers. The strided net computes its first maps at 4,096 and at 1,024 positions, and has only 256
# answers to share that work among.
#
# So what if you have a strided net and want an answer for each pixel? You can move the picture by
# one pixel and run the net again, which gives the answers next to the first ones. Its outputs stand
# 8 pixels apart, so 8 x 8 such runs give all of them. These are lesson 04's many nets in one, taken
# apart; Long, Shelhamer and Darrell call it **shift-and-stitch**.
#
# **Predict.** Is that cheaper than the dilated net, or dearer, and how many times?

# %% Shift the picture, stitch the answers
stitched = np.empty_like(many)
for row in range(8):
    for column in range(8):
        moved = np.roll(photo, (-row, -column), axis=(2, 3))
        stitched[:, :, row::8, column::8] = strided(params, moved)

inner = np.s_[:, :, 24:-24, 24:-24]  # outputs that see no border
equal = np.allclose(stitched[inner], many[inner], atol=1e-4)
print("64 runs of the strided net give what the dilated net gives:", equal)
print(f"for {64 * cheap.macs / dear.macs:.2f} times its MACs")
assert equal and 64 * cheap.macs > 1.8 * dear.macs

# %% Efficient, compared with what? [markdown]
# The same answers for 1.86 times the work: moving by one pixel computes afresh much that the other
# runs have computed already. The dilated net computes nothing twice.
#
# ## Efficient, compared with what?
#
# So "dilated convolutions are efficient" is no sentence that can be true or false until it says
# compared with what. Compared with the net that gives one answer in 64, they are dear. Compared
# with other ways to the **same** answers, let us see. There are two more that you could take
# without dilation:
#
# - a **filled** kernel: all taps that a rate of 8 leaves out, 17 x 17 of them, at rate 1;
# - more **plain** layers: each of rate 1 adds 2 pixels to the view, so 47 take 23 of them.

# %% Nine taps or all of them tags=["nbval-ignore-output"]
ck.figures.draw_kernel([ck.Window((3, 3), dilation=8), ck.Window((17, 17))], shape=(17, 17))

# %% Predict: fill the kernels, or add layers [markdown]
# **Predict.** Each of these sees 47 x 47 pixels and has 128 x 128 answers. How many times the
# dilated net's MACs does it take to fill all five kernels? And how many to stack 23 plain layers?

# %% Four ways to an answer for each pixel
def same_size(kernel_size):
    return ck.nn.Conv(32, (kernel_size, kernel_size), padding=kernel_size // 2, bias=False)


filled = [same_size(2 * rate + 1) for rate in (1, 2, 4, 8, 8)]
plain = [same_size(3)] * 23
for layers in (filled, plain):
    assert ck.receptive_field(layers) == ck.receptive_field(dilated)

kept = 64 * cheap.activations  # of all runs together
runs = ck.Cost(cheap.parameters, 64 * cheap.macs, kept, 4 * (cheap.parameters + kept))
rivals = {"strided, 64 runs": runs, "23 plain layers": ck.cost(plain, shape),
          "filled kernels": ck.cost(filled, shape)}

# %% Draw the four ways tags=["nbval-ignore-output"]
ck.figures.draw_cost({"dilated": dear, **rivals})

# %% The answer depends on the rival
for name, rival in {"strided, 1 run": cheap, **rivals}.items():
    print(f"dilated against {name:16}: {dear.macs / rival.macs:5.2f} times the MACs")

assert all(dear.macs < 0.6 * rival.macs for rival in rivals.values())
assert dear.macs > 30 * cheap.macs

# %% What the numbers say [markdown]
# Of four ways to 16,384 answers, dilation is the cheapest by far: half the work of the shifted
# runs, a fifth of the plain layers', a twentieth of the filled kernels'. That is worth the word
# efficient, and it comes from **structure**: nine taps in a regular grid reach as far as 289. (What
# they may miss is the question of lesson 06. And equal reach is not equal ability: plain layers and
# filled kernels have more weights to learn with. This is their bill, and no judgement of their
# work.)
#
# Against the strided net, which it often replaces, the dilated net costs 34 times as much. Both are
# true; a sentence that leaves out the rival leaves out the answer.
#
# ## A published module
#
# Yu and Koltun's **context module** made such stacks known: seven dilated layers and one of 1 x 1,
# put behind a net to tell it more of the surroundings. With C channels throughout, it has 64 C C
# weights (seven times nine, and one). Their task has 21 classes, and so C is 21. Watch the last
# column.

# %% The context module
module = ck.reference_networks()["Yu-Koltun context"]
maps = (21, 64, 64)
print(ck.summary(module, maps))

# %% Predict: take the rates away [markdown]
# From 3 to 67 pixels, at 3,969 weights a layer in the first row and at 3,969 in the sixth.
#
# **Predict.** Set all its rates to 1. Which of the four totals change: the output's size, weights,
# MACs, receptive field? And how many layers of 3 x 3 at rate 1 would see 67?

# %% The same module without rates
def of_rate_one(window):
    return ck.Window(window.kernel_size, padding="same")


undilated = [of_rate_one(window) for window in module]
deep = [ck.Window((3, 3), padding="same")] * 33
for name, layers in {"module": module, "rates 1": undilated, "33 layers": deep}.items():
    field, cost = ck.receptive_field(layers).size[0], ck.cost(layers, maps)
    print(f"{name:9}: sees {field}, {cost.parameters:>7,} weights, {cost.macs:>11,} MACs")

assert ck.cost(module, maps) == ck.cost(undilated, maps)
assert ck.receptive_field(module).size == ck.receptive_field(deep).size == (67, 67)
assert ck.receptive_field(undilated).size == (15, 15)

# %% A curve that fools [markdown]
# Only the view changes: 15 pixels instead of 67, at equal weights, equal MACs and equal maps.
# **Dilation controls reach**, and nothing else on this bill.
#
# ## A curve that fools
#
# Lesson 03 met this curve in passing. Here is how people come to draw it.
#
# The fields in the module's table go 3, 5, 9, 17, 33, 65. They nearly double, row by row: an
# exponential. You will meet the sentence that the receptive field grows exponentially **with the
# rate**, with a plot to prove it: one layer, rates 1, 2, 4, 8, 16, 32.
#
# **Predict** what one layer of 3 taps sees at these six rates.

# %% One layer at six rates
stack = [ck.receptive_field(module[:depth]).size[0] for depth in range(1, 7)]
single = [ck.receptive_field([ck.Window(3, dilation=2**i)]).size[0] for i in range(6)]
print("the module after 1 .. 6 layers:        ", stack)
print("one layer of rate 1, 2, 4, 8, 16, 32:  ", single)

# %% Predict: the missing rates [markdown]
# The very same six numbers! So one layer does what six do, and the field is exponential in the
# rate? It is an easy step to take, and people who know the subject well have taken it.
#
# **Predict**: between rate 4 and rate 8 the plot has no points. What does one layer see at rates 4,
# 5, 6, 7, 8? And a stack of 1 to 6 layers that all have rate 2?

# %% Steps between the powers of two
def fields(stacks):
    return np.array([ck.receptive_field(layers).size[0] for layers in stacks])


by_rate = fields([ck.Window(3, dilation=rate)] for rate in (4, 5, 6, 7, 8))
fixed = fields([ck.Window(3, dilation=2)] * depth for depth in range(1, 7))
doubling = fields([ck.Window(3, dilation=2**i) for i in range(depth)] for depth in range(1, 7))
print("one layer, rates 4 to 8:         ", by_rate)
print("1 to 6 layers, all of rate 2:    ", fixed)
print("1 to 6 layers, rates 1, 2, 4, ...:", doubling)

assert np.all(np.diff(by_rate) == 2) and np.all(np.diff(fixed) == 4)
assert np.all(doubling == 2 ** np.arange(2, 8) - 1)

# %% Whose doubling was it? [markdown]
# A layer of 3 taps at rate `d` sees `2 d + 1`: a straight line, 2 more for each step. The doubling
# was ours. We tried the rates 1, 2, 4, ... and wrote them under the plot at equal distances, and
# whatever is drawn like that looks exponential, even `d` itself.
#
# Depth is another matter. At a fixed rate a stack adds the same amount with each layer, a straight
# line too. When **each layer's rate is twice the one before**, the additions double: that is the
# exponential growth that people rightly speak of, and each step of it costs one layer more.
#
# ## Ask the clock
#
# So far we counted. MACs are a good forecast of time, but a forecast. Timing has a trap of its own:
# your machine does other things as well, and they only ever make a program slower. So the
# contestants below take turns, round after round, and for each the **fastest** turn counts, the one
# that was disturbed least.

# %% A fair race
def best_seconds(*jobs, rounds=15):
    times = np.zeros((rounds, len(jobs)))
    for turn in times:
        for place, job in enumerate(jobs):
            start = perf_counter()
            job()
            turn[place] = perf_counter() - start
    return times.min(axis=0)

# %% Predict: two races [markdown]
# **Predict.** First race: a layer of 32 channels at rates 1, 2, 4 and 8, on equal maps. Second
# race: rate 8 against the 17 x 17 kernel that has the same nine weights and zeros **in between**,
# so it computes the very same maps. Who wins, and by how much?

# %% Race 1: rates against each other
x = np.random.default_rng(0).random((1, 32, 64, 64), dtype=np.float32)
w = np.random.default_rng(1).standard_normal((32, 32, 3, 3)).astype(np.float32)

times = best_seconds(*(
    lambda rate=rate: ck.conv(x, w, dilation=rate, padding="same") for rate in (1, 2, 4, 8)
))
print("the slowest takes less than twice as long as the fastest:", max(times) < 2 * min(times))
assert max(times) < 2 * min(times)

# %% Race 2: nine taps against 289
holey = np.zeros((32, 32, 17, 17), np.float32)
holey[:, :, ::8, ::8] = w

sparse, full = (lambda: ck.conv(x, w, dilation=8, padding="same"),
                lambda: ck.conv(x, holey, padding="same"))
assert np.allclose(sparse(), full(), atol=1e-3)

nine, all_taps = best_seconds(sparse, full, rounds=5)
print("equal maps; the zeros make it more than 8 times as slow:", all_taps > 8 * nine)
assert all_taps > 8 * nine

# %% A zero costs as much as a weight [markdown]
# In this package the rate costs nothing, up to the noise of the clock. That is no law of nature:
# when this was written, PyTorch 2.13 took nearly twice as long at rates 4 and 8 as at 1, for the
# same layer on the same processor. Count the MACs, then time the library that you use.
#
# The zeros cost a lot. The filled kernel has 289 taps for 9, so 32 times the MACs, and a product
# with zero takes as long as any. "Inserting gaps" is how dilation is often described, and it is a
# good picture of *where* the taps are. Efficiency comes from the code that **skips** the gaps.
#
# **Predict.** Now the two nets, on four photographs at once. And a third one joins: strided, with
# **ten times as many weights**, because it doubles its channels as its maps shrink. Does it take
# longer than the dilated net, or not?

# %% More weights
widths = [32, 64, 128, 128, 128]
wide = ck.nn.Sequential(*(
    ck.nn.Conv(width, (3, 3), stride=stride, padding=1, bias=False)
    for width, stride in zip(widths, [2, 2, 2, 1, 1])
))
for name, layers in {"strided": strided, "wide strided": wide, "dilated": dilated}.items():
    cost = ck.cost(layers, shape)
    print(f"{name:12}: {cost.parameters:>7,} weights, {cost.macs:>11,} MACs")

# %% Race 3: three nets
photos = np.concatenate([photo, photo[..., ::-1], photo[..., ::-1, :], 1 - photo])
wide_params = wide.init(1, shape)

thin, wider, dense = best_seconds(
    lambda: strided(params, photos), lambda: wide(wide_params, photos),
    lambda: dilated(params, photos), rounds=5,
)
print("equal weights: the dilated net takes more than 5 times as long:", dense > 5 * thin)
print("a tenth of the weights, and still more than 1.5 times as long: ", dense > 1.5 * wider)
assert dense > 5 * thin and dense > 1.5 * wider

# %% Fewer weights, more time [markdown]
# Fewer weights are not less time. The wide net has ten times as many and finishes first, because it
# uses most of them at 256 positions and not at 16,384. If a paper tells you a net's weights and not
# the size of its maps, you do not know what it costs.
#
# The clock does not follow the MACs to the letter, either. When this was written, the dilated net
# took 16 times as long as the strided one with these kernels and 42 times in plain NumPy, and the
# count says 34. Small maps use a processor less well, memory has a say, and a clever algorithm may
# multiply less often than the definition does. (Print `dense / thin` and see what yours says.)
#
# ## The other half of the bill
#
# A net in use needs the maps of two layers at a time, the one it reads and the one it writes. A net
# in **training** goes back through its layers to find how each weight should change, and for that
# it needs the input of every layer again. So it keeps them: that is what activations cost.
#
# **Predict.** The dilated net has 14 times the activations. Does a step of training take 14 times
# as much memory?

# %% Memory while training
def peak_bytes(layers):
    slope = grad(lambda theta: (layers(theta, photo) ** 2).sum())
    slope(params)  # once before, so that only memory of the second step is measured
    tracemalloc.start()
    slope(params)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak

# %% Measure it
low, high = peak_bytes(strided), peak_bytes(dilated)
kept = 4 * dear.activations  # four bytes a number
print("the dilated net takes more than 5 times the memory:", high > 5 * low)
print("at its peak it holds more than all its activations:", high > kept)
print(f"its weights are {dear.parameters / (dear.activations + dear.parameters):.1%} "
      "of weights and activations together")
assert high > 5 * low and high > kept

# %% Where the memory goes [markdown]
# Not quite 14 times, since some memory goes to other things in both, but the same order. And that
# is for **one** photograph of 128 x 128: with 32 of 512 x 512 pixels in a batch, the activations
# are 512 times as many, and the weights are as many as before. When training stops for want of
# memory, look for resolution times channels; the weights are rarely the reason.
#
# ## A worked example: give up one stride
#
# You need not choose between the two nets. There are nets in between, with the same weights and the
# same view. Take the strided net, and give up its **last** stride, that of the third layer.
#
# - The third layer reads the same pixels as before, and now computes all positions: its maps have
#   32 x 32 positions instead of 16 x 16. Its own rate stays 1.
# - The layers behind it find their inputs half as far apart as they were. To read the same places
#   they need taps twice as far apart: rates 2 and 2.
#
# What does it cost? The first layer is as before, 288 x 64 x 64 MACs, and four layers now work at
# 32 x 32 positions: 4 x 9,216 x 1,024. Together 38.9 million, 2.2 times the strided net's, for 4
# times its answers.

# %% One stride given up
between = net(strides=[2, 2, 1, 1, 1], rates=[1, 1, 1, 2, 2])
size, cost = ck.receptive_field(between).size, ck.cost(between, shape)
print(f"sees {size[0]} x {size[1]}, {cost.parameters:,} weights, {cost.macs:,} MACs")

denser = between(params, photo)
print("holds the strided net's answers:", np.allclose(denser[:, :, ::2, ::2], few, atol=1e-4))

# %% Your turn: give up another [markdown]
# ## Your turn: give up another
#
# Now the second stride goes too; only the first is left. The third layer needs rate 2, that is in
# the cell already. Which rate do the last two layers need? Replace the 1, until the net holds the
# strided net's answers. Before that, work out its MACs on paper.

# %% Find the rate
last = 1

yours = net(strides=[2, 1, 1, 1, 1], rates=[1, 1, 2, last, last])
size, cost = ck.receptive_field(yours).size, ck.cost(yours, shape)
print(f"sees {size[0]} x {size[1]}, {cost.macs:,} MACs")
print("holds the strided net's answers:",
      np.allclose(yours(params, photo)[:, :, ::4, ::4], few, atol=1e-4))

# %% The whole range [markdown]
# Rate 4: each stride given up doubles the rates of all layers behind it. The MACs are those of the
# first layer and four times 9,216 x 64 x 64, 152 million. Here are the four nets together.

# %% Draw the whole range tags=["nbval-ignore-output"]
choices = {
    "strides 2, 2, 2": strided, "strides 2, 2": between,
    "stride 2": net([2, 1, 1, 1, 1], [1, 1, 2, 4, 4]), "no stride": dilated,
}
ck.figures.draw_cost({name: ck.cost(layers, shape) for name, layers in choices.items()})

# %% A dial, and where people set it [markdown]
# A dial with four settings: 16, 32, 64 or 128 answers along each side, for 1, 2.2, 8.6 or 34 times
# the work. Weights and view never change. DeepLab, whose authors tried it, did not turn it all the
# way: they give up two strides, which makes the answers four times as dense along an axis, and fill
# in the rest by interpolation, a factor of 8.
#
# ## The claims, tested
#
# - *Dilation adds no parameters, and more context costs none.* **Holds**: with all rates 1 the
#   context module sees 15 pixels, with its own it sees 67, at 28,224 weights and as many MACs. What
#   costs is an answer for every pixel.
# - *Dilation controls reach.* **Holds**: a layer of 3 taps sees `2 d + 1`. How much of that it
#   reads is the question of lesson 06.
# - *Dilated convolutions are efficient.* **Holds if** the rival gives as many answers: the dilated
#   net takes between a half and a twentieth of the MACs. Against the strided net of equal weights
#   and view it takes 34 times as many.
# - *Efficiency comes from structure.* **Holds if** the code skips the gaps: with zeros in them, the
#   same maps take more than 8 times as long.

# %% Key points [markdown]
# ## Key points
#
# - MACs are weights times positions of the output. The rate is in neither.
# - Strides make nets cheap because they give up answers. At equal weights and equal view our
#   dilated net takes 34 times the MACs of the strided one, and gives 64 times the answers.
# - "Efficient" needs a rival. For an answer at every pixel dilation beats shifted runs, plain
#   layers and filled kernels; no weight count shows any of this.
# - One layer's view grows in a straight line with its rate. Exponential growth comes from doubling
#   the rates from layer to layer.
# - Fewer weights can take more time. Training keeps all activations: 14 times as many here.
# - A stride given up doubles the rates behind it, and keeps weights and view.
#
# Now do the exercise: open `exercises/05_cost.ipynb`. You will mend a cost counter that was right
# on every net its author tried, and write the function that turns the dial.

# %% Sources [markdown]
# ## Sources
#
# - F. Yu, V. Koltun (2016), *Multi-Scale Context Aggregation by Dilated Convolutions*,
#   [arXiv:1511.07122](https://arxiv.org/abs/1511.07122): the context module, its receptive fields
#   and its number of weights.
# - J. Long, E. Shelhamer, T. Darrell (2015), *Fully Convolutional Networks for Semantic
#   Segmentation*, [arXiv:1411.4038](https://arxiv.org/abs/1411.4038): shift-and-stitch, and that
#   spreading the taps gives the same.
# - L.-C. Chen et al. (2018), *DeepLab*, [arXiv:1606.00915](https://arxiv.org/abs/1606.00915): two
#   strides given up, interpolation by 8 for the rest.
# - T. Chen, B. Xu, C. Zhang, C. Guestrin (2016), *Training Deep Nets with Sublinear Memory Cost*,
#   [arXiv:1604.06174](https://arxiv.org/abs/1604.06174): activations are what fills the memory, and
#   how to keep fewer by computing them again.
# - The photograph is by Lav Varshney, CC0.

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# ```python
# import torch
# from torch import nn
#
#
# def net(strides, rates):
#     layers, channels = [], 1
#     for stride, rate in zip(strides, rates):
#         layers.append(nn.Conv2d(channels, 32, 3, stride, padding=rate, dilation=rate, bias=False))
#         channels = 32
#     return nn.Sequential(*layers)
#
#
# strided = net([2, 2, 2, 1, 1], [1, 1, 1, 1, 1])
# dilated = net([1, 1, 1, 1, 1], [1, 2, 4, 8, 8])
# dilated.load_state_dict(strided.state_dict())  # the shapes are the same, so the weights fit
#
# x = torch.as_tensor(photo)
# with torch.no_grad():
#     few, many = strided(x), dilated(x)
#
# print(sum(weight.numel() for weight in dilated.parameters()))       # 37152
# print(torch.allclose(few, many[:, :, ::8, ::8], atol=1e-5))         # True
# ```
