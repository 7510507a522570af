"""Web pages that hold all they show: no other file, no network."""

import base64
import html
import json

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; background: {paper}; color: {ink}; font: 18px/1.5 sans-serif; }}
figure {{ margin: 0 auto; padding: 1em; max-width: 80em; text-align: center; }}
img {{ max-width: 100%; max-height: 80vh; }}
button, input {{ font: inherit; vertical-align: middle; }}
</style>
</head>
<body>
<figure>
{body}
<figcaption>{caption}</figcaption>
</figure>
</body>
</html>
"""

# Buttons and the slider are the browser's own, so the keyboard works. Who asked for less motion
# gets it at rest.
_PLAYER = """<p>
<button id="play" type="button">play</button>
<label>step <input id="step" type="range" min="1" max="{count}" value="{key}"></label>
<output id="at" for="step">{key} of {count}</output>
</p>
<script>
const frames = {frames};
const picture = document.getElementById("picture"), play = document.getElementById("play");
const step = document.getElementById("step"), at = document.getElementById("at");
let timer = null;
function show(number) {{
  step.value = number;
  picture.src = frames[number - 1];
  at.value = number + " of " + frames.length;
}}
function move() {{ show(Number(step.value) % frames.length + 1); }}
function run(on) {{
  clearInterval(timer);
  timer = on ? setInterval(move, {milliseconds}) : null;
  play.textContent = on ? "pause" : "play";
}}
play.addEventListener("click", () => run(timer === null));
step.addEventListener("input", () => {{ run(false); show(Number(step.value)); }});
if (!matchMedia("(prefers-reduced-motion: reduce)").matches) run(true);
</script>"""


def image(source, alt, extra='style="max-width:100%"'):
    return f'<img src="{source}" alt="{html.escape(alt)}" {extra}>'


def source(picture, kind="png"):
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"


def still(png, alt, rc):
    return _page(image(source(png), alt), alt, rc)


def player(pngs, key, seconds, alt, rc):
    """A page that plays its pictures, and shows number `key` where no script runs."""
    sources = [source(png) for png in pngs]
    controls = _PLAYER.format(count=len(sources), key=key + 1, frames=json.dumps(sources),
                              milliseconds=round(1000 * seconds))
    return _page(image(sources[key], alt, 'id="picture"') + "\n" + controls, alt, rc)


def _page(body, alt, rc):
    return _PAGE.format(title=html.escape(alt.split(": ")[0].split(". ")[0]), body=body,
                        caption=html.escape(alt), paper=rc["figure.facecolor"],
                        ink=rc["text.color"])
