# %% Nine numbers find the long joints of this wall. How? [markdown]
# # 01 Convolution: nine numbers find the long joints of this wall. How?
#
# Run the next cell. On the left you see a wall; on the right, what nine numbers made of it. Every
# long joint between the bricks has become a bright line, from top to bottom. The short joints,
# which run across, are gone. Nobody told the computer what a joint is. It was told
#
# ```
# -1   2  -1
# -1   2  -1
# -1   2  -1
# ```
#
# and did the same sum with them at every place of the picture. You will do one such sum by hand,
# write the program that does them all, and then ask what is asked too rarely: how would you notice
# if the program were wrong? A well-known worked example lets two wrong programs through.
#
# After this lesson you can
#
# - work out any output of a convolution by hand, and say how many outputs there are;
# - read an array of weights: kernels, channels, bias, and what they cost;
# - choose a test that notices when a kernel is upside down, turned or transposed.
#
# **About 45 minutes.** You need NumPy, and to know that a grey image is an array of brightness, H
# rows by W columns. Where you are asked to predict, write your prediction down before you run the
# next cell: a surprise is remembered, an answer you were told is not.

# %% A wall and what nine numbers made of it tags=["nbval-ignore-output"]
import time

import numpy as np

import coursekit as ck

wall = ck.data.load_photograph("brick")[64:176, 40:200].astype(np.float64)
nine = np.array([[-1.0, 2, -1], [-1, 2, -1], [-1, 2, -1]])
long_joints = ck.conv(wall[None, None], nine[None, None])[0, 0]  # we come to this line later

ck.figures.compare(
    [wall, long_joints],
    ["the wall", "after nine numbers"],
    vmin=0, vmax=1,  # 0 or less is drawn black, 1 or more white
    alt="A wall of bricks with bright joints; and black with thin bright lines from top to bottom "
    f"where the long joints are: {np.mean(long_joints > 0.5):.0%} of the pixels are above 0.5.",
)

# %% One sum by hand [markdown]
# ## One sum by hand
#
# Leave the wall for ten minutes and take numbers you can multiply in your head. They are from *A
# guide to convolution arithmetic* by Dumoulin and Visin, whose first figure many people have met:
#
# ```
# image (5 x 5)        kernel (3 x 3)
# 3  3  2  1  0
# 0  0  1  3  1        0  1  2
# 3  1  2  2  3        2  2  0
# 2  0  0  2  2        0  1  2
# 2  0  0  0  1
# ```
#
# The small array is the **kernel**; its entries are **weights**. Lay it on the top left corner of
# the image, so that it covers a **window** of 3 x 3 pixels. Multiply each weight by the pixel under
# it, and add up the nine products. That is one output.
#
# **Predict.** Which number comes out? It takes less than a minute on paper.

# %% The first output
image = np.array([[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2],
                  [2, 0, 0, 0, 1]])
kernel = np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]])

products = image[0:3, 0:3] * kernel
print(products)
print("their sum:", products.sum())

# %% Slide the kernel [markdown]
# Twelve: 3 and 4 from the first row, nothing from the second, where both weights of 2 meet a 0,
# and 1 and 4 from the third. Multiplying two numbers and adding the product to a sum is a
# **multiply-accumulate**, MAC for short. This output took nine.
#
# For the next output, move the kernel one pixel to the right; at the end of the row, go back to the
# left and one pixel down. The step of one pixel is the **stride**; it stays 1 until lesson 03. The
# kernel never hangs over the edge.
#
# **Predict.** How many outputs are there? Count them in your mind, then watch. (The places where a
# kernel reads are its **taps**, here drawn filled. "Rate 1" says that they stand side by side; the
# next lesson moves them apart.)

# %% Nine windows tags=["nbval-ignore-output"]
ck.figures.animate(ck.Window((3, 3)), shape=(5, 5))

# %% Your first convolution [markdown]
# The kernel fits in three places across and three down: 3 x 3 outputs from a 5 x 5 image. In
# general **a side of H pixels and R taps gives H - R + 1 outputs**. As a formula, with `x` the
# image and `w` the kernel, the output in row `i` and column `j` is
#
# `out[i, j] = sum of w[r, s] * x[i + r, j + s]` over all taps, `r` counting rows and `s` columns.
#
# This is a **convolution**, and its output is a **feature map**: a picture of where in the image
# the kernel found what it looks for. The program is the formula with two loops around it.

