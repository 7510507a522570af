"""The matrix: an exercise that discriminates passes, and each way to weaken it is noticed."""

import pytest
import small

from coursekit.grading import key, run, verify


@pytest.fixture
def faults(tmp_path, monkeypatch):
    """The faults of the small exercise after changes of its text; graded without kernels."""
    monkeypatch.setattr(run, "grade", small.grade_here)
    monkeypatch.setattr(key, "fetch", small.fetch_here)
    return lambda *changes: verify.verify(small.exercise(tmp_path, *changes)).faults


def test_without_a_change_there_is_no_fault(faults):
    assert faults() == []


def test_a_sound_exercise_has_a_matrix_without_faults(tmp_path):
    """Graded for good, each submission in a kernel of its own."""
    matrix = verify.verify(small.exercise(tmp_path))
    assert matrix.faults == []
    table = {row.name: (list(row.points.values()), row.named) for row in matrix.rows}
    assert table == {
        "solution": ([3, 1], None), "untouched": ([0, 0], None), "alternative-add": ([3], None),
        "misconception-the-square": ([0], "the square"),
        "misconception-from-nothing": ([0], "from nothing"),
    }
    untouched = matrix.rows[1]
    assert set(untouched.outcomes.values()) == {"not attempted"}


@pytest.mark.parametrize(("old", "new", "said"), [
    # A check that is weakened lets a misconception through.
    ("return rng.integers(0, 9, size=rng.integers(1, 5)).tolist()", "return [0, 2]",
     "'misconception-the-square': the misconception gets 3 points"),
    ("cases=10", "cases=10, atol=100", "the misconception gets 1 points"),
    ("float(rng.integers(1, 3))", "0.0",
     "'misconception-from-nothing': the misconception gets 1 points"),
    ("float(rng.integers(1, 3))", "float(rng.random() < 0.3)", "one grading in"),
    # What should be right is not.
    ("return [number + number for number in numbers]", "return [number for number in numbers]",
     "'alternative-add': the alternative loses the points of 'answer-double': fail"),
    # A misconception must be one that a learner could have and that is told from others.
    ("return np.asarray(numbers) ** 2", "return np.asarray(numbers) ** 3",
     "'misconception-the-square': the visible examples do not pass"),
])
def test_a_weakness_is_told_with_file_line_and_cell(faults, tmp_path, old, new, said):
    found = faults((old, new))
    (fault,) = [fault for fault in found if said in fault]
    place = fault.partition(": cell ")[0]
    path, _, line = place.rpartition(":")
    assert path == str(tmp_path / "solutions" / "01_small.py") and int(line) > 1


def test_two_misconceptions_that_return_the_same_are_noticed(faults):
    twin = ('# %% Misconception: the square again role="misconception" answer="answer-double"\n'
            "# Again.\ndef double(numbers):\n    return [n * n for n in numbers]\n\n"
            "# %% Answer: total")
    found = faults(("# %% Answer: total", twin))
    for one, other in (("the-square", "the-square-again"), ("the-square-again", "the-square")):
        assert any(f"'misconception-{one}': it differs from 'misconception-{other}' on 0% of the "
                   f"inputs, too few" in fault for fault in found)


def test_a_misconception_that_grading_does_not_know_again_is_noticed(faults, monkeypatch):
    def forgetful(exercise, path, name, seed, keys):
        record = small.grade_here(exercise, path, name, seed, keys)
        record.misconceptions.clear()
        return record

    monkeypatch.setattr(run, "grade", forgetful)
    assert any("'misconception-the-square': grading does not know it again" in fault
               for fault in faults())


def test_points_for_doing_nothing_are_noticed(faults, monkeypatch):
    def generous(exercise, path, name, seed, keys):
        record = small.grade_here(exercise, path, name, seed, keys)
        record.outcomes["answer-total"] = "pass"
        return record

    monkeypatch.setattr(run, "grade", generous)
    assert any("'answer-total': untouched it counts as 'pass'" in fault for fault in faults())


def test_an_answer_needs_a_misconception(faults):
    source = small.SOURCE
    tail = source[source.index("# %% Misconception: from nothing"):]
    (fault,) = faults((tail, ""))
    assert "cell 'answer-total': it has no misconception" in fault


def test_answers_that_call_each_other_are_graded_by_themselves_too(tmp_path, monkeypatch):
    """An alternative that leans on another answer is not blamed for that one's misconception."""
    monkeypatch.setattr(run, "grade", small.grade_here)
    monkeypatch.setattr(key, "fetch", small.fetch_here)
    leaning = ('# %% Alternative: halves role="alternative" answer="answer-total"\n'
               "def total(numbers, start=0):\n    return sum(double(numbers)) / 2 + start\n\n"
               "# %% Misconception: from nothing")
    unit = small.exercise(tmp_path, ("# %% Misconception: from nothing", leaning),
                          ("# %% Alternative: add", "# %% Misconception: nothing yet"),
                          ('role="alternative" answer="answer-double"\ndef double(numbers):',
                           'role="misconception" answer="answer-double"\n# Yours is zero.\n'
                           "def double(numbers):"),
                          ("[number + number for number in numbers]",
                           "[0 if number != 2 else 4 for number in numbers]"))
    matrix = verify.verify(unit)
    assert matrix.faults == []
    (row,) = [row for row in matrix.rows if row.name == "alternative-halves"]
    assert row.points == {"answer-total": 1}
