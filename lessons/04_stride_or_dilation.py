# %% Two nets, the same weights: which answers differ? [markdown]
# # 04 Stride, pooling or dilation: two nets, the same weights. Which answers differ?
#
# Two nets read one photograph. Both have three layers, and in each layer the same weights, number
# for number. The first moves in steps, with strides 2, 2, 1, and answers with 64 x 64 numbers. The
# second stays at every pixel and spreads its taps, with rates 1, 2, 4; it answers with 256 x 256.
# How many of the first net's 4,096 answers does the second one give as well? And what are the other
# 61,440 good for? You will find out by hiding a cat from a stride, by hiding stripes from a
# dilation, and at last by making a trained net more precise without training it.
#
# After this lesson you can
#
# - turn a net with strides into one with rates that gives the same answers, and more between them;
# - say what stride, pooling and dilation do to resolution, receptive field and information, and
#   under which condition;
# - count what a layer keeps of its input, by a rank;
# - say how precisely a net that steps by S pixels can point at something.
#
# **About 45 minutes.** You need NumPy and lessons 01 to 03. Write each prediction down before you
# run the cell below it.

# %% Recall: three ways to see farther [markdown]
# ## Recall: three ways to see farther
#
# A layer with **stride** 2 gives one output for every second place. **Max pooling** over 2 takes
# the larger one of each two neighbours, in steps of two. **Dilation** with rate 2 moves the taps
# apart and gives an output at every place. The **jump** of a stack is the distance, in input
# samples, between two neighbouring outputs; its **receptive field** is what one output can see.
#
# A plain layer of 3 taps sees 3 samples. **Predict.** Give it stride 2, or a pooling over 2 after
# it, or rate 2: how many samples does one output see in each case? And if another plain layer
# follows?

# %% What one layer sees, and what the next sees through it
import numpy as np

import coursekit as ck

ways = {
    "plain": [ck.Window(3)],
    "stride 2": [ck.Window(3, stride=2)],
    "pool 2": [ck.Window(3), ck.Window(2, stride=2)],
    "rate 2": [ck.Window(3, dilation=2)],
}
seen = {}
for name, layers in ways.items():
    seen[name] = [ck.receptive_field(layers + more).size[0] for more in ([], [ck.Window(3)])]
    print(f"{name:8}  alone {seen[name][0]}, with a plain layer behind it {seen[name][1]}")

assert seen == {"plain": [3, 5], "stride 2": [3, 7], "pool 2": [4, 8], "rate 2": [5, 7]}

# %% A stride widens the others [markdown]
# The stride adds nothing to its own layer: 3 taps side by side are 3 samples, wherever you set them
# down next. It widens **every layer after it**, whose taps now stand 2 samples apart. The
# rate is the other way round: it widens its own layer by 2, and the next adds only the 2 samples
# that it always adds. The pooling does both: its own window adds 1, its stride the rest.
#
# So "receptive field: increased" is true of all three, and hides where. Next, what comes out.
# `ck.VARIANTS` holds the three ways and the plain layer as functions that are called alike; all of
# them pad with zeros so that the border is not lost ("same").
#
# **Predict.** A photograph of 256 x 256 goes in. What shapes come out, and what if the dilated
# layer gets no padding?

# %% What comes out
photo = np.round(255 * ck.data.load_photograph("camera").astype(np.float64))[None, None]
sharpen = np.array([[0, -2, 0], [-1, 7, -2], [0, -1, 0.0]]).reshape(1, 1, 3, 3)

sizes = {name: way(photo, sharpen, rate=2).shape[2:] for name, way in ck.VARIANTS.items()}
sizes["dilated, no padding"] = ck.dilated(photo, sharpen, rate=2, padding="valid").shape[2:]
for name, size in sizes.items():
    print(f"{name:19} {size[0]} x {size[1]}")

assert sizes["standard"] == sizes["dilated"] == (256, 256)
assert sizes["strided"] == sizes["pooled"] == (128, 128)
assert sizes["dilated, no padding"] == (252, 252)

