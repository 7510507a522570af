"""Window: output arithmetic against marked positions, forms of padding, refusals, values."""

import pickle
import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import Window

sizes = st.integers(1, 5)
zeros = st.integers(0, 6)
fixed = settings(max_examples=300, derandomize=True, deadline=None, database=None)


def windows_that_fit(n, pads, kernel, stride, dilation):
    """Count them: lay the taps at each start and see whether the last one is still there."""
    padded = range(-pads[0], n + pads[1])
    starts = padded[::stride]
    return sum(all(start + tap * dilation in padded for tap in range(kernel)) for start in starts)


@given(kernel=sizes, stride=sizes, dilation=sizes, pads=st.tuples(zeros, zeros),
       n=st.integers(0, 30))
@fixed
def test_out_shape_counts_the_windows_that_fit(kernel, stride, dilation, pads, n):
    window = Window(kernel, stride, (pads,), dilation)
    count = windows_that_fit(n, pads, kernel, stride, dilation)
    assert window.extent == (max(window.taps()[0]) + 1,)
    assert window.taps() == (tuple(tap * dilation for tap in range(kernel)),)
    if count:
        assert window.out_shape((n,)) == (count,)
    else:
        with pytest.raises(ValueError, match="must fit the padded input"):
            window.out_shape((n,))


