"""The notebooks that one source makes: what a reader, a learner and a teacher each get to see."""

import nbformat

from coursekit.authoring.notebook import KEY, answered, role, solution, stub

# What a learner types in, and what the grader owns; JupyterLab keeps hands off the latter.
_WRITTEN = {"deletable": False}
_LOCKED = {"deletable": False, "editable": False}


def lesson(source):
    """A lesson's notebook, not executed.

    Parameters
    ----------
    source : notebook.Source

    Returns
    -------
    nbformat notebook
    """
    return _notebook(source, "lesson", source.cells)


def solved(source):
    """The solution's notebook: answers written out, and other answers as text to read."""
    cells = []
    for cell in source.cells:
        if role(cell) in ("alternative", "misconception"):
            cells.append(_shown(source, cell))
        else:
            cells.append(_edition(source, cell, solution))
    return _notebook(source, "solution", cells)


def exercise(source):
    """The exercise's notebook: nothing in it, seen or unseen, tells an answer."""
    cells = [
        _edition(source, cell, stub)
        for cell in source.cells
        if role(cell) not in ("alternative", "misconception")
    ]
    return _notebook(source, "exercise", cells)


def hints(source, answer):
    """The hints for one answer as (title, text) pairs, in order."""
    return [
        (name_of(source, cell), cell.source)
        for cell in source.of_role("hint")
        if answered(cell) == answer
    ]


def name_of(source, cell):
    """A cell's title without the role's name before a colon: "Hint: start small" is "start small".
    """
    prefix = f"{role(cell)}:"
    title = source.titles[cell.id]
    return title[len(prefix):].strip() if title.lower().startswith(prefix) else title


def _edition(source, cell, written):
    """A copy of `cell` for a notebook: its answer written or cut out, its hint folded."""
    made = nbformat.from_dict(cell)
    if role(cell) == "answer":
        made.source = written(cell)
    elif role(cell) == "hint":
        same = [other.id for other in source.of_role("hint") if answered(other) == answered(cell)]
        made.source = (
            f"<details><summary>Hint {same.index(cell.id) + 1} of {len(same)}: "
            f"{name_of(source, cell)}</summary>\n\n{cell.source}\n\n</details>"
        )
    if role(cell) in ("answer", "graded", "setup"):
        made.metadata |= _WRITTEN if role(cell) == "answer" else _LOCKED
        made.metadata["nbgrader"] = _nbgrader(cell)
    return made


def _nbgrader(cell):
    """What nbgrader's schema 3 wants to know of a cell, from what ours says."""
    graded = role(cell) == "graded"
    known = {
        "schema_version": 3, "grade_id": cell.id, "grade": graded, "task": False,
        "solution": role(cell) == "answer", "locked": role(cell) != "answer",
    }
    return known | ({"points": cell.metadata[KEY]["points"]} if graded else {})


def _shown(source, cell):
    made = nbformat.v4.new_markdown_cell(
        f"**{source.titles[cell.id]}**\n\n```python\n{cell.source}\n```", metadata=cell.metadata
    )
    made.id = cell.id
    return made


def _notebook(source, kind, cells):
    """A notebook that says which course unit it is."""
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            KEY: {"unit": source.path.stem, "kind": kind},
        },
    )
