"""Stages `towers`, `audio-tower`, `video-tower`: text and image first; then text is frozen and the others are aligned to it alone."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .captions import PARTS, Facts, caption, draw_tell
from .clips import clip_pool
from .loop import load_weights, train
from .things import CATEGORIES, THINGS
from .tokenizer import encode
from .towers import AudioTower, ImageTower, TextTower, VideoTower
from .train_image_autoencoder import picture_pool, to_tensor
from .train_mel_autoencoder import sound_pool

BATCH = 128
VAGUE = 0.1  # share of captions that name the category ("an animal") in place of the thing
PULL, PULL_AFTER = 0.5, 0.6  # matched pairs are pulled together late: from the first step on it would collapse the space


class Pair(nn.Module):
    """The text tower, another tower, and the learned temperature of their contrast."""

    def __init__(self, other: nn.Module):
        super().__init__()
        self.text, self.other = TextTower(), other
        self.log_scale = nn.Parameter(torch.tensor(2.7))


def draw_captions(facts: list[Facts], rng: np.random.Generator, parts: tuple[str, ...]) -> tuple[Tensor, Tensor]:
    """A caption for each row (one in ten names the category only), and which rows each caption is true of: bool [B,B]."""
    tells = [draw_tell(rng, parts) for _ in facts]
    vague = rng.random(len(facts)) < VAGUE
    texts = [caption(fact, rng, tell, category=bool(v)) for fact, tell, v in zip(facts, tells, vague, strict=True)]
    told = np.array([[part in tell for part in PARTS] for tell in tells])
    known = np.array([[getattr(fact, part) for part in PARTS] for fact in facts])
    same = known[None] == known[:, None]
    kinds = np.array([list(CATEGORIES).index(THINGS[fact.thing].category) for fact in facts])
    same[vague, :, 0] = kinds[None] == kinds[vague, None]
    return torch.from_numpy(encode(texts)), torch.from_numpy((same | ~told[:, None]).all(-1))


def contrast(text: Tensor, other: Tensor, true: Tensor, log_scale: Tensor) -> Tensor:
    """Symmetric InfoNCE; rows that a caption is also true of are no negatives."""
    logits = text @ other.T * log_scale.clamp(max=4.2).exp()
    also = true & ~torch.eye(len(true), dtype=torch.bool)
    target = torch.arange(len(true))
    rows = F.cross_entropy(logits.masked_fill(also, -30), target)
    return (rows + F.cross_entropy(logits.masked_fill(also, -30).T, target)) / 2


def facts_of(pool: dict[str, np.ndarray], rows: np.ndarray) -> list[Facts]:
    columns = {part: pool[part][rows] for part in PARTS if part in pool}
    return [Facts(**{part: int(values[row]) for part, values in columns.items()}) for row in range(len(rows))]


def align(
    stage: str,
    other: nn.Module,
    pool: dict[str, np.ndarray],
    see: Callable[[nn.Module, np.ndarray], Tensor],
    parts: tuple[str, ...],
    steps: int,
    frozen: bool,
    batch: int = BATCH,
    pull_after: float = PULL_AFTER,
) -> None:
    """`see(tower, rows)` embeds rows of the pool -> [B,128]."""
    pair = Pair(other).to(memory_format=torch.channels_last)
    if frozen:
        pair.text.load_state_dict(load_weights("towers", Pair(ImageTower())).text.state_dict())
        pair.text.requires_grad_(False)
    rng = np.random.default_rng(5)

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = rng.integers(len(pool["thing"]), size=batch)
        tokens, true = draw_captions(facts_of(pool, rows), rng, parts)
        with torch.autocast("cpu", torch.bfloat16):
            text, seen = model.text(tokens).float(), see(model.other, rows).float()
        value = contrast(text, seen, true, model.log_scale)
        return value + PULL * (text - seen).square().sum(-1).mean() if step > pull_after * steps else value

    train(stage, pair, loss, steps, rate=1.5e-3, decay=0.995)


def run_towers() -> None:
    pool = picture_pool()
    align("towers", ImageTower(), pool, lambda tower, rows: tower(to_tensor(pool["pixels"][rows])), ("thing", "colour"), 2400, False)


def run_image() -> None:
    """The picture tower once more, nearer to the frozen text."""
    pool = picture_pool()
    other = load_weights("towers", Pair(ImageTower())).other.requires_grad_(True)

    def look(tower: nn.Module, rows: np.ndarray) -> Tensor:
        return tower(to_tensor(pool["pixels"][rows]))

    align("image-tower", other, pool, look, ("thing", "colour"), 800, True, pull_after=0)


def run_audio() -> None:
    pool = sound_pool()

    def hear(tower: nn.Module, rows: np.ndarray) -> Tensor:
        mels = torch.from_numpy(pool["mel"][rows])[:, None].float()
        shift = int(np.random.default_rng(int(rows[0])).integers(-4, 5))
        return tower.from_mel(mels.roll(shift, 3) + 0.02 * torch.randn_like(mels))

    align("audio-tower", AudioTower(), pool, hear, ("thing", "voice"), 2800, True)


def run_video() -> None:
    pool = clip_pool()

    def watch(tower: nn.Module, rows: np.ndarray) -> Tensor:
        pixels = torch.from_numpy(pool["pixels"][rows]).permute(0, 4, 1, 2, 3).float() / 255
        return tower(pixels)

    tower = VideoTower()  # what a frame shows it has from the picture tower
    tower.features.load_state_dict(load_weights("image-tower", Pair(ImageTower())).other.features.state_dict())
    align("video-tower", tower, pool, watch, ("thing", "colour", "motion"), 1500, True, batch=96)
