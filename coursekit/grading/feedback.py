"""What a learner is told: which misconception an answer behaves like, or where it first fails.

The same words stand in the notebook, where the set-up cell brings the `graded` of this module, and
in what `coursekit check` prints. The expected values decide, and are never shown.
"""

import contextlib
import io
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coursekit.authoring.complaint import Complaint
from coursekit.grading import compare, key, picture, progress
from coursekit.grading.emit import PATIENCE, SEED, outcome
from coursekit.grading.exercise import nearest

# A learner's answer is tried on as many times the inputs of a grading, so that the smallest input
# on which it fails is small.
ROUNDS = 10

RIGHT, WRONG, RAISES, UNTRIED = "right", "wrong", "raises", "not attempted"


@dataclass(frozen=True)
class Finding:
    """What was found out about one answer.

    Attributes
    ----------
    state : str
        "right", "wrong", "raises" or "not attempted"; of `coursekit check` also what ended its
        run: "timeout", "killed", "error".
    wrong, tried : int
        On how many of how many inputs.
    misconception : str or None
        The id of the misconception that it behaves like.
    case : int or None
        Which is the smallest input on which it fails.
    got : dict or None
        What it returned there, encoded.
    lacks : str or None
        Where properties count, those that it has not as it should, in words.
    """

    state: str
    wrong: int = 0
    tried: int = 0
    misconception: str | None = None
    case: int | None = None
    got: dict | None = None
    lacks: str | None = None


def judge(right, returned, trial=None, inputs=()):
    """What the values tell that an answer returned for the first inputs of a key.

    Parameters
    ----------
    right : key.Key
    returned : list of dict
        Encoded.
    trial : key.Trial, optional
        Needed where the key holds properties: it tells those of what was returned.
    inputs : list of tuple
        The arguments themselves, for the trial.

    Returns
    -------
    Finding
    """
    tolerance = right.rtol, right.atol
    tried = min(len(returned), len(right.expected))
    if not tried or _raised(returned[0]) == "NotImplementedError":
        return Finding(UNTRIED)
    received = returned = returned[:tried]
    if trial is not None:
        received = [trial.seen(value, given) for value, given in zip(returned, inputs)]
    failing = [n for n, (want, got) in enumerate(zip(right.expected, received))
               if not compare.same(want, got, *tolerance)]
    if not failing:
        return Finding(RIGHT, tried=tried)
    named = [name for name, theirs in right.misconceptions.items()
             if compare.equal(theirs[:tried], received, *tolerance)]
    case = min(failing, key=lambda n: _size(right.arguments[n]))
    state = RAISES if _raised(returned[case]) and "returned" not in returned[case] else WRONG
    lacks = _lacking(right.expected[case], received[case]) if right.viewed else None
    return Finding(state, len(failing), tried, next(iter(named), None), case, returned[case], lacks)


def words(exercise, question, right, finding):
    """What is said of a finding: lines of text, the first of them in one line what it is."""
    title = question.title
    if finding.state == RIGHT:
        return [f"{title}: right. It agrees with the solution on every input tried."]
    if finding.state == UNTRIED:
        return [f"{title}: not attempted yet."]
    where = right.calls[finding.case]
    if finding.misconception:
        variant = exercise.variants[finding.misconception]
        return [f"{title}: not right yet. It behaves like a misconception: {variant.title}.",
                variant.told, f"See what it does with {where}"]
    lines = [f"{title}: not right yet. It fails on {finding.wrong} of {finding.tried} inputs, "
             f"the smallest of them:", where]
    return [*lines, difference(right, finding)]


def difference(right, finding):
    """In words, how what was returned differs from what is wanted, which stays unsaid."""
    got, want = finding.got, right.expected[finding.case]
    if got["kind"] == "error" and "returned" in got:
        return (f"There it returns a {got['returned']}; numbers, text and arrays can be compared, "
                f"and lists, tuples and dictionaries of them.")
    if got["kind"] == "error":
        said = f": {got['said']}" if got.get("said") else ""
        return f"There it raises {got['type']}{said}"
    if finding.lacks is not None:
        shown = picture.text(compare.decode(got))
        return f"There it returns {shown}. What is not as it should be: {finding.lacks}."
    if got["kind"] != want["kind"]:
        return f"There it returns {_kind(got)}, and {_kind(want)} is wanted."
    if got["kind"] != "array":
        return "There it returns something else than is wanted."
    if got["shape"] != want["shape"]:
        return (f"There it returns {_kind(got)} of shape {tuple(got['shape'])}, "
                f"and another shape is wanted.")
    wrong = wrong_entries(right, finding)
    if wrong.ndim == 0:
        return f"There it returns {compare.decode(got)[()]}, and another number is wanted."
    places = [tuple(map(int, place)) for place in np.argwhere(wrong)[:3]]
    listed = ", ".join(str(list(place)) for place in places)
    more = " ..." if wrong.sum() > len(places) else ""
    are = "is" if wrong.sum() == 1 else "are"
    return f"There {wrong.sum()} of {wrong.size} entries {are} wrong: {listed}{more}"


