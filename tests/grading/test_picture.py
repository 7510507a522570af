"""Pictures of a call: what is drawn, what is said, and that no value breaks them."""

import io

import numpy as np
import pytest
from PIL import Image

from coursekit.grading import picture


def pixels(drawn):
    return np.asarray(Image.open(io.BytesIO(drawn.png)).convert("RGB")).astype(int)


def test_arrays_are_drawn_and_the_rest_is_said():
    drawn = picture.draw("f", {"image": np.arange(6).reshape(2, 3), "rate": 2, "name": "x"},
                         [1.5, 2.0], np.array([True, False]))
    assert drawn.alt == (
        "A call of f. rate = 2; name = x; image: 0 1 2 / 3 4 5; f returned: 1.5 2; marked wrong, "
        "by row and column: [0, 0]."
    )


def test_only_wrong_entries_are_marked():
    shown = [pixels(picture.draw("f", {}, [1, 2], np.array(wrong)))
             for wrong in ([False, False], [True, False], [True, True])]
    orange = [((image[..., 0] > 180) & (image[..., 2] < 80)).sum() for image in shown]
    assert orange[2] - orange[1] > 100 and orange[1] - orange[0] > 100


@pytest.mark.parametrize("returned", [
    None, 3, "text", {"a": 1}, [[1], [2, 3]], np.zeros((0, 3)), np.array([np.nan, np.inf]),
    np.arange(24).reshape(2, 3, 2, 2), np.ones((40, 50)), [True, False], [1e300, -1e-300, 1j],
])
def test_any_value_may_come_out(returned):
    drawn = picture.draw("f", {"x": [1, 2]}, returned)
    assert pixels(drawn).shape[0] < 900 and "x: 1 2" in drawn.alt


def test_without_an_array_there_is_nothing_to_draw():
    assert picture.draw("f", {"n": 3}, 4) is None


def test_of_many_axes_the_slice_with_the_fault_is_shown():
    value = np.arange(24).reshape(2, 3, 2, 2)
    drawn = picture.draw("f", {}, value, value == 13)
    assert "f returned, [1, 0, :, :]: 12 13 / 14 15" in drawn.alt


def test_large_arrays_are_cut_off_and_it_says_so():
    assert "x, cut off: " in picture.draw("f", {"x": np.zeros((3, 20))}, None).alt


def test_a_picture_is_saved(tmp_path):
    path = picture.draw("f", {"x": [1]}, None).save(tmp_path / "deep" / "p.png")
    with Image.open(path) as image:
        assert image.size[0] > 20
