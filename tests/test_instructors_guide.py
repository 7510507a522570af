"""The instructor's guide says what the lessons say: minutes, points, predictions, cells."""

import re
from pathlib import Path

import pytest

from coursekit.authoring.notebook import read_source

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs" / "instructors_guide.md"
TEXT = GUIDE.read_text(encoding="utf-8")
LESSONS = sorted((ROOT / "lessons").glob("[0-9][0-9]_*.py"))
NAMED = re.compile(r"`(x?)(\d\d):([a-z0-9-]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SOURCES = {kind + path.stem[:2]: read_source(path)
           for kind, folder in (("", "lessons"), ("x", "solutions"))
           for path in sorted((ROOT / folder).glob("[0-9][0-9]_*.py"))}
HEADINGS = {heading for source in SOURCES.values() for cell in source.cells
            if cell.cell_type == "markdown" for heading in HEADING.findall(cell.source)}

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def section(title):
    """The text below a heading, up to the next of its rank."""
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)[1]


def said(kind, path, pattern):
    text = " ".join(cell.source for cell in SOURCES[kind + path.stem[:2]].cells)
    return re.search(pattern, text).groups()


@each_lesson
def test_the_table_says_the_minutes_and_points_of_a_lesson(path):
    rows = re.findall(rf"^\| {path.stem[:2]} .*$", section("The lessons at a glance"), re.MULTILINE)
    (minutes,) = said("", path, r"\*\*About (\d+) minutes")
    answers, points, exercise = said(
        "x", path, r"\*\*(\d+) answers, (\d+) points, about (\d+) minutes")
    assert len(rows) == 1
    assert f" | {minutes} | " in rows[0]
    assert f" | {answers} answers, {points} points, {exercise} minutes | " in rows[0]


def test_what_a_lesson_needs_comes_before_it():
    rows = re.findall(r"^\| (\d\d) [^|]*\|[^|]*\| \d+ \| ([^|]*) \|",
                      section("The lessons at a glance"), re.MULTILINE)
    assert len(rows) == len(LESSONS)
    for number, needs in rows:
        assert all(int(other) < int(number) for other in re.findall(r"\d\d", needs))


def test_the_totals_are_those_of_the_table():
    rows = re.findall(r"\| (\d+) \| [^|]* \| \d answers, (\d+) points, (\d+) minutes",
                      section("The lessons at a glance"))
    minutes, points, exercises = (sum(map(int, column)) for column in zip(*rows, strict=True))
    assert f"{minutes} for all lessons, {exercises} for\nall exercises, {points} points" in TEXT


@each_lesson
def test_a_session_takes_the_minutes_of_its_lesson(path):
    (minutes,) = said("", path, r"\*\*About (\d+) minutes")
    parts, sections = re.search(
        rf"\*\*Session {path.stem[:2]}: ([\d +]+) minutes\.\*\*\n- Lesson: (.*?)\n- ", TEXT,
        re.DOTALL).groups()
    parts = [int(part) for part in parts.split(" + ")]
    spent = re.findall(r"(?:opening|\*[^*]+\*)\s(\d+)", sections)
    assert sum(parts) == 90
    assert parts[1] == int(minutes) == sum(map(int, spent))


@each_lesson
def test_every_prediction_has_its_answer(path):
    number = path.stem[:2]
    asked = [cell.id for cell in SOURCES[number].cells
             for _ in re.findall(r"\*\*Predict\b", cell.source)]
    answers = re.search(rf"^### Predictions of lesson {number}\n(.*?)\n\n", TEXT,
                        re.MULTILINE | re.DOTALL)[1]
    rows = re.findall(r"^\| (\d+) \| `(\d\d):([a-z0-9-]+)` \| \S", answers, re.MULTILINE)
    assert rows == [(str(n), number, cell) for n, cell in enumerate(asked, 1)]


def test_every_cell_that_is_named_exists():
    named = NAMED.findall(TEXT)
    ids = {key: {cell.id for cell in source.cells} for key, source in SOURCES.items()}
    assert len(named) > 300
    assert [f"{x}{n}:{cell}" for x, n, cell in named if cell not in ids[x + n]] == []


def test_every_section_in_italics_is_a_heading_of_a_lesson():
    italics = re.findall(r"(?<![*\w])\*([A-Z][^*|]+)\*(?![*\w])", TEXT)
    others = {"For comparison."}
    assert {" ".join(name.split()) for name in italics} - HEADINGS - others == set()


def test_every_function_named_in_a_session_is_an_answer_of_its_exercise():
    sessions = re.findall(r"\*\*Session (\d\d):.*?\n- In class: (.*?)\n\n", TEXT, re.DOTALL)
    for number, text in sessions:
        answers = {cell.id for cell in SOURCES[f"x{number}"].cells if cell.id.startswith("answer-")}
        named = {f"answer-{name.replace('_', '-')}" for name in re.findall(r"`([a-z0-9_]+)`", text)}
        assert named == answers, number
    assert len(sessions) == len(LESSONS)


def test_every_relative_link_leads_somewhere():
    links = [link for link in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in link]
    assert len(links) > 15
    for link in links:
        file, _, anchor = link.partition("#")
        target = (GUIDE.parent / file).resolve() if file else GUIDE
        assert target.is_file(), link
        if anchor:
            headings = HEADING.findall(target.read_text(encoding="utf-8"))
            anchors = {re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-") for name in headings}
            assert anchor in anchors, link


def test_the_guide_can_be_printed():
    lines = TEXT.splitlines()
    assert len(lines) < 700
    assert [line for line in lines if len(line) > 100 and not line.startswith("|")] == []