# %% A quarter of the numbers [markdown]
# Stride and pooling leave a quarter of the numbers, dilation leaves all of them, if it is padded.
# (The kernel sharpens; it is lopsided on purpose, since a symmetric one would hide mistakes.)
#
# ## The same weights
#
# Now the two nets from the beginning: three layers of 3 x 3 weights with four channels in between,
# drawn once and used by both. After each layer numbers below 0 become 0 (a **rectifier**, or ReLU).
# Weights and pixels are whole numbers, so no rounding blurs the comparison.

# %% Two nets with the same weights
rng = np.random.default_rng(4)
weights = [rng.integers(-2, 4, size=shape).astype(np.float64)
           for shape in ((4, 1, 3, 3), (4, 4, 3, 3), (1, 4, 3, 3))]


def run(x, strides, rates):
    for w, stride, rate in zip(weights, strides, rates, strict=True):
        x = np.maximum(ck.conv(x, w, stride=stride, dilation=rate, padding=rate), 0)
    return x


few = run(photo, strides=[2, 2, 1], rates=[1, 1, 1])
many = run(photo, strides=[1, 1, 1], rates=[1, 2, 4])

# %% See both answers tags=["nbval-ignore-output"]
ck.figures.compare(
    [few[0, 0] / many.max(), many[0, 0] / many.max()],
    [f"strides 2, 2, 1: {few.shape[2]} x {few.shape[3]}",
     f"rates 1, 2, 4: {many.shape[2]} x {many.shape[3]}"],
    alt=f"The photograph after both nets, the same scene twice: {few.size:,} coarse pixels with "
    f"strides, {many.size:,} fine ones with rates.",
)

# %% Predict: how many agree? [markdown]
# **Predict.** Take one of the second net's answers in every four rows and every four columns. How
# many of these 4,096 are equal to the first net's: none (the taps stand elsewhere), some, or all?

# %% Compare them number by number
same = few == many[:, :, ::4, ::4]
print(f"{same.sum():,} of {same.size:,} answers are equal")
assert same.all()

# %% All of them [markdown]
# All of them, to the last bit. Look at the taps of both to see why: first the strides, then the
# rates. Compare the filled dots, level by level, and say what is left over in the second picture.

# %% The taps with strides tags=["nbval-ignore-output"]
def line(strides, rates):
    pairs = zip(strides, rates, strict=True)
    return [ck.Window(3, stride=stride, dilation=rate, padding=rate) for stride, rate in pairs]


ck.figures.draw_stack(line([2, 2, 1], [1, 1, 1]))

# %% The taps with rates tags=["nbval-ignore-output"]
ck.figures.draw_stack(line([1, 1, 1], [1, 2, 4]))

# %% One tree, twice [markdown]
# The filled dots are the same tree. The first net computes only the hollow dots that stand on its
# coarse grid; the second computes them all, and steps over those that the first never had. A
# strided net **is** a dilated net of which most answers are thrown away, or better: never computed.
# This is the **à trous** identity (French: with holes). To convert a net is a matter of counting.
#
# **A worked example.** Strides 2, 2, 1. The first layer reads pixels, which stand 1 apart: rate 1.
# With its stride gone it gives an answer for every pixel, but the second layer wants those that
# stand 2 apart: rate 2. The third wants those that stand 4 apart: rate 4. So a layer's rate is the
# product of the strides before it, which is the jump between its inputs. Its padding grows alike.
#
# **Your turn.** The cell converts strides 3, 1, 2. As it stands all rates are 1, and hardly any
# answers agree. Put your rates in; with the right ones all agree.

# %% Your turn: strides 3, 1, 2
rates = [1, 1, 1]

coarse = run(photo, strides=[3, 1, 2], rates=[1, 1, 1])
fine = run(photo, strides=[1, 1, 1], rates=rates)
agree = np.mean(coarse == fine[:, :, ::6, ::6])
print("all answers agree" if agree == 1 else "they do not all agree yet")

# %% The rates for strides 3, 1, 2 [markdown]
# 1, 3, 3: the second layer stands behind a stride of 3, the third behind 3 times 1. No layer stands
# behind the last stride. It decides only which answers are kept, one in six along each axis.
#
# Pooling converts in the same way: pool at every place, then give what follows the rate.

