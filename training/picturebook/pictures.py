"""Pictures: an icon of one of the emoji sets, any place, size and tilt, on a coloured background. RGB float32 in [0, 1]."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from .kept import made_once
from .space import IMAGE_SIZE, WORK
from .things import COLOUR_NAMES, COLOURS, ICON_SETS, THINGS, split_styles

ICON_SIZE = 96
CACHE = WORK / "icons.npz"


def load_icons() -> list[np.ndarray]:
    """For each thing its icons, uint8 [styles, 96, 96, 4] RGBA; rendered once from SVG, then cached."""

    def make(path: Path) -> None:
        icons = [_render_thing(thing.icons) for thing in THINGS]
        np.savez_compressed(path, **{f"{index:03d}": icon for index, icon in enumerate(icons)})

    with np.load(made_once(CACHE, make)) as cached:
        return [cached[name] for name in sorted(cached.files)]


def _render_thing(candidates: tuple[str, ...]) -> np.ndarray:
    import cairosvg

    rendered = []
    for name in ICON_SETS:
        icons = json.loads((WORK / "icons/node_modules/@iconify-json" / name / "icons.json").read_text())
        found = next((c for c in candidates if c in icons["icons"]), None)
        if found is None:
            aliases = icons.get("aliases", {})
            found = next((aliases[c]["parent"] for c in candidates if c in aliases), None)
        if found is None:
            continue
        icon = icons["icons"][found]
        width, height = (icon.get(side, icons.get(side, 16)) for side in ("width", "height"))
        left, top = icon.get("left", 0), icon.get("top", 0)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="{left} {top} {width} {height}">{icon["body"]}</svg>'
        )
        png = cairosvg.svg2png(svg.encode(), output_width=ICON_SIZE, output_height=ICON_SIZE)
        rendered.append(np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")))
    if len(rendered) < 4:
        raise ValueError(f"{candidates} is in {len(rendered)} emoji sets; at least 4 are needed")
    return np.stack(rendered)


def place(icon: np.ndarray, colour: np.ndarray, x: float, y: float, size: float, angle: float) -> np.ndarray:
    """Icon uint8 [96,96,4] centred at (x, y), `size` pixels wide, turned by `angle` degrees -> uint8 [64,64,3]."""
    picture = Image.new("RGBA", (IMAGE_SIZE * 2, IMAGE_SIZE * 2), (*(int(c) for c in colour), 255))
    side = max(4, round(size * 2))
    drawn = Image.fromarray(icon).resize((side, side), Image.Resampling.LANCZOS)
    if angle:
        drawn = drawn.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    corner = (round(x * 2 - drawn.width / 2), round(y * 2 - drawn.height / 2))
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    layer.paste(drawn, corner)
    picture.alpha_composite(layer)
    return np.asarray(picture.convert("RGB").resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BOX))


def background(rng: np.random.Generator, colour: int) -> np.ndarray:
    """RGB 0..255 of a colour with a little variation."""
    base = np.array(COLOURS[COLOUR_NAMES[colour]][1], dtype=np.float32)
    return np.clip(base + rng.normal(0, 6, 3), 0, 255)


def placement(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Centre x, y, size in pixels and tilt in degrees."""
    size = float(rng.uniform(34, 56))
    margin = size / 2
    x, y = (float(rng.uniform(margin, IMAGE_SIZE - margin)) for _ in range(2))
    return x, y, size, float(rng.uniform(-12, 12))


def draw(icons: list[np.ndarray], rng: np.random.Generator, thing: int, colour: int, train: bool = True) -> np.ndarray:
    """A picture of the thing in a random style of the split -> uint8 [64,64,3]."""
    styles = split_styles(thing, len(icons[thing]), train) or list(range(len(icons[thing])))
    style = int(rng.choice(styles))
    return place(icons[thing][style], background(rng, colour), *placement(rng))


def make_pictures(count: int, seed: int, train: bool = True, only_held_out: bool = False) -> dict[str, np.ndarray]:
    """`count` pictures: pixels uint8 [count,64,64,3], thing and colour int64 [count].

    `only_held_out` keeps to the things that have a held-out style.
    """
    icons, rng = load_icons(), np.random.default_rng(seed)
    drawn = [thing for thing, styles in enumerate(icons) if not only_held_out or split_styles(thing, len(styles), False)]
    things = np.array(drawn)[rng.integers(len(drawn), size=count)]
    colours = rng.integers(len(COLOUR_NAMES), size=count)
    pixels = np.stack([draw(icons, rng, int(t), int(c), train) for t, c in zip(things, colours, strict=True)])
    return {"pixels": pixels, "thing": things, "colour": colours}
