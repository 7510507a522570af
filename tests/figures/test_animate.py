"""Animations: their frames, words, files, and that they stay small and say what they show."""

import html
import io
import re

import numpy as np
import pytest
from legible import assert_legible, hard, refused
from matplotlib.collections import LineCollection
from PIL import Image

from coursekit import Window
from coursekit.figures import animate, draw_stack
from coursekit.figures.style import SIZES

SUBJECTS = {
    "line": (Window(3, dilation=2), {"shape": 8}),
    "padded": (Window(3, stride=2, padding="same"), {"shape": 6}),
    "map": (Window((3, 2), dilation=(1, 2), padding=((1, 0), (0, 1))), {"shape": (4, 5)}),
    "default": (Window((3, 3)), {}),
    "one output": (Window(1), {"shape": 1}),
    "stack": ([Window(3, dilation=d) for d in (1, 2, 4)], {}),
    "causal stack": ([Window(2, dilation=d, padding="causal") for d in (1, 2, 4, 8)], {}),
}


@pytest.mark.parametrize("name, look", hard(SUBJECTS))
def test_no_words_clipped_or_on_top_of_each_other(name, look):
    subject, options = SUBJECTS[name]
    frames = animate(subject, **options, **look).frames
    for frame in (frames[0], frames[-1]):
        assert_legible(frame.fig)


def test_a_window_slides_over_every_output():
    window, options = SUBJECTS["map"]
    frames = animate(window, **options).frames
    outputs = window.out_shape((4, 5))
    assert len(frames) == np.prod(outputs)
    for number, frame in enumerate(frames):
        at = np.unravel_index(number, outputs)
        box = frame.fig.axes[0].patches[0].get_bbox()
        assert (round(box.y0 + 0.5), round(box.x0 + 0.5)) == at
        assert f"output {number + 1} of {len(frames)}" in [t.get_text() for t in frame.fig.texts]
        _, done, now = frame.fig.axes[1].collections
        assert len(done.get_paths()) == number
        ((x, y),) = [path.vertices[:-1].mean(axis=0) for path in now.get_paths()]
        assert (round(y), round(x)) == at


def test_a_stack_spreads_from_the_output_down():
    layers, _ = SUBJECTS["stack"]
    animation = animate(layers)
    counts = [[len(c.get_segments()) for c in frame.fig.axes[0].collections
               if isinstance(c, LineCollection)] for frame in animation.frames]
    assert counts == [[], [3], [9, 3], [21, 9, 3]]  # paths of the layers drawn, lowest first
    whole = draw_stack(layers)
    assert animation.alt.endswith(whole.alt)
    assert animation.frames[-1].png() != animation.frames[0].png()
    last, still = (Image.open(io.BytesIO(f.png())) for f in (animation.frames[-1], whole))
    np.testing.assert_array_equal(np.asarray(last), np.asarray(still))


def test_frames_are_of_one_size():
    for subject, options in SUBJECTS.values():
        sizes = {tuple(f.fig.get_size_inches()) for f in animate(subject, **options).frames}
        assert len(sizes) == 1


@pytest.mark.parametrize(("name", "says"), [
    ("line", "Animation in 4 frames. Kernel 3, rate 2 slides over 8 samples, 1 sample at a time: "
             "each of 4 outputs reads 3 taps."),
    ("padded", 'Animation in 3 frames. Kernel 3, rate 1, stride 2, padding "same" slides over 6 '
               "samples, 2 samples at a time: each of 3 outputs reads 3 taps."),
    ("one output", "Animation in 1 frame. Kernel 1, rate 1 slides over 1 sample, 1 sample at a "
                   "time: each of 1 output reads 1 tap."),
    ("causal stack", "Animation in 5 frames, from one output down to the input. Stack of 4 layers "
                     "with rates 1, 2, 4, 8: one output sees 16 input samples and reads all of "
                     "them."),
])
def test_alt(name, says):
    subject, options = SUBJECTS[name]
    animation = animate(subject, **options)
    assert animation.alt == repr(animation) == says


