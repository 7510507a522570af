"""Proof that an exercise's grading discriminates: what is right passes, what is wrong does not.

Every way to answer that the source knows is handed in and graded as a learner's notebook would
be: the solution, each alternative, the untouched exercise, each misconception. Other ways to write
different answers share a notebook, which saves most of the runs; where one of them does not come
out as it should, perhaps because of another, it is handed in once more by itself. What the matrix
must show is said in `_faults`.
"""

import secrets
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import nbformat

from coursekit.grading import compare, feedback, key, run
from coursekit.grading.emit import SEED

# A misconception may get through a grading by luck less often than that.
_LUCK = 1e-3
_WORKERS = 2


@dataclass
class Row:
    """One submission of the matrix.

    Attributes
    ----------
    kind : str
        "solution", "alternative", "untouched" or "misconception".
    name : str
        The id of its cell, or the kind.
    title : str
    answer : str or None
        The one answer that it writes differently, and whose points and outcome it has.
    points : dict
        Answer id to the points it got.
    outcomes : dict
        Answer id to outcome.
    named : str or None
        The title of the misconception that its answer was taken for.
    share : float or None
        On which share of the inputs a misconception is wrong.
    example : str or None
        What went wrong in the visible examples.
    """

    kind: str
    name: str
    title: str
    answer: str | None
    points: dict = field(default_factory=dict)
    outcomes: dict = field(default_factory=dict)
    named: str | None = None
    share: float | None = None
    example: str | None = None


@dataclass
class Matrix:
    """What verifying an exercise found: the rows, and a line for each fault."""

    exercise: object
    rows: list
    faults: list


def verify(exercise):
    """Grade every known way to answer an exercise.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    Matrix

    Raises
    ------
    key.GraderError
        If the exercise's own code does not run.
    """
    seed = secrets.randbits(53)
    with ThreadPoolExecutor(_WORKERS) as pool:
        known = pool.submit(key.fetch, exercise, SEED, feedback.ROUNDS, True)
        keys = key.fetch(exercise, seed)
        rows = _rows(exercise)
        list(pool.map(lambda group: _hand_in(exercise, group, seed, keys), _groups(rows)))
        odd = [[row] for row in rows if row.answer is not None and not _as_it_should_be(row)]
        list(pool.map(lambda group: _hand_in(exercise, group, seed, keys), odd))
        shown, examples = known.result()
    for row in rows:
        row.example = examples.get(row.name)
        if row.kind == "misconception":
            row.share = _share(exercise, row, shown)
    faults = [fault for row in rows for fault in _faults(exercise, row, shown)]
    return Matrix(exercise, rows, [*faults, *_missing(exercise)])


def _rows(exercise):
    variants = [Row(v.role, v.id, v.title, v.answer) for v in exercise.variants.values()]
    return [Row("solution", "solution", "", None), Row("untouched", "untouched", "", None),
            *sorted(variants, key=lambda row: row.kind)]


def _groups(rows):
    """Rows that are handed in together: of each answer at most one."""
    of_answer = {}
    for row in rows:
        if row.answer is None:
            yield [row]
        else:
            of_answer.setdefault(row.answer, []).append(row)
    for group in zip_longest(*of_answer.values()):
        yield [row for row in group if row is not None]


def _hand_in(exercise, group, seed, keys):
    """Grade a notebook with the answers of all rows of a group; note what became of each."""
    answers = {} if group[0].kind == "untouched" else dict(exercise.solution)
    answers |= {row.answer: exercise.variants[row.name].source for row in group if row.answer}
    with tempfile.TemporaryDirectory(prefix="coursekit-") as folder:
        path = Path(folder) / "submission.ipynb"
        path.write_text(nbformat.writes(exercise.handed_in(answers)), "utf-8")
        record = run.grade(exercise, path, group[0].name, seed, keys)
    for row in group:
        own = exercise.solution if row.answer is None else [row.answer]
        row.points = {answer: record.points[answer] for answer in own}
        row.outcomes = {answer: record.outcomes[answer] for answer in own}
        row.named = record.misconceptions.get(row.answer)


def _as_it_should_be(row):
    if row.kind == "alternative":
        return row.outcomes[row.answer] == "pass"
    return not row.points[row.answer] and row.named == row.title


def _question(exercise, answer):
    return next(q for q in exercise.questions if q.answer == answer)


def _share(exercise, row, shown):
    right = shown[_question(exercise, row.answer).graded]
    return feedback.judge(right, right.misconceptions[row.name]).wrong / len(right.expected)


def _faults(exercise, row, shown):
    """What of a row breaks the promise, a line each, with file, line and cell."""
    at = exercise.source.where
    if row.example is not None:
        where = at(row.name) if row.answer else at(exercise.questions[0].answer)
        yield f"{where}: the visible examples do not pass: {row.example}"
    for answer, outcome in row.outcomes.items():
        if row.kind == "solution" and outcome != "pass":
            yield f"{at(answer)}: the solution gets no points: {outcome}"
        elif row.kind == "untouched" and outcome != "not attempted":
            yield f"{at(answer)}: untouched it counts as {outcome!r}, not as 'not attempted'"
        elif row.kind == "alternative" and outcome != "pass":
            yield f"{at(row.name)}: the alternative loses the points of {answer!r}: {outcome}"
    if row.kind == "misconception":
        yield from _misconception_faults(exercise, row, shown)


def _misconception_faults(exercise, row, shown):
    where = exercise.source.where(row.name)
    question = _question(exercise, row.answer)
    if row.points[row.answer]:
        yield f"{where}: the misconception gets {row.points[row.answer]} points"
        return
    right = shown[question.graded]
    # By the many inputs of the notebook, always the same, and not by the luck of one grading.
    if _missed(right, row.share) > _LUCK:
        yield (f"{where}: it is wrong on {row.share:.0%} of the inputs, so one grading in "
               f"{1 / _missed(right, row.share):.0f} misses it; draw inputs that tell it apart, "
               f"or more cases")
    alike = [name for name in right.misconceptions
             if name != row.name and _missed(right, _apart(right, row.name, name)) > _LUCK]
    for name in alike:
        yield (f"{where}: it differs from {name!r} on {_apart(right, row.name, name):.0%} of the "
               f"inputs, too few to tell which one it is")
    if not alike and row.named != exercise.variants[row.name].title:
        taken = f"takes it for {row.named!r}" if row.named else "does not know it again"
        yield f"{where}: grading {taken}"


def _missed(right, share):
    """How often the inputs of one grading all miss what shows on this share of inputs."""
    return (1 - share) ** (len(right.expected) // feedback.ROUNDS)


def _apart(right, one, other):
    """The share of inputs on which two misconceptions return different things."""
    pairs = zip(right.misconceptions[one], right.misconceptions[other])
    differ = [not compare.same(a, b, right.rtol, right.atol) for a, b in pairs]
    return sum(differ) / len(differ)


def _missing(exercise):
    """Answers of which nothing shows that a wrong one is noticed."""
    known = {v.answer for v in exercise.variants.values() if v.role == "misconception"}
    for question in exercise.questions:
        if question.answer not in known:
            yield (f"{exercise.source.where(question.answer)}: it has no misconception, so nothing "
                   f"shows that its grading tells wrong from right")
