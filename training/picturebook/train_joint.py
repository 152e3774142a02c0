"""Stages `joint-image`, `joint-audio`, `joint-video`: latent alignment (CoDi, section 3.4). Backbones are frozen.

Text and image learn together; then audio joins text, whose side is frozen; then video joins audio, whose side is frozen. Every
environment lives in one space, so pairs and triples that were never trained work too.
"""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .captions import Facts, caption, draw_tell
from .clips import clip_pool
from .denoiser import connector_parameters
from .environment import ENVIRONMENT_ENCODERS
from .flow import draw_sigma, drop_prompts, noised
from .latents import audio_latents, image_latents, mel_autoencoder, standardise, video_latents
from .loop import checkpoint_path, load_weights, train
from .mel import Mel
from .space import ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH, MODALITIES, TRAIN_STEPS, WORK
from .text_autoencoder import TextAutoencoder
from .tokenizer import encode
from .train_denoisers import Prompter, new_denoiser, text_tower
from .train_image_autoencoder import picture_pool
from .train_mel_autoencoder import sound_pool
from .train_towers import facts_of

OPEN = 0.5  # share of prompts that name no thing, or only its category: what is left open must come from the other output


class Side(nn.Module):
    """A modality in joint generation: its denoiser and its environment encoder."""

    def __init__(self, modality: str):
        super().__init__()
        self.denoiser = new_denoiser(modality)
        self.environment = ENVIRONMENT_ENCODERS[modality]()


PAIRS = {"joint-image": ("text", "image"), "joint-audio": ("text", "audio"), "joint-video": ("audio", "video")}
# The stage that trains a modality's side; in later ones it is frozen.
STAGE_OF = {"text": "joint-image", "image": "joint-image", "audio": "joint-audio", "video": "joint-video"}


def load_side(modality: str) -> Side:
    """What the latent alignment made of a modality, frozen."""
    stage = STAGE_OF[modality]
    return load_weights(stage, new_sides(stage))[modality]


def new_sides(stage: str) -> nn.ModuleDict:
    """The sides that a stage trains, with random weights."""
    return nn.ModuleDict({name: Side(name) for name, of in STAGE_OF.items() if of == stage})


def new_side(modality: str) -> Side:
    """The backbone of a single-modality stage with connectors that are still the identity."""
    side = Side(modality)
    load_weights(modality, side.denoiser)
    return side


