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
@graded("double")
def double_case(rng):
    return rng.integers(9),

# %% Hint: two [markdown] role="hint" answer="answer-double"
# Two and two.

# %% Alternative: add role="alternative" answer="answer-double"
def double(x):
    return x + x

# %% Misconception: the square role="misconception" answer="answer-double"
# Yours squares.
#  Twice 2 is 4 all the same.
double = lambda x: x**2
'''


@pytest.fixture
def write(tmp_path):
    def _write(text):
        path = tmp_path / "01_test.py"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def test_cells_have_ids_from_titles_and_only_our_metadata(write):
    source = notebook.read_source(write(SOURCE))
    assert [cell.id for cell in source.cells] == [
        "a-question", "set-up", "answer-double", "example-double", "graded-double", "hint-two",
        "alternative-add", "misconception-the-square",
    ]
    assert source.cells[0].metadata == {}
    assert source.cells[4].metadata == {
        "coursekit": {"role": "graded", "answer": "answer-double", "points": 3}
    }
    assert [notebook.role(cell) for cell in source.cells] == [
        None, "setup", "answer", "example", "graded", "hint", "alternative", "misconception"
    ]
    assert source.where("graded-double") == f"{source.path}:17: cell 'graded-double'"


def test_solution_and_stub(write):
    (answer,) = notebook.read_source(write(SOURCE)).of_role("answer")
    assert notebook.solution(answer) == 'def double(x):\n    """Twice x."""\n    return 2 * x'
    assert notebook.stub(answer) == (
        'def double(x):\n    """Twice x."""\n'
        '    raise NotImplementedError("write your answer here")'
    )


def test_what_is_called_and_what_is_told(write):
    source = notebook.read_source(write(SOURCE))
    assert notebook.called(source.cells[4]) == "double"
    assert notebook.told(source.cells[-1]) == "Yours squares. Twice 2 is 4 all the same."


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("# %% A question [markdown]", "# %% [markdown]", 1, "needs a title"),
        ("# %% A question [markdown]", "# %% ??? [markdown]", 1, "needs a title"),
        ("# %% Set-up role", "# %% A question role", 4, "of the cell on line 1"),
        ("    ### END SOLUTION\n", "", 7, "in pairs"),
        ("    ### BEGIN SOLUTION\n", "", 7, "in pairs"),
        ("return 2 * x", "return 2 *", 11, "cell 'answer-double': invalid syntax"),
        ("def double(x):", "def twice(x):", 7, "it must define 'double'"),
        ('role="setup"', 'role="helper"', 4, "role must be one of"),
        (" points=3", "", 17, "needs exactly"),
        ("points=3", "points=0", 17, "whole number"),
        ("points=3", "points=1.5", 17, "whole number"),
        ('graded" answer="answer-double"', 'graded" answer="answer-other"', 17, "no answer cell"),
        ('graded" answer="answer-double"', 'graded" answer="set-up"', 17, "no answer cell"),
        ('@graded("double")\n', "", 17, "needs one function under @graded"),
        ('@graded("double")', '@graded("triple")', 7, "it must define 'triple'"),
        ('role="example"', 'role="example" points=2', 14, "needs exactly"),
        ("assert double(2) == 4", "### BEGIN SOLUTION", 14, "only an answer"),
        ("# %% Graded: double", "# Graded: double", 7, "graded by exactly one cell; 0 do"),
        ('[markdown] role="hint"', 'role="hint"', 22, "role 'hint' is markdown, not code"),
        ('hint" answer="answer-double"', 'hint" answer="two"', 22, "'two' is no answer cell"),
        ('alternative" answer="answer-double"', 'alternative"', 25, "needs exactly"),
        ("def double(x):\n    return x +", "def add(x):\n    return x +", 25, "define 'double'"),
        ("# Yours squares.\n#  Twice 2 is 4 all the same.\n", "", 29, "begin a misconception with"),
        ("double = lambda x: x**2", "other = 1", 29, "it must define 'double'"),
    ],
)
def test_broken_rules_are_named_with_file_and_line(write, old, new, line, rule):
    assert old in SOURCE
    path = write(SOURCE.replace(old, new, 1))
    with pytest.raises(notebook.SourceError) as error:
        notebook.read_source(path)
    assert str(error.value).startswith(f"{path}:{line}: cell ")
    assert rule in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "import numpy\n", "import numpy\n# %% A title\n1\n"])
def test_a_source_begins_with_a_cell(write, text):
    with pytest.raises(notebook.SourceError, match="must begin with a cell mark"):
        notebook.read_source(write(text))
