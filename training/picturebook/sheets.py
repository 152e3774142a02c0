"""Sample sheets: many pictures in one PNG."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .mel import Mel


def save_sheet(path: Path, rows: np.ndarray, zoom: int = 2) -> None:
    """rows float [R,C,H,W,3] in [0,1]."""
    count, columns, height, width, _ = rows.shape
    sheet = (np.clip(rows, 0, 1) * 255).astype(np.uint8).transpose(0, 2, 1, 3, 4).reshape(count * height, columns * width, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(sheet)
    image.resize((image.width * zoom, image.height * zoom), Image.Resampling.NEAREST).quantize(192).save(path, optimize=True)


def save_spectra(path: Path, waveforms: np.ndarray) -> None:
    """waveforms [B,1,16000], B even: mel spectrograms in two rows, low tones at the bottom."""
    mels = Mel()(torch.from_numpy(waveforms)).flip(2).permute(0, 2, 3, 1).expand(-1, -1, -1, 3).numpy()
    save_sheet(path, mels.reshape(2, -1, *mels.shape[1:]))