# %% A pooling converted
w = weights[0]
coarse = ck.conv(ck.max_pool(photo, 2, stride=2), w, padding=1)
fine = ck.conv(ck.max_pool(photo, 2, stride=1), w, dilation=2, padding=2)
print("all equal:", np.array_equal(coarse, fine[:, :, ::2, ::2]))
assert np.array_equal(coarse, fine[:, :, ::2, ::2])

# %% Who are the others? [markdown]
# ## What are the other answers worth?
#
# So where both answer, they say the same. Are they interchangeable? That depends on what the
# answers between are worth. First, what are they? Move the photograph up by one row, and run the
# net **with strides** again.

# %% Move the photograph
moved = run(photo[:, :, 1:], strides=[2, 2, 1], rates=[1, 1, 1])
inner = slice(2, -2), slice(2, -2)  # away from the border, where zeros come in

between = many[:, :, 1::4, ::4]
print("equal to another sixteenth:", np.array_equal(moved[0, 0][inner], between[0, 0][inner]))
assert np.array_equal(moved[0, 0][inner], between[0, 0][inner])

# %% Sixteen nets in one [markdown]
# The rows between are what the strided net would say of a photograph that has moved by a pixel. The
# dilated net is sixteen strided ones, for all sixteen ways of moving it. Sixteen looks at one
# picture: are fifteen of them repetition?
#
# Here is a hard test. Take the man with the camera, and let one sharpening layer answer. Keep the
# answers and lay the man aside. Now look, among **all** pictures that give exactly these answers,
# for the one that is most like another picture: a cat.
#
# A layer without a bias is a matrix (lesson 01), so this is a question for linear algebra:
# `lstsq` finds the smallest change to the cat that leads to the man's answers. We take pictures of
# 32 x 32, so that the matrix stays small.

# %% The closest picture with the same answers
def dilate(x):
    return ck.conv(x, sharpen, dilation=2, padding=2)


def stride(x):
    return ck.conv(x, sharpen, stride=2, padding=1)


def closest(layer, answers, start):
    matrix = ck.operator_matrix(layer, start.shape[1:])
    missing = (answers - layer(start)).ravel()
    return start + np.linalg.lstsq(matrix, missing, rcond=None)[0].reshape(start.shape)


def distance(one, other):
    return np.sqrt(np.mean((one - other) ** 2))

# %% Predict: what does the layer take for a man? [markdown]
# **Predict.** Both layers have the same nine weights. What does the closest picture show, for rate
# 2 and for stride 2: the man, the cat, or a mixture?

# %% Hide a cat
man, cat = (ck.avg_pool(ck.data.load_photograph(name).astype(np.float64)[None, None], 8)
            for name in ("camera", "chelsea"))
found = {layer: closest(layer, layer(man), cat) for layer in (dilate, stride)}

for name, layer in (("rate 2", dilate), ("stride 2", stride)):
    assert np.allclose(layer(found[layer]), layer(man), atol=1e-9)
    print(f"{name}: {layer(man).size} answers, all equal to the man's")

# %% Look at what was found tags=["nbval-ignore-output"]
ck.figures.compare(
    [man[0, 0], cat[0, 0], found[dilate][0, 0], found[stride][0, 0]],
    ["the man", "the cat", "closest, rate 2", "closest, stride 2"],
    alt="Four small pictures. The closest picture to the cat that gives the man's answers is, for "
    f"rate 2, the man himself (off by {distance(found[dilate], man):.2f} in brightness); for "
    f"stride 2 it is a noisy cat (off by {distance(found[stride], man):.2f} from the man).",
    vmin=0, vmax=1,
)

# %% Is it a cat?
print("rate 2:   the man, but for rounding:", distance(found[dilate], man) < 1e-9)
print("stride 2: more than 4 times nearer to the cat than to the man:",
      distance(found[stride], man) > 4 * distance(found[stride], cat))
assert distance(found[dilate], man) < 1e-9
assert distance(found[stride], man) > 4 * distance(found[stride], cat)

# %% A quarter of the answers, a quarter of the picture [markdown]
# The last picture is a cat, and the strided layer answers it as it answers the man, but for
# rounding. A net that goes on from there cannot tell them apart, by any weights, after any
# training. The dilated layer, with the same weights, leaves no choice: only the man gives the man's
# answers.
#
# Pooling is no different. **Predict.** Max pooling keeps the largest of each 2 x 2 pixels. Paint
# the other three black. How much does the pooled picture change?

