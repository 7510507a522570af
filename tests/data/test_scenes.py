"""Generated pictures: shapes, originals, same seed same bits, and oracles for the targets."""

import numpy as np
import pytest

import coursekit as ck

CLASSES = [3, 5, 6, 8, 9]


def originals(split):
    """The boxes of 20 x 20 pixels and their classes, made here from the digits themselves."""
    images, labels = ck.data.load_digits(split)
    used = np.isin(labels, CLASSES)
    return images[used, 4:24, 4:24], np.array([CLASSES.index(k) + 1 for k in labels[used]])


def boxes(picture):
    """Each digit's box in a picture whose ink never touches another's, by its quarter."""
    half = picture.shape[-1] // 2
    for row in (0, half):
        for column in (0, half):
            yield np.s_[row:row + half, column:column + half]


@pytest.mark.parametrize(("size", "split"), [(40, "train"), (48, "train"), (60, "test")])
def test_scenes_hold_four_originals_with_their_classes(size, split):
    inputs, targets = ck.data.make_digit_scenes(12, 3, split=split, size=size)
    assert inputs.shape == (12, 1, size, size) and inputs.dtype == np.float32
    assert targets.shape == (12, size, size) and targets.dtype == np.int64
    pool, classes = originals(split)
    for picture, target in zip(inputs[:, 0], targets):
        for box in boxes(picture):
            assert found(picture[box], target[box], pool, classes)


def found(quarter, target, pool, classes):
    """Whether the quarter is one original somewhere, and its targets are that one's class."""
    room = len(quarter) - 20
    for row in range(room + 1):
        for column in range(room + 1):
            view = np.s_[row:row + 20, column:column + 20]
            # All the ink is inside this view, and the view is an original.
            if np.isclose(quarter[view].sum(), quarter.sum()):
                same = np.flatnonzero((pool == quarter[view]).all(axis=(1, 2)))
                for i in same:
                    np.testing.assert_array_equal(target, (quarter > 0.25) * classes[i])
                if len(same):
                    return True
    return False


def test_scenes_are_balanced_and_jittered():
    inputs, targets = ck.data.make_digit_scenes(300)
    kinds = [np.unique(t[box][t[box] > 0]) for t in targets for box in boxes(t)]
    assert all(len(kind) == 1 for kind in kinds)
    counts = np.bincount(np.concatenate(kinds), minlength=6)
    assert counts[0] == 0 and abs(counts[1:] - 240).max() < 70
    covered = (inputs[:, 0] > 0).mean(axis=0)
    assert covered[0].max() < covered[12].max() and (covered[2:22, 10:14] > 0).all()


def test_a_pixel_belongs_to_a_digit_exactly_where_there_is_ink():
    inputs, targets = ck.data.make_digit_scenes(20)
    np.testing.assert_array_equal(targets > 0, inputs[:, 0] > 0.25)
    assert 0.1 < (targets > 0).mean() < 0.3
    assert inputs.min() == 0 and inputs.max() == 1


@pytest.mark.parametrize("size", [48, 64, 96])
def test_the_place_is_the_centre_of_the_box(size):
    inputs, targets = ck.data.make_localisation(40, 2, split="test", size=size)
    assert inputs.shape == (40, 1, size, size) and inputs.dtype == np.float32
    assert targets.shape == (40, 2) and targets.dtype == np.float32
    pool, _ = originals("test")
    for picture, (row, column) in zip(inputs[:, 0], targets.astype(int)):
        box = picture[row - 10:row + 10, column - 10:column + 10]
        assert (pool == box).all(axis=(1, 2)).any()
        assert np.isclose(box.sum(), picture.sum())


def test_the_centre_of_mass_tells_the_place():
    inputs, targets = ck.data.make_localisation(500)
    ink = inputs[:, 0]
    places = np.arange(64)
    rows = (ink.sum(axis=2) * places).sum(axis=1) / ink.sum(axis=(1, 2))
    columns = (ink.sum(axis=1) * places).sum(axis=1) / ink.sum(axis=(1, 2))
    # The centre between the middle pixels, 9 and 10, is 9.5; the scans were centred to a pixel.
    off = np.stack([rows, columns], axis=1) - (targets - 0.5)
    assert np.sqrt((off ** 2).mean()) < 0.6


@pytest.mark.parametrize("stride", [1, 2, 4, 8])
def test_who_knows_only_the_cell_has_the_stated_error(stride):
    _, targets = ck.data.make_localisation(20000, size=64)
    cells = targets // stride
    answers = stride * cells + (stride - 1) / 2
    error = np.sqrt(((answers - targets) ** 2).sum(axis=1).mean())
    floor = np.sqrt((stride ** 2 - 1) / 6)
    assert abs(error - floor) < 0.03
    # No other answer inside the cell is better: the places in a cell are equally frequent.
    for axis in (0, 1):
        counts = np.bincount((targets[:, axis] % stride).astype(int), minlength=stride)
        assert len(counts) == stride
        assert (np.abs(counts - 20000 / stride) < 6 * np.sqrt(20000 / stride)).all()


@pytest.mark.parametrize("name", ["make_digit_scenes", "make_localisation"])
def test_seeds_and_splits_give_the_same_bits_or_others(name):
    make = getattr(ck.data, name)
    inputs, targets = make(5, 7)
    again, same = make(5, 7)
    np.testing.assert_array_equal(inputs, again)
    np.testing.assert_array_equal(targets, same)
    assert (inputs != make(5, 8)[0]).any() and (inputs != make(5, 7, split="test")[0]).any()
    assert (targets != make(5, 7, split="test")[1]).any(), "the test pictures are laid out anew"
    again[...] = same[...] = -1
    np.testing.assert_array_equal(inputs, make(5, 7)[0])
    empty, none = make(0)
    assert empty.shape == (0, *inputs.shape[1:]) and none.shape == (0, *targets.shape[1:])


@pytest.mark.parametrize(("name", "options", "error", "message"), [
    ("make_digit_scenes", {"n": -1}, ValueError, "n must be at least 0; got -1"),
    ("make_digit_scenes", {"seed": 1.5}, TypeError, "seed must be an integer; got 1.5"),
    ("make_digit_scenes", {"split": "valid"}, ValueError,
     "split must be one of ('train', 'test'); got 'valid'"),
    ("make_digit_scenes", {"size": 38}, ValueError, "size must be at least 40; got 38"),
    ("make_digit_scenes", {"size": 49}, ValueError, "size must be a multiple of 2; got 49"),
    ("make_localisation", {"split": ["train"]}, ValueError,
     "split must be one of ('train', 'test'); got ['train']"),
    ("make_localisation", {"size": 40}, ValueError, "size must be at least 48; got 40"),
    ("make_localisation", {"size": 60}, ValueError, "size must be a multiple of 8; got 60"),
])
def test_a_wrong_argument_is_named(name, options, error, message):
    with pytest.raises(error) as caught:
        getattr(ck.data, name)(**{"n": 2, **options})
    assert str(caught.value) == f"{name}: {message}"
