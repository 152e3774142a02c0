"""The model card: README.md of the bundle."""

import json
import re
from pathlib import Path

import torch

from .loop import checkpoint_path
from .space import WORK
from .things import CATEGORIES, COLOUR_NAMES, ICON_SETS, MOTION_NAMES, THINGS
from .train import STAGES
from .voices import VOICE_NAMES

VERSION = "4.0.0"
# Of this version: to be told anew with the next.
HISTORY = [
    "This version went on from the weights of those before it: settings changed on the way, so training anew gives a book like",
    "it, not this one. Clips were trained by two processes that averaged their gradients.",
]
LIMITS = [
    "A thing drawn in a style that it never saw of it is named in about half of the pictures; one sound in three has another voice",
    "than asked. What a prompt leaves open its outputs agree on more often than by chance, and still seldom. The sharpness of clips",
    "varies from frame to frame. EVALUATION.md says how often it is right.",
]
LICENCES = {"noto": "Apache-2.0", "noto-v1": "Apache-2.0", "fluent-emoji-flat": "MIT", "twemoji": "CC-BY-4.0", "fxemoji": "Apache-2.0"}


def minutes() -> dict[str, float]:
    """Minutes by the clock that each stage took, one thread each."""
    paths = {stage: checkpoint_path(stage) for stage in STAGES}
    return {
        stage: torch.load(path, map_location="cpu", weights_only=True)["seconds"] / 60 for stage, path in paths.items() if path.exists()
    }


def minutes_of(folder: Path) -> dict[str, float]:
    """Minutes of each stage, as a bundle's card tells them."""
    line = next(line for line in (folder / "README.md").read_text().splitlines() if line.startswith("Training took"))
    return {stage: float(spent) for stage, spent in re.findall(r"([a-z-]+) (\d+) min", line)}


def icon_version(name: str) -> str:
    package = WORK / "icons/node_modules/@iconify-json" / name / "package.json"
    return json.loads(package.read_text())["version"] if package.exists() else ""


def write_card(folder: Path) -> None:
    spent = minutes()
    shares = ", ".join(f"{stage} {m:.0f} min" for stage, m in spent.items())
    things = {category: ", ".join(t.name for t in THINGS if t.category == category) for category in CATEGORIES}
    lines = [
        "# picturebook",
        "",
        "A small Composable Diffusion model (CoDi, arXiv 2305.11846), trained from scratch on a picture book that a seeded",
        "generator makes: things that one can see, hear named, watch move and read about.",
        "",
        "## Its world",
        "",
        *[f"- **{category}**: {names}" for category, names in things.items()],
        f"- **Backgrounds**: {', '.join(COLOUR_NAMES)}. **Motions**: {', '.join(MOTION_NAMES)}. **Voices**: {', '.join(VOICE_NAMES)}.",
        "- Pictures 64×64; sounds of 1 s at 16 kHz; clips of 12 frames at 12 fps, as long as their sound; captions of 32 tokens at most.",
        "- A clip's motion follows the loudness of the voice that names its thing.",
        "",
        "## How it was made",
        "",
        "Autoencoders; prompt encoders aligned to text alone (picture-sound, sound-clip and picture-clip prompts were never trained",
        "together); one rectified-flow denoiser a modality on text embeddings; environment encoders against captions; then connectors on",
        "the pairs text + picture, text + sound and clip + sound with the rest frozen. `training/` holds all of these stages.",
        "",
        *HISTORY,
        f"Training took {sum(spent.values()) / 60:.1f} hours by the clock on one or two busy cores: {shares}.",
        "",
        "## Sources and licences",
        "",
        "The weights are Apache-2.0. The pictures that they learned from:",
        "",
        *[f"- `@iconify-json/{name}` {icon_version(name)}: {LICENCES[name]}" for name in ICON_SETS],
        "",
        "Twemoji graphics are by Twitter, Inc and other contributors, CC-BY-4.0. The voices are espeak-ng's (the program is",
        "GPL-3.0-or-later; the speech that it makes is not covered by it).",
        "",
        "## What it cannot do",
        "",
        "It knows these things, colours, motions and voices and nothing else. It draws one thing at a time, says one name, and writes",
        "short captions. Other words fall back on whatever is near in its space.",
        *LIMITS,
        "",
    ]
    (folder / "README.md").write_text("\n".join(lines))
