# %% Exercise 12: attention by hand [markdown]
# # Exercise 12: attention by hand
#
# In lesson 12 a query gave shares to keys. Here you write the parts yourself: which keys a window
# with a rate contains, attention for tokens that arrive later (a colleague has got it almost
# right), a convolution made of heads, and the largest window that you can pay.
#
# **4 answers, 9 points, about 35 minutes.** You need NumPy and lesson 12. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError` and run the cell,
# then the examples below it, which are small enough to do on paper. Then run the graded cell: it
# tries your function on inputs drawn at random and says what it found. Hints stand folded below
# each task, from a nudge to nearly there; open one when you have been stuck for five minutes.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("12_attention")

# %% Task 1: what a query sees [markdown]
# ## 1. What a query sees (2 points)
#
# A window holds an odd number of keys. They stand `rate` places apart, and the middle one is the
# query's own place. Keys that would be outside the row are left out, and nothing takes their place.
#
# Write `seen(place, length, window, rate)`. It returns the places of the keys that the query at
# `place` sees in a row of places 0 to `length - 1`, rising.
#
# *Worked by hand:* the query at place 1 of a row of 9, window 5, rate 3. The five keys would stand
# at -5, -2, 1, 4 and 7. Two of them are outside: `[1, 4, 7]`.

# %% Hint: the whole window first [markdown] role="hint" answer="answer-seen"
# Forget the border for a moment. A window of 5 has two keys on each side. Where do all five stand?

# %% Hint: then look at each [markdown] role="hint" answer="answer-seen"
# For `t` from 0 to `window - 1` a key stands at `place + (t - window // 2) * rate`. Keep those that
# are not below 0 and below `length`. What is moved or repeated is not in the row's window.

