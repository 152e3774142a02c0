"""Stages `environment-text`, `-image`, `-audio`, `-video`: what a half-made output says of itself, in the space of prompts.

An environment encoder learns the mean of the embeddings of captions that a noisy latent may be of (`said`, hints.py), and to tell those
captions apart. The text is the bridge here too: environments that never met speak alike. Connectors learn to listen afterwards.
"""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .captions import PARTS, Facts, caption, draw_facts, draw_tell
from .clips import clip_pool
from .environment import ENVIRONMENT_ENCODERS
from .flow import draw_noise, level_of, noised, shifted
from .hints import said
from .latents import audio_latents, image_latents, standardise, video_latents
from .loop import draws_seed, load_weights, train
from .space import AUDIO_LATENT, ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH, TRAIN_STEPS
from .text_autoencoder import TextAutoencoder
from .train_denoisers import text_tower
from .train_image_autoencoder import picture_pool
from .train_mel_autoencoder import sound_pool
from .train_towers import facts_of, tokens_of

SHIFT = 2.0  # outputs agree while there is much noise
TELL_APART = 0.1  # weight of telling captions apart
SCALE = 12.0

Draw = Callable[[], tuple[Tensor, list[Facts], list[str]]]  # latents, what they are of, captions of what they show


class Speaker(nn.Module):
    """An environment encoder, and for sounds a reading of their loudness in time, which clips can move to; only for training."""

    def __init__(self, modality: str):
        super().__init__()
        self.environment = ENVIRONMENT_ENCODERS[modality]()
        self.loudness = nn.Linear(ENVIRONMENT_WIDTH, AUDIO_LATENT[0]) if modality == "audio" else None


def loudness_of(z: Tensor) -> Tensor:
    """Latents of sounds [B,4,16 mels,16 times] over all pitches, at the times of the tokens: [B,8,4]."""
    return z.mean(2).unflatten(2, (ENVIRONMENT_TOKENS, -1)).mean(-1).transpose(1, 2)


def speaker_loss(model: Speaker, noisy: Tensor, timestep: Tensor, z: Tensor, facts: list[Facts], meant: Tensor) -> Tensor:
    """Of a noisy latent, its timestep [B], the latent itself, what it is of, and embeddings [B,128] of captions of it."""
    with torch.autocast("cpu", torch.bfloat16):
        told = model.environment(noisy, timestep).float()
    guessed = said(told)
    same = torch.tensor([[one == other for other in facts] for one in facts])
    logits = (SCALE * guessed @ meant.T).masked_fill(same & ~torch.eye(len(facts), dtype=torch.bool), -30)
    value = (guessed - meant).square().sum(-1).mean() + TELL_APART * F.cross_entropy(logits, torch.arange(len(facts)))
    return value if model.loudness is None else value + (model.loudness(told) - loudness_of(z)).square().mean()


def speak(modality: str, draw: Draw, steps: int) -> None:
    tower = text_tower()

    def loss(model: Speaker, step: int) -> Tensor:
        z, facts, texts = draw()
        sigma = level_of(modality, shifted(torch.rand(len(z)), SHIFT))
        with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
            meant = tower(tokens_of(texts)).float()
        return speaker_loss(model, noised(z, sigma, draw_noise(z)), sigma * TRAIN_STEPS, z, facts, meant)

    speaker = Speaker(modality).to(memory_format=torch.channels_last)
    train(f"environment-{modality}", speaker, loss, steps, rate=1.5e-3, decay=0.998)


def of_pool(z: Tensor, pool: dict[str, np.ndarray], batch: int, seed: int) -> Draw:
    rng = np.random.default_rng(seed)

    def draw() -> tuple[Tensor, list[Facts], list[str]]:
        rows = rng.integers(len(z), size=batch)
        facts = facts_of(pool, rows)
        return z[rows].float(), facts, [caption(fact, rng) for fact in facts]

    return draw


def run_image(steps: int = 4000) -> None:
    speak("image", of_pool(standardise(image_latents(), "image").half(), picture_pool(), 128, draws_seed("environment-image", 41)), steps)


def run_audio(steps: int = 4000) -> None:
    speak("audio", of_pool(standardise(audio_latents(), "audio").half(), sound_pool(), 128, draws_seed("environment-audio", 42)), steps)


def run_video(steps: int = 2000) -> None:
    speak("video", of_pool(standardise(video_latents(), "video").half(), clip_pool(), 32, draws_seed("environment-video", 43)), steps)


def run_text(steps: int = 3000, batch: int = 128) -> None:
    words, rng = load_weights("text-autoencoder", TextAutoencoder()), np.random.default_rng(draws_seed("environment-text", 44))

    def draw() -> tuple[Tensor, list[Facts], list[str]]:
        facts = [draw_facts(rng) for _ in range(batch)]
        told = [Facts(**{part: getattr(fact, part) for part in draw_tell(rng, PARTS)}) for fact in facts]
        texts = [caption(fact, rng) for fact in told]
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            return words.encode(tokens_of(texts)).float(), told, texts

    speak("text", draw, steps)