# %% The formula as a program
def slide(x, w):
    (H, W), (R, S) = x.shape, w.shape
    out = np.zeros((H - R + 1, W - S + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = (w * x[i : i + R, j : j + S]).sum()
    return out


print(slide(image, kernel))
assert np.array_equal(slide(image, kernel), [[12, 12, 17], [10, 17, 19], [9, 6, 14]])

# %% Three windows of the wall [markdown]
# These are the nine numbers that the guide prints, so the program is right. (Is it? We come back to
# that.)
#
# ## What the nine numbers look for
#
# Now we can read `-1 2 -1`. Below are three windows of the wall: one inside a brick, one on a long
# joint, one on a short joint.
#
# **Predict.** What does each give, roughly: much more than 0, much less, or about 0?

# %% Three sums
for name, (i, j) in {"brick": (40, 76), "long joint": (74, 50), "short joint": (25, 24)}.items():
    window = wall[i : i + 3, j : j + 3]
    total = (nine * window).sum()
    print(f"{name}:\n{window.round(2)}\ngives {round(total, 1) + 0}")

# %% A kernel is a question [markdown]
# In a brick all pixels are nearly alike, and the nine weights add up to 0, so nothing is left. On a
# long joint the middle column is the brightest: its pixels count twice, their darker neighbours
# are taken away once. On a short joint all three columns are alike, and again nothing is left,
# although the window is full of contrast. So this kernel asks one question at every place: *is the
# middle column brighter than the columns beside it?*
#
# **Predict.** Transpose the kernel, so that rows become columns. Which joints does it find?

# %% The kernel transposed tags=["nbval-ignore-output"]
short_joints = slide(wall, nine.T)
bright = long_joints > 0.5, short_joints > 0.5
ck.figures.compare(
    [long_joints, short_joints],
    ["the nine numbers", "the nine numbers, transposed"],
    vmin=0, vmax=1,
    alt="Two black pictures: thin bright lines from top to bottom on the long joints, and bright "
    f"dashes from left to right on the short ones. {bright[0].mean():.1%} of the one is above 0.5, "
    f"{bright[1].mean():.1%} of the other, and {np.sum(bright[0] & bright[1])} pixels of both.",
)

# %% From kernels to a layer [markdown]
# The long ones and the short ones, each kernel blind to what the other sees. To find all joints we
# need both, and something that puts their answers together.
#
# ## Two kernels, two channels
#
# A **layer** is several kernels that look at the same input, each giving one feature map. The maps
# are laid on top of each other as **channels** of one array, as red, green and blue are the three
# channels of a colour image. From here on `ck.conv` does the work that `slide` does. It wants
#
# - an input of shape `(N, C, H, W)`: N images, each of C channels;
# - weights of shape `(K, C, R, S)`: K kernels, each of C **slices** of R x S weights.
#
# Our wall is one image of one channel, so `wall[None, None]` puts two axes of length 1 in front.

# %% A layer of two kernels
x = wall[None, None]
w1 = np.stack([nine, nine.T])[:, None]
maps = ck.conv(x, w1)
print("input", x.shape, " weights", w1.shape, " output", maps.shape)

assert np.allclose(maps[0, 0], slide(wall, nine)) and np.allclose(maps[0, 1], slide(wall, nine.T))

# %% A second layer [markdown]
# Two kernels, so two channels come out, and both agree with `slide`.
#
# A second layer reads both. Its kernel has two slices, one for each channel, and each output is the
# sum over **all** of them, 2 x 3 x 3 products. Ours says what a joint is: the long ones go on above
# and below, the short ones left and right. To the sum comes one more number, the **bias**: added to
# every output of a kernel, whatever the image shows. Ours is negative; look for what it does to
# the rough surface of the bricks.
#
# **Predict.** What is the shape of the output?

# %% All joints tags=["nbval-ignore-output"]
line = np.array([[0, 1, 0], [0, 1, 0], [0, 1, 0]]) / 3
w2 = np.stack([line, line.T])[None]
plan = ck.conv(maps, w2, np.array([-0.2]))

ck.figures.compare(
    [wall, plan[0, 0]],
    ["the wall", "after two layers"],
    vmin=0, vmax=1,
    alt="Two pictures: the wall, and a drawing of its joints, long and short, as bright lines on "
    f"black; {np.mean(plan <= 0):.0%} of it is 0 or less.",
)

# %% What came out
print("weights", w2.shape, " output", plan.shape)

bare = ck.conv(maps, w2)
assert np.allclose(plan, bare - 0.2)
print(f"0 or less, so drawn black: {np.mean(bare <= 0):.0%} without the bias, "
      f"{np.mean(plan <= 0):.0%} with it")
print("numbers that we chose:", w1.size + w2.size + 1)

# %% Why learn them at all [markdown]
# One kernel, so one channel; and two layers have drawn the plan of a wall. The bias wipes out the
# faint specks on the bricks, and thins some joints too: you see its price as well.
#
# We chose these 37 numbers (18 and 18 weights, one bias) by thinking about walls. A **network**
# finds such numbers by itself, from examples, and for questions that nobody can put into words.
# Numbers found that way are its **parameters**. What it does with them afterwards is what you see
# here.
#
# ## The edge
#
# 112 rows went in, 110 came out of the first layer, 108 of the second. Ten such layers would take
# 20 rows. To keep the size, surround the image with **padding**: rows and columns of zeros, here
# one on each side. Black, so to speak.

# %% A kernel at the edge tags=["nbval-ignore-output"]
ck.figures.draw_kernel(ck.Window((3, 3), padding=1), shape=(5, 7), output=(2, 0))

# %% Predict: what does the edge look like? [markdown]
# The kernel now may stand half outside, and each row and each column has as many outputs as pixels.
#
# **Predict.** Send the padded wall through the nine numbers that find long joints. Along most of
# the left edge lie bricks and no joint. What comes out along the left edge, the right, the top and
# the bottom: nothing, or a joint?

# %% A joint that is not there
padded = ck.conv(x, nine[None, None], padding=1)[0, 0]
print("output", padded.shape)

edges = {"left": padded[:, 0], "right": padded[:, -1], "top": padded[0], "bottom": padded[-1]}
for name, edge in edges.items():
    print(f"mean along the {name}: {edge.mean():.1f}")
assert min(padded[:, 0].mean(), padded[:, -1].mean()) > long_joints.max()

# %% Zeros are pixels too [markdown]
# Left and right the kernel reports a joint from end to end, and on average a stronger one than any
# in the wall. There the column outside is black and the wall is brighter, and that is what it asks
# for. At the top and the bottom it compares columns that all end alike, and reports nothing.
# Padding keeps the size, at a price: at the edge a network looks at something that was never
# photographed. Keep that in mind until lesson 08, where it happens far from the edge.
#
# The rule for the size becomes: with p zeros on either side, **H + 2 p - R + 1** outputs.

# %% What does a layer cost? [markdown]
# ## A worked example: what does a layer cost?
#
# Take the second layer. *Parameters:* 1 kernel of 2 slices of 3 x 3 weights, which is 18, and one
# bias for each kernel: 19. *MACs:* each output takes one for each weight of its kernel, 18, and
# there are 108 x 156 = 16,848 outputs: 303,264. (The bias is an addition, and not counted.)
#
# Parameters are what you store, **K (C R S + 1)**. MACs are what you do, **K C R S times the
# outputs of one map**.
#
# **Your turn.** A network for colour photographs may begin with 16 kernels of 5 x 5 on 3 channels.
# Work out parameters and MACs for an image of 112 x 160 without padding. Then put the layer's
# numbers in place of those of ours, and run the cell.

# %% Your turn: count
channels, height, width = 2, 110, 158
kernels, rows, columns = 1, 3, 3

layer = ck.nn.Conv(kernels, (rows, columns))
cost = ck.cost([layer], (channels, height, width))
print(f"{cost.parameters:,} parameters, {cost.macs:,} MACs")

# %% A colour layer, counted
colour = ck.cost([ck.nn.Conv(16, (5, 5))], (3, 112, 160))
print(f"16 (3 x 5 x 5 + 1) = {colour.parameters:,} parameters")
print(f"16 x 3 x 5 x 5 x 108 x 156 = {colour.macs:,} MACs")
assert colour.parameters == 16 * 76 and colour.macs == 16 * 75 * 108 * 156

# %% Is the program right? [markdown]
# ## Is the program right?
#
# A layer of 1,216 numbers, and twenty million MACs. You will not check those by hand. You wrote a
# program, and it gave the nine numbers of a published example. Below are four programs with one
# mistake each, all of them mistakes people make:
#
# - **upside down:** the last row of the kernel is used first;
# - **half turn:** the last row first, and the last column first;
# - **transposed:** rows and columns of the kernel are exchanged;
# - **square:** the number of rows is taken for the number of columns as well.
#
# **Predict.** Which of them get the guide's example right all the same? Look at its kernel above.
# And which would pass if we tested with our nine numbers?

# %% Four mistakes
def square(x, w):
    size = len(w)  # the number of rows
    out = np.zeros((x.shape[0] - size + 1, x.shape[1] - size + 1))
    for r in range(size):
        for s in range(size):
            out += w[r, s] * x[r : r + out.shape[0], s : s + out.shape[1]]
    return out


mistakes = {
    "upside down": lambda x, w: slide(x, w[::-1]),
    "half turn": lambda x, w: slide(x, w[::-1, ::-1]),
    "transposed": lambda x, w: slide(x, w.T),
    "square": square,
}

# %% Which tests notice?
tests = {
    "a blur, 3 x 3": np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]),
    "our nine numbers": nine,
    "the guide's kernel": np.array([[0, 1, 2], [2, 2, 0], [0, 1, 2]]),
    "1 to 9, in 3 x 3": np.arange(1, 10).reshape(3, 3),
    "1 to 6, in 2 x 3": np.arange(1, 7).reshape(2, 3),
}
print(f"{'':20}", *(f"{name:12}" for name in mistakes))
caught = {}
for test, w in tests.items():
    caught[test] = [not np.array_equal(wrong(image, w), slide(image, w))
                    for wrong in mistakes.values()]
    print(f"{test:20}", *(f"{'caught' if found else '-':12}" for found in caught[test]))
