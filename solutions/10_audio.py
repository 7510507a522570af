# %% Exercise 10: nets that listen [markdown]
# # Exercise 10: nets that listen
#
# Four functions that a net for signals needs: how many blocks it takes to hear a given time, a
# convolution that does not look ahead, the step that runs it sample by sample, and the linear
# forecast that belongs beside every net. Two of the tasks begin with code that looks right and is
# not. Both slips are easily made, and neither stops the program.
#
# **4 answers, 8 points, about 35 minutes.** You need NumPy or plain Python, and lesson 10; a pencil
# helps. Each answer is a function: replace the line that raises `NotImplementedError`, run the
# cell, then the examples below it, then the graded cell, which tries your function on drawn inputs
# and says what it found. Hints stand folded below each task. Run the next cell first.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("10_audio")

# %% Task 1: enough blocks [markdown]
# ## 1. Enough blocks (2 points)
#
# How many blocks must a net have to see a given number of milliseconds? Its first block has rate 1,
# the next 2, then 4, and so on. This function was written for it, and the net that was built from
# its answers had more blocks than it needed.
#
# ```python
# def blocks(kernel_size, convolutions, per_second, milliseconds):
#     samples = per_second * milliseconds // 1000
#     seen, count = 1, 0
#     while seen < samples:
#         seen += (kernel_size - 1) * 2**count
#         count += 1
#     return count
# ```
#
# Write `blocks` so that it is right. Each block has `convolutions` convolutions (two in a TCN), all
# of `kernel_size` taps and all at the rate of their block. Return the smallest number of blocks
# with which one output sees at least `milliseconds`, at `per_second` samples a second. (The inputs
# are such that this is a whole number of samples.)
#
# *Worked by hand:* 3 taps, 2 convolutions a block, 1000 samples a second, 25 ms. That is 25
# samples. One sample sees itself; the first block adds 2 times 2, the second 2 times 4, the third 2
# times 8: 1, 5, 13, 29. Three blocks are enough. The code above says 4.

# %% Hint: what a block adds [markdown] role="hint" answer="answer-blocks"
# Which of the four arguments does the code above never use?

# %% Hint: one rate for the block [markdown] role="hint" answer="answer-blocks"
# One convolution adds (kernel_size - 1) times its rate. All convolutions of a block have the same
# rate; it doubles from block to block, not from convolution to convolution.

# %% Answer: blocks role="answer"
def blocks(kernel_size, convolutions, per_second, milliseconds):
    """Smallest number of blocks with which one output sees so many milliseconds."""
    ### BEGIN SOLUTION
    samples = per_second * milliseconds // 1000
    seen, count = 1, 0
    while seen < samples:
        seen += convolutions * (kernel_size - 1) * 2**count
        count += 1
    return count
    ### END SOLUTION

# %% Example: blocks role="example"
assert blocks(2, 1, 1000, 16) == 4
assert blocks(2, 1, 8000, 1) == 3
print("both examples agree; their blocks have one convolution of two taps")

# %% Graded: blocks role="graded" answer="answer-blocks" points=2
@graded("blocks")
def blocks_case(rng):
    kernel_size, convolutions = rng.integers(2, 8), rng.integers(2, 4)
    per_second = rng.choice([1000, 2000, 8000])
    return int(kernel_size), int(convolutions), int(per_second), int(rng.integers(20, 400))

