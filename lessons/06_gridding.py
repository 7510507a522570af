# %% This net sees 13 pixels across. Which ones? [markdown]
# # 06 Gridding: this net sees 13 pixels across. Which ones?
#
# Here is a small net: three layers of 3 x 3 weights, each with dilation 2. One of its outputs
# sees a square of 13 x 13 pixels. But there are pixels in that square that you may change in any
# way you like, and the output does not move. Which pixels are they, how many, and does it
# matter? You will count them, watch them split a photograph in two, and choose rates without
# them.
#
# After this lesson you can
#
# - say which pixels of its receptive field a stack of layers reads, from its taps and rates;
# - explain how a net comes to treat one image as several pictures that never meet;
# - measure the damage on a photograph, and choose rates that avoid it.
#
# **About 40 minutes.** You need NumPy and lessons 02 and 03; what you need of them comes again
# below. Where you are asked to predict, write your prediction down before you run the next cell: a
# surprise is remembered, an answer you were told is not.

# %% Recall: how far does it see? [markdown]
# ## Recall: how far does it see?
#
# A kernel has **taps**, the places where it reads its input. **Dilation** moves them apart: with
# dilation `d`, also called the **rate**, neighbouring taps stand `d` samples from each other. So
# 3 taps at rate `d` span `2 d + 1` samples. Layers one on top of the other are a **stack**. The
# **receptive field** of one of its outputs is the stretch of input, from the first sample to the
# last, that can reach it; each layer of 3 taps adds `2 d` to it.
#
# We begin with one row of pixels. Before you run the cell: where does the 13 in the title come
# from?
#
# In the code, a `Window` holds where the taps of one layer are, and a list of them is a stack.

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
# Follow the lines down from the one output on top. In each layer you step two samples to the left,
# two to the right, or not at all. However you combine the steps, you have moved by an even number.
# The samples between are never reached, by any weights, after any training. Samples inside the
# receptive field that nothing reaches are **holes**.
#
# The picture shows which samples are read. It is worth counting, too, in how many ways: each
# choice of one tap a layer is a **path**, and the numbers of paths to all samples are the stack's
# **footprint**.

# %% Paths to each sample
paths = ck.footprint(line([2, 2, 2]))
print("paths to each sample:", paths)
print(f"{np.count_nonzero(paths)} of {paths.size} samples are read")
assert not paths[1::2].any() and paths[::2].all()

# %% Predict: and in a square? [markdown]
# 7 of 13 are read, a little more than half. This share is called the stack's **coverage**.
#
# **Predict.** The same three layers with 3 x 3 taps see 13 x 13 pixels. What is their coverage:
# more than half, about half, or less?

# %% The footprint in two dimensions tags=["nbval-ignore-output"]
def square(rates):
    return [ck.Window((3, 3), dilation=rate) for rate in rates]


ck.figures.draw_footprint(square([2, 2, 2]))

# %% Coverage in two dimensions
print(f"coverage of [2, 2, 2]: {ck.coverage(square([2, 2, 2])):.3f}")

# %% Holes multiply [markdown]
# Much less: a pixel is read only if its row **and** its column are, so the coverages multiply, 7/13
# times 7/13. Of 169 pixels 49 are read, and 120 are not. In a row nearly half of the input is
# lost, in a square nearly three quarters. (That the most paths to one pixel are 49 as well is a
# coincidence: 7 times 7, the largest number in the row.)
#
# So far this is arithmetic. A photograph will tell whether it matters.

# %% A photograph and a net
photo = ck.data.load_photograph("camera").astype(np.float64)
blur = np.outer([1, 2, 1], [1, 2, 1]).reshape(1, 1, 3, 3) / 16


def net(image, rates):
    x = image[None, None]  # one image with one channel
    for rate in rates:
        x = ck.conv(x, blur, dilation=rate, padding="same")  # zeros around: the size stays
    return x[0, 0]


print("photograph", photo.shape, "-> output", net(photo, [2, 2, 2]).shape)

