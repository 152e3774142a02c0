"""Log-mel spectrograms and the way back to a waveform, as graphs of plain tensor operations (they are exported)."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .space import FFT, HOP, MEL_FRAMES, MEL_HIGH, MEL_LOW, MELS, SAMPLE_RATE, SAMPLES

FLOOR, CEILING = math.log(1e-4), math.log(30.0)


def mel_filters() -> np.ndarray:
    """Triangular filters on the HTK mel scale -> float32 [MELS, FFT // 2 + 1]."""

    def to_mel(hertz: np.ndarray | float) -> np.ndarray:
        return 2595 * np.log10(1 + np.asarray(hertz) / 700)

    edges = 700 * (10 ** (np.linspace(to_mel(MEL_LOW), to_mel(MEL_HIGH), MELS + 2) / 2595) - 1)
    bins = np.linspace(0, SAMPLE_RATE / 2, FFT // 2 + 1)
    rise = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.maximum(0, np.minimum(rise, fall)).astype(np.float32)


class Spectrum(nn.Module):
    """Short-time Fourier transform as a convolution and back as a transposed one. Hann window, centred frames."""

    def __init__(self):
        super().__init__()
        window = torch.hann_window(FFT)
        angles = 2 * math.pi * torch.outer(torch.arange(FFT // 2 + 1).double(), torch.arange(FFT).double()) / FFT
        basis = torch.cat([angles.cos(), -angles.sin()]).float() * window
        self.register_buffer("forward_basis", basis[:, None], persistent=False)
        weight = torch.full((FFT // 2 + 1,), 2.0)
        weight[0] = weight[-1] = 1.0
        inverse = torch.cat([angles.cos() * weight[:, None], -angles.sin() * weight[:, None]]).float() * window / FFT
        self.register_buffer("inverse_basis", inverse[:, None], persistent=False)
        frames = torch.zeros(1, 1, MEL_FRAMES) + 1
        overlap = F.conv_transpose1d(frames, (window**2)[None, None], stride=HOP)
        self.register_buffer("overlap", overlap.clamp(min=1e-3), persistent=False)

    def forward(self, waveform: Tensor) -> tuple[Tensor, Tensor]:
        """[B,1,16000] -> real and imaginary part [B,513,64]."""
        pad = (FFT - HOP) // 2
        padded = F.pad(waveform, (pad, FFT - HOP - pad))
        return F.conv1d(padded, self.forward_basis, stride=HOP).chunk(2, dim=1)

    def inverse(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """-> [B,1,16000]."""
        summed = F.conv_transpose1d(torch.cat([real, imaginary], 1), self.inverse_basis, stride=HOP) / self.overlap
        pad = (FFT - HOP) // 2
        return summed[:, :, pad : pad + SAMPLES]


class Mel(nn.Module):
    """Waveform [B,1,16000] -> log-mel [B,1,64,64] (bins x frames), about [0, 1]."""

    def __init__(self):
        super().__init__()
        self.spectrum = Spectrum()
        self.register_buffer("filters", torch.from_numpy(mel_filters()), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        real, imaginary = self.spectrum(waveform)
        magnitude = torch.sqrt(real**2 + imaginary**2 + 1e-9)
        mel = torch.matmul(self.filters, magnitude)
        return ((torch.log(mel.clamp(min=1e-4)) - FLOOR) / (CEILING - FLOOR))[:, None]


class GriffinLim(nn.Module):
    """Log-mel [B,1,64,64] -> waveform [B,1,16000]: fast Griffin-Lim (Perraudin et al. 2013), unrolled."""

    def __init__(self, rounds: int = 24, momentum: float = 0.9):
        super().__init__()
        self.rounds, self.momentum = rounds, momentum
        self.spectrum = Spectrum()
        filters = mel_filters().astype(np.float64)
        inverse = np.linalg.pinv(filters).astype(np.float32)
        self.register_buffer("inverse_filters", torch.from_numpy(inverse), persistent=False)
        phase = torch.rand(1, FFT // 2 + 1, MEL_FRAMES, generator=torch.Generator().manual_seed(0)) * 2 * math.pi
        self.register_buffer("phase", phase, persistent=False)

    def forward(self, log_mel: Tensor) -> Tensor:
        mel = torch.exp(log_mel[:, 0].clamp(0, 1) * (CEILING - FLOOR) + FLOOR) - 1e-4
        magnitude = torch.matmul(self.inverse_filters, mel).clamp(min=0)
        real, imaginary = magnitude * self.phase.cos(), magnitude * self.phase.sin()
        before_real, before_imaginary = torch.zeros_like(real), torch.zeros_like(imaginary)
        for _ in range(self.rounds):
            next_real, next_imaginary = self.spectrum(self.spectrum.inverse(real, imaginary))
            real = next_real + self.momentum * (next_real - before_real)
            imaginary = next_imaginary + self.momentum * (next_imaginary - before_imaginary)
            before_real, before_imaginary = next_real, next_imaginary
            scale = magnitude / torch.sqrt(real**2 + imaginary**2 + 1e-9)
            real, imaginary = real * scale, imaginary * scale
        return self.spectrum.inverse(real, imaginary).clamp(-1, 1)
