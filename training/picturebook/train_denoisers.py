"""Stages `image`, `audio`, `text`, `video`: one latent diffusion model for each modality, on the text's embeddings."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .captions import PARTS, Facts, caption, draw_facts, draw_tell
from .clips import clip_pool
from .denoiser import TextDenoiser, UNet
from .flow import flow_loss, sample
from .latents import audio_latents, image_autoencoder, image_latents, mel_autoencoder, restore, standardise, video_latents
from .loop import load_weights, train
from .sheets import save_sheet
from .space import AUDIO_LATENT, IMAGE_LATENT, TEXT_LATENT, VIDEO_LATENT
from .text_autoencoder import TextAutoencoder, write
from .tokenizer import decode, encode
from .towers import ImageTower, TextTower
from .train_image_autoencoder import picture_pool
from .train_mel_autoencoder import sound_pool
from .train_towers import VAGUE, Pair, facts_of

AUDIO_WIDTHS = (48, 64, 128)
GAP = 0.5  # largest length of the noise on an embedding
PROMPTS = (
    "a dog on a blue background",
    "red cat",
    "an apple on green",
    "a rocket with white behind it",
    "a yellow background",
    "a penguin",
    "a fox on purple",
    "pizza on pink",
)


def new_denoiser(modality: str) -> nn.Module:
    if modality == "text":
        return TextDenoiser()
    return UNet(AUDIO_WIDTHS) if modality == "audio" else UNet(temporal=modality == "video")


def text_tower() -> TextTower:
    return load_weights("towers", Pair(ImageTower())).text


class Prompter:
    """Draws conditions [B,1,128] for rows of facts: whole, partial and vague captions, averages of two, noise as wide as the gap."""

    def __init__(self, tower: TextTower, parts: tuple[str, ...], seed: int):
        self.tower, self.parts, self.rng = tower, parts, np.random.default_rng(seed)

    @torch.no_grad()
    def draw(self, facts: list[Facts]) -> Tensor:
        rng, first, second = self.rng, [], []
        for fact in facts:
            vague = bool(rng.random() < VAGUE)
            first.append(caption(fact, rng, draw_tell(rng, self.parts), category=vague))
            second.append(caption(fact, rng, draw_tell(rng, self.parts), category=vague))
        c = self.tower(torch.from_numpy(encode(first + second)))
        one, two = c.chunk(2)
        share = torch.rand(len(one), 1) * (torch.rand(len(one), 1) < 0.35)
        mixed = one + share * (two - one)
        noise = torch.nn.functional.normalize(torch.randn_like(mixed), dim=-1)
        return (mixed + GAP * torch.rand(len(mixed), 1) * noise)[:, None]


@torch.no_grad()
def prompt(tower: TextTower, texts: tuple[str, ...]) -> Tensor:
    return tower(torch.from_numpy(encode(list(texts))))[:, None]


def run_image(steps: int = 9000, batch: int = 48) -> None:
    z, pool, tower, decoder = image_latents(), picture_pool(), text_tower(), image_autoencoder()
    z = standardise(z, "image").half()
    prompter = Prompter(tower, ("thing", "colour"), 11)

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = prompter.rng.integers(len(z), size=batch)
        return flow_loss(model, z[rows].float(), prompter.draw(facts_of(pool, rows)))

    def sheet(model: nn.Module, path: Path) -> None:
        torch.manual_seed(0)
        drawn = sample(model, prompt(tower, PROMPTS).repeat_interleave(4, 0), IMAGE_LATENT)
        pixels = decoder.decode(restore(drawn, "image")).permute(0, 2, 3, 1).numpy()
        save_sheet(path, pixels.reshape(4, 8, 64, 64, 3))

    train("image", new_denoiser("image").to(memory_format=torch.channels_last), loss, steps, rate=1e-3, sheet=sheet)


def run_audio(steps: int = 5500, batch: int = 48) -> None:
    z, pool, tower, decoder = standardise(audio_latents(), "audio").half(), sound_pool(), text_tower(), mel_autoencoder()
    prompter = Prompter(tower, ("thing", "voice"), 12)

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = prompter.rng.integers(len(z), size=batch)
        return flow_loss(model, z[rows].float(), prompter.draw(facts_of(pool, rows)))

    def sheet(model: nn.Module, path: Path) -> None:
        torch.manual_seed(0)
        mels = decoder.decode(restore(sample(model, prompt(tower, PROMPTS), AUDIO_LATENT), "audio"))
        save_sheet(path, mels.flip(2).permute(0, 2, 3, 1).expand(-1, -1, -1, 3).reshape(2, 4, 64, 64, 3).numpy())

    train("audio", new_denoiser("audio").to(memory_format=torch.channels_last), loss, steps, rate=1e-3, sheet=sheet)


def run_text(steps: int = 2000, batch: int = 128) -> None:
    tower = text_tower()
    words = load_weights("text-autoencoder", TextAutoencoder())
    prompter = Prompter(tower, PARTS, 13)

    def loss(model: nn.Module, step: int) -> Tensor:
        facts = [draw_facts(prompter.rng) for _ in range(batch)]
        texts = [caption(fact, prompter.rng, ("thing", *draw_tell(prompter.rng, PARTS[1:]))) for fact in facts]
        with torch.no_grad():
            z = words.encode(torch.from_numpy(encode(texts)))
        told = [draw_tell(prompter.rng, PARTS) for _ in facts]
        return flow_loss(model, z, prompter.draw([_only(fact, tell) for fact, tell in zip(facts, told, strict=True)]))

    def sheet(model: nn.Module, path: Path) -> None:
        torch.manual_seed(0)
        latents = sample(model, prompt(tower, PROMPTS), TEXT_LATENT)
        print([decode(ids) for ids in write(words, latents)], flush=True)

    train("text", new_denoiser("text"), loss, steps, rate=1e-3, sheet=sheet)


def _only(fact: Facts, tell: tuple[str, ...]) -> Facts:
    return Facts(**{part: getattr(fact, part) for part in tell})


def run_video(steps: int = 2000, batch: int = 6) -> None:
    z, pool, tower, decoder = standardise(video_latents(), "video").half(), clip_pool(), text_tower(), image_autoencoder()
    prompter = Prompter(tower, ("thing", "colour", "motion"), 14)
    model = new_denoiser("video")
    missing, unexpected = model.load_state_dict(load_weights("image", new_denoiser("image")).state_dict(), strict=False)
    assert not unexpected and all("temporal" in name for name in missing), (missing, unexpected)
    model.to(memory_format=torch.channels_last)

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = prompter.rng.integers(len(z), size=batch)
        return flow_loss(model, z[rows].float(), prompter.draw(facts_of(pool, rows)))

    def sheet(model: nn.Module, path: Path) -> None:
        torch.manual_seed(0)
        texts = ("a dog bouncing on blue", "a star spinning on black", "a car sliding on yellow", "an apple pulsing on white")
        drawn = restore(sample(model, prompt(tower, texts), VIDEO_LATENT, steps=12), "video")
        frames = decoder.decode(drawn.transpose(1, 2).reshape(-1, 4, 16, 16))
        save_sheet(path, frames.permute(0, 2, 3, 1).reshape(4, 12, 64, 64, 3).numpy(), 1)

    train("video", model, loss, steps, rate=6e-4, sheet=sheet)