# %% Predict: scramble what is not read [markdown]
# The net blurs: each layer takes a weighted mean of 9 pixels.
#
# Take one output, at row 120 and column 140. Its receptive field reaches 6 pixels to each side.
# Replace the 120 pixels of it that are not read with random noise.
#
# **Predict.** By how much does this output change?

# %% Scramble the holes
row, column = 120, 140
field = slice(row - 6, row + 7), slice(column - 6, column + 7)
holes = ck.footprint(square([2, 2, 2])) == 0

scrambled = photo.copy()
scrambled[field][holes] = np.random.default_rng(0).random(holes.sum())

change = net(scrambled, [2, 2, 2])[row, column] - net(photo, [2, 2, 2])[row, column]
print(f"{holes.sum()} pixels replaced by noise; the output changed by {change}")
assert change == 0

# %% Zero means zero [markdown]
# Not a little: by nothing, to the last bit, and no other weights would change that. These pixels
# are no input of this output, though they lie in the middle of its receptive field. A receptive
# field says how far a net looks, not what it looks at.
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
    alt="Two pictures: a cat's face, and a man with a camera, "
    f"{np.mean(mixed != photo):.0%} of whose pixels are the cat's: he seems behind a fine mesh.",
)

# %% Predict: what comes out? [markdown]
# **Predict.** Send the mixed picture through the net with rates 2, 2, 2, then look at the two
# sets of output pixels apart: those in even rows and columns, and those in odd rows and columns.
# What does each show: a blend of man and cat, or something else? (Both will have a dark frame;
# that is the border, where the zeros around the picture come in.)

# %% Take the output apart tags=["nbval-ignore-output"]
out = net(mixed, [2, 2, 2])
even, odd = out[0::2, 0::2], out[1::2, 1::2]
ck.figures.compare(
    [even, odd],
    ["even rows, even columns", "odd rows, odd columns"],
    alt="Two blurred pictures from one output of the net with rates 2, 2, 2: its even pixels show "
    "the man and no cat, its odd pixels the cat and no man. They differ by "
    f"{np.abs(even - odd).mean():.2f} in brightness on average.",
)

# %% Are they touched at all?
man, other = net(photo, [2, 2, 2]), net(cat, [2, 2, 2])
print("even pixels equal the man's alone:", np.array_equal(even, man[0::2, 0::2]))
print("odd pixels equal the cat's alone: ", np.array_equal(odd, other[1::2, 1::2]))
assert np.array_equal(even, man[0::2, 0::2]) and np.array_equal(odd, other[1::2, 1::2])

# %% One net, four pictures [markdown]
# Two photographs went in, were blurred three times, and came out without a trace of each other. The
# net has split its input into four **lattices** (even or odd row, even or odd column), and runs on
# each of them as if the other three did not exist. (In lesson 02 they were the phases of one
# layer.) With rate `d` in every layer there are `d * d` lattices. Neighbouring pixels of a
# photograph belong together; the net with rates 2, 2, 2 cannot know that. This is **gridding**, and
# no weights can undo it.
#
# **Predict.** Now the same with rates 1, 2, 3. It sees 13 pixels across as well. What do its even
# and its odd pixels show?

# %% The same with other rates tags=["nbval-ignore-output"]
out_123 = net(mixed, [1, 2, 3])
even, odd = out_123[0::2, 0::2], out_123[1::2, 1::2]
ck.figures.compare(
    [even, odd],
    ["even rows, even columns", "odd rows, odd columns"],
    alt="Two blurred pictures from one output of the net with rates 1, 2, 3: even and odd pixels "
    "look alike, the man with a faint cat blended in. They differ by "
    f"{np.abs(even - odd).mean():.2f} in brightness on average.",
)

# %% Same size, no holes
for rates in ([2, 2, 2], [1, 2, 3]):
    size = ck.receptive_field(square(rates)).size
    print(f"{rates}: sees {size[0]} x {size[1]}, reads {ck.coverage(square(rates)):.0%} of it")

