# %% A place to look, or a thing to look for? [markdown]
# # 12 Dilation and attention: a place to look, or a thing to look for?
#
# Here are two questions about a row of symbols. *Which one stood 16 steps ago?* One dilated layer
# with two taps answers that on every row, however long. *Which number stands with the letter K,
# wherever that is?* A stack of dilated layers with 7,208 weights, which sees the whole row, answers
# that about as often as a die with eight faces. Another layer answers it on every row, and not one
# of its weights was trained. What does that layer do that a convolution does not, and what does it
# pay for it?
#
# After this lesson you can
#
# - compute attention by hand, and say of a task whether it asks for a place or for a thing;
# - count what attention costs, and say from which map on it is dearer than a convolution;
# - find a convolution inside attention, and the holes of lesson 06 inside dilated attention.
#
# **About 55 minutes.** You need lessons 02 (dilation), 05 (MACs) and 06 (gridding). Where you are
# asked to predict, write it down before you run the next cell.

# %% Recall: a tap stands at a place [markdown]
# ## Recall: a tap stands at a place
#
# The taps and the rate of a layer say at which distances it reads. They are fixed before any input
# arrives, and what stands there is multiplied by the same weights, whatever it is. A layer is
# **causal** if it reads its own place and places before it, none after.
#
# The rows of this lesson are made of symbols. Each symbol has a channel of its own, which holds 1
# where the symbol stands and 0 elsewhere. All channels at one place together are a **token**.
#
# First task: four symbols in random order, and at each place the question which of them stood 16
# steps before. **Predict.** Can one causal layer with two taps do it, for rows of 64 places and of
# 1,024? With which rate, and which weights?

# %% What stood 16 steps ago?
from functools import partial

import numpy as np

import coursekit as ck

copy = np.zeros((4, 4, 2), np.float32)
copy[:, :, 0] = np.eye(4)  # the earlier tap hands each symbol on, the other has weight 0

for length in (64, 1024):
    symbols, answers = ck.data.make_fixed_offset(50, seed=1, length=length)
    found = ck.conv(symbols, copy, dilation=16, padding="causal").argmax(axis=1)
    asked = answers >= 0  # the first 16 places have no answer
    print(f"{length:4} places: {np.mean(found[asked] == answers[asked]):.0%} right")
    assert np.all(found[asked] == answers[asked])

# %% The second task [markdown]
# All right, and no training was needed: the question is about a place, and a tap stands at a place.
#
# Second task: 16 letters in random order, each with a number from 0 to 7. Last comes one of the
# letters again, without its number. Which number stood with it? Answer the first row yourself
# before you look at its answer, and watch what your eyes do.

# %% Read a row
lookups = partial(ck.data.make_recall, pairs=16)
rows, numbers = lookups(500, seed=1)  # channels 0 to 15: letters; 16 to 23: numbers


def written(row):
    letters = ["ABCDEFGHIJKLMNOP"[i] for i in row[:16].argmax(axis=0)]
    tokens = [f"{letter}{number}" for letter, number in zip(letters, row[16:].argmax(axis=0))]
    return " ".join(tokens[:-1]) + f"  {letters[-1]}?"


for row, number in zip(rows[:3], numbers):
    print(written(row), "   answer:", number)

# %% Predict: copy from the best distance [markdown]
# You did not count steps. You kept the letter in mind, and ran along the row until you met it.
#
# **Predict.** A dilated layer can copy the number from any *one* distance before the question. Take
# the best of the 16 distances. How often is it right? (A guess is right in one row of eight.)

# %% No distance is better than a guess
right = [np.mean(rows[:, 16:, 16 - distance].argmax(axis=1) == numbers)
         for distance in range(1, 17)]
print("the best distance is right in less than a fifth of the rows:", max(right) < 0.2)
assert max(right) < 0.2

# %% Predict: train a stack [markdown]
# The letter may stand anywhere, so each distance is as good as a guess. But a stack of layers with
# ReLUs between them can do more than copy. The next cells build one that sees the whole row, and
# train it for a few seconds; its answer is read at the last place, where the question stands.
#
# **Predict** how often it is right on rows that it has not seen.

# %% A dilated net, and how to train it
def causal_layers(channels, rates):
    return [part for rate in rates for part in (
        ck.nn.Conv(channels, 3, padding="causal", dilation=rate), ck.nn.Relu())]


