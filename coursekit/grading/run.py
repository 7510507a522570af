"""Run one submission: in a process of its own, under a deadline, each question on its merits.

Where code kills or hangs the kernel, the questions left open run again, each in a fresh kernel of
its own: one bad answer costs its own points and no others.
"""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import nbformat
import psutil

from coursekit.grading import assemble, emit, start

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
    misconceptions : dict
        Answer id to the title of the misconception that it behaves like, where one is known.
    out_of : int
    notes : list of str
    """

    submission: str
    exercise: str
    outcomes: dict
    points: dict
    misconceptions: dict
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


def grade(exercise, path, name, seed, keys, limits=Limits()):
    """Grade one submitted file; a file that cannot be read is a record too.

    Parameters
    ----------
    exercise : Exercise
    path : path-like
    name : str
        What the record calls the submission.
    seed : int
        Of the inputs, secret until the class is graded.
    keys : dict
        What `key.fetch` gives for this seed.
    limits : Limits

    Returns
    -------
    Record
    """
    try:
        submission = assemble.read_submission(path)
    except assemble.Unreadable as error:
        return _record(exercise, name, {}, "not attempted", [str(error)], seed)
    try:
        results, notes = results_of(exercise, submission, Job(seed, keys, limits))
    except Exception as error:
        # Ours to mend, and no reason to leave the others ungraded.
        results, notes = {}, [f"grader error: {type(error).__name__}: {error}"]
    return _record(exercise, name, results, "grader-error", notes, seed, submission.sha256)


@dataclass(frozen=True)
class Job:
    """What a run of student code needs besides the code.

    Attributes
    ----------
    seed : int
    keys : dict
    limits : Limits
    rounds : int
        How many times as many inputs as a grading draws.
    values : bool
        Whether results hold the values that answers returned.
    """

    seed: int
    keys: dict
    limits: Limits = Limits()
    rounds: int = 1
    values: bool = False


def results_of(exercise, submission, job):
    """What became of each question.

    Returns
    -------
    results : dict
        Answer id to a dict with "outcome", and where they are known "misconception" and "values".
    notes : list of str
    """
    results, attempted = {}, {}
    twice = [q.answer for q in exercise.questions if q.answer in submission.repeated]
    notes = [f"cell {name!r} occurs more than once; the first counts" for name in twice]
    foreign = submission.answers.keys() - {cell.id for cell in exercise.notebook.cells}
    if foreign:
        notes.append(f"code cells of its own, which were not run: {len(foreign)}")
    stubs = exercise.stubs
    for question in exercise.questions:
        answer = submission.answers.get(question.answer)
        if answer is None or answer.strip() in ("", stubs[question.answer].strip()):
            results[question.answer] = {"outcome": "not attempted"}
            if answer is None:
                notes.append(f"cell {question.answer!r} is missing")
        else:
            attempted[question.answer] = answer
    return results | _attempts(exercise, attempted, job), notes


def _attempts(exercise, answers, job):
    """Results of the attempted questions.

    All are run together. A run that ended early does not prove who ended it, so each question
    that it left open is run alone; and one whose answer breaks off then, perhaps for want of
    another answer that it calls, is run once more with the others.
    """

    def run(names, graded):
        chosen = {name: answers[name] for name in names}
        return _run(exercise, assemble.graft(exercise, chosen, graded), job)

    results = _settled(exercise, run(answers, answers)) if answers else {}
    left_open = [name for name in answers if name not in results]
    sound = set(answers)
    for name in left_open:
        events = run([name], [name])
        if not any(event["event"] == "start" for event in events):
            events = run([name], [name])  # it never got to the student's code: try again
        results[name] = _alone(exercise, name, events)
        if not any(event["cell"] == name and event.get("outcome") in ("ran", "error")
                   for event in events):
            sound.discard(name)  # it ends the kernel by its mere definition
    for name in left_open:
        if results[name]["outcome"] == "error" and len(sound) > 1:
            together = _settled(exercise, run([n for n in answers if n in sound], [name]))
            results[name] = together.get(name, results[name])
    return results


def _settled(exercise, events):
    """Answer id to result, of the graded cells that came to an end of their own."""
    owner = {question.graded: question.answer for question in exercise.questions}
    return {
        owner[event["cell"]]: event
        for event in events
        if event["cell"] in owner
        and event.get("outcome") in ("pass", "fail", "error", "not attempted")
    }


def _alone(exercise, name, events):
    """The result of a question from a run of its own."""
    settled = _settled(exercise, events)
    if name in settled:
        return settled[name]
    if not any(event["event"] == "start" for event in events):
        return {"outcome": "grader-error"}
    return next((event for event in reversed(events)
                 if event.get("outcome") in ("killed", "timeout")), {"outcome": "killed"})


def _record(exercise, name, results, otherwise, notes, seed, sha256=None):
    """The record of one submission; a question without a result gets the outcome `otherwise`."""
    questions = exercise.questions
    results = {q.answer: results.get(q.answer, {"outcome": otherwise}) for q in questions}
    return Record(
        submission=name,
        exercise=exercise.name,
        outcomes={answer: result["outcome"] for answer, result in results.items()},
        points={q.answer: q.points if results[q.answer]["outcome"] == "pass" else 0
                for q in questions},
        misconceptions={
            answer: exercise.variants[result["misconception"]].title
            for answer, result in results.items() if result.get("misconception")
        },
        out_of=sum(q.points for q in questions),
        notes=notes,
        seed=seed,
        sha256=sha256,
    )


def _startup(job):
    """Source that gives a kernel `graded` and `emit` with this run's seed."""
    source = Path(emit.__file__).read_text(encoding="utf-8")
    return (
        "import types as _types\n"
        "_emit = _types.ModuleType('coursekit_emit')\n"
        f"exec({source!r}, _emit.__dict__)\n"
        f"_emit.SEED, _emit.ROUNDS = {job.seed}, {job.rounds}\n"
        "graded, emit = _emit.graded, _emit.emit\n"
        "del _emit, _types\n"
    )


