"""The convolutional autoencoder of factor 4 that pictures, frames and mel spectrograms share in design (not in weights)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions without normalisation; [B,C,H,W] -> [B,C,H,W]."""

    def __init__(self, width: int):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.silu(self.first(F.silu(x))))


class Autoencoder(nn.Module):
    """[B,channels,64,64] in [0,1] <-> latent [B,4,16,16]."""

    def __init__(self, channels: int = 3, width: int = 64, latent: int = 4):
        super().__init__()
        wide = width * 2
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(channels * 4, width, 3, padding=1),
            ResidualBlock(width),
            nn.Conv2d(width, wide, 4, stride=2, padding=1),
            ResidualBlock(wide),
            ResidualBlock(wide),
            nn.Conv2d(wide, latent, 3, padding=1),
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(latent, wide, 3, padding=1),
            ResidualBlock(wide),
            ResidualBlock(wide),
            ResidualBlock(wide),
            nn.Conv2d(wide, width * 4, 3, padding=1),
            nn.PixelShuffle(2),
            ResidualBlock(width),
            ResidualBlock(width),
            nn.Conv2d(width, channels * 4, 3, padding=1),
            nn.PixelShuffle(2),
        )

    def encode(self, x: Tensor) -> Tensor:
        return self.encoder(x * 2 - 1)

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z) * 0.5 + 0.5


def reconstruction_loss(decoded: Tensor, target: Tensor) -> Tensor:
    """L1 + 2 MSE + L1 of the spatial gradients."""
    error = decoded - target
    gradient = error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()
    return error.abs().mean() + 2 * error.square().mean() + gradient


def training_loss(model: Autoencoder, x: Tensor, noise: float = 0.05) -> Tensor:
    """Noise on the latent (relative to its spread) makes the decoder forgiving; a weak pull keeps latents near unit scale."""
    z = model.encode(x)
    spread = z.detach().float().std()
    decoded = model.decode(z + noise * spread * torch.randn_like(z))
    return reconstruction_loss(decoded.float(), x) + 1e-3 * z.float().square().mean()