def at_the_end(scores, answers):
    return ck.nn.cross_entropy(scores[:, :, -1], answers)


def trained(net, make, steps, loss=at_the_end):
    start = net.init(0, make(1)[0].shape[1:])
    return ck.nn.fit(net, start, make, loss=loss, optimiser=ck.nn.Adam(0.01), steps=steps,
                     batch=32, seed=1, progress=False).params

# %% Does it learn to look things up?
dilated = ck.nn.Sequential(*causal_layers(24, [1, 2, 4, 8]), ck.nn.Conv(8, 1))
dilated_weights = trained(dilated, lookups, steps=300)
dilated_right = np.mean(dilated(dilated_weights, rows)[:, :, -1].argmax(axis=1) == numbers)

print(f"{dilated_weights.size:,} weights, sees {ck.receptive_field(dilated).size[0]} places")
print("right in less than a quarter of the rows:", dilated_right < 0.25)
assert dilated_right < 0.25

# %% It sees everything and finds nothing [markdown]
# It reads every place, and guesses. Its layers mix what stands at given distances, whatever that
# is. To find the K it would have to carry all 16 pairs to the place of the question, apart from
# each other, and compare there. That may not be impossible, but training does not get near it: with
# 32 pairs, 8,360 weights and five times as many steps it was right in .12 to .15 of the rows, over
# three seeds (`python benchmarks/experiments.py associative_recall`).
#
# ## Do what your eyes did
#
# So let us build a layer that searches. Three kinds of numbers play a part:
#
# - the **query**, what the asking place looks for: here the letter of the question;
# - at each place a **key**, what it can be found by: here its letter;
# - at each place a **value**, what it hands over when it is found: here its number.
#
# The **score** of a place says how well its key fits the query: multiply them number by number, and
# add. Here that is 1 where the letters agree, and 0 elsewhere. The **softmax** turns scores into
# shares: take `exp` of each score, and divide by their sum, so that all shares are positive and add
# up to 1. A factor in front of the scores, the **sharpness**, says how much more the best score
# gets than the others. The answer is the sum of all values, each times its share.
#
# This is **attention**. **Predict** the 16 shares for sharpness 0, and for a very large one.

# %% Attention by hand
def shares(query, keys, sharpness):
    scores = sharpness * keys @ query
    powers = np.exp(scores - scores.max())  # the same shares, and no power is too large
    return powers / powers.sum()


query, keys, values = rows[0, :16, -1], rows[0, :16, :-1].T, rows[0, 16:, :-1].T
for sharpness in (0, 3, 10):
    share = shares(query, keys, sharpness)
    print(f"sharpness {sharpness}")
    print("  shares of the places: ", *(f"{s:.2f}" for s in share))
    print("  shares of the numbers:", *(f"{s:.2f}" for s in share @ values))

# %% Your turn: how sharp? [markdown]
# With 0 all places get the same. With 3 the place that was found has a little more than half, with
# 10 it has everything, and the answer is its number. (With 3 the number gets a little more than the
# place, since each number stands in the row twice, and the other place adds its .03.)
#
# ## Your turn: how sharp?
#
# The place that is found has score 1, and 15 others have 0, so its share is
# `exp(s) / (exp(s) + 15)`. Which whole number `s` is the least that gives it more than 99 %?
# Replace the 3.

# %% Try a sharpness
sharpness = 3

print(f"the place that is found gets {shares(query, keys, sharpness).max():.1%}")

# %% All rows at once [markdown]
# It takes 8; 7 gives 98.7 %.
#
# Now all 500 rows. `ck.attention` takes queries, keys and values of shape (rows, heads, places,
# channels), and the sharpness as `scale`. There is one **head** here, which means one search at a
# time. Queries may be fewer than keys: we have one for each row, and 16 keys.
#
# The cell runs the convolution and the attention twice. People call dilated convolutions
# *deterministic*, and attention *adaptive*. **Predict**: will the second run give the same bits as
# the first?

# %% Look all of them up
def look_up(rows, named=16, sharpness=10):
    tokens = rows.transpose(0, 2, 1)[:, None]  # (rows, 1 head, places, channels)
    names, things = tokens[..., :named], tokens[..., named:]
    return ck.attention(names[:, :, -1:], names[:, :, :-1], things[:, :, :-1],
                        scale=sharpness)[:, 0, 0]


