"""Three notebooks from a source: what each shows, and that an exercise tells no answer."""

import nbformat
import pytest

from coursekit.authoring import editions, notebook
from coursekit.authoring.workspace import course_folder

SOURCE = '''\
# %% A title [markdown]
# # A title

# %% Set-up role="setup"
import numpy as np

# %% Hint: small [markdown] role="hint" answer="answer-one"
# Start *small*.

# %% Hint: smaller [markdown] role="hint" answer="answer-one"
# Start smaller.

# %% Answer: one role="answer"
def one():
    ### BEGIN SOLUTION
    return 4711
    ### END SOLUTION

# %% Graded: one role="graded" answer="answer-one" points=5
@graded("one")
def one_case(rng):
    return ()

# %% Alternative: another 4711 role="alternative" answer="answer-one"
one = lambda: 4711

# %% Misconception: too much role="misconception" answer="answer-one"
# Yours is 4712, not 4711.
one = lambda: 4712
'''


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "01_test.py"
    path.write_text(SOURCE, encoding="utf-8")
    return notebook.read_source(path)


def test_an_exercise_tells_no_answer_anywhere(source):
    made = editions.exercise(source)
    text = nbformat.writes(made)
    assert "4711" not in text and "4712" not in text and "SOLUTION" not in text
    assert [cell.id for cell in made.cells] == [
        "a-title", "set-up", "hint-small", "hint-smaller", "answer-one", "graded-one"
    ]
    nbformat.validate(made)


def test_no_exercise_of_the_course_holds_a_solution_or_a_misconception():
    for path in sorted(course_folder("solutions").glob("*.py")):
        source = notebook.read_source(path)
        text = nbformat.writes(editions.exercise(source))
        for cell in source.of_role("misconception"):
            assert notebook.told(cell)[:40] not in text and cell.id not in text
        for cell in source.of_role("alternative"):
            assert cell.id not in text
        shown = [cell.source for cell in editions.exercise(source).cells]
        for cell in source.of_role("answer"):
            assert notebook.solution(cell) not in shown
        assert "SOLUTION" not in text


def test_hints_are_folded_and_numbered(source):
    hint = editions.exercise(source).cells[2]
    assert hint.cell_type == "markdown"
    assert hint.source == (
        "<details><summary>Hint 1 of 2: small</summary>\n\nStart *small*.\n\n</details>"
    )
    assert editions.hints(source, "answer-one") == [
        ("small", "Start *small*."), ("smaller", "Start smaller.")
    ]


def test_a_solution_shows_other_answers_without_running_them(source):
    made = editions.solved(source)
    assert made.cells[4].source == "def one():\n    return 4711"
    wrong = made.cells[-1]
    assert wrong.cell_type == "markdown" and wrong.source.startswith("**Misconception: too much**")
    nbformat.validate(made)


def test_cells_carry_the_schema_of_nbgrader_beside_our_key(source):
    cells = {cell.id: cell for cell in editions.exercise(source).cells}
    common = {"schema_version": 3, "task": False}
    assert cells["answer-one"].metadata == {
        "coursekit": {"role": "answer"}, "deletable": False,
        "nbgrader": {**common, "grade_id": "answer-one", "grade": False, "solution": True,
                     "locked": False},
    }
    assert cells["graded-one"].metadata == {
        "coursekit": {"role": "graded", "answer": "answer-one", "points": 5},
        "deletable": False, "editable": False,
        "nbgrader": {**common, "grade_id": "graded-one", "grade": True, "solution": False,
                     "locked": True, "points": 5},
    }
    assert cells["set-up"].metadata.nbgrader.locked and not cells["set-up"].metadata.nbgrader.grade
    assert "nbgrader" not in cells["a-title"].metadata


def test_assembling_leaves_the_source_as_it_was(source):
    before = [nbformat.from_dict(cell) for cell in source.cells]
    for edition in (editions.exercise, editions.solved, editions.lesson):
        edition(source)
    assert source.cells == before
