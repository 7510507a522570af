# %% Nine weights find a hair: how do they find an eye? [markdown]
# # 02 Dilation: nine weights find a hair. How do they find an eye?
#
# Here is a cat, and here are nine weights. At every pixel they ask one question: how much brighter
# are the eight pixels around than the one in the middle? Laid on neighbouring pixels they find
# hairs. Move them apart and they find eyes, though not one weight was changed and none was added.
# This is called dilation, and it is said to cost nothing: no parameter, no resolution. You will
# check the bill line by line, and then find out how the trick is done.
#
# After this lesson you can
#
# - say where the taps of a dilated kernel stand, how far they span and how many outputs are left;
# - pad each axis so that the output keeps its input's size, and say what this does to the border;
# - take a dilated convolution apart into ordinary ones, on small pictures.
#
# **About 35 minutes.** You need NumPy and lesson 01. Where you are asked to predict, write your
# prediction down before you run the next cell.

# %% Recall: a kernel on neighbouring pixels [markdown]
# ## Recall: a kernel on neighbouring pixels
#
# A kernel has **taps**, the places where it reads its input, and a weight for each of them. One
# output is the sum of what the taps read, each times its weight; then the kernel moves on by one
# pixel. It has to lie on the picture with all its taps, so without padding 3 x 3 taps turn H x W
# pixels into H - 2 by W - 2 outputs.
#
# Brightness in this lesson is counted in whole numbers, from 0 to 255, and so are the weights.
# Sums of whole numbers are exact, and "equal" will mean equal.

# %% A cat and nine weights
import numpy as np

import coursekit as ck

photo = np.round(255 * ck.data.load_photograph("chelsea"))
weights = np.ones((1, 1, 3, 3), np.float32)  # one channel in, one out
weights[0, 0, 1, 1] = -8
print(weights[0, 0])


def see(image, rate, padding="valid"):  # "valid": no padding
    return ck.conv(image[None, None], weights, dilation=rate, padding=padding)[0, 0]


def shown(answers):  # as a picture: 0 or less is black, 1020 (half the largest possible) is 1
    return answers.clip(0) / 1020

# %% Look for two differences [markdown]
# The next cell takes a part of the photograph and shows two outputs, black where the middle is as
# bright as its surroundings or brighter. One number in one call makes the difference. Before you
# read on, find **two** ways in which the last picture differs from the one beside it.

# %% Hairs and eyes tags=["nbval-ignore-output"]
cat = photo[48:176, 16:128]
near, far = see(cat, 1), see(cat, 8)
ck.figures.compare(
    [cat / 255, shown(near), shown(far)],
    ["the cat", "the nine weights", "the same nine weights"],
    alt=f"Three pictures: a cat's eye of {cat.shape[0]} x {cat.shape[1]} pixels; hairs, faint, in "
    f"{near.shape[0]} x {near.shape[1]}; rim and pupil of the eye, bright, in "
    f"{far.shape[0]} x {far.shape[1]}.",
)

# %% How much does the pupil answer? [markdown]
# The first difference is what they see: hairs here, and there the rim of the eye, the pupil, the
# side of the nose. A number for it: how strongly do the weights answer in the pupil, and how
# strongly in the fur of the cheek?

# %% Pupil and fur
for rate in (1, 8):
    answers = see(photo, rate, "same")  # as many outputs as pixels: how, you will see below
    pupil, fur = answers[84:104, 73:81].mean(), np.abs(answers[120:180, 10:70]).mean()
    print(f"dilation {rate}: {pupil:4.0f} in the pupil, {fur:4.0f} in the fur")

# %% One row through the pupil
middle = 77
for distance in (1, 8):
    read = photo[100, [middle - distance, middle, middle + distance]]
    print(f"{distance} to the left, the middle, {distance} to the right:", read.astype(int))

# %% Taps with a distance [markdown]
# The pupil is wider than three pixels. In its middle the next pixels are as black as the middle
# itself, and there is nothing to find. Eight pixels away the iris begins, and the same weights
# find a dark spot.
#
# So the number that was changed is a distance. **Dilation** `d`, also called the **rate**, puts
# neighbouring taps `d` samples apart. (A **sample** is one number of the input: a pixel, if it is
# a picture.) In the code a `Window` holds where the taps of a kernel stand.
#
# **Predict.** With dilation 2, how many samples are skipped between one tap and the next? And
# which dilation skips none?

