"""The order of the training's stages."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

import picturebook.train as training
from picturebook.figures import rate_figure
from picturebook.kept import locked, made_once
from picturebook.parts import Measured, digest_of, measure


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


def test_unknown_stage_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(training.sys, "argv", ["train", "images"])
    with pytest.raises(SystemExit):
        training.main()
    assert "invalid choice: 'images' (choose from" in capsys.readouterr().err


def test_a_training_has_a_seed_and_processes(monkeypatch):
    ran: list[tuple[str, int, int]] = []
    monkeypatch.setattr(training.loop, "SEED", 0)
    monkeypatch.setattr(training, "run", lambda stage, processes: not ran.append((stage, training.loop.SEED, processes)))
    monkeypatch.setattr(training.sys, "argv", ["train", "towers", "--seed", "7", "--processes", "2"])
    training.main()
    assert ran == [("towers", 7, 2)]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["--seed", "-1"], "argument --seed: '-1' is not a whole number from 0 to 999999"),
        (["--seed", "many"], "argument --seed: 'many' is not"),
        (["--processes", "9"], "argument --processes: '9' is not a whole number from 1 to 8"),
        (["7"], "unrecognized arguments: 7"),
    ],
)
def test_what_a_training_cannot_be_told(given, why, monkeypatch, capsys):
    monkeypatch.setattr(training.sys, "argv", ["train", "towers", *given])
    with pytest.raises(SystemExit):
        training.main()
    assert why in capsys.readouterr().err


def test_what_is_made_once_is_whole(tmp_path):
    path = tmp_path / "pools/clips"

    def make(to: Path, last: bool) -> None:
        to.mkdir()
        (to / "pixels").write_text("1")
        if not last:
            raise KeyboardInterrupt
        (to / "done").write_text("1")

    with pytest.raises(KeyboardInterrupt):
        made_once(path, lambda to: make(to, last=False))
    assert not path.exists()
    assert made_once(path, lambda to: make(to, last=True)) == path and (path / "done").exists()
    assert made_once(path, lambda to: pytest.fail("made twice")) == path


def test_another_process_waits_for_what_is_made(tmp_path):
    path, order = tmp_path / "pool", []
    with locked(tmp_path / "pool.lock"):
        waits = threading.Thread(target=lambda: made_once(path, lambda to: order.append("made again")))
        waits.start()
        waits.join(0.2)
        assert waits.is_alive()
        path.write_text("whole")
        order.append("made")
    waits.join()
    assert order == ["made"]


def test_a_part_is_measured_once_and_left_to_whoever_has_begun(tmp_path):
    calls: list[str] = []

    def part() -> Measured:
        calls.append("part")
        return {"figures": {"share": rate_figure(np.array([True, False]))}, "rows": {"hits": [1.0, 0.0]}}

    with locked(tmp_path / "share.lock"):
        assert measure("share", part, tmp_path, wait=False) is None and calls == []
    first, again = (measure("share", part, tmp_path, wait) for wait in (True, False))
    assert calls == ["part"] and first == again == part()


def test_figures_are_kept_for_the_same_graphs_settings_and_ways_to_measure(monkeypatch, tmp_path):
    def digest(guidance: int = 4, version: str = "1", graph: bytes = b"one", card: str = "") -> str:
        (tmp_path / "bundle.json").write_text(json.dumps({"diffusion": {"guidance": guidance}, "modalities": {}, "version": version}))
        (tmp_path / "image.denoiser.onnx").write_bytes(graph)
        (tmp_path / "README.md").write_text(card)
        return digest_of(tmp_path)

    known = digest()
    assert known == digest(version="2", card="new")
    others = {digest(guidance=3), digest(graph=b"two")}
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints/image-autoencoder.pt").write_bytes(b"another encoder")
    others.add(digest())
    monkeypatch.setattr("picturebook.parts.MEASURING", ("figures",))
    assert len({*others, digest(), known}) == 5
