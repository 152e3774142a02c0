"""Stages `towers`, `audio-tower`, `video-tower`: text and image first; then text is frozen and the others are aligned to it alone."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .captions import PARTS, Facts, ask, caption, draw_facts, draw_prompt_tell, filled
from .clips import clip_pool
from .loop import draws_seed, load_weights, train
from .things import CATEGORIES, THINGS
from .tokenizer import PAD, encode
from .towers import AudioTower, ImageTower, TextTower, VideoTower
from .train_image_autoencoder import picture_pool, to_tensor
from .train_mel_autoencoder import sound_pool

BATCH = 128
VAGUE = 0.1  # share of captions that name the category ("an animal") in place of the thing
WORDING_SCALE = torch.tensor(2.7)  # log of the contrast between captions; fixed, so that what differs lies well apart
PULL = 1.0  # weight of the squared distance of matched pairs, beside the contrast


class Pair(nn.Module):
    """The text tower, another tower, and the learned temperature of their contrast."""

    def __init__(self, other: nn.Module):
        super().__init__()
        self.text, self.other = TextTower(), other
        self.log_scale = nn.Parameter(torch.tensor(2.7))


def true_of(facts: list[Facts], tells: list[tuple[str, ...]], vague: np.ndarray, parts: tuple[str, ...] = PARTS) -> Tensor:
    """Which rows each caption is true of, as far as `parts` go: bool [captions, rows]."""
    told = np.array([[part in tell for part in parts] for tell in tells])
    known = np.array([[getattr(fact, part) for part in parts] for fact in facts])
    same = known[None] == known[:, None]
    if "thing" in parts:
        kinds = np.array([list(CATEGORIES).index(THINGS[fact.thing].category) for fact in facts])
        same[vague, :, parts.index("thing")] = kinds[None] == kinds[vague, None]
    return torch.from_numpy((same | ~told[:, None]).all(-1))


def contrast(text: Tensor, other: Tensor, true: Tensor, log_scale: Tensor) -> Tensor:
    """Symmetric InfoNCE; rows that a caption is also true of are no negatives."""
    logits = text @ other.T * log_scale.clamp(max=4.2).exp()
    also = true & ~torch.eye(len(true), dtype=torch.bool)
    target = torch.arange(len(true))
    rows = F.cross_entropy(logits.masked_fill(also, -30), target)
    return (rows + F.cross_entropy(logits.masked_fill(also, -30).T, target)) / 2


def distance(one: Tensor, other: Tensor) -> Tensor:
    return (one - other).square().sum(-1).mean()


def facts_of(pool: dict[str, np.ndarray], rows: np.ndarray) -> list[Facts]:
    columns = {part: pool[part][rows] for part in PARTS if part in pool}
    return [Facts(**{part: int(values[row]) for part, values in columns.items()}) for row in range(len(rows))]


def tokens_of(texts: list[str]) -> Tensor:
    """Token ids int64 [B,N], no longer than the longest caption."""
    ids = encode(texts)
    return torch.from_numpy(ids[:, : max(1, int((ids != PAD).sum(1).max()))])


def halves(rng: np.random.Generator, tell: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two parts of what a caption tells; both are the whole where there is only one part."""
    order = tuple(rng.permutation(tell))
    cut = int(rng.integers(1, len(order))) if len(order) > 1 else 0
    return (order[:cut], order[cut:]) if cut else (order, order)