# %% Three taps at three rates tags=["nbval-ignore-output"]
ck.figures.draw_kernel([ck.Window(3, dilation=rate) for rate in (1, 2, 3)])

# %% A distance, not a gap [markdown]
# Dilation 2 skips one, and dilation 1 skips none: it is the ordinary convolution. It is tempting
# to take `d` for the number of samples skipped, which is `d - 1`. Then the ordinary kernel would
# have dilation 0, and every size you compute would come out wrong. Ask what 0 would mean for a
# distance: all taps on one and the same sample.

# %% Ask for dilation zero
try:
    ck.Window(3, dilation=0)
except ValueError as error:
    print(error)

# %% Predict: seven samples [markdown]
# ## How many outputs are left?
#
# The second difference in the pictures is their size: the last one is smaller. Count on a small
# input first. Take 7 samples, 3 taps, dilation 2, no padding.
#
# **Predict** the number of outputs. Then watch the kernel move.

# %% Three taps over seven samples tags=["nbval-ignore-output"]
ck.figures.animate(ck.Window(3, dilation=2), shape=7)

# %% Outputs that spell [markdown]
# Three. The first tap can start at sample 0, 1 or 2; from 3 on, the last tap would fall off.
#
# You can read off from the outputs which samples went in: let the samples be digits, and the
# weights 100, 10 and 1. **Predict** the three numbers for the digits 3 1 4 1 5 9 2.

# %% Read the samples from the outputs
digits = np.array([[[3, 1, 4, 1, 5, 9, 2]]], np.float32)
spell = np.array([[[100, 10, 1]]], np.float32)

for rate in (1, 2, 3):
    print(f"dilation {rate}:", ck.conv(digits, spell, dilation=rate)[0, 0].astype(int))

# %% The extent [markdown]
# 345 has read every second digit: 3, 4, 5. At dilation 3 one output is left, and it spans all
# seven samples to read three.
#
# From its first tap to its last, both counted, a kernel of `k` taps spans its **extent**:
# `k - 1` steps of `d` samples, and the sample it starts on,
#
# $$\text{extent} = (k - 1)\,d + 1 .$$
#
# (You will also meet it as "effective kernel size".) On `n` samples it has room for
# `n - extent + 1` places, which is the number of outputs. With 7 samples, 3 taps and dilation 2:
# extent 5, outputs 3.
#
# **Predict** the extent of the eye finder, 3 x 3 taps at dilation 8, and the size of the last
# picture above; the cat has 128 x 112 pixels.

# %% The extent of the eye finder
finder = ck.Window((3, 3), dilation=8)
print("extent:", finder.extent)
print("the cat:", cat.shape, "-> outputs:", finder.out_shape(cat.shape))
assert far.shape == finder.out_shape(cat.shape) == (128 - 16, 112 - 16)

# %% The bill: parameters [markdown]
# ## The bill, line one: parameters and multiplications
#
# The finder spans 17 x 17 pixels, like a kernel of 289 weights. In fact you can write it as one:
# put its nine weights eight apart into a field of zeros.
#
# **Predict.** Do the two give the same output? Which of them multiplies more often, and how many
# times?

# %% A large kernel full of zeros
wide = np.zeros((1, 1, 17, 17), np.float32)
wide[:, :, ::8, ::8] = weights
equal = np.array_equal(ck.conv(cat[None, None], wide)[0, 0], far)
print("equal:", equal)

full = ck.cost([ck.Window((17, 17), padding="same")], (1, 128, 112))
nine = [ck.cost([ck.Window((3, 3), padding="same", dilation=rate)], (1, 128, 112))
        for rate in (1, 2, 8)]
for name, cost in zip(("dilation 1", "dilation 2", "dilation 8", "17 x 17"), [*nine, full]):
    print(f"{name:10}: {cost.parameters:3} parameters, {cost.macs:9,} MACs")
assert equal and all(cost.parameters == 9 for cost in nine)
assert all(cost.macs == 9 * 128 * 112 for cost in nine) and full.macs == 289 * 128 * 112

# %% Nothing on line one [markdown]
# The output is the same, to the last bit. But whoever writes the zeros out stores 289 numbers and
# multiplies 289 times for each output, 280 times by nothing, where nine times would do. (A MAC is
# one multiplication with its addition. Here each output has the size of the cat, by padding, whose
# turn comes below.) A dilated convolution steps over the zeros. They are no parameters: nobody
# stores them, and no training changes them.
#
# Line one of the bill stands at zero: the same nine weights at any dilation. What do they buy?
# "A wider area", you may read. **Predict.** Of the 17 x 17 = 289 pixels that the finder spans, how
# many could you brighten a little and see its output change?

