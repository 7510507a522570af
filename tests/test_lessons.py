"""The course as a whole: its claims, its pictures, its rhythm, its sizes."""

import ast
import re
import tomllib
from pathlib import Path

import nbformat
import pytest

from coursekit.authoring.notebook import read_source, role
from coursekit.grading import feedback, key
from coursekit.grading.emit import SEED
from coursekit.grading.exercise import load_exercise

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "lessons").glob("[0-9][0-9]_*.py"))
EXERCISES = sorted(path.stem for path in (ROOT / "solutions").glob("[0-9][0-9]_*.py"))
CLAIMS = tomllib.loads((ROOT / "lessons" / "claims.toml").read_text(encoding="utf-8"))["claim"]
VERDICTS = ("holds", "holds if", "does not hold")
LARGEST = 500_000
LONGEST_CELL = 15

each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
each_exercise = pytest.mark.parametrize("name", EXERCISES)


def built(path):
    return nbformat.read(path.with_suffix(".ipynb"), as_version=4)


def test_each_lesson_has_its_exercise():
    assert [path.stem for path in LESSONS] == EXERCISES
    assert [name[:2] for name in EXERCISES] == [f"{n:02}" for n in range(1, len(EXERCISES) + 1)]


# ---- claims


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim['lesson']}-{claim['cell']}")
def test_a_claim_is_measured_by_a_cell_that_runs_and_asserts(claim):
    assert set(claim) == {"source", "lesson", "cell", "verdict", "says"}
    assert claim["verdict"] in VERDICTS and claim["source"].strip() and claim["says"].strip()
    if claim["verdict"] == "holds if":
        assert "if " in claim["says"].lower(), "say on what it depends"
    notebook = built(ROOT / "lessons" / f"{claim['lesson']}.py")
    (cell,) = [cell for cell in notebook.cells if cell.id == claim["cell"]]
    assert cell.cell_type == "code" and cell.execution_count is not None
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))


def test_no_claim_is_listed_twice_for_one_cell():
    listed = [(claim["source"], claim["lesson"], claim["cell"]) for claim in CLAIMS]
    assert len(set(listed)) == len(listed)


# ---- lessons


@each_lesson
def test_a_lesson_has_its_rhythm(path):
    source = read_source(path)
    text = path.read_text(encoding="utf-8")
    assert source.titles[source.cells[0].id].strip().endswith("?"), "its title is a question"
    assert re.search(r"\*\*About \d+ minutes\.\*\*", text)
    assert text.count("**Predict") >= 3
    assert re.search(r"your turn", text, re.IGNORECASE)
    assert f"exercises/{path.stem}.ipynb" in text
    ids = [cell.id for cell in source.cells]
    assert ids[-1] == "the-same-thing-in-pytorch" and "```python" in source.cells[-1].source
    assert "sources" in ids and "key-points" in ids
    assert "http" in source.cells[ids.index("sources")].source


@each_lesson
def test_cells_are_short(path):
    for cell in read_source(path).cells:
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if line.strip()]
            assert len(lines) <= LONGEST_CELL, cell.id


@each_lesson
def test_each_picture_says_what_it_shows(path):
    for cell in built(path).cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            kinds = [kind for kind in data if kind.startswith("image/")]
            for kind in kinds:
                assert len(output.metadata[kind]["alt"]) > 20, cell.id
            images = re.findall(r"<(?:img|svg)\b[^>]*>", data.get("text/html", ""))
            # JupyterLab ignores the alternative text of a bare image.
            assert bool(kinds) <= bool(images), cell.id
            for image in images:
                assert re.search(r'(?:alt|aria-label)="[^"]{20,}"', image), cell.id


