# %% Exercise 07: choose rates [markdown]
# # Exercise 07: choose rates
#
# Lesson 07 judged stacks by rules and by measurements, and chose rates for a given reach. Here you
# write the parts yourself: the distances of a published rule, a test for holes that a colleague
# got almost right, the share of a pattern that gets through a stack, and the rates that reach a
# given size with the fewest layers.
#
# **4 answers, 8 points, about 35 minutes.** You need NumPy and lesson 07. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError` and run the cell,
# then the examples below it, which are small enough to do on paper. Then run the graded cell: it
# tries your function on inputs drawn at random and says what it found. Hints stand folded below
# each task, from a nudge to nearly there; open one when you have been stuck for five minutes.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("07_rates")

# %% Task 1: the distances of HDC [markdown]
# ## 1. The distances of HDC (2 points)
#
# The rule of hybrid dilated convolution (Wang et al. 2018) gives each layer a distance. For rates
# `r_1` to `r_n` the last one is `M_n = r_n`, and each one before it is the largest of three:
#
# - `M_{i+1} - 2 r_i`, what the layer leaves open in the middle,
# - `2 r_i - M_{i+1}`, what it leaves open when its taps cross,
# - `r_i`, the distance of its own taps.
#
# Write `distances(rates)` for rates of the first layer to the last. It returns the list `M_1` to
# `M_n`.
#
# *Worked by hand:* rates 1, 2, 9. `M_3` is 9. `M_2` is the largest of 9 - 4, 4 - 9 and 2, so 5.
# `M_1` is the largest of 5 - 2, 2 - 5 and 1, so 3: `[3, 5, 9]`.

# %% Hint: where to begin [markdown] role="hint" answer="answer-distances"
# Each distance needs the one of the layer **above** it. Only one of them needs none. Begin there.

# %% Hint: walk down [markdown] role="hint" answer="answer-distances"
# Keep the distance you have in one variable, go through the other rates from the last to the first,
# and collect what you find. In which order does your list come out?

# %% Answer: distances role="answer"
def distances(rates):
    """The maximum distances M_1 .. M_n of hybrid dilated convolution."""
    ### BEGIN SOLUTION
    found = [rates[-1]]
    for rate in rates[-2::-1]:
        above = found[0]
        found.insert(0, max(above - 2 * rate, 2 * rate - above, rate))
    return found
    ### END SOLUTION

# %% Example: distances role="example"
assert list(distances([1, 2, 5])) == [1, 2, 5]
assert list(distances([2, 9])) == [5, 9]
print("both examples agree")

# %% Graded: distances role="graded" answer="answer-distances" points=2
@graded("distances")
def distances_case(rng):
    return (rng.integers(1, 10, size=rng.integers(3, 6)).tolist(),)

# %% Alternative: a call to itself role="alternative" answer="answer-distances"
def distances(rates):
    first, *rest = rates
    if not rest:
        return (first,)
    later = distances(rest)
    return (max(abs(later[0] - 2 * first), first), *later)

# %% Misconception: taps never cross role="misconception" answer="answer-distances"
# Where a rate is larger than the distance above it, its taps cross, and `2 r - M` is left open.
# Yours has no such case, which nobody notices as long as rates rise.
def distances(rates):
    found = [rates[-1]]
    for rate in rates[-2::-1]:
        found.insert(0, max(found[0] - 2 * rate, rate))
    return found

# %% Misconception: the rate above, not its distance role="misconception" answer="answer-distances"
# A layer fills the **distance** that the layers above have left, `M` of the next layer. Yours takes
# the next layer's rate. The two are the same only in the last layer, or while nothing is left open.
def distances(rates):
    found = [rates[-1]]
    for rate, above in zip(rates[-2::-1], rates[:0:-1]):
        found.insert(0, max(above - 2 * rate, 2 * rate - above, rate))
    return found

