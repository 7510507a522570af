"""Kernels let go of the GIL and share nothing: threads and forked children compute the same."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import coursekit as ck

COMPILED = [name for name in ck.available_isas() if name != "reference"]


def calls():
    """Different paths and shapes, so that anything shared would be overwritten."""
    rng = np.random.default_rng(0)
    made = []
    for channels, size, options in (
        (16, 40, {"padding": 2, "dilation": 2}), (3, 33, {"stride": 2}),
        (12, 30, {"padding": 1, "groups": 12}), (20, 24, {"padding": "same"}),
    ):
        x = rng.standard_normal((2, channels, size, size)).astype("f4")
        fan = channels // options.get("groups", 1)
        w = rng.standard_normal((24, fan, 3, 3)).astype("f4")
        made.append((x, w, options))
    return made


def everything(x, w, options):
    y = ck.conv(x, w, **options)
    return [y, *ck.conv_backward(y, x, w, **options)]


@pytest.mark.parametrize("isa", COMPILED)
def test_threads_at_once_compute_what_one_does(isa):
    with ck.use_isa(isa):
        expected = [everything(*call) for call in calls()]
        work = list(enumerate(calls())) * 10
        with ThreadPoolExecutor(4) as pool:
            done = pool.map(lambda item: (item[0], everything(*item[1])), work)
            for i, results in done:
                for got, want in zip(results, expected[i], strict=True):
                    np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("isa", COMPILED)
def test_other_threads_run_during_a_kernel(isa):
    """While a long convolution runs, a thread that needs the GIL makes progress."""
    x, w = np.ones((1, 64, 160, 160), "f4"), np.ones((64, 64, 3, 3), "f4")
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.is_set():
            ticks.append(inside[0])
            stop.wait(0.0005)

    inside = [False]
    thread = threading.Thread(target=tick)
    with ck.use_isa(isa):
        thread.start()
        inside[0] = True
        for _ in range(5):
            ck.conv(x, w, algorithm="direct")
        inside[0] = False
        stop.set()
        thread.join()
    # One tick a call could come between calls; a held GIL would give no more.
    assert sum(ticks) > 10


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_computes_the_same():
    call = calls()[0]
    expected = everything(*call)
    child = os.fork()
    if child == 0:
        same = all(np.array_equal(a, b)
                   for a, b in zip(everything(*call), expected, strict=True))
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
