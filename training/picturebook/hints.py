"""What the other outputs of a generation say, where it enters a denoiser besides its connectors: as a prompt, and as timing.

Both begin as nothing, are nothing without environments, and are nothing for the null prompt, so that guidance strengthens them too.
"""

import math

import torch
from torch import Tensor, nn

from .space import CONDITION_WIDTH, EMBEDDING, ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH, FRAMES, MODALITIES, TRAIN_STEPS

AUDIO = MODALITIES.index("audio")


def zero(module: nn.Module) -> nn.Module:
    for parameter in module.parameters():
        nn.init.zeros_(parameter)
    return module


def sinusoids(timestep: Tensor, width: int = 128) -> Tensor:
    """[B] in 0..1000 -> [B,width]."""
    frequencies = torch.exp(-math.log(10_000) * torch.arange(width // 2, dtype=torch.float32) / (width // 2))
    angles = timestep[:, None] * (1000 / TRAIN_STEPS) * frequencies
    return torch.cat([angles.cos(), angles.sin()], -1)


def resampling(count: int, target: int) -> Tensor:
    """Linear interpolation between the centres of `count` and `target` equal parts of the same second -> [target, count]."""
    centres = ((torch.arange(target) + 0.5) * count / target - 0.5).clamp(0, count - 1)
    return (1 - (centres[:, None] - torch.arange(count)[None]).abs()).clamp(min=0)


def said(environment: Tensor) -> Tensor:
    """What environments [...,8,64] say, as points of the prompts' space [...,128]: every two tokens are one, and their mean is it.

    Where tokens agree it is of unit length, where they are unsure it is shorter. Nothing is learned here, so it is the same for
    every modality: environments that were never trained together speak alike.
    """
    pairs = environment.reshape(*environment.shape[:-2], -1, CONDITION_WIDTH)
    return pairs.mean(-2) / (CONDITION_WIDTH / ENVIRONMENT_WIDTH) ** 0.5


def heard(condition: Tensor, mask: Tensor) -> Tensor:
    """The mask [B,4] of what rows with a prompt hear; rows with the null prompt (zeros) hear nothing."""
    return mask * (condition.abs().amax((1, 2)) > 0).float()[:, None]


class Hints(nn.Module):
    """(timestep [B], condition [B,1,128], environment [B,4,8,64], mask [B,4]) -> the condition with what the others say added."""

    def __init__(self):
        super().__init__()
        self.weigh = nn.Sequential(nn.Linear(128 + 1, 64), nn.SiLU(), zero(nn.Linear(64, 1)))

    def forward(self, timestep: Tensor, condition: Tensor, environment: Tensor, mask: Tensor) -> Tensor:
        hint = (said(environment) * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        sure = hint.square().sum(-1, keepdim=True)
        return condition + (self.weigh(torch.cat([sinusoids(timestep), sure], -1)) * hint)[:, None]


class Timing(nn.Module):
    """What the sound says of the time of each frame of a clip, and of the time until then; -> what to add to embeddings [B*F,256]."""

    def __init__(self):
        super().__init__()
        self.hear = nn.Sequential(nn.Linear(2 * ENVIRONMENT_WIDTH, EMBEDDING), nn.SiLU(), zero(nn.Linear(EMBEDDING, EMBEDDING)))
        self.register_buffer("resample", resampling(ENVIRONMENT_TOKENS, FRAMES), persistent=False)

    def forward(self, environment: Tensor, mask: Tensor) -> Tensor:
        now = torch.matmul(self.resample, environment[:, AUDIO]) * ENVIRONMENT_WIDTH**0.5
        told = self.hear(torch.cat([now, now.cumsum(1) / FRAMES**0.5], -1))
        return (told * mask[:, AUDIO, None, None]).flatten(0, 1)