# %% Alternative: the formula solved role="alternative" answer="answer-blocks"
def blocks(kernel_size, convolutions, per_second, milliseconds):
    samples = per_second * milliseconds // 1000
    first = convolutions * (kernel_size - 1)
    rest = -(-(samples - 1) // first)  # how often the first block's share is needed, rounded up
    return rest.bit_length()

# %% Misconception: a block counted once role="misconception" answer="answer-blocks"
# You count one convolution in each block. A block has `convolutions` of them, and each adds
# (kernel_size - 1) times the rate. The formula for a TCN has a 2 in front for this reason.
def blocks(kernel_size, convolutions, per_second, milliseconds):
    samples, seen, count = per_second * milliseconds // 1000, 1, 0
    while seen < samples:
        seen += (kernel_size - 1) * 2**count
        count += 1
    return count

# %% Misconception: powers of the kernel size role="misconception" answer="answer-blocks"
# You let the net see kernel_size to the power of its blocks. That is right for rates 1, k, k * k,
# ... and one convolution each; here the rates double, whatever the kernel size.
def blocks(kernel_size, convolutions, per_second, milliseconds):
    count = 0
    while kernel_size**count < per_second * milliseconds // 1000:
        count += 1
    return count

# %% Misconception: the first rate is two role="misconception" answer="answer-blocks"
# Your first block has rate 2. The rates are 1, 2, 4, ...: block number `count`, counted from 0, has
# rate 2**count, and the first one is an ordinary convolution.
def blocks(kernel_size, convolutions, per_second, milliseconds):
    samples, seen, count = per_second * milliseconds // 1000, 1, 0
    while seen < samples:
        count += 1
        seen += convolutions * (kernel_size - 1) * 2**count
    return count

# %% Misconception: the rate doubles within a block role="misconception" answer="answer-blocks"
# You double the rate with each convolution. Within a block all convolutions have the same rate; it
# doubles when the next block begins.
def blocks(kernel_size, convolutions, per_second, milliseconds):
    samples, seen, count, rate = per_second * milliseconds // 1000, 1, 0, 1
    while seen < samples:
        for _ in range(convolutions):
            seen += (kernel_size - 1) * rate
            rate *= 2
        count += 1
    return count

# %% Task 2: no look ahead [markdown]
# ## 2. No look ahead (2 points)
#
# This convolution was meant to be causal. It splits the zeros in two halves, as "same" padding
# does, and then puts both halves in front. In the first nets it was used for, it was right.
#
# ```python
# def causal(x, w, rate):
#     zeros = (len(w) - 1) * rate
#     half = zeros // 2
#     padded = np.concatenate([np.zeros(2 * half), x, np.zeros(zeros - 2 * half)])
#     return [sum(w[t] * padded[i + t * rate] for t in range(len(w))) for i in range(len(x))]
# ```
#
# Find out when it looks into the future, and write `causal(x, w, rate)` so that it never does: as
# many outputs as samples in `x`, for any number of taps and any rate. `w[0]` belongs to the oldest
# sample that is read, the last weight to the output's own sample; where there is no sample yet, a
# tap reads 0.
#
# *Worked by hand:* `x = [5, 1, 2]`, `w = [10, 1]`, `rate = 1`. The first output reads nothing and
# 5: it is 5. The next is 10 * 5 + 1 = 51, the last 10 * 1 + 2 = 12. The code above gives 51, 12,
# 20.

# %% Hint: halves of an odd number [markdown] role="hint" answer="answer-causal"
# How many zeros does the example worked by hand need in front? How many does the code put there?

# %% Hint: from the output back [markdown] role="hint" answer="answer-causal"
# You can do without padding: output i reads the samples i, i - rate, i - 2 * rate, ... as far as
# they exist. Take care: in Python x[-1] exists, and is the last sample.

# %% Hint: which weight meets which sample [markdown] role="hint" answer="answer-causal"
# Tap t of k stands (k - 1 - t) * rate samples before the output's own.

# %% Answer: causal role="answer"
def causal(x, w, rate):
    """Convolution of x with taps w, the last on the output's own sample; 0 before the first."""
    ### BEGIN SOLUTION
    padded = np.concatenate([np.zeros((len(w) - 1) * rate), x])
    return [sum(w[t] * padded[i + t * rate] for t in range(len(w))) for i in range(len(x))]
    ### END SOLUTION

# %% Example: causal role="example"
assert list(causal([1, 2, 3, 4], [1, 1, 1], 1)) == [1, 3, 6, 9]
assert list(causal([5, 0, 0, 0], [2], 3)) == [10, 0, 0, 0]
print("both examples agree; the code above passes them, too")

# %% Graded: causal role="graded" answer="answer-causal" points=2
@graded("causal")
def causal_case(rng):
    taps, rate = rng.choice([2, 2, 3, 4, 4]), rng.choice([1, 2, 3, 3])
    w = rng.permutation(np.arange(1, 10))[:taps]
    return rng.integers(1, 6, size=rng.integers(4, 9)), w, int(rate)

# %% Alternative: shifted copies added up role="alternative" answer="answer-causal"
def causal(x, w, rate):
    x = np.asarray(x, float)
    total = np.zeros(len(x))
    for steps, weight in enumerate(w[::-1]):
        late = min(steps * rate, len(x))
        total[late:] += weight * x[: len(x) - late]
    return total

# %% Alternative: a spread kernel role="alternative" answer="answer-causal"
def causal(x, w, rate):
    spread = np.zeros((len(w) - 1) * rate + 1)
    spread[::rate] = w[::-1]  # np.convolve flips it back
    return np.convolve(x, spread)[: len(x)]

# %% Misconception: an odd zero at the end role="misconception" answer="answer-causal"
# Where (len(w) - 1) * rate is odd, one zero of yours stands behind the last sample, and every
# output reads one sample of the future. With an even number of zeros the halves come out even, and
# nobody notices. All zeros belong in front.
def causal(x, w, rate):
    zeros = (len(w) - 1) * rate
    half = zeros // 2
    padded = np.concatenate([np.zeros(2 * half), x, np.zeros(zeros - 2 * half)])
    return [sum(w[t] * padded[i + t * rate] for t in range(len(w))) for i in range(len(x))]

# %% Misconception: weights the other way round role="misconception" answer="answer-causal"
# Your first weight meets the output's own sample. Here w[0] belongs to the oldest sample that is
# read, and the last weight to the newest, as in the convolution of the whole course.
def causal(x, w, rate):
    padded = np.concatenate([np.zeros((len(w) - 1) * rate), x])
    w = w[::-1]
    return [sum(w[t] * padded[i + t * rate] for t in range(len(w))) for i in range(len(x))]

# %% Misconception: zeros for rate one role="misconception" answer="answer-causal"
# You put len(w) - 1 zeros in front at every rate. That is enough at rate 1; at a larger one the
# taps reach (len(w) - 1) * rate samples back, and with too few zeros the newest tap lands in the
# future.
def causal(x, w, rate):
    padded = np.concatenate([np.zeros(len(w) - 1), x, np.zeros((len(w) - 1) * (rate - 1))])
    return [sum(w[t] * padded[i + t * rate] for t in range(len(w))) for i in range(len(x))]

# %% Task 3: one sample in, one out [markdown]
# ## 3. One sample in, one out (2 points)
#
# A stream has no end, and the memory it needs should stay the same. In the lesson a queue did it.
# In a telephone nothing is moved along: the last `(len(w) - 1) * rate` samples lie in a **ring**, a
# list of that length, and `place` says where in it the **oldest** of them lies. From there on they
# become newer; after the end of the list comes its beginning. The new sample overwrites the oldest,
# and the place moves on by one.
#
# Write `step(ring, place, x, w, rate)`: the new sample is `x`. Return three things: the output of
# the causal convolution (`w[0]` on the oldest sample, the last weight on `x`, as in task 2), the
# ring after the step, and the place after the step.
#
# *Worked by hand:* `ring = [7, 8, 5, 6]`, `place = 2`, `x = 9`, `w = [1, 10, 100]`, `rate = 2`. The
# samples were 5, 6, 7, 8, and now 9. The taps stand two apart and read 5, 7 and 9: the output is
# 5 + 70 + 900 = 975. Then 9 takes the place of 5, and the oldest is 6: the answer is
# `(975, [7, 8, 9, 6], 3)`.

# %% Hint: unroll it first [markdown] role="hint" answer="answer-step"
# Write down the samples from old to new: ring[place], ring[place + 1], ..., the end, the beginning,
# up to the one before place, and then x. Which of them does tap t read?

# %% Hint: round the end [markdown] role="hint" answer="answer-step"
# Tap t, other than the last, reads ring[(place + t * rate) % len(ring)]. The remainder takes it
# round the end.

# %% Hint: read, then write [markdown] role="hint" answer="answer-step"
# The oldest sample is read for the last time in this step. Do not overwrite it before.

# %% Answer: step role="answer"
def step(ring, place, x, w, rate):
    """Output for the sample x, and ring and place after it."""
    ### BEGIN SOLUTION
    ring = list(ring)
    total = w[-1] * x
    for t in range(len(w) - 1):
        total += w[t] * ring[(place + t * rate) % len(ring)]
    ring[place] = x
    return total, ring, (place + 1) % len(ring)
    ### END SOLUTION

# %% Example: step role="example"
total, ring, place = step([5, 7], 1, 3, [0, 1], 2)
assert (total, list(ring), place) == (3, [5, 3], 0)
total, ring, place = step([4, 4, 4], 0, 1, [0, 2], 3)
assert (total, list(ring), place) == (2, [1, 4, 4], 1)
print("both examples agree; their first weight is 0")

# %% Graded: step role="graded" answer="answer-step" points=2
@graded("step")
def step_case(rng):
    taps, rate = int(rng.integers(3, 5)), int(rng.integers(2, 4))
    ring = rng.permutation(np.arange(1, 10))[: (taps - 1) * rate]
    w = 10 ** np.arange(taps)
    return ring.tolist(), int(rng.integers(len(ring))), int(rng.integers(1, 10)), w.tolist(), rate

# %% Alternative: unrolled role="alternative" answer="answer-step"
def step(ring, place, x, w, rate):
    samples = np.append(np.roll(ring, -place), x)
    after = np.array(ring)
    after[place] = x
    return samples[::rate] @ np.array(w), after, (place + 1) % len(after)

# %% Misconception: overwritten before it is read role="misconception" answer="answer-step"
# You write the new sample into the ring before the oldest is read, so the first tap reads the new
# sample as well. The oldest is needed once more: read first, then overwrite.
def step(ring, place, x, w, rate):
    ring = list(ring)
    ring[place] = x
    total = w[-1] * x
    for t in range(len(w) - 1):
        total += w[t] * ring[(place + t * rate) % len(ring)]
    return total, ring, (place + 1) % len(ring)

# %% Misconception: the oldest stands first role="misconception" answer="answer-step"
# You read the ring from its beginning. The oldest sample lies at `place`, which moves on with every
# step; what stands first in the list may be anything but the oldest.
def step(ring, place, x, w, rate):
    ring = list(ring)
    total = w[-1] * x + sum(w[t] * ring[t * rate] for t in range(len(w) - 1))
    ring[place] = x
    return total, ring, (place + 1) % len(ring)

# %% Misconception: neighbours in the ring role="misconception" answer="answer-step"
# Your taps read neighbours in the ring. The ring holds every sample, also those between the taps:
# from one tap to the next it is `rate` places.
def step(ring, place, x, w, rate):
    ring = list(ring)
    total = w[-1] * x
    for t in range(len(w) - 1):
        total += w[t] * ring[(place + t) % len(ring)]
    ring[place] = x
    return total, ring, (place + 1) % len(ring)

# %% Misconception: the ring read backwards role="misconception" answer="answer-step"
# You go from the oldest sample backwards. Left of the oldest, before `place`, lies the newest one
# in the ring; samples become newer to the right.
def step(ring, place, x, w, rate):
    ring = list(ring)
    total = w[-1] * x
    for t in range(len(w) - 1):
        total += w[t] * ring[(place - t * rate) % len(ring)]
    ring[place] = x
    return total, ring, (place + 1) % len(ring)

# %% Task 4: the forecast beside every net [markdown]
# ## 4. The forecast beside every net (2 points)
#
# Write `forecast(series, view, ahead, penalty)`. It learns from the whole `series` to say, from
# `view` samples in a row, which sample comes `ahead` steps after the last of them; then it returns
# what comes `ahead` steps after the end of the series.
#
# Put each past that has a known future as a row into a matrix X, and the futures into y. The
# weights of ridge regression, one for each sample in view, make the sum of all squared errors plus
# `penalty` times the sum of all squared weights as small as can be, and they solve
#
# $$(X^T X + \text{penalty} \cdot I)\, w = X^T y ,$$
#
# where I is the matrix with ones on its diagonal and zeros elsewhere. There is no constant.
#
# *Worked by hand:* `series = [1, 2, 4]`, `view = 1`, `ahead = 1`, `penalty = 5`. The pasts with a
# known future are 1 and 2, their futures 2 and 4. So X.T @ X is 1 + 4 = 5, with the penalty 10, and
# X.T @ y is 2 + 8 = 10. The weight is 1, and from the last sample, 4, it forecasts 4. (With penalty
# 0 the weight is 2, and the forecast 8.)

# %% Hint: rows of the matrix [markdown] role="hint" answer="answer-forecast"
# A past that begins at i ends at i + view - 1. Its future stands at i + view - 1 + ahead. The last
# i is the one whose future is the last sample of the series.

# %% Hint: what to forecast from [markdown] role="hint" answer="answer-forecast"
# The last row of X has a future that is known. The forecast is made from the last `view` samples of
# the series, which are in no row of X.

# %% Hint: the penalty [markdown] role="hint" answer="answer-forecast"
# np.eye(view) is I. In NumPy, X.T @ X + penalty adds the penalty to every entry, not only to the
# diagonal. np.linalg.solve(A, b) gives the w with A @ w = b.

# %% Answer: forecast role="answer"
def forecast(series, view, ahead, penalty):
    """What a ridge regression expects `ahead` steps after the end of the series."""
    ### BEGIN SOLUTION
    series = np.asarray(series, float)
    starts = range(len(series) - view - ahead + 1)
    x = np.array([series[i : i + view] for i in starts])
    y = series[view - 1 + ahead :]
    weights = np.linalg.solve(x.T @ x + penalty * np.eye(view), x.T @ y)
    return series[-view:] @ weights
    ### END SOLUTION

# %% Example: forecast role="example"
assert np.isclose(forecast([2, 2, 2, 2, 2], 1, 1, 0), 2)
assert np.isclose(forecast([3, 3, 3, 3, 3, 3, 3], 1, 2, 0), 3)
print("both examples agree; nothing ever changes in them")

# %% Graded: forecast role="graded" answer="answer-forecast" points=2
@graded("forecast")
def forecast_case(rng):
    view, ahead = int(rng.integers(2, 4)), int(rng.integers(1, 4))
    length = view + ahead + int(rng.integers(4, 8))
    return rng.integers(1, 10, size=length), view, ahead, int(rng.integers(2, 20))

# %% Alternative: a row for each penalty role="alternative" answer="answer-forecast"
def forecast(series, view, ahead, penalty):
    series = np.asarray(series, float)
    pasts = np.lib.stride_tricks.sliding_window_view(series, view)
    x = np.vstack([pasts[:-ahead], np.sqrt(penalty) * np.eye(view)])
    y = np.append(series[view - 1 + ahead :], np.zeros(view))
    return float(pasts[-1] @ np.linalg.lstsq(x, y, rcond=None)[0])

# %% Misconception: the future a step late role="misconception" answer="answer-forecast"
# You pair each past with the sample one step too late. A past that begins at i ends at i + view -
# 1, not at i + view; the future is `ahead` steps after the last sample in view.
def forecast(series, view, ahead, penalty):
    series = np.asarray(series, float)
    x = np.array([series[i : i + view] for i in range(len(series) - view - ahead)])
    y = series[view + ahead :]
    return series[-view:] @ np.linalg.solve(x.T @ x + penalty * np.eye(view), x.T @ y)

# %% Misconception: the penalty on every entry role="misconception" answer="answer-forecast"
# You add the penalty to every entry of X.T @ X. It belongs on the diagonal, where each weight meets
# itself: penalty * np.eye(view). On all entries it holds down the sum of the weights, and lets
# single ones grow.
def forecast(series, view, ahead, penalty):
    series = np.asarray(series, float)
    x = np.array([series[i : i + view] for i in range(len(series) - view - ahead + 1)])
    y = series[view - 1 + ahead :]
    return series[-view:] @ np.linalg.lstsq(x.T @ x + penalty, x.T @ y, rcond=None)[0]

# %% Misconception: no penalty at all role="misconception" answer="answer-forecast"
# Your weights are those of ordinary least squares: whatever the penalty, the forecast is the same.
# Add penalty times np.eye(view) to X.T @ X before you solve.
def forecast(series, view, ahead, penalty):
    series = np.asarray(series, float)
    x = np.array([series[i : i + view] for i in range(len(series) - view - ahead + 1)])
    y = series[view - 1 + ahead :]
    return series[-view:] @ np.linalg.lstsq(x, y, rcond=None)[0]

# %% Misconception: a forecast of what is known role="misconception" answer="answer-forecast"
# You forecast from the last row of X, whose future is the last sample of the series: you know it
# already. Take the last `view` samples of the series instead, which no row holds.
def forecast(series, view, ahead, penalty):
    series = np.asarray(series, float)
    x = np.array([series[i : i + view] for i in range(len(series) - view - ahead + 1)])
    y = series[view - 1 + ahead :]
    return x[-1] @ np.linalg.solve(x.T @ x + penalty * np.eye(view), x.T @ y)

# %% What next [markdown]
# ## What next
#
# Let your `step` run over the sentence of the lesson, with a ring of zeros to begin with, and
# compare with your `causal` of the whole: equal, to the last bit, if the samples are whole numbers.
# Then give `forecast` the heart of the lesson instead of the sun. How many samples must it have in
# view to say where the voltage will be half a beat later?
