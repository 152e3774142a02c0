"""Parts of the evaluation that several processes share: each is measured once and kept."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypedDict

from .figures import Figure
from .kept import locked, made_once
from .loop import checkpoint_path

SOURCES = Path(__file__).parent
MEASURING = (
    *("captions", "clips", "evaluate", "figures", "latents", "mel", "parts", "pictures", "prompts", "runner", "sheets", "things"),
    *("train_mel_autoencoder", "voices", "../medley_bundle/sampling"),
)


class Measured(TypedDict):
    """Figures, and what other parts need of the samples behind them."""

    figures: dict[str, Figure]
    rows: dict[str, list[float]]


def digest_of(folder: Path) -> str:
    """Of what decides the figures of a bundle: its graphs and weights, how its manifest has them run, and what measures."""
    manifest = json.loads((folder / "bundle.json").read_text())
    settings = [manifest["diffusion"], {name: entry["latent"] for name, entry in manifest["modalities"].items()}]
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    run = [path for path in sorted(folder.rglob("*")) if path.suffix in (".onnx", ".weights", ".f32") or path.name == "text.tokenizer.json"]
    # Reconstructions are of pictures that went through the encoder, which is no part of a bundle.
    for path in (*run, checkpoint_path("image-autoencoder"), *(SOURCES / f"{name}.py" for name in MEASURING)):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes() if path.exists() else b"").digest())
    return digest.hexdigest()[:16]


def measure(name: str, part: Callable[[], Measured], folder: Path, wait: bool) -> Measured | None:
    """What `folder` keeps of a part, else what measuring it gives; None where another process is at it and `wait` is not asked."""

    def make(to: Path) -> None:
        started = time.monotonic()
        measured = part()
        to.write_text(json.dumps(measured))
        print(name, f"{time.monotonic() - started:.0f} s", json.dumps(measured["figures"]), flush=True)

    path = folder / f"{name}.json"
    with locked(path.with_suffix(".lock"), wait) as mine:
        if not mine:
            return None
        return json.loads(made_once(path, make).read_text())
