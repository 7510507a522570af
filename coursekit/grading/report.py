"""What grading shows: the gradebook as a table, a CSV and JSON records; the matrix that `verify`
makes; what `check` found; a learner's progress."""

import csv
import hashlib
import json
import re
import tempfile

from rich.table import Table
from rich.text import Text

# How an outcome is shown; any other one stands beside its points.
_CELLS = {"pass": "{points}", "not attempted": "-"}


def write(folder, records):
    """Write ``gradebook.csv``; return its path."""
    path = folder / "gradebook.csv"
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
        rows = csv.writer(file)
        rows.writerow(["submission", *_titles(records[0]), "total", "out of", "notes"])
        for record in records:
            rows.writerow([
                _inert(record.submission), *record.points.values(), record.total, record.out_of,
                _inert(remarks(record)),
            ])
    part.replace(path)
    return path


def prepare(folder):
    """Make the folder and try to write in it, before any work is done.

    Raises
    ------
    OSError
        If that cannot be.
    """
    (folder / "records").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder), tempfile.TemporaryFile(dir=folder / "records"):
        pass


def write_record(folder, record):
    """One submission's record, whole or not at all."""
    path = folder / "records" / f"{_file_name(record.submission)}.json"
    part = path.with_suffix(".part")
    # ASCII, since a submission's name need not be valid UTF-8.
    part.write_text(json.dumps(record.as_dict(), indent=2) + "\n", encoding="ascii")
    part.replace(path)


def table(records):
    """The gradebook as a rich table: points, and the outcome where it is not a pass."""
    made = Table(
        title=f"{records[0].exercise}, sandbox: {records[0].sandbox}",
        caption="- stands for: not attempted",
    )
    made.add_column("submission", no_wrap=True)
    for title in _titles(records[0]):
        made.add_column(title, justify="right")
    made.add_column("total", justify="right")
    for record in records:
        cells = [
            _CELLS.get(record.outcomes[question], "{points} {outcome}").format(
                points=points, outcome=record.outcomes[question]
            )
            for question, points in record.points.items()
        ]
        made.add_row(_shown(record.submission), *cells, f"{record.total}/{record.out_of}")
    return made


def notes(records):
    """A line for each submission with something to remark."""
    lines = []
    for record in records:
        known = [f"{answer.removeprefix('answer-')}: {title}"
                 for answer, title in record.misconceptions.items()]
        if known or record.notes:
            lines.append(_shown(f"{record.submission}: {'; '.join([*known, *record.notes])}"))
    return lines


def matrix_table(matrix):
    """What each known way to answer gets, as a rich table; a column for each answer."""
    questions = matrix.exercise.questions
    legend = ", ".join(f"{number} {q.title}" for number, q in enumerate(questions, 1))
    made = Table(title=matrix.exercise.name, caption=f"{legend}; fails: share of drawn inputs")
    made.add_column("handed in", min_width=24)
    made.add_column("shown", no_wrap=True)
    for number in range(1, len(questions) + 1):
        made.add_column(str(number), justify="right", no_wrap=True)
    made.add_column("fails", justify="right", no_wrap=True)
    made.add_column("told", no_wrap=True)
    for row in matrix.rows:
        cells = [_mark(row, q.answer) for q in questions]
        share = "" if row.share is None else f"{row.share:.0%}"
        told = {None: "", row.title: "name"}.get(row.named, "OTHER")
        passes = "" if row.kind == "untouched" else "pass" if row.example is None else "FAIL"
        name = f"{row.kind}: {row.title}" if row.title else row.kind
        made.add_row(Text(name), passes, *cells, share, told)
    return made


def _mark(row, answer):
    if answer not in row.outcomes:
        return ""
    if row.outcomes[answer] == "not attempted":
        return _CELLS["not attempted"]
    return f"{row.points[answer]}"


def lines_of_check(checked, hints, folder):
    """What `check` found in a notebook, as lines; pictures are saved in `folder`."""
    for question in checked.exercise.questions:
        answer = question.answer
        yield from checked.words[answer]
        if answer in checked.pictures:
            drawn = checked.pictures[answer]
            path = drawn.save(folder / f"{checked.exercise.name}-{question.title}.png")
            yield f"picture: {path}"
        if checked.findings[answer].state != "right":
            known = checked.exercise.hints(answer)
            for number, (title, text) in enumerate(known[:hints], 1):
                yield f"hint {number} of {len(known)}, {title}: {' '.join(text.split())}"
        yield ""
    yield from checked.notes
    points = [q.points for q in checked.exercise.questions
              if checked.findings[q.answer].state == "right"]
    yield (f"{checked.exercise.name}: {len(points)} of {len(checked.exercise.questions)} answers "
           f"right, {sum(points)} of {sum(q.points for q in checked.exercise.questions)} points")


def progress_table(rows):
    """A learner's progress as a rich table."""
    made = Table(title="Your progress")
    for title in ("exercise", "answer", "state", "tries"):
        made.add_column(title, justify="right" if title == "tries" else "left")
    for row in rows:
        for number, answer in enumerate(row["answers"]):
            name = f"{row['exercise']}  {row['points']}/{row['out_of']}" if number == 0 else ""
            state = answer["state"]
            if answer["solved"] and state != "right":
                state = f"{state} now, right on {answer['solved']}"
            made.add_row(name, answer["answer"], Text(str(state)), str(answer["tries"]))
        made.add_section()
    return made


def _file_name(submission):
    """The name itself where it is a plain one, else what is plain in it and a digest."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", submission)[:60]
    if plain == submission:
        return plain
    digest = hashlib.sha256(submission.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{plain}-{digest[:12]}"


def _titles(record):
    """The questions' names: their answers' ids, without the kind that all share."""
    return [answer.removeprefix("answer-") for answer in record.points]


def remarks(record):
    """Outcomes other than a pass, and the notes, in one line."""
    outcomes = [
        f"{name}: {outcome}" + (f" ({record.misconceptions[name]})"
                                if name in record.misconceptions else "")
        for name, outcome in record.outcomes.items() if outcome != "pass"
    ]
    return "; ".join([*outcomes, *record.notes])


def _shown(text):
    """Text of a submission, free of control characters; as Text, it is not read as markup."""
    return Text("".join(c if c.isprintable() else "?" for c in text))


def _inert(text):
    """Text that a spreadsheet will not take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
