"""The order of the training's stages."""

import pytest

import picturebook.train as training


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
