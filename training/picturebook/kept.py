"""What is made once and kept: by one process while others wait for it, whole or not at all."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[bool]:
    """Holds a lock between processes; False where it is taken and `wait` is not asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def made_once(path: Path, make: Callable[[Path], object]) -> Path:
    """A file or folder that `make` writes, at the path that it is given, where it is not there yet."""
    if path.exists():
        return path
    half = path.with_name(f"half-{path.name}")
    with locked(path.with_name(f"{path.name}.lock")):
        if not path.exists():
            if half.is_dir():
                shutil.rmtree(half)  # of a process that was killed
            make(half)
            half.replace(path)
    return path