# %% Brighten one pixel at a time
field = photo[80:97, 70:87]  # 17 x 17 pixels: room for one output
changed = 0
for row, column in np.ndindex(field.shape):
    touched = field.copy()
    touched[row, column] += 1
    changed += int(see(touched, 8)[0, 0] != see(field, 8)[0, 0])
print(f"{changed} of {field.size} pixels change the output")
assert see(field, 8).size == 1 and changed == weights.size == 9

# %% Farther, not more [markdown]
# Nine, as ever. A dilated kernel sees **farther**, not **more**: nine pixels from a wider area
# instead of nine from a small one, and no word about the other 280. What becomes of those when
# dilated layers follow each other is a story of its own, in lesson 06.

# %% The bill: resolution [markdown]
# ## The bill, line two: resolution
#
# "Without reducing resolution", it is said. You have seen the last picture come out 16 pixels
# shorter and 16 narrower than the cat. Let three such layers follow each other, and it loses 48.
#
# What brings the pixels back is padding. An output of the input's size needs `extent - 1` zeros
# more, on both ends together, and the extent grows with the dilation. **Predict** which of these
# paddings, zeros on each side, gives back 128 x 112 at dilation 8: 1, 8 or 17?

# %% Paddings on each side
for zeros in (0, 1, 8, 17):
    window = ck.Window((3, 3), padding=zeros, dilation=8)
    print(f"{zeros:2} on each side:", window.out_shape((128, 112)))

# %% A worked example: each axis for itself [markdown]
# Eight: the extent is 17, so 16 zeros, 8 on each side. Padding 1 belongs to 3 x 3 taps at
# dilation 1, and it is easy to leave it there when you turn the dilation up.
#
# ## A worked example: each axis for itself
#
# A kernel need not be square, and each axis can have its own rate. Take 3 rows and 5 columns of
# taps, with dilation 4 down the rows and 1 along the columns, `dilation=(4, 1)`:
#
# | axis | taps | dilation | extent | zeros in all | on each side |
# |---|---|---|---|---|---|
# | rows | 3 | 4 | 2 * 4 + 1 = 9 | 8 | 4 |
# | columns | 5 | 1 | 4 * 1 + 1 = 5 | 4 | 2 |
#
# So `padding=(4, 2)` keeps the size. If the number of zeros in all is odd, one side gets one more;
# `padding="same"` puts it after the last sample, and does this whole table for you.

# %% The worked example checked
worked = ck.Window((3, 5), padding=(4, 2), dilation=(4, 1))
print("by hand:", worked.out_shape((128, 112)))
print('"same": ', ck.Window((3, 5), padding="same", dilation=(4, 1)).out_shape((128, 112)))

# %% Your turn: pad five by two [markdown]
# ## Your turn
#
# Now 5 rows and 2 columns of taps, with dilation 3 down the rows and 8 along the columns. Fill in
# the table in your head, put your paddings in place of the zeros, and run the cell until the size
# stays.

# %% Try a padding
padding = (0, 0)

window = ck.Window((5, 2), padding=padding, dilation=(3, 8))
print("extent", window.extent, "- outputs", window.out_shape((128, 112)), "of (128, 112)")

# %% What the zeros do [markdown]
# Rows: 4 steps of 3, so 6 zeros on each side. Columns: one step of 8, so 4. Did you expect two
# taps to need as many zeros as five at dilation 2? Steps times rate is what counts.
#
# With "same" every dilation gives back as many pixels as it got. But are they worth as much? The
# zeros are black, and nobody photographed them. Look at the upper left corner of the whole
# photograph.

# %% The corner of the picture tags=["nbval-ignore-output"]
corners = [shown(see(photo, rate, "same")[:96, :96]) for rate in (1, 8, 24)]
dark = [np.mean(corner[:24] == 0) for corner in corners]
ck.figures.compare(
    corners,
    ["dilation 1", "dilation 8", "dilation 24"],
    alt="The upper left corner of three outputs at dilations 1, 8 and 24: along the border runs an "
    "almost black frame, as wide as the dilation. Of the upper 24 rows "
    + ", ".join(f"{share:.0%}" for share in dark) + " are black.",
)

# %% Predict: the share of the border [markdown]
# The frame is as wide as the dilation: there some taps stand on padding, find black, and report
# that the middle is the brighter one. It is not the cat that changed.
#
# **Predict.** The photograph has 256 x 256 pixels. At dilation 64, which share of all outputs has
# at least one tap on a zero that nobody photographed?

