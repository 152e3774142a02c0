"""Latents of the training pools, standardised per channel: made once by the frozen autoencoders, then cached as float16."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from .autoencoder import Autoencoder
from .clips import clip_pool
from .kept import made_once
from .loop import load_weights
from .space import WORK
from .train_image_autoencoder import picture_pool, to_tensor
from .train_mel_autoencoder import WIDTH, sound_pool


def image_autoencoder() -> Autoencoder:
    return load_weights("image-autoencoder", Autoencoder())


def mel_autoencoder() -> Autoencoder:
    return load_weights("mel-autoencoder", Autoencoder(channels=1, width=WIDTH))


def cached(name: str, make: Callable[[], np.ndarray]) -> Tensor:
    return torch.from_numpy(np.load(made_once(WORK / "latents" / f"{name}.npy", lambda path: np.save(path, make()))))


@torch.no_grad()
def _encode_pictures(pixels: np.ndarray) -> np.ndarray:
    model = image_autoencoder()
    return np.concatenate([model.encode(to_tensor(part)).half().numpy() for part in np.array_split(pixels, len(pixels) // 64)])


def image_latents() -> Tensor:
    """float16 [N,4,16,16], as the autoencoder gives them."""
    return cached("image", lambda: _encode_pictures(picture_pool()["pixels"]))


def video_latents() -> Tensor:
    """float16 [N,4,12,16,16]."""

    def make() -> np.ndarray:
        pixels = clip_pool()["pixels"]
        flat = _encode_pictures(pixels.reshape(-1, *pixels.shape[2:]))
        return np.ascontiguousarray(flat.reshape(len(pixels), -1, 4, 16, 16).transpose(0, 2, 1, 3, 4))

    return cached("video", make)


@torch.no_grad()
def audio_latents() -> Tensor:
    """float16 [N,4,16,16]."""

    def make() -> np.ndarray:
        model, mels = mel_autoencoder(), sound_pool()["mel"]
        parts = np.array_split(mels, len(mels) // 64)
        return np.concatenate([model.encode(torch.from_numpy(part).float()[:, None]).half().numpy() for part in parts])

    return cached("audio", make)


@torch.no_grad()
def encoded(pixels: np.ndarray) -> np.ndarray:
    """Pictures float32 [B,3,64,64] -> what the decoder takes [B,4,16,16], by the encoder, which is no part of the bundle."""
    model = image_autoencoder()
    return np.concatenate([model.encode(torch.from_numpy(part)).numpy() for part in np.array_split(pixels, 16)])


def standardisation(modality: str) -> tuple[Tensor, Tensor]:
    """Shift and scale per channel [4]: z = (latent - shift) * scale. Clips share the pictures'."""
    latents = (image_latents() if modality in ("image", "video") else audio_latents())[:4000].float()
    return latents.mean((0, 2, 3)), 1 / latents.std((0, 2, 3))


def standardise(z: Tensor, modality: str) -> Tensor:
    shift, scale = standardisation(modality)
    shape = (1, 4, *[1] * (z.dim() - 2))
    return (z.float() - shift.view(shape)) * scale.view(shape)


def restore(z: Tensor, modality: str) -> Tensor:
    """Back to what the decoder takes."""
    shift, scale = standardisation(modality)
    shape = (1, 4, *[1] * (z.dim() - 2))
    return z / scale.view(shape) + shift.view(shape)