found = look_up(rows)
again = ck.conv(symbols, copy, dilation=16), ck.conv(symbols, copy, dilation=16)
print(f"right in {np.mean(found.argmax(axis=1) == numbers):.0%} of the rows")
print("the same bits twice, attention:  ", np.array_equal(found, look_up(rows)))
print("the same bits twice, convolution:", np.array_equal(*again))
assert np.all(found.argmax(axis=1) == numbers) and np.array_equal(*again)
assert np.array_equal(found, look_up(rows))

# %% Adaptive is not random [markdown]
# Every row is right, with 16 letters that could stand anywhere. And both are deterministic: where
# attention looks depends on the data, but nothing in it is left to chance. The word that separates
# the two is another one: a convolution's weights are **data-independent**.
#
# In a net nobody hands out queries, keys and values. Three matrices with trained weights make them
# from each token's channels, and a fourth mixes what was found; these are the **projections**. Ours
# were "take the letters" and "take the number". Training finds such matrices by itself: in the
# experiment above, attention was right in every row, over three seeds, with 5,208 weights.
#
# ## Your turn: a vote
#
# A harder search. The row has 48 tokens, each a shape in a colour: eight shapes, eight colours,
# each shape six times and each colour six times. Last comes a shape. **Which colour has this shape
# most often?** Nothing is decided by one token; the answer needs all six, and they are anywhere.
#
# The cell calls the function that you know, on channels of shape and colour. **Predict** what
# happens to a vote when the sharpness is lowered to 1, to 0, and below 0. Then try it.

# %% Your vote
sharpness = 10

shapes, colours = ck.data.make_global_reasoning(500, seed=1)  # channels 0-7: shape; 8-15: colour
votes = look_up(shapes, named=8, sharpness=sharpness)
print(f"right in {np.mean(votes.argmax(axis=1) == colours):.0%} of the rows")

# %% Attention counts [markdown]
# All right with 10, and with 1 as well: the six tokens share equally, since their scores are equal,
# and the colour that has most of them has most of the share. At 0 every token has the same share,
# each colour has six tokens, and only rounding decides. Below 0 the six get the *least*, and it is
# always wrong.
#
# Attention with trained projections has 2,856 weights for this task. A dilated net of 2,912 weights
# sees all 49 places, too. **Predict** what it makes of the vote.

# %% Does it learn to vote?
voter = ck.nn.Sequential(*causal_layers(12, [1, 2, 4, 8, 16, 32]), ck.nn.Conv(8, 1))
weights = trained(voter, ck.data.make_global_reasoning, steps=150)
voter_right = np.mean(voter(weights, shapes)[:, :, -1].argmax(axis=1) == colours)
votes = look_up(shapes, named=8)

print(f"{weights.size:,} weights, sees {ck.receptive_field(voter).size[0]} places")
print("right in less than a quarter of the rows:", voter_right < 0.25)
assert voter_right < 0.25 and np.all(votes.argmax(axis=1) == colours)

# %% Where global reasoning dominates [markdown]
# It guesses again. 150 steps are few. With 800 steps of 64 rows, over three seeds, and with
# attention that had to find its projections by training: dilated .11 to .14,
# attention 1.00, 1.00 and .91, with 2,856 weights (`python benchmarks/experiments.py
# global_reasoning`; a guess gives .125). This is what **global reasoning** means here: the answer
# depends on many tokens, and only their contents say which.
#
# ## What a pixel looks for
#
# A row of tokens is a toy. Take a photograph, shrunk to 64 x 64 pixels, let one pixel ask, and all
# 4,096 pixels be searched. What does it look for? Its own brightness: the score should be largest
# where brightness `b` equals its own `a`. The product of query `(2 a, -1)` and key `(b, b * b)`
# does it, as `2 a b - b b` is `a a - (a - b) ** 2`.
#
# Three pixels ask: one in the sky, one in the grass, one on the man's coat. **Predict** what each
# of the three pictures of shares shows.

# %% Three pixels ask
photo = ck.avg_pool(ck.data.load_photograph("camera")[None, None], 4)[0, 0].astype(np.float64)
keys = np.stack([photo.ravel(), photo.ravel() ** 2], axis=1)


def asked_at(row, column):
    query = np.array([2 * photo[row, column], -1])
    return shares(query, keys, sharpness=200).reshape(photo.shape)


