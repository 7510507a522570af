# %% A net sees 14,641 pixels. Replace 13,912 of them. Does it notice? [markdown]
# # 09 Effective receptive field: a net sees 14,641 pixels. Replace 13,912 of them. Does it notice?
#
# A net has looked at the face of a man. Its receptive field is a square of 121 x 121 pixels, and
# unlike some nets of lesson 06 it reads every one of them. Now you put another picture there, a
# cat's eye, and leave only a small piece of the man in the middle: 5 pixels of 100. Does the net
# now see a cat? You will ask it, find out where a receptive field has its weight, and see what
# dilation does about it, and what training does.
#
# After this lesson you can
#
# - say how the influence of a sample falls off from the middle of a receptive field to its edge;
# - compute how wide the part is that counts, for any taps and rates, on the back of an envelope;
# - tell which stacks use a constant share of what they see, and which use less and less of it;
# - explain why a net may fail to learn from a sample in the midst of its receptive field.
#
# **About 50 minutes.** You need lessons 03, 06 and 07. Write your predictions down before you run
# a cell.

# %% Recall: paths [markdown]
# ## Recall: paths
#
# A **path** leads from an output down to the input, by one tap in each layer. The **footprint**
# counts the paths to each sample; the first sample and the last one with a path are the ends of the
# receptive field, or **view**. A stack without holes reads each sample between them: its
# **coverage** is 100 %.
#
# Our net has sixty plain layers (stride 1, rate 1) of 3 x 3 taps, and each layer takes the mean of
# nine pixels.

# %% A net of sixty layers
import numpy as np

import coursekit as ck


def line(rates):
    return [ck.Window(3, dilation=rate) for rate in rates]


def net(picture, rates):
    x = picture[None, None]
    for rate in rates:
        x = ck.conv(x, np.ones((1, 1, 3, 3)) / 9, dilation=rate)
    return x[0, 0, 0, 0]  # the pictures are as large as the view, so one output is left


plain = [1] * 60
size = ck.receptive_field(line(plain)).size[0]
print(f"sees {size} x {size} = {size**2:,} pixels; has holes: {not ck.covers(3, plain)}")

# %% Predict: man or cat? [markdown]
# Two pictures of that size: the man, and the cat's eye. Two more in which a square of 27 x 27
# pixels is exchanged. That is 729 pixels, 5 % of the view.
#
# **Predict.** The net answers one number for each picture, a grey level from 0 (black) to 255. For
# the man it says 87, for the dark eye 31. What does it say about the eye with a piece of the man in
# its pupil, and about the man with a piece of pupil in his face?

# %% Exchange the middle tags=["nbval-ignore-output"]
man = ck.data.load_photograph("camera").astype(np.float64)[6:127, 55:176]
eye = ck.data.load_photograph("chelsea").astype(np.float64)[34:155, 17:138]
middle = slice(47, 74), slice(47, 74)
pictures = {"man": man, "eye": eye, "eye, man inside": eye.copy(), "man, eye inside": man.copy()}
pictures["eye, man inside"][middle] = man[middle]
pictures["man, eye inside"][middle] = eye[middle]

says = {name: round(255 * net(picture, plain)) for name, picture in pictures.items()}
ck.figures.compare(
    pictures.values(), [f"{name}: {grey}" for name, grey in says.items()], vmin=0, vmax=1,
    alt="A man with a camera, a cat's eye, and both with a small square of the other in the "
    "middle. The grey level that the net answers: "
    + "; ".join(f"{name}: {grey}" for name, grey in says.items()) + ".")

# %% It follows the middle [markdown]
# 86, and 31. Ninety-five of a hundred pixels were exchanged, and the answer moved by one grey
# level. Five of a hundred were, and it moved all the way. The net has a view of 14,641 pixels and
# behaves as if it saw hardly more than 729.
#
# How much of the answer comes from the square? Let the net tell you: show it a picture that is 1
# inside the square and 0 outside.

# %% The weight of the square
square = np.zeros((size, size))
square[middle] = 1
weight = net(square, plain)
print(f"{square.mean():.0%} of the pixels have {weight:.0%} of the weight")
assert square.mean() < 0.06 and weight > 0.9

