"""The denoisers: one interface, denoiser(latent, timestep, condition, environment, mask) -> velocity (noise - data).

timestep [B] is sigma * 1000; condition [B,1,128]; environment [B,4,8,64] with mask [B,4] of the modalities present.
Connectors (CoDi, section 3.4) have zero-initialised outputs: untrained, and with an all-zero mask, they are the identity.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .hints import Hints, Timing, heard, sinusoids, zero
from .space import CONDITION_WIDTH, EMBEDDING, ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH, FRAMES, MODALITIES, TEXT_LATENT
from .towers import SelfAttention


class TimeAndPrompt(nn.Module):
    """(timestep [B], condition [B,1,128]) -> [B,256]."""

    def __init__(self):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(128, EMBEDDING), nn.SiLU(), nn.Linear(EMBEDDING, EMBEDDING))
        self.prompt = nn.Sequential(nn.Linear(CONDITION_WIDTH, EMBEDDING), nn.SiLU(), nn.Linear(EMBEDDING, EMBEDDING))

    def forward(self, timestep: Tensor, condition: Tensor) -> Tensor:
        return self.time(sinusoids(timestep)) + self.prompt(condition.flatten(1) * math.sqrt(CONDITION_WIDTH))


class Connector(nn.Module):
    """Cross-attention from features to the environments of the other modalities; [B,N,C] -> what to add, [B,N,C]."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.slot = nn.Parameter(torch.zeros(len(MODALITIES), 1, ENVIRONMENT_WIDTH))
        self.place = nn.Parameter(torch.randn(1, ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH) * 0.1)
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(ENVIRONMENT_WIDTH, 2 * width)
        self.out = zero(nn.Linear(width, width))

    def forward(self, x: Tensor, environment: Tensor, mask: Tensor) -> Tensor:
        batch, count, width = x.shape
        tokens = (environment * math.sqrt(ENVIRONMENT_WIDTH) + self.slot + self.place).flatten(1, 2)  # [B,32,64]
        bias = (mask - 1).repeat_interleave(ENVIRONMENT_TOKENS, 1)[:, None, None, :] * 30
        q = self.query(self.norm(x)).view(batch, count, self.heads, -1).transpose(1, 2)
        k, v = self.key_value(tokens).view(batch, tokens.shape[1], 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / math.sqrt(width // self.heads) + bias
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, count, width)
        present = mask.sum(1).clamp(max=1)[:, None, None]
        return self.out(mixed) * present


class ResidualBlock(nn.Module):
    """GroupNorm, scale and shift from time and prompt; [B,C,H,W] -> [B,D,H,W]."""

    def __init__(self, inner: int, outer: int):
        super().__init__()
        self.norm_in, self.norm_out = nn.GroupNorm(8, inner), nn.GroupNorm(8, outer)
        self.first = nn.Conv2d(inner, outer, 3, padding=1)
        self.embed = nn.Linear(EMBEDDING, 2 * outer)
        self.second = zero(nn.Conv2d(outer, outer, 3, padding=1))
        self.skip = nn.Conv2d(inner, outer, 1) if inner != outer else nn.Identity()

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h = self.first(F.silu(self.norm_in(x)))
        scale, shift = self.embed(F.silu(embedding))[:, :, None, None].chunk(2, 1)
        h = self.second(F.silu(self.norm_out(h) * (1 + scale) + shift))
        return self.skip(x) + h


class Attention2d(nn.Module):
    """Self-attention over places; [B,C,H,W] -> [B,C,H,W]."""

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attention = SelfAttention(width, width // 32)
        zero(self.attention.project_out)

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(2).transpose(1, 2)
        return x + self.attention(self.norm(tokens)).transpose(1, 2).reshape(x.shape)


class TemporalAttention(nn.Module):
    """Attention over the frames of each place; [B*F,C,H,W] -> the same. Zero-initialised: at first every frame is a picture."""

    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.place = nn.Parameter(torch.randn(FRAMES, width) * 0.1)
        self.attention = SelfAttention(width, width // 32)
        self.mix = zero(nn.Conv1d(width, width, 3, padding=1))
        zero(self.attention.project_out)

    def forward(self, x: Tensor) -> Tensor:
        _, width, height, across = x.shape
        tokens = x.reshape(-1, FRAMES, width, height * across).permute(0, 3, 1, 2).reshape(-1, FRAMES, width)
        seen = self.norm(tokens) + self.place
        tokens = tokens + self.attention(seen) + self.mix(seen.transpose(1, 2)).transpose(1, 2)
        return tokens.reshape(-1, height * across, FRAMES, width).permute(0, 2, 3, 1).reshape(x.shape)


class Pace(nn.Module):
    """What time and prompt mean for each frame of a clip; [B,256] -> [B*F,256]. Zero-initialised: at first the same for all."""

    def __init__(self):
        super().__init__()
        self.place = nn.Parameter(torch.randn(FRAMES, EMBEDDING) * 0.5)
        self.tell = nn.Sequential(nn.Linear(EMBEDDING, EMBEDDING), nn.SiLU(), zero(nn.Linear(EMBEDDING, EMBEDDING)))

    def forward(self, embedding: Tensor) -> Tensor:
        each = F.silu(embedding)[:, None] + self.place
        return (embedding[:, None] + self.tell(each)).flatten(0, 1)


class SpaceTime(nn.Module):
    """A transformer block over all places of all frames of a clip, scaled, shifted and gated by time, prompt and frame (Peebles and
    Xie 2023, adaLN-Zero); [B*F,C,H,W], [B*F,256] -> [B*F,C,H,W], H * W = `places`. What moves is seen in frames that it has left and
    will reach.
    """

    def __init__(self, width: int, places: int = 16, inner: int = 48):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width, elementwise_affine=False) for _ in range(2))
        self.place = nn.Parameter(torch.randn(FRAMES * places, width) * 0.1)
        self.modulate = nn.Sequential(nn.SiLU(), nn.Linear(EMBEDDING, inner), nn.SiLU(), zero(nn.Linear(inner, 6 * width)))
        self.attention = SelfAttention(width, width // 32)
        self.mix = nn.Sequential(nn.Linear(width, width * 3 // 2), nn.SiLU(), nn.Linear(width * 3 // 2, width))

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        batch, width, height, across = x.shape
        tokens = x.flatten(2).transpose(1, 2).reshape(batch // FRAMES, -1, width)
        told = self.modulate(embedding).repeat_interleave(height * across, 0).view(*tokens.shape[:2], -1)
        scale, shift, gate, mix_scale, mix_shift, mix_gate = told.chunk(6, -1)
        tokens = tokens + gate * self.attention(self.norms[0](tokens + self.place) * (1 + scale) + shift)
        tokens = tokens + mix_gate * self.mix(self.norms[1](tokens) * (1 + mix_scale) + mix_shift)
        return tokens.reshape(batch, -1, width).transpose(1, 2).reshape(x.shape)


class Level(nn.Module):
    """Residual blocks, with attention, time and connector where asked for."""

    def __init__(self, inner: int, outer: int, attend: bool, temporal: bool, connect: bool, blocks: int = 1):
        super().__init__()
        self.blocks = nn.ModuleList(ResidualBlock(inner if index == 0 else outer, outer) for index in range(blocks))
        self.attention = Attention2d(outer) if attend else None
        self.temporal = TemporalAttention(outer) if temporal else None
        self.connector = Connector(outer) if connect else None

    def forward(self, x: Tensor, embedding: Tensor, environment: Tensor, mask: Tensor, frames: int) -> Tensor:
        for block in self.blocks:
            x = block(x, embedding)
        if self.attention is not None:
            x = self.attention(x)
        if self.temporal is not None:
            x = self.temporal(x)
        if self.connector is not None:
            batch, width, height, across = x.shape
            tokens = x.reshape(-1, frames, width, height * across).transpose(2, 3).reshape(batch // frames, -1, width)
            added = self.connector(tokens + self.when(tokens, frames), environment, mask)
            x = x + added.reshape(-1, frames, height * across, width).transpose(2, 3).reshape(x.shape)
        return x

    def when(self, tokens: Tensor, frames: int) -> Tensor:
        """Tells tokens of a clip their frame: [1, frames*places, C]."""
        if frames == 1:
            return tokens.new_zeros(1)
        return self.temporal.place[:, None].expand(-1, tokens.shape[1] // frames, -1).reshape(1, -1, tokens.shape[2])


class UNet(nn.Module):
    """Denoiser of latents [B,4,16,16], or [B,4,12,16,16] with `temporal`."""

    def __init__(self, widths: tuple[int, int, int] = (64, 96, 160), temporal: bool = False):
        super().__init__()
        self.temporal = temporal
        first, second, third = widths
        self.embed = TimeAndPrompt()
        self.hints = Hints()
        self.pace = Pace() if temporal else None
        self.timing = Timing() if temporal else None
        self.entry = nn.Conv2d(4, first, 3, padding=1)
        self.place = nn.Parameter(torch.zeros(1, first, 16, 16))
        self.down = nn.ModuleList(
            [
                Level(first, first, False, temporal, False, blocks=2),
                Level(first, second, True, temporal, True, blocks=2),
                Level(second, third, True, temporal, True, blocks=2),
            ]
        )
        self.shrink = nn.ModuleList([nn.Conv2d(c, c, 3, stride=2, padding=1) for c in (first, second)])
        self.middle = Level(third, third, True, temporal, True)
        self.spacetime = nn.ModuleList(SpaceTime(third) for _ in range(2)) if temporal else None
        self.spacetime_fine = nn.ModuleList(SpaceTime(second, places=64) for _ in range(2)) if temporal else None
        self.up = nn.ModuleList(
            [
                Level(third + third, third, True, temporal, True),
                Level(third + second, second, True, temporal, True),
                Level(second + first, first, False, temporal, False),
            ]
        )
        self.leave = nn.Sequential(nn.GroupNorm(8, first), nn.SiLU(), zero(nn.Conv2d(first, 4, 3, padding=1)))

    def forward(self, latent: Tensor, timestep: Tensor, condition: Tensor, environment: Tensor, mask: Tensor) -> Tensor:
        frames = FRAMES if self.temporal else 1
        mask = heard(condition, mask)
        embedding = self.embed(timestep, self.hints(timestep, condition, environment, mask))
        x = latent
        if self.temporal:
            x = latent.transpose(1, 2).reshape(-1, 4, 16, 16)
            embedding = self.pace(embedding) + self.timing(environment, mask)
        x = self.entry(x) + self.place
        kept = []
        for index, level in enumerate(self.down):
            x = level(x, embedding, environment, mask, frames)
            if index == 1 and self.spacetime_fine is not None:
                x = self.spacetime_fine[0](x, embedding)
            kept.append(x)
            if index < 2:
                x = self.shrink[index](x)
        if self.spacetime is not None:
            x = self.spacetime[0](x, embedding)
        x = self.middle(x, embedding, environment, mask, frames)
        if self.spacetime is not None:
            x = self.spacetime[1](x, embedding)
        for index, level in enumerate(self.up):
            x = level(torch.cat([x, kept.pop()], 1), embedding, environment, mask, frames)
            if index == 1 and self.spacetime_fine is not None:
                x = self.spacetime_fine[1](x, embedding)
            if index < 2:
                x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        x = self.leave(x)
        return x.reshape(-1, FRAMES, 4, 16, 16).transpose(1, 2) if self.temporal else x


class TextDenoiser(nn.Module):
    """Denoiser of caption latents [B,64]: residual feed-forward blocks with scale and shift, and a connector after every other one."""

    def __init__(self, width: int = 192, blocks: int = 6):
        super().__init__()
        self.embed = TimeAndPrompt()
        self.hints = Hints()
        self.entry = nn.Linear(TEXT_LATENT[0], width)
        self.norms = nn.ModuleList(nn.LayerNorm(width, elementwise_affine=False) for _ in range(blocks))
        self.modulate = nn.ModuleList(nn.Linear(EMBEDDING, 2 * width) for _ in range(blocks))
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.Linear(width, width * 2), nn.SiLU(), zero(nn.Linear(width * 2, width))) for _ in range(blocks)
        )
        self.connectors = nn.ModuleList(Connector(width) for _ in range(blocks // 2))
        self.leave = nn.Sequential(nn.LayerNorm(width), zero(nn.Linear(width, TEXT_LATENT[0])))

    def forward(self, latent: Tensor, timestep: Tensor, condition: Tensor, environment: Tensor, mask: Tensor) -> Tensor:
        mask = heard(condition, mask)
        embedding = self.embed(timestep, self.hints(timestep, condition, environment, mask))
        x = self.entry(latent)
        for index, block in enumerate(self.blocks):
            scale, shift = self.modulate[index](F.silu(embedding)).chunk(2, -1)
            x = x + block(self.norms[index](x) * (1 + scale) + shift)
            if index % 2 == 1:
                x = x + self.connectors[index // 2](x[:, None], environment, mask)[:, 0]
        return self.leave(x)


def connector_parameters(model: nn.Module) -> list[nn.Parameter]:
    """What listens to the other outputs."""
    return [p for module in model.modules() if isinstance(module, (Connector, Hints, Timing)) for p in module.parameters()]


def no_environment(batch: int) -> tuple[Tensor, Tensor]:
    """An empty environment and its mask."""
    return torch.zeros(batch, 4, ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH), torch.zeros(batch, 4)
