"""Stage `image-decoder`: the picture decoder goes on learning while its latents, which the denoisers know, stay."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .autoencoder import Autoencoder, reconstruction_loss
from .latents import image_latents
from .loop import draws_seed, load_weights, train
from .sheets import save_sheet
from .train_image_autoencoder import picture_pool, to_tensor


def run_image(steps: int = 1500, batch: int = 24) -> None:
    pixels, z, model = picture_pool()["pixels"], image_latents(), load_weights("image-autoencoder", Autoencoder())
    decoder = list(model.decoder.parameters())
    for parameter in decoder:
        parameter.requires_grad_(True)
    rng, spread = np.random.default_rng(draws_seed("image-decoder", 41)), z[:2000].float().std()

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = rng.integers(len(z), size=batch)
        latent = z[rows].float()
        latent = latent + 0.05 * spread * torch.randn_like(latent)
        with torch.autocast("cpu", torch.bfloat16):
            decoded = model.decode(latent.contiguous(memory_format=torch.channels_last))
        return reconstruction_loss(decoded.float(), to_tensor(pixels[rows]))

    def sheet(model: nn.Module, path: Path) -> None:
        x, y = to_tensor(pixels[:16]), model.decode(z[:16].float())
        print(f"psnr {-10 * torch.log10((x - y).square().mean()).item():.2f} dB", flush=True)
        save_sheet(path, torch.stack([x, y]).permute(0, 1, 3, 4, 2).numpy())

    train(
        "image-decoder",
        model.to(memory_format=torch.channels_last),
        loss,
        steps,
        rate=1e-3,
        sheet=sheet,
        decay=0.998,
        parameters=decoder,
    )
