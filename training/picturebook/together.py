"""Several processes that train one stage: each draws its own batches, all step with the mean of their gradients."""

import datetime
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
import torch.distributed as distributed
from torch import nn
from torch.multiprocessing import start_processes

MOST = 8
PATIENCE = datetime.timedelta(minutes=30)  # until the slowest has made its pools


def rank() -> int:
    """Which of the processes this is; 0 writes."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def same_weights(*modules: nn.Module) -> None:
    """Those of the first process, in each of them."""
    if distributed.is_initialized():
        for module in modules:
            for value in module.state_dict().values():
                distributed.broadcast(value, 0)


def mean_gradients(parameters: Iterable[nn.Parameter]) -> None:
    """Of all processes, in each of them."""
    if not distributed.is_initialized():
        return
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    distributed.all_reduce(flat)
    parts = (flat / distributed.get_world_size()).split([gradient.numel() for gradient in gradients])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))


def run_together(processes: int, work: Callable[..., None], *args: object) -> None:
    """Runs `work(*args)` in as many processes as told; ends all of them where one fails, and says why."""
    with tempfile.TemporaryDirectory() as folder:
        start_processes(_joined, (processes, Path(folder) / "store", work, args), nprocs=processes)


def _joined(process: int, processes: int, store: Path, work: Callable[..., None], args: tuple) -> None:
    where = distributed.FileStore(str(store), processes)
    distributed.init_process_group("gloo", store=where, rank=process, world_size=processes, timeout=PATIENCE)
    try:
        work(*args)
    finally:
        distributed.destroy_process_group()
