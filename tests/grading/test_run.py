"""Whole runs: the samples' points, hostile answers, and that the inputs are fresh."""

import csv
import json

import psutil
import pytest
import samples
from samples import APART, HOLES, PATHS, SHARE

from coursekit.grading import key, report, run
from coursekit.grading.exercise import load_exercise

LIMITS = run.Limits(cell=3)
SEED = 20240229


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("06_gridding")


@pytest.fixture(scope="module")
def keys(exercise):
    return key.fetch(exercise, SEED)


@pytest.fixture(scope="module")
def graded(exercise, keys, tmp_path_factory):
    """Each sample's record."""
    folder = tmp_path_factory.mktemp("submissions")
    return {
        name: run.grade(exercise, folder / f"{name}.ipynb", name, SEED, keys, LIMITS)
        for name in samples.write(folder)
    }


@pytest.fixture
def hand_in(exercise, keys, tmp_path):
    """Grade one submission with the given answers; the rest is the solution's."""

    def _hand_in(**answers):
        names = {"paths": PATHS, "share": SHARE, "apart": APART}
        changed = {names[name]: source for name, source in answers.items()}
        path = tmp_path / "s.ipynb"
        content = json.loads(samples.handed_in(exercise.solution, changed))
        path.write_text(json.dumps(content))  # in ASCII, whatever the answers hold
        return run.grade(exercise, path, "s", SEED, keys, LIMITS)

    return _hand_in


@pytest.mark.parametrize("name", sorted(samples.make()))
def test_each_sample_gets_what_it_deserves(graded, name):
    _, points = samples.make()[name]
    assert tuple(graded[name].points.values()) == points


def test_outcomes_say_what_happened(graded):
    first = {name: record.outcomes[PATHS] for name, record in graded.items()}
    assert first == {
        "right": "pass", "right_differently": "pass", "wrong": "fail", "one_wrong": "pass",
        "untouched": "not attempted", "empty_file": "not attempted", "not_json": "not attempted",
        "endless_loop": "timeout", "os_exit": "killed",
    }
    assert graded["empty_file"].notes == ["the file is empty"]
    assert all(record.sandbox == "none" for record in graded.values())


def test_inputs_are_fresh_for_each_run(exercise, keys):
    assert key.fetch(exercise, SEED) == keys
    assert key.fetch(exercise, SEED + 1) != keys


def test_emitted_values_of_another_run_earn_nothing(exercise, keys, tmp_path):
    path = tmp_path / "s.ipynb"
    path.write_text(samples.handed_in(exercise.solution))
    stale = run.grade(exercise, path, "s", SEED + 1, keys, LIMITS)
    assert stale.total == 0 and set(stale.outcomes.values()) == {"fail"}