# %% Paint three pixels of four black
pooled, places = ck.max_pool(photo, 2, return_indices=True)
kept = np.zeros_like(photo)
kept.flat[places.ravel()] = photo.flat[places.ravel()]

print(f"{photo.size - places.size:,} of {photo.size:,} pixels painted over")
print("pooled picture unchanged:", np.array_equal(ck.max_pool(kept, 2), pooled))
assert np.array_equal(ck.max_pool(kept, 2), pooled) and 4 * places.size == photo.size

# %% See the painted photograph tags=["nbval-ignore-output"]
part = slice(40, 104), slice(90, 154)
ck.figures.compare(
    [photo[0, 0][part] / 255, kept[0, 0][part] / 255],
    ["the photograph", "the same, to a max pooling"],
    alt="A detail of the photograph, and the same with "
    f"{1 - places.size / photo.size:.0%} of its pixels painted black, like a dotted screen. Max "
    "pooling over 2 x 2 gives one answer for both.",
)

# %% Count what is kept [markdown]
# ## Count what is kept
#
# Pictures of cats are no measure. A matrix has one: its **rank**, the number of dimensions of the
# input that survive. The input less the rank is what is lost, the directions in which the input may
# move while no answer does.
#
# We draw weights for inputs of 8 x 8 pixels with C = 2 channels, 128 numbers. **Predict** the share
# that survives each layer, above all those with a stride and more channels.

# %% The rank of eight by eight pixels
w = np.random.default_rng(0).standard_normal((8, 2, 3, 3))
layers = {
    "rate 2, C to C": lambda x: ck.conv(x, w[:2], dilation=2, padding=2),
    "rate 2, C to C/2": lambda x: ck.conv(x, w[:1], dilation=2, padding=2),
    "stride 2, C to C": lambda x: ck.conv(x, w[:2], stride=2, padding=1),
    "stride 2, C to 2C": lambda x: ck.conv(x, w[:4], stride=2, padding=1),
    "stride 2, C to 4C": lambda x: ck.conv(x, w[:8], stride=2, padding=1),
    "average pooling": lambda x: ck.avg_pool(x, 2),
}
shares = {name: ck.operator_rank(layer, (2, 8, 8)) / 128 for name, layer in layers.items()}
for name, share in shares.items():
    print(f"{name:18} {share:.2f}")
assert list(shares.values()) == [1, 0.5, 0.25, 0.5, 1, 0.25]

# %% It is not the stride [markdown]
# A stride with four times the channels loses nothing, and a dilated layer with half the channels
# loses half. What counts is how many numbers come out for those that went in: with weights drawn at
# random, a layer keeps as much as there is room for. A stride of 2 on both axes makes a quarter of
# the places; C to 4C makes it good.
#
# The clearest such layer gives each of the four pixels of a 2 x 2 cell a channel of its own
# (**space to depth**). Now we rebuild patches of photographs: of all pictures with the same
# answers, take the one nearest to plain grey. The **PSNR** says how near it comes to the patch, in
# decibels: 20 dB are an error of a tenth of the scale from black to white, and each further 20 dB a
# tenth of that. Above 100 dB only rounding is lost.
#
# **Predict.** Three layers: rate 2, stride 2, and stride 2 with the four channels of space to
# depth. Which of them give the patches back?

# %% Rebuild patches of photographs
to_depth = np.eye(9)[[4, 5, 7, 8]].reshape(4, 1, 3, 3)  # four kernels, one tap each


def psnr(layer):
    errors = []
    for name in ("camera", "chelsea", "coffee", "brick"):
        patch = ck.data.load_photograph(name)[None, None, 60:76, 100:116].astype(np.float64)
        rebuilt = closest(layer, layer(patch), np.full_like(patch, 0.5))
        errors.append(distance(rebuilt, patch) ** 2)
    return -10 * np.log10(np.mean(errors) + 1e-30)  # never the log of 0

