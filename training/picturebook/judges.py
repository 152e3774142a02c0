"""Judges: small classifiers of real pictures, clips and sounds. They score what was generated, and no generator ever trains on them."""

import torch
from torch import Tensor, nn

from .mel import Mel
from .space import FRAMES
from .things import COLOUR_NAMES, MOTION_NAMES, NAMES
from .towers import convolutions
from .voices import VOICE_NAMES

FEATURES = 128


class PictureJudge(nn.Module):
    """Pixels [B,3,64,64] in [0,1] -> logits of thing [B,72] and colour [B,8], and features [B,128] for Fréchet distances."""

    def __init__(self, width: int = 32):
        super().__init__()
        self.look = convolutions(3, width)
        self.features = nn.Sequential(nn.Linear(4 * width * 16, FEATURES), nn.SiLU())
        self.thing = nn.Linear(FEATURES, len(NAMES))
        self.colour = nn.Linear(FEATURES, len(COLOUR_NAMES))

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.features(self.look(pixels * 2 - 1).flatten(1))
        return self.thing(features), self.colour(features), features


class MotionJudge(nn.Module):
    """Pixels [B,3,12,64,64] in [0,1] -> logits of motion [B,5]."""

    def __init__(self):
        super().__init__()
        self.look = nn.Sequential(
            nn.AvgPool2d(2),
            nn.Conv2d(FRAMES * 3 * 2, 64, 5, stride=2, padding=2),
            nn.SiLU(),
            nn.Conv2d(64, 96, 3, stride=2, padding=1),
            nn.GroupNorm(8, 96),
            nn.SiLU(),
            nn.Conv2d(96, 128, 3, stride=2, padding=1),
            nn.GroupNorm(8, 128),
            nn.SiLU(),
        )
        self.motion = nn.Sequential(nn.Linear(128 * 16, 128), nn.SiLU(), nn.Linear(128, len(MOTION_NAMES)))

    def forward(self, pixels: Tensor) -> Tensor:
        frames = pixels.transpose(1, 2) * 2 - 1  # [B,F,3,64,64]
        still = frames - frames.mean(1, keepdim=True)
        after = frames - torch.cat([frames[:, :1], frames[:, :-1]], 1)
        return self.motion(self.look(torch.cat([still, after], 1).flatten(1, 2)).flatten(1))


class SoundJudge(nn.Module):
    """Waveform [B,1,16000] -> logits of thing [B,72] and voice [B,6]. `from_mel` takes the log-mel [B,1,64,64]."""

    def __init__(self, width: int = 32):
        super().__init__()
        self.mel = Mel()
        self.hear = convolutions(1, width)
        self.features = nn.Sequential(nn.Linear(4 * width * 16, FEATURES), nn.SiLU())
        self.thing = nn.Linear(FEATURES, len(NAMES))
        self.voice = nn.Linear(FEATURES, len(VOICE_NAMES))

    def from_mel(self, log_mel: Tensor) -> tuple[Tensor, Tensor]:
        features = self.features(self.hear(log_mel * 2 - 1).flatten(1))
        return self.thing(features), self.voice(features)

    def forward(self, waveform: Tensor) -> tuple[Tensor, Tensor]:
        return self.from_mel(self.mel(waveform))
