"""The answer key: what the solution returns on drawn inputs, and what each misconception returns.

All of it is the author's code. A learner's notebook computes the key in its own kernel; whoever
deals with other people's code has it computed in another process, by `fetch`.
"""

import contextlib
import inspect
import io
import json
import subprocess
import sys
from dataclasses import asdict, dataclass

import numpy as np

from coursekit.authoring import notebook
from coursekit.authoring.complaint import Complaint
from coursekit.grading import compare, start
from coursekit.grading.emit import drawn, encode, outcome
from coursekit.grading.exercise import Exercise

_SECONDS = 120
_LONGEST = 300


class GraderError(Complaint):
    """The fault is the author's or ours: an exercise's own code does not run."""


@dataclass
class Key:
    """What is right, and what is known to be wrong, for one question on one draw of inputs.

    Attributes
    ----------
    calls : list of str
        Each call as a learner would type it, cut short where it is long.
    arguments : list
        Each call's arguments, encoded, by the names of the solution's parameters.
    rtol, atol : float
        Tolerances of the comparison.
    expected : list
        What the solution returns, encoded; where a view is declared, the properties of that.
    misconceptions : dict
        Id of a misconception to what it returns, or the properties of that.
    viewed : bool
        Whether properties are compared, and not values.
    """

    calls: list
    arguments: list
    rtol: float
    atol: float
    expected: list
    misconceptions: dict
    viewed: bool


@dataclass(frozen=True)
class Trial:
    """What a graded cell declares: whom it calls, on what."""

    function: str
    draw: object
    cases: int = 20
    rtol: float = 1e-6
    atol: float = 1e-9
    view: object = None

    def seen(self, value, given):
        """Of an encoded value what counts: itself, or its properties.

        The view gets what `compare.decode` makes: numbers in lists come as arrays. A value that it
        cannot deal with, which may be any value, counts as an error.
        """
        if self.view is None or value["kind"] == "error":
            return value
        return outcome(lambda *_: self.view(compare.decode(value), *given), given)


def compute(exercise, seed, rounds=1, only=None):
    """The keys of an exercise, computed in this process.

    Parameters
    ----------
    exercise : Exercise
    seed : int
    rounds : int
        How many times as many inputs as a grading draws.
    only : str, optional
        The id of the one graded cell that is wanted. None: all.

    Returns
    -------
    dict
        Graded cell's id to `Key`.

    Raises
    ------
    GraderError
        If the author's code fails; the message says file, line and cell.
    """
    names = namespace(exercise)
    keys = {}
    for question in exercise.questions:
        if only not in (None, question.graded):
            continue
        trial = _trial(exercise, question, names)
        with _blamed(exercise, question.graded):
            calls = list(drawn(trial.draw, trial.cases, seed, rounds))
        if not calls:
            raise GraderError(f"{exercise.source.where(question.graded)}: it draws no inputs")
        function = names[question.function]
        expected = [trial.seen(outcome(function, given), given) for given in calls]
        _check_solution(exercise, question, function, calls, expected)
        keys[question.graded] = Key(
            [call(function, question.function, given) for given in calls],
            [_named(function, given) for given in calls],
            trial.rtol, trial.atol, expected,
            _misconceptions(exercise, question, trial, calls), trial.view is not None,
        )
    return keys


def trial_of(exercise, question, seed, rounds):
    """The trial of a question, and the arguments themselves of the calls in its key: tuples."""
    trial = _trial(exercise, question, namespace(exercise))
    return trial, list(drawn(trial.draw, trial.cases, seed, rounds))


def fetch(exercise, seed, rounds=1, examples=False):
    """The keys of an exercise, computed in a process of their own.

    With `examples`, a second dictionary comes along: for "solution" and each variant's id, what
    went wrong in the visible examples, or None.

    Raises
    ------
    GraderError
        If the author's code fails, or takes too long.
    """
    job = {"path": str(exercise.source.path), "seed": seed, "rounds": rounds, "examples": examples}
    try:
        done = subprocess.run(
            start.python("coursekit.grading.key"), input=json.dumps(job),
            capture_output=True, text=True, timeout=_SECONDS,
        )
        told = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise GraderError(
            f"{exercise.source.path}: solution, alternatives and misconceptions took more than "
            f"{_SECONDS} seconds"
        ) from None
    except ValueError:
        raise GraderError(f"{exercise.source.path}: its code ended the process") from None
    if "fault" in told:
        raise GraderError(told["fault"])
    keys = {graded: Key(**key) for graded, key in told["keys"].items()}
    return (keys, told["examples"]) if examples else keys


