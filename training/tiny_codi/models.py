"""CoDi's graphs at toy width (docs/bundle-format.md): T = M = 1, epsilon prediction, transformer-block connectors."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CONDITION, ENVIRONMENT, SLOTS = 64, 32, 4
TEXT_LATENT, FRAMES, SAMPLES = 32, 8, 16_000
VOCABULARY, PAD, BOS, EOS = 259, 256, 257, 258
LAYERS, HEADS, HEAD_WIDTH, WIDTH = 2, 2, 16, 32


class TextEncoder(nn.Module):
    """int64 [B,N] -> [B,1,D]."""

    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(VOCABULARY, WIDTH)
        self.mix = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)
        self.project = nn.Linear(WIDTH, CONDITION)

    def forward(self, tokens: Tensor) -> Tensor:
        present = (tokens != PAD).float()[..., None]
        x = self.token(tokens) * present
        x = x + F.gelu(self.mix(x.transpose(1, 2))).transpose(1, 2)
        pooled = (x * present).sum(1) / present.sum(1).clamp(min=1)
        return F.normalize(self.project(pooled), dim=-1)[:, None]


class PixelEncoder(nn.Module):
    """[B,3,64,64] or [B,3,F,64,64] in [0,1] -> [B,1,D]; frames are averaged."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 16, 8, stride=8), nn.GELU(), nn.Conv2d(16, 32, 4, stride=4))
        self.project = nn.Linear(32 * 4, CONDITION)

    def forward(self, pixels: Tensor) -> Tensor:
        x = pixels * 2 - 1
        frames = x[:, :, None] if x.dim() == 4 else x
        batch, count = frames.shape[0], frames.shape[2]
        features = self.features(frames.transpose(1, 2).reshape(-1, 3, 64, 64)).reshape(batch, count, -1).mean(1)
        return F.normalize(self.project(features), dim=-1)[:, None]


class WaveformEncoder(nn.Module):
    """[B,1,16000] -> [B,1,D]."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv1d(1, 16, 64, stride=32), nn.GELU(), nn.Conv1d(16, 32, 16, stride=8))
        self.project = nn.Linear(32, CONDITION)

    def forward(self, waveform: Tensor) -> Tensor:
        return F.normalize(self.project(self.features(waveform).abs().mean(-1) * 4), dim=-1)[:, None]


class EnvironmentEncoder(nn.Module):
    """V(z, t): latent [B,...], timestep [B] -> [B,1,E], normalised. The prompt is not used."""

    def __init__(self, entries: int):
        super().__init__()
        self.first = nn.Linear(entries, 24)
        self.time = nn.Linear(2, 24)
        self.second = nn.Linear(24, ENVIRONMENT)

    def forward(self, latent: Tensor, timestep: Tensor) -> Tensor:
        t = timestep[:, None] / 1000 * math.pi
        h = F.silu(self.first(latent.flatten(1)) + self.time(torch.cat([t.sin(), t.cos()], 1)))
        return F.normalize(self.second(h), dim=-1)[:, None]


class Block(nn.Module):
    """A whole transformer block: self-attention, cross-attention, GEGLU (CoDi's connector and backbone block alike)."""

    def __init__(self, width: int, context: int):
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.self_in, self.self_out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.query, self.key_value, self.cross_out = nn.Linear(width, width), nn.Linear(context, 2 * width), nn.Linear(width, width)
        self.gate_in, self.gate_out = nn.Linear(width, 4 * width), nn.Linear(2 * width, width)

    def forward(self, x: Tensor, context: Tensor, bias: Tensor | None = None) -> Tensor:
        q, k, v = self.self_in(self.norms[0](x)).chunk(3, -1)
        h = x + self.self_out(attend(q, k, v))
        k, v = self.key_value(context).chunk(2, -1)
        h = h + self.cross_out(attend(self.query(self.norms[1](h)), k, v, bias))
        value, gate = self.gate_in(self.norms[2](h)).chunk(2, -1)
        return h + self.gate_out(value * F.gelu(gate))


def attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | None = None) -> Tensor:
    """One head; [B,N,C]."""
    scores = q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])
    return (scores if bias is None else scores + bias).softmax(-1) @ v


class Denoiser(nn.Module):
    """epsilon(z, t, condition, environment, mask) over latents cut into `tokens` of `entries` numbers each."""

    def __init__(self, shape: tuple[int, ...], tokens: int, width: int = 48):
        super().__init__()
        self.shape, self.tokens = shape, tokens
        self.entries = math.prod(shape) // tokens
        self.entry, self.leave = nn.Linear(self.entries, width), nn.Linear(width, self.entries)
        self.place = nn.Parameter(torch.randn(tokens, width) * 0.5)
        self.time = nn.Sequential(nn.Linear(16, width), nn.SiLU(), nn.Linear(width, width))
        self.backbone = Block(width, CONDITION)
        self.connector = Block(width, ENVIRONMENT)
        self.slot = nn.Parameter(torch.randn(SLOTS, 1, ENVIRONMENT) * 0.5)
        self.project = nn.Linear(width, width)

    def forward(self, latent: Tensor, timestep: Tensor, condition: Tensor, environment: Tensor, mask: Tensor) -> Tensor:
        z = latent.reshape(-1, self.tokens, self.entries)
        angles = timestep[:, None] * torch.exp(-math.log(1000.0) * torch.arange(8, dtype=torch.float32) / 8)
        x = self.entry(z) + self.place + self.time(torch.cat([angles.sin(), angles.cos()], 1))[:, None]
        x = self.backbone(x, condition * 8)
        context = (environment * 5 + self.slot).flatten(1, 2)
        bias = ((mask - 1) * 30)[:, None]
        present = mask.sum(1).clamp(max=1)[:, None, None]
        x = x + self.project(self.connector(x, context, bias)) * present
        return (0.7 * z + 0.6 * self.leave(x)).reshape(latent.shape)


