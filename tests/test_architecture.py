"""Imports go down only, each module stands on a floor, and lessons use public names.

The rules are checked on the source by `ast`, so imports inside functions count too.
"""

import ast
import tomllib
from pathlib import Path

import pytest

import coursekit as ck

ROOT = Path(__file__).parents[1]

# From the top. A module may import from floors below its own; `data` stands beside `nn`.
FLOORS = [
    {"cli"},
    {"bench", "doctor"},
    {"grading"},
    {"authoring"},
    {"figures"},
    {"analysis"},
    {"nn", "data"},
    {"ops"},
    {"kernels"},  # the fallback build is the reference, never the other way round
    {"reference"},
    {"geometry"},
]
HEIGHT = {name: -depth for depth, floor in enumerate(FLOORS) for name in floor}
# The doors, which may use the public names as anybody does.
DOORS = {"cli", "bench", "doctor"}
# Grading and authoring import nothing from below the line.
ABOVE_THE_LINE = {"grading", "authoring"}
SET_UP = "coursekit.grading.feedback"


def sources(root):
    return sorted(p for p in (root / "coursekit").rglob("*.py*") if p.suffix in (".py", ".pyx"))


def floor_of(path, root):
    """The part of coursekit a file belongs to; "" is the package's own `__init__`."""
    first = path.relative_to(root / "coursekit").parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py").removesuffix(".pyx")


def imported(tree):
    """(line, dotted name) of each import, wherever it stands; a relative one begins with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
            name = node.args[0] if node.args else None
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield node.lineno, name.value


def called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def allowed(user, used):
    """Whether the part `user` may import the part `used`."""
    if user in ("", used):
        return True
    if user in ABOVE_THE_LINE and used not in ABOVE_THE_LINE:
        return False
    return HEIGHT[used] < HEIGHT[user]


def faults(root):
    """What breaks the rules in root/coursekit, a line each."""
    found = []
    for path in sources(root):
        user, where = floor_of(path, root), path.relative_to(root)
        if user not in HEIGHT and user:
            found.append(f"{where}: {user!r} stands on no floor")
            continue
        if path.suffix == ".py":
            found += [f"{where}:{fault}" for fault in faults_of(path, user)]
    return found


def faults_of(path, user):
    for line, name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        package, _, rest = name.partition(".")
        if name.startswith("."):
            yield f"{line}: relative import {name}"
        elif package == "nbval" and path.parts[-2:] != ("grading", "nbval_plugin.py"):
            yield f"{line}: only grading/nbval_plugin.py imports nbval"
        elif package == "coursekit":
            used = rest.partition(".")[0]
            # The public names at the top come from every floor.
            if used not in HEIGHT:
                if user and user not in DOORS:
                    yield f"{line}: {user} imports {name}, which is no part of a lower floor"
            elif not allowed(user, used):
                yield f"{line}: {user} may not import {used}"


def test_imports_go_down_only():
    assert faults(ROOT) == []


@pytest.mark.parametrize(("file", "line", "fault"), [
    ("geometry.py", "from coursekit import ops", "geometry may not import ops"),
    ("geometry.py", "import coursekit.ops.conv", "geometry may not import ops"),
    ("geometry.py", "import coursekit", "is no part of a lower floor"),
    ("geometry.py", "from coursekit import conv", "is no part of a lower floor"),
    ("reference.py", "from coursekit.kernels import build", "reference may not import kernels"),
    ("ops/conv.py", "def f():\n    from coursekit.nn import layers", "ops may not import nn"),
    ("ops/conv.py", "import_module('coursekit.nn')", "ops may not import nn"),
    ("nn/layers.py", "import coursekit.data", "nn may not import data"),
    ("ops/conv.py", "from . import checks", "relative import"),
    ("ops/conv.py", "from ..geometry import Window", "relative import"),
    ("grading/run.py", "from coursekit.ops import conv", "grading may not import ops"),
    ("grading/run.py", "if 1:\n    import coursekit.data", "grading may not import data"),
    ("authoring/build.py", "from coursekit import geometry", "authoring may not import geometry"),
    ("authoring/build.py", "import coursekit.grading", "authoring may not import grading"),
    ("figures/draw.py", "from coursekit import cli", "figures may not import cli"),
    ("grading/run.py", "from nbval.plugin import X", "only grading/nbval_plugin.py imports nbval"),
    ("helpers.py", "import os", "'helpers' stands on no floor"),
    ("utils/__init__.py", "", "'utils' stands on no floor"),
])
def test_a_violation_is_caught(tmp_path, file, line, fault):
    write(tmp_path / "coursekit" / file, line)
    (found,) = faults(tmp_path)
    assert fault in found


@pytest.mark.parametrize(("file", "line"), [
    ("__init__.py", "from coursekit.analysis import footprint"),
    ("cli.py", "import coursekit as ck"),
    ("kernels/__init__.py", "from coursekit import reference"),
    ("ops/conv.py", "from coursekit.ops import checks"),
    ("grading/run.py", "from coursekit.authoring import notebook"),
    ("grading/nbval_plugin.py", "from nbval.plugin import X"),
    ("figures/draw.py", "import numpy, matplotlib"),
])
def test_what_is_allowed_is_not_caught(tmp_path, file, line):
    write(tmp_path / "coursekit" / file, line)
    assert faults(tmp_path) == []


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


# ---- lessons and solutions


def private_names(path, set_up=False):
    """Uses of coursekit in a lesson that are not public names, a line each."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for line, name in imported(tree):
        public = name == "coursekit" or (set_up and name.rpartition(".")[0] == SET_UP)
        if name.partition(".")[0] == "coursekit" and not public:
            yield f"{path.name}:{line}: imports {name}"
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree) if isinstance(node, ast.Import)
        for alias in node.names if alias.name == "coursekit"
    }
    for node in ast.walk(tree):
        if (isinstance(node, ast.Attribute) and getattr(node.value, "id", None) in names
                and node.attr not in ck.__all__):
            yield f"{path.name}:{node.lineno}: uses {node.value.id}.{node.attr}"