places = [(10, 40), (56, 40), (40, 10)]
views = [asked_at(*place) for place in places]
sizes = [np.count_nonzero(view > view.max() / 2) for view in views]

# %% What each of them looks at tags=["nbval-ignore-output"]
ck.figures.compare(
    [photo, *(view / view.max() for view in views)],
    ["the photograph", "asked in the sky", "asked in the grass", "asked on the coat"],
    alt="A man with a camera, and three maps, white where a pixel gets a large share. The pixel in "
    "the sky looks at the sky, that in the grass at the grass, that on the coat at coat, hair and "
    f"camera. {sizes[0]}, {sizes[1]} and {sizes[2]} of {photo.size:,} pixels get more than half of "
    "the largest share.", vmin=0, vmax=1,
)

# %% Structured or adaptive
sky, grass, coat = views
common = max(np.minimum(a, b).sum() for a, b in ((sky, grass), (sky, coat), (grass, coat)))
print("two of the maps have less than a tenth of their shares in common:", common < 0.1)

kernel = np.random.default_rng(0).standard_normal((1, 1, 3, 3))
dots = np.zeros((3, 1, 64, 64))
for dot, place in zip(dots, places):
    dot[0][place] = 1  # touch one pixel
moved = ck.conv(dots, kernel, dilation=4, padding="same")[:, 0]
maps = [y[r - 4 : r + 5, c - 4 : c + 5] for y, (r, c) in zip(moved, places)]
same = all(np.array_equal(one, maps[0]) for one in maps)
print("a convolution has the same weights at all three pixels:", same)
assert common < 0.1 and same

# %% The man appears [markdown]
# Nobody told these pixels what sky is, or a coat, and yet the maps have the outlines of things. A
# convolution has one map for all pixels and all photographs, nine dots in a square; only its place
# changes. That is meant by **structured context** on one side, and **adaptive context** on the
# other.
#
# ## What attention does not know
#
# Now it is attention's turn to fail. Shuffle the 16 tokens of each row, and leave the question
# where it is. **Predict** what becomes of the dilated net's output, and of attention's.

# %% Shuffle the rows
order = [*np.random.default_rng(0).permutation(16), 16]
shuffled = rows[:, :, order]

before, after = (dilated(dilated_weights, x)[:, :, -1] for x in (rows, shuffled))
moves = not np.allclose(before, after)
stays = np.allclose(look_up(shuffled), found, atol=1e-5)
print("the dilated net's output changes:", moves)
print("attention's answers stay:        ", stays)
assert moves and stays

# %% Predict: the first task again [markdown]
# Attention finds the same tokens wherever they are put, and adds the same values up, so it gives
# the same answer. For looking things up that is perfect. **Predict** what it means for the first
# task, the symbol of 16 steps ago, with weights as good as you like.

# %% Attention without places
symbols, answers = ck.data.make_fixed_offset(200, seed=1)
order = [*np.random.default_rng(1).permutation(63), 63]  # all but the last place
search = ck.nn.Attention(2, width=8)
weights = search.init(0, (4, 64))  # any weights will do

last, last_shuffled = (search(weights, x)[:, :, -1] for x in (symbols, symbols[:, :, order]))
differ = np.mean(answers[:, -1] != symbols[:, :, order].argmax(axis=1)[:, -17])
print("the same output at the last place:", np.allclose(last, last_shuffled, atol=1e-5))
print("other right answers in more than half of the rows:", differ > 0.5)
assert np.allclose(last, last_shuffled, atol=1e-5) and differ > 0.5

