# %% Four repairs for a grid. Which ones repair it? [markdown]
# # 08 Pyramids and repairs: four repairs for a grid. Which ones repair it?
#
# Somebody hands you a net with rates 2, 2, 2. You know what that means: four lattices that never
# meet. They also hand you a list of repairs, all of them recommended in print: put layers with
# several rates side by side, a **pyramid**; put plain layers between the dilated ones; smooth; read
# the features of several scales together. You will build them. Two of the four come in a version
# that looks like a repair and leaves the grid exactly as it was, and the best known of all
# pyramids, with rates 6, 12, 18, is such a one. So what is it good for?
#
# After this lesson you can
#
# - say how far branches side by side see, what they read, and what they are for;
# - count how many taps of a kernel are left on a small map, and choose rates for its output stride;
# - tell for each repair whether it joins the lattices, by one test, and choose a smoothing kernel
#   for a given rate.
#
# **About 55 minutes.** You need lessons 06 and 07: lattices, coverage, gridding gain, neighbour
# disagreement. Write your predictions down before you run a cell.

# %% Recall: one above the other [markdown]
# ## Recall: one above the other
#
# In a stack, each layer reads what the layer below has made. A path takes one tap in each layer, so
# steps **add up**: 3 taps with rates 6, 12, 18 see 1 + 12 + 24 + 36 = 73 samples in a row.
#
# Now put the same three layers **side by side**: all three read the same input, and what they make
# is laid together, as channels of one output. Each layer is then a **branch**. Branches with rates
# 6, 12 and 18 stand at the end of DeepLabv3 (Chen et al. 2017), with two more beside them: a layer
# of 1 x 1, and the mean of the whole map. It is known as ASPP, atrous (that is, dilated) spatial
# pyramid pooling.
#
# **Predict.** One branch sees 13 pixels across, one 25, one 37. How many do they see together: 37,
# 73, or 75?

# %% In series and side by side
import numpy as np
from autograd import grad

import coursekit as ck

nn = ck.nn


def branch(rate):
    return nn.Conv(1, (3, 3), dilation=rate, padding=rate)


rates = (6, 12, 18)
series = nn.Sequential(*[branch(rate) for rate in rates])
pyramid = nn.Sequential(nn.Parallel(*[branch(rate) for rate in rates]))

for name, net in (("in series", series), ("side by side", pyramid)):
    rows, columns = ck.receptive_field(net).size
    print(f"{name:12} sees {rows} x {columns}, along {ck.footprint(net).sum()} paths")

# %% Predict: and what do they read? [markdown]
# 37: **the views of branches do not add, they unite, and the widest decides.** A path chooses one
# branch and one tap in it. In series the numbers of paths multiply, 9 times 9 times 9; side by side
# they add, 9 and 9 and 9.
#
# **Predict.** The pyramid's 37 x 37 pixels are 1,369. How many of them does one output read?
#
# The next cell asks the nets themselves. The weights are drawn at random, and a pixel is read if
# the output in the middle has a gradient there.

