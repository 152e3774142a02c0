"""Voices: espeak-ng says the names of things. Waveforms of exactly one second, 16 kHz, float32 in [-1, 1]."""

import io
import subprocess
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .kept import made_once
from .space import FRAMES, SAMPLE_RATE, SAMPLES, WORK
from .things import NAMES

CACHE = WORK / "voices.npz"
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-029")
HELD_OUT_ACCENT = "en-gb-x-rp"  # no training hears it
UTTERANCES = 14  # of each thing and voice, of which two are held out


@dataclass(frozen=True)
class Voice:
    name: str
    phrases: tuple[str, ...]  # how captions call it
    variants: tuple[str, ...]  # espeak-ng voice variants
    pitch: tuple[int, int]


VOICES = [
    Voice("man", ("a man", "a man's voice"), ("m3", "m7", "m1"), (35, 50)),
    Voice("woman", ("a woman", "a woman's voice"), ("f2", "f4", "f1"), (50, 65)),
    Voice("deep", ("a deep voice", "a giant"), ("m2", "m5", "m8"), (0, 12)),
    Voice("child", ("a child", "a high voice"), ("f3", "f5"), (88, 99)),
    Voice("robot", ("a robot", "a machine"), ("robosoft", "robosoft4", "UniRobot"), (30, 60)),
    Voice("whisper", ("a whisper", "a whispering voice"), ("whisper", "whisperf"), (35, 65)),
]
VOICE_NAMES = [voice.name for voice in VOICES]


def speak(text: str, voice: str, pitch: int, speed: int) -> np.ndarray:
    """What espeak-ng says, without the silence around it -> float32 [samples] at 16 kHz."""
    command = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(speed), "--stdout", text]
    spoken = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    samples = samples[loud[0] : loud[-1] + 1] if len(loud) else samples[:1]
    count = int(len(samples) * SAMPLE_RATE / rate)
    if rate > SAMPLE_RATE:  # a short low-pass against aliasing
        taps = np.sinc(np.arange(-16, 17) * SAMPLE_RATE / rate) * np.hamming(33)
        samples = np.convolve(samples, taps / taps.sum(), "same")
    return np.interp(np.arange(count) * rate / SAMPLE_RATE, np.arange(len(samples)), samples).astype(np.float32)


def _utterance(job: tuple[int, int, int]) -> np.ndarray:
    """One utterance of (thing, voice, index), at most a second -> int16 [16000], at its beginning."""
    thing, voice_index, index = job
    rng = np.random.default_rng((7, *job))
    voice = VOICES[voice_index]
    accents = ACCENTS if index < UTTERANCES - 2 else (HELD_OUT_ACCENT,)
    accent = accents[rng.integers(len(accents))]
    variant = voice.variants[rng.integers(len(voice.variants))]
    pitch, speed = int(rng.integers(*voice.pitch)), int(rng.integers(100, 141))
    samples = speak(NAMES[thing], f"{accent}+{variant}", pitch, speed)
    if len(samples) > SAMPLES:
        samples = speak(NAMES[thing], f"{accent}+{variant}", pitch, int(speed * len(samples) / SAMPLES * 1.1))[:SAMPLES]
    samples = samples / max(1e-3, float(np.abs(samples).max())) * 0.8
    return np.pad((samples * 32767).astype(np.int16), (0, SAMPLES - len(samples)))


def load_voices() -> np.ndarray:
    """int16 [things, voices, utterances, 16000]; made once by espeak-ng, then cached."""
    shape = (len(NAMES), len(VOICES), UTTERANCES)

    def make(path: Path) -> None:
        with ThreadPoolExecutor(2) as pool:
            spoken = list(pool.map(_utterance, np.ndindex(*shape)))
        np.savez(path, voices=np.stack(spoken).reshape(*shape, SAMPLES))

    with np.load(made_once(CACHE, make)) as cached:
        return cached["voices"]


def place_utterance(rng: np.random.Generator, utterance: np.ndarray) -> np.ndarray:
    """Puts an utterance int16 [16000] anywhere in the second where it fits, at some loudness -> float32 [16000]."""
    length = int(np.flatnonzero(utterance)[-1]) + 1 if utterance.any() else 1
    shift = int(rng.integers(0, SAMPLES - length + 1))
    return np.roll(utterance, shift).astype(np.float32) / 32768 * float(rng.uniform(0.5, 1.1))


def draw_utterance(voices: np.ndarray, rng: np.random.Generator, thing: int, voice: int, train: bool = True) -> np.ndarray:
    """A random utterance of the split, placed -> float32 [16000]."""
    index = int(rng.integers(UTTERANCES - 2)) if train else UTTERANCES - 2 + int(rng.integers(2))
    return place_utterance(rng, voices[thing, voice, index])


def loudness(waveform: np.ndarray) -> np.ndarray:
    """Root mean square per video frame, divided by the largest -> float32 [12] in [0, 1]."""
    frames = waveform[: SAMPLES // FRAMES * FRAMES].reshape(FRAMES, -1)
    level = np.sqrt((frames**2).mean(axis=1))
    return (level / max(1e-4, float(level.max()))).astype(np.float32)