# %% Taps that stand on zeros
ones = np.ones((1, 1, 256, 256), np.float32)
kernel = np.ones((1, 1, 3, 3), np.float32)

on_zeros = {}
for rate in (1, 8, 64, 128, 256):
    inside = ck.conv(ones, kernel, dilation=rate, padding="same")  # taps inside the picture
    on_zeros[rate] = np.mean(inside < 9)
    print(f"dilation {rate:3}: {on_zeros[rate]:6.1%} have a tap on a zero, "
          f"{np.mean(inside == 1):4.0%} have eight")
assert inside.shape == ones.shape  # the size, at least, is kept
assert on_zeros[8] < 0.15 and on_zeros[64] == 0.75 and on_zeros[128] == 1

# %% Resolution, with a condition [markdown]
# Three quarters. At dilation 128 no output is left with all nine taps on the picture, and at 256
# the nine weights are one weight. The output is still 256 x 256.
#
# So the second line reads: resolution is kept **if** you pad by `extent - 1`, and for small rates
# on large pictures the price is a narrow frame. Inside the frame there is none.
#
# ## How is it done?
#
# Nine weights, nine multiplications, as many outputs as pixels, and yet they find an eye. Nobody
# gave them the eye's size. Where does it come from?
#
# Follow one output at dilation 8. If its middle stands in column 100, its taps stand in columns
# 92, 100 and 108. The next output that shares a column with it stands at 108, and reads 100, 108,
# 116. All these columns leave the remainder 4 when divided by 8. So keep them, and throw
# everything else away: every eighth column and every eighth row.

# %% A small cat tags=["nbval-ignore-output"]
whole = see(photo, 8, "same")
small = photo[4::8, 4::8]
answers = [see(small, 1, "same"), whole[4::8, 4::8]]
alike = np.mean(answers[0] == answers[1])
ck.figures.compare(
    [small / 255, *map(shown, answers)],
    ["every 8th pixel", "ordinary convolution of it", "every 8th output at dilation 8"],
    alt=f"A cat of {small.shape[0]} x {small.shape[1]} pixels, its pupil two pixels wide, and two "
    f"pictures of its dark spots: {alike:.0%} of their pixels are equal.",
)

# %% Predict: all small cats [markdown]
# In the small cat the pupil is two pixels wide, and what surrounds it stands next to it. An
# **ordinary** convolution, dilation 1, finds it there, and its answer looks like the one from the
# large picture. That small cat began at row 4 and column 4; there are 8 * 8 = 64 of them, one for
# each pair of remainders.
#
# **Predict.** In how many of the 64 does the ordinary convolution of the small cat give every
# eighth output of the dilated one: not nearly, but exactly? And what will happen at dilation 12,
# which does not divide 256, so that the small cats are not of one size?

# %% Every small cat
def equal_pictures(rate):
    whole, equal = see(photo, rate, "same"), 0
    for a, b in np.ndindex(rate, rate):
        small = see(photo[a::rate, b::rate], 1, "same")
        equal += int(np.array_equal(small, whole[a::rate, b::rate]))
    return equal


found = {rate: equal_pictures(rate) for rate in (2, 8, 12)}
for rate, equal in found.items():
    print(f"dilation {rate}: {equal} of {rate * rate} equal")
assert all(equal == rate * rate for rate, equal in found.items())

# %% The kernel did not grow [markdown]
# All of them, border included. **A convolution with dilation `d` is `d * d` ordinary
# convolutions, each on its own small picture, and their outputs put back in place.** The small
# pictures are called **phases**; together they hold every pixel once.
#
# So the kernel did not grow. The cat shrank, and the nine weights look at it as they always did.
# They cost nothing more because they do nothing more. And no resolution is lost because no phase
# is thrown away: keep only one of the 64, and you have a small output and what is called a stride
# (lesson 04).
#
# It also shows what the bill does not list: no output ever reads two phases, though neighbouring
# pixels always belong to different ones.
#
# ## Back to seven samples
#
# **Predict**, for the last time: seven samples, dilation 2. Which two phases are there, and how
# many outputs does an ordinary kernel of 3 taps give on each?

# %% Two phases of seven samples
for phase in (0, 1):
    part = digits[:, :, phase::2]
    print("samples", part[0, 0].astype(int), "-> outputs", ck.conv(part, spell)[0, 0].astype(int))

