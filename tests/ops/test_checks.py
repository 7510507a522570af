"""The door: what is wrong is refused in one line that says so, however large it is."""

import re
import subprocess
import sys

import numpy as np
import pytest
from draws import fixed
from hypothesis import given
from hypothesis import strategies as st
from refusal import refused

import coursekit as ck

BUILDS = ck.available_isas()


def ones(*shape):
    return np.ones(shape)


X, W, Q = ones(1, 6, 32), ones(16, 3, 3), ones(1, 2, 4, 3)

OPERATIONS = {
    "conv": lambda a: ck.conv(a, ones(1, 1, 3)),
    "conv_backward": lambda a: ck.conv_backward(ones(1, 1, 2), a, ones(1, 1, 3)),
    "max_pool": lambda a: ck.max_pool(a, 2),
    "max_pool_backward": lambda a: ck.max_pool_backward(ones(1, 1, 2), a, 2),
    "avg_pool": lambda a: ck.avg_pool(a, 2),
    "avg_pool_backward": lambda a: ck.avg_pool_backward(ones(1, 1, 2), a, 2),
    "attention": lambda a: ck.attention(a, a, a),
    "attention_backward": lambda a: ck.attention_backward(a, a, a, a),
}


@pytest.mark.parametrize("op", OPERATIONS)
@pytest.mark.parametrize(("array", "fragments"), [
    (np.ones((1, 1, 4), int), ["float32 or float64", "int64", ".astype(np.float32)"]),
    (np.ones((1, 1, 4), np.uint8), ["uint8", ".astype(np.float32)"]),
    (np.ones((1, 1, 4), np.float16), ["float16", ".astype(np.float32)"]),
    (np.ones((1, 1, 4), bool), ["bool", ".astype(np.float32)"]),
    (np.ones((1, 1, 4), complex), ["complex128"]),
    (np.ones((1, 1, 4), object), ["object"]),
    (np.zeros((1, 1, 4), "U3"), ["<U3"]),
    (np.zeros((1, 1, 4), "f8,f8"), ["float32 or float64"]),
    (np.zeros((1, 1, 4), "m8[s]"), ["timedelta64"]),
    ([[[1.0, 2.0]]], ["NumPy array", "list", "np.asarray"]),
    (None, ["NumPy array", "NoneType"]),
    (1.0, ["NumPy array", "float"]),
    (np.float64(1), ["NumPy array", "float64"]),
    (np.ma.ones((1, 1, 4)), ["NumPy array", "MaskedArray", ".filled(0)"]),
    ("one", ["NumPy array", "str"]),
])
def test_what_is_no_float_array_is_refused_with_the_fix(op, array, fragments):
    refused(lambda: OPERATIONS[op](array), TypeError, [f"{op}: ", *fragments])


@pytest.mark.parametrize("op", OPERATIONS)
@pytest.mark.parametrize("shape", [(), (4,), (1, 4), (1, 1, 1, 1, 1, 4)])
def test_a_wrong_number_of_axes_is_refused(op, shape):
    refused(lambda: OPERATIONS[op](np.ones(shape)), ValueError, [f"{op}: ", "got", str(shape)])


def conv(**options):
    return lambda: ck.conv(X, ones(16, 6, 3), **options)


def pool(*args, **options):
    return lambda: ck.max_pool(X, *args, **options)


def attend(**options):
    return lambda: ck.attention(Q, Q, Q, **options)


