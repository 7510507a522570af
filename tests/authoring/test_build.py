"""The build: what it writes, what it refuses, and what `--check` notices."""

import re

import nbformat
import pytest

from coursekit.authoring import build
from coursekit.authoring.build import BuildError

LESSON = """\
# %% A question [markdown]
# # A question

# %% The answer
print(6 * 7)
"""

SOLUTION = """\
# %% Answer: one role="answer"
def one():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION

# %% Graded: one role="graded" answer="answer-one" points=1
def graded(name):
    return lambda draw: print(one())


@graded("one")
def one_case(rng):
    return ()
"""


@pytest.fixture
def course(tmp_path):
    """A small course, built."""
    for kind, text in (("lessons", LESSON), ("solutions", SOLUTION)):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "01_test.py").write_text(text)
    for kind, path in build.sources(tmp_path):
        build.build(kind, path)
    return tmp_path


def _check(course):
    return [fault for kind, path in build.sources(course)
            for fault in build.differences(kind, path)]


def _read(course, kind):
    return nbformat.read(course / kind / "01_test.ipynb", as_version=4)


def test_three_notebooks_come_from_two_sources(course):
    lesson, solution, exercise = (_read(course, k) for k in ("lessons", "solutions", "exercises"))
    assert lesson.cells[1].outputs[0].text == "42\n"
    assert solution.cells[1].outputs[0].text == "1\n"
    assert "return 1" not in nbformat.writes(exercise)
    assert "SOLUTION" not in nbformat.writes(exercise) + nbformat.writes(solution)
    assert all(not cell.outputs for cell in exercise.cells)
    assert exercise.metadata.coursekit == {"unit": "01_test", "kind": "exercise"}


def test_a_second_build_writes_the_same_bytes(course):
    paths = sorted(course.glob("*/*.ipynb"))
    before = [path.read_bytes() for path in paths]
    for kind, path in build.sources(course):
        build.build(kind, path)
    assert [path.read_bytes() for path in paths] == before
    assert sorted(course.glob("*/*")) == sorted([*paths, *course.glob("*/*.py")])


def test_check_passes_what_was_built(course):
    assert _check(course) == []


@pytest.mark.parametrize("kind", ["lessons", "solutions", "exercises"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda nb: nb.cells[-1].update(source="print(0)"), "differs in"),
        (lambda nb: nb.cells[-1].metadata.update(tags=["x"]), "differs in"),
        (lambda nb: nb.cells[-1].update(id="other"), "cells were added, taken away or moved"),
        (lambda nb: nb.cells.reverse(), "cells were added, taken away or moved"),
        (lambda nb: nb.metadata.update(author="me"), "metadata differ"),
    ],
)
def test_check_notices_an_edited_notebook(course, kind, change, said):
    edited = _read(course, kind)
    change(edited)
    nbformat.write(edited, course / kind / "01_test.ipynb")
    (fault,) = _check(course)
    assert said in fault and f"{kind}/01_test.ipynb" in fault
    if "metadata" not in said:
        folder = "lessons" if kind == "lessons" else "solutions"
        assert re.match(rf"{course}/{folder}/01_test\.py:\d+: cell '", fault)


def test_check_wants_executed_notebooks_without_errors(course):
    lesson = _read(course, "lessons")
    lesson.cells[1].execution_count = None
    nbformat.write(lesson, course / "lessons" / "01_test.ipynb")
    assert "was not executed" in _check(course)[0]
    lesson.cells[1].execution_count = 1
    lesson.cells[1].outputs = [nbformat.v4.new_output("error", ename="E", evalue="")]
    nbformat.write(lesson, course / "lessons" / "01_test.ipynb")
    assert "holds an error" in _check(course)[0]


def test_check_says_what_is_missing_or_no_notebook(course):
    (course / "exercises" / "01_test.ipynb").unlink()
    (course / "lessons" / "01_test.ipynb").write_text("{")
    faults = _check(course)
    assert "lessons/01_test.ipynb is not a notebook" in faults[0]
    assert "exercises/01_test.ipynb is missing" in faults[1]


def test_a_failing_cell_is_named_and_the_old_notebook_stays(course):
    source, target = course / "lessons/01_test.py", course / "lessons/01_test.ipynb"
    before = target.read_bytes()
    source.write_text(LESSON.replace("6 * 7", "6 / 0"))
    with pytest.raises(BuildError, match="'the-answer' failed: ZeroDivisionError: division by"):
        build.build("lesson", source)
    assert target.read_bytes() == before


def test_a_picture_without_its_tag_is_refused(course):
    source = course / "lessons/01_test.py"
    picture = 'from IPython.display import display\ndisplay({"image/png": "iVBO"}, raw=True)'
    source.write_text(LESSON.replace("print(6 * 7)", picture))
    with pytest.raises(BuildError, match=r"'the-answer' shows a picture and needs tags"):
        build.build("lesson", source)
