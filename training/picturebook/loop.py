"""The training loop that every stage shares: resumable, one log line a minute, a sample sheet now and then, seeded."""

import copy
import json
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from .space import WORK
from .together import mean_gradients, rank, same_weights

CHECKPOINT_SECONDS, LOG_SECONDS, SHEET_SECONDS = 120, 60, 300
SEED = 0  # of a whole training: `python -m picturebook.train STAGE --seed N`


def checkpoint_path(stage: str) -> Path:
    return WORK / "checkpoints" / f"{stage}.pt"


def draws_seed(stage: str, seed: int) -> int:
    """Seed of what a stage draws from NumPy: another one in each training and process, and wherever the stage is taken up again."""
    path = checkpoint_path(stage)
    step = torch.load(path, map_location="cpu", weights_only=True, mmap=True)["step"] if path.exists() else 0
    return seed + 100 * rank() + 10_000 * step + 10_000_000_000 * SEED


def load_weights(stage: str, model: nn.Module, average: bool = True) -> nn.Module:
    """Loads what a stage has learned so far (its moving average by default) and freezes it for use."""
    state = torch.load(checkpoint_path(stage), map_location="cpu", weights_only=True)
    model.load_state_dict(state["average" if average else "model"])
    return model.eval().requires_grad_(False)


def train(
    stage: str,
    model: nn.Module,
    loss: Callable[[nn.Module, int], Tensor],
    steps: int,
    rate: float,
    seed: int = 0,
    decay: float = 0.999,
    sheet: Callable[[nn.Module, Path], None] | None = None,
    parameters: list[nn.Parameter] | None = None,
    warmup: int = 100,
) -> nn.Module:
    """Runs `steps` steps of AdamW (linear decay in the second half, clip 1) and answers the moving average of the weights.

    `loss(model, step)` draws its own batch; of several processes (together.py) each draws one, and the first of them writes. A run
    that was stopped goes on from its last checkpoint, of which it takes what it trains: frozen parts stay as the caller made them,
    whatever they were when the checkpoint was written.
    """
    torch.set_num_threads(1)
    own = seed + SEED + 1_000_000_000 * rank()
    torch.manual_seed(own)
    trained = parameters if parameters is not None else [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=rate, betas=(0.9, 0.99), weight_decay=0.01)
    average = copy.deepcopy(model).eval().requires_grad_(False)
    path, step, spent = checkpoint_path(stage), 0, 0.0
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        state = torch.load(path, map_location="cpu", weights_only=True)
        if state.get("seed", SEED) != SEED:  # a warm start has none
            raise ValueError(f"{path} is of a training with --seed {state['seed']}, not {SEED}: go on with that, or move it away")
        learning = {id(parameter) for parameter in trained}
        frozen = {name for name, parameter in model.named_parameters() if id(parameter) not in learning}
        for module, kept in ((model, state["model"]), (average, state["average"])):
            missing, unexpected = module.load_state_dict({n: v for n, v in kept.items() if n not in frozen}, strict=False)
            assert set(missing) <= frozen and not unexpected, (stage, missing, unexpected)
        if state["optimiser"] is not None:  # None: a warm start from a bundle
            optimiser.load_state_dict(state["optimiser"])
        step, spent = state["step"], state["seconds"]
        torch.manual_seed(own + step)
    same_weights(model, average)
    resumed = step
    started = saved = logged = drawn = time.monotonic()
    running: list[float] = []

    def save() -> None:
        state = {
            "model": model.state_dict(),
            "average": average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
            "seed": SEED,
            "seconds": spent + time.monotonic() - started,
        }
        torch.save(state, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").replace(path)

    model.train()
    while step < steps:
        scale = min(1.0, (step - resumed + 1) / warmup) * min(1.0, 2 * (1 - step / steps) + 0.02)
        for group in optimiser.param_groups:
            group["lr"] = rate * scale
        value = loss(model, step)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        mean_gradients(trained)
        norm = torch.nn.utils.clip_grad_norm_(trained, 1.0)
        if not norm.isfinite():
            raise FloatingPointError(f"{stage}: gradients of norm {norm.item()} at step {step + 1}, where the loss is {value.item()}")
        optimiser.step()
        step += 1
        follow(average, model, min(decay, (1 + step) / (10 + step)))
        running.append(value.item())
        if rank():
            continue
        now = time.monotonic()
        if now - logged > LOG_SECONDS or step == steps:
            line = {"stage": stage, "step": step, "of": steps, "loss": round(sum(running) / len(running), 5)}
            line["seconds"] = round(spent + now - started)
            print(json.dumps(line), flush=True)
            running, logged = [], now
        if now - saved > CHECKPOINT_SECONDS or step == steps:
            save()
            saved = now
        if sheet is not None and (now - drawn > SHEET_SECONDS or step == steps):
            with torch.no_grad(), torch.random.fork_rng(devices=[]):
                sheet(average, WORK / "sheets" / f"{stage}.png")
            drawn = time.monotonic()
    return average


@torch.no_grad()
def follow(average: nn.Module, model: nn.Module, decay: float) -> None:
    """average <- decay * average + (1 - decay) * model."""
    for mean, value in zip(average.parameters(), model.parameters(), strict=True):
        mean.lerp_(value, 1 - decay)
    for mean, value in zip(average.buffers(), model.buffers(), strict=True):
        mean.copy_(value)