REFUSED = [
    (lambda: ck.conv(X, ones(16, 4, 3), groups=2), ValueError,
     ["conv: x has 6 channels, w needs 4 x groups=2 = 8; got x (1, 6, 32), w (16, 4, 3)"]),
    (lambda: ck.conv(X, ones(15, 3, 3), groups=2), ValueError,
     ["conv: w's 15 output channels must divide into groups=2; got w (15, 3, 3)"]),
    (conv(groups=0), ValueError, ["conv: groups must be at least 1; got 0"]),
    (conv(groups=-3), ValueError, ["conv: groups must be at least 1; got -3"]),
    (conv(groups=1.0), TypeError, ["conv: groups must be an integer; got 1.0"]),
    (conv(stride=0), ValueError, ["conv: stride must be at least 1; got 0"]),
    (conv(stride=-1), ValueError, ["conv: stride must be at least 1; got -1"]),
    (conv(stride=1.5), TypeError, ["conv: stride must be an integer; got 1.5"]),
    (conv(stride="2"), TypeError, ["conv: stride must be an integer; got '2'"]),
    (conv(stride=None), TypeError, ["conv: stride must be an integer; got None"]),
    (conv(stride=(1, 2)), ValueError, ["conv: stride", "each of 1 spatial axes; got (1, 2)"]),
    (conv(stride=np.zeros((9, 9))), TypeError, ["conv: stride must be an integer; got array"]),
    (conv(stride=10**9999), ValueError, ["conv: stride must be at most 2147483647"]),
    (conv(stride=list(range(9999))), ValueError, ["conv: stride needs one entry"]),
    (conv(dilation=0), ValueError, ["conv: dilation must be at least 1; got 0"]),
    (conv(dilation=2**31 - 1), ValueError, ["conv: kernel_size and dilation must span"]),
    (conv(padding=-1), ValueError, ["conv: padding must be at least 0; got -1"]),
    (conv(padding=2**40), ValueError, ["conv: padding must be at most 2147483647"]),
    (conv(padding=(1, 2)), ValueError, ["conv: padding", "(before, after)", "got (1, 2)"]),
    (conv(padding=((1, 2, 3),)), ValueError, ["conv: a padding pair", "got (1, 2, 3)"]),
    (conv(padding=((1, -2),)), ValueError, ["conv: padding must be at least 0; got -2"]),
    (conv(padding=0.5), TypeError, ["conv: padding must be an integer; got 0.5"]),
    (conv(padding="full"), ValueError, ["conv: a padding word", "'same'", "got 'full'"]),
    (conv(padding="x" * 999), ValueError, ["conv: a padding word"]),
    (lambda: ck.conv(ones(1, 1, 4, 4), ones(1, 1, 2, 2), padding="causal"), ValueError,
     ["conv: padding 'causal' needs 1 spatial axis; got 2"]),
    (conv(algorithm="winograd2"), ValueError, ["conv: algorithm", "got 'winograd2'"]),
    (conv(algorithm="winograd4"), ValueError, ["conv: algorithm", "got 'winograd4'"]),
    (conv(algorithm="fft"), ValueError, ["conv: algorithm", "got 'fft'"]),
    (conv(algorithm=None), ValueError, ["conv: algorithm", "got None"]),
    (conv(dilation=16), ValueError,
     ["conv: the window must fit the padded input", "33 samples", "input has 32 + 0"]),
    (lambda: ck.conv(X, ones(1, 6, 0)), ValueError, ["conv: w must have a tap", "(1, 6, 0)"]),
    (lambda: ck.conv(X, ones(1, 6, 3, 3)), ValueError, ["conv: w must be (K, C // groups, S)"]),
    (lambda: ck.conv(ones(1, 1, 4, 4), ones(1, 1, 3)), ValueError, ["(K, C // groups, R, S)"]),
    (lambda: ck.conv(X, ones(2, 6, 3), ones(3)), ValueError, ["conv: b must be (2,)", "(3,)"]),
    (lambda: ck.conv(X, ones(2, 6, 3), ones(2, 1)), ValueError, ["conv: b must be (2,)"]),
    (lambda: ck.conv(X, None), TypeError, ["conv: w must be a NumPy array; got NoneType"]),
    (lambda: ck.conv(X, W.astype("f4")), TypeError,
     ["conv: x, w must share one dtype; got x float64, w float32"]),
    (lambda: ck.conv(X, ones(2, 6, 3), np.ones(2, "f4")), TypeError, ["b float32"]),
    (lambda: ck.conv_backward(ones(1, 16, 29), X, ones(16, 6, 3)), ValueError,
     ["conv_backward: grad must have the output's shape (1, 16, 30); got (1, 16, 29)"]),
    (lambda: ck.conv_backward(np.ones((1, 16, 30), "f4"), X, ones(16, 6, 3)), TypeError,
     ["conv_backward: grad, x, w must share one dtype", "grad float32"]),
    (pool(0), ValueError, ["max_pool: kernel_size must be at least 1; got 0"]),
    (pool(None), TypeError, ["max_pool: kernel_size must be an integer; got None"]),
    (pool((2, 2)), ValueError, ["max_pool: kernel_size", "1 spatial axes; got (2, 2)"]),
    (pool(33), ValueError, ["max_pool: the window must fit", "33 samples"]),
    (pool(2, padding=2), ValueError,
     ["max_pool: each window must hold an input sample; window 0 on spatial axis 0",
      "padding=((2, 2),)"]),
    (pool(2, padding=((0, 2),)), ValueError, ["max_pool: each window", "window 16 "]),
    (pool(3, padding=10**9), ValueError, ["max_pool: each window must hold", "window 0 "]),
    (lambda: ck.avg_pool(ones(1, 1, 2), 2, dilation=3, padding=1, stride=1), ValueError,
     ["avg_pool: each window must hold an input sample"]),
    (lambda: ck.max_pool_backward(ones(1, 6, 15), X, 2), ValueError,
     ["max_pool_backward: grad must have the output's shape (1, 6, 16); got (1, 6, 15)"]),
    (lambda: ck.avg_pool_backward(ones(1, 6, 15), X, 2), ValueError,
     ["avg_pool_backward: grad must have the output's shape (1, 6, 16); got (1, 6, 15)"]),
    (lambda: ck.attention(Q, ones(1, 2, 4, 2), Q), ValueError, ["attention: q and k", "width D"]),
    (lambda: ck.attention(Q, ones(1, 3, 4, 3), Q), ValueError, ["attention: q, k and v", "heads"]),
    (lambda: ck.attention(Q, Q, ones(1, 2, 5, 3)), ValueError, ["attention: ", "length"]),
    (lambda: ck.attention(Q, Q, Q[..., None]), ValueError, ["attention: q, k and v must all be"]),
    (lambda: ck.attention(*[ones(1, 1, 2, 0)] * 3), ValueError, ["attention: ", "at least 1"]),
    (lambda: ck.attention(Q, Q[:, :, :0], Q[:, :, :0]), ValueError, ["attention: k must hold"]),
    (lambda: ck.attention(Q, Q[:, :, :3], Q[:, :, :3], window=3), ValueError,
     ["attention: windowed q and k must have one length; got (4,) and (3,)"]),
    (lambda: ck.attention(*[ones(1, 1, 2, 2, 2)] * 3, causal=True), ValueError,
     ["attention: causal needs (N, heads, L, D)"]),
    (attend(window=2), ValueError, ["attention: window must be odd on each axis; got (2,)"]),
    (attend(window=0), ValueError, ["attention: window must be at least 1; got 0"]),
    (attend(window=3.0), TypeError, ["attention: window must be an integer; got 3.0"]),
    (attend(window=(3, 3)), ValueError, ["attention: window", "got (3, 3)"]),
    (attend(dilation=2), ValueError, ["attention: dilation needs a window", "window=None"]),
    (attend(scale="1"), TypeError, ["attention: scale must be a number; got '1'"]),
    (attend(scale=np.inf), ValueError, ["attention: scale must be finite; got inf"]),
    (attend(scale=np.nan), ValueError, ["attention: scale must be finite; got nan"]),
    (attend(scale=10**400), ValueError, ["attention: scale must be finite"]),
    (attend(scale=10**9999), ValueError, ["attention: scale must be finite"]),
    (lambda: ck.attention_backward(Q[:, :, :3], Q, Q, Q), ValueError,
     ["attention_backward: grad must have the output's shape (1, 2, 4, 3); got (1, 2, 3, 3)"]),
    (lambda: ck.conv(np.broadcast_to(1.0, (1, 6, 2**45)), W, groups=2), MemoryError,
     ["conv: x must be copied into C order", "allocate"]),
    (lambda: ck.conv(ones(1, 1, 4, 4), ones(1, 1, 2, 2), padding=2**31 - 1), MemoryError,
     ["conv: the padded input must fit into memory"]),
]