# %% Bias must match the task [markdown]
# It cannot know: for attention a row is a bag of tokens, and "16 steps ago" is no property of a
# bag. What a layer takes for granted before it has seen any data is its **bias** (the word has
# nothing to do with the number that is added to a sum). A convolution assumes that places matter,
# attention that contents do. On each task one of them is perfect without training, and the other is
# lost.
#
# Lost for ever? No: you can tell attention the places. One way adds to each token a number for each
# channel and place, found by training like the weights. Three seeds, and the share that is right (a
# guess gives .25; `python benchmarks/experiments.py fixed_offset`):
#
# | layer | weights | steps | right at 64 places | at 128 |
# |---|---|---|---|---|
# | one dilated convolution | 316 | 200 | 1.00 | 1.00 |
# | attention with places | 8,548 | 200 | .31 to .33 | has no places for it |
# | attention with places | 8,548 | 1,200 | 1.00 | has no places for it |
#
# So "attention cannot do it" would be false. It learns what the convolution has built in; it takes
# six times the steps, 27 times the weights, and it knows 64 places, not what 16 steps are.
#
# ## A convolution inside attention
#
# The other way is to let the score depend on the *distance*: for a query at place `i`, take
# `-(j - i - c) ** 2`, times a large sharpness, as the score of place `j`, and no contents at all.
# The largest score is at distance `c`, and the head gives it the whole share. That is a tap! The
# projection that mixes the heads holds the tap's weights. Cordonnier, Loukas and Jaggi showed this
# in 2020.
#
# **Predict.** How many heads does attention need to be a convolution of 3 x 3 taps? And for how
# many times its MACs, on 48 x 48 pixels? (At one pixel a tap takes one MAC. A head there gives each
# of the pixels a score, and then adds up as many values.)

