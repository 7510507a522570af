"""From percent text to notebook cells.

A source is a Python file in the percent format. Every cell has a title, and the title makes the
cell's id, so that ids survive any edit of the text. A code cell may have a role:

=========  =======================================================================
setup      runs first; makes `emit` and what the exercise provides
answer     the learner writes it; the part between BEGIN and END SOLUTION is cut out
example    a quick check the learner sees and runs
graded     emits values for `points`, awarded to the answer cell named by `answer`; it
           leaves no names behind that a learner's helpers could have
=========  =======================================================================

A code cell with no role is shown and run, as in a lesson.
"""

import re
from pathlib import Path

import jupytext
import nbformat

# One key of ours in a cell's metadata, so that no other tool's keys are touched.
KEY = "coursekit"
ROLES = ("setup", "answer", "example", "graded")

_BEGIN = "### BEGIN SOLUTION"
_END = "### END SOLUTION"
_STUB = 'raise NotImplementedError("write your answer here")'
_OURS = ("role", "points", "answer")
_CELL = re.compile(r"^# %%", re.MULTILINE)


class SourceError(Exception):
    """A source that cannot be built; says file, line, cell and the rule it breaks."""


def read_source(path):
    """The cells of a percent source, each with a stable id and our metadata.

    Parameters
    ----------
    path : path-like
        A ``NN_topic.py`` file.

    Returns
    -------
    list of nbformat cell
        Solutions still carry their BEGIN and END marks.

    Raises
    ------
    SourceError
        If a title is missing or used twice, a role or its fields are wrong, or a BEGIN has no
        END.
    """
    path = Path(path)
    text = path.read_text(encoding="utf-8")
    lines = [text.count("\n", 0, match.start()) + 1 for match in _CELL.finditer(text)]
    cells = jupytext.reads(text, fmt="py:percent").cells
    if not lines or len(cells) != len(lines):
        raise SourceError(f"{path}:1: the file must begin with a cell mark, # %% Title [markdown]")
    seen = {}
    for line, cell in zip(lines, cells):
        title = cell.metadata.get("title", "")
        where = f"{path}:{line}: cell {title!r}"
        cell.id = _slug(title)
        if not cell.id:
            raise SourceError(f"{where} needs a title after # %%, with a letter or digit in it")
        if cell.id in seen:
            raise SourceError(f"{where} has the id {cell.id!r} of the cell on line {seen[cell.id]}")
        seen[cell.id] = line
        cell.metadata = _metadata(where, cell)
    _check_graded(path, dict(zip(seen, cells)), seen)
    return cells


def solution(cell):
    """An answer cell as the solution shows it: without the marks."""
    return _without_marks(cell.source, keep=True)


def stub(cell):
    """An answer cell as the learner gets it: what stood between the marks is theirs to write."""
    return _without_marks(cell.source, keep=False)


def role(cell):
    """The cell's role, or None."""
    ours = cell.get("metadata", {}).get(KEY, {})
    return ours.get("role") if isinstance(ours, dict) else None


def new_notebook(name, kind, cells):
    """A notebook of the given cells that says which course unit it is."""
    return nbformat.v4.new_notebook(
        cells=cells,
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
            KEY: {"unit": name, "kind": kind},
        },
    )


def _slug(title):
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:64].strip("-")


def _metadata(where, cell):
    """Keep tags and our own keys, checked; everything else is jupytext's bookkeeping."""
    given = cell.metadata
    kept = {"tags": list(given["tags"])} if "tags" in given else {}
    ours = {key: given[key] for key in _OURS if key in given}
    if not ours:
        return nbformat.from_dict(kept)
    if ours.get("role") not in ROLES or cell.cell_type != "code":
        raise SourceError(f"{where}: a code cell's role must be one of {ROLES}; got {ours}")
    wanted = {"role", "points", "answer"} if ours["role"] == "graded" else {"role"}
    if set(ours) != wanted:
        raise SourceError(
            f"{where}: a cell of role {ours['role']!r} needs exactly {sorted(wanted)}; "
            f"got {sorted(ours)}"
        )
    points = ours.get("points", 1)
    if isinstance(points, bool) or not isinstance(points, int) or points < 1:
        raise SourceError(f"{where}: points must be a whole number from 1 up; got {points!r}")
    marks = [line.strip() for line in cell.source.splitlines()]
    marks = [mark for mark in marks if mark in (_BEGIN, _END)]
    balanced = marks and marks == [_BEGIN, _END] * (len(marks) // 2)
    if ours["role"] == "answer" and not balanced:
        raise SourceError(f"{where}: an answer needs {_BEGIN} and {_END}, in pairs; got {marks}")
    if ours["role"] != "answer" and marks:
        raise SourceError(f"{where}: only an answer cell may hold {_BEGIN}")
    return nbformat.from_dict({**kept, KEY: ours})


def _check_graded(path, cells, lines):
    graded = [cell for cell in cells.values() if role(cell) == "graded"]
    answered = [cell.metadata[KEY]["answer"] for cell in graded]
    for cell, answer in zip(graded, answered):
        if answer not in cells or role(cells[answer]) != "answer":
            raise SourceError(
                f"{path}:{lines[cell.id]}: cell {cell.id!r} grades {answer!r}, "
                f"which is no answer cell"
            )
    for name, cell in cells.items():
        if role(cell) == "answer" and answered.count(name) != 1:
            raise SourceError(
                f"{path}:{lines[name]}: answer {name!r} must be graded by exactly one cell; "
                f"{answered.count(name)} do"
            )


def _without_marks(source, keep):
    kept, inside = [], False
    for line in source.splitlines():
        if line.strip() == _BEGIN:
            inside = True
            if not keep:
                kept.append(line[: len(line) - len(line.lstrip())] + _STUB)
        elif line.strip() == _END:
            inside = False
        elif keep or not inside:
            kept.append(line)
    return "\n".join(kept)
