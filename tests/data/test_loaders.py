"""The photographs: shapes, units, a fresh array each time, and the script that made them."""

from pathlib import Path

import numpy as np
import pytest

import coursekit as ck

FOLDER = Path(ck.data.__file__).parent


@pytest.mark.parametrize("name", ["camera", "chelsea"])
def test_a_photograph_is_grey_from_0_to_1(name):
    photograph = ck.data.load_photograph(name)
    assert photograph.shape == (256, 256) and photograph.dtype == np.float32
    assert 0 <= photograph.min() < 0.2 and 0.7 < photograph.max() <= 1
    assert photograph.flags.c_contiguous and photograph.flags.writeable
    assert ck.max_pool(photograph[None, None], 2).shape == (1, 1, 128, 128)


def test_each_call_gives_a_fresh_array():
    first = ck.data.load_photograph()
    first[...] = -1
    assert ck.data.load_photograph().min() >= 0


def test_the_default_is_the_camera_and_the_two_differ():
    camera, cat = ck.data.load_photograph(), ck.data.load_photograph("chelsea")
    np.testing.assert_array_equal(camera, ck.data.load_photograph("camera"))
    assert np.abs(camera - cat).mean() > 0.1


@pytest.mark.parametrize("name", ["Camera", "", "../LICENCES", None, 3])
def test_an_unknown_name_is_refused(name):
    with pytest.raises(ValueError, match=r"^load_photograph: name must be one of") as caught:
        ck.data.load_photograph(name)
    assert repr(name) in str(caught.value) and "'camera'" in str(caught.value)


def test_each_extract_has_its_licence_and_is_small():
    licences = (FOLDER / "LICENCES.md").read_text(encoding="utf-8")
    extracts = list(FOLDER.glob("*.npz"))
    assert extracts and sum(p.stat().st_size for p in extracts) < 3e6
    for extract in extracts:
        assert extract.name in licences or extract.stem in licences


def test_the_script_makes_the_same_extracts():
    pytest.importorskip("skimage", reason="scikit-image is not installed: pip install -e .[data]")
    from coursekit.data.make_extracts import photographs

    for name, grey in photographs().items():
        np.testing.assert_array_equal(ck.data.load_photograph(name),
                                      grey.astype(np.float32) / np.float32(255))