def pack(told: Tensor, slot: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Environment [B,4,8,64] and mask [B,4] from one modality's [B,8,64].

    Now and then in another slot, or in two at once, or in none: connectors must take slots that their pair never fills.
    """
    batch = len(told)
    environment = torch.zeros(batch, len(MODALITIES), ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH)
    mask = torch.zeros(batch, len(MODALITIES))
    slots = np.where(rng.random(batch) < 0.6, slot, rng.integers(len(MODALITIES), size=batch))
    rows = torch.arange(batch)
    chosen = torch.from_numpy(slots)
    environment[rows, chosen] = told
    mask[rows, chosen] = 1.0
    second = torch.from_numpy(rng.integers(len(MODALITIES), size=batch))
    doubled = torch.from_numpy(rng.random(batch) < 0.2)
    environment[rows[doubled], second[doubled]] = told[doubled]
    mask[rows[doubled], second[doubled]] = 1.0
    mask = mask * torch.from_numpy(rng.random(batch) >= 0.1).float()[:, None]
    return environment, mask


def contrast(one: Tensor, other: Tensor, facts: list[Facts]) -> Tensor:
    """Symmetric InfoNCE between environments [B,8,64] of a pair at the same time; rows of the same thing are no negatives."""
    flat = [F.normalize(torch.cat([told.flatten(1) / told[0].numel() ** 0.5, told.mean(1)], 1), dim=-1) for told in (one, other)]
    logits = flat[0] @ flat[1].T * 12
    things = torch.tensor([fact.thing for fact in facts])
    also = (things[:, None] == things) & ~torch.eye(len(things), dtype=torch.bool)
    logits = logits.masked_fill(also, -30)
    target = torch.arange(len(things))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


class OpenPrompter(Prompter):
    """Prompts that often leave the thing open."""

    def draw_open(self, facts: list[Facts]) -> Tensor:
        rng = self.rng
        texts = []
        for fact in facts:
            tell = draw_tell(rng, self.parts)
            vague = bool(rng.random() < OPEN)
            texts.append(caption(fact, rng, tell, category=vague))
        with torch.no_grad():
            c = self.tower(torch.from_numpy(encode(texts)))
        noise = F.normalize(torch.randn_like(c), dim=-1)
        return drop_prompts((c + 0.3 * torch.rand(len(c), 1) * noise)[:, None], 0.2)


Draw = Callable[[], tuple[dict[str, Tensor], list[Facts]]]


def align(stage: str, draw: Draw, parts: tuple[str, ...], steps: int, seed: int) -> None:
    """`draw()` gives standardised latents of both modalities of the pair, and the facts they share."""
    names, sides = PAIRS[stage], new_sides(stage)
    if not checkpoint_path(stage).exists():
        for name in sides:
            sides[name] = new_side(name)
    frozen = {name: load_side(name) for name in names if name not in sides}
    sides.requires_grad_(False)
    trained = [p for side in sides.values() for p in (*connector_parameters(side.denoiser), *side.environment.parameters())]
    for parameter in trained:
        parameter.requires_grad_(True)
    prompter = OpenPrompter(text_tower(), parts, seed)

    def loss(model: nn.ModuleDict, step: int) -> Tensor:
        z, facts = draw()
        sigma = draw_sigma(len(facts))
        condition = prompter.draw_open(facts)
        noise = {name: torch.randn_like(z[name]) for name in names}
        noisy = {name: noised(z[name], sigma, noise[name]) for name in names}
        with torch.autocast("cpu", torch.bfloat16):
            told = {name: (frozen.get(name) or model[name]).environment(noisy[name], sigma * TRAIN_STEPS) for name in names}
        value = 0.1 * contrast(told[names[0]].float(), told[names[1]].float(), facts)
        for name, side in model.items():
            other = names[1 - names.index(name)]
            environment, mask = pack(told[other].float(), MODALITIES.index(other), prompter.rng)
            with torch.autocast("cpu", torch.bfloat16):
                predicted = side.denoiser(noisy[name], sigma * TRAIN_STEPS, condition, environment, mask)
            value = value + (predicted.float() - (noise[name] - z[name])).square().mean()
        return value

    train(stage, sides.to(memory_format=torch.channels_last), loss, steps, rate=1e-3, parameters=trained, decay=0.997)


def caption_latents(words: TextAutoencoder, facts: list[Facts], rng: np.random.Generator, others: tuple[str, ...]) -> Tensor:
    texts = [caption(fact, rng, ("thing", *draw_tell(rng, others))) for fact in facts]
    with torch.no_grad():
        return words.encode(torch.from_numpy(encode(texts)))


def run_image(steps: int = 2200, batch: int = 40) -> None:
    z, pool, rng = standardise(image_latents(), "image").half(), picture_pool(), np.random.default_rng(21)
    words = load_weights("text-autoencoder", TextAutoencoder())

    def draw() -> tuple[dict[str, Tensor], list[Facts]]:
        rows = rng.integers(len(z), size=batch)
        facts = facts_of(pool, rows)
        return {"image": z[rows].float(), "text": caption_latents(words, facts, rng, ("colour",))}, facts

    align("joint-image", draw, ("thing", "colour"), steps, 21)


def run_audio(steps: int = 1200, batch: int = 40) -> None:
    z, pool, rng = standardise(audio_latents(), "audio").half(), sound_pool(), np.random.default_rng(22)
    words = load_weights("text-autoencoder", TextAutoencoder())

    def draw() -> tuple[dict[str, Tensor], list[Facts]]:
        rows = rng.integers(len(z), size=batch)
        facts = facts_of(pool, rows)
        return {"audio": z[rows].float(), "text": caption_latents(words, facts, rng, ("voice",))}, facts

    align("joint-audio", draw, ("thing", "voice"), steps, 22)


def clip_sound_latents() -> Tensor:
    """float16 [N,4,16,16]: the sounds of the training clips, cached."""
    path = WORK / "latents/clip-sounds.npy"
    if not path.exists():
        model, mel, waveforms = mel_autoencoder(), Mel(), clip_pool()["waveform"]
        with torch.no_grad():
            parts = [
                model.encode(mel(torch.from_numpy(part.astype(np.float32) / 32767)[:, None])).half().numpy()
                for part in np.array_split(waveforms, len(waveforms) // 60)
            ]
        np.save(path, np.concatenate(parts))
    return torch.from_numpy(np.load(path))


def run_video(steps: int = 900, batch: int = 8) -> None:
    clips, sounds = standardise(video_latents(), "video").half(), standardise(clip_sound_latents(), "audio").half()
    pool, rng = clip_pool(), np.random.default_rng(23)

    def draw() -> tuple[dict[str, Tensor], list[Facts]]:
        rows = rng.integers(len(clips), size=batch)
        return {"video": clips[rows].float(), "audio": sounds[rows].float()}, facts_of(pool, rows)

    align("joint-video", draw, ("thing", "colour", "motion"), steps, 23)