def wrong_entries(right, finding):
    """True where an array that was returned differs from the one wanted, of the same shape."""
    want, got = compare.decode(right.expected[finding.case]), compare.decode(finding.got)
    if want.dtype.kind in "biu" and got.dtype.kind in "biu":  # as the comparison has it
        return got != want
    return ~np.isclose(got, want, rtol=right.rtol, atol=right.atol, equal_nan=True)


def drawing(question, right, finding):
    """A picture of the smallest failing input and of what was returned; None where none helps."""
    if finding.case is None or finding.misconception:
        return None
    want, got = right.expected[finding.case], finding.got
    wrong = None
    if finding.lacks is not None:
        return None
    if got["kind"] == want["kind"] == "array" and got["shape"] == want["shape"]:
        wrong = wrong_entries(right, finding)
    values = None if got["kind"] == "error" else compare.decode(got)
    arguments = {name: compare.decode(value)
                 for name, value in right.arguments[finding.case].items()}
    return picture.draw(question.function, arguments, values, wrong)


def exercise(name):
    """The `graded` of an exercise, for its set-up cell.

    Parameters
    ----------
    name : str
        Such as "06_gridding".

    Returns
    -------
    callable
        ``@graded("function")`` above a function that draws the arguments of one call. It tries
        the learner's function, says what it finds, and writes it down in the workspace.
    """

    def graded(function, **options):
        return lambda draw: _try(name, function, draw)

    return graded


def _try(name, function, draw):
    try:
        unit = nearest(name, Path.cwd())
        _tell(unit, name, function, draw)
    except (Complaint, FileNotFoundError) as error:
        print(f"This answer cannot be checked here: {error}")
    except OSError as error:
        print(f"Your progress was not kept: {error.strerror}: {error.filename}")


def _tell(unit, name, function, draw):
    from IPython.display import HTML, display

    question = next((q for q in unit.questions if q.function == function), None)
    if question is None:
        print(f"The exercise {name} has no graded function {function!r}.")
        return
    answer = draw.__globals__.get(function)
    if answer is None:
        print(f"{question.title}: there is no {function} yet; run the answer's cell first.")
        return
    with contextlib.redirect_stdout(io.StringIO()):  # what the author's cells print
        right = key.compute(unit, SEED, ROUNDS, only=question.graded)[question.graded]
        trial, inputs = key.trial_of(unit, question, SEED, ROUNDS)
        returned = _tried(answer, inputs, len(inputs) // ROUNDS)
        finding = judge(right, returned, trial, inputs)
    print("\n".join(words(unit, question, right, finding)))
    shown = drawing(question, right, finding)
    if shown is not None:
        display(HTML(shown.html))
    progress.note(progress.workspace(Path.cwd()), unit, {question.answer: finding})


def _tried(answer, inputs, least):
    """What an answer returns: on the first inputs, and on more while time is left."""
    received, start = [], time.monotonic()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        for number, given in enumerate(inputs):
            if number >= least and time.monotonic() - start > PATIENCE:
                break
            received.append(outcome(answer, given))
    return received


def _lacking(want, got):
    """The properties that differ, by name; or why there are none."""
    if got["kind"] == "error":
        return f"it cannot be judged ({got['type']}{': ' if got['said'] else ''}{got['said']})"
    names = dict(got.get("items", ()))
    return ", ".join(name for name, value in want.get("items", ())
                     if not compare.same(value, names.get(name), 1e-9, 0))


def _raised(value):
    return value["type"] if value["kind"] == "error" else None


def _kind(value):
    """What an encoded value is, for a sentence."""
    if value["kind"] == "plain":
        return "None" if value["value"] is None else "text"
    if value["kind"] == "array":
        return "an array" if value["shape"] else "a number"
    return {"list": "a list of unlike things", "dict": "a dictionary"}.get(value["kind"], "nothing")


def _size(arguments):
    """How much a learner must look at: the number of entries, then how large they are."""
    arrays = [np.abs(leaf) for value in arguments.values() for leaf in _leaves(value)]
    entries = sum(array.size for array in arrays)
    return entries, sum(float(np.nan_to_num(array).sum()) for array in arrays)


def _leaves(payload):
    """The arrays in an encoded value; a text counts as long as it is."""
    if payload["kind"] == "array":
        yield compare.decode(payload)
    elif payload["kind"] == "list":
        for item in payload["items"]:
            yield from _leaves(item)
    elif payload["kind"] == "dict":
        for _, item in payload["items"]:
            yield from _leaves(item)
    elif payload["value"] is not None:
        yield np.ones(len(payload["value"]))
