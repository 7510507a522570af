"""The pictures in the README's table of lessons, taken from the built notebooks.

    python docs/lesson_pictures.py

writes docs/lessons/NN.png for each lesson and prints the alternative text that stands in it.
"""

import base64
import io
from pathlib import Path

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 360  # pixels; a table is no place to look at details

# Lesson to the cell whose picture says what it is about.
CELLS = {
    "01_convolution": "all-joints",
    "02_dilation": "hairs-and-eyes",
    "03_receptive_field": "the-taps-of-the-stack-along-a-row",
    "04_stride_or_dilation": "see-the-painted-photograph",
    "05_cost": "nine-taps-or-all-of-them",
    "06_gridding": "take-the-output-apart",
    "07_rates": "two-nets-without-holes",
    "08_pyramids": "the-mixed-photograph-through-the-pyramid",
    "09_effective_field": "exchange-the-middle",
    "10_audio": "what-is-heard-of-the-word",
    "11_segmentation": "look-for-two-kinds-of-mistakes",
    "12_attention": "what-each-of-them-looks-at",
    "13_pitfalls": "two-footprints",
}


def picture(name, cell):
    """The first picture of a cell of a built lesson, and its alternative text."""
    notebook = nbformat.read(ROOT / "lessons" / f"{name}.ipynb", as_version=4)
    outputs = next(c.outputs for c in notebook.cells if c.id == cell)
    shown = next(o for o in outputs if "image/png" in o.get("data", {}))
    image = Image.open(io.BytesIO(base64.b64decode(shown.data["image/png"]))).convert("RGB")
    return image, shown.metadata["image/png"]["alt"]


def main():
    folder = ROOT / "docs" / "lessons"
    folder.mkdir(exist_ok=True)
    for name, cell in CELLS.items():
        image, alt = picture(name, cell)
        size = WIDTH, round(WIDTH * image.height / image.width)
        small = image.resize(size, Image.Resampling.LANCZOS).quantize(64)
        small.save(folder / f"{name[:2]}.png", optimize=True)
        print(f"{name}: {alt}")


if __name__ == "__main__":
    main()