@pytest.mark.parametrize("path", sorted(ROOT.glob("[les]*s/[0-9][0-9]_*.ipynb")),
                         ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_notebooks_are_small(path):
    assert path.stat().st_size < LARGEST


# ---- exercises


@each_exercise
def test_an_exercise_has_enough_to_prove_its_grading(name):
    unit = load_exercise(name, ROOT)
    kinds = [variant.role for variant in unit.variants.values()]
    assert 3 <= len(unit.questions) <= 5
    assert kinds.count("misconception") >= 5 and kinds.count("alternative") >= 2
    for question in unit.questions:
        assert len(unit.hints(question.answer)) >= 2, question.answer
    first = unit.source.cells[0].source
    said = re.search(r"\*\*(\d) answers, (\d+) points, about \d+ minutes\.\*\*", first)
    assert said, "its first cell says how many answers, points and minutes"
    assert int(said[1]) == len(unit.questions)
    assert int(said[2]) == sum(question.points for question in unit.questions)


@each_exercise
def test_each_misconception_is_told_by_its_name_and_its_sentence(name):
    unit = load_exercise(name, ROOT)
    keys = key.compute(unit, SEED, feedback.ROUNDS)
    for question in unit.questions:
        right = keys[question.graded]
        for known, returned in right.misconceptions.items():
            # What it returned, or its properties: `judge` compares what counts.
            said = " ".join(feedback.words(unit, question, right, feedback.judge(right, returned)))
            assert unit.variants[known].title in said and unit.variants[known].told in said, known


@each_exercise
def test_each_graded_answer_has_an_example_before_it(name):
    roles = [role(cell) for cell in read_source(ROOT / "solutions" / f"{name}.py").cells]
    for place, kind in enumerate(roles):
        if kind == "graded":
            assert roles[place - 1] == "example"


@each_exercise
def test_the_readme_shows_each_lesson_and_counts_its_exercise(name):
    unit = load_exercise(name, ROOT)
    points = sum(question.points for question in unit.questions)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if f"docs/lessons/{name[:2]}.png" in line)
    assert re.search(r'alt="[^"]{20,}"', row)
    assert f"| {len(unit.questions)} answers, {points} points |" in row
    assert (ROOT / "docs" / "lessons" / f"{name[:2]}.png").is_file()


# ---- the glossary

GLOSSARY = (ROOT / "lessons" / "glossary.md").read_text(encoding="utf-8")
ENTRY = re.compile(r"^\*\*(.+?)\*\* \(\[(\d\d)\]\((.+?)\)\): (.+)$", re.MULTILINE)
# The source text's related concepts, each of which the glossary leads to.
RELATED = ("Architecture and representation", "Convolution operation", "Receptive fields",
           "Stride and padding", "Pooling layers", "Feature maps", "Semantic segmentation",
           "Attention mechanisms")


def test_the_glossary_leads_to_each_lesson_and_related_concept():
    entries = ENTRY.findall(GLOSSARY)
    assert len(entries) > 100
    assert {number for _, number, _, _ in entries} == {path.stem[:2] for path in LESSONS}
    for concept in RELATED:
        assert re.search(rf"^\| {concept} \| .*\[\d\d\]\(", GLOSSARY, re.MULTILINE)
    for target in re.findall(r"\]\((.+?)\)", GLOSSARY):
        assert (ROOT / "lessons" / target).is_file()


def test_glossary_entries_are_unique_and_in_order():
    terms = [re.sub(r"[^a-z0-9]", "", term.lower().replace("à", "a"))
             for term, *_ in ENTRY.findall(GLOSSARY)]
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("entry", ENTRY.findall(GLOSSARY), ids=lambda entry: entry[0])
def test_a_term_stands_in_its_lesson_or_exercise(entry):
    term, number, target, _ = entry
    assert target.startswith(number)
    stem = Path(target).stem
    text = "".join((ROOT / kind / f"{stem}.py").read_text(encoding="utf-8").lower()
                   for kind in ("lessons", "solutions")).replace("\n# ", " ")
    # Each word of it, whatever its ending.
    words = re.findall(r"[a-zà-ü]{3,}", re.sub(r"\(.*?\)", "", term.lower()))
    assert words and all(word[:5] in text for word in words)