# %% Three layers on patches of photographs
quality = {
    "rate 2": psnr(dilate),
    "stride 2, one channel": psnr(stride),
    "stride 2, four channels": psnr(lambda x: ck.conv(x, to_depth, stride=2, padding=1)),
}
for name, decibels in quality.items():
    print(f"{name:24}", "above 100 dB" if decibels > 100 else "below 25 dB")
assert quality["rate 2"] > 100 and quality["stride 2, four channels"] > 100
assert quality["stride 2, one channel"] < 25

# %% Kept, but how well? [markdown]
# Two cautions. Nearest to grey is a poor guess: a net that has learned what photographs look like
# fills the gaps better. But it fills them with what it expects, and the cat above shows how wrong
# that may go. And rank says whether something is kept, not how well: it may be kept so faintly that
# rounding drowns it. The **condition number** says by how much errors can grow on the way back.

# %% How much errors can grow
w = np.random.default_rng(0).standard_normal((1, 1, 3, 3))
drawn = ck.operator_matrix(lambda x: ck.conv(x, w, dilation=2, padding=2), (1, 16, 16))
ours = ck.operator_matrix(dilate, (1, 16, 16))

print("the sharpening kernel, at most 20 times: ", np.linalg.cond(ours) <= 20)
print("drawn weights, more than 1,000 times:    ", np.linalg.cond(drawn) > 1000)
assert np.linalg.cond(ours) <= 20 and np.linalg.cond(drawn) > 1000

# %% Does dilation lose nothing? [markdown]
# ## Does dilation lose nothing?
#
# With weights drawn at random, a dilated layer that keeps its channels kept everything. People say
# so of dilation as such: no information loss. Try the plainest weights there are: a box, which adds
# up three numbers. A row of 60 numbers goes in and 60 come out, with zeros around the row.
#
# **Predict.** How many of the 60 dimensions are lost at rates 1, 2, 3 and 4?

# %% What a box loses
length = 60

box = np.ones((1, 1, 3))
lost = {}
for rate in (1, 2, 3, 4):
    def add_up(x, rate=rate):
        return ck.conv(x, box, dilation=rate, padding=rate)

    lost[rate] = length - ck.operator_rank(add_up, (1, length))
    print(f"rate {rate}: {lost[rate]} of {length} dimensions lost")
assert length != 60 or list(lost.values()) == [0, 0, 3, 0]

# %% Three dimensions at rate 3 [markdown]
# Nothing at 1, 2 and 4, but 3 dimensions at rate 3. There the row falls into three parts that never
# meet, each of every third number: 20 numbers. Put 1, -1, 0, 1, -1, 0, ..., 1, -1 on one part: any
# three neighbours add up to 0, and at both ends the zeros outside complete the pattern. It fits
# because 20 is 2 more than a multiple of 3. Each part hides one such pattern.
#
# **Your turn.** Of 61 numbers one part has 21 and two have 20. How many dimensions are lost at rate
# 3? Change `length` in the cell above and run it again; then find a length at which rate 3 loses
# nothing.
#
# In all three parts at once the pattern makes stripes: three pixels lighter, three darker, three
# untouched. Lay them over a photograph of 60 x 60, and add up nine pixels at rate 3. **Predict**
# how many of the 3,600 answers change.

# %% Stripes that nobody adds up
stripes = np.resize([1, 1, 1, -1, -1, -1, 0, 0, 0], 60)
face = photo[:, :, 30:90, 90:150]
striped = face + 20 * stripes

nine = np.ones((1, 1, 3, 3))
plain, with_stripes = (ck.conv(x, nine, dilation=3, padding=3) for x in (face, striped))
print("answers that the stripes change:", np.count_nonzero(plain != with_stripes))
assert np.array_equal(plain, with_stripes)

# %% Look at the stripes tags=["nbval-ignore-output"]
ck.figures.compare(
    [face[0, 0] / 255, striped[0, 0] / 255],
    ["the photograph", "the same, to a box at rate 3"],
    alt="A detail of the photograph, and the same under broad stripes that lift or lower "
    f"{np.mean(stripes != 0):.0%} of its pixels by {20 / 255:.0%} of the scale. A box at rate 3 "
    "gives one answer for both.",
)

