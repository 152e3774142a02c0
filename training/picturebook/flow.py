"""Rectified flow: the training loss and Euler sampling with guidance. z_sigma = (1 - sigma) z0 + sigma noise, velocity = noise - z0."""

import itertools
from collections.abc import Callable

import torch
from torch import Tensor, nn

from .denoiser import no_environment
from .space import TRAIN_STEPS


def shifted(sigma: Tensor, shift: float) -> Tensor:
    """The same levels at a higher resolution: more of them near pure noise where shift > 1 (Esser et al. 2024, equation 23)."""
    return shift * sigma / (1 + (shift - 1) * sigma)


def draw_sigma(batch: int, shift: float = 1.0) -> Tensor:
    """Logit-normal levels [B]."""
    return shifted(torch.sigmoid(torch.randn(batch)), shift)


def draw_clip_sigma(batch: int) -> Tensor:
    """Levels [B] for clips, most of them where motion is decided: what differs between frames bears little noise, so that is early."""
    return torch.where(torch.rand(batch) < 0.7, 0.72 + 0.28 * torch.rand(batch), torch.rand(batch))


CLIP_SHIFT = 5.0  # clips are decided after other outputs: their level of noise is `shifted` by it
MOTION = 3.0  # weight of what differs between the frames of a clip
SHARED = 0.9  # share of the noise of a clip's frames that is one and the same for all of them


def level_of(modality: str, sigma: Tensor) -> Tensor:
    """A modality's own noise level [B] at the level that all outputs share: clips are noisier, as their graphs have it (graphs.py)."""
    return shifted(sigma, CLIP_SHIFT) if modality == "video" else sigma


def draw_noise(z: Tensor) -> Tensor:
    """Normal noise like z; frames of clips [B,C,F,H,W] share a part of it, so that a clip is of one thing from its first step on.

    Ge et al. 2023 (PYoCo), section 4.1, mixed noise. The exported graphs take white noise and mix it inside (`mixing`).
    """
    noise = torch.randn_like(z)
    return noise if z.dim() < 5 else SHARED**0.5 * torch.randn_like(z[:, :, :1]) + (1 - SHARED) ** 0.5 * noise


def mixing(frames: int) -> Tensor:
    """The symmetric matrix [F,F] that makes frames' shared noise of white noise: its square is (1 - SHARED) I + SHARED."""
    own = (1 - SHARED) ** 0.5
    mean = (1 - SHARED + frames * SHARED) ** 0.5
    return own * torch.eye(frames) + (mean - own) / frames


def noised(z: Tensor, sigma: Tensor, noise: Tensor) -> Tensor:
    level = sigma.view(-1, *[1] * (z.dim() - 1))
    return (1 - level) * z + level * noise


def drop_prompts(condition: Tensor, kept: int = 0, rate: float = 0.1) -> Tensor:
    """Zeroes whole prompts [B,1,128] at random, but for the last `kept`: the null prompt of guidance."""
    return condition * ((torch.rand(len(condition), 1, 1) >= rate) | (torch.arange(len(condition)) >= len(condition) - kept).view(-1, 1, 1))


def flow_loss(model: nn.Module, z: Tensor, condition: Tensor) -> Tensor:
    """Single-modality loss with an empty environment."""
    return errors(model, z, condition, draw_sigma(len(z))).square().mean()


def clip_loss(model: nn.Module, z: Tensor, condition: Tensor, kept: int = 0) -> Tensor:
    """The same for clips [B,4,F,H,W], of which the last `kept` keep their prompts.

    How frames differ weighs more than what they have in common, as it does in unshared noise.
    """
    error = errors(model, z, condition, draw_clip_sigma(len(z)), kept)
    common = error.mean(2, keepdim=True)
    return (common.square().mean() + MOTION * (error - common).square().mean()) / 2


def errors(model: nn.Module, z: Tensor, condition: Tensor, sigma: Tensor, kept: int = 0) -> Tensor:
    """Predicted less true velocity, like z; prompts are dropped now and then, but for the last `kept`."""
    noise = draw_noise(z)
    with torch.autocast("cpu", torch.bfloat16):
        predicted = model(noised(z, sigma, noise), sigma * TRAIN_STEPS, drop_prompts(condition, kept), *no_environment(len(z)))
    return predicted.float() - (noise - z)


@torch.no_grad()
def sample(
    model: Callable[..., Tensor], condition: Tensor, shape: tuple[int, ...], steps: int = 16, guidance: float = 3.0, shift: float = 2.0
) -> Tensor:
    """Euler from pure noise, one modality alone -> latents [B,*shape]."""
    batch = len(condition)
    z = draw_noise(torch.empty(batch, *shape))
    both = torch.cat([condition, torch.zeros_like(condition)])
    levels = shifted(torch.linspace(1, 0, steps + 1), shift if z.dim() < 5 else CLIP_SHIFT * shift)
    for now, after in itertools.pairwise(levels):
        with torch.autocast("cpu", torch.bfloat16):
            velocity = model(torch.cat([z, z]), torch.full((2 * batch,), now * TRAIN_STEPS), both, *no_environment(2 * batch))
        given, null = velocity.float().chunk(2)
        z = z + (after - now) * (null + guidance * (given - null))
    return z
