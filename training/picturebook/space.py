"""Sizes that every part of picturebook shares."""

from pathlib import Path

WORK = Path(__file__).resolve().parents[1] / ".work"

# The shared space: T condition tokens of width D, M environment tokens of width E.
CONDITION_TOKENS, CONDITION_WIDTH = 1, 128
ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH = 8, 64
EMBEDDING = 256  # width of what time and prompt are for a denoiser
MODALITIES = ("text", "image", "audio", "video")

IMAGE_SIZE = 64
IMAGE_LATENT = (4, 16, 16)

SAMPLE_RATE = 16_000
SAMPLES = 16_000
FFT, HOP, MELS, MEL_FRAMES = 1024, 250, 64, 64
MEL_LOW, MEL_HIGH = 50.0, 8000.0
AUDIO_LATENT = (4, 16, 16)

FRAMES, FPS = 12, 12
VIDEO_LATENT = (4, FRAMES, 16, 16)

TEXT_LATENT = (64,)
CAPTION_TOKENS = 32

TRAIN_STEPS = 1000  # timestep = sigma * TRAIN_STEPS
