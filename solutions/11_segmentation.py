# %% Exercise 11: keep the score [markdown]
# # Exercise 11: keep the score
#
# Lesson 11 took the score of a segmentation apart. Here you write the parts that go wrong most
# often in practice: a mean IoU with names that do not occur, the accuracy in a narrow band along
# the outlines, the interpolation that a colleague got wrong by half a cell, and a vote that gives
# each thing one name.
#
# **4 answers, 8 points, about 40 minutes.** You need NumPy and lesson 11. Run the next cell first.
# Each answer is a function: replace the line that raises `NotImplementedError` and run the cell,
# then the examples below it, which are small enough to do on paper. Then run the graded cell: it
# tries your function on inputs drawn at random and says what it found. Hints stand folded below
# each task, from a nudge to nearly there; open one when you have been stuck for five minutes.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("11_segmentation")

# %% Task 1: the mIoU of a data set [markdown]
# ## 1. The mIoU of a data set (2 points)
#
# You have a confusion matrix for each of N scenes, as an array `tables` of shape (N, K, K):
# `tables[n, i, j]` pixels of scene n are truly i and were called j. Two questions come up at once.
#
# - *Add up first, or average last?* The IoU of a name belongs to the **data set**: its pixels of
#   all scenes together. A scene that shows three pixels of a 5 must not count as much as one that
#   is full of 5s.
# - *What about a name that does not occur?* If it is neither in the truth nor among the names
#   given, its IoU is 0/0. Leave it out of the mean. But if it was **given** and is nowhere in the
#   truth, that is a mistake, and its IoU is 0.
#
# Write `data_set_miou(tables)`, which returns one number.
#
# *Worked by hand:* two scenes and three names, `[[2, 1, 0], [0, 1, 0], [0, 0, 0]]` and
# `[[3, 0, 0], [2, 1, 0], [0, 0, 0]]`. Together `[[5, 1, 0], [2, 2, 0], [0, 0, 0]]`. Name 0: 5
# right, 6 truly 0, 7 called 0, so 5/8. Name 1: 2/5. Name 2 does not occur. The mean of two: 41/80.

# %% Hint: what to add up [markdown] role="hint" answer="answer-data-set-miou"
# A confusion matrix counts pixels, and counts of several scenes can be added. Over which axis?

# %% Hint: the union [markdown] role="hint" answer="answer-data-set-miou"
# The row sums say how many pixels truly have a name, the column sums how many were given it. The
# pixels on the diagonal are in both sums and must be counted once.

# %% Hint: who takes part [markdown] role="hint" answer="answer-data-set-miou"
# A name takes part in the mean exactly when its **union** is above 0. Select these before you
# divide.

# %% Answer: data set mIoU role="answer"
def data_set_miou(tables):
    """Mean IoU over the names that occur in a data set, from one confusion matrix a scene."""
    ### BEGIN SOLUTION
    table = np.asarray(tables).sum(axis=0)
    right = np.diag(table)
    union = table.sum(axis=0) + table.sum(axis=1) - right
    return (right[union > 0] / union[union > 0]).mean()
    ### END SOLUTION

# %% Example: data set mIoU role="example"
assert np.isclose(data_set_miou(np.array([[[2, 0], [0, 3]]])), 1)
assert np.isclose(data_set_miou(np.array([[[0, 2], [1, 0]]])), 0)
print("both examples agree")

# %% Graded: data set mIoU role="graded" answer="answer-data-set-miou" points=2
@graded("data_set_miou")
def data_set_miou_case(rng):
    tables = rng.integers(0, 4, size=(2, 4, 4))
    tables[:, range(4), range(4)] += rng.integers(1, 5, size=(2, 4))
    absent, false = rng.permutation(4)[:2]
    tables[:, absent] = 0
    tables[:, :, absent] = 0
    tables[:, false] = 0
    tables[0, :, false] *= tables[0].sum(axis=1) > 0
    keep = [name for name in range(4) if name not in (absent, false)]
    tables[rng.integers(2), rng.choice(keep), false] += 1
    return (tables,)

# %% Alternative: from counts in a loop role="alternative" answer="answer-data-set-miou"
def data_set_miou(tables):
    shares = []
    for name in range(tables.shape[1]):
        right = sum(int(table[name, name]) for table in tables)
        missed = sum(int(table[name].sum()) for table in tables) - right
        extra = sum(int(table[:, name].sum()) for table in tables) - right
        if right + missed + extra:
            shares.append(right / (right + missed + extra))
    return sum(shares) / len(shares)