# %% And the rectifier [markdown]
# The layer took no samples away: 3,600 numbers went in, 3,600 came out. The weights did it. Such
# weights are rare (move any of them a little, and the stripes show), but a blur is not an odd thing
# to learn.
#
# What nearly every net does after a layer is not rare at all: numbers below 0 become 0 (ReLU). Take
# the dilated sharpening layer, which lost nothing. Double whatever it puts below 0, and look for a
# picture that gives these answers.

# %% Two pictures after a rectifier
answers = dilate(man)
other = closest(dilate, np.where(answers < 0, 2 * answers, answers), man)

same = np.allclose(np.maximum(dilate(other), 0), np.maximum(answers, 0), atol=1e-9)
print("the same after the rectifier:", same)
print("pixels differ by more than a tenth:", np.abs(other - man).max() > 0.1)
assert same and np.abs(other - man).max() > 0.1

# %% What the table should say [markdown]
# "Information loss: none" **does not hold** as it stands. What dilation avoids is **sampling**: it
# leaves out no places. Whether the numbers that it gives still hold the picture is decided by the
# weights (nearly always yes), by the channels (no, if there are fewer) and by the rectifier (no).
#
# ## Where does it matter?
#
# If all that counts is *what* is in the picture, a quarter of the numbers may do. If it counts
# *where*, the places between are the answer. Here is the task: one handwritten digit in a picture
# of 64 x 64; point at its centre. A net gives a map of scores, and points at the highest one.
#
# With a jump of S pixels, the net's **total stride**, a score stands for a cell of S x S pixels,
# and the net can do no better than point at the cell's middle. **Predict.** Suppose it always finds
# the right cell. How far off is it, for S = 8: about 1 pixel, 3 or 6?

# %% The best that a cell allows
_, places = ck.data.make_localisation(2000, seed=0)

floors = {}
for S in (1, 2, 4, 8):
    middle = places // S * S + (S - 1) / 2
    floors[S] = np.sqrt(np.sum((places - middle) ** 2, axis=1).mean())
    print(f"S = {S}: {floors[S]:.1f} pixels, by the formula {np.sqrt((S**2 - 1) / 6):.1f}")
    assert abs(floors[S] - np.sqrt((S**2 - 1) / 6)) < 0.05

# %% The floor [markdown]
# 3.2 pixels (the root of the mean squared distance), from a net that is never wrong. The place
# within the cell is lost, and S places an axis that are equally likely have a variance of
# (S² - 1) / 12; for both axes together the root is sqrt((S² - 1) / 6). Call it the **floor**.
#
# Now train one: strides 2, 2, 2 and 1, so S = 8. It runs fast, since most places are never
# computed. Beside it stands the net with the same weights at rates 1, 2, 4, 8. What do the two see,
# and what do they give?

# %% A net that points
def pointer(strides, rates):
    layers = []
    for stride, rate in zip(strides, rates, strict=True):
        layers += [ck.nn.Conv(16, (3, 3), stride=stride, padding=rate, dilation=rate),
                   ck.nn.Relu()]
    return ck.nn.Sequential(*layers, ck.nn.Conv(1, (1, 1)))


strided = pointer(strides=[2, 2, 2, 1], rates=[1, 1, 1, 1])
dilated = pointer(strides=[1, 1, 1, 1], rates=[1, 2, 4, 8])
neither = pointer(strides=[1, 1, 1, 1], rates=[1, 1, 1, 1])

# %% What the three nets see and give
for name, net in (("strides", strided), ("rates", dilated), ("neither", neither)):
    field, shape = ck.receptive_field(net), net.out_shape((1, 64, 64))
    print(f"{name:8} sees {field.size[0]} x {field.size[1]}, gives {shape[1]} x {shape[2]}, "
          f"{net.init(0, (1, 64, 64)).size} parameters")

assert ck.receptive_field(dilated).size == ck.receptive_field(strided).size == (31, 31)
assert ck.receptive_field(neither).size == (9, 9)
assert dilated.out_shape((1, 64, 64)) == (1, 64, 64) != strided.out_shape((1, 64, 64))

