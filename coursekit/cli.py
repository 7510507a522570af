"""The command line: one function a command; ``coursekit --help`` lists them.

Results go to standard output, progress and complaints to standard error. The exit code is 0 when
all went well, 1 when something was found wrong, 2 when the command was called wrongly. What a
command needs is imported when it runs.
"""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from coursekit.authoring.complaint import Complaint
from coursekit.doctor import LEARN, examine

app = typer.Typer(
    help="A course on dilated convolutions that measures what it claims.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)


def main():
    """Run the command line; a user's mistake ends in one line, not in a traceback."""
    # A plain kill ends a command as Ctrl-C does, so that it takes its processes with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except Complaint as complaint:
        _fail(str(complaint), complaint.code)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("coursekit"):
            raise
        _fail(f"this command needs {error.name or error}; {LEARN}")
    except OSError as error:
        _fail(f"{error.strerror}: {error.filename}" if error.filename else str(error))


@app.command()
def learn(
    folder: Annotated[Path, typer.Argument(help="Your workspace; made if need be.")] = Path(
        "workspace"
    ),
    port: Annotated[int, typer.Option(help="First port to try.", min=1, max=65535)] = 8888,
    browser: Annotated[bool, typer.Option(help="Open a browser where there is one.")] = True,
):
    """Lay out lessons and exercises in a workspace of your own and open JupyterLab on it.

    Run it again at any time: it adds what is missing and never overwrites a notebook.

    Example: coursekit learn my-course
    """
    from coursekit.authoring import lab, workspace

    if folder.exists() and not folder.is_dir():
        _fail(f"{folder} is a file; name a folder for the workspace", code=2)
    notebooks = workspace.make_workspace(folder)
    for path, added in notebooks:
        print(f"{'added' if added else 'kept '}  {path}")
    first = next((path for path, _ in notebooks if path.parent.name == "lessons"), None)
    raise typer.Exit(lab.serve(folder, first, port, browser))


@app.command()
def check(
    notebooks: Annotated[list[Path], typer.Argument(help="Your exercise notebooks.")],
    hints: Annotated[
        int, typer.Option(help="So many hints for each answer that is not right.", min=0)
    ] = 0,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for pictures; default: feedback/ beside a notebook.")
    ] = None,
):
    """Try the answers in your notebooks, in a fresh kernel, and say what is wrong with them.

    It reads what is saved on the disk: save first. Your progress is kept in the workspace.

    Example: coursekit check exercises/06_gridding.ipynb --hints 1
    """
    from coursekit.grading import check as checker
    from coursekit.grading import report

    right = True
    for path in _progress(notebooks, "trying"):
        checked = checker.check(path)
        folder = pictures or path.parent / "feedback"
        for line in report.lines_of_check(checked, hints, folder):
            print(line)
        right = right and checked.right
    if not right:
        raise typer.Exit(1)


@app.command()
def progress(
    folder: Annotated[Path, typer.Argument(help="Your workspace, or a folder in it.")] = Path("."),
    json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
):
    """Say which answers are right, and how far you are.

    The notebooks' graded cells and `coursekit check` keep the score, in your workspace.

    Example: coursekit progress workspace
    """
    from json import dumps

    import rich

    from coursekit.grading import exercise, report
    from coursekit.grading import progress as kept

    root = kept.workspace(folder)
    if root is None:
        _fail(f"{folder} is in no workspace; coursekit learn makes one", code=2)
    rows = kept.overview(root, exercise.of_workspace(root))
    if json:
        print(dumps(rows, indent=1))
    else:
        rich.print(report.progress_table(rows))


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What it is about, such as pooling or 14_pooling.")],
    course: Annotated[
        Path, typer.Option(help="Folder with, or for, lessons/, solutions/ and exercises/.")
    ] = Path("."),
):
    """Lay out an exercise that can be built and verified as it stands, for you to change.

    Example: coursekit new pooling
    """
    from coursekit.authoring import template

    path = template.lay_out(name, course)
    print(f"made {path}")
    print("change it, then:")
    print(f"    coursekit build {course}")
    print(f"    coursekit verify {course} --only {path.stem}")


@app.command()
def verify(
    course: Annotated[Path, typer.Argument(help="Folder with solutions/.")] = Path("."),
    only: Annotated[
        list[str] | None, typer.Option(help="Only this exercise; may be repeated.")
    ] = None,
):
    """Prove that exercises tell right from wrong: grade every answer that their sources know.

    The solution and each alternative must get all points, the untouched exercise none, and each
    misconception must pass the examples, lose its points and be called by its name.

    Example: coursekit verify . --only 06_gridding
    """
    import rich

    from coursekit.grading import exercise, report
    from coursekit.grading import verify as verifier

    names = only or [path.stem for path in exercise.sources_in(course / "solutions")]
    if not names:
        _fail(f"no solutions/NN_topic.py in {course}", code=2)
    faults = []
    for name in _progress(names, "verifying"):
        try:
            matrix = verifier.verify(exercise.load_exercise(name, course))
        except exercise.UnknownExercise:
            raise
        except Complaint as fault:  # its own code does not run; others may
            faults.append(str(fault))
            continue
        rich.print(report.matrix_table(matrix))
        faults += matrix.faults
    for fault in faults:
        print(fault)
    if faults:
        raise typer.Exit(1)