@pytest.mark.parametrize("isa", BUILDS)
@pytest.mark.parametrize(("call", "error", "fragments"), REFUSED)
def test_refused(call, error, fragments, isa):
    with ck.use_isa(isa):
        refused(call, error, fragments)


def test_the_promised_message_word_for_word():
    message = "conv: x has 6 channels, w needs 4 x groups=2 = 8; got x (1, 6, 32), w (16, 4, 3)"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ck.conv(X, ones(16, 4, 3), groups=2)


# ---- huge values

HUGE = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
import numpy as np, coursekit as ck
x, w = np.ones((1, 1, 8)), np.ones((1, 1, 3))
ck.use_isa(sys.argv[1])
for call in (
    lambda: ck.conv(x, w, padding=10**9),
    lambda: ck.conv(x, w, padding=((0, 10**9),), stride=10**9),
    lambda: ck.conv(x, w, padding="same", dilation=10**9),
    lambda: ck.conv(x, w, padding="causal", dilation=10**9),
    lambda: ck.conv(x, w, stride=2**31 - 1),
    lambda: ck.conv_backward(np.ones((1, 1, 3)), x, w, padding=10**9, stride=10**9),
    lambda: ck.max_pool(x, 10**9, padding=10**9 - 1, stride=10**9),
    lambda: ck.max_pool(x, 3, padding=10**9, dilation=10**9, stride=1),
    lambda: ck.max_pool(x, 3, padding=10**9, dilation=10**9, stride=10**9),
    lambda: ck.max_pool(np.ones((0, 1, 8)), 3, padding=10**9, dilation=10**9, stride=1),
    lambda: ck.avg_pool(x, 2**31 - 1, padding="same", stride=2**31 - 1),
    lambda: ck.attention(x[..., None], x[..., None], x[..., None], window=2**31 - 1),
    lambda: ck.Window(2**31 - 1).out_shape((2**40,)),
):
    try:
        call()
        print("done")
    except (MemoryError, ValueError) as error:
        message = str(error)
        assert ": " in message and "\\n" not in message, message
        print(type(error).__name__, message)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS bounds memory on Linux only")
