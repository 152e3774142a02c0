"""Prompt encoders: text, image, audio and video into one space [B,128], normalised. Text is the bridge (CoDi, section 3.2)."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .mel import Mel
from .space import CAPTION_TOKENS, CONDITION_WIDTH, FRAMES
from .tokenizer import PAD, VOCABULARY


class SelfAttention(nn.Module):
    """Multi-head attention written out: faster than the fused one in bfloat16 on CPUs, and plain to export."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.project_in = nn.Linear(width, 3 * width)
        self.project_out = nn.Linear(width, width)

    def forward(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """[B,N,C] with an additive bias broadcast over [B,heads,N,N] -> [B,N,C]."""
        batch, count, width = x.shape
        q, k, v = self.project_in(x).view(batch, count, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / math.sqrt(width // self.heads)
        if bias is not None:
            scores = scores + bias
        mixed = scores.softmax(-1) @ v
        return self.project_out(mixed.transpose(1, 2).reshape(batch, count, width))


class TransformerBlock(nn.Module):
    """Pre-norm attention and feed-forward; [B,N,C] -> [B,N,C]."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm_attention, self.norm_forward = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = SelfAttention(width, heads)
        self.feed_forward = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        x = x + self.attention(self.norm_attention(x), bias)
        return x + self.feed_forward(self.norm_forward(x))


class TextTower(nn.Module):
    """Token ids int64 [B,32] -> [B,128]."""

    def __init__(self, width: int = 128, layers: int = 3):
        super().__init__()
        self.token = nn.Embedding(VOCABULARY, width)
        self.position = nn.Parameter(torch.randn(CAPTION_TOKENS, width) * 0.02)
        self.blocks = nn.ModuleList(TransformerBlock(width, 4) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, CONDITION_WIDTH)

    def forward(self, tokens: Tensor) -> Tensor:
        present = (tokens != PAD).float()
        bias = (present - 1)[:, None, None, :] * 30
        x = self.token(tokens) + self.position[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x, bias)
        pooled = (self.norm(x) * present[..., None]).sum(1) / present.sum(1, keepdim=True).clamp(min=1)
        return F.normalize(self.project(pooled), dim=-1)


def convolutions(channels: int, width: int) -> nn.Sequential:
    """[B,channels,64,64] -> [B,4*width,4,4]."""

    def stage(inner: int, outer: int) -> list[nn.Module]:
        return [nn.Conv2d(inner, outer, 3, stride=2, padding=1), nn.GroupNorm(8, outer), nn.SiLU()]

    def keep(inner: int) -> list[nn.Module]:
        return [nn.Conv2d(inner, inner, 3, padding=1), nn.GroupNorm(8, inner), nn.SiLU()]

    return nn.Sequential(
        nn.PixelUnshuffle(2),
        nn.Conv2d(channels * 4, width, 3, padding=1),
        nn.SiLU(),
        *stage(width, 2 * width),
        *keep(2 * width),
        *stage(2 * width, 4 * width),
        *keep(4 * width),
        *stage(4 * width, 4 * width),
    )


class ImageTower(nn.Module):
    """Pixels [B,3,64,64] in [0,1] -> [B,128]."""

    def __init__(self, width: int = 32):
        super().__init__()
        self.features = convolutions(3, width)
        self.project = nn.Sequential(nn.Linear(4 * width * 16, 256), nn.SiLU(), nn.Linear(256, CONDITION_WIDTH))

    def forward(self, pixels: Tensor) -> Tensor:
        return F.normalize(self.project(self.features(pixels * 2 - 1).flatten(1)), dim=-1)


class AudioTower(nn.Module):
    """Waveform [B,1,16000] -> [B,128]. `from_mel` takes the log-mel [B,1,64,64] that training has at hand."""

    def __init__(self, width: int = 32):
        super().__init__()
        self.mel = Mel()
        self.features = convolutions(1, width)
        self.project = nn.Sequential(nn.Linear(4 * width * 16, 256), nn.SiLU(), nn.Linear(256, CONDITION_WIDTH))

    def from_mel(self, log_mel: Tensor) -> Tensor:
        return F.normalize(self.project(self.features(log_mel * 2 - 1).flatten(1)), dim=-1)

    def forward(self, waveform: Tensor) -> Tensor:
        return self.from_mel(self.mel(waveform))


class VideoTower(nn.Module):
    """Pixels [B,3,12,64,64] in [0,1] -> [B,128]: what every third frame shows, and how frames at half the size differ."""

    def __init__(self, width: int = 32):
        super().__init__()
        self.features = convolutions(3, width)
        self.motion = nn.Sequential(
            nn.Conv2d(FRAMES * 3, 64, 5, stride=2, padding=2),
            nn.SiLU(),
            nn.Conv2d(64, 96, 3, stride=2, padding=1),
            nn.GroupNorm(8, 96),
            nn.SiLU(),
            nn.Conv2d(96, 96, 3, stride=2, padding=1),
            nn.GroupNorm(8, 96),
            nn.SiLU(),
        )
        self.project = nn.Sequential(nn.Linear(4 * width * 16 + 96 * 16, 160), nn.SiLU(), nn.Linear(160, CONDITION_WIDTH))

    def forward(self, pixels: Tensor) -> Tensor:
        batch = pixels.shape[0]
        frames = pixels.transpose(1, 2) * 2 - 1  # [B,F,3,64,64]
        shown = frames[:, ::4].reshape(-1, 3, 64, 64)
        look = self.features(shown).reshape(batch, FRAMES // 4, -1).mean(1)
        small = F.avg_pool2d(frames.reshape(batch, FRAMES * 3, 64, 64), 2)
        change = small - small.reshape(batch, FRAMES, 3, 32, 32).mean(1).repeat(1, FRAMES, 1, 1)
        return F.normalize(self.project(torch.cat([look, self.motion(change).flatten(1)], 1)), dim=-1)