# %% How much of each photograph?
from_cat = np.zeros((256, 256))
from_cat[1::2, 1::2] = 1
inner = slice(16, -16), slice(16, -16)  # away from the border, where zeros come in

for rates in ([2, 2, 2], [1, 2, 3]):
    share = net(from_cat, rates)[inner]
    print(f"{rates}: cat in even pixels {share[0::2, 0::2].mean():.2f}, "
          f"in odd pixels {share[1::2, 1::2].mean():.2f}")

# %% Now they blend [markdown]
# With rates 1, 2, 3 both show the same blend, three parts man and one part cat, which is how many
# pixels of each went in. (The even mixture is this blur's doing; other weights mix in other
# proportions.) Every output reads pixels of all four lattices. Both nets have three layers of nine
# weights, so as many weights and as many multiplications, and both see 13 pixels across. They
# differ in the rates alone.
#
# ## What it looks like when you do not take it apart
#
# Gridding shows as a pattern. Lay a faint checkerboard over the photograph, pixels brighter and
# darker in turn. A net that blurs over 13 pixels ought to wipe it out.
#
# **Predict.** Which share of the checkerboard survives rates 2, 2, 2? And rates 1, 2, 3?

# %% A checkerboard through both nets
checks = 0.1 * (-1.0) ** np.add.outer(np.arange(256), np.arange(256))

shares = []
for rates in ([2, 2, 2], [1, 2, 3]):
    left = net(photo + checks, rates) - net(photo, rates)
    shares.append(np.abs(left[inner]).max() / 0.1)
    print(f"{rates}: {shares[-1]:.2f} of the checkerboard is left")
assert shares[0] > 0.99 and shares[1] < 0.01

# %% What to look for [markdown]
# All of it, against none. Look at the two outputs at the size of their pixels: in the left one,
# find an edge of the photograph, and ask whether the checkerboard minds it.

# %% Look at it tags=["nbval-ignore-output"]
part = slice(60, 140), slice(110, 190)
both = [net(photo + checks, rates)[part] for rates in ([2, 2, 2], [1, 2, 3])]
steps = [np.abs(np.diff(output)).mean() for output in both]
ck.figures.compare(
    both,
    ["rates 2, 2, 2", "rates 1, 2, 3"],
    alt="Two blurred details of the photograph with a checkerboard laid over it: after rates "
    "2, 2, 2 it is there in full, after rates 1, 2, 3 it is gone. Neighbouring pixels differ by "
    f"{steps[0]:.2f} and {steps[1]:.2f} in brightness on average.",
)

# %% Why it survives [markdown]
# The edges are blurred away, the checkerboard runs over them in full strength. On each lattice of
# the first net it is no pattern at all: all pixels lifted, or all lowered, and nothing to average
# away. The net takes the finest pattern an image can hold for the coarsest. The grid in the output
# gave the effect its name.

# %% A worked example: which rates leave holes? [markdown]
# ## A worked example: which rates leave holes?
#
# Take rates 1, 2, 9 with 3 taps, and one row of samples. Rate 1 reads 3 samples in a row. Rate 2
# takes three such runs, each 2 samples after the last; they overlap, and together cover 7 samples
# without a hole. Rate 9 takes three runs of 7, each **9** samples after the last: between two runs
# 2 samples are missing. Count: 3 runs of 7 are 21 samples read, of 25 seen.
#
# The order of the layers plays no part, because a path's place is a sum of its steps. So we may
# sort the rates, and have a rule: begin with one sample; **a hole opens exactly when the next rate
# is larger than the number of samples that the smaller rates see.**
#
# **Predict**, with the rule: which of the stacks in the next cell have holes? Look out for one that
# seems too coarse, and for one that seems fine enough.

# %% Some stacks compared
for rates in ([1, 2, 9], [1, 2, 5], [2, 3, 4], [3, 2, 1], [2, 4, 8], [4, 4, 4]):
    size = ck.receptive_field(line(rates)).size[0]
    print(f"{rates}: sees {size:2} samples, reads {ck.coverage(line(rates)):6.1%} of a row, "
          f"{ck.coverage(square(rates)):6.1%} of a square")