assert not any(caught["a blur, 3 x 3"]) and all(caught["1 to 6, in 2 x 3"])

# %% A test sees what is lopsided [markdown]
# The blur catches nothing: four wrong programs pass. Our nine numbers catch one. The guide's
# example is there to explain, and does it well; as a test it misses two, because the first row of
# its kernel equals the last, and because the kernel is as wide as it is high. A mistake shows only
# where the things that it exchanges differ. So test with **weights that are all different, and
# unequal numbers of rows and columns**. The last row of the table catches all four, with six
# numbers.
#
# And the image? Ours was 5 x 5, so a fifth program, which mixes up H and W, would have passed them
# all. In the exercise you will meet a mistake of this kind that was published.
#
# **Your turn.** In the cell above, change one number of the guide's kernel so that only "square"
# gets past it, and run the cell again. Which of the nine may you choose?

# %% Predict: a single one [markdown]
# Any of the first row or the last will do: the two rows then differ.
#
# ## What is in a name
#
# The smallest test of all is one pixel. Take a row of zeros with a single 1 in it, and the kernel
# 1, 2, 3 (all different, as we said). A row has one axis less than a picture, so `ck.conv` wants
# shapes with one axis less: (N, C, W) and (K, C, S).
#
# **Predict.** What comes out around the place of the 1?