# %% Answer: seen role="answer"
def seen(place, length, window, rate):
    """The places that a query sees, rising."""
    ### BEGIN SOLUTION
    keys = [place + (t - window // 2) * rate for t in range(window)]
    return [key for key in keys if 0 <= key < length]
    ### END SOLUTION

# %% Example: seen role="example"
assert list(seen(3, 7, 3, 1)) == [2, 3, 4]
assert list(seen(2, 5, 1, 2)) == [2]
print("both examples agree")

# %% Graded: seen role="graded" answer="answer-seen" points=2
@graded("seen", cases=40)
def seen_case(rng):
    window, rate = int(rng.choice([3, 5])), int(rng.integers(2, 4))
    length = window * rate + int(rng.integers(0, 2))
    near = int(rng.integers(0, window // 2 * rate))  # a place whose window reaches outside
    place = int(rng.choice([near, length - 1 - near, rng.integers(length)]))
    return place, length, window, rate

# %% Alternative: every place of the row role="alternative" answer="answer-seen"
def seen(place, length, window, rate):
    apart = np.arange(length) - place
    return np.flatnonzero((apart % rate == 0) & (abs(apart) <= window // 2 * rate))

# %% Misconception: outside keys are moved to the border role="misconception" answer="answer-seen"
# Where a key would be outside, yours takes the outermost place instead. Then that place is there
# twice or more, and the softmax gives it as many shares. A key outside is no key at all.
def seen(place, length, window, rate):
    keys = place + (np.arange(window) - window // 2) * rate
    return np.clip(keys, 0, length - 1).tolist()

# %% Misconception: the window is shifted inwards role="misconception" answer="answer-seen"
# Yours shifts the whole window, so that a query near the border sees as many keys as any other.
# Some nets do that (neighborhood attention); here the window stays centred, and is cut.
def seen(place, length, window, rate):
    first = place - window // 2 * rate
    while first < 0:
        first += rate
    while first + (window - 1) * rate >= length:
        first -= rate
    return [first + t * rate for t in range(window)]

# %% Misconception: without gaps role="misconception" answer="answer-seen"
# Yours takes all places from the first key to the last. The rate moves the keys apart; what lies
# between them is not seen.
def seen(place, length, window, rate):
    reach = window // 2 * rate
    return list(range(max(place - reach, 0), min(place + reach + 1, length)))

# %% Task 2: mend attention for later tokens [markdown]
# ## 2. Mend it: attention for later tokens (3 points)
#
# Text is written token by token. The keys and values of all tokens so far are kept, and queries are
# computed for the new tokens only. So `q` holds the **last** tokens of the row, one a row: if there
# are 5 keys and 2 queries, these are the tokens at places 3 and 4. The attention is causal: each
# token sees itself and all tokens before it. Scores are divided by the square root of the number of
# channels of a query, as is usual, so that they do not grow with it.
#
# A colleague has written this, and tested it with a whole row of queries at once, looking at the
# last output:
#
# ```python
# def attend(q, k, v):
#     scores = q @ k.T / np.sqrt(len(k))
#     powers = np.exp(scores - scores.max(axis=1, keepdims=True))
#     shares = powers / powers.sum(axis=1, keepdims=True)
#     shares = shares * np.tri(len(q), len(k))      # 1 where seen, 0 elsewhere
#     return shares @ v
# ```
#
# There are three mistakes in it. Find and mend them. `q` has shape (queries, D), `k` (keys, D) and
# `v` (keys, channels); there are never more queries than keys, and the result is (queries,
# channels).
#
# *Worked by hand:* two queries, three keys, all scores equal. The first query is the token at place
# 1; it sees places 0 and 1, and takes half of each value. The second sees all three and takes a
# third of each. With the values 0, 6, 12 the answers are 3 and 6.

# %% Hint: one mistake by counting [markdown] role="hint" answer="answer-attend"
# Print the rows of `np.tri(2, 3)`. How many keys does the first query see, and how many should it?

# %% Hint: one mistake by adding up [markdown] role="hint" answer="answer-attend"
# Print `shares.sum(axis=1)` before and after the mask. What should the shares of a query add up to?
# So when must the mask come?

# %% Hint: nearly there [markdown] role="hint" answer="answer-attend"
# A key that is not seen needs a share of 0 **after** the softmax. `exp` of a score of 0 is 1, so a
# masked score must be `-np.inf`. `np.tri` takes a third argument that moves its diagonal. And which
# length does the usual divisor take the root of: the row's, or a query's?

# %% Answer: attend role="answer"
def attend(q, k, v):
    """Causal attention of the last len(q) of len(k) tokens."""
    ### BEGIN SOLUTION
    seen = np.tri(len(q), len(k), len(k) - len(q), dtype=bool)
    scores = np.where(seen, q @ k.T / np.sqrt(q.shape[1]), -np.inf)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True) @ v
    ### END SOLUTION

# %% Example: attend role="example"
values = np.array([[0.0, 3.0], [6.0, 3.0], [12.0, 3.0]])
everything = attend(np.zeros((3, 2)), np.ones((3, 2)), values)
assert np.allclose(everything[-1], [6, 3])  # the colleague's test: the last query sees all
print("the example agrees")

# %% Graded: attend role="graded" answer="answer-attend" points=3
@graded("attend", rtol=1e-6, atol=1e-9)
def attend_case(rng):
    keys = int(rng.integers(3, 6))
    queries, width, channels = int(rng.integers(2, keys)), int(rng.integers(1, 3)), 2
    q, k = rng.integers(1, 3, size=(queries, width)), rng.integers(-2, 3, size=(keys, width))
    return q.astype(float), k.astype(float), rng.integers(1, 9, size=(keys, channels)).astype(float)

# %% Alternative: one query after the other role="alternative" answer="answer-attend"
def attend(q, k, v):
    rows = []
    for i, query in enumerate(q):
        stop = len(k) - len(q) + i + 1
        powers = np.exp([query @ key / len(query) ** 0.5 for key in k[:stop]])
        rows.append(sum(p * value for p, value in zip(powers, v)) / sum(powers))
    return np.array(rows)

# %% Alternative: mask, then share again role="alternative" answer="answer-attend"
def attend(q, k, v):
    powers = np.exp(q @ k.T / np.sqrt(q.shape[1]))
    apart = np.arange(len(k)) - np.arange(len(k) - len(q), len(k))[:, None]
    powers[apart > 0] = 0
    return np.einsum("ij,jc->ic", powers, v) / powers.sum(axis=1)[:, None]

# %% Misconception: the mask after the softmax role="misconception" answer="answer-attend"
# Yours takes shares away after they were dealt out. What is left of a query's shares no longer adds
# up to 1, so early tokens get small answers. Mask the scores, before the softmax.
def attend(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[1])
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return shares * np.tri(len(q), len(k), len(k) - len(q)) @ v

# %% Misconception: queries counted from the start role="misconception" answer="answer-attend"
# Yours lines the queries up with the first keys: its first query sees one key. But they are the
# last tokens of the row, and the first of them sees all tokens that were there before.
def attend(q, k, v):
    scores = np.where(np.tri(len(q), len(k), dtype=bool), q @ k.T / np.sqrt(q.shape[1]), -np.inf)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True) @ v

# %% Misconception: divided by the row's length role="misconception" answer="answer-attend"
# Yours divides the scores by the root of the number of keys. A score is a sum over the channels of
# a query, and it is their number that it grows with.
def attend(q, k, v):
    seen = np.tri(len(q), len(k), len(k) - len(q), dtype=bool)
    scores = np.where(seen, q @ k.T / np.sqrt(len(k)), -np.inf)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True) @ v

# %% Misconception: masked scores are zero role="misconception" answer="answer-attend"
# Yours sets the score of an unseen key to 0. But `exp(0)` is 1: such a key gets a share, and more
# than one with a negative score. The score that gives no share is minus infinity.
def attend(q, k, v):
    scores = q @ k.T / np.sqrt(q.shape[1]) * np.tri(len(q), len(k), len(k) - len(q))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True) @ v

# %% Misconception: the colleague's function role="misconception" answer="answer-attend"
# Yours is the colleague's function. Compare the shares of its first query, and what they add up to,
# with what the text says of a token at the place `len(k) - len(q)`.
def attend(q, k, v):
    scores = q @ k.T / np.sqrt(len(k))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    return shares * np.tri(len(q), len(k)) @ v

# %% Task 3: a convolution made of heads [markdown]
# ## 3. A convolution made of heads (2 points)
#
# A head that scores by distance alone looks at one place relative to its own. For a kernel with an
# odd number of taps and a rate, head `t` looks for the key at distance `(t - middle) * rate`, where
# `middle` is the number of the middle tap. The sharpness is so large that **the key nearest to that
# place** gets the whole share. The output is the sum of what the heads found, each times its tap's
# weight.
#
# Write `by_heads(x, w, rate)` for a row `x` and a kernel `w`, both 1-D arrays. It returns the
# array of outputs, one for each place of `x`.
#
# *Worked by hand:* `x` is 5, 7, 9, `w` is 1, 0, 10, rate 2. At place 0 the first head looks for
# place -2, which is not there; the nearest key is 5. The last head finds 9 at place 2. The output
# is 5 + 90 = 95. Place 1 looks for -1 and 3, finds 5 and 9: 95. Place 2 finds 5 at place 0, and 9
# is nearest to place 4: 95 again.

# %% Hint: one head [markdown] role="hint" answer="answer-by-heads"
# Which places do the queries 0 to `len(x) - 1` of head `t` look for? And what is the nearest place
# that a row has, to a place below 0, or beyond the last?

# %% Hint: all places of a head at once [markdown] role="hint" answer="answer-by-heads"
# `np.clip(places, 0, len(x) - 1)` is the nearest key of each place, and `x` can be indexed with it.
# Add up over the heads.

# %% Answer: by heads role="answer"
def by_heads(x, w, rate):
    """The sum over heads of the value at the key nearest to each head's place."""
    ### BEGIN SOLUTION
    total = np.zeros(len(x))
    for t, weight in enumerate(w):
        places = np.arange(len(x)) + (t - len(w) // 2) * rate
        total += weight * x[np.clip(places, 0, len(x) - 1)]
    return total
    ### END SOLUTION

# %% Example: by heads role="example"
assert np.allclose(by_heads(np.array([4.0, 4.0, 4.0]), np.array([3.0]), 1), [12, 12, 12])
middle = by_heads(np.array([1.0, 2.0, 3.0, 2.0, 1.0]), np.array([1.0, 2.0, 1.0]), 1)
assert middle[2] == 10  # away from the border it is a convolution
print("both examples agree")

# %% Graded: by heads role="graded" answer="answer-by-heads" points=2
@graded("by_heads")
def by_heads_case(rng):
    taps, rate = int(rng.choice([3, 5])), int(rng.integers(2, 4))
    x = rng.integers(1, 10, size=rng.integers(5, 9))
    return x.astype(float), rng.permutation(np.arange(1, taps + 1)).astype(float), rate

# %% Alternative: really with a softmax role="alternative" answer="answer-by-heads"
def by_heads(x, w, rate):
    places = np.arange(len(x))
    total = 0
    for t, weight in enumerate(w):
        centre = (t - (len(w) - 1) // 2) * rate
        scores = -1000.0 * (places - places[:, None] - centre) ** 2
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        total = total + weight * (powers / powers.sum(axis=1, keepdims=True)) @ x
    return total

# %% Alternative: the border repeated first role="alternative" answer="answer-by-heads"
def by_heads(x, w, rate):
    reach = len(w) // 2 * rate
    wide = np.concatenate([np.full(reach, x[0]), x, np.full(reach, x[-1])])
    return [sum(w[t] * wide[i + t * rate] for t in range(len(w))) for i in range(len(x))]

# %% Misconception: zeros outside role="misconception" answer="answer-by-heads"
# Yours reads a zero where a head looks outside the row. A convolution does that; a head cannot look
# at nothing. Its shares add up to 1, so the nearest key has all of it.
def by_heads(x, w, rate):
    reach = len(w) // 2 * rate
    wide = np.pad(x, reach)
    return sum(weight * wide[t * rate : t * rate + len(x)] for t, weight in enumerate(w))

# %% Misconception: the row as a ring role="misconception" answer="answer-by-heads"
# Yours goes on at the other end of the row, as a negative index does. The key nearest to place -2
# is place 0, and not the last but one.
def by_heads(x, w, rate):
    return sum(weight * np.roll(x, -(t - len(w) // 2) * rate) for t, weight in enumerate(w))

# %% Misconception: the kernel flipped role="misconception" answer="answer-by-heads"
# Yours looks in the opposite direction: head 0 looks to the right of its query. The first tap
# stands left of the middle, at the distance `(0 - middle) * rate`, which is below 0.
def by_heads(x, w, rate):
    last = len(x) - 1
    return np.array([sum(weight * x[min(max(i - (t - len(w) // 2) * rate, 0), last)]
                         for t, weight in enumerate(w)) for i in range(len(x))])

# %% Misconception: heads one step apart role="misconception" answer="answer-by-heads"
# Yours lets the heads look at neighbouring places. With a rate they look `rate` places apart.
def by_heads(x, w, rate):
    last = len(x) - 1
    return np.array([sum(weight * x[min(max(i + t - len(w) // 2, 0), last)]
                         for t, weight in enumerate(w)) for i in range(len(x))])

# %% Task 4: the largest window that you can pay [markdown]
# ## 4. The largest window that you can pay (2 points)
#
# A convolution of `taps` taps takes `channels` channels in and gives as many. You want attention
# over a **square** window in its place, for no more MACs. In the lesson, queries, keys and values
# had as many channels as the map. They need not: let them have `inner` channels, all heads
# together. Then each of the four projections has `channels * inner` weights, and for each key that
# it sees, a query takes `inner` MACs for the score and `inner` for its value.
#
# Write `largest_window(taps, channels, inner)`. It returns the largest **odd** side of a window for
# which attention takes at most as many MACs as the convolution, or 0 if even a side of 1 takes
# more.
#
# *Worked by hand:* 9 taps, 64 channels, 64 inner. At one place the convolution takes 9 * 4,096 =
# 36,864 MACs and the projections 4 * 4,096 = 16,384. What is left pays for 20,480 / 128 = 160 keys.
# A square of 12 x 12 has 144 of them, one of 13 x 13 too many. The largest odd side is 11.

# %% Hint: one place is enough [markdown] role="hint" answer="answer-largest-window"
# Both counts are so much for each place of the map, so its size plays no part. Count for one place.

# %% Hint: try sides [markdown] role="hint" answer="answer-largest-window"
# Write down the MACs of a window of `side * side` keys. Then try sides 1, 3, 5, ... while it is not
# more than the convolution's.

# %% Answer: largest window role="answer"
def largest_window(taps, channels, inner):
    """Odd side of the largest square window that costs at most what the convolution does."""
    ### BEGIN SOLUTION
    side = 1
    while 4 * channels * inner + 2 * side**2 * inner <= taps * channels**2:
        side += 2
    return max(side - 2, 0)
    ### END SOLUTION

# %% Example: largest window role="example"
assert largest_window(5, 2, 2) == 1
assert largest_window(1, 1, 1) == 0
print("both examples agree")

# %% Graded: largest window role="graded" answer="answer-largest-window" points=2
@graded("largest_window", cases=40)
def largest_window_case(rng):
    channels = int(rng.choice([16, 32, 48, 64]))
    return int(rng.choice([9, 16, 25])), channels, channels // int(rng.choice([2, 4]))

# %% Alternative: solved for the side role="alternative" answer="answer-largest-window"
def largest_window(taps, channels, inner):
    keys = (taps * channels**2 - 4 * channels * inner) // (2 * inner)
    if keys < 1:
        return 0
    side = int(np.sqrt(keys))
    return side if side % 2 else side - 1

# %% Misconception: without the projections role="misconception" answer="answer-largest-window"
# Yours counts scores and values only. Queries, keys, values and the output need a projection each,
# four times `channels * inner` MACs a place, which are paid before the first key is seen.
def largest_window(taps, channels, inner):
    side = 1
    while 2 * side**2 * inner <= taps * channels**2:
        side += 2
    return max(side - 2, 0)

# %% Misconception: even windows role="misconception" answer="answer-largest-window"
# Yours may return an even side. A window has the query in its middle, and as many keys to the left
# as to the right, so its side is odd.
def largest_window(taps, channels, inner):
    side = 0
    while 4 * channels * inner + 2 * (side + 1) ** 2 * inner <= taps * channels**2:
        side += 1
    return side

# %% Misconception: a window in a row role="misconception" answer="answer-largest-window"
# Yours pays for `side` keys. The window is square: it holds `side` times `side` keys, and each of
# them takes a score and a value.
def largest_window(taps, channels, inner):
    side = 1
    while 4 * channels * inner + 2 * side * inner <= taps * channels**2:
        side += 2
    return max(side - 2, 0)

# %% Misconception: inner channels ignored role="misconception" answer="answer-largest-window"
# Yours gives the answer of the lesson's formula, where queries and keys have as many channels as
# the map. Here they have `inner`: fewer make the projections and each key cheaper, so the window
# may be larger.
def largest_window(taps, channels, inner):
    side = 1
    while side**2 <= (taps - 4) * channels / 2:
        side += 2
    return max(side - 2, 0)

# %% What next [markdown]
# ## What next
#
# Compute `largest_window(9, 512, 512)`, and compare it with the maps deep in a net that you use.
# Then take `seen` for two layers of window 3 and rate 2, one on top of the other: which places does
# a query see through both? Draw the same for rates 1 and 2, and you have lesson 06 again. Last, run
# your `attend` token by token: do the answers equal those of all tokens at once?
