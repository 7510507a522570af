"""A first exercise to change: small, whole, and such that building and verifying it succeeds."""

import re
from pathlib import Path

from coursekit.authoring.complaint import Complaint

_NAME = re.compile(r"(\d\d_)?[a-z][a-z0-9_]*")

_SOURCE = '''\
# %% Exercise {number}: {title} [markdown]
# # Exercise {number}: {title}
#
# Say what it is about, in three sentences, and what a learner needs for it.
#
# **1 answer, 2 points, about 10 minutes.** Run the next cell first. Replace the line that raises
# `NotImplementedError`, run the cell, then the example below it, then the graded cell: it tries
# your function on inputs drawn at random and says what it found.

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("{name}")

# %% Task 1: thin out [markdown]
# ## 1. Thin out (2 points)
#
# Write `thin(samples, step)`: every `step`-th sample of an array, beginning with the first.
#
# *Worked by hand:* of the samples 4, 5, 6, 7 with a step of 2 are left 4 and 6.

# %% Hint: which places are kept [markdown] role="hint" answer="answer-thin"
# Write down the places that stay, 0 and `step` and so on, for a small array.

# %% Answer: thin role="answer"
def thin(samples, step):
    """Every step-th sample, beginning with the first."""
    ### BEGIN SOLUTION
    return samples[::step]
    ### END SOLUTION

# %% Example: thin role="example"
assert np.array_equal(thin(np.array([4, 5, 6, 7]), 2), [4, 6])
print("the example agrees")

# %% Graded: thin role="graded" answer="answer-thin" points=2
@graded("thin")
def thin_case(rng):
    """The arguments of one call; small ones, since a learner is shown where an answer fails."""
    return rng.integers(0, 10, size=rng.integers(1, 9)), int(rng.integers(1, 5))

# %% Alternative: one at a time role="alternative" answer="answer-thin"
def thin(samples, step):
    return np.array([samples[place] for place in range(0, len(samples), step)])

# %% Misconception: always every second role="misconception" answer="answer-thin"
# The step is given; yours always takes two. The example has a step of 2, so it could not tell.
def thin(samples, step):
    return samples[::2]
'''


class NameTaken(Complaint):
    """The name of a new exercise is not one, or is in use."""

    code = 2


def lay_out(name, course):
    """Write the source of a new exercise.

    Parameters
    ----------
    name : str
        A word of small letters, digits and underscores; a number of two digits may stand before
        it: "14_pooling". Without one it gets the next that is free.
    course : path-like
        The folder in which ``solutions/`` is, or will be.

    Returns
    -------
    Path
        The source.

    Raises
    ------
    NameTaken
        If the name cannot be used; nothing was written.
    """
    if not _NAME.fullmatch(name):
        raise NameTaken(
            f"name an exercise with small letters, digits and underscores, such as pooling or "
            f"14_pooling; got {name!r}"
        )
    folder = Path(course) / "solutions"
    taken = {path.stem[:2]: path for path in folder.glob("[0-9][0-9]_*.py")}
    if not name[:2].isdigit():
        free = [number for number in range(1, 100) if f"{number:02}" not in taken]
        higher = [n for n in free if not taken or n > max(map(int, taken))]
        if not free:
            raise NameTaken(f"all numbers from 01 to 99 are in use in {folder}")
        name = f"{(higher or free)[0]:02}_{name}"
    if name[:2] in taken:
        raise NameTaken(f"number {name[:2]} is in use: {taken[name[:2]]}")
    path = folder / f"{name}.py"
    title = name[3:].replace("_", " ")
    folder.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(_SOURCE.format(number=name[:2], name=name, title=title))
    return path
