# %% This net sees 13 pixels across. Which ones? [markdown]
# # 06 Gridding: this net sees 13 pixels across. Which ones?
#
# Here is a small net: three layers of 3 x 3 weights, each with dilation 2. One of its outputs
# sees a square of 13 x 13 pixels. Change 120 of those 169 pixels in any way you like, and the
# output does not move at all. This lesson finds the 120 pixels, shows what they do to a
# photograph, and gets them back.
#
# After it you can
#
# - say which pixels of its receptive field a stack reads, from its rates alone;
# - explain why equal rates split an image into pictures that never meet;
# - measure the damage on a photograph, and choose rates that avoid it.
#
# **About 40 minutes.** You need NumPy, and what a convolution does to an image. Where you are
# asked to predict, write your prediction down before you run the next cell: a surprise is
# remembered, an answer you were told is not.

# %% Recall: how far does it see? [markdown]
# ## Recall: how far does it see?
#
# A kernel has **taps**, the places where it reads its input. **Dilation** moves them apart: with
# dilation `d`, also called the **rate**, neighbouring taps stand `d` samples from each other. So
# 3 taps at rate `d` span `2 d + 1` samples. The **receptive field** of an output is the stretch of
# input, from the first sample to the last, that can reach it. On top of other layers, a layer of
# 3 taps adds `2 d` to it.
#
# Without running anything: how many samples in a row does the stack with rates 2, 2, 2 see?

# %% The size of the receptive field
import numpy as np

import coursekit as ck


def line(rates):
    return [ck.Window(3, dilation=rate) for rate in rates]


print("one output sees", ck.receptive_field(line([2, 2, 2])).size[0], "samples in a row")

# %% Predict: how many of them does it read? [markdown]
# One sample to begin with, and 4 more from each of three layers: 13.
#
# **Predict.** Of these 13 samples, how many does the output read? In other words: how many could
# you change so that the output changes?

# %% The taps of three layers tags=["nbval-ignore-output"]
ck.figures.draw_stack(line([2, 2, 2]))

# %% Why the odd samples are missing [markdown]
# Follow the lines down from the one output on top. Each step in each layer moves by 0, 2 or 4
# samples. However you combine them, you have moved by an even number. The odd samples are never
# reached, by any weights, after any training. Samples inside the receptive field that nothing
# reaches are **holes**.
#
# The picture shows which samples are read. It is worth counting, too, in how many ways: each
# choice of one tap a layer is a **path**, and the number of paths to each sample is the stack's
# **footprint**.

# %% Paths to each sample
paths = ck.footprint(line([2, 2, 2]))
print("paths to each sample:", paths)
print(f"{np.count_nonzero(paths)} of {paths.size} samples are read")

# %% Predict: and in a square? [markdown]
# 7 of 13, a little more than half.
#
# **Predict.** The same three layers with 3 x 3 taps see 13 x 13 pixels. Which share of those
# pixels do they read: more than half, about half, or less?

# %% The footprint in two dimensions tags=["nbval-ignore-output"]
def square(rates):
    return [ck.Window((3, 3), dilation=rate) for rate in rates]


ck.figures.draw_footprint(square([2, 2, 2]))

# %% Coverage in two dimensions
print(f"coverage of [2, 2, 2]: {ck.coverage(square([2, 2, 2])):.3f}")

# %% Holes multiply [markdown]
# Less: a pixel is read only if its row **and** its column are, so the shares multiply, 7/13 times
# 7/13. Of 169 pixels 49 are read; the other 120 are the ones this lesson began with. The share
# that is read is called **coverage**. In one dimension half of the input is lost, in two
# dimensions nearly three quarters.
#
# So far this is arithmetic. A photograph will tell whether it matters.

# %% A photograph and a net
photo = ck.data.load_photograph("camera").astype(np.float64)
blur = np.outer([1, 2, 1], [1, 2, 1]).reshape(1, 1, 3, 3) / 16


def net(image, rates):
    x = image[None, None]
    for rate in rates:
        x = ck.conv(x, blur, dilation=rate, padding="same")
    return x[0, 0]


print("photograph", photo.shape, "-> output", net(photo, [2, 2, 2]).shape)

# %% Predict: scramble what is not read [markdown]
# The net blurs: each layer takes a weighted mean of 9 pixels. Its weights do not matter for what
# follows, only where its taps are.
#
# Take one output, at row 120 and column 140. Its receptive field reaches 6 pixels to each side.
# Replace the 120 pixels of it that are not read with random noise.
#
# **Predict.** By how much does this output change?

# %% Scramble the holes
row, column = 120, 140
field = np.s_[row - 6 : row + 7, column - 6 : column + 7]
holes = ck.footprint(square([2, 2, 2])) == 0

scrambled = photo.copy()
scrambled[field][holes] = np.random.default_rng(0).random(holes.sum())