assert ck.coverage(line([1, 2, 5])) == 1 and ck.coverage(square([4, 4, 4])) < 0.1

# %% Read the table [markdown]
# [1, 2, 9] gives what we counted: 21 of 25 are 84 %. [3, 2, 1] begins with its largest rate, and
# reads everything. [2, 3, 4] has no factor that all three share, and yet it has holes: after
# sorting, the first rate must be 1, since one sample is all there is to begin with. And the largest
# rate does not decide: 5 is larger than 4, but [1, 2, 5] reads everything and [4, 4, 4] only one
# pixel of a square in thirteen.
#
# Holes are one thing, lattices that never meet are another. **Predict.** [1, 2, 9] and [2, 4, 8]
# both have holes. Does the checkerboard get through both?

# %% Holes without lattices
shares = []
for rates in ([1, 2, 9], [2, 4, 8]):
    left = net(photo + checks, rates) - net(photo, rates)
    shares.append(np.abs(left[inner]).max() / 0.1)
    print(f"{rates}: {shares[-1]:.2f} of the checkerboard is left")
assert shares[0] < 0.01 and shares[1] > 0.99

# %% Two kinds of damage [markdown]
# Only through [2, 4, 8]. All its rates are even, so even and odd pixels never meet, in any layer.
# [1, 2, 9] misses some samples, but its first layer joins neighbours: nothing is left of the
# checkerboard. So a stack can have holes alone, **blind spots** as they are also called, or holes
# and a **grid**; the grid needs a factor that all rates share.

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
# Up to 7, the number of samples that rates 1 and 2 see; at 8 the first hole opens.
#
# ## The claim, tested
#
# The claim under test is that **large** rates cause gridding: checkerboards and blind spots. Both
# exist; you have seen a full checkerboard get through, and a square of which a thirteenth is read.
# But size is not the condition. Rate 2 is not large, and [2, 2, 2] has both; [1, 2, 5] has larger
# rates and neither. **The claim holds if** it is put this way: blind spots come when a rate exceeds
# what all smaller ones see, a grid when all rates share a factor.
#
# One caution. Full coverage says that each pixel is read, not that all are read evenly: a corner of
# the square that [1, 2, 3] sees is reached by one path, its middle by many.

# %% Key points [markdown]
# ## Key points
#
# - A receptive field's size says how far a stack sees. Its footprint says what it reads.
# - With rate `d` in every layer an image falls into `d * d` lattices that never meet, whatever the
#   weights.
# - In two dimensions coverage is the product of the coverages along both axes.
# - Sort the rates: there is a hole exactly when one of them is larger than what all smaller ones
#   see, beginning with one sample. So one rate must be 1. Large rates as such do no harm.
# - Holes, or blind spots, need no common factor; pictures that never meet do.
#
# Now do the exercise: open `exercises/06_gridding.ipynb`. You will write the functions behind
# `footprint` and `coverage`, the one that takes a picture apart, and the rule for any number of
# taps.

# %% Sources [markdown]
# ## Sources
#
# - P. Wang et al. (2018), *Understanding Convolution for Semantic Segmentation*,
#   [arXiv:1702.08502](https://arxiv.org/abs/1702.08502): describes the gridding issue, and gives a
#   rule for rates without holes, which [1, 2, 5] passes and [1, 2, 9] fails.
# - F. Yu, V. Koltun, T. Funkhouser (2017), *Dilated Residual Networks*,
#   [arXiv:1705.09914](https://arxiv.org/abs/1705.09914): removes gridding artifacts from nets for
#   classification and segmentation.
# - Z. Wang, S. Ji (2018), *Smoothed Dilated Convolutions for Improved Dense Prediction*,
#   [arXiv:1808.08931](https://arxiv.org/abs/1808.08931): the lattices, and two repairs that join
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
