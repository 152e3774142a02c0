"""What the evaluation asks with, and how it reads captions and timing."""

import numpy as np

from .captions import Facts, caption, parse
from .space import FRAMES, SAMPLES
from .things import COLOUR_NAMES, MOTION_NAMES, NAMES
from .voices import VOICE_NAMES


def draw(count: int, seed: int, parts: tuple[str, ...], held_out: bool = False) -> tuple[list[str], dict[str, np.ndarray]]:
    """Captions that tell `parts`, and the facts behind them."""
    rng = np.random.default_rng(seed)
    sizes = {"thing": len(NAMES), "colour": len(COLOUR_NAMES), "motion": len(MOTION_NAMES), "voice": len(VOICE_NAMES)}
    facts = {part: rng.integers(sizes[part], size=count) for part in parts}
    rows = [Facts(**{part: int(values[row]) for part, values in facts.items()}) for row in range(count)]
    return [caption(row, rng, parts, held_out=held_out) for row in rows], facts


def pixels_of(pictures: dict[str, np.ndarray]) -> np.ndarray:
    """uint8 [B,(F,)H,W,3] -> float32 [B,3,(F,)H,W]."""
    return np.ascontiguousarray(np.moveaxis(pictures["pixels"], -1, 1)).astype(np.float32) / 255


def waveforms_of(sounds: dict[str, np.ndarray]) -> np.ndarray:
    return sounds["waveform"][:, None].astype(np.float32) / 32767


def named(texts: list[str]) -> np.ndarray:
    return np.array([parse(text).thing for text in texts])


def sync(clips: np.ndarray, sounds: np.ndarray) -> np.ndarray:
    """Correlation of what changes between frames with the loudness at that time, for each pair."""
    change = np.abs(np.diff(clips, axis=2)).mean((1, 3, 4))  # [B,11]
    frames = sounds[:, 0, : SAMPLES // FRAMES * FRAMES].reshape(len(sounds), FRAMES, -1)
    loud = np.sqrt((frames**2).mean(2))[:, 1:]
    change, loud = (x - x.mean(1, keepdims=True) for x in (change, loud))
    norm = np.linalg.norm(change, axis=1) * np.linalg.norm(loud, axis=1)
    return (change * loud).sum(1) / np.maximum(norm, 1e-8)
