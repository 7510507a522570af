# %% Exercise 13: checks that let mistakes pass [markdown]
# # Exercise 13: checks that let mistakes pass
#
# Lesson 13 looked at nets that seemed fine. Here you look at the checks themselves. Three of them
# were written by able people, pass every test that their authors tried, and let mistakes through:
# one looks for holes, one for habits in the data, one at the lead of a net over its rival. You mend
# them. Then comes the capstone: a function that designs a stack for any brief.
#
# **4 answers, 8 points, about 40 minutes.** You need NumPy and lesson 13. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError` and run the cell,
# then the examples below it, which are small enough to do on paper. Then run the graded cell: it
# tries your function on inputs drawn at random and says what it found. Hints stand folded below
# each task, from a nudge to nearly there; open one when you have been stuck for five minutes.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("13_pitfalls")


def properties(layers, reach, size, channels, spacing, budget):
    """What counts of a design: task 4."""
    layers = np.asarray(layers)
    if layers.ndim != 2 or layers.shape[1] != 3 or np.any(layers < 1) or np.any(layers % 1):
        raise ValueError("a design is a list of (kernel, stride, rate), whole numbers from 1 up")
    seen, jump, macs, holes, leaps = 1, 1, 0, 0, 0
    for number, (kernel, stride, rate) in enumerate(layers.astype(int).tolist()):
        holes += kernel > 1 and rate * jump > seen
        before, seen = seen, seen + (kernel - 1) * rate * jump
        leaps += number > 0 and seen > 2 * before
        jump *= stride
        size = -(-size // stride)  # rounded up
        macs += kernel**2 * channels**2 * size**2
        holes += jump > seen  # neighbouring outputs leave something out between them
    return {"sees far enough": seen >= reach, "no hole after any layer": not holes,
            "no layer more than doubles the view": not leaps,
            "the spacing asked for": jump == spacing, "within the budget": macs <= budget}

# %% Task 1: a check that passes net B [markdown]
# ## 1. Mend it: the first hole (2 points)
#
# A colleague has read case 1 of the lesson, and checks a stack after every layer. A layer is
# (kernel, stride, rate), the first layer comes first, and all are along one axis:
#
# ```python
# def first_hole(layers):
#     seen, jump = 1, 1
#     for number, (kernel, stride, rate) in enumerate(layers, start=1):
#         jump *= stride
#         if rate * jump > seen:                # taps too far apart for what comes in
#             return number
#         seen += (kernel - 1) * rate * jump
#     return 0
# ```
#
# It should return the number of the first layer after which an output has a **hole**: a sample
# between the first and the last it sees that it does not read. 0 stands for none. With strides of 1
# it is always right. With other strides it warns of holes that are not there, and its `seen` is
# wrong as well. Write `first_hole(layers)` so that it is right for all strides; kernels have 2 taps
# or more.
#
# *Worked by hand:* layers (3, 2, 1) and (2, 1, 2). The first reads samples 0, 1, 2, and its
# next output 2, 3, 4: what comes out stands 2 apart. The second layer's two taps stand 2 steps
# apart, so 4 samples: it reads 0, 1, 2 and 4, 5, 6. Sample 3 is a hole: the answer is 2.

# %% Hint: try the colleague's function [markdown] role="hint" answer="answer-first-hole"
# Follow the worked example through the code. What is `jump` when the first layer is judged? How far
# apart do **its** taps stand?

# %% Hint: whom a stride moves [markdown] role="hint" answer="answer-first-hole"
# A stride moves the outputs of its layer apart, which are the inputs of the layers behind. Its own
# taps stay where they are. So which `jump` belongs to a layer: before or after its own stride?

# %% Answer: first hole role="answer"
def first_hole(layers):
    """Number of the first layer, from 1, whose outputs have a hole; 0 if there is none."""
    ### BEGIN SOLUTION
    seen, jump = 1, 1
    for number, (kernel, stride, rate) in enumerate(layers, start=1):
        if rate * jump > seen:
            return number
        seen += (kernel - 1) * rate * jump
        jump *= stride
    return 0
    ### END SOLUTION

# %% Example: first hole role="example"
assert first_hole([(3, 1, 1), (3, 1, 4)]) == 2
assert first_hole([(3, 1, 1), (3, 1, 3)]) == 0
print("both examples agree; now compare with the one worked by hand")

# %% Graded: first hole role="graded" answer="answer-first-hole" points=2
@graded("first_hole", cases=40)
def first_hole_case(rng):
    layers, seen, jump = [], 1, 1
    for number in range(4):
        kernel = 3 if number < 2 else int(rng.integers(2, 4))
        stride = int(rng.integers(2, 4)) if number < 2 else int(rng.integers(1, 3))
        rate = max(seen // jump, 1) + int(rng.choice([0, 0, 1, 2, 3])) if number > 1 else 1
        layers.append((kernel, stride, rate))
        seen, jump = seen + (kernel - 1) * rate * jump, jump * stride
    return (layers,)

# %% Alternative: by the places role="alternative" answer="answer-first-hole"
def first_hole(layers):
    for depth in range(1, len(layers) + 1):
        places = {0}
        for kernel, stride, rate in reversed(layers[:depth]):
            places = {place * stride + tap * rate for place in places for tap in range(kernel)}
        if len(places) <= max(places):
            return depth
    return 0

# %% Misconception: a stride widens its own layer role="misconception" answer="answer-first-hole"
# Your jump has the layer's own stride in it when you judge the layer. A stride moves the outputs
# apart, and only the layers behind it feel that; the taps of its own layer stand `rate` times the
# jump **before** it apart.
def first_hole(layers):
    seen, jump = 1, 1
    for number, (kernel, stride, rate) in enumerate(layers, start=1):
        jump *= stride
        if rate * jump > seen:
            return number
        seen += (kernel - 1) * rate * jump
    return 0

# %% Misconception: strides play no part role="misconception" answer="answer-first-hole"
# You compare rates with what is seen, and no stride comes into it. Behind a stride of 2 a rate of 2
# is 4 samples.
def first_hole(layers):
    seen = 1
    for number, (kernel, _, rate) in enumerate(layers, start=1):
        if rate > seen:
            return number
        seen += (kernel - 1) * rate
    return 0

# %% Misconception: only the stride before role="misconception" answer="answer-first-hole"
# You take the stride of the layer before for the jump. The jump is the product of **all** strides
# before: behind two strides of 2 neighbours are 4 samples apart.
def first_hole(layers):
    seen, jump = 1, 1
    for number, (kernel, stride, rate) in enumerate(layers, start=1):
        if rate * jump > seen:
            return number
        seen += (kernel - 1) * rate * jump
        jump = stride
    return 0

# %% Misconception: only the end is judged role="misconception" answer="answer-first-hole"
# You look at the whole stack, and take the last layer for the culprit. A hole may open early and be
# closed by a later layer; that is how net B of the lesson passes. Judge the stack after every
# layer.
def first_hole(layers):
    places = {0}
    for kernel, stride, rate in reversed(layers):
        places = {place * stride + tap * rate for place in places for tap in range(kernel)}
    return len(layers) if len(places) <= max(places) else 0

# %% Task 2: a check that never calms down [markdown]
# ## 2. Mend it: the habit in the data (2 points)
#
# In case 5 of the lesson the answer stood at the same place in every row, so the task could be
# solved without understanding it. Such a habit can be found in the data, before any training: how
# many answers could one copy from **one** fixed distance? Rows are lists of whole numbers and may
# differ in length. Distance 1 is the last number of a row, distance 2 the one before it, and so on.
#
# A colleague's check counts the rows in which *some* distance gives the answer:
#
# ```python
# def best_distance(rows, answers):
#     hits = [any(row[-d] == answer for d in range(1, len(row) + 1))
#             for row, answer in zip(rows, answers)]
#     return sum(hits) / len(hits)
# ```
#
# It reports 1.0 for any data whose answers stand somewhere in their rows, and nobody reads its
# warnings any more. Write `best_distance(rows, answers)`. It returns two numbers: the one distance
# that is right most often (if several are, the smallest), and the share of **all** rows in which it
# is right. A row too short for a distance counts as wrong.
#
# *Worked by hand:* rows `[5, 7]`, `[1, 2, 5]`, `[4, 9, 4, 1]` with answers 5, 2, 4. Distance 1:
# 7, 5, 1, never right. Distance 2: 5, 2, 4, always. The answer is `(2, 1.0)`. If the last answer
# were 9, distances 2 and 3 would be right 2 times and once, and the answer `(2, 2/3)`.

# %% Hint: which loop is outside? [markdown] role="hint" answer="answer-best-distance"
# The colleague goes through the rows, and lets each row choose its own distance. A net has one
# distance for all of them. Which loop has to be the outer one?

# %% Hint: rows that are too short [markdown] role="hint" answer="answer-best-distance"
# How far do you have to go? As far as the longest row is long. For each distance, count the rows
# that are long enough **and** have the answer there; divide by the number of all rows.

# %% Hint: which one wins [markdown] role="hint" answer="answer-best-distance"
# Collect the counts of distances 1, 2, 3, ... in a list. `np.argmax` gives the first place of the
# largest count; the first place is distance 1.

# %% Answer: best distance role="answer"
def best_distance(rows, answers):
    """The distance from the end that is right most often, and the share of rows it is right in."""
    ### BEGIN SOLUTION
    longest = max(len(row) for row in rows)
    counts = [sum(len(row) >= d and row[-d] == answer for row, answer in zip(rows, answers))
              for d in range(1, longest + 1)]
    best = int(np.argmax(counts))
    return best + 1, counts[best] / len(rows)
    ### END SOLUTION

# %% Example: best distance role="example"
assert tuple(best_distance([[5, 7, 3], [1, 2, 6], [4, 9, 8]], [7, 2, 9])) == (2, 1.0)
assert tuple(best_distance([[1]], [1])) == (1, 1.0)
print("both examples agree; now compare with the ones worked by hand")

# %% Graded: best distance role="graded" answer="answer-best-distance" points=2
@graded("best_distance", cases=30)
def best_distance_case(rng):
    habit = int(rng.integers(2, 4))
    rows, answers = [], []
    for _ in range(rng.integers(4, 7)):
        row = rng.integers(0, 4, size=rng.integers(2, 7)).tolist()
        follows = len(row) >= habit and rng.random() < 0.5
        rows.append(row)
        answers.append(row[-habit] if follows else row[rng.integers(len(row))])
    return rows, answers

# %% Alternative: rows filled up role="alternative" answer="answer-best-distance"
def best_distance(rows, answers):
    table = np.full((len(rows), max(map(len, rows))), np.nan)
    for filled, row in zip(table, rows):
        filled[: len(row)] = row[::-1]
    shares = (table == np.array(answers)[:, None]).mean(axis=0)
    return shares.argmax() + 1, shares.max()

# %% Misconception: each row its own distance role="misconception" answer="answer-best-distance"
# Your share counts every row that has the answer at **some** distance, which is every row here. The
# distance is one for all rows: fix it first, then count.
def best_distance(rows, answers):
    near = []
    for row, answer in zip(rows, answers):
        near += [d for d in range(1, len(row) + 1) if row[-d] == answer][:1]
    return max(sorted(set(near)), key=near.count), len(near) / len(rows)

# %% Misconception: the nearest only role="misconception" answer="answer-best-distance"
# In each row you count the nearest place that has the answer. If the same number stands there
# twice, the farther place is right as well, and has to be counted for its distance.
def best_distance(rows, answers):
    near = []
    for row, answer in zip(rows, answers):
        near += [d for d in range(1, len(row) + 1) if row[-d] == answer][:1]
    best = max(sorted(set(near)), key=near.count)
    return best, near.count(best) / len(rows)

# %% Misconception: counted from the front role="misconception" answer="answer-best-distance"
# You count places from the front of a row. What a tap sees is the distance back from where the
# question stands, at the end; with rows of different lengths that is not the same.
def best_distance(rows, answers):
    counts = [sum(len(row) >= place and row[place - 1] == answer
                  for row, answer in zip(rows, answers))
              for place in range(1, max(map(len, rows)) + 1)]
    best = int(np.argmax(counts))
    return best + 1, counts[best] / len(rows)

# %% Misconception: only long rows count role="misconception" answer="answer-best-distance"
# You divide by the rows that are long enough for the distance. Then a distance that only one row
# has may be right in all of "its" rows. A rule that has no answer for a row is wrong there.
def best_distance(rows, answers):
    shares = []
    for d in range(1, max(map(len, rows)) + 1):
        shares.append(np.mean([row[-d] == answer for row, answer in zip(rows, answers)
                               if len(row) >= d]))
    best = int(np.argmax(shares))
    return best + 1, shares[best]

# %% Task 3: the lead of a net [markdown]
# ## 3. Mend it: the lead of a net (1 point)
#
# Two nets were trained with several seeds each. A run is a pair (seed, score in hundredths), and
# the runs stand in the order in which they finished, on a busy machine. Now somebody writes: "ours
# is ahead for every seed, by 4 or more", and this is the function that says so:
#
# ```python
# def lead(ours, theirs):
#     pairs = zip(sorted(score for _, score in ours), sorted(score for _, score in theirs))
#     leads = [mine - other for mine, other in pairs]
#     return min(leads), sum(leads) / len(leads)
# ```
#
# Sorted scores put our worst run beside their worst, whatever their seeds were. A seed decides
# where a run starts and which pictures it is tested on, so runs are compared **seed by seed**.
# Write `lead(ours, theirs)`: the smallest lead and the mean lead over the seeds that **both** have.
# A seed that only one side has is left out. (Negative leads are leads.)
#
# *Worked by hand:* ours (0, 60), (2, 50), (1, 70), theirs (1, 64), (0, 48). Seed 0: 12. Seed 1: 6.
# Seed 2 has no partner. The answer is `(6, 9.0)`.

# %% Hint: find the partner [markdown] role="hint" answer="answer-lead"
# For each of our runs you have to find their run of the same seed, if there is one. Which type of
# Python finds a score by its seed?

# %% Hint: a dictionary [markdown] role="hint" answer="answer-lead"
# `dict(theirs)` maps seeds to scores. Go through ours, and keep only the seeds that are in it.

# %% Answer: lead role="answer"
def lead(ours, theirs):
    """The smallest and the mean lead over the seeds that both have."""
    ### BEGIN SOLUTION
    other = dict(theirs)
    leads = [score - other[seed] for seed, score in ours if seed in other]
    return min(leads), sum(leads) / len(leads)
    ### END SOLUTION

# %% Example: lead role="example"
assert tuple(lead([(0, 50), (1, 60)], [(0, 45), (1, 55)])) == (5, 5.0)
assert tuple(lead([(7, 40)], [(7, 44)])) == (-4, -4.0)
print("both examples agree; now compare with the one worked by hand")

# %% Graded: lead role="graded" answer="answer-lead" points=1
@graded("lead", cases=30)
def lead_case(rng):
    def runs(low):
        seeds = [0, 1, *rng.permutation(4)[: rng.integers(1, 3)]]
        seeds = rng.permutation(sorted(set(map(int, seeds))))
        return [(int(seed), int(rng.integers(low, low + 20))) for seed in seeds]

    return runs(45), runs(40)

# %% Alternative: seed by seed role="alternative" answer="answer-lead"
def lead(ours, theirs):
    leads = np.array([a - b for s, a in ours for t, b in theirs if s == t])
    return leads.min(), leads.mean()

# %% Misconception: the worst beside the worst role="misconception" answer="answer-lead"
# You sort the scores before you pair them. Then the worst of ours stands beside the worst of
# theirs, and no longer the same seed beside itself.
def lead(ours, theirs):
    pairs = zip(sorted(score for _, score in ours), sorted(score for _, score in theirs))
    leads = [mine - other for mine, other in pairs]
    return min(leads), sum(leads) / len(leads)

# %% Misconception: as they finished role="misconception" answer="answer-lead"
# You pair the runs in the order in which they finished. That order is chance; the seed says which
# two belong together.
def lead(ours, theirs):
    leads = [mine - other for (_, mine), (_, other) in zip(ours, theirs)]
    return min(leads), sum(leads) / len(leads)

# %% Misconception: seeds without a partner count role="misconception" answer="answer-lead"
# Your smallest lead is taken seed by seed, but your mean is the difference of two means, with all
# runs in them. A lucky run that has no partner moves it.
def lead(ours, theirs):
    other = dict(theirs)
    smallest = min(score - other[seed] for seed, score in ours if seed in other)
    return smallest, np.mean([s for _, s in ours]) - np.mean([s for _, s in theirs])

# %% Task 4: the capstone [markdown]
# ## 4. The capstone: design a stack (3 points)
#
# Write `design(reach, size, channels, spacing, budget)`, which returns a stack as a list of layers
# (kernel, stride, rate), the first layer first. The map is `size` x `size`, each layer has
# `channels` in and out, and kernel, stride and rate are equal along both axes. Many designs are
# right. What counts are five properties, computed by the function `properties` in the set-up cell:
# read it, call it, try designs by hand.
#
# - *sees far enough*: an output sees `reach` pixels or more along an axis;
# - *no hole after any layer*: as in task 1, and the outputs of a layer leave no pixel out between
#   them, as a stride larger than what they see would;
# - *no layer more than doubles the view*, from the second layer on;
# - *the spacing asked for*: one answer for exactly `spacing` x `spacing` pixels, the product of all
#   strides, because the task needs no finer ones and can do with no coarser ones;
# - *within the budget*: at most `budget` MACs. A layer takes kernel x kernel x channels x channels
#   for each position that comes **out** of it.
#
# Briefs have a `spacing` of 1, 2 or 4, a `size` that is a multiple of 4, and a budget that a
# careful design meets with some room to spare.
#
# *Worked by hand:* reach 9, size 8, channels 1, spacing 2, budget 600. Take (3, 2, 1): an output
# sees 3 pixels, and the jump is 2 from here on; 9 weights at 4 x 4 positions, 144 MACs. A second
# layer of 3 taps would add 2 x 2 = 4 pixels to 3, more than doubling. With **2** taps, (2, 1, 1),
# it adds 2: sees 5, 64 MACs. Then (3, 1, 1) adds 4: sees 9, 144 MACs. Together 352: all five are
# met.

# %% Hint: where the stride goes [markdown] role="hint" answer="answer-design"
# Everything behind a stride is cheaper, by the square of the stride. Where does it save most? But
# its layer must have as many taps as the stride is long, at least.

# %% Hint: the next layer [markdown] role="hint" answer="answer-design"
# Keep `seen` and `jump`, as in task 1. A layer of 3 taps adds `2 * rate * jump` pixels, and may add
# `seen` of them at most. Which is the largest such rate? What if that is 0?

# %% Hint: one loop [markdown] role="hint" answer="answer-design"
# Begin with one layer of stride `spacing` and `max(3, spacing)` taps. While `seen` is less than
# `reach`, append a layer: 3 taps at rate `seen // (2 * jump)`, or, where that is 0, 2 taps at rate
# 1.

# %% Answer: design role="answer"
def design(reach, size, channels, spacing, budget):
    """A stack of (kernel, stride, rate) with the five properties."""
    ### BEGIN SOLUTION
    layers = [(max(3, spacing), spacing, 1)]
    seen, jump = layers[0][0], spacing
    while seen < reach:
        rate = seen // (2 * jump)
        layers.append((3, 1, rate) if rate else (2, 1, 1))
        seen += 2 * rate * jump if rate else jump
    return layers
    ### END SOLUTION

# %% Example: design role="example"
found = design(3, 8, 1, 1, 2000)
print("your design:", found, properties(found, 3, 8, 1, 1, 2000))
assert all(properties(found, 3, 8, 1, 1, 2000).values())

# %% Graded: design role="graded" answer="answer-design" points=3
@graded("design", cases=30, view=properties)
def design_case(rng):
    spacing = int(rng.choice([1, 2, 4, 4]))
    reach = int(rng.integers(18, 66))
    size, channels = 4 * int(rng.integers(4, 13)), int(rng.integers(1, 5))
    layers = int(np.ceil(np.log2(reach))) + 2  # of 3 taps each, at the spacing asked for
    return reach, size, channels, spacing, 9 * layers * (channels * size // spacing) ** 2

# %% Alternative: strides of two role="alternative" answer="answer-design"
def design(reach, size, channels, spacing, budget):
    layers, seen, jump = [(3, min(spacing, 2), 1)], 3, min(spacing, 2)
    if spacing == 4:
        layers, seen, jump = [(3, 2, 1), (2, 2, 1)], 5, 4
    while seen < reach:
        if 2 * jump > seen:
            layers.append((2, 1, 1))
            seen += jump
        else:
            rate = min(seen // (2 * jump), -(-(reach - seen) // (2 * jump)))
            layers.append((3, 1, rate))
            seen += 2 * rate * jump
    return layers

# %% Alternative: two taps throughout role="alternative" answer="answer-design"
def design(reach, size, channels, spacing, budget):
    seen = kernel = max(2, spacing)
    layers = [(kernel, spacing, 1)]
    while seen < reach:
        layers.append((2, 1, seen // spacing))
        seen += seen // spacing * spacing
    return np.array(layers)

# %% Misconception: an answer for every pixel role="misconception" answer="answer-design"
# Your design has no strides, and so an answer for every pixel. Where the task wants one for 2 x 2
# or 4 x 4, the others cost 4 or 16 times as much and nobody asked for them.
def design(reach, size, channels, spacing, budget):
    layers, seen = [(3, 1, 1)], 3
    while seen < reach:
        layers.append((3, 1, seen // 2))
        seen += 2 * (seen // 2)
    return layers

# %% Misconception: the strides at the end role="misconception" answer="answer-design"
# Your stride comes last. The spacing is right, but all layers in front of it work at full size, and
# the budget is gone. A stride saves on the layers **behind** it.
def design(reach, size, channels, spacing, budget):
    layers, seen = [(3, 1, 1)], 3
    while seen < reach:
        layers.append((3, 1, seen // 2))
        seen += 2 * (seen // 2)
    kernel, _, rate = layers[-1]
    return [*layers[:-1], (kernel, spacing, rate)]

# %% Misconception: rates counted in pixels role="misconception" answer="answer-design"
# Your rates are counted in pixels. Behind a stride a rate is counted in steps, of `jump` pixels
# each: divide what has to be bridged by the jump. Yours leap too far.
def design(reach, size, channels, spacing, budget):
    layers, seen, jump = [(max(3, spacing), spacing, 1)], max(3, spacing), spacing
    while seen < reach:
        rate = seen // 2
        layers.append((3, 1, rate))
        seen += 2 * rate * jump
    return layers

# %% Misconception: as far as no hole allows role="misconception" answer="answer-design"
# Your rates are the largest that leave no hole, so the view triples from layer to layer. There is
# one path to each pixel then (lesson 07), and the ladder leaps. Half of that rate is allowed here.
def design(reach, size, channels, spacing, budget):
    layers, seen, jump = [(max(3, spacing), spacing, 1)], max(3, spacing), spacing
    while seen < reach:
        rate = seen // jump
        layers.append((3, 1, rate))
        seen += 2 * rate * jump
    return layers

# %% Misconception: layers of rate one role="misconception" answer="answer-design"
# Your layers all have rate 1, so each adds the same few pixels, and it takes too many of them for
# the budget. Let the rates grow with what is seen.
def design(reach, size, channels, spacing, budget):
    layers, seen, jump = [(max(3, spacing), spacing, 1)], max(3, spacing), spacing
    while seen < reach:
        kernel = 3 if 2 * jump <= seen else 2
        layers.append((kernel, 1, 1))
        seen += (kernel - 1) * jump
    return layers

# %% Misconception: one layer too few role="misconception" answer="answer-design"
# You stop before `reach` is met: your last layer would have been needed. Go on while what is seen
# is less than `reach`.
def design(reach, size, channels, spacing, budget):
    layers, seen, jump = [(max(3, spacing), spacing, 1)], max(3, spacing), spacing
    while 2 * seen <= reach:
        rate = seen // (2 * jump)
        layers.append((3, 1, rate) if rate else (2, 1, 1))
        seen += 2 * rate * jump if rate else jump
    return layers

# %% What next [markdown]
# ## What next
#
# Let your `design` solve the brief of the lesson: reach 29, size 48, spacing 2. (There the first
# layer reads one channel only, so a stride may come a layer later and cost little more.) Build what
# it returns, train it on the scenes over three seeds, and put it through task 3 against the net of
# case 4. Then write the memo, and let somebody read it who was not in this course.