# %% Misconception: averaged scene by scene role="misconception" answer="answer-data-set-miou"
# Yours computes a mean IoU for each scene and averages those. Then a few pixels in one scene weigh
# as much as a whole digit in another. Add up the tables of all scenes first.
def data_set_miou(tables):
    found = []
    for table in tables:
        right = np.diag(table)
        union = table.sum(axis=0) + table.sum(axis=1) - right
        found.append((right[union > 0] / union[union > 0]).mean())
    return np.mean(found)

# %% Misconception: absent names count as 0 role="misconception" answer="answer-data-set-miou"
# A name that is neither in the truth nor among the names given counts as 0 in your mean. Nobody
# made a mistake with it: leave it out, or the score depends on how many names were on the list.
def data_set_miou(tables):
    table = tables.sum(axis=0)
    right = np.diag(table)
    return np.mean(right / np.maximum(table.sum(axis=0) + table.sum(axis=1) - right, 1))

# %% Misconception: only names of the truth role="misconception" answer="answer-data-set-miou"
# Yours leaves out every name that is not in the truth. If such a name was given to some pixels, it
# was given wrongly, and its IoU of 0 belongs in the mean.
def data_set_miou(tables):
    table = tables.sum(axis=0)
    right = np.diag(table)
    union = table.sum(axis=0) + table.sum(axis=1) - right
    there = table.sum(axis=1) > 0
    return (right[there] / union[there]).mean()

# %% Misconception: Dice in place of IoU role="misconception" answer="answer-data-set-miou"
# Yours divides twice the right pixels by the sum of row and column. That is the Dice score, or F1.
# It sorts two nets by one name as the IoU does, but it is larger, and its mean over names is
# another. The IoU divides by the union.
def data_set_miou(tables):
    table = tables.sum(axis=0)
    both = table.sum(axis=0) + table.sum(axis=1)
    return (2 * np.diag(table)[both > 0] / both[both > 0]).mean()

# %% Task 2: the band along the outlines [markdown]
# ## 2. The band along the outlines (2 points)
#
# A **trimap** of width w keeps the pixels near an outline, on **both** sides of it: those from
# which a pixel with another **true** name can be reached in at most w steps up, down, left or
# right. Outside the picture there is nothing.
#
# Write `band_accuracy(given, truth, width)` for two arrays of names, H rows and W columns. It
# returns the share of the band's pixels that were named correctly. (There always are some pixels
# in the band.)
#
# *Worked by hand:* one row, truth `0 0 0 1 1`, given `0 0 1 1 0`, width 1. The true name changes
# between the third and the fourth pixel, so these two are the band. The third is wrong, the fourth
# right: 1/2. With width 2 the second and the last pixel join in, one right and one wrong: 2/4.

# %% Hint: width 1 first [markdown] role="hint" answer="answer-band-accuracy"
# For width 1: is the pixel to the right of this one different in truth? Compare
# `truth[:, :-1]` with `truth[:, 1:]`; where they differ, **both** pixels are in the band.

# %% Hint: one step more [markdown] role="hint" answer="answer-band-accuracy"
# From width w to w + 1: a pixel joins if one of its four neighbours is in the band already.

# %% Hint: without wrapping [markdown] role="hint" answer="answer-band-accuracy"
# `np.roll` joins the last column to the first, which are no neighbours. Slices do not: `wider[1:]
# |= band[:-1]` hands the band down by a row, and three more lines do it for the other directions.

# %% Answer: band accuracy role="answer"
def band_accuracy(given, truth, width):
    """Share of pixels named correctly among those within `width` steps of another true name."""
    ### BEGIN SOLUTION
    band = np.zeros(truth.shape, dtype=bool)
    down, right = truth[1:] != truth[:-1], truth[:, 1:] != truth[:, :-1]
    band[1:] |= down
    band[:-1] |= down
    band[:, 1:] |= right
    band[:, :-1] |= right
    for _ in range(width - 1):
        wider = band.copy()
        wider[1:] |= band[:-1]
        wider[:-1] |= band[1:]
        wider[:, 1:] |= band[:, :-1]
        wider[:, :-1] |= band[:, 1:]
        band = wider
    return np.mean(given[band] == truth[band])
    ### END SOLUTION

# %% Example: band accuracy role="example"
row = np.array([[0, 0, 1, 1, 0, 0]])
assert np.isclose(band_accuracy(row, row, 1), 1)
assert np.isclose(band_accuracy(row + 1, row, 1), 0)
print("both examples agree")

