"""The order of the training's stages."""

import json

import numpy as np
import pytest

import picturebook.train as training
from picturebook.figures import Figure, rate_figure
from picturebook.parts import Inputs, locked, measure


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


def test_the_seed_of_a_training_is_a_number(monkeypatch):
    ran: list[tuple[str, int]] = []
    monkeypatch.setattr(training.loop, "SEED", 0)
    monkeypatch.setattr(training, "run", lambda stage: not ran.append((stage, training.loop.SEED)))
    monkeypatch.setattr(training.sys, "argv", ["train", "towers", "7"])
    training.main()
    assert ran == [("towers", 7)]
    for more in (["-1"], ["many"], ["7", "8"]):
        monkeypatch.setattr(training.sys, "argv", ["train", "towers", *more])
        with pytest.raises(SystemExit, match="SEED is a whole number"):
            training.main()


def test_a_part_is_measured_once_and_left_to_whoever_has_begun(monkeypatch, tmp_path):
    calls: list[str] = []
    (tmp_path / "bundle.json").write_text(json.dumps({"diffusion": {"guidance": 4}, "modalities": {}, "version": "1"}))
    (tmp_path / "image.denoiser.onnx").write_bytes(b"one")

    def part() -> tuple[dict[str, Figure], set[str]]:
        calls.append("part")
        return {"share": rate_figure(np.array([True, False]))}, {"image.denoiser.onnx"}

    def figures(wait: bool = True) -> dict[str, Figure]:
        return measure("share", part, tmp_path, Inputs(tmp_path), wait)

    with locked(tmp_path / "share.lock"):
        assert figures(wait=False) == {} and calls == []
    assert figures() == figures(wait=False) and figures()["share"]["value"] == 0.5
    assert len(calls) == 1
    (tmp_path / "bundle.json").write_text(json.dumps({"diffusion": {"guidance": 4}, "modalities": {}, "version": "2"}))
    (tmp_path / "text.denoiser.onnx").write_bytes(b"another graph")
    assert figures() and len(calls) == 1, "nothing that the part runs has changed"
    (tmp_path / "image.denoiser.onnx").write_bytes(b"two")
    assert figures() and len(calls) == 2
    (tmp_path / "bundle.json").write_text(json.dumps({"diffusion": {"guidance": 3}, "modalities": {}, "version": "2"}))
    assert figures() and len(calls) == 3
    monkeypatch.setattr(Inputs, "MEASURING", ("figures",))
    assert figures() and len(calls) == 4, "another way to measure"
