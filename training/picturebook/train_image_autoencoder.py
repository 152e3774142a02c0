"""Stage `image-autoencoder`: pictures and frames share it."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .autoencoder import Autoencoder, training_loss
from .kept import made_once
from .loop import train
from .pictures import make_pictures
from .sheets import save_sheet
from .space import WORK

POOL = 40_000


def picture_pool() -> dict[str, np.ndarray]:
    """The training pictures: made once, then cached."""
    with np.load(made_once(WORK / "pictures.npz", lambda path: np.savez(path, **make_pictures(POOL, seed=1)))) as pool:
        return dict(pool)


def to_tensor(pixels: np.ndarray) -> Tensor:
    """uint8 [B,H,W,3] -> float32 [B,3,H,W] in [0,1], channels last in memory."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div_(255).contiguous(memory_format=torch.channels_last)


def run(steps: int = 1800, batch: int = 24) -> None:
    pixels = picture_pool()["pixels"]
    model = Autoencoder().to(memory_format=torch.channels_last)

    def loss(model: nn.Module, step: int) -> Tensor:
        rows = torch.randint(len(pixels), (batch,)).numpy()
        with torch.autocast("cpu", torch.bfloat16):
            return training_loss(model, to_tensor(pixels[rows]))

    def sheet(model: nn.Module, path: Path) -> None:
        x = to_tensor(pixels[:16])
        y = model.decode(model.encode(x)).float()
        print(f"psnr {-10 * torch.log10((x - y).square().mean()).item():.2f} dB", flush=True)
        save_sheet(path, torch.stack([x, y]).permute(0, 1, 3, 4, 2).numpy())

    train("image-autoencoder", model, loss, steps, rate=1.2e-3, sheet=sheet, decay=0.998)