class PixelDecoder(nn.Module):
    """Autoencoder latent [B,4,8,8] or [B,4,F,8,8] -> pixels in [0,1], factor 8."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(4, 24, 3, padding=1), nn.SiLU(), nn.Conv2d(24, 3 * 64, 3, padding=1), nn.PixelShuffle(8))

    def forward(self, latent: Tensor) -> Tensor:
        if latent.dim() == 4:
            return torch.sigmoid(self.layers(latent * 0.3))
        frames = latent.transpose(1, 2)
        pixels = torch.sigmoid(self.layers(frames.reshape(-1, 4, 8, 8) * 0.3))
        return pixels.reshape(-1, FRAMES, 3, 64, 64).transpose(1, 2)


class PixelLatentEncoder(nn.Module):
    """Pixels [B,3,64,64] -> autoencoder latent [B,4,8,8]."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.PixelUnshuffle(8), nn.Conv2d(192, 4, 1))

    def forward(self, pixels: Tensor) -> Tensor:
        return self.layers(pixels * 2 - 1)


class Vocoder(nn.Module):
    """Autoencoder latent [B,8,10,16] -> mel [B,1,100,16] -> waveform [B,1,16000]: a decoder and a vocoder in one graph."""

    def __init__(self):
        super().__init__()
        self.mel = nn.ConvTranspose2d(8, 1, (10, 1), stride=(10, 1))
        self.wave = nn.ConvTranspose1d(16, 1, 160, stride=160)

    def forward(self, latent: Tensor) -> Tensor:
        mel = torch.tanh(self.mel(latent * 0.3))  # [B,1,100,16]
        return torch.tanh(self.wave(mel[:, 0].transpose(1, 2)) * 0.5)


class AudioLatentEncoder(nn.Module):
    """Waveform [B,1,16000] -> autoencoder latent [B,8,10,16]."""

    def __init__(self):
        super().__init__()
        self.frames = nn.Conv1d(1, 8 * 16, 400, stride=1600)

    def forward(self, waveform: Tensor) -> Tensor:
        return self.frames(waveform).reshape(-1, 8, 4, 10, 4).transpose(2, 3).reshape(-1, 8, 10, 16)


class MelPreview(nn.Module):
    """Diffusion latent [B,8,10,16] -> a picture of the sound [B,3,16,40]."""

    def __init__(self):
        super().__init__()
        self.mix = nn.Conv2d(8, 3, 1)

    def forward(self, latent: Tensor) -> Tensor:
        return F.interpolate(torch.sigmoid(self.mix(latent)).transpose(2, 3), size=(16, 40), mode="nearest")


class TextDecoder(nn.Module):
    """One step of a cached autoregressive decoder; the latent serves as one past position of each layer, as in Optimus."""

    def __init__(self):
        super().__init__()
        self.token = nn.Embedding(VOCABULARY, WIDTH)
        self.memory = nn.Linear(TEXT_LATENT, LAYERS * WIDTH)
        self.qkv = nn.ModuleList(nn.Linear(WIDTH, 3 * WIDTH) for _ in range(LAYERS))
        self.out = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.logits = nn.Linear(WIDTH, VOCABULARY)

    def forward(self, latent: Tensor, token: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        batch, length = token.shape[0], past.shape[4]
        memory = self.memory(latent).view(-1, LAYERS, HEADS, 1, HEAD_WIDTH)
        x = self.token(token)[:, 0] + 0.3 * torch.sin(torch.arange(WIDTH, dtype=torch.float32) * (length + 1))
        presents = []
        for layer in range(LAYERS):
            q, k, v = self.qkv[layer](x).view(batch, 3, HEADS, 1, HEAD_WIDTH).unbind(1)
            present = torch.cat([past[:, layer], torch.stack([k, v], 1)], 3)
            keys = torch.cat([memory[:, layer], present[:, 0]], 2)
            values = torch.cat([memory[:, layer], present[:, 1]], 2)
            scores = (q @ keys.transpose(-1, -2) / math.sqrt(HEAD_WIDTH)).softmax(-1)
            x = x + self.out[layer]((scores @ values).reshape(batch, WIDTH))
            presents.append(present)
        return self.logits(self.norm(x)), torch.stack(presents, 1)