change = net(scrambled, [2, 2, 2])[row, column] - net(photo, [2, 2, 2])[row, column]
print(f"{holes.sum()} pixels replaced by noise; the output changed by {change}")

# %% Zero means zero [markdown]
# Not a little: by nothing, to the last bit. These pixels are no input of this output, though they
# lie in the middle of its receptive field. A receptive field says how far a net looks, not what it
# looks at.
#
# But perhaps a neighbouring output reads the pixels that this one misses. It does: move one pixel
# to the right, and all taps move along. Then together the outputs miss nothing, and where is the
# harm? Here is a test. Take every second pixel of every second row, and put another photograph
# there.

# %% Two photographs in one tags=["nbval-ignore-output"]
cat = ck.data.load_photograph("chelsea").astype(np.float64)
mixed = photo.copy()
mixed[1::2, 1::2] = cat[1::2, 1::2]

ck.figures.compare(
    [cat, mixed],
    ["another photograph", "one pixel in four from it"],
    alt="Two pictures: a cat's face, and a man with a camera in which one pixel in four is "
    "taken from the cat, so that he seems to stand behind a fine mesh.",
)

# %% Predict: what comes out? [markdown]
# **Predict.** Send the mixed picture through the net with rates 2, 2, 2, then look at the two
# sets of output pixels apart: those in even rows and columns, and those in odd rows and columns.
# What does each show: a blend of man and cat, or something else?

# %% Take the output apart tags=["nbval-ignore-output"]
out = net(mixed, [2, 2, 2])
ck.figures.compare(
    [out[0::2, 0::2], out[1::2, 1::2]],
    ["even rows, even columns", "odd rows, odd columns"],
    alt="Two blurred pictures from one output of the net with rates 2, 2, 2: its even pixels "
    "show the man with the camera and no cat, its odd pixels the cat and no man.",
)

# %% Are they touched at all?
man, other = net(photo, [2, 2, 2]), net(cat, [2, 2, 2])
even = np.array_equal(out[0::2, 0::2], man[0::2, 0::2])
odd = np.array_equal(out[1::2, 1::2], other[1::2, 1::2])
print("even pixels equal those of the man alone:", even)
print("odd pixels equal those of the cat alone: ", odd)

# %% One net, four pictures [markdown]
# Two photographs went in, were blurred three times, and came out without a trace of each other.
# The net has split its input into four **lattices** (even or odd row, even or odd column), and
# runs on each of them as if the other three did not exist. With rate `d` in every layer there are
# `d * d` lattices. Neighbouring pixels of a photograph belong together; the net with rates 2, 2, 2
# cannot know that. This is **gridding**.
#
# **Predict.** Now the same with rates 1, 2, 3. It sees 13 pixels across as well. What do its even
# and its odd pixels show?

# %% The same with other rates tags=["nbval-ignore-output"]
out = net(mixed, [1, 2, 3])
ck.figures.compare(
    [out[0::2, 0::2], out[1::2, 1::2]],
    ["even rows, even columns", "odd rows, odd columns"],
    alt="Two blurred pictures from one output of the net with rates 1, 2, 3: even and odd pixels "
    "look alike, the man with a faint cat blended in.",
)

# %% Same size, no holes
for rates in ([2, 2, 2], [1, 2, 3]):
    size = ck.receptive_field(square(rates)).size
    print(f"{rates}: sees {size[0]} x {size[1]}, reads {ck.coverage(square(rates)):.0%} of it")

# %% Now they blend [markdown]
# Both show the same blend, three parts man and one part cat. Every output reads pixels of all four
# lattices. The two nets have as many weights, as many multiplications and as large a receptive
# field; they differ in the rates alone.
#
# ## What it looks like when you do not take it apart
#
# Gridding shows as a pattern. Lay a faint checkerboard over the photograph, pixels brighter and
# darker in turn. A net that blurs over 13 pixels ought to wipe it out.
#
# **Predict.** Which share of the checkerboard survives rates 2, 2, 2? And rates 1, 2, 3?

# %% A checkerboard through both nets
checks = 0.1 * (-1.0) ** np.add.outer(np.arange(256), np.arange(256))
inner = np.s_[8:-8, 8:-8]  # away from the border, where zeros come in

for rates in ([2, 2, 2], [1, 2, 3]):
    left = net(photo + checks, rates) - net(photo, rates)
    print(f"{rates}: {np.abs(left[inner]).max() / 0.1:.2f} of the checkerboard is left")

# %% Look at it tags=["nbval-ignore-output"]
part = np.s_[60:140, 110:190]
ck.figures.compare(
    [net(photo + checks, [2, 2, 2])[part], net(photo + checks, [1, 2, 3])[part]],
    ["rates 2, 2, 2", "rates 1, 2, 3"],
    alt="Two blurred details of the photograph with a checkerboard laid over it: after rates "
    "2, 2, 2 the checkerboard is still there in full, after rates 1, 2, 3 it is gone.",
)