@given(kernel=sizes, stride=sizes, dilation=sizes, n=st.integers(0, 30))
@fixed
def test_same_has_ceil_outputs_and_the_odd_zero_after(kernel, stride, dilation, n):
    window = Window(kernel, stride, "same", dilation)
    (out,), ((before, after),) = window.out_shape((n,)), window.pads((n,))
    assert out == -(-n // stride)
    assert after - before in (0, 1)
    if out:
        assert before + after == max((out - 1) * stride + window.extent[0] - n, 0)
        assert windows_that_fit(n, (before, after), kernel, stride, dilation) == out


@given(kernel=sizes, stride=sizes, dilation=sizes, n=st.integers(1, 30))
@fixed
def test_causal_ends_each_window_on_its_own_sample(kernel, stride, dilation, n):
    window = Window(kernel, stride, "causal", dilation)
    assert window.padding == (((kernel - 1) * dilation, 0),)
    (out,) = window.out_shape((n,))
    assert out == len(range(0, n, stride))
    ends = [i * stride - window.padding[0][0] + max(window.taps()[0]) for i in range(out)]
    assert ends == list(range(0, n, stride))


def test_axes_are_independent():
    window = Window((3, 2), stride=(1, 3), padding=((0, 1), (2, 0)), dilation=(2, 4))
    assert window.extent == (5, 5)
    assert window.taps() == ((0, 2, 4), (0, 4))
    assert window.out_shape((7, 11)) == (4, 3)
    for axis, size in enumerate((7, 11)):
        alone = Window(window.kernel_size[axis], window.stride[axis], (window.padding[axis],),
                       window.dilation[axis])
        assert alone.out_shape((size,)) == window.out_shape((7, 11))[axis : axis + 1]


@pytest.mark.parametrize(("rank", "padding", "pairs"), [
    (1, 2, ((2, 2),)),
    (1, (2,), ((2, 2),)),
    (1, [2], ((2, 2),)),
    (1, ((1, 2),), ((1, 2),)),
    (1, [[1, 2]], ((1, 2),)),
    (1, "valid", ((0, 0),)),
    (1, "causal", ((4, 0),)),
    (2, 2, ((2, 2), (2, 2))),
    (2, (1, 2), ((1, 1), (2, 2))),
    (2, ((1, 2), (3, 4)), ((1, 2), (3, 4))),
    (2, (1, (3, 4)), ((1, 1), (3, 4))),
    (2, "valid", ((0, 0), (0, 0))),
    (2, "same", "same"),
])
def test_forms_of_padding(rank, padding, pairs):
    window = Window((3,) * rank, padding=padding, dilation=2)
    assert window.padding == pairs
    expected = ((2, 2),) * rank if pairs == "same" else pairs
    assert window.pads((9,) * rank) == expected


def test_ints_broadcast_to_the_rank():
    assert Window((3, 5), stride=2, padding=1, dilation=3) == Window(
        [3, 5], (2, 2), ((1, 1), (1, 1)), [3, 3]
    )
    assert Window(3) == Window((3,)) == Window([3]) and Window(3).kernel_size == (3,)


@pytest.mark.parametrize(("fields", "error", "message"), [
    ({"padding": (1, 2)}, ValueError,
     "Window: padding needs one int or one (before, after) pair for each of 1 spatial axes; "
     "got (1, 2)"),
    ({"padding": ()}, ValueError, "Window: padding needs one int"),
    ({"padding": ((1,),)}, ValueError, "Window: a padding pair must be (before, after); got (1,)"),
    ({"padding": "causal", "kernel_size": (3, 3)}, ValueError,
     "Window: padding 'causal' needs 1 spatial axis; got 2"),
    ({"padding": "SAME"}, ValueError, "'valid', 'same' or 'causal'; got 'SAME'"),
    ({"padding": None}, TypeError, "Window: padding must be an integer; got None"),
    ({"padding": -1}, ValueError, "Window: padding must be at least 0; got -1"),
    ({"stride": 0}, ValueError, "Window: stride must be at least 1; got 0"),
    ({"stride": (1, 1)}, ValueError, "each of 1 spatial axes; got (1, 1)"),
    ({"dilation": 0}, ValueError, "Window: dilation must be at least 1; got 0"),
    ({"dilation": 2.0}, TypeError, "Window: dilation must be an integer; got 2.0"),
    ({"kernel_size": 0}, ValueError, "Window: kernel_size must be at least 1; got 0"),
    ({"kernel_size": "3"}, TypeError, "Window: kernel_size must be an integer; got '3'"),
    ({"kernel_size": ()}, ValueError, "Window: kernel_size must have 1 or 2 axes; got ()"),
    ({"kernel_size": (1, 1, 1)}, ValueError, "must have 1 or 2 axes; got (1, 1, 1)"),
    ({"kernel_size": 2**31}, ValueError, "Window: kernel_size must be at most 2147483647"),
    ({"kernel_size": 5, "dilation": 2**30}, ValueError, "must span at most 2147483647 samples"),
])
def test_refused(fields, error, message):
    with pytest.raises(error, match=re.escape(message)) as caught:
        Window(**{"kernel_size": 3, **fields})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("spatial", "error"), [
    ((5, 5), ValueError), ((), ValueError), (5, ValueError), ((-5,), ValueError),
    ((5.0,), TypeError), (("5",), TypeError), ((2,), ValueError),
])
def test_out_shape_refuses(spatial, error):
    with pytest.raises(error, match=r"^Window: "):
        Window(3).out_shape(spatial)


@pytest.mark.parametrize("padding", ["same", "valid", "causal", 1, ((0, 2),)])
def test_a_window_is_a_value(padding):
    window, again = Window(3, 2, padding, 4), Window((3,), (2,), padding, (4,))
    assert window == again and hash(window) == hash(again) and len({window, again}) == 1
    assert window != Window(3, 2, padding, 5)
    assert eval(repr(window)) == window
    assert pickle.loads(pickle.dumps(window)) == window
    for name in ("kernel_size", "stride", "padding", "dilation", "new"):
        with pytest.raises(AttributeError):
            setattr(window, name, 1)


def test_two_axes_are_the_product_of_two_windows():
    window = Window((2, 3), stride=(2, 1), dilation=(1, 2))
    rows, columns = window.taps()
    assert list(product(rows, columns)) == [(0, 0), (0, 2), (0, 4), (1, 0), (1, 2), (1, 4)]