# %% Where the weight comes from [markdown]
# Nobody chose that. Every layer treats its nine pixels alike, and still the sixty of them together
# do not. Lesson 06 ended with a hint: a corner of the view is reached by one path, its middle by
# many. To get to a corner, all sixty layers must step the same way. To end near the middle, it is
# enough that about as many step left as right, and there are very many ways to do that.
#
# The figure shows the footprint along a row for 4, 12 and 36 plain layers, each drawn from end to
# end of its own view. **Predict.** Will the three curves look alike? If not, which one uses its
# view most evenly?

# %% Three footprints, end to end tags=["nbval-ignore-output"]
place = np.linspace(-1, 1, 73)  # -1 and 1: the ends of the view
curves = {}
for n in (4, 12, 36):
    paths = ck.footprint(line([1] * n))
    curves[f"{n} layers"] = np.interp(place, np.linspace(-1, 1, paths.size), paths / paths.max())

ck.figures.draw_lines(place, curves, title="Paths to each place of the view",
                      xlabel="place, from end (-1) to end (1) of the view",
                      ylabel="paths, as a share of the most")

# %% The deeper, the narrower [markdown]
# All three are hills, and the hill of the deepest stack is the narrowest. In samples it is not
# narrower, far from it; but its view has grown faster than the hill.
#
# What counts of a receptive field, the hill, is called the **effective receptive field**. Wenjie
# Luo and others described it in 2016. It has no edge, so how wide is it? A common measure is the
# **standard deviation**: take the distance of each path's end from the middle, square it, take the
# mean, and then the root. We will call it the **width** of the effective field. It reaches by one
# width to the left of the middle and to the right; beyond two widths little is left.

# %% The width of a footprint
def width(field):
    share = field / field.sum()
    places = np.arange(field.size)
    middle = share @ places
    return np.sqrt(share @ (places - middle) ** 2)


for n in (1, 4, 12, 36):
    paths = ck.footprint(line([1] * n))
    print(f"{n:2} layers: see {paths.size:2}, width {width(paths):.2f}, "
          f"squared {width(paths) ** 2:5.2f}")

# %% Squares add up [markdown]
# Look at the last column: 2/3 for one layer, and n times as much for n layers. Why?
#
# A path takes a step of -1, 0 or 1 in each layer. The squares are 1, 0 and 1, and their mean is
# 2/3. The steps in different layers have nothing to do with each other. When you square their sum,
# the mixed products are as often positive as negative and cancel in the mean, and the squares
# remain. So **mean squares add up**, not the distances themselves:
#
# $$\text{width} = \sqrt{\tfrac{2}{3}\,n}, \qquad \text{view} = 2 n + 1 .$$
#
# **Predict.** From 15 layers to 60 the view grows from 31 to 121. And the width?

# %% Four times the layers
for n in (15, 60, 240):
    layers = line([1] * n)
    (view,), (w,) = ck.receptive_field(layers).size, ck.theoretical_erf(layers)
    print(f"{n:3} layers: see {view}, width {w:.1f}, which is {w / view:.1%} of the view")
    assert abs(w - np.sqrt(2 * n / 3)) < 1e-9

# %% Twice as wide [markdown]
# Four times the layers, four times the view, twice the width. (`ck.theoretical_erf` is the formula,
# so it does not have to count paths.) Each time you make the net deeper, it uses a smaller share of
# what it sees. "Standard convolutions grow receptive fields slowly": they do, and the part that
# counts grows more slowly still, like the root of the depth.
#
# In a picture the hill is round. Here is the effective field of twenty layers inside the view of
# 41 x 41 pixels. The lines are one width and two widths from the middle; the picture writes the
# width, which is a standard deviation, as the letter sigma, and calls the weight of a pixel its
# gradient. **Predict.** Which share of the weight lies inside the outer line, and which share of
# the pixels?

# %% A round hill in a square view tags=["nbval-ignore-output"]
row = ck.footprint(line([1] * 20)).astype(np.float64)
twenty = [ck.Window((3, 3), padding="same")] * 20
ck.figures.draw_erf((np.outer(row, row), ck.theoretical_erf(twenty)), layers=twenty)

# %% Two widths
apart = np.hypot(*np.mgrid[-20:21, -20:21]) / width(row)
inside = apart <= 2
held = np.outer(row, row)[inside].sum() / row.sum() ** 2
print(f"within two widths: {held:.0%} of the weight, {inside.mean():.0%} of the pixels")

