"""Four ways to see farther: what each stands for, and the shapes they share."""

import numpy as np
import pytest
from draws import integers

import coursekit as ck


@pytest.fixture(params=[(2, 3, 9), (2, 3, 7, 10)], ids=["1-D", "2-D"])
def operands(request):
    rng = np.random.default_rng(0)
    shape = request.param
    return (integers(rng, shape), integers(rng, (4, 3, *[3] * (len(shape) - 2))),
            integers(rng, 4))


@pytest.mark.parametrize("rate", [1, 2, 3])
def test_each_is_the_operation_it_names(operands, rate):
    expected = {
        "standard": ck.conv(*operands, padding="same"),
        "strided": ck.conv(*operands, padding="same", stride=rate),
        "pooled": ck.max_pool(ck.conv(*operands, padding="same"), rate, stride=rate,
                              padding="same"),
        "dilated": ck.conv(*operands, padding="same", dilation=rate),
    }
    assert list(ck.VARIANTS) == list(expected)
    for name, function in ck.VARIANTS.items():
        assert function is getattr(ck, name)
        np.testing.assert_array_equal(function(*operands, rate=rate), expected[name])


def test_shapes_pair_up_under_same(operands):
    shapes = {name: variant(*operands).shape for name, variant in ck.VARIANTS.items()}
    assert shapes["standard"] == shapes["dilated"]
    assert shapes["strided"] == shapes["pooled"]
    assert shapes["strided"][2:] == tuple(-(-n // 2) for n in operands[0].shape[2:])


def test_a_strided_output_is_a_subsample_of_the_standard_one(operands):
    """The same weights and the same zeros before: stride only leaves outputs out."""
    x, w, b = operands
    steps = (slice(None, None, 2),) * (x.ndim - 2)
    whole = ck.standard(x, w, b, padding=1)
    np.testing.assert_array_equal(ck.strided(x, w, b, padding=1), whole[:, :, *steps])


def test_padding_is_handed_on(operands):
    for variant in ck.VARIANTS.values():
        assert variant(*operands, padding="valid").shape != variant(*operands).shape


@pytest.mark.parametrize("name", ["strided", "pooled", "dilated"])
@pytest.mark.parametrize(
    ("rate", "error"), [(0, ValueError), (1.5, TypeError), ((2, 0), ValueError)]
)
def test_a_wrong_rate_is_called_by_its_name(operands, name, rate, error):
    with pytest.raises(error, match=f"^{name}: rate must be "):
        ck.VARIANTS[name](*operands, rate=rate)
