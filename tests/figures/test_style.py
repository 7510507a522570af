"""Themes are legible, files reproducible, and the alt text goes wherever the figure goes."""

import base64
import html
import re
import subprocess
import sys

import matplotlib
import pytest
from matplotlib.colors import to_rgb

from coursekit import Window
from coursekit.figures import draw_stack
from coursekit.figures.style import SCALES, SIZES, THEMES, contrast, strong

STACK = [Window(3, dilation=2), Window(3, dilation=2)]


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_contrast_is_that_of_wcag():
    """The extremes, and the value that WCAG's own examples give for this grey."""
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == contrast("#FFFFFF", "#777777")
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)
    assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("theme", THEMES)
def test_colours_of_thin_lines_are_seen(theme):
    rc = THEMES[theme]
    assert strong(rc)
    assert min(contrast(colour, rc["figure.facecolor"]) for colour in strong(rc)) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_contrast(theme):
    """The contrasts WCAG 2 asks for: 4.5 of words, 3 of marks that carry meaning."""
    rc = THEMES[theme]
    paper = rc["figure.facecolor"]
    assert min(contrast(rc[name], paper) for name in ("text.color", "xtick.color")) >= 4.5
    assert min(contrast(rc[name], paper) for name in ("lines.color", "hatch.color")) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_scale_is_monotone_and_leaves_the_paper(theme):
    scale = SCALES[theme]
    steps = [luminance(scale(i)) for i in range(0, 256, 5)]
    assert steps in (sorted(steps), sorted(steps, reverse=True))
    assert contrast(scale(0), THEMES[theme]["figure.facecolor"]) > 1.25


def test_themes_differ_in_colours_alone():
    for name in {*THEMES["light"], *THEMES["dark"], *THEMES["print"]}:
        values = {str(theme[name]) for theme in THEMES.values()}
        assert len(values) == 1 or name.endswith(("color", "prop_cycle")), name


def test_slide_is_16_to_9_and_its_type_larger():
    wide, high = SIZES["slide"]["figure.figsize"]
    assert wide / high == pytest.approx(16 / 9)
    assert SIZES["slide"]["font.size"] >= 18


@pytest.mark.parametrize(
    "ending, start", [("svg", b"<?xml"), ("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-"),
                      ("html", b"<!DOCTYPE html>")]
)
def test_saving_twice_gives_one_file(tmp_path, ending, start):
    one, two = tmp_path / f"one.{ending}", tmp_path / f"two.{ending.upper()}"
    draw_stack(STACK).save(one)
    again = draw_stack(STACK)
    again._repr_mimebundle_()  # showing a figure must not change what it saves
    again.save(str(two))
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes().startswith(start)


def test_svg_and_png_hold_the_alt_text(tmp_path):
    figure = draw_stack(STACK)
    figure.save(tmp_path / "a.svg")
    assert f"<title>{figure.alt}</title>" in (tmp_path / "a.svg").read_text(encoding="utf-8")
    figure.save(tmp_path / "a.png")
    assert figure.alt.encode() in (tmp_path / "a.png").read_bytes()


@pytest.mark.parametrize("theme", THEMES)
def test_a_page_needs_nothing_else(tmp_path, theme):
    figure = draw_stack(STACK, theme=theme)
    figure.alt = 'a "quoted" <alt> & more'
    figure.save(tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "://" not in text and "<script" not in text
    assert f'alt="{html.escape(figure.alt)}"' in text
    assert f"<figcaption>{html.escape(figure.alt)}</figcaption>" in text
    assert f"background: {THEMES[theme]['figure.facecolor']};" in text
    (picture,) = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", text)
    assert base64.b64decode(picture).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["a.gif", "a", "a.svgz", ".png"])
def test_wrong_ending(tmp_path, name):
    with pytest.raises(ValueError, match=r"^Figure\.save: path must end in .*; got .*$") as error:
        draw_stack(STACK).save(tmp_path / name)
    assert "\n" not in str(error.value)
    assert not list(tmp_path.iterdir())


def test_notebook_display():
    figure = draw_stack(STACK, theme="dark")
    figure.alt = 'a "quoted" <alt> & more'
    data, metadata = figure._repr_mimebundle_(include=None, exclude=None)
    assert set(data) == {"image/png", "text/html", "text/plain"}
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == repr(figure) == figure.alt
    assert metadata == {"image/png": {"alt": figure.alt}}
    assert f'src="data:image/png;base64,{data["image/png"]}"' in data["text/html"]
    assert f'alt="{html.escape(figure.alt)}"' in data["text/html"]
    assert 'style="max-width:100%"' in data["text/html"]


def test_readers_settings_neither_matter_nor_change(tmp_path):
    draw_stack(STACK).save(tmp_path / "a.svg")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}):
        before = dict(matplotlib.rcParams)
        draw_stack(STACK).save(tmp_path / "b.svg")
        assert dict(matplotlib.rcParams) == before
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_no_pyplot_and_no_backend():
    code = "import coursekit.figures, sys; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
