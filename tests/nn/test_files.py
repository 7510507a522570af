"""Parameters saved and read again, by name, without pickle; and files that are none."""

import zipfile

import numpy as np
import pytest
from refusal import refused

from coursekit import nn

NET = nn.Sequential(nn.Conv(3, 3, padding="same"), nn.Residual(nn.Conv(3, 1)), nn.LayerNorm())
SHAPE = (2, 8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_saved_and_loaded(tmp_path, dtype):
    params = NET.init(0, SHAPE, dtype)
    nn.save(tmp_path / "net.npz", NET, params, SHAPE)
    again = nn.load(tmp_path / "net.npz", NET, SHAPE)
    np.testing.assert_array_equal(again, params)
    assert again.dtype == dtype
    with np.load(tmp_path / "net.npz", allow_pickle=False) as stored:
        assert stored.files == ["0.weight", "0.bias", "1.0.weight", "1.0.bias", "2.gain", "2.bias"]
        np.testing.assert_array_equal(stored["0.weight"].ravel(), params[:18])
    assert [p.name for p in tmp_path.iterdir()] == ["net.npz"]


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    nn.save(path, NET, NET.init(0, SHAPE), SHAPE)
    before = path.read_bytes()

    def full(file, **arrays):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space left"):
        nn.save(path, NET, NET.init(1, SHAPE), SHAPE)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["net.npz"]


def test_a_net_without_parameters(tmp_path):
    net = nn.Sequential(nn.Relu())
    nn.save(tmp_path / "none.npz", net, net.init(0, (1, 2)), (1, 2))
    assert nn.load(tmp_path / "none.npz", net, (1, 2)).shape == (0,)


def test_refused(tmp_path):
    path = tmp_path / "net.npz"
    params = NET.init(0, SHAPE)
    refused(lambda: nn.save(tmp_path / "net.txt", NET, params, SHAPE), ValueError,
            ["save: path must end in .npz; got 'net.txt'"])
    refused(lambda: nn.save(path, NET, params[1:], SHAPE), ValueError, ["one vector of"])
    nn.save(path, NET, params, SHAPE)
    wider = nn.Sequential(nn.Conv(3, 5, padding="same"), *NET[1:])
    refused(lambda: nn.load(path, wider, SHAPE), ValueError,
            ["load: 0.weight must have shape (3, 2, 5); net.npz has (3, 2, 3)"])
    refused(lambda: nn.load(path, NET[:2], SHAPE), ValueError, ["another net's", "'2.bias'"])
    np.savez(path, **{"0.weight": np.array([{}], object)})
    refused(lambda: nn.load(path, NET, SHAPE), ValueError, ["load: net.npz is no .npz file"])
    path.write_bytes(b"not a zip")
    refused(lambda: nn.load(path, NET, SHAPE), ValueError, ["load: net.npz is no .npz file"])
    path.write_bytes(b"")
    refused(lambda: nn.load(path, NET, SHAPE), ValueError, ["load: net.npz is no .npz file"])
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path / "nothing.npz", NET, SHAPE)
    arrays = {name: np.zeros(shape, int) for name, shape in NET.parameter_shapes(SHAPE).items()}
    np.savez(path, **arrays)
    refused(lambda: nn.load(path, NET, SHAPE), ValueError, ["must hold float32 or float64"])
    np.save(tmp_path / "one.npy", params)
    (tmp_path / "one.npy").rename(path)
    refused(lambda: nn.load(path, NET, SHAPE), ValueError, ["no .npz file", "it is one array"])
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("words.txt", "no array")
    refused(lambda: nn.load(path, NET, SHAPE), ValueError, ["no .npz file", "'words.txt'"])


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "net.npz"
    shapes = NET.parameter_shapes(SHAPE)
    np.savez_compressed(path, **{name: np.ones(shape) for name, shape in shapes.items()})
    whole = path.read_bytes()
    for place in range(30, len(whole), 41):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            nn.load(path, NET, SHAPE)  # some bytes are not read
        except ValueError as error:
            assert str(error).startswith("load: ") and "\n" not in str(error)
    path.write_bytes(whole[: len(whole) // 2])
    refused(lambda: nn.load(path, NET, SHAPE), ValueError, ["load: net.npz is no .npz file"])


def test_places_that_cannot_be_written_or_read(tmp_path):
    params = NET.init(0, SHAPE)
    (tmp_path / "folder.npz").mkdir()
    (tmp_path / "file").write_text("")
    for path, error in ((tmp_path / "folder.npz", IsADirectoryError),
                        (tmp_path / "none" / "net.npz", FileNotFoundError),
                        (tmp_path / "file" / "net.npz", NotADirectoryError)):
        refused(lambda path=path: nn.save(path, NET, params, SHAPE), error,
                ["save: path cannot be written", str(path)])
        refused(lambda path=path: nn.load(path, NET, SHAPE), error,
                ["load: path cannot be read", str(path)])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.npz"]


def test_arguments_that_are_no_net_path_or_shape(tmp_path):
    path, params = tmp_path / "net.npz", NET.init(0, SHAPE)
    refused(lambda: nn.save(None, NET, params, SHAPE), TypeError, ["save: path must be a str"])
    refused(lambda: nn.load(3, NET, SHAPE), TypeError, ["load: path must be a str or Path; got 3"])
    refused(lambda: nn.save(path, params, NET, SHAPE), TypeError, ["save: net must be a layer"])
    refused(lambda: nn.load(path, None, SHAPE), TypeError, ["load: net must be a layer; got None"])
    refused(lambda: nn.save(path, NET, params, None), ValueError, ["shape must be a tuple of int"])
    refused(lambda: nn.load(path, NET, 8), ValueError, ["shape must be a tuple of int; got 8"])
    assert not path.exists()


def test_others_may_read_what_is_saved(tmp_path):
    """As any file of this user, not private as temporary ones are."""
    (tmp_path / "plain").write_bytes(b"")
    nn.save(tmp_path / "net.npz", NET, NET.init(0, SHAPE), SHAPE)
    modes = {(tmp_path / name).stat().st_mode for name in ("plain", "net.npz")}
    assert len(modes) == 1
