"""Stages `joint-image`, `joint-audio`, `joint-video`: latent alignment (CoDi, section 3.4). Backbones are frozen.

Text and image learn together; then audio joins text, whose side is frozen; then video joins audio, whose side is frozen. Every
environment lives in one space, so pairs and triples that were never trained work too.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .captions import PARTS, Facts, ask, caption, draw_prompt_tell, filled
from .clips import clip_pool
from .denoiser import connector_parameters
from .environment import ENVIRONMENT_ENCODERS
from .flow import draw_noise, draw_sigma, level_of, noised
from .latents import audio_latents, cached, image_latents, mel_autoencoder, standardise, video_latents
from .loop import draws_seed, load_weights, train
from .mel import Mel
from .space import ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH, MODALITIES, TRAIN_STEPS
from .text_autoencoder import TextAutoencoder
from .towers import TextTower
from .train_denoisers import GAP, new_denoiser, text_tower
from .train_environments import Speaker
from .train_image_autoencoder import picture_pool
from .train_mel_autoencoder import sound_pool
from .train_towers import facts_of, tokens_of

OPEN = 0.7  # share of prompts that name no thing, or only its category: what is left open must come from the other output
SHIFT = 3.0  # outputs agree on what they are of while there is much noise


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
    side.environment = load_weights(f"environment-{modality}", Speaker(modality)).environment
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


Tell = tuple[str, ...]


class OpenPrompter:
    """Embeds captions, and draws prompts [B,1,128] that often leave the thing open."""

    def __init__(self, tower: TextTower, seed: int):
        self.tower, self.rng = tower, np.random.default_rng(seed)

    @torch.no_grad()
    def embed(self, texts: list[str]) -> Tensor:
        return self.tower(tokens_of(texts))

    def draw(self, facts: list[Facts], tells: list[Tell]) -> Tensor:
        c = self.embed([self._prompt(fact, tell) for fact, tell in zip(facts, tells, strict=True)])
        noise = F.normalize(torch.randn_like(c), dim=-1)
        return (c + GAP * torch.rand(len(c), 1) * noise)[:, None]

    def _prompt(self, facts: Facts, tell: Tell) -> str:
        draw = self.rng.random()
        if draw < OPEN / 2:
            tell = tuple(part for part in tell if part != "thing") or ("thing",)
        return ask(facts, self.rng, tell, category=bool(draw < OPEN))


@dataclass(frozen=True)
class Drawn:
    """A batch of a pair: standardised latents, what the rows are of, and what their prompts tell."""

    latents: dict[str, Tensor]
    facts: list[Facts]
    tells: list[Tell]


def tell(modality: str, environment: nn.Module, z: Tensor, noise: Tensor, sigma: Tensor) -> Tensor:
    """What latents say of themselves at a shared level of noise [B] -> [B,8,64]."""
    level = level_of(modality, sigma)
    return environment(noised(z, level, noise), level * TRAIN_STEPS)


def joint_loss(sides: nn.ModuleDict, frozen: dict[str, Side], z: dict[str, Tensor], condition: Tensor, rng: np.random.Generator) -> Tensor:
    """Of a pair's latents {modality: [B,...]}: how well each of `sides` is denoised while it hears the other, which may be `frozen`."""
    sigma = draw_sigma(len(condition), SHIFT)
    # Half the time what is heard is further than who hears it: those who follow learn to while there is much noise.
    ahead = torch.where(torch.rand(len(condition)) < 0.5, sigma, sigma * torch.rand(len(condition)))
    noise = {name: draw_noise(latent) for name, latent in z.items()}
    with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
        told = {name: tell(name, (frozen.get(name) or sides[name]).environment, z[name], noise[name], ahead) for name in z}
    value = torch.zeros(())
    for name, side in sides.items():
        (other,) = (heard for heard in z if heard != name)
        environment, mask = pack(told[other].float(), MODALITIES.index(other), rng)
        level = level_of(name, sigma)
        with torch.autocast("cpu", torch.bfloat16):
            predicted = side.denoiser(noised(z[name], level, noise[name]), level * TRAIN_STEPS, condition, environment, mask)
        value = value + (predicted.float() - (noise[name] - z[name])).square().mean()
    return value


