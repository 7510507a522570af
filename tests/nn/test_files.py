"""Parameters saved and read again, by name, without pickle; and files that are none."""

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
