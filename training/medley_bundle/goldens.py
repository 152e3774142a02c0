"""Golden generations: one whole generation for each set of outputs, as the reference sampler makes it."""

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from . import MODALITIES
from .sampling import joint_generation

ALL_SETS = [chosen for size in range(1, 5) for chosen in itertools.combinations(MODALITIES, size)]


def write_generations(
    folder: Path,
    manifest: dict,
    graphs: dict[str, dict[str, nn.Module]],
    null: Tensor,
    jobs: Sequence[tuple[tuple[str, ...], str]],
    seed: int,
    sampler: str,
    steps: int = 4,
    guidance: float = 3.0,
) -> None:
    """Writes golden/generations.json and .safetensors; `jobs` names sets of outputs and what they attend to, null is [1,T,D]."""
    generator = torch.Generator().manual_seed(seed)
    tensors, cases = {}, []
    for outputs, attends in jobs:
        name = "+".join(outputs) + ("" if attends == "others" else "@own")
        shapes = {modality: manifest["modalities"][modality]["latent"]["shape"] for modality in outputs}
        noise = {modality: torch.randn(1, *shape, generator=generator) for modality, shape in shapes.items()}
        condition = nn.functional.normalize(torch.randn(*null.shape, generator=generator), dim=-1)
        latents = joint_generation(
            manifest,
            {modality: graphs[modality]["denoiser"] for modality in outputs},
            {modality: graphs[modality]["environment_encoder"] for modality in outputs},
            noise,
            condition,
            null,
            steps=steps,
            guidance=guidance,
            attends=attends,
        )
        tensors |= {f"{name}/condition": condition.numpy(), f"{name}/null": null.numpy()}
        for modality in outputs:
            tensors |= {f"{name}/{modality}/noise": noise[modality].numpy(), f"{name}/{modality}/latent": latents[modality].numpy()}
        cases.append({"name": name, "outputs": list(outputs), "steps": steps, "guidance": guidance, "sampler": sampler, "attends": attends})
    save_file({name: np.ascontiguousarray(value) for name, value in tensors.items()}, folder / "golden/generations.safetensors")
    (folder / "golden/generations.json").write_text(json.dumps({"file": "golden/generations.safetensors", "cases": cases}, indent=1) + "\n")