@pytest.mark.parametrize("folder", ["lessons", "solutions"])
def test_lessons_use_public_names_only(folder):
    for path in sorted((ROOT / folder).glob("*.py")):
        assert list(private_names(path, set_up=folder == "solutions")) == []


def test_private_names_in_a_lesson_are_caught(tmp_path):
    path = tmp_path / "01_topic.py"
    path.write_text("import coursekit as ck\nfrom coursekit.grading.feedback import exercise\n"
                    "ck.conv\nck.kernels\nfrom coursekit import conv\n", encoding="utf-8")
    set_up = "01_topic.py:2: imports coursekit.grading.feedback.exercise"
    others = ["01_topic.py:5: imports coursekit.conv", "01_topic.py:4: uses ck.kernels"]
    assert list(private_names(path, set_up=True)) == others
    assert list(private_names(path)) == [set_up, *others]


# ---- the package


def test_each_package_folder_is_installed():
    with open(ROOT / "pyproject.toml", "rb") as file:
        setuptools = tomllib.load(file)["tool"]["setuptools"]
    folders = {
        ".".join(p.parent.relative_to(ROOT).parts)
        for p in (ROOT / "coursekit").rglob("__init__.py")
    }
    elsewhere = set(setuptools["package-dir"])
    assert set(setuptools["packages"]) - elsewhere == folders
    holders = {p.parent for p in sources(ROOT)}
    assert all((holder / "__init__.py").exists() for holder in holders)


def test_public_names_exist_and_are_sorted():
    assert len(set(ck.__all__)) == len(ck.__all__)
    for name in ck.__all__:
        assert hasattr(ck, name), name
    with pytest.raises(AttributeError, match="module 'coursekit' has no attribute 'nothing'"):
        _ = ck.nothing