# %% One head for each tap
face = ck.data.load_photograph("camera")[None, None, 56:104, 104:152]
edges = np.array([[[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]], np.float32)

layer, params = ck.conv_as_attention(edges, dilation=2)
attended, convolved = layer(params, face), ck.conv(face, edges, dilation=2, padding="same")

inner = np.s_[..., 2:-2, 2:-2]  # outputs that see no border
equal = np.allclose(attended[inner], convolved[inner], atol=1e-3)
times = ck.cost([layer], (1, 48, 48)).macs / (9 * 48 * 48)
print(f"attention with {layer.heads} heads; equal away from the border: {equal}")
print("it takes more than 4,000 times the convolution's MACs:", times > 4000)
assert equal and layer.heads == 9 and times > 4000

# %% A convolution, twice tags=["nbval-ignore-output"]
off = np.abs(attended - convolved)
ck.figures.compare(
    [convolved[0, 0], attended[0, 0]],
    ["convolution, rate 2", "attention, 9 heads"],
    alt="The upright edges of a face in profile and of a camera, once by a convolution and once by "
    f"attention. Inside they agree to {off[inner].max():.0e}; along the border they "
    f"differ by up to {off.max():.1f}.",
)

# %% What the border shows [markdown]
# Nine heads, one for each tap, and the same picture. So attention **is more flexible**: whatever a
# convolution does is one of the things that attention with distances can do. To do it, each of
# 2,304 pixels gives a score to all 2,304, nine times, in order to find out that it wants the one at
# distance 2.
#
# Compare the borders of the two. Where a tap falls outside, the convolution reads a zero. Attention
# cannot look at nothing: its shares add up to 1, so all of it goes to the nearest pixel inside.
#
# ## The bill
#
# A convolution reads a few places for each output. How many does attention read? Touch each of 64
# places in turn, and count which of them move the output in the middle.

# %% Places that move one output
def read_by(layer, length=64):
    x = np.random.default_rng(0).standard_normal((1, 4, length))
    touched = np.repeat(x, length, axis=0)
    touched[range(length), :, range(length)] += 1  # row n has place n touched
    weights = layer.init(0, (4, length), dtype=np.float64)
    middle = layer(weights, np.concatenate([x, touched]))[:, :, length // 2]
    return np.count_nonzero(np.any(middle[1:] != middle[0], axis=1))


one_layer = read_by(ck.nn.Conv(4, 3, padding="same", dilation=8)), read_by(ck.nn.Attention(1))
print(f"convolution, rate 8: {one_layer[0]} of 64 places, attention: {one_layer[1]} of 64")
assert one_layer == (3, 64)

# %% Predict: from local to global [markdown]
# One layer of attention has a share for each pair of places: it models **global interactions
# explicitly**. A dilated net needs layers for that. **Predict** what an output sees after 1, 2, 3,
# 4 layers of 3 taps, with rates 1, 2, 4, 8 and with rates 8, 4, 2, 1.

# %% From local to global
for rates in ([1, 2, 4, 8], [8, 4, 2, 1]):
    layers = [ck.Window(3, dilation=rate) for rate in rates]
    fields = [ck.receptive_field(layers[:depth]).size[0] for depth in (1, 2, 3, 4)]
    reads = [round(ck.coverage(layers[:depth]) * field) for depth, field in enumerate(fields, 1)]
    print(f"rates {rates}: sees {fields}, reads {reads} of them")
    assert fields == reads if rates[0] == 1 else fields[0] > 3 * reads[0]

# %% Count attention's MACs [markdown]
# Rates that rise go from local to global: first the 3 nearest places, then 7, 15, 31 without a
# hole. Rates that fall begin with 3 places that lie 8 apart. Both are structured; local to global
# is the order of the rates.
#
# Now count. There are N places of C channels. Each of the four projections is a matrix of C x C
# weights, used once at each place; then each place has N scores of C products each, and a sum of N
# values of C channels each:
#
# > attention: 4 N C C + 2 N N C MACs. A convolution of k taps: k N C C.
#
# Divide both by N C: `4 C + 2 N` against `k C`. They are equal at **N = (k - 4) C / 2**.
#
# **Predict.** With 64 channels and 3 x 3 taps, up to which size of map does attention take *fewer*
# MACs? And in a row, with 3 taps?

# %% Who takes fewer MACs?
conv3x3 = ck.nn.Conv(64, (3, 3), padding=1, bias=False)
for side in (8, 12, 13, 16, 64):
    conv, dense = (ck.cost([layer], (64, side, side)).macs
                   for layer in (conv3x3, ck.nn.Attention(1)))
    n = side * side
    assert dense == 4 * n * 64**2 + 2 * n * n * 64 and conv == 9 * n * 64**2
    assert (dense < conv) == (n < ck.attention_crossover(9, 64)) == (side < 13)
    print(f"{side:2} x {side:2}: attention takes {dense / conv:5.2f} times the MACs")

# %% Where they are equal
for taps, channels in ((9, 64), (9, 512), (3, 64)):
    equal = ck.attention_crossover(taps, channels)
    print(f"{taps} taps, {channels:3} channels: equal at N = {equal:,.0f}")
assert ck.attention_crossover(3, 64) == 0

# %% Heavier, from 13 x 13 on [markdown]
# They cross at N = 160, between maps of 12 x 12 and of 13 x 13. Below, attention is the lighter
# one. Above, and that is nearly every map in practice, it is **heavier**, by more and more, since
# twice the side are four times the places and sixteen times the pairs. With 3 taps in a row the
# projections alone cost more than the convolution, so it never is lighter. (The formula would give
# less than 0 places there; the function says 0.)
#
# The crossing moves with the channels: with 512 it is at 1,280 places, more than 35 x 35. Deep in a
# net maps are small and channels many, and there it pays: BoTNet puts attention into the last three
# blocks of a ResNet, and leaves convolutions everywhere else.
#
# ## A window
#
# What is dear is that each query sees *all* keys. Let it see a **window** of w keys around its own
# place, and 2 N N C becomes 2 N w C. **Predict**: a window of 7 x 7, 64 channels, against 3 x 3
# taps. From which map on is attention heavier now?

# %% A window's bill
for side in (16, 32, 64, 128):
    conv, dense, windowed = (ck.cost([layer], (64, side, side)).macs for layer in (
        conv3x3, ck.nn.Attention(1), ck.nn.Attention(1, window=(7, 7))))
    print(f"{side:3} x {side:3}: all keys {dense / conv:5.1f}, 49 keys {windowed / conv:.2f} "
          "times the MACs")
    assert windowed < 0.65 * conv and dense > 1.3 * conv

# %% Both in one picture tags=["nbval-ignore-output"]
ck.figures.draw_crossover(9, 64, window=49)

# %% Count keys, not places [markdown]
# From none on. With a window, attention grows like the map, as a convolution does, and this one
# takes 0.61 times its MACs on every map. The rule was about keys all the time: **attention is
# lighter as long as a query sees fewer than (k - 4) C / 2 keys.** (MACs leave out the softmax, one
# `exp` for each score, and say nothing of how well a processor does either.)
#
# But a window finds nothing outside. To see farther at the same price, move its keys apart: that is
# **dilated attention**. In the picture, a row is a query and its squares are the keys that it sees.
# Find the queries that see fewest, and see why.

# %% Dilated attention tags=["nbval-ignore-output"]
ck.figures.draw_attention(24, window=5, dilation=4)

# %% Predict: two photographs again [markdown]
# Near the border some keys would be outside; those inside share everything.
#
# In lesson 06 we hid a cat in a photograph, in one pixel of four, and layers with rates 2, 2, 2
# took the two apart. Here are three layers of attention with windows of 3 x 3 and rates 2, 2, 2.
# Each pixel takes the mean of what is like itself, by the score that you know from the sky.
# **Predict.** What do the even and the odd pixels of the output show?

# %% A cat behind attention
man, cat = (ck.avg_pool(ck.data.load_photograph(name)[None, None], 2)[0, 0].astype(np.float64)
            for name in ("camera", "chelsea"))
man, cat = man[15:79, 25:89], cat[15:79, 20:84]
mixed = man.copy()
mixed[1::2, 1::2] = cat[1::2, 1::2]


def attend(picture, rates):
    x = picture[None, None, :, :, None]  # one picture, one head, one channel at each place
    for rate in rates:
        queries = np.concatenate([2 * x, -np.ones_like(x)], axis=4)
        keys = np.concatenate([x, x**2], axis=4)
        x = ck.attention(queries, keys, x, window=3, dilation=rate, scale=50)
    return x[0, 0, :, :, 0]

# %% Look at both halves tags=["nbval-ignore-output"]
out = attend(mixed, [2, 2, 2])
even, odd = out[0::2, 0::2], out[1::2, 1::2]
ck.figures.compare(
    [mixed, even, odd],
    ["what goes in", "even rows, even columns", "odd rows, odd columns"],
    alt="A photograph of a man with a camera, in which one pixel in four is from a cat, and the "
    "output of three layers of dilated attention: its even pixels show the man and no cat, its odd "
    f"pixels the eye of the cat and no man. They differ by {np.abs(even - odd).mean():.2f} in "
    "brightness on average.",
)

# %% Holes are not a matter of weights
layers = [ck.nn.Attention(1, window=(3, 3), dilation=2)] * 3
alone = np.allclose(even, attend(man, [2, 2, 2])[0::2, 0::2], atol=1e-12)
print(f"sees {ck.receptive_field(layers).size[0]} pixels across, "
      f"reads {ck.coverage(layers):.0%} of the square")
print("rates 2, 2, 2: the even pixels are the man's alone:", alone)

moved = (attend(mixed, [1, 2, 3]) - attend(man, [1, 2, 3]))[0::2, 0::2]
print("rates 1, 2, 3: the even pixels are the man's alone:", not np.abs(moved).max() > 0.1)
assert alone and np.abs(moved).max() > 0.1
assert ck.coverage(layers) == ck.coverage([ck.Window((3, 3), dilation=2)] * 3)

# %% The same disease, the same cure [markdown]
# Edges stay sharp, because a pixel takes little from what is unlike it. And yet the man and the cat
# never meet. Attention adapts the shares of the keys that it sees; to a key that it does not see,
# it has nothing to give. Dilated attention has the lattices, the holes and the coverage of a
# dilated convolution, and the rates that mend one mend the other.
#
# ## Both in one net
#
# So which do you take? Neither replaces the other. The next net has both side by side: attention
# that searches, and a dilated layer of two taps that looks 16 steps back. (`LayerNorm` brings the
# channels of each token to mean 0 and spread 1; `Parallel` puts the channels of both in a row.)
#
# **Predict** how it does on each of the two tasks that this lesson began with.

# %% A hybrid
def hybrid(classes):
    searches = ck.nn.Attention(1, width=32, channels=32)
    looks = ck.nn.Conv(32, 2, padding="causal", dilation=16)
    return ck.nn.Sequential(ck.nn.LayerNorm(), ck.nn.Parallel(searches, looks), ck.nn.Relu(),
                            ck.nn.Conv(classes, 1))


finder, counter = hybrid(8), hybrid(4)
finder_weights = trained(finder, lookups, steps=400)
counter_weights = trained(counter, ck.data.make_fixed_offset, steps=40, loss=ck.nn.cross_entropy)

# %% The hybrid on both tasks
looked_up = finder(finder_weights, rows)[:, :, -1].argmax(axis=1)
symbols, answers = ck.data.make_fixed_offset(50, seed=1, length=128)  # it learned on 64 places
counted = counter(counter_weights, symbols).argmax(axis=1)

looks_up = np.mean(looked_up == numbers)
counts = np.mean((counted == answers)[answers >= 0])
print("the number with a letter, right in more than 9 rows of 10:", looks_up > 0.9)
print("16 steps ago, at twice the length, right in more than 9 of 10:", counts > 0.9)
assert looks_up > 0.9 and counts > 0.9

# %% Bias for both [markdown]
# The same net, trained once for each, solves both, and the second at a length that it has never
# seen. Over three seeds of the larger
# experiments such nets were right in all rows of either task (`python benchmarks/experiments.py
# associative_recall fixed_offset`).
#
# ## The claims, tested
#
# - *Dilated convolutions encode structured, local-to-global bias.* **Holds if** the rates rise.
#   Structured they are in any order: the same taps at every place and in every photograph.
# - *Dilated convolutions are efficient and deterministic.* Efficient: lesson 05 says compared with
#   what. Deterministic: **holds**, and for attention as well.
# - *Attention models global interactions explicitly.* **Holds**, for attention without a window:
#   one layer, a share for each pair.
# - *Attention is more flexible but computationally heavier.* More flexible: nine heads with
#   distances are a 3 x 3 convolution. Heavier: **holds if** a query sees more than (k - 4) C / 2
#   keys. With 64 channels and 3 x 3 taps that is every map from 13 x 13 on, and no map at all with
#   a window of 7 x 7.
# - *Dilated convolutions struggle with irregular global dependencies, and underperform when global
#   reasoning dominates.* **Holds** for the letters and for the vote: they see everything and guess.
# - *Bias must match the task.* **Holds**: each is perfect where the other is lost. It is no law for
#   ever: with places and six times the steps, attention learned the distance.
# - *Dilations are structured context; attention is adaptive context.* **Holds.**

# %% Key points [markdown]
# ## Key points
#
# - A convolution looks at places, whatever stands there. Attention looks for contents, wherever
#   they stand: query times key gives a score, softmax makes shares, the shares mix the values.
# - Attention without places cannot tell a row from the same row shuffled. Places that are added
#   must be learned, and end where training ended; scores by distance make a head into a tap.
# - Attention is heavier than k taps when a query sees more than (k - 4) C / 2 keys.
# - A window makes it linear in the map. A dilated window has the holes of lesson 06.
# - Dilation does not replace attention, nor the reverse. Ask whether the task asks for a place or
#   for a thing; for both, take both.
#
# Now do the exercise: open `exercises/12_attention.ipynb`. You will say what a query sees, mend a
# colleague's attention, make a convolution of heads, and find the largest window that you can pay.

# %% Sources [markdown]
# ## Sources
#
# - A. Vaswani et al. (2017), *Attention Is All You Need*,
#   [arXiv:1706.03762](https://arxiv.org/abs/1706.03762): scaled dot-product attention, heads, and a
#   table of costs (without the projections that we count).
# - J.-B. Cordonnier, A. Loukas, M. Jaggi (2020), *On the Relationship between Self-Attention and
#   Convolutional Layers*, [arXiv:1911.03584](https://arxiv.org/abs/1911.03584): a head for each
#   tap.
# - A. Hassani, H. Shi (2022), *Dilated Neighborhood Attention Transformer*,
#   [arXiv:2209.15001](https://arxiv.org/abs/2209.15001); I. Beltagy, M. Peters, A. Cohan (2020),
#   *Longformer*, [arXiv:2004.05150](https://arxiv.org/abs/2004.05150): windows with a rate, on
#   images and on text.
# - A. Srinivas et al. (2021), *Bottleneck Transformers for Visual Recognition*,
#   [arXiv:2101.11605](https://arxiv.org/abs/2101.11605): attention in the last three blocks.
# - J. Ba et al. (2016), *Using Fast Weights to Attend to the Recent Past*,
#   [arXiv:1610.06258](https://arxiv.org/abs/1610.06258): the task of letters and numbers.
# - Photographs: Lav Varshney (camera) and Stéfan van der Walt (chelsea), both CC0.

# %% The same thing in PyTorch [markdown]
# ## The same thing in PyTorch
#
# `answer` equals `look_up(rows)`.
#
# ```python
# import torch
# import torch.nn.functional as F
#
# tokens = torch.as_tensor(rows).transpose(1, 2)[:, None]   # (rows, 1 head, places, channels)
# letters, numbers = tokens[..., :16], tokens[..., 16:]
# answer = F.scaled_dot_product_attention(
#     letters[:, :, -1:], letters[:, :, :-1], numbers[:, :, :-1], scale=10.0
# )[:, 0, 0]
# ```