# %% Why it survives [markdown]
# All of it, against none. Each lattice of the first net holds pixels of one brightness, all lifted
# or all lowered, so there is nothing to average away. The net takes the finest pattern that an
# image can hold for the coarsest. The grid that appears in the output gave the effect its name.

# %% A worked example: which rates leave holes? [markdown]
# ## A worked example: which rates leave holes?
#
# Take [1, 2, 9] with 3 taps. The first layer reads 3 samples in a row. The second, at rate 2,
# takes three such runs, each 2 samples after the last; they overlap, and together cover 7 samples
# without a hole. The third takes three runs of 7, each **9** samples after the last: between two
# runs 2 samples are missing. So holes come in when a rate is larger than what the layers below
# see. Count them: 25 samples seen, 3 runs of 7 read, so 21/25 in a row, and that times itself in a
# square.

# %% Some stacks compared
for rates in ([1, 2, 3], [1, 2, 5], [1, 2, 9], [2, 4, 8], [4, 4, 4]):
    size = ck.receptive_field(square(rates)).size[0]
    print(f"{rates}: sees {size} across, reads {ck.coverage(square(rates)):.1%} of the square")

# %% Read the table [markdown]
# [1, 2, 9] gives what we counted: (21/25) squared is 70.6 %. [2, 4, 8] doubles its rates like the
# textbook stack 1, 2, 4 and has holes all the same: all its rates are even, so all its taps are.
# And the largest rate does not decide. 5 is larger than 4, yet [1, 2, 5] reads everything and
# [4, 4, 4] only one pixel in thirteen.

# %% Your turn: the largest third rate [markdown]
# ## Your turn: the largest third rate
#
# After rates 1 and 2, how large may the third rate be before there is a hole? Use the argument of
# the worked example, put your number in place of the 4, and run the cell. Then try one more.

# %% Try a third rate
third = 4

rates = [1, 2, third]
size = ck.receptive_field(line(rates)).size[0]
print(f"{rates}: sees {size} samples, reads {ck.coverage(line(rates)):.1%}")

# %% All third rates at once
for third in range(1, 10):
    print(f"[1, 2, {third}]: {ck.coverage(line([1, 2, third])):.1%}")

# %% Up to seven [markdown]
# Up to 7, which is what the layers below see; at 8 the first hole opens.
#
# ## The claim, tested
#
# Dilated convolutions are said to suffer from gridding when their rates are large: checkerboards
# and blind spots. Both exist, you have seen them, and they are not small. But the condition is
# another one. Rate 2 is not large, and [2, 2, 2] has blind spots; [1, 2, 5] has larger rates and
# none. **The claim holds if** the rates of a stack share a factor, or a rate exceeds what the
# layers below it see.
#
# One caution. Full coverage says that each pixel is read, not that it is read evenly: some pixels
# of [1, 2, 3] are reached by one path, others by many.

# %% Key points [markdown]
# ## Key points
#
# - A receptive field's size says how far a stack sees. Its footprint says what it reads.
# - With rate `d` in every layer an image falls into `d * d` lattices that never meet, whatever the
#   weights.
# - In two dimensions coverage is the product of the coverages along both axes.
# - Holes come from rates that share a factor, or from a rate larger than what the layers below
#   see. They do not come from large rates as such.
#
# Now do the exercise: open `exercises/06_gridding.ipynb`. You will write the functions behind
# `footprint` and `coverage`, and the one that takes a picture apart.

# %% Sources [markdown]
# ## Sources
#
# - F. Yu, V. Koltun, T. Funkhouser (2017), *Dilated Residual Networks*,
#   [arXiv:1705.09914](https://arxiv.org/abs/1705.09914): names the artifacts and removes them from
#   a segmentation net.
# - P. Wang et al. (2018), *Understanding Convolution for Semantic Segmentation*,
#   [arXiv:1702.08502](https://arxiv.org/abs/1702.08502): rates chosen so that no hole remains,
#   [1, 2, 5] and [1, 2, 9] among its examples.
# - Z. Wang, S. Ji (2018), *Smoothed Dilated Convolutions for Improved Dense Prediction*,
#   [arXiv:1808.08931](https://arxiv.org/abs/1808.08931): the lattices, and a repair that joins
#   them.
# - Photographs: Lav Varshney (camera) and Stéfan van der Walt (chelsea), both CC0.

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# ```python
# import torch
# import torch.nn.functional as F
#
# blur = torch.tensor([1.0, 2.0, 1.0])
# blur = (blur[:, None] * blur / 16)[None, None]   # shape (1, 1, 3, 3)
#
# x = torch.as_tensor(photo, dtype=torch.float32)[None, None]
# for rate in (2, 2, 2):
#     x = F.conv2d(x, blur, dilation=rate, padding="same")
# ```