# %% Task 2: a test that looks at neighbours only [markdown]
# ## 2. Mend it: a test that looks at neighbours only (2 points)
#
# A colleague wants to know how far a stack reads **without a break**: how many samples, counted
# from the first of the receptive field, come before the first hole; all of them, if there is none.
# Their function makes sense at first sight, as rates 1, 3, 9 grow by the number of taps and have no
# hole:
#
# ```python
# def unbroken(kernel_size, rates):
#     seen, before = 1, 1
#     for rate in sorted(rates):
#         if rate > kernel_size * before:       # too large a leap from the rate before
#             return seen
#         seen += (kernel_size - 1) * rate
#         before = rate
#     return seen
# ```
#
# It is right for many stacks, and says 5 for 3 taps with rates 1, 1, 5. Draw that stack: 15 samples
# are read without a break. It also lets leaps pass that are too large. Write `unbroken` so that it
# is always right, for any number of taps from 2 up and rates in any order.
#
# *Worked by hand:* 3 taps, rates 1, 2, 9. Rates 1 and 2 read 7 samples in a row. The layer with
# rate 9 begins its next run at the tenth sample, so samples eight and nine are missing: the answer
# is 7.

# %% Hint: what bridges a gap [markdown] role="hint" answer="answer-unbroken"
# Rate 5 puts three copies of what the smaller rates see next to each other, each 5 samples after
# the last. What must be at least 5 long, so that no gap opens: a step, or the whole copy?

# %% Hint: both ways wrong [markdown] role="hint" answer="answer-unbroken"
# Try 3 taps with rates 2, 3 in the colleague's function, and count by hand. Which rate is never
# compared with what is really there at the start, one sample?

# %% Hint: nearly there [markdown] role="hint" answer="answer-unbroken"
# Everything you need to compare with is in the variable `seen`. Then `before` has no use.

# %% Answer: unbroken role="answer"
def unbroken(kernel_size, rates):
    """Samples of the receptive field before its first hole."""
    ### BEGIN SOLUTION
    seen = 1
    for rate in sorted(rates):
        if rate > seen:
            break
        seen += (kernel_size - 1) * rate
    return seen
    ### END SOLUTION

# %% Example: unbroken role="example"
assert unbroken(3, [1, 2, 9]) == 7
assert unbroken(2, [1, 2]) == 4
print("both examples agree")