# %% What would dilation do? [markdown]
# Nearly nine tenths of the weight on a tenth of the pixels. This is the view of a rather deep net,
# and most of it is decoration.
#
# ## Longer steps
#
# With rate `d` a layer steps by `-d`, 0 or `d`. The mean square of one step is not 2/3 but
# `2/3 * d * d`. Five layers with doubling rates, 1, 2, 4, 8, 16, see 63 samples. So do 31 plain
# layers.
#
# **Predict.** Sketch the two footprints, from -31 to 31, in one drawing.

# %% The same view twice tags=["nbval-ignore-output"]
doubling = [1, 2, 4, 8, 16]
fields = {"31 plain layers": ck.footprint(line([1] * 31)),
          "rates 1, 2, 4, 8, 16": ck.footprint(line(doubling))}
ck.figures.draw_lines(
    np.arange(-31, 32), {name: 100 * paths / paths.sum() for name, paths in fields.items()},
    title="Two stacks that see 63 samples", xlabel="sample", ylabel="share of all paths, in %")

# %% Predict: how many plain layers? [markdown]
# Dilation has spread the weight over the view. The dashed curve is ragged, since neighbouring
# samples can differ in the number of ways that lead to them; but from one end to the other no
# stretch is left out, and the solid hill has nothing to give beyond 15 samples.
#
# The five layers have a width of about 15 samples. 31 plain layers see as far, with a width of less
# than 5.
#
# **Predict.** How many plain layers have the same *width* as the five with doubling rates: about
# 60, about 100, or more than 300?

# %% As wide as the doubling rates
for n in range(1, 7):
    layers = line([2**i for i in range(n)])
    (view,), (w,) = ck.receptive_field(layers).size, ck.theoretical_erf(layers)
    as_wide = round(3 * w**2 / 2)  # from width * width = 2/3 of the number of layers
    print(f"{n} layers: see {view:3}, width {w:5.2f}; as wide: {as_wide:4} plain layers, "
          f"which see {2 * as_wide + 1}")
    assert as_wide == (4**n - 1) // 3 and view == 2 ** (n + 1) - 1

# %% Three hundred and forty-one [markdown]
# 341. Squares are to blame: 1 + 4 + 16 + 64 + 256 = 341. And these 341 layers see 683 samples, of
# which they use a small part. With doubling rates each layer doubles the width, as it doubles the
# view: both grow exponentially with depth.
#
# So dilation lets a net use what it sees? Not so fast. Divide each width by its view, and compare
# four ways to go deeper: plain layers, rate 4 in every layer, the block 1, 2, 4, 8 repeated, and
# rates that double all the way. For comparison, rates that triple, whose footprint lesson 07 found
# to be perfectly even.
#
# **Predict.** Which of these lines fall as the net gets deeper, and which stay level?

# %% Which share of the view? tags=["nbval-ignore-output"]
def share(rates):
    return ck.theoretical_erf(line(rates))[0] / ck.receptive_field(line(rates)).size[0]


