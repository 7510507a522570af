"""Reading hostile files, and grafting answers into the pristine exercise."""

import json
import os

import nbformat
import pytest
from samples import APART, HOLES, PATHS, SHARE

from coursekit.authoring.notebook import role
from coursekit.grading import assemble
from coursekit.grading.exercise import UnknownExercise, load_exercise


@pytest.fixture(scope="module")
def exercise():
    return load_exercise("06_gridding")


def _document(*cells, **fields):
    return json.dumps({"cells": list(cells), "nbformat": 4, "nbformat_minor": 5,
                       "metadata": {}, **fields})


def _cell(name, source="1", **fields):
    return {"cell_type": "code", "id": name, "source": source, **fields}


def test_an_exercise_knows_its_questions(exercise):
    assert [q.answer for q in exercise.questions] == [PATHS, SHARE, APART, HOLES]
    assert [q.points for q in exercise.questions] == [2, 2, 2, 2]
    assert set(exercise.stubs) == set(exercise.solution) == {PATHS, SHARE, APART, HOLES}
    for name, stub in exercise.stubs.items():
        assert "NotImplementedError" in stub and stub != exercise.solution[name]


def test_an_unknown_exercise_is_refused_with_those_there_are():
    wanted = r"no exercise '99_none' in .*; there are: .*06_gridding"
    with pytest.raises(UnknownExercise, match=wanted):
        load_exercise("99_none")


def test_answers_are_taken_by_id_and_everything_else_is_left(tmp_path):
    path = tmp_path / "s.ipynb"
    path.write_text(_document(
        _cell("a", ["x = 1\n", "y = 2"], metadata={"coursekit": {"points": 99}}),
        _cell("a", "x = 3"),
        _cell(7, "no id"), _cell("b", 7), "no cell", {"cell_type": "markdown", "id": "c"},
    ))
    found = assemble.read_submission(path)
    assert found.answers == {"a": "x = 1\ny = 2"}
    assert found.repeated == {"a"}
    assert found.unit is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b" \n\t ", "the file is empty"),
        (b"{ not json", r"not JSON \(line 1, column 3\)"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'"\xff"', r"not JSON \(not UTF-8\)"),
        (b"[" * 100_000, r"not JSON \(nested too deeply\)"),
        (b'{"cells": ' + b"7" * 5000 + b"}", r"not JSON \(a number too long"),
        (b"[1, 2]", "no list of cells"),
        (b'"text"', "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"cells": [{"cell_type": "code", "source": "1"}]}', "save it in notebook format 4.5"),
        (b'{"worksheets": [{"cells": []}], "nbformat": 3}', "no list of cells"),
        (b" " * (20 * 2**20 + 1), "larger than 20 MiB"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path, content, reason):
    path = tmp_path / "s.ipynb"
    path.write_bytes(content)
    with pytest.raises(assemble.Unreadable, match=reason) as error:
        assemble.read_submission(path)
    assert "\n" not in str(error.value)


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    for path in (tmp_path, tmp_path / "missing.ipynb", tmp_path / "pipe.ipynb"):
        with pytest.raises(assemble.Unreadable, match="not a regular file"):
            assemble.read_submission(path)


def test_only_what_is_needed_is_run(exercise):
    grafted = assemble.graft(exercise, {PATHS: "def paths(k, r): ..."}, {PATHS})
    assert [cell.id for cell in grafted.cells] == ["set-up", PATHS, "graded-paths"]
    assert grafted.cells[1].source == "def paths(k, r): ..."
    pristine = {cell.id: cell.source for cell in exercise.notebook.cells}
    assert grafted.cells[2].source == pristine["graded-paths"]
    assert role(grafted.cells[2]) == "graded"
    nbformat.validate(grafted)


def test_an_answer_may_be_run_and_not_graded(exercise):
    grafted = assemble.graft(exercise, exercise.solution, {SHARE})
    assert [cell.id for cell in grafted.cells] == [
        "set-up", PATHS, SHARE, "graded-share-read", APART, HOLES
    ]


def test_grafting_leaves_the_exercise_as_it_was(exercise):
    before = nbformat.writes(exercise.notebook)
    assemble.graft(exercise, exercise.solution, exercise.solution)
    assert nbformat.writes(exercise.notebook) == before