def namespace(exercise, answers=None):
    """The names an exercise has once its set-up and its answers have run.

    Parameters
    ----------
    exercise : Exercise
    answers : dict, optional
        Answer id to the source that stands in for the solution's, and the id of the cell it
        comes from: a pair.
    """
    names = {"__name__": "exercise", "graded": None}
    for cell, source in exercise.code("setup"):
        _execute(exercise, cell, source, names)
    for answer, source in exercise.solution.items():
        cell, source = (answers or {}).get(answer, (answer, source))
        _execute(exercise, cell, source, names)
    return names


def call(function, name, arguments):
    """A call as a learner would type it: ``paths(kernel_size=3, rates=[2, 2])``."""
    with np.printoptions(threshold=60, linewidth=200):
        given = ", ".join(
            f"{parameter}={' '.join(repr(value).split())}"
            for parameter, value in zip(_parameters(function, arguments), arguments)
        )
    given = given if len(given) <= _LONGEST else f"{given[:_LONGEST]} ..."
    return f"{name}({given})"


def _parameters(function, arguments):
    try:
        names = list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        names = []
    return names if len(names) == len(arguments) else [f"[{n}]" for n in range(len(arguments))]


def _named(function, arguments):
    return dict(zip(_parameters(function, arguments), map(encode, arguments)))


def _misconceptions(exercise, question, trial, calls):
    found = {}
    for variant in exercise.variants.values():
        if variant.role == "misconception" and variant.answer == question.answer:
            names = namespace(exercise, {question.answer: (variant.id, variant.source)})
            function = names[question.function]
            found[variant.id] = [trial.seen(outcome(function, given), given) for given in calls]
    return found


def _check_solution(exercise, question, function, calls, expected):
    for given, value in zip(calls, expected):
        if value["kind"] == "error":
            raise GraderError(
                f"{exercise.source.where(question.answer)}: the solution raises {value['type']}: "
                f"{value['said']} on {call(function, question.function, given)}"
            )


def _trial(exercise, question, names):
    """What the graded cell of a question declares; it is run among the solution's names."""
    found = []

    def graded(name, **options):
        return lambda draw: found.append(Trial(name, draw, **options))

    source = dict(exercise.code("graded"))[question.graded]
    _execute(exercise, question.graded, source, {**names, "graded": graded})
    if len(found) != 1:
        raise GraderError(
            f"{exercise.source.where(question.graded)}: its @graded function was not defined"
        )
    return found[0]


def _execute(exercise, cell, source, names):
    with _blamed(exercise, cell):
        exec(compile(source, f"{exercise.source.path}:{cell}", "exec"), names)


@contextlib.contextmanager
def _blamed(exercise, cell):
    """An error inside is the fault of this cell."""
    try:
        yield
    except Exception as error:
        said = " ".join(str(error).split())
        raise GraderError(
            f"{exercise.source.where(cell)} raises {type(error).__name__}: {said}"
        ) from error


def _examples(exercise):
    """What went wrong in the visible examples, for the solution and each variant."""
    found = {"solution": _example_fault(exercise, {})}
    for variant in exercise.variants.values():
        changed = {variant.answer: (variant.id, variant.source)}
        found[variant.id] = _example_fault(exercise, changed)
    return found


def _example_fault(exercise, changed):
    names = namespace(exercise, changed)
    for cell, source in exercise.code("example"):
        try:
            _execute(exercise, cell, source, names)
        except GraderError as error:
            return str(error)
    return None


def _answer_job(job):
    exercise = Exercise(notebook.read_source(job["path"]))
    try:
        keys = compute(exercise, job["seed"], job["rounds"])
        examples = _examples(exercise) if job["examples"] else {}
    except GraderError as error:
        return {"fault": str(error)}
    return {"keys": {name: asdict(key) for name, key in keys.items()}, "examples": examples}


if __name__ == "__main__":
    with contextlib.redirect_stdout(io.StringIO()):  # what the author's cells print
        answer = _answer_job(json.load(sys.stdin))
    json.dump(answer, sys.stdout)