HOSTILE = {
    "patched NumPy": ("""
import numpy.testing
for name in ("assert_array_equal", "assert_allclose", "array_equal", "allclose"):
    setattr(np, name, lambda *a, **k: True)
    setattr(np.testing, name, lambda *a, **k: True)

class Equal:
    __eq__ = __le__ = __ge__ = lambda *a: True

def paths(kernel_size, rates):
    return Equal()
""", "error"),
    "emit replaced": ("""
def emit(value, **k):
    pass

def paths(kernel_size, rates):
    return [1]
""", "fail"),
    "graded replaced": ("""
def graded(*a, **k):
    return lambda draw: None

def paths(kernel_size, rates):
    return [1]
""", "fail"),
    "nothing emitted, cell silenced": ("""
get_ipython().run_cell = lambda *a, **k: None

def paths(kernel_size, rates):
    raise SystemExit
""", "timeout"),
    "the right values, and more": ("""
def paths(kernel_size, rates):
    counts = np.ones(1, dtype=int)
    for rate in rates:
        taps = np.zeros((kernel_size - 1) * rate + 1, dtype=int)
        taps[::rate] = 1
        counts = np.convolve(counts, taps)
    emit(counts)
    return counts
""", "fail"),
    "directives in comments": ("""
# NBVAL_SKIP
# NBVAL_IGNORE_OUTPUT
def paths(kernel_size, rates):
    return [1]
""", "fail"),
    "a forged message breaks the channel": ("""
def paths(kernel_size, rates):
    kernel = get_ipython().kernel
    parts = [b"x", b"<IDS|MSG>", b"bad", b"{}", b"{}", b"{}", b"{}"]
    kernel.iopub_socket.send_multipart(parts)
    kernel.session.send(kernel.iopub_socket, "display_data", {"nothing": 1},
                        parent=kernel.get_parent())
""", "killed"),
    "a death in the future": ("""
import os, threading
threading.Timer(1.0, os._exit, [0]).start()

def paths(kernel_size, rates):
    import time
    time.sleep(2)
""", "killed"),
    "a signal to the grader's group": ("""
import os, signal

def paths(kernel_size, rates):
    os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
""", "killed"),
    "a folder too deep to remove": ("""
import os

def paths(kernel_size, rates):
    for _ in range(3000):
        os.mkdir("x")
        os.chdir("x")
""", "fail"),
    "a syntax error": ("def paths(:", "error"),
    "interrupts swallowed": ("""
def paths(kernel_size, rates):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
""", "timeout"),
    "a kernel killed at definition": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
                                      "killed"),
    "a loop at definition": ("while True: pass", "timeout"),
    "no function left": ("paths = None", "error"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_an_attack_wins_nothing_and_costs_only_its_question(hand_in, name):
    source, outcome = HOSTILE[name]
    record = hand_in(paths=source)
    assert record.outcomes[PATHS] == outcome
    honest = 0 if name == "graded replaced" else 2  # it broke `graded` for its own other answers
    assert tuple(record.points.values()) == (0, honest, honest, honest)


def test_a_death_in_another_questions_time_is_not_blamed_on_it(hand_in, exercise):
    fuse = "import os, threading\nthreading.Timer(0.8, os._exit, [0]).start()\n"
    pause = "    import time\n    time.sleep(0.08)\n    share = 1.0"  # 20 cases: 1.6 s
    slow = exercise.solution[SHARE].replace("    share = 1.0", pause)
    assert "sleep" in slow
    record = hand_in(paths=fuse + exercise.solution[PATHS], share=slow)
    assert tuple(record.points.values()) == (2, 2, 2, 2)


def test_a_helper_that_hangs_on_some_inputs_still_serves_those_who_call_it(hand_in):
    helper = """
def paths(kernel_size, rates):
    while len(rates) == 4:  # which only its own cases have
        pass
    counts = np.ones(1, dtype=int)
    for rate in rates:
        counts = np.convolve(counts, np.arange((kernel_size - 1) * rate + 1) % rate == 0)
    return counts
"""
    caller = """
def share_read(kernel_shape, rates):
    share = 1
    for axis in range(2):
        along = paths(kernel_shape[axis], [pair[axis] for pair in rates])
        share *= np.count_nonzero(along) / len(along)
    return share
"""
    assert tuple(hand_in(paths=helper, share=caller).points.values()) == (0, 2, 2, 2)


def test_half_a_surrogate_pair_costs_its_own_question(hand_in):
    record = hand_in(paths="def paths(kernel_size, rates):\n    return '\ud800'")
    assert tuple(record.points.values()) == (0, 2, 2, 2)


def test_a_fault_of_the_grader_is_a_row_and_not_the_end(exercise, keys, tmp_path, monkeypatch):
    def broken(*args):
        raise RuntimeError("no more pipes")

    monkeypatch.setattr(run, "_run", broken)
    path = tmp_path / "s.ipynb"
    path.write_text(samples.handed_in(exercise.solution))
    record = run.grade(exercise, path, "s", SEED, keys, LIMITS)
    assert set(record.outcomes.values()) == {"grader-error"}
    assert record.notes == ["grader error: RuntimeError: no more pipes"]


def test_two_killers_leave_the_third_question_graded(hand_in):
    leave = "import os\n\ndef {}(*a):\n    os._exit(1)"
    record = hand_in(paths=leave.format("paths"), apart=leave.format("take_apart"))
    assert tuple(record.points.values()) == (0, 2, 0, 2)


def test_the_deadline_of_a_run_ends_it_and_its_processes(exercise, keys, tmp_path):
    path = tmp_path / "s.ipynb"
    flood = "def paths(kernel_size, rates):\n    while True:\n        print('x' * 10_000)"
    path.write_text(samples.handed_in(exercise.solution, {PATHS: flood}))
    limits = run.Limits(cell=60, run=6)
    record = run.grade(exercise, path, "s", SEED, keys, limits)
    assert record.outcomes[PATHS] == "timeout"
    assert tuple(record.points.values()) == (0, 2, 2, 2)
    assert not [p for p in psutil.Process().children(recursive=True)
                if p.status() != psutil.STATUS_ZOMBIE]


def test_a_misconception_is_named_in_the_record(graded, hand_in):
    assert graded["wrong"].misconceptions == {HOLES: "no common factor, no hole"}
    assert graded["right"].misconceptions == graded["endless_loop"].misconceptions == {}
    assert "no-holes: no common factor, no hole" in [
        note.plain.removeprefix("wrong: ") for note in report.notes([graded["wrong"]])
    ]
    assert f"{HOLES}: fail (no common factor, no hole)" in report.remarks(graded["wrong"])


def test_a_stub_that_was_only_commented_is_not_attempted(hand_in, exercise):
    record = hand_in(paths=exercise.stubs[PATHS] + "\n# I do not know")
    assert record.outcomes[PATHS] == "not attempted" and record.points[PATHS] == 0


def test_a_run_that_cannot_start_is_flagged_and_no_zero_without_a_word(
    exercise, keys, tmp_path, monkeypatch
):
    monkeypatch.setattr(run, "_run", lambda *args: [])
    path = tmp_path / "s.ipynb"
    path.write_text(samples.handed_in(exercise.solution))
    record = run.grade(exercise, path, "s", SEED, keys, LIMITS)
    assert set(record.outcomes.values()) == {"grader-error"}


def test_the_gradebook_on_disk(graded, tmp_path):
    report.prepare(tmp_path)
    book = report.write(tmp_path, list(graded.values()))
    report.write_record(tmp_path, graded["os_exit"])
    rows = list(csv.DictReader(book.read_text().splitlines()))
    assert {row["submission"]: int(row["total"]) for row in rows} == {
        name: sum(points) for name, (_, points) in samples.make().items()
    }
    assert rows[0].keys() == {
        "submission", "paths", "share-read", "take-apart", "no-holes", "total", "out of", "notes"
    }
    record = json.loads((tmp_path / "records" / "os_exit.json").read_text())
    assert record["sandbox"] == "none" and record["total"] == 6 and record["seed"] == SEED
    assert len(record["sha256"]) == 64
