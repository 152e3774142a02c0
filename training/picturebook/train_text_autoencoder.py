"""Stage `text-autoencoder`: caption <-> latent vector [64]; the decoder writes whole captions, token by token."""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .captions import PARTS, caption, draw_facts, draw_tell
from .loop import draws_seed, train
from .space import CAPTION_TOKENS
from .text_autoencoder import TextAutoencoder, write
from .tokenizer import BOS, EOS, PAD, decode, encode


def draw_texts(rng: np.random.Generator, count: int) -> list[str]:
    return [caption(draw_facts(rng), rng, draw_tell(rng, PARTS), category=bool(rng.random() < 0.05)) for _ in range(count)]


def teacher(ids: np.ndarray) -> tuple[Tensor, Tensor]:
    """Decoder input (BOS first) and target (EOS after the last token), int64 [B,33] each."""
    batch = len(ids)
    padded = np.concatenate([ids, np.full((batch, 1), PAD)], 1)
    target = padded.copy()
    target[np.arange(batch), (ids != PAD).sum(1)] = EOS
    given = np.concatenate([np.full((batch, 1), BOS), ids], 1)
    return torch.from_numpy(given), torch.from_numpy(target)


NOISE = 0.5  # the largest noise on a latent of unit scale: captions near one another must read alike, or no sampler hits them


def run(steps: int = 7000, batch: int = 96) -> None:
    rng = np.random.default_rng(draws_seed("text-autoencoder", 6))

    def loss(model: nn.Module, step: int) -> Tensor:
        ids = encode(draw_texts(rng, batch), CAPTION_TOKENS)
        given, target = teacher(ids)
        with torch.autocast("cpu", torch.bfloat16):
            z = model.encode(torch.from_numpy(ids))
            noise = NOISE * torch.rand(batch, 1)
            logits = model.decode(z + noise * torch.randn_like(z), given)
        return F.cross_entropy(logits.float().flatten(0, 1), target.flatten(), ignore_index=PAD)

    def sheet(model: nn.Module, path: Path) -> None:
        texts = draw_texts(np.random.default_rng(0), 64)
        written = [decode(ids) for ids in write(model, model.encode(torch.from_numpy(encode(texts))))]
        same = sum(a.replace(" ", "") == b.replace(" ", "") for a, b in zip(texts, written, strict=True))
        print(f"exact {same}/64, e.g. {texts[0]!r} -> {written[0]!r}", flush=True)

    train("text-autoencoder", TextAutoencoder(), loss, steps, rate=1.5e-3, sheet=sheet, decay=0.998)
