"""The export round trip: an untrained bundle is written, checked, and gives what PyTorch gave."""

import json

import numpy as np
import onnx
import pytest
import torch
from safetensors.numpy import load_file
from torch import nn

from medley_bundle.export import export_graph, open_graph
from medley_bundle.manifest import check_bundle
from medley_bundle.parameters import read_parameters
from medley_bundle.share import FILE
from medley_bundle.tables import basis
from picturebook import tokenizer
from picturebook.card import minutes_of
from picturebook.export import export_bundle
from picturebook.figures import frechet, frechet_figures, mean_figure, rate_figure, ratio_figure
from picturebook.graphs import build_graphs, untrained_parts
from picturebook.mel import Mel
from picturebook.report import write_report
from picturebook.runner import Runner
from picturebook.space import AUDIO_LATENT
from picturebook.tokenizer import check_tokenizer
from picturebook.train import STAGES
from picturebook.warm import ROOT
from picturebook.warm import main as warm


@pytest.fixture(scope="module")
def bundle(tmp_path_factory, own_tokenizer):
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("bundle") / "picturebook"
    parts = untrained_parts()
    for module in parts.values():
        for parameter in module.parameters():
            if parameter.abs().sum() == 0:
                nn.init.normal_(parameter, std=0.02)

    def scaling(modality: str) -> tuple[torch.Tensor, torch.Tensor]:
        size = 1 if modality == "text" else 4
        return torch.zeros(size), torch.full((size,), 2.0)

    preview = {"matrix": [[0.1, 0.2, 0.3]] * 4, "bias": [0.5, 0.5, 0.5]}
    export_bundle(folder, build_graphs(parts), scaling, preview)
    return folder


def test_the_exported_decoder_of_sounds_has_the_spectrum_of_pytorchs(bundle):
    decoder, latent = build_graphs(untrained_parts())["audio"]["decoder"], torch.randn(2, *AUDIO_LATENT)
    read_parameters(bundle / "audio.decoder.onnx", decoder)
    exported = torch.from_numpy(Runner(bundle).run("audio", "decoder", latent=latent.numpy()))
    with torch.no_grad():
        mels, expected = Mel()(exported), Mel()(decoder(latent))
    assert (mels - expected).abs().mean() < 1e-3
    assert (mels - expected.flip(0)).abs().mean() > 1e-2, "that of another sound is further away"


def test_weights_are_read_back(bundle):
    written = build_graphs(untrained_parts())
    for modality, roles in written.items():
        for role, module in roles.items():
            left = read_parameters(bundle / f"{modality}.{role}.onnx", module)
            assert role == "text_decoder" or left == []
    again, runner = written["image"]["denoiser"], Runner(bundle)
    z, condition = runner.noise(["image"], 1, 5)["image"], runner.prompt("text", ["a fox"])
    t, environment, mask = np.full(1, 500.0, np.float32), *runner.pack({}, 1)
    got = runner.run("image", "denoiser", latent=z, timestep=t, condition=condition, environment=environment, mask=mask)
    with torch.no_grad():
        expected = again(*(torch.from_numpy(part) for part in (z, t, condition, environment, mask))).numpy()
    assert np.abs(got - expected).max() < 1e-3 * np.abs(expected).max()


def test_the_tokenizer_is_the_bundles(tmp_path, monkeypatch):
    """Another one gives words other ids: pictures of other things, and no error."""
    committed = ROOT / "bundles/picturebook"
    with pytest.raises(ValueError, match="another tokenizer"):
        Runner(committed)
    monkeypatch.setattr(tokenizer, "PATH", tmp_path / "text.tokenizer.json")
    monkeypatch.setattr("sys.argv", ["warm"])
    warm()
    check_tokenizer(committed / "text.tokenizer.json")
    made = {path.stem for path in (tmp_path / "checkpoints").iterdir()}
    assert made == set(STAGES)
    assert minutes_of(committed)["video"] > 0
    assert torch.load(tmp_path / "checkpoints/video.pt")["seconds"] == 60 * minutes_of(committed)["video"]


def test_bundle_is_whole(bundle):
    manifest = check_bundle(bundle)
    assert set(manifest["modalities"]) == {"text", "image", "audio", "video"}
    listed = {entry["path"] for entry in manifest["files"]}
    assert {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()} == listed | {"bundle.json"}


def test_weights_in_common_are_stored_once(bundle):
    held = {name: (bundle / f"{name}.decoder.onnx").stat().st_size for name in ("image", "video")}
    stored = (bundle / FILE).stat().st_size
    assert stored > 10 * held["image"], "the decoder of pictures is that of frames"
    assert not any(entry.HasField("raw_data") for entry in initialisers(bundle / "image.decoder.onnx") if 2 * np.prod(entry.dims) >= 1024)
    pixels = [
        open_graph(bundle / f"{name}.decoder.onnx").run(None, {"latent": np.ones((1, 4, *frames, 16, 16), np.float32)})[0]
        for name, frames in (("image", ()), ("video", (12,)))
    ]
    assert np.isfinite(pixels[0]).all() and pixels[1].shape == (1, 3, 12, 64, 64)


def initialisers(path) -> list[onnx.TensorProto]:
    return list(onnx.load(path, load_external_data=False).graph.initializer)