@app.command()
def build(
    course: Annotated[Path, typer.Argument(help="Folder with lessons/ and solutions/.")] = Path(
        "."
    ),
    check: Annotated[
        bool, typer.Option("--check", help="Only compare what is stored with its source.")
    ] = False,
):
    """Build lessons, solutions and exercises from their percent sources.

    Example: coursekit build --check
    """
    from coursekit.authoring import build as builder

    sources = builder.sources(course)
    if not sources:
        _fail(f"no lessons/NN_topic.py or solutions/NN_topic.py in {course}", code=2)
    faults = []
    for kind, path in _progress(sources, "checking" if check else "building"):
        try:
            if check:
                faults += builder.differences(kind, path)
            else:
                builder.build(kind, path)
        except Complaint as fault:
            faults.append(str(fault))
    for fault in faults:
        print(fault)
    if faults:
        raise typer.Exit(1)
    print(f"{'checked' if check else 'built'} {len(sources)} sources")


@app.command()
def grade(
    paths: Annotated[list[Path], typer.Argument(help="Submitted notebooks, or folders of them.")],
    exercise: Annotated[
        str | None, typer.Option(help="Its name; default: what the notebooks say they are.")
    ] = None,
    course: Annotated[
        Path | None, typer.Option(help="Folder with solutions/; default: the installed course.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the gradebook and the records.")] = Path(
        "grades"
    ),
    cell_seconds: Annotated[float, typer.Option(help="Time for one cell.", min=0.1)] = 10.0,
):
    """Grade submissions: run their answers on fresh inputs, print and write a gradebook.

    There is no sandbox yet: student code runs with your rights, and each record says so.

    Example: coursekit grade submissions/ --exercise 06_gridding
    """
    import secrets

    import rich

    from coursekit.grading import exercise as exercises
    from coursekit.grading import key, report, run

    found = _submissions(paths)
    limits = run.Limits(cell_seconds)
    seed = secrets.randbits(53)  # a float64, and so any JSON reader, holds it exactly
    print("no sandbox: submissions run with your rights", file=sys.stderr)
    unit = exercises.load_exercise(exercise or _common_unit(found), course)
    report.prepare(out)
    keys = key.fetch(unit, seed)
    records = []
    for name, path in _progress(found.items(), "grading"):
        records.append(run.grade(unit, path, name, seed, keys, limits))
        report.write_record(out, records[-1])
    book = report.write(out, records)
    rich.print(report.table(records))
    for note in report.notes(records):
        rich.print(note)
    print(f"gradebook: {book}")
    if any("grader-error" in record.outcomes.values() for record in records):
        _fail("some questions could not be graded; see grader-error above, and grade them again")


@app.command()
def doctor():
    """Say what runs here, what is missing, and the command that mends it.

    Example: coursekit doctor
    """
    findings = examine()
    for finding in findings:
        print(f"{'ok     ' if finding.fine else 'MISSING'}  {finding.what}: {finding.state}")
        if not finding.fine:
            print(f"         mend: {finding.mend}")
    if not all(finding.fine for finding in findings):
        raise typer.Exit(1)


@app.command()
def bench(
    only: Annotated[str, typer.Option(help="Only cases whose name holds this text.")] = "",
    dtype: Annotated[str, typer.Option(help="float32 or float64.")] = "float32",
    seconds: Annotated[float, typer.Option(help="Time for each case.", min=0)] = 0.5,
    json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
):
    """Time the kernels beside PyTorch: ratios above 1 say that they are faster.

    All contestants run in turn in this process, each on one thread; medians are compared.

    Example: coursekit bench --only "conv 3x3 16"
    """
    if dtype not in ("float32", "float64"):
        _fail(f"--dtype must be float32 or float64; got {dtype}", code=2)
    from json import dumps

    from coursekit import bench as bencher

    if not bencher.cases(only):
        _fail(f"no case's name holds {only!r}", code=2)
    if bencher.torch is None:
        print("PyTorch is not installed, so there are no ratios: pip install torch",
              file=sys.stderr)
    if not json:
        print(bencher.HEADING)
    report = bencher.run(only, dtype, seconds, None if json else _print_line(bencher.line))
    if json:
        print(dumps(report, indent=1))
        return
    for op, means in report.get("summary", {}).items():
        for peer, values in means.items():
            print(f"{op}: geometric mean {values['geometric_mean']:.2f} x {peer}, "
                  f"least {values['least']:.2f}")


def _print_line(written):
    """A listener that prints each result at once."""
    return lambda result: print(written(result), flush=True)


def _submissions(paths):
    """Name to path of every file to grade; names are unique and tell where a file came from."""
    found = {}
    for path in paths:
        if not path.exists():
            _fail(f"no such file or folder: {path}", code=2)
        files = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        for file in files:
            if ".ipynb_checkpoints" in file.parts:
                continue
            name = file.relative_to(path).with_suffix("").as_posix() if path.is_dir() else file.stem
            number, unique = 1, name
            while unique in found:
                number += 1
                unique = f"{name}-{number}"
            found[unique] = file
    if not found:
        _fail(f"no .ipynb files in {', '.join(map(str, paths))}", code=2)
    return found


def _common_unit(found):
    """The exercise that all readable submissions say they are."""
    from coursekit.grading import assemble

    units = set()
    for path in found.values():
        try:
            units.add(assemble.read_submission(path).unit)
        except assemble.Unreadable:
            continue
    units.discard(None)
    if len(units) != 1:
        said = ", ".join(sorted(units)) or "none"
        _fail(f"name the exercise with --exercise; the notebooks say: {said}", code=2)
    return units.pop()


def _progress(items, what):
    """`items`, with a bar on standard error where a person watches."""
    from rich.console import Console
    from rich.progress import track

    return track(list(items), description=what, console=Console(stderr=True), transient=True,
                 disable=not sys.stderr.isatty())


def _fail(reason, code=1):
    # One line, and nothing in it that a terminal would obey: parts may come from a submission.
    line = "".join(c if c.isprintable() else "?" for c in " ".join(reason.split()))
    print(f"coursekit: {line}", file=sys.stderr)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