# %% Graded: band accuracy role="graded" answer="answer-band-accuracy" points=2
@graded("band_accuracy")
def band_accuracy_case(rng):
    height, width = 4, int(rng.integers(6, 8))
    truth = np.zeros((height, width), dtype=int)
    row, column = rng.integers(0, 3), rng.integers(0, width - 2)
    truth[row : row + 2, column : column + int(rng.integers(1, 4))] = rng.integers(1, 3)
    given = np.where(rng.random(truth.shape) < 0.4, rng.integers(0, 3, truth.shape), truth)
    return given, truth, int(rng.integers(1, 3))

# %% Alternative: all pixels within reach role="alternative" answer="answer-band-accuracy"
def band_accuracy(given, truth, width):
    height, across = truth.shape
    right = []
    for row in range(height):
        for column in range(across):
            near = [truth[i, j] for i in range(height) for j in range(across)
                    if abs(i - row) + abs(j - column) <= width]
            if any(name != truth[row, column] for name in near):
                right.append(given[row, column] == truth[row, column])
    return sum(right) / len(right)

# %% Misconception: outlines of what was given role="misconception" answer="answer-band-accuracy"
# Yours draws the band along the outlines of the names that were **given**. Then a net chooses for
# itself where it is tested: one that calls everything background has no outline at all. The band
# belongs to the truth.
def band_accuracy(given, truth, width):
    height, across = truth.shape
    right = []
    for row in range(height):
        for column in range(across):
            near = [given[i, j] for i in range(height) for j in range(across)
                    if abs(i - row) + abs(j - column) <= width]
            if any(name != given[row, column] for name in near):
                right.append(given[row, column] == truth[row, column])
    return sum(right) / max(len(right), 1)

# %% Misconception: the inner side only role="misconception" answer="answer-band-accuracy"
# Yours keeps only the digits' side of the band. What spills over an outline falls on the background
# beside it, and a net with a thick pencil makes just that mistake.
def band_accuracy(given, truth, width):
    height, across = truth.shape
    right = []
    for row, column in np.argwhere(truth > 0):
        near = [truth[i, j] for i in range(height) for j in range(across)
                if abs(i - row) + abs(j - column) <= width]
        if any(name != truth[row, column] for name in near):
            right.append(given[row, column] == truth[row, column])
    return sum(right) / max(len(right), 1)

# %% Misconception: diagonal steps role="misconception" answer="answer-band-accuracy"
# Yours takes a square around each pixel, which is to step diagonally. A step goes up, down, left or
# right; to the diagonal neighbour there are two.
def band_accuracy(given, truth, width):
    height, across = truth.shape
    right = []
    for row in range(height):
        for column in range(across):
            near = truth[max(row - width, 0) : row + width + 1,
                         max(column - width, 0) : column + width + 1]
            if np.any(near != truth[row, column]):
                right.append(given[row, column] == truth[row, column])
    return sum(right) / len(right)

# %% Task 3: half a cell lost [markdown]
# ## 3. Half a cell lost (2 points)
#
# A net with strides gives one score for each cell of `factor` x `factor` pixels. A colleague blows
# the scores up to full size by interpolation, a straight line between neighbours, along one axis
# after the other:
#
# ```python
# def blow_up(scores, factor):
#     for axis in range(2):
#         size = scores.shape[axis]
#         place = np.linspace(0, size - 1, factor * size)    # where each pixel falls
#         before = np.floor(place).astype(int)
#         after = np.minimum(before + 1, size - 1)
#         share = (place - before).reshape((-1, 1) if axis == 0 else (1, -1))
#         scores = ((1 - share) * scores.take(before, axis)
#                   + share * scores.take(after, axis))
#     return scores
# ```
#
# The first score lands on the first pixel and the last on the last, which looks tidy. But answer 0
# stands for pixels 0 to `factor - 1`, and belongs in their **middle**, at pixel
# `(factor - 1) / 2`; answer i belongs in the middle of cell i. So the colleague's picture is
# stretched: true in the centre, and off by up to half a cell towards the borders. The net of the
# lesson draws worse this way, with the same scores. Mend it. Pixels beyond the first and the last
# middle get the first and the last score.
#
# *Worked by hand:* the row `[0, 4]` with factor 2. The middles are at pixels 0.5 and 2.5. Pixel 0
# lies before the first: 0. Pixel 1 is a quarter of the way: 1. Pixel 2: 3. Pixel 3: 4. The
# colleague says 0, 4/3, 8/3, 4.
#
# Write `blow_up(scores, factor)` for scores of H rows and W columns.

