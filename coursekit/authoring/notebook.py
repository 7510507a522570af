"""From percent text to notebook cells.

A source is a Python file in the percent format. Every cell has a title, and the title makes the
cell's id, so that ids survive any edit of the text. A cell may have a role:

=============  ===================================================================
setup          runs first; makes `graded` and what the exercise provides
hint           text that stands folded in the exercise; several make steps
answer         the learner writes it: a function; what stands between BEGIN and END
               SOLUTION is cut out
example        a quick check that the learner sees and runs
graded         for `points`: one function under ``@graded("name")`` that draws the
               arguments of a call of the answer's function
alternative    a right answer written differently
misconception  a wrong answer that somebody would really write; the comment on top is
               what such a learner is told
=============  ===================================================================

Hints, graded cells, alternatives and misconceptions name their answer: ``answer="answer-paths"``.
The last two never reach a learner's notebook; `coursekit verify` runs them. A code cell with no
role is shown and run, as in a lesson.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from coursekit.authoring.complaint import Complaint

# One key of ours in a cell's metadata, so that no other tool's keys are touched.
KEY = "coursekit"

_FIELDS = {
    "setup": set(), "answer": set(), "example": set(), "graded": {"answer", "points"},
    "hint": {"answer"}, "alternative": {"answer"}, "misconception": {"answer"},
}
ROLES = tuple(_FIELDS)
_TEXT_ROLES = ("hint",)
_BEGIN = "### BEGIN SOLUTION"
_END = "### END SOLUTION"
_STUB = 'raise NotImplementedError("write your answer here")'
_OURS = ("role", "points", "answer")
_CELL = re.compile(r"^# %%", re.MULTILINE)


class SourceError(Complaint):
    """A source that cannot be built; says file, line, cell and the rule it breaks."""


@dataclass
class Source:
    """A percent source that keeps the rules.

    Attributes
    ----------
    path : Path
    cells : list of nbformat cell
        With stable ids and our metadata; answers still carry their BEGIN and END marks.
    lines : dict
        Cell id to the line of its mark.
    titles : dict
        Cell id to title.
    """

    path: Path
    cells: list
    lines: dict
    titles: dict

    def where(self, cell):
        """File, line and cell, as every complaint begins."""
        return f"{self.path}:{self.lines[cell]}: cell {cell!r}"

    def of_role(self, name):
        """The cells of one role, in order."""
        return [cell for cell in self.cells if role(cell) == name]


def read_source(path):
    """Read a percent source and check it.

    Parameters
    ----------
    path : path-like
        A ``NN_topic.py`` file.

    Returns
    -------
    Source

    Raises
    ------
    SourceError
        If the text breaks a rule of this format: a title is missing or used twice, a role or its
        fields are wrong, a BEGIN has no END, or cells do not fit the answer they name.
    """
    import jupytext  # which takes as long as the rest of a grading's start

    path = Path(path)
    text = path.read_text(encoding="utf-8")
    marks = [text.count("\n", 0, match.start()) + 1 for match in _CELL.finditer(text)]
    cells = jupytext.reads(text, fmt="py:percent").cells
    if not marks or len(cells) != len(marks):
        raise SourceError(f"{path}:1: the file must begin with a cell mark, # %% Title [markdown]")
    lines, titles = {}, {}
    for line, cell in zip(marks, cells):
        title = cell.metadata.get("title", "")
        where = f"{path}:{line}: cell {title!r}"
        cell.id = _slug(title)
        if not cell.id:
            raise SourceError(f"{where} needs a title after # %%, with a letter or digit in it")
        if cell.id in lines:
            raise SourceError(
                f"{where} has the id {cell.id!r} of the cell on line {lines[cell.id]}"
            )
        lines[cell.id], titles[cell.id] = line, title
        cell.metadata = _metadata(where, cell)
    source = Source(path, cells, lines, titles)
    _check_answers(source)
    return source


def role(cell):
    """The cell's role, or None."""
    ours = cell.get("metadata", {}).get(KEY, {})
    return ours.get("role") if isinstance(ours, dict) else None


def answered(cell):
    """The id of the answer that a graded cell, hint, alternative or misconception names."""
    return cell.metadata[KEY]["answer"]


def solution(cell):
    """An answer cell as the solution shows it: without the marks."""
    return _without_marks(cell.source, keep=True)


