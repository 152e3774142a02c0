"""Environment encoders (CoDi, section 3.4): (noisy latent, timestep [B]) -> environment [B,8,64], what the other denoisers attend to.

Each token is of unit length. Sounds and clips put their tokens along time, so that environments carry timing; the prompt is not used.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .hints import resampling, sinusoids
from .space import ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH, FRAMES, TEXT_LATENT


class Timed(nn.Module):
    """A convolution, group norm, scale and shift from the timestep; [B,C,H,W], [B,128] -> [B,D,H',W']."""

    def __init__(self, inner: int, outer: int, stride: int | tuple[int, int]):
        super().__init__()
        self.convolution = nn.Conv2d(inner, outer, 3, stride=stride, padding=1)
        self.norm = nn.GroupNorm(8, outer)
        self.embed = nn.Linear(128, 2 * outer)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        scale, shift = self.embed(time)[:, :, None, None].chunk(2, 1)
        return F.silu(self.norm(self.convolution(x)) * (1 + scale) + shift)


class PictureEnvironment(nn.Module):
    """Latents of pictures [B,4,16,16]: eight views of the whole."""

    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([Timed(4, 48, 1), Timed(48, 96, 2), Timed(96, 128, 2)])
        self.out = nn.Sequential(nn.Linear(128 * 16, 256), nn.SiLU(), nn.Linear(256, ENVIRONMENT_TOKENS * ENVIRONMENT_WIDTH))

    def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
        x, time = latent, sinusoids(timestep)
        for stage in self.stages:
            x = stage(x, time)
        return F.normalize(self.out(x.flatten(1)).view(-1, ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH), dim=-1)


class SoundEnvironment(nn.Module):
    """Latents of mel spectrograms [B,4,16 mels,16 times]: one token for every two columns, each having heard the whole."""

    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([Timed(4, 48, 1), Timed(48, 96, 2), Timed(96, 128, (2, 1))])
        self.column = nn.Linear(128 * 4, 192)
        self.whole = nn.Linear(192 * ENVIRONMENT_TOKENS, 192)
        self.out = nn.Linear(192, ENVIRONMENT_WIDTH)

    def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
        x, time = latent, sinusoids(timestep)
        for stage in self.stages:
            x = stage(x, time)
        columns = F.silu(self.column(x.flatten(1, 2).transpose(1, 2)))  # [B,8,192]
        return F.normalize(self.out(columns + F.silu(self.whole(columns.flatten(1)))[:, None]), dim=-1)


class ClipEnvironment(nn.Module):
    """Latents of clips [B,4,12,16,16]: what each frame shows and how frames differ, resampled from 12 frames to 8 tokens."""

    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([Timed(4, 48, 2), Timed(48, 96, 2), Timed(96, 128, 2)])
        self.frame = nn.Linear(128 * 4, 192)
        self.change = nn.Conv1d(192, 192, 5, padding=2)
        self.whole = nn.Linear(192 * ENVIRONMENT_TOKENS, 192)
        self.out = nn.Linear(192, ENVIRONMENT_WIDTH)
        self.register_buffer("resample", resampling(FRAMES, ENVIRONMENT_TOKENS), persistent=False)

    def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
        x = latent.transpose(1, 2).reshape(-1, 4, 16, 16)
        time = sinusoids(timestep).repeat_interleave(FRAMES, 0)
        for stage in self.stages:
            x = stage(x, time)
        frames = self.frame(x.flatten(1)).view(-1, FRAMES, 192)
        frames = F.silu(frames + self.change(frames.transpose(1, 2)).transpose(1, 2))
        tokens = torch.matmul(self.resample, frames)  # [B,8,192]
        return F.normalize(self.out(tokens + F.silu(self.whole(tokens.flatten(1)))[:, None]), dim=-1)


class CaptionEnvironment(nn.Module):
    """Latents of captions [B,64]: eight views of the whole."""

    def __init__(self, width: int = 256):
        super().__init__()
        self.entry = nn.Linear(TEXT_LATENT[0], width)
        self.embed = nn.Linear(128, 2 * width)
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, width)
        self.out = nn.Linear(width, ENVIRONMENT_TOKENS * ENVIRONMENT_WIDTH)

    def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
        scale, shift = self.embed(sinusoids(timestep)).chunk(2, -1)
        x = F.silu(self.norm(self.entry(latent)) * (1 + scale) + shift)
        x = x + F.silu(self.inner(x))
        return F.normalize(self.out(x).view(-1, ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH), dim=-1)


ENVIRONMENT_ENCODERS = {"text": CaptionEnvironment, "image": PictureEnvironment, "audio": SoundEnvironment, "video": ClipEnvironment}