def test_damage_is_named(bundle, tmp_path):
    manifest = json.loads((bundle / "bundle.json").read_text())
    manifest["files"][0]["sha256"] = "0" * 64
    for entry in manifest["files"]:
        (tmp_path / entry["path"]).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / entry["path"]).write_bytes((bundle / entry["path"]).read_bytes())
    (tmp_path / "bundle.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match=r"differs from the sha256"):
        check_bundle(tmp_path)


def test_batches_give_what_single_rows_give(bundle):
    runner = Runner(bundle)
    condition = runner.prompt("text", ["a dog on blue", "a red star spinning", "pizza"])
    assert condition.shape == (3, 1, 128)
    noise = runner.noise(["text", "image"], 3, 1)
    together = runner.sample(["text", "image"], condition, 0, steps=2, noise=noise)
    alone = runner.sample(["text", "image"], condition[1:2], 0, steps=2, noise={m: z[1:2] for m, z in noise.items()})
    for modality in ("text", "image"):
        assert np.allclose(together[modality][1], alone[modality][0], atol=1e-3)


def test_golden_generation_is_what_the_graphs_give(bundle):
    tensors, runner = load_file(bundle / "golden/generations.safetensors"), Runner(bundle)
    noise = {m: tensors[f"image+audio/{m}/noise"] for m in ("image", "audio")}
    z = runner.sample(["image", "audio"], tensors["image+audio/condition"], 0, steps=4, noise=noise, guidance=3.0)
    for modality, value in z.items():
        expected = tensors[f"image+audio/{modality}/latent"]
        assert np.abs(value - expected).max() < 1e-2 * np.abs(expected).max()


def test_media_have_their_shapes(bundle):
    runner = Runner(bundle)
    z = runner.noise(["text", "image", "audio", "video"], 1, 3)
    assert runner.decode("image", z["image"]).shape == (1, 3, 64, 64)
    assert runner.decode("audio", z["audio"]).shape == (1, 1, 16_000)
    assert runner.decode("video", z["video"]).shape == (1, 3, 12, 64, 64)
    assert len(runner.write(z["text"])) == 1


def test_fourier_bases_are_not_stored(bundle):
    for name in ("audio.prompt_encoder", "audio.decoder"):
        model = onnx.load(bundle / f"{name}.onnx")
        assert max(len(initialiser.raw_data) for initialiser in model.graph.initializer) < 1_500_000
    assert (bundle / "audio.decoder.onnx").stat().st_size < 3_000_000


def test_a_folded_basis_gives_the_same_numbers(tmp_path):
    class Transform(nn.Module):
        def __init__(self):
            super().__init__()
            window = torch.hann_window(1024)
            self.register_buffer("table", (torch.from_numpy(basis(1024)).float() * window)[:, None], persistent=False)

        def forward(self, waveform: torch.Tensor) -> torch.Tensor:
            return torch.nn.functional.conv1d(waveform, self.table, stride=256)

    path, waveform = tmp_path / "transform.onnx", torch.randn(2, 1, 4096)
    expected = export_graph(Transform(), {"waveform": waveform}, ["spectrum"], path)["spectrum"]
    assert path.stat().st_size < 60_000
    got = open_graph(path).run(None, {"waveform": waveform.numpy()})[0]
    assert np.abs(got - expected).max() < 1e-4 * np.abs(expected).max()


def test_figures_have_sound_intervals(bundle):
    rate = rate_figure(np.array([True] * 90 + [False] * 10))
    assert rate["value"] == 0.9 and 0.82 < rate["low"] < 0.9 < rate["high"] < 0.95
    assert rate_figure(np.ones(512, bool))["low"] > 0.99
    above, below = np.array([True] * 60 + [False] * 40), np.array([True] * 20 + [False] * 80)
    ratio, twice = ratio_figure(above, below), ratio_figure(np.stack([above] * 2, 1), np.stack([below] * 2, 1))
    assert ratio["low"] > 1.5 and 2.5 < ratio["value"] < 3.5 and ratio["samples"] == twice["samples"] == 100
    assert twice["high"] - twice["low"] > 0.9 * (ratio["high"] - ratio["low"]), "two outputs of a prompt are not two prompts"
    features = np.random.default_rng(0).standard_normal((2000, 8))
    assert frechet(features, features) < 1e-6
    assert abs(frechet(features, features + 1) - 8) < 1e-6
    one, other = np.random.default_rng(1).standard_normal((2, 1000, 64))
    same = frechet_figures("d", one, other)
    assert same["d"]["low"] > 2, "two draws of one distribution: the distance is of their number"
    assert abs(same["d_unbiased"]["value"]) < same["d"]["value"] / 5 and same["d_unbiased"]["low"] < 0 < same["d_unbiased"]["high"]
    assert abs(frechet_figures("d", one + 0.5, other)["d_unbiased"]["value"] - 64 * 0.25) < 2
    (bundle / "judges").mkdir()
    (bundle / "judges/judges.json").write_text(json.dumps({"held_out_accuracy": {"picture": {"thing": rate}}}))
    write_report(bundle, {"text_image_thing": rate, "bundle_mb": mean_figure(np.array([61.0]), 1)})
    report = (bundle / "EVALUATION.md").read_text()
    assert "≥ 0.9: reached" in report and "≤ 60: missed" in report
