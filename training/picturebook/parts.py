"""Parts of the evaluation that several processes share: each is measured once and kept."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from medley_bundle.share import FILE

from .figures import Figure
from .kept import locked


class Inputs:
    """Digests of what decides the figures of a part: files of a bundle folder, how its manifest has them run, and what measures."""

    SETTINGS, SOURCES = "settings", "sources"
    MEASURING = ("captions", "clips", "evaluate", "figures", "pictures", "prompts", "runner", "things", "voices")

    def __init__(self, folder: Path):
        self.folder = folder
        self.digest = cache(self._digest)

    def _digest(self, name: str) -> str:
        path = self.folder / name
        made = {self.SETTINGS: self._settings, self.SOURCES: self._sources}
        content = made[name]() if name in made else path.read_bytes() if path.exists() else b""
        return hashlib.sha256(content).hexdigest()[:16]

    def _settings(self) -> bytes:
        """Steps, guidance, schedule and scales; not names and measured times."""
        manifest = json.loads((self.folder / "bundle.json").read_text())
        latents = {name: entry["latent"] for name, entry in manifest["modalities"].items()}
        return json.dumps([manifest["diffusion"], latents], sort_keys=True).encode()

    def _sources(self) -> bytes:
        return b"".join(Path(__file__).with_name(f"{module}.py").read_bytes() for module in self.MEASURING)

    def of(self, files: Iterable[str]) -> dict[str, str]:
        return {name: self.digest(name) for name in sorted({*files, FILE, self.SETTINGS, self.SOURCES})}


def measure(
    name: str, part: Callable[[], tuple[dict[str, Figure], Iterable[str]]], folder: Path, inputs: Inputs, wait: bool
) -> dict[str, Figure]:
    """What `folder` keeps of a part, else what measuring it gives; nothing where another process is at it and `wait` is not asked.

    A part answers its figures and the files that it ran; what is kept counts while those are the same.
    """
    path = folder / f"{name}.json"
    with locked(path.with_suffix(".lock"), wait) as mine:
        if not mine:
            return {}
        kept = json.loads(path.read_text()) if path.exists() else None
        if kept is None or kept["inputs"] != inputs.of(kept["inputs"]):
            started = time.monotonic()
            figures, files = part()
            kept = {"figures": figures, "inputs": inputs.of(files)}
            path.write_text(json.dumps(kept))
            print(name, f"{time.monotonic() - started:.0f} s", json.dumps(figures), flush=True)
        return kept["figures"]
