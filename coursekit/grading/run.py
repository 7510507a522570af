"""Run one submission: in a process of its own, under a deadline, each question on its merits.

Where code kills or hangs the kernel, the questions left open run again, each in a fresh kernel of
its own: one bad answer costs its own points and no others.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import nbformat
import psutil

from coursekit.grading import assemble, emit

# There is no sandbox yet, and every record says so.
SANDBOX = "none"


@dataclass(frozen=True)
class Limits:
    """Seconds a cell may take, and one run of a notebook: None is enough for all its cells."""

    cell: float = 10.0
    run: float | None = None

    def deadline(self, cells):
        """Seconds for a run of so many cells, with half a minute for its start."""
        return 30 + cells * self.cell if self.run is None else self.run


@dataclass
class Record:
    """What became of one submission.

    Attributes
    ----------
    submission, exercise : str
    outcomes : dict
        Answer id to "pass", "fail", "error", "timeout", "killed", "not attempted" or
        "grader-error".
    points : dict
        Answer id to the points awarded.
    out_of : int
    notes : list of str
    """

    submission: str
    exercise: str
    outcomes: dict
    points: dict
    out_of: int
    notes: list
    seed: int
    sha256: str | None = None
    sandbox: str = SANDBOX
    versions: dict = field(default_factory=lambda: {
        name: version(name) for name in ("coursekit", "nbval", "numpy", "ipykernel")
    })

    @property
    def total(self):
        return sum(self.points.values())

    def as_dict(self):
        return {**asdict(self), "total": self.total}


class GraderError(Exception):
    """The fault is ours: the exercise's own solution does not run, or the grader failed."""


def expected_values(exercise, seed, limits=Limits()):
    """What the reference solution emits for the inputs of this seed, a list a graded cell.

    Raises
    ------
    GraderError
        If a graded cell of the solution does not run through or emits nothing.
    """
    whole = assemble.graft(exercise, exercise.solution, exercise.solution)
    events = _run(whole, seed, None, limits)
    values = {e["cell"]: e["values"] for e in events if e.get("outcome") == "pass"}
    for question in exercise.questions:
        if not values.get(question.graded):
            raise GraderError(
                f"{exercise.name}: the solution of {question.answer!r} does not pass its own "
                f"graded cell"
            )
    return values


def grade(exercise, path, name, seed, expected, limits=Limits()):
    """Grade one submitted file; a file that cannot be read is a record too."""
    try:
        submission = assemble.read_submission(path)
    except assemble.Unreadable as error:
        return _record(exercise, name, {}, "not attempted", [str(error)], seed)
    try:
        outcomes, notes = _grade(exercise, submission, seed, expected, limits)
    except Exception as error:
        # Ours to mend, and no reason to leave the others ungraded.
        outcomes, notes = {}, [f"grader error: {type(error).__name__}: {error}"]
    return _record(exercise, name, outcomes, "grader-error", notes, seed, submission.sha256)


def _grade(exercise, submission, seed, expected, limits):
    outcomes, attempted = {}, {}
    twice = [q.answer for q in exercise.questions if q.answer in submission.repeated]
    notes = [f"cell {name!r} occurs more than once; the first counts" for name in twice]
    foreign = submission.answers.keys() - {cell.id for cell in exercise.notebook.cells}
    if foreign:
        notes.append(f"code cells of its own, which were not run: {len(foreign)}")
    stubs = exercise.stubs
    for question in exercise.questions:
        answer = submission.answers.get(question.answer)
        if answer is None or answer.strip() in ("", stubs[question.answer].strip()):
            outcomes[question.answer] = "not attempted"
            if answer is None:
                notes.append(f"cell {question.answer!r} is missing")
        else:
            attempted[question.answer] = answer
    outcomes |= _attempts(exercise, attempted, seed, expected, limits)
    return outcomes, notes


def _attempts(exercise, answers, seed, expected, limits):
    """Outcomes of the attempted questions.

    All are run together. A run that ended early does not prove who ended it, so each question
    that it left open is run alone; and one whose answer breaks off then, perhaps for want of
    another answer that it calls, is run once more with the others.
    """

    def run(names, graded):
        return _run(assemble.graft(exercise, {name: answers[name] for name in names}, graded),
                    seed, expected, limits)

    outcomes = _settled(exercise, run(answers, answers)) if answers else {}
    left_open = [name for name in answers if name not in outcomes]
    sound = set(answers)
    for name in left_open:
        events = run([name], [name])
        if not any(event["event"] == "start" for event in events):
            events = run([name], [name])  # it never got to the student's code: try again
        outcomes[name] = _alone(exercise, name, events)
        if not any(event["cell"] == name and event.get("outcome") in ("ran", "error")
                   for event in events):
            sound.discard(name)  # it ends the kernel by its mere definition
    for name in left_open:
        if outcomes[name] == "error" and len(sound) > 1:
            together = _settled(exercise, run([n for n in answers if n in sound], [name]))
            outcomes[name] = together.get(name, "error")
    return outcomes