# %% Hint: only one line is wrong [markdown] role="hint" answer="answer-blow-up"
# `place` says for each pixel p where it falls among the answers. Answer i stands at pixel
# `factor * i + (factor - 1) / 2`. Turn that round: which i belongs to pixel p?

# %% Hint: the borders [markdown] role="hint" answer="answer-blow-up"
# `(p - (factor - 1) / 2) / factor` is below 0 for the first pixels, and above `size - 1` for the
# last. Bring such places back to 0 and to `size - 1`; `np.clip` does it.

# %% Answer: blow up role="answer"
def blow_up(scores, factor):
    """Scores interpolated to `factor` times their size, each answer in the middle of its cell."""
    ### BEGIN SOLUTION
    for axis in range(2):
        size = scores.shape[axis]
        place = (np.arange(factor * size) - (factor - 1) / 2) / factor
        place = np.clip(place, 0, size - 1)
        before = np.floor(place).astype(int)
        after = np.minimum(before + 1, size - 1)
        share = (place - before).reshape((-1, 1) if axis == 0 else (1, -1))
        scores = (1 - share) * scores.take(before, axis) + share * scores.take(after, axis)
    return scores
    ### END SOLUTION

# %% Example: blow up role="example"
assert np.allclose(blow_up(np.array([[0.0, 4.0, 2.0]]), 1), [[0, 4, 2]])
assert np.shape(blow_up(np.ones((2, 3)), 2)) == (4, 6)
assert np.allclose(blow_up(np.ones((2, 3)), 2), 1)
print("the examples agree")

# %% Graded: blow up role="graded" answer="answer-blow-up" points=2
@graded("blow_up")
def blow_up_case(rng):
    height, width = rng.permutation([1, 2, 3])[:2]
    scores = 12.0 * rng.integers(0, 5, size=(height, width))
    scores[0, 0], scores[-1, -1] = 12.0, 36.0  # never flat
    return scores, int(rng.integers(2, 4))

# %% Alternative: with np.interp role="alternative" answer="answer-blow-up"
def blow_up(scores, factor):
    def stretch(line):
        middles = factor * np.arange(len(line)) + (factor - 1) / 2
        return np.interp(np.arange(factor * len(line)), middles, line)

    return np.apply_along_axis(stretch, 1, np.apply_along_axis(stretch, 0, scores))

# %% Misconception: corner on corner role="misconception" answer="answer-blow-up"
# Yours still puts the first answer on the first pixel and the last on the last. Towards the
# borders everything is off by up to half a cell: an answer belongs in the middle of its cell.
def blow_up(scores, factor):
    for axis in range(2):
        size = scores.shape[axis]
        place = np.linspace(0, size - 1, factor * size)
        before = np.floor(place).astype(int)
        after = np.minimum(before + 1, size - 1)
        share = (place - before).reshape((-1, 1) if axis == 0 else (1, -1))
        scores = (1 - share) * scores.take(before, axis) + share * scores.take(after, axis)
    return scores

# %% Misconception: at the cell's first pixel role="misconception" answer="answer-blow-up"
# Yours puts answer i at pixel `factor * i`, the first of its cell. All is moved by half a cell, up
# and to the left. The middle of the cell is `(factor - 1) / 2` pixels farther on.
def blow_up(scores, factor):
    for axis in range(2):
        size = scores.shape[axis]
        place = np.clip(np.arange(factor * size) / factor, 0, size - 1)
        before = np.floor(place).astype(int)
        after = np.minimum(before + 1, size - 1)
        share = (place - before).reshape((-1, 1) if axis == 0 else (1, -1))
        scores = (1 - share) * scores.take(before, axis) + share * scores.take(after, axis)
    return scores

# %% Misconception: the nearest answer role="misconception" answer="answer-blow-up"
# Yours repeats each answer over its cell. Nothing is moved, but nothing is mixed either: between
# two middles the scores should change along a straight line.
def blow_up(scores, factor):
    return scores.repeat(factor, axis=0).repeat(factor, axis=1)

# %% Task 4: let a digit vote [markdown]
# ## 4. Let a digit vote (2 points)
#
# A digit is one thing and has one name, but a net may name its pixels differently. Suppose you know
# which pixels belong together: `things` holds 0 where there is nothing, and 1, 2, 3, ... for the
# pixels of the first thing, the second, and so on. Then let each thing vote.
#
# Write `vote(labels, things)` for two arrays of H rows and W columns. It returns an array of names:
#
# - outside of things, 0;
# - on **all** pixels of a thing, the name above 0 that most of its pixels have in `labels`. Pixels
#   named 0, background, abstain. If several names are level, the smallest of them wins; if
#   all abstain, the thing is named 0.
#
# *Worked by hand:* labels `0 2 2 0 3 3 0`, things `1 1 1 0 2 2 2`. Thing 1 has one abstention
# and two votes for 2; thing 2 has two votes for 3. The result is `2 2 2 0 3 3 3`.

