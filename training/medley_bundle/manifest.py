"""bundle.json: sizes, digests, measured milliseconds."""

import hashlib
import json
import statistics
import time
from pathlib import Path

import numpy as np

from .export import open_graph


def measure(path: Path, feeds: dict[str, np.ndarray], rounds: int = 7) -> float:
    """Median milliseconds of one call on one thread."""
    session = open_graph(path)
    session.run(None, feeds)
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        session.run(None, feeds)
        times.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(times), 3)


def write_manifest(folder: Path, manifest: dict) -> None:
    """Adds `files` (every file of the folder but bundle.json) and writes bundle.json."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "bundle.json")
    files = [
        {"path": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in paths
    ]
    (folder / "bundle.json").write_text(json.dumps({**manifest, "files": files}, indent=1) + "\n")


def check_bundle(folder: Path) -> dict:
    """Checks every file against its digest, and that every graph loads. Answers the manifest; raises ValueError that names the file."""
    manifest = json.loads((folder / "bundle.json").read_text())
    for entry in manifest["files"]:
        path = folder / entry["path"]
        if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            raise ValueError(f"{path} differs from the sha256 in bundle.json")
    for modality in manifest["modalities"].values():
        for graph in modality["graphs"].values():
            open_graph(folder / graph["file"])
    return manifest
