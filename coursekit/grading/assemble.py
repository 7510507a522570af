"""From a submission only the answers: its cells are grafted, by id, into the pristine exercise.

The rest of a submission is ignored: its checks, metadata, points, tags and outputs. It is read
as plain data, since a hostile file need not be a notebook at all.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import nbformat

from coursekit.authoring.complaint import Complaint
from coursekit.authoring.notebook import KEY, role

_LARGEST = 20 * 2**20


class Unreadable(Complaint):
    """A submission that is no notebook; says why in one line."""


@dataclass
class Submission:
    """What was found in a submitted file: the sources of its code cells by id."""

    answers: dict
    unit: str | None
    repeated: set  # ids that occur more than once; the first counts
    sha256: str


def read_submission(path):
    """The answer cells of a submitted file.

    Raises
    ------
    Unreadable
        If the file is not a notebook of format 4.
    """
    content = _read(Path(path))
    document = _parse(content)
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("not a notebook of format 4: it has no list of cells")
    answers, repeated = {}, set()
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        name, source = cell.get("id"), cell.get("source")
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(name, str) or not isinstance(source, str):
            continue
        source = source.encode("utf-8", "replace").decode()  # half a surrogate pair is no text
        if name in answers:
            repeated.add(name)
        else:
            answers[name] = source
    if not answers:
        raise Unreadable("no code cell with an id; save it in notebook format 4.5")
    return Submission(answers, _unit(document), repeated, hashlib.sha256(content).hexdigest())


def graft(exercise, answers, graded):
    """The notebook to run: the exercise with `answers` in place, and nothing unneeded.

    Examples are left out, and so are answers that `answers` lacks and graded cells whose answer's
    id is not in `graded`.
    """
    kept = []
    wanted = set(answers) | {q.graded for q in exercise.questions if q.answer in graded}
    for cell in exercise.notebook.cells:
        if cell.cell_type != "code" or role(cell) == "example":
            continue
        if role(cell) in ("answer", "graded") and cell.id not in wanted:
            continue
        cell = nbformat.from_dict(dict(cell, outputs=[], execution_count=None))
        cell.source = answers.get(cell.id, cell.source)
        kept.append(cell)
    return nbformat.v4.new_notebook(cells=kept, metadata=exercise.notebook.metadata)


def _read(path):
    try:
        # Asked first: to open a pipe would wait for ever.
        if not path.is_file():
            raise Unreadable("not a regular file")
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise Unreadable(f"larger than {_LARGEST // 2**20} MiB")
    return content


def _parse(content):
    if not content.strip():
        raise Unreadable("the file is empty")
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON (line {error.lineno}, column {error.colno})") from None
    except UnicodeDecodeError:
        raise Unreadable("not JSON (not UTF-8)") from None
    except RecursionError:
        raise Unreadable("not JSON (nested too deeply)") from None
    except ValueError:  # a number of thousands of digits
        raise Unreadable("not JSON (a number too long to read)") from None


def _unit(document):
    """Which exercise the file says it is: believed only to choose, never to award."""
    try:
        unit = document["metadata"][KEY]["unit"]
    except (KeyError, TypeError):
        return None
    return unit if isinstance(unit, str) else None
