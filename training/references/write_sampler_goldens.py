"""Writes libs/diffusion/golden/*.json: whole trajectories of Hugging Face diffusers' schedulers.

The stand-in for a model is prediction = tanh(0.7 x + 0.1 sin(t / 100)), so that any language can compute the very same.
"""

import json
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler, FlowMatchEulerDiscreteScheduler

FOLDER = Path(__file__).resolve().parents[2] / "libs/diffusion/golden"
BETAS = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
STEPS = (1, 2, 10, 20, 50)
SCHEDULERS = {
    "ddim": lambda: DDIMScheduler(**BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1, timestep_spacing="leading"),
    "dpmpp_2m": lambda: DPMSolverMultistepScheduler(**BETAS, algorithm_type="dpmsolver++", solver_order=2),
    "euler": lambda: EulerDiscreteScheduler(**BETAS),
    "flow_euler": lambda: FlowMatchEulerDiscreteScheduler(),
    "flow_euler_shift3": lambda: FlowMatchEulerDiscreteScheduler(shift=3.0),
}


def predict(x: torch.Tensor, t: float) -> torch.Tensor:
    return torch.tanh(0.7 * x + 0.1 * np.sin(t / 100))


def trajectory(name: str, steps: int) -> dict:
    scheduler = SCHEDULERS[name]()
    scheduler.set_timesteps(steps)
    x = torch.randn(32, generator=torch.Generator().manual_seed(steps), dtype=torch.float64)
    noise = x.tolist()
    x = x * getattr(scheduler, "init_noise_sigma", 1.0)
    visited = []
    for t in scheduler.timesteps:
        scaled = scheduler.scale_model_input(x, t) if hasattr(scheduler, "scale_model_input") else x
        x = scheduler.step(predict(scaled, float(t)), t, x).prev_sample.double()
        visited.append(x.tolist())
    return {"steps": steps, "timesteps": [float(t) for t in scheduler.timesteps], "noise": noise, "latents": visited}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, make in SCHEDULERS.items():
        config = {key: value for key, value in make().config.items() if not key.startswith("_") and value != -np.inf}
        golden = {
            "reference": f"diffusers {__import__('diffusers').__version__} {type(make()).__name__}",
            "config": config,
            "model": "prediction = tanh(0.7 x + 0.1 sin(t / 100)) of the scaled model input",
            "trajectories": [trajectory(name, steps) for steps in STEPS],
        }
        (FOLDER / f"{name}.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
