"""The order of the training's stages."""

import numpy as np
import pytest

import picturebook.train as training
from picturebook.figures import Figure, rate_figure
from picturebook.parts import locked, measure


def test_every_stage_exists_and_needs_earlier_ones():
    seen: set[str] = set()
    for stage, (place, needs) in training.STAGES.items():
        module, function = place.split(":")
        assert callable(getattr(__import__(f"picturebook.{module}", fromlist=[function]), function))
        assert set(needs) <= seen, stage
        seen.add(stage)


def test_all_stages_run_once_after_what_they_need(monkeypatch, tmp_path):
    ran: list[str] = []
    order = {"base": ("fake:base", ()), "late": ("fake:late", ("base", "side")), "side": ("fake:side", ())}
    fake = type("Fake", (), {name: staticmethod(lambda name=name: ran.append(name)) for name in order})
    monkeypatch.setattr(training, "STAGES", order)
    monkeypatch.setattr(training.importlib, "import_module", lambda _: fake)
    training.run_all()
    training.run_all()
    assert sorted(ran) == ["base", "late", "side"] and ran[-1] == "late"


def test_unknown_stage_is_refused(monkeypatch):
    monkeypatch.setattr(training.sys, "argv", ["train", "images"])
    with pytest.raises(SystemExit, match="one of all, image-autoencoder"):
        training.main()


def test_a_part_is_measured_once_and_left_to_whoever_has_begun(tmp_path):
    calls: list[str] = []

    def part() -> dict[str, Figure]:
        calls.append("part")
        return {"share": rate_figure(np.array([True, False]))}

    with locked(tmp_path / "share.lock"):
        assert measure("share", part, tmp_path, wait=False) == {} and calls == []
    first = measure("share", part, tmp_path, wait=True)
    assert measure("share", part, tmp_path, wait=False) == first and first["share"]["value"] == 0.5
    assert calls == ["part"]
