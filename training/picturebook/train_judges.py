"""Stages `picture-judge`, `motion-judge`, `sound-judge`: trained on the real training split, measured on what no training sees."""

import json

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .clips import clip_pool, make_clips
from .judges import MotionJudge, PictureJudge, SoundJudge
from .loop import checkpoint_path, draws_seed, train
from .pictures import make_pictures
from .together import rank
from .train_image_autoencoder import picture_pool, to_tensor
from .train_mel_autoencoder import sound_pool


def targets(pool: dict[str, np.ndarray], part: str, rows: np.ndarray) -> Tensor:
    return torch.from_numpy(np.asarray(pool[part])[rows])


def to_clips(pixels: np.ndarray) -> Tensor:
    """uint8 [B,12,64,64,3] -> float32 [B,3,12,64,64] in [0,1]."""
    return torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 4, 1, 2, 3).float() / 255


def blurred(pixels: Tensor) -> Tensor:
    """Half the batch a little softer, all of it a little noisy: judges must not hang on the sharpest edges."""
    half = len(pixels) // 2
    soft = F.avg_pool2d(F.pad(pixels[:half], (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    mixed = torch.cat([pixels[:half].lerp(soft, torch.rand(half, 1, 1, 1)), pixels[half:]])
    return mixed + 0.02 * torch.randn_like(mixed)


def shaken(clips: Tensor) -> Tensor:
    """Clips [B,3,12,64,64] whose frames are softer, noisier and, each for itself, bent by less than a pixel or so: none of it is motion.

    What moves, moves by 8 pixels and more (clips.py); a judge of sharp clips alone takes a flicker that nobody sees for pulsing.
    """
    batch, colours, frames, height, width = clips.shape
    flat = clips.transpose(1, 2).reshape(-1, colours, height, width)
    soft = F.avg_pool2d(F.pad(flat, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    flat = flat.lerp(soft, torch.rand(batch, 1, 1, 1).repeat_interleave(frames, 0))
    strength = torch.rand(batch, 1, 1, 1).repeat_interleave(frames, 0)
    bend = F.interpolate(torch.randn(len(flat), 2, 8, 8), size=(height, width), mode="bilinear") * strength * 1.0
    still = F.affine_grid(torch.eye(2, 3).expand(len(flat), 2, 3), list(flat.shape), align_corners=False)
    flat = F.grid_sample(flat, still + bend.permute(0, 2, 3, 1) * (2 / width), padding_mode="border", align_corners=False)
    stains = F.interpolate(torch.randn(len(flat), colours, 16, 16), size=(height, width), mode="bilinear")
    flat = flat + strength * (0.06 * stains + 0.02 * torch.randn_like(flat))
    return flat.view(batch, frames, colours, height, width).transpose(1, 2)


def note_accuracy(stage: str, right: dict[str, Tensor]) -> None:
    """Writes the held-out accuracy of each part beside the checkpoint."""
    if rank():
        return
    figures = {part: {"value": round(hits.float().mean().item(), 4), "samples": len(hits)} for part, hits in right.items()}
    checkpoint_path(stage).with_suffix(".json").write_text(json.dumps(figures))
    print(json.dumps({"stage": stage, "held_out": figures}), flush=True)


def run_picture(steps: int = 3000, batch: int = 64) -> None:
    pool, rng = picture_pool(), np.random.default_rng(draws_seed("picture-judge", 31))

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = rng.integers(len(pool["thing"]), size=batch)
        with torch.autocast("cpu", torch.bfloat16):
            thing, colour, _ = model(blurred(to_tensor(pool["pixels"][rows])))
        return F.cross_entropy(thing.float(), targets(pool, "thing", rows)) + F.cross_entropy(colour.float(), targets(pool, "colour", rows))

    judge = train("picture-judge", PictureJudge().to(memory_format=torch.channels_last), loss, steps, rate=2e-3, decay=0.998)
    held = make_pictures(2048, seed=1001)  # other placements of the trained styles; the evaluation adds styles that it never saw
    with torch.no_grad():
        answers = [judge(to_tensor(part)) for part in np.array_split(held["pixels"], 16)]
    right = {
        part: torch.cat([a[at] for a in answers]).argmax(1) == torch.from_numpy(held[part]) for at, part in enumerate(("thing", "colour"))
    }
    note_accuracy("picture-judge", right)


def run_motion(steps: int = 1200, batch: int = 32) -> None:
    pool, rng = clip_pool(), np.random.default_rng(draws_seed("motion-judge", 32))

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = rng.integers(len(pool["thing"]), size=batch)
        with torch.autocast("cpu", torch.bfloat16):
            motion = model(shaken(to_clips(pool["pixels"][rows])))
        return F.cross_entropy(motion.float(), targets(pool, "motion", rows))

    judge = train("motion-judge", MotionJudge(), loss, steps, rate=1.5e-3, decay=0.995)
    held = make_clips(1024, seed=1002)
    with torch.no_grad():
        parts = [to_clips(part) for part in np.array_split(held["pixels"], 16)]
        answers = {"motion": [judge(part) for part in parts], "motion_shaken": [judge(shaken(part)) for part in parts]}
    right = {part: torch.cat(logits).argmax(1) == torch.from_numpy(held["motion"]) for part, logits in answers.items()}
    note_accuracy("motion-judge", right)


def run_sound(steps: int = 2500, batch: int = 64) -> None:
    pool, rng = sound_pool(), np.random.default_rng(draws_seed("sound-judge", 33))

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = rng.integers(len(pool["thing"]), size=batch)
        mels = torch.from_numpy(pool["mel"][rows])[:, None].float()
        mels = mels.roll(int(rng.integers(-4, 5)), 3) + 0.03 * torch.randn_like(mels)
        with torch.autocast("cpu", torch.bfloat16):
            thing, voice = model.from_mel(mels)
        return F.cross_entropy(thing.float(), targets(pool, "thing", rows)) + F.cross_entropy(voice.float(), targets(pool, "voice", rows))

    judge = train("sound-judge", SoundJudge(), loss, steps, rate=2e-3, decay=0.998)
    held = sound_pool(False, 2_000, 99)
    with torch.no_grad():
        answers = [judge.from_mel(torch.from_numpy(part)[:, None].float()) for part in np.array_split(held["mel"], 16)]
    right = {
        part: torch.cat([a[at] for a in answers]).argmax(1) == torch.from_numpy(held[part]) for at, part in enumerate(("thing", "voice"))
    }
    note_accuracy("sound-judge", right)