# %% One pixel
pixel = np.array([0, 0, 1, 0, 0])
ours = ck.conv(pixel[None, None] * 1.0, np.array([[[1.0, 2, 3]]]))[0, 0]

print("ck.conv      ", ours.astype(int))
print("np.correlate ", np.correlate(pixel, [1, 2, 3], "valid"))
print("np.convolve  ", np.convolve(pixel, [1, 2, 3], "valid"))
assert ours.tolist() == [3, 2, 1]

# %% The flip [markdown]
# Backwards: 3, 2, 1. The first window, at the left, meets the 1 with its **last** tap. NumPy has a
# function for either. In mathematics and signal processing the kernel is turned round first, so
# that a single 1 gives the kernel itself, and that is called **convolution**. Without the turn it
# is **cross-correlation**.
#
# Networks do without: they learn the kernel, and would learn it turned round as well. So PyTorch
# and its kin compute cross-correlation and call it convolution, and so do we from here on. The
# difference matters when weights move from one program to another. It is the "half turn" of the
# table, which a blur does not notice.

# %% Predict: how much of the matrix is empty? [markdown]
# ## The same thing as a matrix
#
# Twice the image gives twice the output, and two images added give their outputs added (without a
# bias). What behaves so is a multiplication by a matrix. Write a 4 x 4 image as one column of 16
# numbers, row after row; a 3 x 3 kernel makes 4 outputs of it, so the matrix has 4 rows and 16
# columns. (The guide writes it out as well.)
#
# **Predict.** How many of its 64 entries are not 0, if no weight is? And how many different
# numbers are among those?