# %% Three again [markdown]
# 345 and 452 from the phase of four samples, 119 from the phase of three. Put them back in place,
# one from the first, one from the second, and so on: 345, 119, 452, the three outputs you began
# with.
#
# ## The claims, tested
#
# The course takes a text on dilated convolutions and tests what it claims, one sentence after the
# other. These are its first three.
#
# - *Dilation adds no parameters and reuses the same weights.* **Holds.** Nine at every rate, and
#   the multiplications for an output stay nine as well.
# - *It increases context at no parameter cost.* **Holds if** context means how far, not how much:
#   nine pixels out of 289.
# - *It preserves resolution.* **Holds if** each axis is padded by `(k - 1) d` zeros, and then the
#   outputs of a frame are computed from zeros. Without padding `(k - 1) d` samples are lost on
#   each axis.
#
# The next cell puts them to the test once more, for kernels that are not square, rates that
# differ and sizes that are odd.

# %% The claims on drawn shapes
rng = np.random.default_rng(2)
same, kept, lost = 0, 0, 0
for _ in range(200):
    size, taps, rates = (tuple(rng.integers(low, high, 2).tolist())
                         for low, high in ((40, 60), (2, 6), (1, 8)))
    image, w = np.ones((1, 1, *size), np.float32), np.ones((1, 1, *taps), np.float32)
    window = ck.Window(taps, dilation=rates)
    same += ck.cost([window], (1, *size)).parameters == taps[0] * taps[1]
    kept += ck.conv(image, w, dilation=rates, padding="same").shape[2:] == size
    less = tuple(n - (k - 1) * rate for n, k, rate in zip(size, taps, rates))
    lost += ck.conv(image, w, dilation=rates).shape[2:] == less
print(f"parameters unchanged: {same} of 200; size kept with padding: {kept}, lost without: {lost}")
assert same == kept == lost == 200

# %% Key points [markdown]
# ## Key points
#
# - Dilation `d` is the distance from tap to tap. It skips `d - 1` samples, and 1 is the ordinary
#   convolution.
# - `k` taps span `(k - 1) d + 1` samples, on each axis for itself. Without padding, `n` samples
#   leave `n - (k - 1) d` outputs.
# - To keep the size, pad by `(k - 1) d` zeros in all, half of them on each side. The price is a
#   frame, as wide as that half, of outputs that read zeros.
# - Weights and multiplications stay the same: the kernel sees farther, not more.
# - A dilated convolution is `d * d` ordinary ones on interleaved small pictures, exactly.
#
# Now do the exercise: open `exercises/02_dilation.ipynb`. You will spread a kernel, pad for any
# stride, find a mistake that has been published, and compute a dilated convolution without
# dilating anything.

# %% Sources [markdown]
# ## Sources
#
# - V. Dumoulin, F. Visin (2016), *A guide to convolution arithmetic for deep learning*,
#   [arXiv:1603.07285](https://arxiv.org/abs/1603.07285): the example of 7 samples, 3 taps and
#   dilation 2 (in two dimensions), and the sizes of outputs.
# - F. Yu, V. Koltun (2016), *Multi-Scale Context Aggregation by Dilated Convolutions*,
#   [arXiv:1511.07122](https://arxiv.org/abs/1511.07122): made dilated layers known for
#   segmentation.
# - L.-C. Chen et al. (2017), *DeepLab*, [arXiv:1606.00915](https://arxiv.org/abs/1606.00915): two
#   ways to compute it, zeros in the kernel or small pictures interleaved. The name "atrous" is
#   from the French *à trous*, with holes.
# - TensorFlow offers the second way for any sliding operation, as
#   [`with_space_to_batch`](https://www.tensorflow.org/api_docs/python/tf/nn/with_space_to_batch).
# - The photograph "chelsea" is by Stéfan van der Walt, CC0.

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# `pixel_unshuffle` makes the 64 small cats: they come as channels, and we turn them into a batch
# of 64 pictures.
#
# ```python
# import torch
# import torch.nn.functional as F
#
# x, w = torch.as_tensor(photo)[None, None], torch.as_tensor(weights)
# whole = F.conv2d(x, w, dilation=8, padding="same")
#
# small = F.pixel_unshuffle(x, 8).transpose(0, 1)     # shape (64, 1, 32, 32)
# answers = F.conv2d(small, w, padding="same")
# print(torch.equal(F.pixel_shuffle(answers.transpose(0, 1), 8), whole))      # True
# ```
