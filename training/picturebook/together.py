"""Several processes that train one stage: each draws its own batches, all step with the mean of their gradients."""

import datetime
import tempfile
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import torch
import torch.distributed as distributed
from torch import nn
from torch.multiprocessing import ProcessExitedException, ProcessRaisedException, start_processes

MOST = 8
CAUSE = "cause"
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
    """Runs `work(*args)` in as many processes as told; where one fails all end. Throws a ChildProcessError with the first traceback."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            start_processes(_joined, (processes, folder, work, args), nprocs=processes)
        except (ProcessExitedException, ProcessRaisedException) as error:
            # The others fail when the first is gone; which of them ends first is chance.
            raise ChildProcessError((folder / CAUSE).read_text() if (folder / CAUSE).exists() else str(error)) from None


def _joined(process: int, processes: int, folder: Path, work: Callable[..., None], args: tuple) -> None:
    where = distributed.FileStore(str(folder / "store"), processes)
    distributed.init_process_group("gloo", store=where, rank=process, world_size=processes, timeout=PATIENCE)
    try:
        work(*args)
    except BaseException:
        with suppress(FileExistsError), (folder / CAUSE).open("x") as cause:
            cause.write(traceback.format_exc())
        raise
    finally:
        distributed.destroy_process_group()
