"""Clips: a thing moves, and how fast it moves follows the loudness of the voice that says its name."""

from pathlib import Path

import numpy as np

from .kept import made_once
from .pictures import background, load_icons, place, placement
from .space import FRAMES, IMAGE_SIZE, WORK
from .things import COLOUR_NAMES, MOTION_NAMES, THINGS, split_styles
from .voices import VOICES, draw_utterance, load_voices, loudness

POOL = 12_000
STILL, BOUNCING, SPINNING, SLIDING, PULSING = range(len(MOTION_NAMES))


def animate(icon: np.ndarray, colour: np.ndarray, motion: int, speed: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Frames uint8 [12,64,64,3]; `speed` in [0,1] per frame is how far the motion gets on before that frame."""
    x, y, size, angle = placement(rng)
    direction = 1 if rng.random() < 0.5 else -1
    if motion == PULSING:
        size = min(size, 44.0)
    if motion == BOUNCING:
        y = float(rng.uniform(IMAGE_SIZE - 26, IMAGE_SIZE - size / 2 + 2))
    if motion == SLIDING:
        x = IMAGE_SIZE / 2 - direction * 18
    phase, frames = 0.0, []
    for frame in range(FRAMES):
        phase += float(speed[frame])
        place_x, place_y, place_size, place_angle = x, y, size, angle
        if motion == BOUNCING:
            place_y = y - 20 * abs(np.sin(phase * 0.9))
        elif motion == SPINNING:
            place_angle = angle + direction * phase * 55
        elif motion == SLIDING:
            place_x = x + direction * phase * 8.5
        elif motion == PULSING:
            place_size = size * (1 + 0.38 * np.sin(phase * 1.2))
        frames.append(place(icon, colour, place_x, place_y, place_size, place_angle))
    return np.stack(frames)


def make_clips(count: int, seed: int, trained_sounds: bool = True) -> dict[str, np.ndarray]:
    """Clips in trained styles with their voices: pixels uint8 [count,12,64,64,3], waveform int16 [count,16000], facts int64 [count]."""
    icons, voices, rng = load_icons(), load_voices(), np.random.default_rng(seed)
    facts = {
        "thing": rng.integers(len(THINGS), size=count),
        "colour": rng.integers(len(COLOUR_NAMES), size=count),
        "motion": rng.integers(len(MOTION_NAMES), size=count),
        "voice": rng.integers(len(VOICES), size=count),
    }
    pixels = np.empty((count, FRAMES, IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8)
    waveforms = np.empty((count, voices.shape[-1]), np.int16)
    for row in range(count):
        thing = int(facts["thing"][row])
        waveform = draw_utterance(voices, rng, thing, int(facts["voice"][row]), trained_sounds)
        styles = split_styles(thing, len(icons[thing]), train=True)
        icon, colour = icons[thing][int(rng.choice(styles))], background(rng, int(facts["colour"][row]))
        pixels[row] = animate(icon, colour, int(facts["motion"][row]), loudness(waveform), rng)
        waveforms[row] = np.clip(waveform, -1, 1) * 32767
    return {"pixels": pixels, "waveform": waveforms, **facts}


def clip_pool() -> dict[str, np.ndarray]:
    """The training clips, made once; pixels are memory-mapped."""

    def make(folder: Path) -> None:
        folder.mkdir()
        for name, array in make_clips(POOL, seed=4).items():
            np.save(folder / f"{name}.npy", array)

    folder = made_once(WORK / "clips", make)
    return {path.stem: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")}