def stub(cell):
    """An answer cell as the learner gets it: what stood between the marks is theirs to write."""
    return _without_marks(cell.source, keep=False)


def called(cell):
    """The name of the function that a graded cell calls, or None if it has no ``@graded``."""
    found = [
        decorator.args[0].value
        for statement in _statements(cell)
        for decorator in getattr(statement, "decorator_list", ())
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "graded"
        and decorator.args and isinstance(decorator.args[0], ast.Constant)
    ]
    return found[0] if len(found) == 1 else None


def told(cell):
    """What a misconception tells the learner: the comment on top of its cell, as one line."""
    comment = []
    for line in cell.source.splitlines():
        if not line.startswith("#"):
            break
        comment.append(line.lstrip("# ").rstrip())
    return " ".join(comment)


def _slug(title):
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:64].strip("-")


def _metadata(where, cell):
    """Keep tags and our own keys, checked; everything else is jupytext's bookkeeping."""
    given = cell.metadata
    kept = {"tags": list(given["tags"])} if "tags" in given else {}
    ours = {key: given[key] for key in _OURS if key in given}
    if not ours:
        return nbformat.from_dict(kept)
    name = ours.get("role")
    if name not in _FIELDS:
        raise SourceError(f"{where}: role must be one of {sorted(_FIELDS)}; got {ours}")
    wanted = "markdown" if name in _TEXT_ROLES else "code"
    if cell.cell_type != wanted:
        raise SourceError(f"{where}: a cell of role {name!r} is {wanted}, not {cell.cell_type}")
    if set(ours) != {"role"} | _FIELDS[name]:
        raise SourceError(
            f"{where}: a cell of role {name!r} needs exactly {sorted({'role'} | _FIELDS[name])}; "
            f"got {sorted(ours)}"
        )
    points = ours.get("points", 1)
    if isinstance(points, bool) or not isinstance(points, int) or points < 1:
        raise SourceError(f"{where}: points must be a whole number from 1 up; got {points!r}")
    marks = [line.strip() for line in cell.source.splitlines()]
    marks = [mark for mark in marks if mark in (_BEGIN, _END)]
    balanced = marks and marks == [_BEGIN, _END] * (len(marks) // 2)
    if name == "answer" and not balanced:
        raise SourceError(f"{where}: an answer needs {_BEGIN} and {_END}, in pairs; got {marks}")
    if name != "answer" and marks:
        raise SourceError(f"{where}: only an answer cell may hold {_BEGIN}")
    return nbformat.from_dict({**kept, KEY: ours})


def _check_answers(source):
    """That cells fit together: each answer is graded once, and what names one, fits it."""
    answers = {cell.id: cell for cell in source.of_role("answer")}
    graded = source.of_role("graded")
    for cell in source.cells:
        if "answer" in _FIELDS.get(role(cell), ()) and answered(cell) not in answers:
            raise SourceError(
                f"{source.where(cell.id)}: a {role(cell)} cell names an answer; "
                f"{answered(cell)!r} is no answer cell"
            )
        if role(cell) == "misconception" and not told(cell):
            raise SourceError(
                f"{source.where(cell.id)}: begin a misconception with a comment that says to the "
                f"learner what is wrong, and why"
            )
    for name in answers:
        times = sum(answered(cell) == name for cell in graded)
        if times != 1:
            raise SourceError(
                f"{source.where(name)}: an answer must be graded by exactly one cell; {times} do"
            )
    for cell in graded:
        _check_call(source, cell, answers[answered(cell)])


def _check_call(source, cell, answer):
    """That a graded cell calls a function which its answer, however it is written, defines."""
    name = called(cell)
    if name is None:
        raise SourceError(
            f"{source.where(cell.id)}: a graded cell needs one function under "
            f'@graded("name of the function to call")'
        )
    variants = [*source.of_role("alternative"), *source.of_role("misconception")]
    for variant in [answer, *(v for v in variants if answered(v) == answer.id)]:
        if name not in _defined(source, variant):
            raise SourceError(f"{source.where(variant.id)}: it must define {name!r}, which "
                              f"{cell.id!r} calls")


def _defined(source, cell):
    try:
        statements = _statements(cell)
    except SyntaxError as error:
        line = source.lines[cell.id] + (error.lineno or 0)
        raise SourceError(f"{source.path}:{line}: cell {cell.id!r}: {error.msg}") from None
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in statement.names)


def _statements(cell):
    return ast.parse(cell.source).body


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
