"""Parts of the evaluation that several processes share: each is measured once and kept."""

import fcntl
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .figures import Figure


def graphs_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("**/*.onnx")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[bool]:
    """Holds a lock between processes; False where it is taken and `wait` is not asked."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def measure(name: str, part: Callable[[], dict[str, Figure]], folder: Path, wait: bool) -> dict[str, Figure]:
    """What `folder` keeps of a part, else what measuring it gives; nothing where another process is at it and `wait` is not asked."""
    kept = folder / f"{name}.json"
    with locked(kept.with_suffix(".lock"), wait) as mine:
        if not mine:
            return {}
        if not kept.exists():
            started = time.monotonic()
            kept.write_text(json.dumps(part()))
            print(name, f"{time.monotonic() - started:.0f} s", kept.read_text(), flush=True)
        return json.loads(kept.read_text())
