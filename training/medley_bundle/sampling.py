"""The reference joint sampler (CoDi, section 3.4) in PyTorch: two phases a step, guidance, DDIM and flow-matching Euler. Writes goldens."""

import itertools
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from . import MODALITIES

Denoise = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]
Environment = Callable[[Tensor, Tensor], Tensor]


def alphas_cumprod(schedule: dict) -> np.ndarray:
    """Of a scaled_linear schedule, float64 [train_steps]."""
    betas = np.linspace(schedule["beta_start"] ** 0.5, schedule["beta_end"] ** 0.5, schedule["train_steps"]) ** 2
    return np.cumprod(1 - betas)


def ddim_steps(schedule: dict, steps: int) -> list[tuple[float, float, float]]:
    """(timestep, alpha product now, alpha product after) as the released CoDi walks: leading spacing, offset 1."""
    alphas, stride = alphas_cumprod(schedule), schedule["train_steps"] // steps
    walked = [index * stride + 1 for index in range(steps)][::-1]
    return [(float(t), alphas[t], alphas[t - stride] if t - stride >= 0 else alphas[0]) for t in walked]


def flow_steps(schedule: dict, steps: int) -> list[tuple[float, float, float]]:
    """(timestep, sigma now, sigma after) of diffusers' FlowMatchEulerDiscreteScheduler."""
    count, shift = schedule["train_steps"], schedule["shift"]
    lowest = shift / count / (1 + (shift - 1) / count)  # diffusers shifts its smallest sigma twice
    raw = np.linspace(1, lowest, steps)
    sigmas = np.append(shift * raw / (1 + (shift - 1) * raw), 0.0)
    return [(float(now * count), float(now), float(after)) for now, after in itertools.pairwise(sigmas)]


@torch.no_grad()
def joint_generation(
    manifest: dict,
    denoise: Mapping[str, Denoise],
    environments: Mapping[str, Environment],
    noise: Mapping[str, Tensor],
    condition: Tensor,
    null: Tensor,
    steps: int,
    guidance: float,
    attends: str = "others",
) -> dict[str, Tensor]:
    """Final diffusion latents of the outputs in `noise`; condition and null [1,T,D]."""
    outputs = [modality for modality in MODALITIES if modality in noise]
    diffusion = manifest["diffusion"]
    flow = diffusion["schedule"]["type"] == "rectified_flow"
    walk = flow_steps(diffusion["schedule"], steps) if flow else ddim_steps(diffusion["schedule"], steps)
    latents = {modality: noise[modality].clone() for modality in outputs}
    for timestep, now, after in walk:
        t = torch.tensor([timestep], dtype=torch.float32)
        told = {modality: environments[modality](latents[modality], t) for modality in outputs}
        following = {}
        for modality in outputs:
            heard = [modality] if attends == "own" else [other for other in outputs if other != modality]
            z = latents[modality]
            environment, mask = pack(manifest, told, heard)
            both = [torch.cat([part, part]) for part in (z, t, environment, mask)]
            predicted = denoise[modality](both[0], both[1], torch.cat([condition, null]), both[2], both[3])
            given, unconditional = predicted.chunk(2)
            predicted = unconditional + guidance * (given - unconditional)
            if flow:
                following[modality] = z + (after - now) * predicted
            else:
                data = (z - (1 - now) ** 0.5 * predicted) / now**0.5
                following[modality] = after**0.5 * data + (1 - after) ** 0.5 * predicted
        latents = following
    return latents


def pack(manifest: dict, told: Mapping[str, Tensor], heard: list[str]) -> tuple[Tensor, Tensor]:
    """Environment [1,4,M,E] and mask [1,4] of the modalities heard."""
    space = manifest["space"]
    environment = torch.zeros(1, len(MODALITIES), space["environment_tokens"], space["environment_width"])
    mask = torch.zeros(1, len(MODALITIES))
    for modality in heard:
        slot = MODALITIES.index(modality)
        environment[:, slot], mask[:, slot] = told[modality], 1.0
    return environment, mask