# %% Far and dense [markdown]
# Both see 31 x 31 pixels, more than a digit; without strides and rates the same four layers see 9.
# But one gives 64 scores and the other 4,096. So far the claims hold: a large receptive field
# **and** a dense map, with an output at every pixel, without pooling and without compression.
#
# We train the net with strides three times, each time from other weights. **Training** takes steps.
# In each of them the net sees a few new pictures, a number called the **loss** says how wrong its
# scores are, and every weight moves a little, to the side that lowers the loss; a gradient, as in
# lesson 03, tells which side. Here the loss asks for the highest score in the cell that holds the
# centre. (How the steps are made, `Adam`, need not concern you.)

# %% Train the net with strides
def loss(scores, places):
    cells = (places // 8).astype(int)
    return ck.nn.cross_entropy(scores.reshape(len(places), -1), 8 * cells[:, 0] + cells[:, 1])


trained = []
for seed in range(3):
    params = strided.init(seed, (1, 64, 64))
    done = ck.nn.fit(strided, params, ck.data.make_localisation, loss=loss, steps=300, seed=seed,
                     optimiser=ck.nn.Adam(5e-3), progress=False)
    trained.append(done.params)

# %% Point at the highest score
digits, centres = ck.data.make_localisation(100, seed=9, split="test")


def error(net, params):
    scores = net(params, digits)
    best = scores.reshape(len(scores), -1).argmax(axis=1)
    row_and_column = np.stack(np.divmod(best, scores.shape[3]), axis=1)
    jump = ck.receptive_field(net).jump[0]
    pointed = jump * row_and_column + 3.5  # the middle of a cell of 8 pixels
    return np.sqrt(np.sum((pointed - centres) ** 2, axis=1).mean())

# %% Predict: no training at all [markdown]
# All three come out close to the floor, as you will see. Now hand the trained parameters to the net
# with rates, which has never been trained. By the identity it gives the same 64 scores, with 4,032
# more between them: each answers the same question, "is the centre in the cell of 8 x 8 pixels that
# begins here?", for a cell that begins at any pixel.
#
# **Predict.** No step of training is added. Does the error of the pointing net get larger, stay, or
# become smaller? By how much?

# %% The same parameters with rates
errors = np.array([[error(strided, params), error(dilated, params)] for params in trained])
for seed, (with_strides, with_rates) in enumerate(errors):
    print(f"seed {seed}: strides,", "at the floor;" if with_strides > 0.9 * floors[8] else "below;",
          "rates,", "below the floor" if with_rates < floors[8] else "not below")
print("on average a quarter or more of the error is gone:",
      errors[:, 1].mean() < 0.75 * errors[:, 0].mean())

for params in trained:  # the same 64 scores, but for rounding
    assert np.allclose(dilated(params, digits)[:, :, ::8, ::8], strided(params, digits), atol=0.01)
assert np.all(errors[:, 0] > 0.9 * floors[8]) and np.all(errors[:, 1] < floors[8])
assert errors[:, 1].mean() < 0.75 * errors[:, 0].mean()

# %% Look at one digit [markdown]
# Below the floor, without a step of training. See how, on a digit whose centre lies near the corner
# of a cell: black is the lowest score, white the highest. Where does each net point, and how do the
# scores fall off around it?

# %% See the scores tags=["nbval-ignore-output"]
edge = np.abs(centres % 8 - 3.5).sum(axis=1).argmax()  # a digit centred near a cell's corner
maps = [net(trained[1], digits[edge:edge + 1])[0, 0] for net in (strided, dilated)]
tops = [jump * np.array(np.unravel_index(scores.argmax(), scores.shape)) + 3.5
        for jump, scores in zip((8, 1), maps, strict=True)]
shares = [(scores - scores.min()) / np.ptp(scores) for scores in maps]
ck.figures.compare(
    [digits[edge, 0], *shares],
    ["a digit", "strides: 8 x 8", "rates: 64 x 64"],
    alt="A digit centred on row {:.0f}, column {:.0f}. ".format(*centres[edge])
    + "With strides 64 coarse scores point at {:.1f}, {:.1f}; ".format(*tops[0])
    + "with rates 4,096 scores make a smooth hill that points at {:.1f}, {:.1f}.".format(*tops[1]),
)

# %% A hill with a top [markdown]
# The trained net had more to say than it was asked. Its scores are highest where the digit stands
# in the middle of the cell, and fall off to all sides; sampled once in eight pixels, the top of the
# hill falls between two samples. With rates the hill is there in full, and pointing at its top is
# better than any net of total stride 8 can be that points at the middle of a cell. In the same way
# classifiers with strides were turned into nets that name every pixel, and then trained further
# (Chen et al. 2015, below). Trained with rates from the start, a net like ours comes to about half
# a pixel: .46 to .58 over three seeds, against floors of .71, 1.58 and 3.24 for strides of 2, 4 and
# 8 (`benchmarks/experiments.md`; remake it with `python benchmarks/experiments.py localisation`).
#
# So where the place counts, keeping the places pays. That dilation is valuable where a task needs
# precise places **holds if** the answer is read off the map. A net may also say the place within
# the cell in further channels, and is then bound by no floor; you know why, since that is C to more
# than C.
#
# ## The table, tested
#
# | | Resolution | Receptive field | Information |
# |---|---|---|---|
# | Pooling | reduced | its window, and all later layers | lost |
# | Stride | reduced | all later layers, not its own | lost, unless channels make up |
# | Dilation | kept, if padded | its own layer | no places lost; weights may lose |
#
# They are not interchangeable, though their answers are equal where both have one. The dilated net
# gives all places and has to pay for them: here 64 times as many outputs. What that costs is the
# next lesson.

# %% Key points [markdown]
# ## Key points
#
# - A net with strides gives a subsample of what the net with rates gives, with the same weights. A
#   layer's rate is the product of the strides before it.
# - A stride widens the layers after it, never its own; a rate widens its own.
# - What is lost is a matter of counting: a stride of s with C to s² C channels can lose nothing.
# - Dilation loses no places. It can lose what its weights cannot tell apart; ReLU loses in both.
# - From the cells of a map with total stride S you can point no better than sqrt((S² - 1) / 6).
#
# Now do the exercise: open `exercises/04_stride_or_dilation.ipynb`. You will convert nets, pool by
# loops, stitch a dense map from moved pictures, count what a kernel hides, and mend a check that
# lets mistakes pass.

# %% Sources [markdown]
# ## Sources
#
# - M. Holschneider, R. Kronland-Martinet, J. Morlet, P. Tchamitchian (1990), *A Real-Time Algorithm
#   for Signal Analysis with the Help of the Wavelet Transform*, in: Wavelets, Springer, 286-297,
#   [doi:10.1007/978-3-642-75988-8_28](https://doi.org/10.1007/978-3-642-75988-8_28): the algorithme
#   à trous.
# - A. Giusti et al. (2013), *Fast Image Scanning with Deep Max-Pooling Convolutional Neural
#   Networks*, [arXiv:1302.1700](https://arxiv.org/abs/1302.1700): dense answers from pooling nets.
# - J. Long, E. Shelhamer, T. Darrell (2015), *Fully Convolutional Networks for Semantic
#   Segmentation*, [arXiv:1411.4038](https://arxiv.org/abs/1411.4038): moving the picture and
#   stitching the answers, and the same with rates.
# - L.-C. Chen et al. (2015), *Semantic Image Segmentation with Deep Convolutional Nets and Fully
#   Connected CRFs*, [arXiv:1412.7062](https://arxiv.org/abs/1412.7062): a trained classifier turned
#   dense with rates.
# - Photographs: Lav Varshney (camera), Stéfan van der Walt (chelsea), Rachel Michetti (coffee),
#   CC0Textures (brick), all CC0. Digits: MNIST, Yann LeCun and Corinna Cortes, CC BY-SA 3.0.

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# ```python
# import torch
# import torch.nn.functional as F
#
# def run(x, strides, rates):
#     for w, stride, rate in zip(weights, strides, rates):
#         w = torch.as_tensor(w)
#         x = F.conv2d(x, w, stride=stride, dilation=rate, padding=rate).relu()
#     return x
#
# x = torch.as_tensor(photo)
# few = run(x, [2, 2, 1], [1, 1, 1])
# many = run(x, [1, 1, 1], [1, 2, 4])
# torch.equal(few, many[:, :, ::4, ::4])   # True
#
# F.pixel_unshuffle(x, 2)                  # space to depth: 1 channel to 4, half the size
# ```
