"""Build the course: sources in, notebooks out; and check that what is stored is what builds.

Lessons and solutions are executed, exercises are not: their answers are still to be written.
"""

import tempfile
from pathlib import Path

import nbformat

from coursekit.authoring import notebook
from coursekit.authoring.notebook import KEY, role

_IGNORE = "nbval-ignore-output"
_CELL_SECONDS = 120


class BuildError(Exception):
    """A notebook that could not be built, in one line."""


def sources(course):
    """The sources below the folder `course`, as (kind, path): lessons first, each in order."""
    return [
        (kind, path)
        for kind in ("lesson", "solution")
        for path in sorted((Path(course) / f"{kind}s").glob("[0-9][0-9]_*.py"))
    ]


def plan(kind, path):
    """What one source builds, not executed: (target path, notebook) pairs.

    Raises
    ------
    SourceError
        If the source breaks a rule of `notebook.read_source`.
    """
    path = Path(path)
    target = path.with_suffix(".ipynb")
    made = [(target, _assembled(path, kind, notebook.solution))]
    if kind == "solution":
        exercise = path.parent.parent / "exercises" / target.name
        made.append((exercise, _assembled(path, "exercise", notebook.stub)))
    return made


def build(kind, path):
    """Build what one source makes, executed where it runs, and write it.

    Raises
    ------
    SourceError, BuildError
        If the source breaks a rule, or a cell fails.
    """
    for target, made in plan(kind, path):
        if made.metadata[KEY]["kind"] != "exercise":
            _execute(path, made)
        target.parent.mkdir(exist_ok=True)
        _write(target, made)


def differences(kind, path):
    """Where the stored notebooks differ from what `path` builds: one line each.

    Sources, ids, metadata and order are compared, outputs are not; but lessons and solutions
    must hold the outputs of a run without error.
    """
    found = []
    for target, made in plan(kind, path):
        try:
            stored = nbformat.read(target, as_version=4)
        except FileNotFoundError:
            found.append(f"{target} is missing")
            continue
        except Exception as error:
            found.append(f"{target} is not a notebook: {str(error).splitlines()[0]}")
            continue
        found += [f"{target}: {fault}" for fault in _compare(made, stored)]
    return found


def _assembled(path, kind, answer):
    cells = notebook.read_source(path)
    for cell in cells:
        if role(cell) == "answer":
            cell.source = answer(cell)
    return notebook.new_notebook(path.stem, kind, cells)


def _execute(path, made):
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from traitlets.config import Config

    metadata = made.metadata.copy()
    # Sockets in a folder of our own: nobody else on the machine can read or steer the kernel.
    with tempfile.TemporaryDirectory() as sockets:
        transport = Config(transport="ipc", ip=f"{sockets}/kernel")
        client = NotebookClient(
            made, timeout=_CELL_SECONDS, kernel_name="python3", record_timing=False,
            resources={"metadata": {"path": str(Path(path).parent)}},
            config=Config(KernelManager=transport),
        )
        try:
            client.execute()
        except CellExecutionError as error:
            raise BuildError(
                f"{path}: cell {_failed(made)!r} failed: {error.ename}: {error.evalue}"
            ) from None
        except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
            raise BuildError(f"{path}: {str(error).splitlines()[0]}") from None
    # The client writes the Python it ran on into the notebook, which would differ by machine.
    made.metadata = metadata
    for cell in made.cells:
        if _shows_image(cell) and _IGNORE not in cell.metadata.get("tags", ()):
            raise BuildError(
                f'{path}: cell {cell.id!r} shows a picture and needs tags=["{_IGNORE}"], '
                f"because pictures differ between versions of matplotlib"
            )


def _failed(made):
    return next(
        cell.id for cell in made.cells
        if any(output.output_type == "error" for output in cell.get("outputs", ()))
    )


def _shows_image(cell):
    return any("image/png" in output.get("data", {}) for output in cell.get("outputs", ()))


def _write(target, made):
    """Whole or not at all: a build cut short leaves the old notebook."""
    nbformat.validate(made)
    part = target.with_suffix(".part")
    nbformat.write(made, part)
    part.replace(target)


def _compare(made, stored):
    if stored.metadata != made.metadata:
        yield "the notebook's metadata differ; run `coursekit build`"
    ids = [cell.get("id") for cell in stored.cells]
    if ids != [cell.id for cell in made.cells]:
        yield "its cells or their order differ; run `coursekit build`"
        return
    runs = made.metadata[KEY]["kind"] != "exercise"
    for cell, old in zip(made.cells, stored.cells):
        if (cell.cell_type, cell.source, cell.metadata) != (
            old.cell_type, old.source, old.metadata
        ):
            yield f"cell {cell.id!r} differs from its source; edit the source and build"
        elif runs and cell.cell_type == "code" and old.execution_count is None:
            yield f"cell {cell.id!r} was not executed; run `coursekit build`"
        elif any(output.output_type == "error" for output in old.get("outputs", ())):
            yield f"cell {cell.id!r} holds an error; run `coursekit build`"
