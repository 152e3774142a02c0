"""Two processes that train one stage."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import picturebook.loop as loop
from picturebook.together import mean_gradients, rank, run_together

ROWS = torch.tensor([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0]])


def model(seed: int) -> nn.Linear:
    torch.manual_seed(seed)
    return nn.Linear(3, 1)


def square(m: nn.Module, rows: Tensor) -> Tensor:
    return m(rows).square().mean()


def each_its_own_row(folder: Path) -> None:
    loop.WORK = folder
    drawn = torch.tensor([float(loop.draws_seed("tiny", 3))])
    loop.train("tiny", model(rank()), lambda m, _: square(m, ROWS[rank() : rank() + 1]), 4, rate=1e-2)
    torch.save(drawn, folder / f"{rank()}.pt")
    torch.save(torch.rand(4), folder / f"random-{rank()}.pt")


def second_fails() -> None:
    if rank():
        raise ValueError("no such clips")
    m = model(0)
    square(m, ROWS).backward()
    mean_gradients(m.parameters())


def second_is_lost(folder: Path) -> None:
    loop.WORK = folder
    loop.CHECKPOINT_SECONDS = 0
    rows = ROWS * float("nan") if rank() else ROWS
    loop.train("tiny", model(0), lambda m, _: square(m, rows), 1, rate=1e-2)


def test_they_step_with_the_mean_of_their_gradients(tmp_path):
    run_together(2, each_its_own_row, tmp_path)
    together = torch.load(tmp_path / "checkpoints/tiny.pt", weights_only=True)
    seeds = [torch.load(tmp_path / f"{process}.pt", weights_only=True).item() for process in (0, 1)]
    draws = [torch.load(tmp_path / f"random-{process}.pt", weights_only=True) for process in (0, 1)]
    assert together["step"] == 4 and seeds[0] == 3 != seeds[1] and not torch.equal(*draws)
    loop.train("alone", model(0), lambda m, _: square(m, ROWS), 4, rate=1e-2)
    alone = torch.load(tmp_path / "checkpoints/alone.pt", weights_only=True)
    for name, value in alone["model"].items():
        assert torch.allclose(together["model"][name], value, atol=1e-6), "the first one's weights, the mean of two rows' losses"


def test_no_checkpoint_is_written_of_what_one_lost(tmp_path):
    with pytest.raises(ChildProcessError, match="gradients of norm nan at step 1"):
        run_together(2, second_is_lost, tmp_path)
    assert not (tmp_path / "checkpoints/tiny.pt").exists()


def test_where_one_fails_all_end_and_say_why():
    with pytest.raises(ChildProcessError, match="no such clips"):
        run_together(2, second_fails)