ways = {"plain": lambda n: [1] * n, "rate 4 throughout": lambda n: [4] * n,
        "1, 2, 4, 8 repeated": lambda n: [1, 2, 4, 8] * (n // 4),
        "doubling": lambda n: [2**i for i in range(n)],
        "tripling": lambda n: [3**i for i in range(n)]}
depths = np.arange(4, 17, 4)
shares = {name: [share(rates(n)) for n in depths] for name, rates in ways.items()}
ck.figures.draw_lines(depths, shares, title="The share of the view that one width covers",
                      xlabel="layers", ylabel="width / view")

# %% Growing rates, not large ones
for name, values in shares.items():
    falls = values[-1] < 0.7 * values[0]
    print(f"{name}: {'falls' if falls else 'stays level'}, at 16 layers {values[-1]:.4f}")
    assert falls == (name not in ("doubling", "tripling"))
assert abs(shares["doubling"][-1] - np.sqrt(2) / 6) < 1e-4

# %% What keeps the share [markdown]
# Rate 4 makes the field four times as wide, and the view four times as wide as well: the share is
# that of plain layers, and it falls like theirs. A block repeated falls too. WaveNet's stacks are
# such repetitions. What keeps the share is that the rates **grow with depth**, as fast as the view
# does: .2357 for doubling rates (a sixth of the root of 2), and .2887 for tripling rates, whose
# weight is spread evenly.
#
# So we can say more exactly what is claimed in praise of dilation. **"Receptive field growth:
# large"** holds for the part that counts if the rates grow by a factor from layer to layer. At a
# fixed rate, 1 or 4 or any other, it grows like the root of the depth. And dilation lets a net
# **"aggregate information from a wider area"**: with five layers, width 15 in place of 1.8. Do the
# photographs agree?
#
# The rates 1, 2, 4, 8, 15, 30 see 121 x 121 pixels without a hole, with six layers in place of
# sixty. For the man alone they say 119, and for the eye alone 95, since more than the middle counts
# now. **Predict.** What do they say about the eye with the man inside, and about the man with the
# eye inside?

# %% The four pictures again
growing = [1, 2, 4, 8, 15, 30]
assert ck.receptive_field(line(growing)).size == (121,) and ck.covers(3, growing)
for name, picture in pictures.items():
    print(f"{name:15} six layers: {round(255 * net(picture, growing)):3}   "
          f"sixty: {round(255 * net(picture, plain)):3}")
(wide,), (narrow,) = ck.theoretical_erf(line(growing)), ck.theoretical_erf(line([1] * 6))
print(f"width {wide:.0f}; of six plain layers, with as many weights, {narrow:.0f}")
assert net(square, growing) < 2 * square.mean() and wide > 10 * narrow

# %% A worked example: any taps, any rates [markdown]
# Now the frame decides, since it is most of the picture, and the piece in the middle hardly counts.
# The claim holds: equal weights, and a field 14 times as wide, which is used. (Which is better
# depends on what you want to know. For the face of a man, the answer of the sixty was not bad.)
#
# ## A worked example: any taps, any rates
#
# For `k` taps of equal weight at rate `d`, the mean square of one step is `d * d * (k * k - 1) /
# 12`. Check it: 3 taps give 8/12 = 2/3; 5 taps step by -2, -1, 0, 1, 2, whose squares have the mean
# 10/5 = 2, and 24/12 = 2.
#
# | layer | adds to the view | adds to the squared width |
# |---|---|---|
# | 3 taps, rate 1 | 2 | 1 * 8/12 = 0.67 |
# | 5 taps, rate 2 | 8 | 4 * 24/12 = 8 |
# | 2 taps, rate 6 | 6 | 36 * 3/12 = 9 |
#
# View: 1 + 2 + 8 + 6 = 17. Width: the root of 17.67, which is 4.20.

# %% The worked example, counted
worked = [ck.Window(3), ck.Window(5, dilation=2), ck.Window(2, dilation=6)]
paths = ck.footprint(worked)
print("paths:", paths)
print(f"view {paths.size}, width {width(paths):.2f}; "
      f"by formula {ck.theoretical_erf(worked)[0]:.2f}")

# %% Your turn: a width of six [markdown]
# ## Your turn: a width of six
#
# Three layers of 3 taps shall have a width of exactly 6. What must the squares of the rates add up
# to? Find three rates that do it, put them in place of the 1, 1, 1, and run the cell. There are
# three answers. Two of them are bad ones, for a reason you know from lesson 06.

# %% Try three rates
rates = [1, 1, 1]

print(f"width {ck.theoretical_erf(line(rates))[0]:.2f}, "
      f"reads {ck.coverage(line(rates)):.0%} of its view")

# %% All three answers
for a in range(1, 8):
    for b in range(a, 8):
        for c in range(b, 8):
            if a * a + b * b + c * c == 54:
                print([a, b, c], f"reads {ck.coverage(line([a, b, c])):.0%} of its view")

# %% Width says nothing of holes [markdown]
# The squares must add up to 54, because 2/3 of it is 36. [1, 2, 7] reads everything, [2, 5, 5] has
# holes and [3, 3, 6] is a grid. The width does not see the difference: it says how far out the
# weight lies, not whether every sample has some. Ask for both.
#
# ## Weights that are not equal
#
# All this was counting paths, as if all weights were equal. In a net that is about to be trained
# they are drawn at random, of both signs, with rectifiers between the layers. Then there is the
# gradient: how much the output in the middle moves with each sample. `ck.effective_receptive_field`
# measures it, averaged over random inputs: the mean of its absolute value.
#
# **Predict.** With drawn weights, is the field narrower than the counted one, as wide, or wider?
# (The second cell compares twice: the field of the gradient, and the field of its *square*.)

# %% Drawn weights
def drawn(rates):
    """The mean |gradient| of ten nets with drawn weights, and its mean square."""
    parts = [part for rate in rates for part in (
        ck.nn.Conv(16, 3, padding="same", dilation=rate), ck.nn.Relu())]
    net, shape = ck.nn.Sequential(*parts), (1, *ck.receptive_field(line(rates)).size)
    fields = np.array([ck.effective_receptive_field(net, net.init(seed, shape), shape, samples=4)[0]
                       for seed in range(10)])
    fields /= fields.sum(axis=1, keepdims=True)  # each net counts alike
    return fields.mean(axis=0), (fields**2).mean(axis=0)


measured = {name: drawn(rates) for name, rates in (("5 plain", [1] * 5), ("20 plain", [1] * 20),
                                                   ("5 doubling", doubling))}

# %% Compared with counting
counted = {"5 plain": [1] * 5, "20 plain": [1] * 20, "5 doubling": doubling}
for name, (size_of_gradient, square_of_it) in measured.items():
    theory = ck.theoretical_erf(line(counted[name]))[0]
    ratio, squared = width(size_of_gradient) / theory, width(square_of_it) / theory
    print(f"{name}: wider by a tenth to a half: {1.1 < ratio < 1.5}; "
          f"squared, the same within a fifth: {abs(squared - 1) < 0.2}")
growth = width(measured["20 plain"][0]) / width(measured["5 plain"][0])
print("four times the layers, about twice as wide:", 1.8 < growth < 2.6)
assert 1.8 < growth < 2.6 and width(measured["20 plain"][0]) > 1.2 * np.sqrt(40 / 3)

# %% Why it is wider, and why that does not help [markdown]
# Somewhat wider for plain layers, hardly for doubling rates. With random signs the paths to a
# sample do not add up, they mostly cancel: of 100 paths about the root of 100 is left. So it is the
# *square* of the gradient that follows the number of paths, and when it is squared, the widths
# agree. Without the square you see the root of the hill, which is a wider hill: by a factor of 1.41
# if it has the shape of a bell, as for many plain layers, and hardly wider if it is nearly level,
# as for doubling rates. The law is the same: the root of the depth.
#
# ## After training
#
# Does training repair it? A task for which we know where a net must look: a sequence of symbols, of
# four kinds, and at each step the net names the symbol that stood a fixed number of steps before.
# Twenty plain layers see 20 steps to either side. So the symbol of 8 steps before is well inside
# the view, and so is that of 16 steps before. How many paths lead there?

# %% Paths to the symbol
paths = ck.footprint(line([1] * 20))
for back in (8, 16):
    ratio = paths[20] / paths[20 - back]
    print(f"{back:2} steps before: one path for {ratio:,.0f} to the middle")

# %% Predict: eight steps, sixteen steps [markdown]
# **Predict.** Twenty plain layers are trained to name the symbol of 8 steps before; then a second
# net like it, for 16 steps; and five layers with doubling rates for 16 steps. Which of them learn
# it? Guessing is right one time in four. The next cell trains for about ten seconds.

# %% Train three nets
def learn(rates, back, seed=0):
    def task(n, seed=0):
        return ck.data.make_fixed_offset(n, seed, length=48, offset=back)

    parts = [part for rate in rates for part in (
        ck.nn.Conv(16, 3, padding="same", dilation=rate), ck.nn.Relu())]
    net = ck.nn.Sequential(*parts, ck.nn.Conv(4, 1))
    start = net.init(seed, (4, 48))
    fitted = ck.nn.fit(net, start, task, optimiser=ck.nn.Adam(0.004), steps=200, seed=seed,
                       progress=False)
    symbols, wanted = task(200, seed=99)
    right = np.mean((net(fitted.params, symbols).argmax(axis=1) == wanted)[:, back:])
    return net, start, fitted.params, right


trained = {"20 plain, 8 back": learn([1] * 20, 8), "20 plain, 16 back": learn([1] * 20, 16),
           "5 doubling, 16 back": learn(doubling, 16)}

# %% Who has learned it
for name, (*_, right) in trained.items():
    verdict = "guesses" if right < 0.35 else "mostly right" if right > 0.7 else "between"
    print(f"{name}: {verdict}")
assert trained["20 plain, 8 back"][3] > 0.7 and trained["5 doubling, 16 back"][3] > 0.7
assert trained["20 plain, 16 back"][3] < 0.35

# %% In the view, and out of reach [markdown]
# The same deep net learns to look 8 steps back, and does not learn to look 16 steps back, though it
# sees 20. It is not that the depth is too much to train, or the first would have failed as well. At
# the start of training its output hardly moves with that symbol, so there is next to nothing to
# improve on. A sample that lies in the receptive field need not lie within reach of learning. (Is
# this bad luck with the starting weights? `learn` takes a `seed`. Over the seeds 0 to 5, the plain
# net learned 8 steps six times, 12 steps twice and 16 steps never.)
#
# And where training succeeds, what becomes of the field? Look at the first net, before and after.

# %% Before and after tags=["nbval-ignore-output"]
net_8, start, end, _ = trained["20 plain, 8 back"]
before, after = (ck.effective_receptive_field(net_8, params, (4, 49))[0] for params in (start, end))
steps = np.arange(-24, 25)
ck.figures.draw_lines(
    steps, {"before": 100 * before / before.sum(), "after": 100 * after / after.sum()},
    title="Trained to name the symbol of 8 steps before",
    xlabel="step, counted from the output", ylabel="share of the gradient, in %")

# %% Training moves the hill
strongest = steps[after.argmax()]
print("after training the net looks most at the step", strongest)
print("the field has become narrower:", width(after) < 0.9 * width(before))
assert -10 <= strongest <= -6 and width(after) < 0.9 * width(before)

# %% Training can move what it can feel [markdown]
# Training has moved the hill to where the answer stands, and made it narrower. Luo and his
# co-authors trained nets on photographs, and saw their fields grow. So there is no rule that
# training widens or narrows: it puts the weight where the task needs it, if a trace of gradient
# leads there. How far that trace goes is decided before, by depth, taps and rates.

# %% Key points [markdown]
# ## Key points
#
# - A receptive field is not used evenly. Paths pile up in the middle, and the **effective receptive
#   field** is the hill they make.
# - Its width: add up `d * d * (k * k - 1) / 12` over the layers, and take the root. For `n` plain
#   layers of 3 taps that is the root of `2 n / 3`, while the view is `2 n + 1`.
# - So at any fixed rate, and with repeated blocks, a deeper net uses a smaller share of its view.
#   Rates that grow with depth keep the share: .2357 for doubling.
# - Drawn weights give the same law, up to 1.41 times as wide.
# - Training moves the field to where the task needs it, as far as it reached from the start.
# - Width says nothing of holes, and coverage says nothing of width.
#
# Now do the exercise: open `exercises/09_effective_field.ipynb`. You will mend a formula for the
# width, compute a gradient by hand, measure the width of a map, and find out how wide layers side
# by side are.

# %% Sources [markdown]
# ## Sources
#
# - W. Luo, Y. Li, R. Urtasun, R. Zemel (2016), *Understanding the Effective Receptive Field in Deep
#   Convolutional Neural Networks*, [arXiv:1701.04128](https://arxiv.org/abs/1701.04128): the
#   effective receptive field, its shape, the root of the depth, and what training, strides, rates
#   and shortcuts between layers do to it.
# - A. van den Oord et al. (2016), *WaveNet: A Generative Model for Raw Audio*,
#   [arXiv:1609.03499](https://arxiv.org/abs/1609.03499): doubling rates, and stacks of them
#   repeated.
# - Photographs: Lav Varshney (camera) and Stéfan van der Walt (chelsea), both CC0.

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# The gradient of the one output is the field, and its width for sixty plain layers is the root of
# 40, which is 6.32.
#
# ```python
# import torch
# import torch.nn.functional as F
#
# x = torch.zeros(1, 1, 121, dtype=torch.float64, requires_grad=True)
# y = x
# for _ in range(60):
#     y = F.conv1d(y, torch.full((1, 1, 3), 1 / 3, dtype=torch.float64))
# y.sum().backward()
#
# field = x.grad[0, 0]
# places = torch.arange(121, dtype=torch.float64) - 60
# print((field @ places**2).sqrt())
# ```
