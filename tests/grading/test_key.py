"""The answer key: what solution and misconceptions return, and whose fault a failure is."""

import pytest
import small

from coursekit.grading import compare, key
from coursekit.grading.emit import SEED


@pytest.fixture
def exercise(tmp_path):
    return small.exercise(tmp_path)


def test_it_holds_what_the_solution_and_each_misconception_return(exercise):
    double, total = key.compute(exercise, SEED).values()
    assert (len(double.expected), len(total.expected)) == (20, 10)
    for given, want, wrong in zip(
        double.arguments, double.expected, double.misconceptions["misconception-the-square"]
    ):
        numbers = compare.decode(given["numbers"])
        assert (compare.decode(want) == 2 * numbers).all()
        assert (compare.decode(wrong) == numbers**2).all()
    assert list(total.arguments[0]) == ["numbers", "start"]


def test_a_call_is_written_as_one_would_type_it(exercise):
    double, total = key.compute(exercise, SEED).values()
    numbers = compare.decode(double.arguments[0]["numbers"]).tolist()
    assert double.calls[0] == f"double(numbers={numbers})"
    assert total.calls[0].startswith("total(numbers=array([") and ", start=" in total.calls[0]
    long = key.call(lambda a: a, "f", (list(range(1000)),))
    assert len(long) < 320 and long.endswith(" ...)")


def test_another_process_computes_the_same(exercise):
    assert key.fetch(exercise, 7, rounds=2) == key.compute(exercise, 7, rounds=2)
    _, examples = key.fetch(exercise, 7, examples=True)
    assert examples == {
        "solution": None, "alternative-add": None,
        "misconception-the-square": None, "misconception-from-nothing": None,
    }


def test_seeds_draw_other_inputs_and_rounds_more_of_the_same(exercise):
    one = key.compute(exercise, 1)["graded-double"]
    assert one.calls != key.compute(exercise, 2)["graded-double"].calls
    assert key.compute(exercise, 1, rounds=3)["graded-double"].calls[:20] == one.calls
    assert list(key.compute(exercise, 1, only="graded-total")) == ["graded-total"]


@pytest.mark.parametrize(("old", "new", "cell", "said"), [
    ("return 2 * np.asarray(numbers)", "return 1 / 0", "answer-double",
     ": the solution raises ZeroDivisionError: division by zero on double(numbers="),
    ("    return rng.random(", "    return rng.nothing(", "graded-total", " raises AttributeError"),
    ("import numpy as np", "import nowhere", "set-up", " raises ModuleNotFoundError: No module"),
    ("# Yours leaves out the start.", "# x\n1 / 0", "misconception-from-nothing",
     " raises ZeroDivisionError"),
    ("cases=10", "cases=0", "graded-total", ": it draws no inputs"),
])
def test_a_fault_of_the_authors_is_told_with_its_place(tmp_path, old, new, cell, said):
    exercise = small.exercise(tmp_path, (old, new))
    with pytest.raises(key.GraderError) as error:
        key.fetch(exercise, 1)
    title = {"set-up": "Set-up"}.get(cell, cell.replace("-", ": ", 1).replace("-", " "))
    marks = exercise.source.path.read_text().lower().splitlines()
    line = next(n for n, text in enumerate(marks, 1) if f"# %% {title.lower()} role" in text)
    assert str(error.value).startswith(f"{exercise.source.path}:{line}: cell {cell!r}{said}")
    assert "\n" not in str(error.value)


def test_authors_code_that_ends_its_process_is_noticed(tmp_path):
    exercise = small.exercise(
        tmp_path, ("import numpy as np", "import numpy as np, os; os._exit(0)")
    )
    with pytest.raises(key.GraderError, match=r"01_small\.py: its code ended the process"):
        key.fetch(exercise, 1)


def test_what_the_authors_cells_print_is_not_taken_for_the_key(tmp_path):
    exercise = small.exercise(tmp_path, ("import numpy as np", "import numpy as np; print('{}')"))
    assert len(key.fetch(exercise, 1)) == 2


def test_an_example_that_fails_is_told(tmp_path):
    exercise = small.exercise(tmp_path, ("double([2])[0] == 4", "double([3])[0] == 6"))
    _, examples = key.fetch(exercise, 1, examples=True)
    assert "cell 'example-double' raises AssertionError" in examples["misconception-the-square"]
    assert examples["solution"] is examples["alternative-add"] is None