# %% The matrix
w = np.arange(1.0, 10).reshape(1, 1, 3, 3)
matrix = ck.operator_matrix(lambda x: ck.conv(x, w), (1, 4, 4))
print(matrix.astype(int))

small = wall[:4, :4]
assert np.allclose(matrix @ small.ravel(), slide(small, w[0, 0]).ravel())
print(np.count_nonzero(matrix), "entries are not 0, but only",
      len(np.unique(matrix[matrix != 0])), "different ones")

# %% Read its rows [markdown]
# Each row is one window: the kernel, cut into its three rows, with a gap of 4 - 3 = 1 between them,
# the rest of the image's row. The next output has the same numbers one place further. From the
# second row of the matrix to the third it is three places, because the window goes back to the left
# and one pixel down. In the next picture, of an 8 x 8 image, look for both: the slanting bands and
# their breaks.

# %% A larger one tags=["nbval-ignore-output"]
larger = ck.operator_matrix(lambda x: ck.conv(x, w), (1, 8, 8))
ck.figures.compare(
    [larger],
    [f"{larger.shape[0]} outputs x {larger.shape[1]} pixels, kernel 3 x 3"],
    alt=f"A matrix of {larger.shape[0]} rows and {larger.shape[1]} columns as a picture: black but "
    f"for slanting bands, each three pixels wide; {np.mean(larger == 0):.0%} of it is 0.",
)

# %% And for the wall
outputs = int(np.prod(ck.Window((3, 3)).out_shape(wall.shape)))
print(f"{outputs:,} x {wall.size:,} entries: more than {outputs * wall.size // 10**6:,} million")
print(f"in each row of {wall.size:,} entries, {nine.size} are not 0")
print("numbers to store:", nine.size)

# %% Few and shared [markdown]
# A layer that joins every pixel to every output, a **fully connected** one, has a weight for each
# entry of such a matrix. A convolution sets nearly all entries to 0, since only near pixels count,
# and lets all rows share the same few weights. That is the bet behind it: **what matters is near,
# and a joint is a joint wherever in the picture it is.** Lesson 02 keeps the nine weights, and
# takes another look at "near".
#
# ## The same sums, faster
#
# Nobody stores the matrix. But `slide` is no way to do it either: it visits 17,380 windows one by
# one. Exchange the loops. Instead of all nine taps for one output, take one tap for **all**
# outputs: the pixels that it meets are the wall itself, shifted by `r` rows and `s` columns. So a
# convolution is a weighted sum of nine shifted pictures. (Keep that thought for the next lesson.)

# %% Nine shifted pictures
def shifted(x, w):
    (H, W), (R, S) = x.shape, w.shape
    rows, columns = H - R + 1, W - S + 1
    return sum(w[r, s] * x[r : r + rows, s : s + columns] for r in range(R) for s in range(S))


assert np.array_equal(shifted(image, kernel), slide(image, kernel))
assert np.allclose(shifted(wall, nine), slide(wall, nine))
print("equal")

# %% Predict: how much faster? [markdown]
# Three programs: `slide`, `shifted`, and `ck.conv`, which is compiled. On the wall all three do the
# same MACs, 9 for each of 17,380 outputs.
#
# **Predict.** How many times as fast as `slide` are the other two: hardly faster, twice, ten times,
# a hundred times?
#
# A machine does other things too. So they run in turn, several rounds, and their medians are
# compared. The cell prints a verdict that is the same everywhere; what you measured is in `ratios`.
# Have a look at it.

