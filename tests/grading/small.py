"""A small exercise in the source format, for tests that change it."""

from coursekit.authoring.notebook import read_source
from coursekit.grading import assemble, emit, key, run
from coursekit.grading.exercise import Exercise
from coursekit.grading.nbval_plugin import verdict

SOURCE = '''\
# %% Exercise 01: small [markdown]
# # Exercise 01: small

# %% Set-up role="setup"
import numpy as np

if "graded" not in globals():  # a grader brings its own
    from coursekit.grading.feedback import exercise

    graded = exercise("01_small")

# %% Hint: look at two [markdown] role="hint" answer="answer-double"
# What is twice 2?

# %% Hint: look at three [markdown] role="hint" answer="answer-double"
# What is twice 3?

# %% Answer: double role="answer"
def double(numbers):
    """Twice each number."""
    ### BEGIN SOLUTION
    return 2 * np.asarray(numbers)
    ### END SOLUTION

# %% Example: double role="example"
assert double([2])[0] == 4
print("the example agrees")

# %% Graded: double role="graded" answer="answer-double" points=3
@graded("double")
def double_case(rng):
    return rng.integers(0, 9, size=rng.integers(1, 5)).tolist()

# %% Alternative: add role="alternative" answer="answer-double"
def double(numbers):
    return [number + number for number in numbers]

# %% Misconception: the square role="misconception" answer="answer-double"
# Yours squares the numbers. Twice 2 and 2 squared are both 4, which is why
# the example could not tell.
def double(numbers):
    return np.asarray(numbers) ** 2

# %% Answer: total role="answer"
def total(numbers, start=0):
    ### BEGIN SOLUTION
    return sum(numbers, start)
    ### END SOLUTION

# %% Graded: total role="graded" answer="answer-total" points=1
@graded("total", cases=10)
def total_case(rng):
    return rng.random(rng.integers(1, 4)), float(rng.integers(1, 3))

# %% Misconception: from nothing role="misconception" answer="answer-total"
# Yours leaves out the start.
def total(numbers, start=0):
    return sum(numbers)
'''


def course(folder, *changes, source=SOURCE, name="01_small"):
    """Write the exercise into folder/solutions, with (old, new) pairs of text replaced."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    path = folder / "solutions" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return path


def exercise(folder, *changes):
    return Exercise(read_source(course(folder, *changes)))


def fetch_here(exercise, seed, rounds=1, examples=False):
    """`key.fetch` without a process of its own."""
    keys = key.compute(exercise, seed, rounds)
    return (keys, key._examples(exercise)) if examples else keys


def grade_here(exercise, path, name, seed, keys):
    """`run.grade` without a kernel: in this process, for answers of our own."""
    answers = assemble.read_submission(path).answers
    names = key.namespace(exercise, {a: (a, answers[a]) for a in exercise.solution})
    results = {}
    for question in exercise.questions:
        if answers[question.answer] == exercise.stubs[question.answer]:
            results[question.answer] = {"outcome": "not attempted"}
            continue
        trial, inputs = key.trial_of(exercise, question, seed, 1)
        values = [emit.outcome(names[question.function], given) for given in inputs]
        counts = [trial.seen(value, given) for value, given in zip(values, inputs)]
        results[question.answer] = verdict(vars(keys[question.graded]), values, counts)
    return run._record(exercise, name, results, "grader-error", [], seed)
