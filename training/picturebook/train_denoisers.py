"""Stages `image`, `audio`, `text`, `video`: one latent diffusion model for each modality, on the text's embeddings."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .captions import PARTS, Facts, ask, caption, draw_facts, draw_prompt_tell, filled
from .clips import BOUNCING, SPINNING, clip_pool
from .denoiser import TextDenoiser, UNet
from .flow import clip_loss, flow_loss, sample
from .latents import audio_latents, image_autoencoder, image_latents, mel_autoencoder, restore, standardise, video_latents
from .loop import draws_seed, load_weights, train
from .sheets import save_sheet
from .space import AUDIO_LATENT, CONDITION_WIDTH, IMAGE_LATENT, TEXT_LATENT, VIDEO_LATENT
from .text_autoencoder import TextAutoencoder, write
from .tokenizer import decode, encode
from .towers import ImageTower, TextTower
from .train_image_autoencoder import picture_pool
from .train_mel_autoencoder import sound_pool
from .train_towers import VAGUE, Pair, facts_of, halves, tokens_of

AUDIO_WIDTHS = (48, 64, 128)
HARD = {SPINNING: 2, BOUNCING: 1}  # motions that clips are trained on more, by weight
GAP = 0.4  # largest length of the noise on an embedding
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
    """Conditions [B,1,128] for rows of facts, from captions that were embedded once: whole, partial and vague ones.

    A third are averages of two captions that tell different parts of the same facts, as mixing conditions makes them; all carry noise
    as wide as the gap between modalities. What a medium cannot show, a prompt for it may still speak of.
    """

    VIEWS = 6

    def __init__(self, tower: TextTower, facts: list[Facts], seed: int, often: tuple[str, ...] = ("thing",), always: tuple[str, ...] = ()):
        self.rng, self.often, self.always = np.random.default_rng(seed), often, always
        self.embedded = torch.empty(len(facts), self.VIEWS, CONDITION_WIDTH, dtype=torch.float16)
        for at in range(0, len(facts), 256):
            texts = [text for fact in facts[at : at + 256] for text in self._views(filled(fact, self.rng))]
            with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
                self.embedded[at : at + 256] = tower(tokens_of(texts)).view(-1, self.VIEWS, CONDITION_WIDTH)

    def _views(self, facts: Facts) -> list[str]:
        """Prompts about the same facts; those of one row are all vague or none is."""
        vague = bool(self.rng.random() < VAGUE)
        tells = (draw_prompt_tell(self.rng, self.often) for _ in range(self.VIEWS))
        return [ask(facts, self.rng, tuple(part for part in PARTS if part in tell or part in self.always), vague) for tell in tells]

    def draw(self, rows: np.ndarray) -> Tensor:
        count = len(rows)
        views = torch.from_numpy(np.argsort(self.rng.random((count, self.VIEWS)), 1)[:, :2].copy())
        one, two = self.embedded[torch.from_numpy(rows)[:, None], views].float().unbind(1)
        share = torch.rand(count, 1) * (torch.rand(count, 1) < 0.35)
        mixed = one + share * (two - one)
        noise = torch.nn.functional.normalize(torch.randn_like(mixed), dim=-1)
        return (mixed + GAP * torch.rand(count, 1) * noise)[:, None]


@torch.no_grad()
def prompt(tower: TextTower, texts: tuple[str, ...]) -> Tensor:
    return tower(torch.from_numpy(encode(list(texts))))[:, None]


def run_image(steps: int = 12_000, batch: int = 48) -> None:
    z, pool, tower, decoder = image_latents(), picture_pool(), text_tower(), image_autoencoder()
    z = standardise(z, "image").half()
    prompter = Prompter(tower, facts_of(pool, np.arange(len(z))), draws_seed("image", 11))

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = prompter.rng.integers(len(z), size=batch)
        return flow_loss(model, z[rows].float(), prompter.draw(rows))

    def sheet(model: nn.Module, path: Path) -> None:
        torch.manual_seed(0)
        drawn = sample(model, prompt(tower, PROMPTS).repeat_interleave(4, 0), IMAGE_LATENT)
        pixels = decoder.decode(restore(drawn, "image")).permute(0, 2, 3, 1).numpy()
        save_sheet(path, pixels.reshape(4, 8, 64, 64, 3))

    train("image", new_denoiser("image").to(memory_format=torch.channels_last), loss, steps, rate=1e-3, sheet=sheet)


def run_audio(steps: int = 8500, batch: int = 48) -> None:
    z, pool, tower, decoder = standardise(audio_latents(), "audio").half(), sound_pool(), text_tower(), mel_autoencoder()
    prompter = Prompter(tower, facts_of(pool, np.arange(len(z))), draws_seed("audio", 12))

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = prompter.rng.integers(len(z), size=batch)
        return flow_loss(model, z[rows].float(), prompter.draw(rows))

    def sheet(model: nn.Module, path: Path) -> None:
        torch.manual_seed(0)
        mels = decoder.decode(restore(sample(model, prompt(tower, PROMPTS), AUDIO_LATENT), "audio"))
        save_sheet(path, mels.flip(2).permute(0, 2, 3, 1).expand(-1, -1, -1, 3).reshape(2, 4, 64, 64, 3).numpy())

    train("audio", new_denoiser("audio").to(memory_format=torch.channels_last), loss, steps, rate=1e-3, sheet=sheet)


class Captions:
    """Captions as latents [N,64], and the prompts that ask for them: a caption names the thing and tells what its prompt tells."""

    def __init__(self, words: TextAutoencoder, tower: TextTower, count: int, seed: int):
        self.rng, rng = np.random.default_rng(seed), np.random.default_rng(seed + 1000)
        self.latents = torch.empty(count, *TEXT_LATENT, dtype=torch.float16)
        self.prompts = torch.empty(count, 3, CONDITION_WIDTH, dtype=torch.float16)
        for at in range(0, count, 256):
            size = min(256, count - at)
            facts, tells = [draw_facts(rng) for _ in range(size)], [draw_prompt_tell(rng) for _ in range(size)]
            written = [caption(fact, rng, tuple(p for p in PARTS if p == "thing" or p in t)) for fact, t in zip(facts, tells, strict=True)]
            views = [(tell, *halves(rng, tell)) for tell in tells]
            vague = rng.random(size) < VAGUE
            asked = [ask(fact, rng, tell, bool(v)) for fact, told, v in zip(facts, views, vague, strict=True) for tell in told]
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
                self.latents[at : at + size] = words.encode(tokens_of(written))
                self.prompts[at : at + size] = tower(tokens_of(asked)).view(size, 3, CONDITION_WIDTH)

    def draw(self, batch: int) -> tuple[Tensor, Tensor]:
        """Latents [B,64] and conditions [B,1,128]: the whole prompt, or an average of its two halves."""
        rows = torch.from_numpy(self.rng.integers(len(self.latents), size=batch))
        whole, first, second = self.prompts[rows].float().unbind(1)
        share = 0.3 + 0.4 * torch.rand(batch, 1)
        mixed = torch.where(torch.rand(batch, 1) < 0.35, first + share * (second - first), whole)
        noise = torch.nn.functional.normalize(torch.randn_like(mixed), dim=-1)
        return self.latents[rows].float(), (mixed + GAP * torch.rand(batch, 1) * noise)[:, None]


def run_text(steps: int = 14_000, batch: int = 256) -> None:
    tower = text_tower()
    words = load_weights("text-autoencoder", TextAutoencoder())
    captions = Captions(words, tower, 50_000, draws_seed("text", 13))

    def loss(model: nn.Module, step: int) -> Tensor:
        return flow_loss(model, *captions.draw(batch))

    def sheet(model: nn.Module, path: Path) -> None:
        torch.manual_seed(0)
        latents = sample(model, prompt(tower, PROMPTS), TEXT_LATENT)
        print([decode(ids) for ids in write(words, latents)], flush=True)

    train("text", new_denoiser("text"), loss, steps, rate=1e-3, sheet=sheet, decay=0.9995)


def run_video(steps: int = 55_000, batch: int = 6) -> None:
    z, pool, tower, decoder = standardise(video_latents(), "video").half(), clip_pool(), text_tower(), image_autoencoder()
    prompter = Prompter(tower, facts_of(pool, np.arange(len(z))), draws_seed("video", 14), often=("thing", "motion"))
    model = new_denoiser("video")
    missing, unexpected = model.load_state_dict(load_weights("image", new_denoiser("image")).state_dict(), strict=False)
    assert not unexpected and all(any(new in name for new in ("temporal", "pace.", "timing.", "spacetime")) for name in missing), (
        missing,
        unexpected,
    )
    model.to(memory_format=torch.channels_last)

    # What turns or bounces is hardest: a third of each batch is of it. Its prompts always tell the motion, so that others learn no habit.
    hard = np.concatenate([np.repeat(np.flatnonzero(pool["motion"] == motion), share) for motion, share in HARD.items()])
    told = Prompter(tower, facts_of(pool, hard), draws_seed("video", 15), often=("thing",), always=("motion",))
    more = batch // 3

    def loss(model: nn.Module, step: int) -> Tensor:
        rows, others = prompter.rng.integers(len(z), size=batch - more), told.rng.integers(len(hard), size=more)
        condition = torch.cat([prompter.draw(rows), told.draw(others)])
        return clip_loss(model, z[np.concatenate([rows, hard[others]])].float(), condition, kept=more)

    def sheet(model: nn.Module, path: Path) -> None:
        torch.manual_seed(0)
        texts = ("a dog bouncing on blue", "a star spinning on black", "a car sliding on yellow", "an apple pulsing on white")
        drawn = restore(sample(model, prompt(tower, texts), VIDEO_LATENT), "video")
        frames = decoder.decode(drawn.transpose(1, 2).reshape(-1, 4, 16, 16))
        save_sheet(path, frames.permute(0, 2, 3, 1).reshape(4, 12, 64, 64, 3).numpy(), 1)

    train("video", model, loss, steps, rate=9e-4, sheet=sheet)
