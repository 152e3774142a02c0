"""Stages `image-decoder`, `mel-decoder`: the autoencoders' decoders go on learning while their latents, which the denoisers know, stay."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .autoencoder import Autoencoder, reconstruction_loss
from .latents import audio_latents, image_latents
from .loop import checkpoint_path, load_weights, train
from .sheets import save_sheet
from .train_image_autoencoder import picture_pool, to_tensor
from .train_mel_autoencoder import WIDTH, sound_pool


def sharpen(stage: str, learned: str, model: Autoencoder, z: Tensor, media: Callable[[np.ndarray], Tensor], steps: int, batch: int) -> None:
    """`media(rows)` are the pictures [B,C,64,64] behind the latents z [N,4,16,16] that stage `learned` made of them."""
    if not checkpoint_path(stage).exists():
        load_weights(learned, model)
    model.requires_grad_(False)
    decoder = list(model.decoder.parameters())
    for parameter in decoder:
        parameter.requires_grad_(True)
    rng, spread = np.random.default_rng(41), z[:2000].float().std()

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = rng.integers(len(z), size=batch)
        latent = z[rows].float()
        latent = latent + 0.05 * spread * torch.randn_like(latent)
        with torch.autocast("cpu", torch.bfloat16):
            decoded = model.decode(latent.contiguous(memory_format=torch.channels_last))
        return reconstruction_loss(decoded.float(), media(rows))

    def sheet(model: nn.Module, path: Path) -> None:
        rows = np.arange(16)
        x, y = media(rows), model.decode(z[rows].float())
        print(f"psnr {-10 * torch.log10((x - y).square().mean()).item():.2f} dB", flush=True)
        save_sheet(path, torch.stack([x, y]).permute(0, 1, 3, 4, 2).expand(-1, -1, -1, -1, 3).numpy())

    train(stage, model.to(memory_format=torch.channels_last), loss, steps, rate=1e-3, sheet=sheet, decay=0.998, parameters=decoder)


def run_image(steps: int = 3000, batch: int = 24) -> None:
    pixels = picture_pool()["pixels"]
    sharpen("image-decoder", "image-autoencoder", Autoencoder(), image_latents(), lambda rows: to_tensor(pixels[rows]), steps, batch)


def run_mel(steps: int = 1500, batch: int = 24) -> None:
    mels, model = torch.from_numpy(sound_pool()["mel"])[:, None], Autoencoder(channels=1, width=WIDTH)
    sharpen("mel-decoder", "mel-autoencoder", model, audio_latents(), lambda rows: mels[rows].float(), steps, batch)