# %% Who is fastest?
contestants = {
    "slide": lambda: slide(wall, nine),
    "shifted": lambda: shifted(wall, nine),
    "ck.conv": lambda: ck.conv(x, nine[None, None]),
}
times = {name: [] for name in contestants}
for _ in range(7):
    for name, run in contestants.items():
        start = time.perf_counter()
        run()
        times[name].append(time.perf_counter() - start)
ratios = {name: np.median(times["slide"]) / np.median(times[name]) for name in times}
for name in ("shifted", "ck.conv"):
    print(f"{name}: more than 20 times as fast as slide: {ratios[name] > 20}")

# %% Equal work, unequal time [markdown]
# Equal MACs, unequal times. `shifted` does all the arithmetic in less than a twentieth of the time
# that `slide` takes, so `slide` spends nearly all of its time on something else: on the steps of
# Python's loops and the calls to NumPy, some for every nine products, where `shifted` makes a call
# for a whole picture. (With one channel it may even keep up with compiled code: look at your
# ratios.) A count of MACs says what must be computed, not how long it takes. Lesson 05 is
# about that.
#
# `ck.conv` has a plain twin that you can read: below `with ck.use_isa("reference"):` it runs in
# NumPy, tap by tap, the way `shifted` does. Whoever writes fast code keeps such a twin to compare
# it with. On inputs, you know by now, that are lopsided.

# %% The twin agrees
rng = np.random.default_rng(0)
picture = rng.integers(-9, 10, size=(2, 3, 9, 13)).astype(float)
weights = rng.integers(-9, 10, size=(4, 3, 2, 5)).astype(float)

fast = ck.conv(picture, weights)
with ck.use_isa("reference"):
    plain = ck.conv(picture, weights)
print("equal to the last bit:", np.array_equal(fast, plain))
assert np.array_equal(fast, plain)

# %% Key points [markdown]
# ## Key points
#
# - One output is the sum of the products of a kernel's weights and the pixels under them:
#   `out[i, j] = sum of w[r, s] * x[i + r, j + s]`. A kernel asks the same question everywhere.
# - A side of H pixels, R taps and p zeros on either side gives H + 2 p - R + 1 outputs. Zeros are
#   pixels too: at the edge a kernel may find what is not there.
# - Weights have the shape (K, C, R, S): K (C R S + 1) parameters with the biases, and K C R S MACs
#   for each place of the output.
# - A convolution is a matrix with few entries that are not 0, and all rows share the same weights;
#   and it is a weighted sum of shifted pictures.
# - A kernel that looks alike from two sides does not notice when a program exchanges them. Test
#   with weights that all differ, with R and S unequal, and H and W too.
# - What is called convolution here, as in PyTorch, is cross-correlation: nothing is turned round.
#
# Now do the exercise: open `exercises/01_convolution.ipynb`. You will write convolution in one and
# two dimensions and its matrix, find a mistake that many people have copied, and let a program say
# what a test is blind to.

# %% Sources [markdown]
# ## Sources
#
# - V. Dumoulin, F. Visin (2016), *A guide to convolution arithmetic for deep learning*,
#   [arXiv:1603.07285](https://arxiv.org/abs/1603.07285): the image and the kernel that we did by
#   hand, and the matrix of a 4 x 4 image; their drawings, which move, are at
#   [github.com/vdumoulin/conv_arithmetic](https://github.com/vdumoulin/conv_arithmetic).
# - I. Goodfellow, Y. Bengio, A. Courville (2016), *Deep Learning*, chapter 9,
#   [deeplearningbook.org](https://www.deeplearningbook.org): sparse and shared weights, and why
#   libraries leave out the flip.
# - Photograph: the wall is from CC0Textures (CC0).

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# ```python
# import torch
# import torch.nn.functional as F
#
# maps = F.conv2d(torch.as_tensor(x), torch.as_tensor(w1))
# plan = F.conv2d(maps, torch.as_tensor(w2), torch.tensor([-0.2], dtype=torch.float64))
# padded = F.conv2d(torch.as_tensor(x), torch.as_tensor(nine[None, None]), padding=1)
# ```