@pytest.mark.parametrize("isa", BUILDS)
def test_huge_values_neither_crash_nor_hang(isa):
    done = subprocess.run([sys.executable, "-W", "error", "-c", HUGE, isa], capture_output=True,
                          text=True, timeout=60, check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and len(lines) == 13, done.stderr + done.stdout
    for line in lines:
        assert re.match(r"done|(MemoryError|ValueError) (conv|conv_backward|max_pool|avg_pool): ",
                        line), line


@given(value=st.one_of(st.integers(), st.floats(), st.text(max_size=5), st.none(),
                       st.tuples(st.integers(-2, 4)), st.tuples(st.integers(), st.integers()),
                       st.lists(st.integers(-1, 3), max_size=3), st.booleans(), st.binary()),
       name=st.sampled_from(["stride", "padding", "dilation"]))
@fixed(400)
def test_any_value_gives_a_result_or_one_line(value, name):
    """On 0 images, so that a result costs nothing however large it is."""
    for call in (lambda: ck.conv(ones(0, 1, 8), ones(1, 1, 3), **{name: value}),
                 lambda: ck.max_pool(ones(0, 1, 8), 3, **{name: value})):
        try:
            call()
        except (TypeError, ValueError, MemoryError) as error:
            assert re.match(r"(conv|max_pool): .+", str(error))
            assert "\n" not in str(error)
