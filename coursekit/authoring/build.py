"""Build the course: sources in, notebooks out; and check that what is stored is what builds.

Lessons and solutions are executed, exercises are not: their answers are still to be written.
"""

import tempfile
from pathlib import Path

import nbformat

from coursekit.authoring import editions, notebook
from coursekit.authoring.complaint import Complaint
from coursekit.authoring.notebook import KEY

_IGNORE = "nbval-ignore-output"
_CELL_SECONDS = 120


class BuildError(Complaint):
    """A notebook that could not be built, in one line."""


def sources(course):
    """The sources below the folder `course`, as (kind, path): lessons first, each in order."""
    return [
        (kind, path)
        for kind in ("lesson", "solution")
        for path in sorted((Path(course) / f"{kind}s").glob("[0-9][0-9]_*.py"))
    ]


def plan(source, kind):
    """What one source builds, not executed.

    Parameters
    ----------
    source : notebook.Source
    kind : str
        "lesson" or "solution".

    Returns
    -------
    list of (Path, nbformat notebook)
        Where each notebook belongs, and the notebook.
    """
    target = source.path.with_suffix(".ipynb")
    if kind == "lesson":
        return [(target, editions.lesson(source))]
    exercise = source.path.parent.parent / "exercises" / target.name
    return [(target, editions.solved(source)), (exercise, editions.exercise(source))]


def build(kind, path):
    """Build what one source makes, executed where it runs, and write it.

    Raises
    ------
    SourceError, BuildError
        If the source breaks a rule, or a cell fails.
    """
    source = notebook.read_source(path)
    for target, made in plan(source, kind):
        if made.metadata[KEY]["kind"] != "exercise":
            _execute(source, made)
        target.parent.mkdir(exist_ok=True)
        _write(target, made)


def differences(kind, path):
    """Where the stored notebooks differ from what `path` builds: one line each.

    Sources, ids, metadata and order are compared, outputs are not; but lessons and solutions
    must hold the outputs of a run without error.

    Raises
    ------
    SourceError
        If the source breaks a rule.
    """
    found = []
    source = notebook.read_source(path)
    for target, made in plan(source, kind):
        try:
            stored = nbformat.read(target, as_version=4)
        except FileNotFoundError:
            found.append(f"{target} is missing; run `coursekit build`")
            continue
        except Exception as error:
            found.append(f"{target} is not a notebook: {str(error).splitlines()[0]}")
            continue
        found += _compare(source, target, made, stored)
    return found


def _execute(source, made):
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
    from traitlets.config import Config

    metadata = made.metadata.copy()
    # Sockets in a folder of our own: nobody else on the machine can read or steer the kernel.
    with tempfile.TemporaryDirectory() as sockets:
        transport = Config(transport="ipc", ip=f"{sockets}/kernel")
        client = NotebookClient(
            made, timeout=_CELL_SECONDS, kernel_name="python3", record_timing=False,
            resources={"metadata": {"path": str(source.path.parent)}},
            config=Config(KernelManager=transport),
        )
        try:
            client.execute()
        except CellExecutionError as error:
            raise BuildError(
                f"{source.where(_failed(made))} failed: {error.ename}: {error.evalue}"
            ) from None
        except (CellTimeoutError, DeadKernelError, RuntimeError) as error:
            raise BuildError(f"{source.path}: {str(error).splitlines()[0]}") from None
    # The client writes the Python it ran on into the notebook, which would differ by machine.
    made.metadata = metadata
    for cell in made.cells:
        if _shows_image(cell) and _IGNORE not in cell.metadata.get("tags", ()):
            raise BuildError(
                f'{source.where(cell.id)} shows a picture and needs tags=["{_IGNORE}"], '
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


def _compare(source, target, made, stored):
    if stored.metadata != made.metadata:
        yield f"{target}: the notebook's metadata differ; run `coursekit build`"
    ids = [cell.get("id") for cell in stored.cells]
    wanted = [cell.id for cell in made.cells]
    if ids != wanted:
        first = next(
            (new for new, old in zip(wanted, [*ids, *[None] * len(wanted)]) if new != old),
            wanted[-1],
        )
        yield (f"{source.where(first)} or its place differs in {target}: cells were added, taken "
               f"away or moved; run `coursekit build`")
        return
    runs = made.metadata[KEY]["kind"] != "exercise"
    for cell, old in zip(made.cells, stored.cells):
        where = source.where(cell.id)
        if (cell.cell_type, cell.source, cell.metadata) != (
            old.cell_type, old.source, old.metadata
        ):
            yield f"{where} differs in {target}; edit the source and run `coursekit build`"
        elif runs and cell.cell_type == "code" and old.execution_count is None:
            yield f"{where} was not executed in {target}; run `coursekit build`"
        elif any(output.output_type == "error" for output in old.get("outputs", ())):
            yield f"{where} holds an error in {target}; run `coursekit build`"
