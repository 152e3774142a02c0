"""Stage `mel-autoencoder`: log-mel [1,64,64] <-> latent [4,16,16]."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .autoencoder import Autoencoder, training_loss
from .kept import made_once
from .loop import train
from .mel import Mel
from .sheets import save_sheet
from .space import WORK
from .things import NAMES
from .voices import VOICES, draw_utterance, load_voices

POOL = 24_000
WIDTH = 48


def sound_pool(train_split: bool = True, count: int = POOL, seed: int = 2) -> dict[str, np.ndarray]:
    """Training sounds, cached: mel float16 [count,64,64], thing and voice int64 [count], waveform int16 [count,16000]."""

    def make(path: Path) -> None:
        voices, rng, mel = load_voices(), np.random.default_rng(seed), Mel()
        things, speakers = rng.integers(len(NAMES), size=count), rng.integers(len(VOICES), size=count)
        waveforms = np.stack([draw_utterance(voices, rng, int(t), int(v), train_split) for t, v in zip(things, speakers, strict=True)])
        with torch.no_grad():
            parts = [mel(torch.from_numpy(part)[:, None]) for part in np.array_split(waveforms, max(1, count // 256))]
        mels = torch.cat(parts)[:, 0].half().numpy()
        waveforms = (np.clip(waveforms, -1, 1) * 32767).astype(np.int16)
        np.savez(path, mel=mels, thing=things, voice=speakers, waveform=waveforms)

    with np.load(made_once(WORK / f"sounds-{'train' if train_split else 'held-out'}-{count}-{seed}.npz", make)) as pool:
        return dict(pool)


def run(steps: int = 700, batch: int = 48) -> None:
    mels = torch.from_numpy(sound_pool()["mel"])[:, None]
    model = Autoencoder(channels=1, width=WIDTH).to(memory_format=torch.channels_last)

    def loss(model: nn.Module, step: int) -> Tensor:
        x = mels[torch.randint(len(mels), (batch,))].float().contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            return training_loss(model, x)

    def sheet(model: nn.Module, path: Path) -> None:
        x = mels[:16].float()
        y = model.decode(model.encode(x))
        print(f"psnr {-10 * torch.log10((x - y).square().mean()).item():.2f} dB", flush=True)
        save_sheet(path, torch.stack([x, y]).permute(0, 1, 3, 4, 2).flip(2).expand(-1, -1, -1, -1, 3).numpy())

    train("mel-autoencoder", model, loss, steps, rate=2e-3, sheet=sheet, decay=0.998)