# %% Hint: one thing [markdown] role="hint" answer="answer-vote"
# `labels[things == 1]` are the votes of the first thing. Go through the numbers from 1 to
# `things.max()`, and fill a new array of zeros.

# %% Hint: count the votes [markdown] role="hint" answer="answer-vote"
# Remove the zeros among the votes first. `np.bincount` counts how often each number occurs, and
# `argmax` gives the first of the largest counts, which is the smallest name. An empty array of
# votes needs a branch of its own.

# %% Answer: vote role="answer"
def vote(labels, things):
    """Each thing's pixels, all with the name that most of those named have."""
    ### BEGIN SOLUTION
    result = np.zeros_like(labels)
    for thing in range(1, things.max() + 1):
        votes = labels[things == thing]
        votes = votes[votes > 0]
        if votes.size:
            result[things == thing] = np.bincount(votes).argmax()
    return result
    ### END SOLUTION

# %% Example: vote role="example"
assert np.array_equal(vote(np.array([[2, 2, 2, 0]]), np.array([[1, 1, 1, 0]])), [[2, 2, 2, 0]])
assert np.array_equal(vote(np.array([[1, 3, 3, 3]]), np.array([[0, 1, 1, 1]])), [[0, 3, 3, 3]])
print("both examples agree")

# %% Graded: vote role="graded" answer="answer-vote" points=2
@graded("vote")
def vote_case(rng):
    things = np.zeros((3, 7), dtype=int)
    things[:, :3], things[: int(rng.integers(2, 4)), 4:] = 1, 2
    labels = np.zeros_like(things)
    for thing in (1, 2):
        rows, columns = np.nonzero(things == thing)
        order = rng.permutation(len(rows))
        low, high = sorted(rng.choice([1, 2, 4, 5], size=2, replace=False))
        votes = [high] * 2 + [low] * int(rng.integers(1, 3))
        for name, place in zip(votes, order):
            labels[rows[place], columns[place]] = name
    labels[things == 0] = rng.integers(0, 6, size=np.count_nonzero(things == 0))
    return labels, things

# %% Alternative: sorted by count, then by name role="alternative" answer="answer-vote"
def vote(labels, things):
    result = [[0] * labels.shape[1] for _ in range(labels.shape[0])]
    for thing in set(things.ravel().tolist()) - {0}:
        places = [tuple(place) for place in np.argwhere(things == thing)]
        votes = [int(labels[place]) for place in places if labels[place]]
        winner = min(set(votes), key=lambda name: (-votes.count(name), name), default=0)
        for row, column in places:
            result[row][column] = winner
    return result

# %% Misconception: background votes role="misconception" answer="answer-vote"
# In yours the pixels named background vote as well, and where a net draws thin they win: the whole
# thing disappears. That a pixel is part of a thing is known already; only names above 0 count.
def vote(labels, things):
    result = np.zeros_like(labels)
    for thing in range(1, things.max() + 1):
        result[things == thing] = np.bincount(labels[things == thing]).argmax()
    return result

# %% Misconception: who abstains gets nothing role="misconception" answer="answer-vote"
# Yours gives the winner's name only to pixels that had voted. Those named background belong to the
# thing as well, and get its name too.
def vote(labels, things):
    result = np.zeros_like(labels)
    for thing in range(1, things.max() + 1):
        mask = (things == thing) & (labels > 0)
        if mask.any():
            result[mask] = np.bincount(labels[mask]).argmax()
    return result

# %% Misconception: the mean of the names role="misconception" answer="answer-vote"
# Yours computes with the names as if they were numbers: between votes for 1 and for 5 it finds a 3
# that nobody voted for. A name is a label. Count how often each occurs.
def vote(labels, things):
    result = np.zeros_like(labels)
    for thing in range(1, things.max() + 1):
        votes = labels[(things == thing) & (labels > 0)]
        result[things == thing] = round(votes.mean()) if votes.size else 0
    return result

# %% What next [markdown]
# ## What next
#
# In the lesson, nine digits in ten were named right by the vote of their pixels, with the outline
# drawn by a rule. Train the strided net of the lesson, and let its digits vote from its own labels,
# blunt outline and all; a thing is the ink of one quarter of a scene, since each quarter holds one
# digit. How many of 256 digits does it read right now?