# %% Ask the nets
def read_by(net, size=75):
    params = net.init(0, (1, size, size), dtype=np.float64)
    middle = grad(lambda x: net(params, x)[0, :, size // 2, size // 2].sum())
    return middle(np.zeros((1, 1, size, size)))[0, 0] != 0


reads = [read_by(net) for net in (series, pyramid)]
print("in series", reads[0].sum(), "pixels; side by side", reads[1].sum())
for net, read in zip((series, pyramid), reads, strict=True):
    extent = np.ptp(np.argwhere(read), axis=0) + 1
    assert tuple(extent) == ck.receptive_field(net).size
    assert read.sum() == np.count_nonzero(ck.footprint(net))

# %% Look at what they read tags=["nbval-ignore-output"]
ck.figures.compare(
    [read.astype(float) for read in reads],
    ["6, 12, 18 in series", "6, 12, 18 side by side"],
    alt=f"What one output reads, white on black, in a square of 75 x 75 pixels. In series: "
    f"{reads[0].sum()} pixels, a lattice with one in every six rows and columns. Side by side: "
    f"{reads[1].sum()}, the middle and a ring of eight at each of three distances.",
)

# %% A star of 25 pixels [markdown]
# 25: three kernels of 9 taps that share the middle one. One pixel in 55. And both nets read only
# every sixth row and column, because 6, 12 and 18 share the factor 6.
#
# In the terms of lessons 06 and 07 this is as bad as it gets. **Predict**, before we look for the
# sense in it: the photograph of a man holds a cat in every second pixel of every second row, as in
# lesson 06. This pyramid reads it, each branch with equal weights, and takes the mean of its three
# branches. What do the even rows and columns of its output show? And the odd ones?

# %% The mixed photograph through the pyramid tags=["nbval-ignore-output"]
man = ck.data.load_photograph("camera").astype(np.float64)
cat = ck.data.load_photograph("chelsea").astype(np.float64)
mixed = man.copy()
mixed[1::2, 1::2] = cat[1::2, 1::2]

equal = np.tile([1 / 27] * 9 + [0.0], 3)  # for each branch nine weights and a bias
out = pyramid(equal, mixed[None, None]).sum(axis=1)[0]
even, odd = out[0::2, 0::2], out[1::2, 1::2]
ck.figures.compare(
    [even, odd],
    ["even rows, even columns", "odd rows, odd columns"],
    alt="Two pictures from one output of the pyramid with rates 6, 12, 18, each a photograph laid "
    "over moved copies of itself: the even pixels show the man and no cat, the odd ones the cat "
    f"and no man. They differ by {np.abs(even - odd).mean():.2f} in brightness on average.",
)

# %% Untouched
alone = pyramid(equal, man[None, None]).sum(axis=1)[0]
print("even pixels equal the man's alone:", np.array_equal(even, alone[0::2, 0::2]))
print(f"gridding gain of the pyramid: {ck.gridding_gain(pyramid):.0f}, "
      f"neighbour overlap: {ck.neighbour_overlap(pyramid):.0f}")
assert np.array_equal(even, alone[0::2, 0::2]) and ck.gridding_gain(pyramid) == 1

# %% A pyramid is a grid if its rates share a factor [markdown]
# On its own, the best known pyramid is a grid of 36 lattices. (In DeepLabv3 it is not on its own:
# it follows a deep net with many plain layers, whose outputs each sum up many neighbouring pixels,
# and the branch with the mean of the map reads everything.) Branches do not change the rule of
# lesson 06: a path is one step of one branch, and if all steps are multiples of 6, so is every
# path.
#
# ## So what is a pyramid for?
#
# Not for repairing grids, but for **looking near and far at once**. Here is a task that needs both.
# Given a noisy photograph, say how much each pixel stands out from its surroundings: the clean
# pixel minus the mean of the 37 x 37 pixels around it. Near pixels help against the noise, far ones
# tell about the surroundings.
#
# Three pyramids have three branches of nine weights each: one with near rates 1, 2, 3, one with far
# rates 6, 12, 18, one with both kinds, 1, 6, 12. Branches that are summed make a task of least
# squares, so we need no training: `np.linalg.lstsq` gives each pyramid its best weights.

# %% The task: what stands out?
photo = ck.data.load_photograph("astronaut").astype(np.float64)
noisy = photo + np.random.default_rng(0).normal(scale=0.15, size=photo.shape)
around = ck.avg_pool(photo[None, None], 37, stride=1, padding=18)[0, 0]
inner = slice(20, -20), slice(20, -20)  # away from the border
stands_out = (photo - around)[inner]


def best_pyramid(rates):
    one_tap = np.eye(9).reshape(9, 1, 3, 3)  # nine kernels, each with a single tap
    taps = [ck.conv(noisy[None, None], one_tap, dilation=rate, padding=rate)[0] for rate in rates]
    columns = np.concatenate(taps)[(slice(None), *inner)].reshape(9 * len(rates), -1).T
    weights, *_ = np.linalg.lstsq(columns, stands_out.ravel(), rcond=None)
    return (columns @ weights).reshape(stands_out.shape)


# %% Near, far, both
guesses = {rates: best_pyramid(rates) for rates in ((1, 2, 3), (6, 12, 18), (1, 6, 12))}
off = {rates: np.sqrt(np.mean((guess - stands_out) ** 2)) for rates, guess in guesses.items()}

for rates in ((1, 2, 3), (6, 12, 18)):
    print(f"1, 6, 12 is off by less than 4/5 of what {rates} is:", off[1, 6, 12] < 0.8 * off[rates])
    assert off[1, 6, 12] < 0.8 * off[rates]

# %% What to look for [markdown]
# Look at the noise in the smooth parts, and at the large dark and bright areas: which of the two
# does each pyramid get right?

# %% See the three tags=["nbval-ignore-output"]
detail = slice(0, 120), slice(30, 150)
ck.figures.compare(
    [stands_out[detail], *[guess[detail] for guess in guesses.values()]],
    ["wanted", "near: 1, 2, 3", "far: 6, 12, 18", "both: 1, 6, 12"],
    alt="A face, four times: what stands out from its surroundings, and what three pyramids make "
    "of the noisy photograph. Root mean square errors: "
    + ", ".join(f"rates {rates} {error:.3f}" for rates, error in off.items()) + ".",
)

# %% Context must be balanced [markdown]
# The near pyramid smooths, and cannot know the surroundings. The far one knows them, and passes on
# the noise of the one near pixel it reads. With a branch for each, 27 weights do both. So the motto
# **context must be balanced** holds for a task that needs near and far: rates on one side only,
# whichever side, leave a quarter more error or worse. It is a statement about the task and the
# picture: on a photograph of bricks, which has little light and shade (`"brick"` in the same code),
# the gain over the near rates is only a twentieth.
#
# ## A kernel on a small map
#
# A pyramid stands where maps are small, at the end of a net with strides. **Predict.** On a map of
# 65 x 65, a kernel of 3 x 3 with rate 24 spans 49. For what share of the positions do all of its
# nine taps fall on the map, rather than on the zeros around it: about a half, a fifth, or a
# fifteenth?
#
# To count them, convolve a map of ones with a kernel of ones: the zeros around add nothing.

# %% Count the taps on the map tags=["nbval-ignore-output"]
ones = np.ones((1, 1, 65, 65))
counts = {rate: ck.conv(ones, np.ones((1, 1, 3, 3)), dilation=rate, padding=rate)[0, 0]
          for rate in (6, 12, 24, 40)}
ck.figures.compare(
    list(counts.values()), [f"rate {rate}" for rate in counts], vmin=0, vmax=9,
    alt="For each position of a 65 x 65 map the number of taps that fall on it, nine white. "
    + ". ".join(f"Rate {rate}: nine at {np.mean(count == 9):.0%} of the positions, at least "
                f"{count.min():.0f}" for rate, count in counts.items()) + ".",
)

# %% The shares
print("rate   9 taps  6 taps  4 taps  2 taps  1 tap")
for rate in (6, 12, 24, 40, 65):
    shares = ck.valid_tap_shares(65, rate)
    print(f"{rate:4} ", *[f"{shares.get(taps, 0):7.3f}" for taps in (9, 6, 4, 2, 1)])
    if rate in counts:
        assert all(np.isclose(np.mean(counts[rate] == taps), shares.get(taps, 0))
                   for taps in range(1, 10))

# %% Nine weights, one in use [markdown]
# A fifteenth. Along one axis all three taps are on the map for `65 - 2 * 24` of 65 positions, which
# is 26 %; in the square the shares multiply, to 7 %. The bright middle shrinks as the rate grows,
# and above 32 it is gone, for no position is 33 from both ends. What comes then is the dark cross:
# in the middle of the map the kernel has lost the taps on both sides. From rate 65 on, one tap is
# left everywhere: **the 3 x 3 kernel has become a 1 x 1 kernel**. DeepLabv3's authors show these
# counts, and they are why the mean of the whole map stands beside their branches.
#
# A tap that is beyond the border adds nothing to the output. Does its weight learn less as well?
# The gradient of a weight is a sum over all positions where its tap is on the map. The next cell
# takes patches of 33 x 33 from a photograph of grass, and adds up the squared gradients of each of
# the nine weights.
#
# **Predict.** Eight of nine weights are outer ones. What share of the squared gradient do they get
# at rate 1? At rate 32? At rate 33?

# %% What the outer weights get
grass = ck.data.load_photograph("grass").astype(np.float64)


def outer_share(rate, size=33, patches=64):
    rng, squares = np.random.default_rng(0), np.zeros((3, 3))
    for row, column in rng.integers(0, 256 - size, size=(patches, 2)):
        patch = grass[row : row + size, column : column + size]
        error = rng.standard_normal((1, 1, size, size))  # as it would come back from a loss
        x = (patch - patch.mean())[None, None]
        _, gradient, _ = ck.conv_backward(error, x, np.ones((1, 1, 3, 3)), padding=rate,
                                          dilation=rate)
        squares += gradient[0, 0] ** 2
    return 1 - squares[1, 1] / squares.sum()


# %% Measured against counted
for rate in (1, 16, 24, 32, 33):
    taps = sum(number * share for number, share in ck.valid_tap_shares(33, rate).items())
    counted, measured = 1 - 1 / taps, outer_share(rate)
    print(f"rate {rate:2}: {taps:.2f} taps on the map on average, the outer ones "
          f"{counted:.2f} of them; measured within a tenth: {abs(measured - counted) < 0.1}")
    assert abs(measured - counted) < 0.1 and (rate < 33 or measured == 0)

# %% Weights that never learn [markdown]
# The count predicts the gradient. At rate 33 the outer weights get none: they stay what they were
# drawn as, and nobody sees it, for nothing fails.
#
# ## Rates and output stride
#
# How large the map is depends on the net's total stride, which segmentation people call its
# **output stride**. *A worked example.* DeepLabv3 reads 513 x 513 pixels. With output stride 16 its
# map is 33 x 33, and the rates are 6, 12, 18. A rate of 18 there means taps 18 * 16 = 288 pixels
# apart. Now give up one stride, as in lesson 05: output stride 8, and a map of 65 x 65. For taps
# 288 pixels apart the rate must be 36. So **half the output stride, twice the rates**, and the
# paper does just that.
#
# **Your turn.** The cell compares the pyramid at output stride 16 with one at 8, and still has the
# old rates for both. Before you change them: what do they see of the picture at stride 8, compared
# with before? Put in the rates that keep the view.

# %% Your turn: rates for output stride 8
at_16 = (6, 12, 18)
at_8 = (6, 12, 18)  # change these

for stride, chosen in ((16, at_16), (8, at_8)):
    size = 512 // stride + 1
    print(f"output stride {stride}, map {size} x {size}")
    for rate in chosen:
        nine = ck.valid_tap_shares(size, rate).get(9, 0)
        print(f"   rate {rate:2}: taps {rate * stride:3} pixels apart, all nine at {nine:.0%}")

# %% The same pyramid at both strides
for rate in (6, 12, 18):
    before, after = ck.valid_tap_shares(33, rate), ck.valid_tap_shares(65, 2 * rate)
    print(f"rate {rate:2} on 33 x 33, rate {2 * rate} on 65 x 65: nine taps at "
          f"{before.get(9, 0):.0%} and {after.get(9, 0):.0%}")
    assert all(abs(before.get(taps, 0) - after.get(taps, 0)) < 0.035 for taps in range(1, 10))

mismatch = ck.valid_tap_shares(32, 36)
print("rate 36 on 32 x 32:", mismatch)
assert mismatch == {1: 1.0}

# %% Only one of the two changed [markdown]
# With doubled rates even the shares stay, nearly. The last line is the way it goes wrong: the rates
# for stride 8 with a net of stride 16. A picture of 512 x 512 leaves a map of 32 x 32, and of the
# nine weights at rate 36 a single one is ever used. This has happened in a library that many people
# use: rates 12, 24, 36 stood fixed in its pyramid, which suited its first two nets, and then came a
# third, of stride 16. Everything ran, it trained, and more than two years passed before a user
# noticed and explained it ([issue 7956](https://github.com/pytorch/vision/issues/7956)). One
# `assert` on the shares tells.
#
# ## The patient and its repairs
#
# Back to the net with rates 2, 2, 2. Here it is with 8 channels and rectifiers, and with six nets
# made of it.
#
# - **Plain layer between**: dilated and plain layers take turns; rates 2, 1, 2.
# - **Smoothed**: a mean over 3 x 3 neighbours before every dilated layer but the first.
# - **Pyramids**: the last layer becomes three branches, with rates 1, 2, 4 or with rates 2, 4, 6.
# - **All depths**: what comes out of the first, the second and the third layer is laid together for
#   whoever reads the net. This is one thing that people call multi-scale aggregation, as the three
#   see 5, 9 and 13 pixels.
# - **Half size**: another thing with that name. Beside the last layer, the same on a map of half
#   the size: a mean over cells of 2 x 2, a layer, then interpolation back to full size.

# %% The parts
def layer(axes, rate, channels=8):
    conv = nn.Conv(channels, (3,) * axes, dilation=rate, padding=rate)
    return nn.Sequential(conv, nn.Relu())


def side_by_side(axes, rates):
    return nn.Parallel(*[layer(axes, rate, channels=4) for rate in rates])


def all_depths(axes):
    whole = nn.Sequential()  # passes on what it gets
    last_two = nn.Sequential(layer(axes, 2), nn.Parallel(whole, layer(axes, 2)))
    return [layer(axes, 2), nn.Parallel(whole, last_two)]

# %% The grid and six nets made of it
def nets(axes):
    """For pictures (two axes) and for signals (one)."""
    two, plain = layer(axes, 2), layer(axes, 1)
    smooth = nn.AvgPool((3,) * axes, stride=1, padding=1)
    half = nn.Sequential(nn.AvgPool((2,) * axes), layer(axes, 2), nn.Upsample(2))
    return {
        "grid": [two, two, two],
        "plain layer between": [two, plain, two],
        "smoothed": [two, smooth, two, smooth, two],
        "pyramid 1, 2, 4": [two, two, side_by_side(axes, (1, 2, 4))],
        "pyramid 2, 4, 6": [two, two, side_by_side(axes, (2, 4, 6))],
        "all depths": all_depths(axes),
        "half size": [two, two, nn.Parallel(two, half)],
    }

# %% One test for all [markdown]
# One test tells whether lattices meet: put the cat into every second pixel of every second row, and
# look at the even pixels of the output. If they change, they have noticed, and the lattices meet.
# If not a bit changes, they do not. The weights are drawn at random; whether a path exists does not
# depend on them.
#
# **Predict** for each of the seven. The answer is surprising for at least one of them.

# %% Do the even pixels notice the cat?
def notices(parts):
    net = nn.Sequential(*parts)
    params = net.init(0, (1, 256, 256), dtype=np.float64)
    change = net(params, mixed[None, None]) - net(params, man[None, None])
    return bool(change[:, :, 0::2, 0::2].any())


noticed = {name: notices(parts) for name, parts in nets(axes=2).items()}
for name, joined in noticed.items():
    print(f"{name:20} {'lattices meet' if joined else 'no'}")

# %% Join neighbours, or leave it [markdown]
# Four meet, three do not.
#
# - A plain layer anywhere joins neighbours, as lesson 07 had it. So does a mean over neighbours.
# - The pyramid 1, 2, 4 joins them in **one** branch. The pyramid 2, 4, 6 has just as many rates,
#   and sees farther; it is a grid.
# - **All depths** is the surprise. It sees 5, 9 and 13 pixels across, but at every depth it reads
#   the same lattice. Features of several *depths* are not yet features of several *scales*.
# - **Half size** does make a scale, and makes it of neighbours: a mean over 2 x 2 cells.
#
# So the list of recommended repairs is right and not enough. What repairs a grid is **some path
# that joins neighbours**; branches and scales help exactly if they bring one along.

# %% The four claims, and what they depend on
assert noticed["plain layer between"] and noticed["smoothed"]
assert noticed["pyramid 1, 2, 4"] and not noticed["pyramid 2, 4, 6"]
assert noticed["half size"] and not noticed["all depths"] and not noticed["grid"]

gains, shares = {}, {}
for rates in ((2, 2, 2, 2), (1, 3, 1, 3), (1, 9, 1, 9)):
    line = [ck.Window(3, dilation=rate) for rate in rates]
    gains[max(rates)], shares[max(rates)] = ck.gridding_gain(line), ck.coverage(line)
    print(f"{rates}: gain {gains[max(rates)]:.2f}, reads {shares[max(rates)]:.0%} of a row")
assert gains[2] == 1 and gains[3] < 0.1 and shares[3] == 1
assert gains[9] > 0.5 and shares[9] < 1

# %% Interleaving has to bridge the rate [markdown]
# The second and the third line are interleaved. Plain layers between rates of 3 leave next to
# nothing of the grid. Between rates of 9 they join neighbours as well, but two plain layers see 5
# samples: a pattern that repeats every 9 is too slow for them, three quarters of it get through
# (with the weights of the gridding gain), and there are holes. Lattices that meet are the least
# that one can ask; the rule for holes and the gain still stand.
#
# ## A smoother for a given rate
#
# Smoothing deserves a closer look, for it can be done by half. A grid with rate `r` lets every
# pattern pass that repeats every `r` samples. So smooth **before** it, with a kernel that leaves
# nothing of such a pattern. Which kernel does that?
#
# *A worked example.* Take rate 2 and weights 1, 2, 1. On a pattern that repeats every 2 samples,
# the first and the third tap read the same number, the middle one the other number. So the pattern
# gets 1 + 1 = 2 of the first and 2 of the second: both count alike wherever the kernel stands, the
# output is level, and the pattern is gone. Weights 1, 1, 1 give 2 of one and 1 of the other,
# out of 3, and the difference remains: a third of the pattern is left.
#
# So **fold the kernel**: add up the weights that stand `r` apart. It wipes out every pattern with
# period `r` exactly if the `r` sums are equal. **Predict** which of the three kernels in the next
# cell are right for rate 4.
#
# Then comes a picture, the **frequency response** of each kernel: which share of a wave it leaves,
# from waves so slow that they are level (0, on the left) to the checkerboard, half a turn from
# sample to sample (on the right, called pi). Two waves repeat every 4 samples, a quarter turn and a
# half turn from sample to sample, and they are marked. A good kernel is at 0 there.

# %% Fold the kernel
def fold(kernel, rate):
    return [sum(kernel[start::rate]) for start in range(rate)]


kernels = {"1 1 1": [1, 1, 1], "1 2 1": [1, 2, 1], "1 1 1 1": [1, 1, 1, 1]}
for name, kernel in kernels.items():
    told = [f"rate {rate} {fold(kernel, rate)}" for rate in (2, 3, 4)]
    print(f"{name:8}", *told)

# %% What they leave at rate 4 tags=["nbval-ignore-output"]
curves = {name: ck.frequency_response(np.array(kernel) / sum(kernel), 1, 129)
          for name, kernel in kernels.items()}
ck.figures.draw_response(curves, rates=[4])

# %% Equal sums, nothing left
for kernel in kernels.values():
    for rate in (2, 3, 4):
        frequencies, response = ck.frequency_response(np.array(kernel) / sum(kernel), 1, rate + 1)
        pattern = np.abs(response[2::2])  # whole turns in `rate` samples: 2 pi m / rate
        assert (len(set(fold(kernel, rate))) == 1) == bool(np.all(pattern < 1e-9))
print("for all nine: equal sums exactly where no pattern is left")

# %% As wide as the rate, at least [markdown]
# Only 1 1 1 1. A kernel of 3 taps cannot fill 4 sums: **a smoother is at least as wide as the
# rate**. And 1 2 1 is right for rate 2, but not for 3, where 1 1 1 is. (Our net "smoothed" uses the
# mean of 3 at rate 2, and leaves a third along an axis each time it smooths. That joins the
# lattices, as you saw, without wiping out the pattern.) Wang and Ji (2018) do this with one learned
# kernel, shared by all channels, in front of each dilated layer.
#
# **Your turn.** Find a kernel for rate 6 that is not level, so that near samples count most. Hint:
# two smoothers one after the other smooth like one longer kernel, `np.convolve(a, b)`, and one of
# them being right is enough.

# %% Your turn: a kernel for rate 6
kernel = np.convolve([1, 2, 1], [1, 1, 1])  # change this

sums = fold(kernel.tolist(), 6)
print(kernel, "folds to", sums, "- all equal" if len(set(sums)) == 1 else "- not equal yet")

# %% After training [markdown]
# ## After training
#
# All this was about paths. A net may have a path and not learn to use it, or have none and be right
# for other reasons. So train the seven, first on the task of lesson 07 in which neighbours decide,
# made anew for rate 2: is a tone slow, of frequency `f`, or fast, of frequency `f + 1/2`? Read at
# every second sample the two are the same. Behind each net stand the mean over all places and a
# layer that decides. **Predict** which of the nets guess.

# %% Train the seven on tones
def tones(n, seed):
    return ck.data.make_aliasing(n, seed, rate=2, length=64)


test, answers = tones(1000, seed=100)


def share_right(parts):
    net = nn.Sequential(*parts, nn.GlobalAvgPool(), nn.Linear(2))
    fitted = nn.fit(net, net.init(0, (1, 64)), tones, optimiser=nn.Adam(0.01), steps=80, batch=32,
                    progress=False)
    return np.mean(net(fitted.params, test).argmax(axis=1) == answers)


right = {name: share_right(parts) for name, parts in nets(axes=1).items()}

# %% Slow or fast?
for name, share in right.items():
    verdict = "always right" if share > 0.95 else "guesses" if share < 0.6 else "between"
    print(f"{name:20} {verdict}")
    assert share > 0.95 if noticed[name] else share < 0.6

# %% A path is what training needs [markdown]
# The same three guess, and more training would not help: on each lattice both kinds of tone look
# alike. The others have learned to use the path they have. So **stacking dilations without
# multi-scale design** is a pitfall if the rates share a factor and the task needs neighbours told
# apart. And a multi-scale design is no escape as such: two of the three that guess here have one.
#
# ## On the digit scenes
#
# Last, pictures. The next table is for the scenes of lesson 07, with nets of about six layers (the
# pyramids have a fourth branch) and from 11,862 to 12,060 parameters;
# `python benchmarks/experiments.py scenes lattices` remakes the numbers. **Predict**: four of the
# seven join the lattices. Will they be the four with the least neighbour disagreement?
#
# | net | lattices meet | disagreement, three seeds | mean | mean mIoU |
# |---|---|---|---|---|
# | grid: six layers of rate 2 | no | .25, .26, .27 | .26 | .52 |
# | plain layers between: 1, 3, 1, 3, 1, 3 | yes | .25, .21, .20 | .22 | .57 |
# | smoothed | yes | .21, .17, .22 | .20 | .55 |
# | pyramid 1, 2, 4, 6 | yes | .18, .27, .20 | .21 | .55 |
# | half size | yes | .21, .15, .22 | .19 | .58 |
# | pyramid 2, 4, 6, 8 | **no** | .15, .23, .23 | .20 | .61 |
# | all depths | **no** | .19, .21, .24 | .21 | .56 |

# %% Every repair helps, even those that repair nothing [markdown]
# Every repair beats the grid on average, and the two that leave the lattices apart do so as clearly
# as the others. So a fall in disagreement is no evidence that a grid was repaired. Each of these
# nets differs from the grid in more than one thing: the pyramid 2, 4, 6, 8 sees 33 pixels across
# and not 25, and what reads it gets several rates at once. And perhaps these scenes ask little of
# neighbours: a digit looks much the same in every second pixel. The tones were made so that
# neighbours decide, and there the verdict is clear.
#
# One more caution. The seeds of one net spread as widely as the nets differ, and one seed of the
# pyramid 1, 2, 4, 6 is no better than the grid: the table gives no order among repairs.
#
# ## The claims, tested
#
# The list under test: combine several rates (lesson 07), use pyramids, interleave, aggregate
# scales.
#
# - *Use dilation pyramids.* **Holds if** a branch joins neighbours, which one with rate 1 does.
#   Rates that share a factor with the rest of the net leave the grid whole.
# - *Interleave standard and dilated convolutions.* **Holds**: the lattices meet. How much
#   of the grid is left, and whether there are holes, depends on how far the plain layers see.
# - *Apply multi-scale feature aggregation.* **Holds if** the scales are made of neighbours, by a
#   mean or a pool. Features of several depths of a grid are a grid.
# - *To reduce gridding effects* they are all recommended. On average over seeds each lowers the
#   disagreement of the digit scenes, also where it joins nothing. Test a repair by its paths first,
#   then by training.

# %% Key points [markdown]
# ## Key points
#
# - In series steps add and paths multiply. Side by side views unite, the widest decides, and paths
#   add: three branches of 3 x 3 read 25 pixels.
# - A pyramid looks near and far at once; it is worth having if the task needs both. If its rates
#   share a factor, it is a grid itself, as 6, 12, 18.
# - On a map of `n` positions an axis, the share of positions at which all taps of 3 x 3 are on the
#   map is `((n - 2 r) / n)` squared, for a rate `r` up to `n / 2`. From `r = n` on only the middle
#   tap is; the other eight never learn.
# - Half the output stride, twice the rates.
# - A repair works if it brings a path that joins neighbours. Plain layers and smoothing do,
#   branches and scales may.
# - A smoother for rate `r` folds to `r` equal sums; it has at least `r` taps.
# - Labels that agree more are no proof that lattices meet. Test the paths: change one lattice, and
#   see whether the others notice.
#
# Now do the exercise: open `exercises/08_pyramids.ipynb`. You will mend a formula that is right up
# to half the map's size, count what a pyramid reads, build an aggregation that joins, and complete
# a smoother that somebody has begun.

# %% Sources [markdown]
# ## Sources
#
# - L.-C. Chen, G. Papandreou, F. Schroff, H. Adam (2017), *Rethinking Atrous Convolution for
#   Semantic Image Segmentation*, [arXiv:1706.05587](https://arxiv.org/abs/1706.05587): DeepLabv3,
#   its pyramid with rates 6, 12, 18 at output stride 16, doubled at 8, the count of valid weights
#   on a 65 x 65 map, and the branch with the mean of the map.
# - Z. Wang, S. Ji (2018), *Smoothed Dilated Convolutions for Improved Dense Prediction*,
#   [arXiv:1808.08931](https://arxiv.org/abs/1808.08931): smoothing with a shared kernel.
# - F. Yu, V. Koltun, T. Funkhouser (2017), *Dilated Residual Networks*,
#   [arXiv:1705.09914](https://arxiv.org/abs/1705.09914): layers with falling rates, down to plain
#   ones, at the end of a net against gridding.
# - P. Wang et al. (2018), *Understanding Convolution for Semantic Segmentation*,
#   [arXiv:1702.08502](https://arxiv.org/abs/1702.08502): rates in turn, such as 1, 2, 5, 1, 2, 5.
# - [torchvision, issue 7956](https://github.com/pytorch/vision/issues/7956): a pyramid for stride 8
#   on a net of stride 16, found and explained by a user.
# - Photographs: camera (Lav Varshney, CC0), chelsea (Stéfan van der Walt, CC0), astronaut (NASA,
#   public domain), grass (linolafett, CC0). Handwritten digits: MNIST, by Yann LeCun and Corinna
#   Cortes, CC BY-SA 3.0.

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# ```python
# import torch
# from torch import nn
#
#
# class Pyramid(nn.Module):
#     def __init__(self, rates, channels=1):
#         super().__init__()
#         self.branches = nn.ModuleList(
#             nn.Conv2d(1, channels, 3, padding=rate, dilation=rate) for rate in rates
#         )
#
#     def forward(self, x):
#         return torch.cat([branch(x) for branch in self.branches], dim=1)
#
#
# x = torch.zeros(1, 1, 75, 75, requires_grad=True)
# Pyramid((6, 12, 18))(x)[0, :, 37, 37].sum().backward()
# read = x.grad[0, 0] != 0
# print(read.sum())                                                   # 25
#
# small = torch.rand(1, 1, 32, 32)
# layer = nn.Conv2d(1, 1, 3, padding=36, dilation=36)
# layer(small).square().sum().backward()
# print((layer.weight.grad != 0).sum())                               # 1
# ```
