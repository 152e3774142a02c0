"""The training loop: what a stopped training takes up again, and what it does not."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from picturebook.loop import draws_seed, load_weights, train


def test_a_stopped_training_goes_on(tmp_path):
    seen: list[int] = []

    def run(steps: int) -> nn.Module:
        model = nn.Linear(2, 1)
        x, y = torch.randn(64, 2), torch.randn(64, 1)

        def loss(m: nn.Module, step: int) -> Tensor:
            seen.append(step)
            return (m(x) - y).square().mean()

        return train("tiny", model, loss, steps, rate=1e-2)

    assert draws_seed("tiny", 3) == 3
    run(5)
    assert draws_seed("tiny", 3) != 3, "what was drawn is not drawn again"
    run(9)
    assert seen == list(range(9))
    state = torch.load(tmp_path / "checkpoints/tiny.pt", weights_only=True)
    assert state["step"] == 9
    assert not any(p.requires_grad for p in load_weights("tiny", nn.Linear(2, 1)).parameters())


def test_another_seed_does_not_go_on_with_a_training(monkeypatch):
    def run(steps: int) -> nn.Module:
        return train("tiny", nn.Linear(2, 1), lambda m, _: m(torch.ones(1, 2)).square().mean(), steps, rate=1e-2)

    run(1)
    monkeypatch.setattr("picturebook.loop.SEED", 7)
    with pytest.raises(ValueError, match="is of a training with --seed 0, not 7"):
        run(2)


def test_a_sheet_changes_nothing_that_is_drawn(monkeypatch):
    monkeypatch.setattr("picturebook.loop.SHEET_SECONDS", -1)
    seen: list[Path] = []

    def sheet(model: nn.Module, path: Path) -> None:
        seen.append(path)
        torch.manual_seed(0)

    def drawn(stage: str, sheet: Callable[[nn.Module, Path], None] | None) -> list[float]:
        draws: list[float] = []

        def loss(m: nn.Module, _: int) -> Tensor:
            draws.append(torch.rand(()).item())
            return m(torch.ones(1, 2)).square().mean()

        train(stage, nn.Linear(2, 1), loss, 3, rate=1e-2, sheet=sheet)
        return draws

    assert drawn("one", sheet) == drawn("other", None) and len(seen) == 3


def test_what_is_frozen_stays_as_it_is_given(tmp_path):
    def run(steps: int, backbone: float) -> nn.Module:
        model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
        nn.init.constant_(model[0].weight, backbone).requires_grad_(False)
        model[0].bias.requires_grad_(False)
        x, y = torch.randn(64, 2), torch.randn(64, 1)
        return train("tiny", model, lambda m, _: (m(x) - y).square().mean(), steps, rate=1e-2)

    learned = run(3, backbone=1.0)[1].weight.clone()
    resumed = run(3, backbone=2.0)
    assert torch.equal(resumed[1].weight, learned), "what learns goes on"
    assert (resumed[0].weight == 2.0).all(), "what is frozen is what the stage before has made of it since"