def alike(rng: np.random.Generator, count: int, group: int = 8) -> list[Facts]:
    """Facts in groups whose rows differ in a part or two only: small differences must be told apart too."""
    facts = []
    for _ in range(count // group):
        base = draw_facts(rng)
        for _ in range(group):
            drawn = draw_facts(rng)
            facts.append(Facts(**{part: getattr(base if rng.random() < 0.6 else drawn, part) for part in PARTS}))
    return facts


def run_towers(steps: int = 4000, see: tuple[str, ...] = ("thing", "colour")) -> None:
    """Text and pictures together. Captions of the same facts are one point whatever their wording, and what two captions tell
    adds up: the mean of "a dog" and "on blue" lies where "a dog on blue" does, which is what mixing conditions asks of the space."""
    pool, rng = picture_pool(), np.random.default_rng(draws_seed("towers", 5))
    pair = Pair(ImageTower()).to(memory_format=torch.channels_last)

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = rng.integers(len(pool["thing"]), size=BATCH)
        shown = [filled(fact, rng) for fact in facts_of(pool, rows)]
        told, broad = [draw_prompt_tell(rng) for _ in shown], rng.random(BATCH) < VAGUE
        facts = alike(rng, BATCH)
        tells, vague = [draw_prompt_tell(rng) for _ in facts], rng.random(BATCH) < VAGUE
        split = [halves(rng, t) for t in tells]
        texts = [ask(f, rng, t, bool(v)) for f, t, v in zip(shown, told, broad, strict=True)]
        texts += [caption(f, rng, t, category=bool(v)) for f, t, v in zip(facts, tells, vague, strict=True)]
        texts += [ask(f, rng, t, bool(v)) for f, t, v in zip(facts, tells, vague, strict=True)]
        texts += [ask(f, rng, s[side], bool(v)) for side in (0, 1) for f, s, v in zip(facts, split, vague, strict=True)]
        with torch.autocast("cpu", torch.bfloat16):
            asked, one, other, first, second = model.text(tokens_of(texts)).float().chunk(5)
            seen = model.other(to_tensor(pool["pixels"][rows])).float()
        sum_of_parts = F.normalize(first + second, dim=-1)
        value = contrast(one, other, true_of(facts, tells, vague), WORDING_SCALE) + PULL * distance(one, other)
        value = value + PULL * (distance(sum_of_parts, one) + distance(sum_of_parts, other))
        return value + contrast(asked, seen, true_of(shown, told, broad, see), model.log_scale)

    train("towers", pair, loss, steps, rate=1e-3, decay=0.998)


def align(
    stage: str,
    other: nn.Module,
    pool: dict[str, np.ndarray],
    see: Callable[[nn.Module, np.ndarray], Tensor],
    parts: tuple[str, ...],
    steps: int,
    batch: int = BATCH,
    brief: float = 0.0,
) -> None:
    """Against the frozen text alone. `see(tower, rows)` embeds rows of the pool -> [B,128]; `parts` is what the medium shows.

    A share of the captions, `brief`, tells the thing alone: what else the medium shows then keeps it less from others of its thing.
    """
    pair = Pair(other).to(memory_format=torch.channels_last)
    pair.text.load_state_dict(load_weights("towers", Pair(ImageTower())).text.state_dict())
    pair.text.requires_grad_(False)
    rng = np.random.default_rng(draws_seed(stage, 5))

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = rng.integers(len(pool["thing"]), size=batch)
        facts = facts_of(pool, rows)
        told, vague = [parts if rng.random() >= brief else ("thing",) for _ in range(batch)], np.zeros(batch, bool)
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                texts = model.text(tokens_of([ask(fact, rng, tell) for fact, tell in zip(facts, told, strict=True)])).float()
            seen = see(model.other, rows).float()
        return contrast(texts, seen, true_of(facts, told, vague, parts), model.log_scale) + 4 * PULL * distance(texts, seen)

    train(stage, pair, loss, steps, rate=1.5e-3, decay=0.998)


def run_image() -> None:
    """The picture tower once more, nearer to the frozen text."""
    pool = picture_pool()
    other = load_weights("towers", Pair(ImageTower())).other.requires_grad_(True)

    def look(tower: nn.Module, rows: np.ndarray) -> Tensor:
        return tower(to_tensor(pool["pixels"][rows]))

    align("image-tower", other, pool, look, ("thing", "colour"), 1000)


def run_audio() -> None:
    pool, rng = sound_pool(), np.random.default_rng(draws_seed("audio-tower", 6))

    def hear(tower: nn.Module, rows: np.ndarray) -> Tensor:
        return tower.from_mel(varied(torch.from_numpy(pool["mel"][rows])[:, None].float(), rng))

    align("audio-tower", AudioTower(), pool, hear, ("thing", "voice"), 6500, brief=0.5)


def varied(mels: Tensor, rng: np.random.Generator) -> Tensor:
    """Sounds a little earlier or later, higher or lower, louder or softer, with a stripe of time and one of pitch unheard."""
    mels = mels.roll((int(rng.integers(-1, 2)), int(rng.integers(-4, 5))), (2, 3)) + 0.05 * torch.randn(len(mels), 1, 1, 1)
    for axis in (2, 3):
        first, width = int(rng.integers(60)), int(rng.integers(8))
        mels = mels.index_fill(axis, torch.arange(first, min(64, first + width)), 0.0)
    return mels + 0.03 * torch.randn_like(mels)


def run_video() -> None:
    pool = clip_pool()

    def watch(tower: nn.Module, rows: np.ndarray) -> Tensor:
        pixels = torch.from_numpy(pool["pixels"][rows]).permute(0, 4, 1, 2, 3).float() / 255
        return tower(pixels)

    tower = VideoTower()  # what a frame shows it has from the picture tower
    tower.features.load_state_dict(load_weights("image-tower", Pair(ImageTower())).other.features.state_dict())
    align("video-tower", tower, pool, watch, ("thing", "colour", "motion"), 900, batch=64)