# %% Graded: unbroken role="graded" answer="answer-unbroken" points=2
@graded("unbroken", cases=40)
def unbroken_case(rng):
    kernel_size = int(rng.integers(2, 4))
    rates = [int(rng.integers(1, 3)), *rng.integers(1, 6, size=rng.integers(1, 4)).tolist()]
    seen = 1 + (kernel_size - 1) * sum(rates)
    rates.append(int(rng.integers(max(2, seen // 2), seen + 3)))
    return kernel_size, rng.permutation(rates).tolist()

# %% Alternative: by the set of places role="alternative" answer="answer-unbroken"
def unbroken(kernel_size, rates):
    places = {0}
    for rate in rates:
        places = {place + tap * rate for place in places for tap in range(kernel_size)}
    end = 0
    while end in places:
        end += 1
    return end

# %% Misconception: the colleague's test role="misconception" answer="answer-unbroken"
# Yours compares each rate with the rate before it. What has to bridge a step is everything that the
# smaller rates see together: after 1 and 1 that is 5 samples, so rate 5 is fine.
def unbroken(kernel_size, rates):
    seen, before = 1, 1
    for rate in sorted(rates):
        if rate > kernel_size * before:
            return seen
        seen += (kernel_size - 1) * rate
        before = rate
    return seen

# %% Misconception: layers in their order role="misconception" answer="answer-unbroken"
# Yours goes through the layers in the order in which they stand. A place is a sum of steps, and a
# sum does not care about order: a later, smaller rate may close the gap. Sort the rates first.
def unbroken(kernel_size, rates):
    seen = 1
    for rate in rates:
        if rate > seen:
            break
        seen += (kernel_size - 1) * rate
    return seen

# %% Misconception: only the largest rate can leap role="misconception" answer="answer-unbroken"
# Yours compares the largest rate with what all the others see, and takes it that those see it
# without a break. A hole may open earlier: 3 taps at rates 2, 3, 4 miss the second sample already.
def unbroken(kernel_size, rates):
    *smaller, largest = sorted(rates)
    seen = 1 + (kernel_size - 1) * sum(smaller)
    return seen if largest > seen else seen + (kernel_size - 1) * largest

# %% Task 3: what gets through [markdown]
# ## 3. What gets through (2 points)
#
# A pattern that repeats every `period` samples consists of waves; wave number `m`, from 1 to
# `period - 1`, turns `m` times in `period` samples. A layer with weights 1/4, 1/2, 1/4 at rate `r`
# leaves `cos(pi * m * r / period) ** 2` of it, and the next layer leaves its own share of that.
#
# Write `gain(rates, period)` for a `period` from 2 up. It returns how much of the wave that comes
# through the stack best is left, a number from 0 to 1.
#
# *Worked by hand:* rate 1 and period 3. Waves 1 and 2 both keep `cos(pi / 3) ** 2`, which is 1/4.
# With rates 1 and 3 it is still 1/4, as rate 3 leaves all of a pattern with period 3.
#
# The number is worth having for any period, not only for rates of the stack.

# %% Hint: one wave first [markdown] role="hint" answer="answer-gain"
# Fix `m`. What is left after the first layer, and after the second? Then do it for each `m`.

# %% Hint: which comes first [markdown] role="hint" answer="answer-gain"
# One wave goes through **all** layers: multiply over the layers for each `m`, and look for the
# largest of the products at the very end.

# %% Answer: gain role="answer"
def gain(rates, period):
    """The largest share that is left of a wave with this period."""
    ### BEGIN SOLUTION
    shares = [np.prod([np.cos(np.pi * m * rate / period) ** 2 for rate in rates])
              for m in range(1, period)]
    return max(shares)
    ### END SOLUTION

# %% Example: gain role="example"
assert np.isclose(gain([2, 2, 2], 2), 1)
assert np.isclose(gain([1, 2, 4], 2), 0)
print("both examples agree")

# %% Graded: gain role="graded" answer="answer-gain" points=2
@graded("gain", rtol=1e-6, atol=1e-9)
def gain_case(rng):
    return rng.integers(1, 6, size=rng.integers(2, 4)).tolist(), int(rng.integers(4, 10))

# %% Alternative: by the kernel of the whole stack role="alternative" answer="answer-gain"
def gain(rates, period):
    kernel = np.ones(1)
    for rate in rates:
        taps = np.zeros(2 * rate + 1)
        taps[[0, rate, 2 * rate]] = 0.25, 0.5, 0.25
        kernel = np.convolve(kernel, taps)
    waves = np.arange(1, period)[:, None] * np.arange(kernel.size)
    return np.abs(np.exp(2j * np.pi * waves / period) @ kernel).max()

# %% Misconception: only the slowest wave role="misconception" answer="answer-gain"
# Yours looks at wave 1 alone, which turns once in a period. A faster one may come through better,
# as two turns in 4 samples come through rate 2: a checkerboard repeats every 4 samples as well.
def gain(rates, period):
    return np.prod([np.cos(np.pi * rate / period) ** 2 for rate in rates])

# %% Misconception: each layer's own favourite role="misconception" answer="answer-gain"
# Yours takes the best wave of each layer and multiplies. But they are different waves: what rate 2
# lets through, the next layer may stop. Follow one wave through all layers, then compare waves.
def gain(rates, period):
    return np.prod([max(np.cos(np.pi * m * rate / period) ** 2 for m in range(1, period))
                    for rate in rates])

# %% Misconception: without the square role="misconception" answer="answer-gain"
# Weights 1/4, 1/2, 1/4 are 1/2, 1/2 used twice: each leaves a cosine, both together its square.
# Yours leaves the cosine.
def gain(rates, period):
    return max(abs(np.prod([np.cos(np.pi * m * rate / period) for rate in rates]))
               for m in range(1, period))

# %% Task 4: the fewest layers [markdown]
# ## 4. The fewest layers (2 points)
#
# A task needs to see exactly `reach` samples, without a hole and with the fewest layers. One way
# never needs a layer too many: begin with one sample, and let each rate be as large as the rule
# allows, until the largest allowed would see too far. Then the last layer takes exactly the rest.
#
# Write `fewest(kernel_size, reach)` for `kernel_size` from 2 up and a `reach` that can be met:
# `reach - 1` is a multiple of `kernel_size - 1`, and at least that. It returns the list of rates in
# the order in which they are found.
#
# *Worked by hand:* 3 taps, reach 31. Rates 1, 3, 9 see 27. The largest allowed rate is now 27, far
# too large; 4 samples are missing, which a rate of 2 adds: `[1, 3, 9, 2]`.
#
# (It has the fewest layers, but it is not the best of them: lesson 07 compared eleven such stacks.)

# %% Hint: count what is missing [markdown] role="hint" answer="answer-fewest"
# Keep `seen`, the number of samples so far. Two numbers limit the next rate: `seen` itself, and
# what is still missing. How much does a layer of rate `r` add?

# %% Hint: the last layer [markdown] role="hint" answer="answer-fewest"
# A layer adds `(kernel_size - 1) * r` samples. So the rest needs the rate
# `(reach - seen) // (kernel_size - 1)`. Each layer takes the smaller of the two limits.

# %% Answer: fewest role="answer"
def fewest(kernel_size, reach):
    """Rates that see `reach` samples without a hole, with the fewest layers."""
    ### BEGIN SOLUTION
    rates, seen = [], 1
    while seen < reach:
        rates.append(min(seen, (reach - seen) // (kernel_size - 1)))
        seen += (kernel_size - 1) * rates[-1]
    return rates
    ### END SOLUTION

# %% Example: fewest role="example"
assert list(fewest(2, 8)) == [1, 2, 4]
assert list(fewest(3, 3)) == [1]
print("both examples agree")

# %% Graded: fewest role="graded" answer="answer-fewest" points=2
@graded("fewest")
def fewest_case(rng):
    kernel_size = int(rng.integers(3, 6))
    return kernel_size, 1 + (kernel_size - 1) * int(rng.integers(3, 20))

# %% Alternative: powers, then the rest role="alternative" answer="answer-fewest"
def fewest(kernel_size, reach):
    rates = []
    while kernel_size ** (len(rates) + 1) <= reach:
        rates.append(kernel_size ** len(rates))
    missing = reach - kernel_size ** len(rates)
    return np.array(rates + [missing // (kernel_size - 1)] * (missing > 0))

# %% Misconception: double the rate role="misconception" answer="answer-fewest"
# Yours doubles the rate from layer to layer. That is as large as the rule allows for 2 taps; with
# more taps a layer sees farther, and the next rate may grow by the number of taps.
def fewest(kernel_size, reach):
    rates, seen = [], 1
    while seen < reach:
        rates.append(min(2 ** len(rates), (reach - seen) // (kernel_size - 1)))
        seen += (kernel_size - 1) * rates[-1]
    return rates

# %% Misconception: the rest as one rate role="misconception" answer="answer-fewest"
# Yours takes the number of missing samples for a rate. A layer of rate `r` adds `kernel_size - 1`
# times `r` samples, so with 3 taps half of that number is enough; yours sees too far.
def fewest(kernel_size, reach):
    rates, seen = [], 1
    while seen < reach:
        rates.append(min(seen, reach - seen))
        seen += (kernel_size - 1) * rates[-1]
    return rates

# %% Misconception: as large as allowed to the end role="misconception" answer="answer-fewest"
# Yours takes the largest rate that leaves no hole in the last layer too, and so sees farther than
# `reach`. The last layer takes the rest alone.
def fewest(kernel_size, reach):
    rates, seen = [], 1
    while seen < reach:
        rates.append(seen)
        seen *= kernel_size
    return rates

# %% What next [markdown]
# ## What next
#
# Compare `fewest(3, 41)` with the eleven stacks of four layers in the lesson: is it among them?
# Compute its `gain` for the periods 2 to 12, and that of 1, 3, 5, 11. Then take a net that you
# use, write down its rates, and see how far it reads unbroken.