def test_a_gif_shows_the_frames_and_holds_the_alt_text(tmp_path):
    subject, options = SUBJECTS["padded"]
    animation = animate(subject, **options, seconds=0.5)
    animation.save(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as picture:
        assert picture.n_frames == 3
        assert picture.info["comment"].decode() == animation.alt
        assert picture.info["duration"] == 500
        assert picture.info["loop"] == 0  # for ever
        for number, frame in enumerate(animation.frames):
            picture.seek(number)
            drawn = np.asarray(picture.convert("RGB")).astype(int)
            wanted = Image.open(io.BytesIO(frame.png())).convert("RGB")
            wanted = np.asarray(wanted).astype(int)
            # A palette moves blends at edges a little, and moves no mark.
            assert np.mean(np.abs(drawn - wanted).max(axis=2) > 40) < 0.002


def test_a_page_needs_nothing_else_and_stops(tmp_path):
    subject, options = SUBJECTS["padded"]
    animation = animate(subject, **options, theme="dark")
    animation.alt = animation.frames[animation.still].alt = 'a "quoted" <alt> & more'
    animation.save(tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "://" not in text
    assert f'alt="{html.escape(animation.alt)}"' in text
    assert '<html lang="en">' in text
    frames = re.findall(r"data:image/png;base64,[A-Za-z0-9+/=]+", text)
    assert len(frames) == 1 + len(animation.frames)  # the still one stands there without a script
    assert frames[0] == frames[1 + animation.still]
    assert '<button id="play"' in text and 'type="range"' in text
    assert "prefers-reduced-motion" in text


@pytest.mark.parametrize("ending", ["gif", "html", "svg", "png", "pdf"])
def test_saving_twice_gives_one_file(tmp_path, ending):
    one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending.upper()}"
    subject, options = SUBJECTS["line"]
    animate(subject, **options).save(one)
    again = animate(subject, **options)
    again._repr_mimebundle_()
    again.save(str(two))
    assert one.read_bytes() == two.read_bytes()


def test_the_still_frame_stands_for_all(tmp_path):
    subject, options = SUBJECTS["line"]
    animation = animate(subject, **options)
    assert animation.fig is animation.frames[animation.still].fig
    animation.save(tmp_path / "a.svg")
    assert f"<title>{animation.alt}</title>" in (tmp_path / "a.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("subject, options", [
    (Window((3, 3), padding="same"), {"shape": (4, 5)}),
    ([Window(3, dilation=d) for d in (1, 2, 4, 8)], {}),
])
def test_notebook_display_is_small_and_rests(subject, options, size):
    animation = animate(subject, **options, size=size)
    data, metadata = animation._repr_mimebundle_(include=None, exclude=None)
    assert set(data) == {"image/png", "text/html", "text/plain"}
    assert metadata == {"image/png": {"alt": animation.alt}}
    assert sum(map(len, data.values())) < 150_000
    assert data["text/html"].startswith('<img src="data:image/gif;base64,')
    assert f'alt="{html.escape(animation.alt)}"' in data["text/html"]
    assert b"NETSCAPE2.0\x03\x01\x02\x00" in animation._gif(2)  # three rounds


WRONG = [
    (lambda: animate([]), ValueError, "animate: layers must hold at least one"),
    (lambda: animate(3), TypeError, "animate: layers must be a sequence of Window"),
    (lambda: animate([3]), TypeError, r"animate: layers\[0\] must be a Window; got 3"),
    (lambda: animate([Window((3, 3))]), ValueError, "animate: layers must be 1-D"),
    (lambda: animate([Window(1)] * 64), ValueError, "animate: layers must be at most 63; got 64"),
    (lambda: animate([Window(3)], shape=8), ValueError, "animate: shape goes with one Window"),
    (lambda: animate(Window(3), shape=2), ValueError, "animate: the window must fit"),
    (lambda: animate(Window(1), shape=0), ValueError, "animate: shape must .* got 0"),
    (lambda: animate(Window((1, 1)), shape=(9, 9)), ValueError, "from 1 to 64 outputs; got 9 x 9"),
    (lambda: animate(Window(3), shape=99), ValueError, "animate: windows .* 64 cells"),
    (lambda: animate(Window(3), seconds=0), ValueError, "animate: seconds must .* got 0"),
    (lambda: animate(Window(3), seconds=float("nan")), ValueError, "animate: seconds .* nan"),
    (lambda: animate(Window(3), seconds="1"), TypeError, "animate: seconds .* '1'"),
    (lambda: animate(Window(3), theme="neon"), ValueError, "animate: theme must"),
    (lambda: animate(Window(3)).save("a.mp4"), ValueError, "Animation.save: path .* 'a.mp4'"),
]


@pytest.mark.parametrize("call, kind, rule", WRONG)
def test_errors_are_one_line(call, kind, rule):
    refused(call, kind, rule)
