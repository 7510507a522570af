"""Percent sources: ids from titles, roles, and each rule with the line that breaks it."""

import pytest

from coursekit.authoring import notebook

SOURCE = '''\
# %% A question [markdown]
# # A question

# %% Set-up role="setup"
import numpy as np

# %% Answer: double role="answer"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% Example: double role="example"
assert double(2) == 4

# %% Graded: double role="graded" answer="answer-double" points=3
emit(double(21))
'''


@pytest.fixture
def write(tmp_path):
    def _write(text):
        path = tmp_path / "01_test.py"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def test_cells_have_ids_from_titles_and_only_our_metadata(write):
    cells = notebook.read_source(write(SOURCE))
    assert [cell.id for cell in cells] == [
        "a-question", "set-up", "answer-double", "example-double", "graded-double"
    ]
    assert cells[0].metadata == {}
    assert cells[4].metadata == {
        "coursekit": {"role": "graded", "answer": "answer-double", "points": 3}
    }
    assert [notebook.role(cell) for cell in cells] == [None, *notebook.ROLES]


def test_solution_and_stub(write):
    answer = notebook.read_source(write(SOURCE))[2]
    assert notebook.solution(answer) == 'def double(x):\n    """Twice x."""\n    return 2 * x'
    assert notebook.stub(answer) == (
        'def double(x):\n    """Twice x."""\n'
        '    raise NotImplementedError("write your answer here")'
    )


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("# %% A question [markdown]", "# %% [markdown]", 1, "needs a title"),
        ("# %% A question [markdown]", "# %% ??? [markdown]", 1, "needs a title"),
        ("# %% Set-up role", "# %% A question role", 4, "of the cell on line 1"),
        ("    ### END SOLUTION\n", "", 7, "in pairs"),
        ("    ### BEGIN SOLUTION\n", "", 7, "in pairs"),
        ('role="setup"', 'role="helper"', 4, "role must be one of"),
        (" points=3", "", 17, "needs exactly"),
        ("points=3", "points=0", 17, "whole number"),
        ("points=3", "points=1.5", 17, "whole number"),
        ('answer="answer-double"', 'answer="answer-other"', 17, "no answer cell"),
        ('answer="answer-double"', 'answer="set-up"', 17, "no answer cell"),
        ('role="example"', 'role="example" points=2', 14, "needs exactly"),
        ("assert double(2) == 4", "### BEGIN SOLUTION", 14, "only an answer"),
        ("# %% Graded: double", "# Graded: double", 7, "graded by exactly one cell; 0 do"),
    ],
)
def test_broken_rules_are_named_with_file_and_line(write, old, new, line, rule):
    assert old in SOURCE
    path = write(SOURCE.replace(old, new))
    with pytest.raises(notebook.SourceError) as error:
        notebook.read_source(path)
    assert str(error.value).startswith(f"{path}:{line}: ")
    assert rule in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "import numpy\n", "import numpy\n# %% A title\n1\n"])
def test_a_source_begins_with_a_cell(write, text):
    with pytest.raises(notebook.SourceError, match="must begin with a cell mark"):
        notebook.read_source(write(text))
