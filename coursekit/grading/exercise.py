"""An exercise as its source says it: what is handed out, what is right, what is often wrong."""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

from coursekit.authoring import editions, notebook
from coursekit.authoring.complaint import Complaint
from coursekit.authoring.notebook import KEY, Source, answered, role
from coursekit.authoring.workspace import course_folder


class UnknownExercise(Complaint):
    """There is no such exercise; says which there are."""

    code = 2


@dataclass(frozen=True)
class Question:
    """One answer of an exercise and the cell that grades it."""

    answer: str
    graded: str
    points: int
    function: str  # the name of what the graded cell calls

    @property
    def title(self):
        """The answer's id without the word that all answers share."""
        return self.answer.removeprefix("answer-")


@dataclass(frozen=True)
class Variant:
    """Another way to write one answer: an alternative, or a misconception."""

    id: str
    role: str
    answer: str
    source: str
    title: str
    told: str  # what a learner is told of a misconception


@dataclass
class Exercise:
    """One exercise, made from its source."""

    source: Source

    @property
    def name(self):
        """Such as "06_gridding"."""
        return self.source.path.stem

    @cached_property
    def notebook(self):
        """As it is handed out."""
        return editions.exercise(self.source)

    @cached_property
    def questions(self):
        """The questions in the notebook's order."""
        return [
            Question(answered(cell), cell.id, cell.metadata[KEY]["points"], notebook.called(cell))
            for cell in self.source.of_role("graded")
        ]

    @cached_property
    def solution(self):
        """Answer id to source."""
        return {cell.id: notebook.solution(cell) for cell in self.source.of_role("answer")}

    @cached_property
    def stubs(self):
        """Answer id to the source that the learner is given."""
        return {cell.id: notebook.stub(cell) for cell in self.source.of_role("answer")}

    @cached_property
    def variants(self):
        """Alternatives and misconceptions by id."""
        return {
            cell.id: Variant(cell.id, role(cell), answered(cell), cell.source,
                             editions.name_of(self.source, cell), notebook.told(cell))
            for cell in self.source.cells
            if role(cell) in ("alternative", "misconception")
        }

    def code(self, *roles):
        """Ids and sources of the code cells of these roles, in order."""
        return [(cell.id, cell.source) for cell in self.source.cells if role(cell) in roles]

    def hints(self, answer):
        """The hints for one answer as (title, text) pairs, in order."""
        return editions.hints(self.source, answer)

    def handed_in(self, answers):
        """The notebook as a learner would hand it in who wrote these answers (id to source)."""
        made = nbformat.from_dict(self.notebook)
        for cell in made.cells:
            cell.source = answers.get(cell.id, cell.source)
        return made


def load_exercise(name, course=None):
    """The exercise called `name`.

    Parameters
    ----------
    name : str
        Such as "06_gridding".
    course : path-like, optional
        A folder with ``solutions/``. None: the course that is installed.

    Raises
    ------
    UnknownExercise
        If there is no such exercise; the message lists those there are.
    SourceError
        If its source breaks a rule.
    """
    folder = course_folder("solutions") if course is None else Path(course) / "solutions"
    found = {path.stem: path for path in sources_in(folder)}
    if name not in found:
        there_are = ", ".join(sorted(found)) or "none"
        raise UnknownExercise(f"no exercise {name!r} in {folder}; there are: {there_are}")
    return Exercise(notebook.read_source(found[name]))


def nearest(name, folder):
    """The exercise `name` of the course that a notebook in `folder` belongs to.

    In the notebook's folder or beside it stands ``solutions/`` where its author works; a
    learner's workspace has none, and then the installed course is meant.

    Raises
    ------
    UnknownExercise, SourceError
        As `load_exercise` does.
    """
    folder = Path(folder).resolve()
    for course in (folder, folder.parent):
        if any(path.stem == name for path in sources_in(course / "solutions")):
            return load_exercise(name, course)
    return load_exercise(name)


def of_workspace(root):
    """The exercises whose notebooks lie in a learner's workspace, in order.

    Those are left out of which there is no source here.
    """
    found = []
    for path in sorted((Path(root) / "exercises").glob("*.ipynb")):
        with suppress(UnknownExercise):
            found.append(nearest(path.stem, path.parent))
    return found


def sources_in(folder):
    """The sources in a folder, in order."""
    return sorted(p for p in Path(folder).glob("*.py") if re.match(r"\d\d_", p.name))