def align(stage: str, draw: Callable[[], Drawn], steps: int, seed: int) -> None:
    names, sides = PAIRS[stage], nn.ModuleDict({name: new_side(name) for name, of in STAGE_OF.items() if of == stage})
    frozen = {name: load_side(name) for name in names if name not in sides}
    sides.requires_grad_(False)
    trained = [p for side in sides.values() for p in connector_parameters(side.denoiser)]
    for parameter in trained:
        parameter.requires_grad_(True)
    prompter = OpenPrompter(text_tower(), draws_seed(stage, seed))

    def loss(model: nn.ModuleDict, step: int) -> Tensor:
        drawn = draw()
        return joint_loss(model, frozen, drawn.latents, prompter.draw(drawn.facts, drawn.tells), prompter.rng)

    train(stage, sides.to(memory_format=torch.channels_last), loss, steps, rate=1.5e-3, parameters=trained, decay=0.997)


def beside_captions(modality: str, z: Tensor, pool: dict[str, np.ndarray], batch: int, seed: int) -> Callable[[], Drawn]:
    """Draws rows of a pool with captions of them: what the prompt tells, and some of what the medium shows."""
    words, rng = load_weights("text-autoencoder", TextAutoencoder()), np.random.default_rng(draws_seed(f"joint-{modality}", seed))

    def draw() -> Drawn:
        rows = rng.integers(len(z), size=batch)
        known = facts_of(pool, rows)
        facts, tells = [filled(fact, rng) for fact in known], [draw_prompt_tell(rng) for _ in known]
        texts = []
        for fact, shown, tell in zip(facts, known, tells, strict=True):
            also = {part for part in PARTS if getattr(shown, part) >= 0 and rng.random() < 0.4}
            texts.append(caption(fact, rng, tuple(part for part in PARTS if part == "thing" or part in tell or part in also)))
        with torch.no_grad():
            latents = {modality: z[rows].float(), "text": words.encode(tokens_of(texts))}
        return Drawn(latents, facts, tells)

    return draw


def run_image(steps: int = 1200, batch: int = 40) -> None:
    z = standardise(image_latents(), "image").half()
    align("joint-image", beside_captions("image", z, picture_pool(), batch, 21), steps, 21)


def run_audio(steps: int = 1000, batch: int = 40) -> None:
    z = standardise(audio_latents(), "audio").half()
    align("joint-audio", beside_captions("audio", z, sound_pool(), batch, 22), steps, 22)


def clip_sound_latents() -> Tensor:
    """float16 [N,4,16,16]: the sounds of the training clips, cached."""

    @torch.no_grad()
    def make() -> np.ndarray:
        model, mel, waveforms = mel_autoencoder(), Mel(), clip_pool()["waveform"]
        parts = np.array_split(waveforms, len(waveforms) // 60)
        waves = (torch.from_numpy(part.astype(np.float32) / 32767)[:, None] for part in parts)
        return np.concatenate([model.encode(mel(wave)).half().numpy() for wave in waves])

    return cached("clip-sounds", make)


def run_video(steps: int = 1400, batch: int = 8) -> None:
    clips, sounds = standardise(video_latents(), "video").half(), standardise(clip_sound_latents(), "audio").half()
    pool, rng = clip_pool(), np.random.default_rng(draws_seed("joint-video", 23))

    def draw() -> Drawn:
        rows = rng.integers(len(clips), size=batch)
        facts = facts_of(pool, rows)
        latents = {"video": clips[rows].float(), "audio": sounds[rows].float()}
        return Drawn(latents, facts, [draw_prompt_tell(rng) for _ in facts])

    align("joint-video", draw, steps, 23)