def _settled(exercise, events):
    """Answer id to outcome, of the graded cells that came to an end of their own."""
    owner = {question.graded: question.answer for question in exercise.questions}
    return {
        owner[event["cell"]]: event["outcome"]
        for event in events
        if event["cell"] in owner and event.get("outcome") in ("pass", "fail", "error")
    }


def _alone(exercise, name, events):
    """The outcome of a question from a run of its own."""
    settled = _settled(exercise, events)
    if name in settled:
        return settled[name]
    if not any(event["event"] == "start" for event in events):
        return "grader-error"
    return next((event["outcome"] for event in reversed(events)
                 if event.get("outcome") in ("killed", "timeout")), "killed")


def _record(exercise, name, outcomes, otherwise, notes, seed, sha256=None):
    """The record of one submission; a question without an outcome gets the one in `otherwise`."""
    questions = exercise.questions
    outcomes = {q.answer: outcomes.get(q.answer, otherwise) for q in questions}
    return Record(
        submission=name,
        exercise=exercise.name,
        outcomes=outcomes,
        points={q.answer: q.points if outcomes[q.answer] == "pass" else 0 for q in questions},
        out_of=sum(q.points for q in questions),
        notes=notes,
        seed=seed,
        sha256=sha256,
    )


def _startup(seed):
    """Source that gives a kernel `emit` and `case_rng` with this run's seed."""
    source = Path(emit.__file__).read_text(encoding="utf-8")
    return (
        "import types as _types\n"
        "_emit = _types.ModuleType('coursekit_emit')\n"
        f"exec({source!r}, _emit.__dict__)\n"
        f"_emit.SEED = {seed}\n"
        "emit, case_rng = _emit.emit, _emit.case_rng\n"
        "del _emit, _types\n"
    )


def _run(notebook, seed, expected, limits):
    """Run a grafted notebook under pytest; the events its plugin told before the deadline."""
    folder = Path(tempfile.mkdtemp(prefix="coursekit-"))
    try:
        # The kernel's folder is not the notebook's.
        (folder / "home").mkdir()
        (folder / "pytest.ini").write_text("[pytest]\n")
        nbformat.write(notebook, folder / "run.ipynb")
        job = json.dumps(
            {"startup": _startup(seed), "expected": expected, "folder": str(folder / "home")}
        )
        reading, writing = os.pipe()
        try:
            process = subprocess.Popen(
                [
                    sys.executable, "-P", "-m", "pytest", "-s", "-c", "pytest.ini",
                    "--rootdir", ".",
                    "-p", "nbval.plugin", "-p", "coursekit.grading.nbval_plugin",
                    "-p", "no:cacheprovider", "--noconftest",
                    f"--nbval-cell-timeout={limits.cell}", f"--coursekit-events={writing}",
                    "run.ipynb",
                ],
                cwd=folder, env=_environment(), pass_fds=[writing], stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,  # a signal to its group must not reach the grader
            )
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        return _listen(process, job, reading, limits.deadline(len(notebook.cells)))
    finally:
        # Whatever the student's code left there: its clean-up decides no grade.
        with suppress(RecursionError):
            shutil.rmtree(folder, ignore_errors=True)


def _environment():
    mine = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return mine | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _listen(process, job, reading, seconds):
    """Collect events until the run ends or its time is up, then end what is left of it."""
    deadline = threading.Timer(seconds, _end, [process])
    deadline.start()
    started, events = time.monotonic(), []
    try:
        with os.fdopen(reading) as lines:
            # It may die before it has read its job; then there are no events.
            with suppress(BrokenPipeError), process.stdin:
                process.stdin.write(job.encode())
            for line in lines:
                try:
                    events.append(json.loads(line))
                except ValueError:
                    break  # cut off in the middle
        process.wait()
        if time.monotonic() - started >= seconds:
            events.append({"event": "deadline", "cell": None, "outcome": "timeout"})
    finally:
        deadline.cancel()
        _end(process)
    return events


def _end(process):
    """Kill the run, its kernel, and what that started."""
    try:
        family = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    process.kill()
    for child in family:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    process.wait()
