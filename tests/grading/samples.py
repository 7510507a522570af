"""Sample submissions for exercise 06: honest, wrong, broken and hostile.

    python tests/grading/samples.py FOLDER

writes one file for each; `make` says what each deserves.
"""

import sys
from pathlib import Path

import nbformat

from coursekit.grading.exercise import load_exercise

PATHS, SHARE, APART, HOLES = (
    "answer-paths", "answer-share-read", "answer-take-apart", "answer-no-holes"
)

_DIFFERENT = {
    SHARE: """
import functools

def share_read(kernel_shape, rates):
    print("looking at", kernel_shape, rates)
    rows, columns = ([1], [1])
    for p, q in rates:
        rows = np.convolve(rows, np.kron(np.ones(kernel_shape[0]), np.eye(1, p)[0]))
        columns = np.convolve(columns, np.kron(np.ones(kernel_shape[1]), np.eye(1, q)[0]))
    plane = np.outer(np.trim_zeros(rows), np.trim_zeros(columns))
    return np.float32((plane > 0).mean())
""",
    APART: """
take_apart = lambda image, rates: [
    [image[a::rates[0], b::rates[1]] for b in range(rates[1])] for a in range(rates[0])
]
""",
    HOLES: """
def no_holes(kernel_size, rates):
    reached = {0}
    for rate in rates:
        reached = {place + tap * rate for place in reached for tap in range(kernel_size)}
    return len(reached) == max(reached) + 1
""",
}

# Mistakes somebody would make.
_WRONG = {
    PATHS: """
def paths(kernel_size, rates):
    reach = (kernel_size - 1) * sum(rates) + 1
    counts = np.zeros(reach, dtype=int)
    counts[::rates[0]] = 1
    return counts
""",
    SHARE: """
def share_read(kernel_shape, rates):
    p = max(pair[0] for pair in rates)
    return 1.0 if p == 1 else 49 / 169
""",
    APART: """
def take_apart(image, rates):
    p, q = rates
    h, w = image.shape
    return image.reshape(h // p, p, w // q, q).transpose(1, 3, 0, 2)[::-1]
""",
    HOLES: """
import math

def no_holes(kernel_size, rates):
    return math.gcd(*rates) == 1
""",
}


def handed_in(*answers):
    """The exercise with the given answers, a dict of id to source each; later ones win."""
    given = {name: source for answer in answers for name, source in answer.items()}
    return nbformat.writes(load_exercise("06_gridding").handed_in(given))


def make():
    """Name to (content, points of the four questions)."""
    exercise = load_exercise("06_gridding")
    solved = exercise.solution
    paths = exercise.variants["alternative-places-in-a-dictionary"].source
    loop = {PATHS: "def paths(kernel_size, rates):\n    while True:\n        pass"}
    leave = {PATHS: "import os\n\ndef paths(kernel_size, rates):\n    os._exit(0)"}
    return {
        "right": (handed_in(solved), (2, 2, 2, 2)),
        "right_differently": (handed_in(_DIFFERENT, {PATHS: paths}), (2, 2, 2, 2)),
        "wrong": (handed_in(_WRONG), (0, 0, 0, 0)),
        "one_wrong": (handed_in(solved, {SHARE: _WRONG[SHARE]}), (2, 0, 2, 2)),
        "untouched": (handed_in(), (0, 0, 0, 0)),
        "empty_file": ("", (0, 0, 0, 0)),
        "not_json": ("{ this is not a notebook", (0, 0, 0, 0)),
        "endless_loop": (handed_in(solved, loop), (0, 2, 2, 2)),
        "os_exit": (handed_in(solved, leave), (0, 2, 2, 2)),
    }


def write(folder):
    """Write the samples; return the expected points of each by name."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    samples = make()
    for name, (content, _) in samples.items():
        (folder / f"{name}.ipynb").write_text(content, encoding="utf-8")
    return {name: points for name, (_, points) in samples.items()}


if __name__ == "__main__":
    write(sys.argv[1])