def _run(exercise, notebook, job):
    """Run a grafted notebook under pytest; the events its plugin told before the deadline."""
    folder = Path(tempfile.mkdtemp(prefix="coursekit-"))
    limits = job.limits
    try:
        # The kernel's folder is not the notebook's.
        (folder / "home").mkdir()
        (folder / "pytest.ini").write_text("[pytest]\n")
        nbformat.write(notebook, folder / "run.ipynb")
        told = json.dumps({
            "startup": _startup(job), "folder": str(folder / "home"), "values": job.values,
            "keys": {name: _judged(key) for name, key in job.keys.items()},
            "source": str(exercise.source.path.resolve()), "seed": job.seed, "rounds": job.rounds,
        })
        reading, writing = os.pipe()
        try:
            process = subprocess.Popen(
                start.python(
                    "pytest", "-s", "-c", "pytest.ini", "--rootdir", ".",
                    "-p", "nbval.plugin", "-p", "coursekit.grading.nbval_plugin",
                    "-p", "no:cacheprovider", "--noconftest",
                    f"--nbval-cell-timeout={limits.cell}", f"--coursekit-events={writing}",
                    "run.ipynb",
                ),
                cwd=folder, env=_environment(), pass_fds=[writing], stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,  # a signal to its group must not reach the grader
            )
        except OSError:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        return _listen(process, told, reading, limits.deadline(len(notebook.cells)))
    finally:
        # Whatever the student's code left there: its clean-up decides no grade.
        with suppress(RecursionError):
            shutil.rmtree(folder, ignore_errors=True)


def _judged(key):
    """What of a key decides."""
    return {name: getattr(key, name)
            for name in ("rtol", "atol", "expected", "misconceptions", "viewed")}


def _environment():
    mine = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    return mine | {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _listen(process, told, reading, seconds):
    """Collect events until the run ends or its time is up, then end what is left of it."""
    deadline = threading.Timer(seconds, _end, [process])
    deadline.start()
    started, events = time.monotonic(), []
    try:
        with os.fdopen(reading) as lines:
            # It may die before it has read its job; then there are no events.
            with suppress(BrokenPipeError), process.stdin:
                process.stdin.write(told.encode())
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
