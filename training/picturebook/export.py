"""`python -m picturebook.export [folder]`: writes bundles/picturebook from the latest checkpoints."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import Tensor, nn

from medley_bundle import MODALITIES
from medley_bundle.export import export_graph
from medley_bundle.goldens import ALL_SETS, write_generations
from medley_bundle.manifest import measure, write_manifest
from medley_bundle.share import share_weights

from .captions import WORDS
from .card import VERSION, write_card
from .flow import CLIP_SHIFT
from .graphs import build_graphs, trained_parts
from .judges import MotionJudge, PictureJudge, SoundJudge
from .latents import standardisation
from .loop import checkpoint_path, load_weights
from .space import (
    AUDIO_LATENT,
    CAPTION_TOKENS,
    CONDITION_TOKENS,
    CONDITION_WIDTH,
    ENVIRONMENT_TOKENS,
    ENVIRONMENT_WIDTH,
    FPS,
    FRAMES,
    IMAGE_LATENT,
    IMAGE_SIZE,
    SAMPLE_RATE,
    SAMPLES,
    TEXT_LATENT,
    TRAIN_STEPS,
    VIDEO_LATENT,
)
from .text_autoencoder import HEAD_WIDTH, HEADS, LAYERS
from .things import COLOUR_NAMES, MOTION_NAMES, NAMES
from .tokenizer import BOS, EOS, PAD, encode, load_tokenizer
from .voices import VOICE_NAMES
from .warm import save_encoders

COMMITTED = Path(__file__).resolve().parents[2] / "bundles/picturebook"
SEED = 20261124
STEPS, GUIDANCE = 16, 4.0
# Pictures keep more of their variety with less of it.
OUTPUT_GUIDANCE = {"image": 2.0}
LATENTS = {"text": TEXT_LATENT, "image": IMAGE_LATENT, "audio": AUDIO_LATENT, "video": VIDEO_LATENT}
OUTPUTS = {
    "prompt_encoder": ["condition"],
    "environment_encoder": ["environment"],
    "denoiser": ["prediction"],
    "text_decoder": ["logits", "present"],
    "preview": ["pixels"],
}


def example(modality: str, role: str, batch: int) -> dict[str, Tensor]:
    """Seeded inputs of a graph."""
    generator = torch.Generator().manual_seed(SEED + 10 * MODALITIES.index(modality) + len(role))
    latent = {"latent": torch.randn(batch, *LATENTS[modality], generator=generator)}
    if role == "prompt_encoder":
        media = {
            "text": lambda: {"tokens": torch.from_numpy(encode(["a dog on a blue background", "a spinning red star"][:batch]))},
            "image": lambda: {"pixels": torch.rand(batch, 3, IMAGE_SIZE, IMAGE_SIZE, generator=generator).half().float()},
            "audio": lambda: {"waveform": torch.rand(batch, 1, SAMPLES, generator=generator).half().float() - 0.5},
            "video": lambda: {"pixels": torch.rand(batch, 3, FRAMES, IMAGE_SIZE, IMAGE_SIZE, generator=generator).half().float()},
        }
        return media[modality]()
    timestep = {"timestep": torch.tensor([937.5, 250.0])[:batch]}
    if role == "environment_encoder":
        return latent | timestep
    if role == "denoiser":
        condition = nn.functional.normalize(torch.randn(batch, CONDITION_TOKENS, CONDITION_WIDTH, generator=generator), dim=-1)
        environment = torch.randn(batch, 4, ENVIRONMENT_TOKENS, ENVIRONMENT_WIDTH, generator=generator)
        mask = torch.tensor([[1.0, 0, 1, 1], [0, 1, 0, 0]])[:batch]
        told = {"condition": condition, "environment": nn.functional.normalize(environment, dim=-1), "mask": mask}
        return latent | timestep | told
    if role == "text_decoder":
        past = torch.randn(batch, LAYERS, 2, HEADS, 3, HEAD_WIDTH, generator=generator)
        return latent | {"token": torch.tensor([[BOS], [100]])[:batch], "past": past}
    return latent


def export_graphs(folder: Path, graphs: dict[str, dict[str, nn.Module]]) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, float]]]:
    """Writes every graph and golden/graphs.safetensors; answers file names and measured milliseconds by modality and role."""
    golden: dict[str, np.ndarray] = {}
    files: dict[str, dict[str, str]] = {}
    times: dict[str, dict[str, float]] = {}
    for modality, roles in graphs.items():
        files[modality], times[modality] = {}, {}
        for role, module in roles.items():
            file = f"{modality}.{role}.onnx"
            outputs = OUTPUTS.get(role) or (["waveform"] if modality == "audio" else ["pixels"])
            # Griffin-Lim amplifies the last bit of a float32, sample by sample: it has no golden, its spectrum is compared in the tests.
            loose = 0.05 if (modality, role) == ("audio", "decoder") else 1e-3
            dynamic = {"past": {4: "length"}, "present": {4: "length_after"}} if role == "text_decoder" else None
            feeds = example(modality, role, 1 if modality == "video" else 2)
            results = export_graph(module, feeds, outputs, folder / file, dynamic=dynamic, tolerance=loose, parameters=True)
            if (modality, role) != ("audio", "decoder"):
                golden |= {f"{modality}.{role}/in/{name}": compact(name, value) for name, value in feeds.items()}
                golden |= {f"{modality}.{role}/out/{name}": value for name, value in results.items() if name != "present"}
            files[modality][role] = file
            single = {name: value.numpy() for name, value in example(modality, role, 1).items()}
            times[modality][role] = measure(folder / file, single)
        unmasked = example(modality, "denoiser", 1) | {"mask": torch.zeros(1, 4)}
        golden |= {f"{modality}.denoiser@unmasked/in/{name}": value.numpy() for name, value in unmasked.items()}
        with torch.no_grad():
            golden[f"{modality}.denoiser@unmasked/out/prediction"] = roles["denoiser"](*unmasked.values()).numpy()
    save_file({name: np.ascontiguousarray(value) for name, value in golden.items()}, folder / "golden/graphs.safetensors")
    return files, times


def compact(name: str, value: Tensor) -> np.ndarray:
    """Media are drawn as float16 numbers and stored so."""
    return value.half().numpy() if name in ("pixels", "waveform") else value.numpy()


def media_of(modality: str) -> dict:
    return {
        "text": {"max_tokens": CAPTION_TOKENS},
        "image": {"width": IMAGE_SIZE, "height": IMAGE_SIZE},
        "audio": {"sample_rate": SAMPLE_RATE, "channels": 1, "samples": SAMPLES},
        "video": {"width": IMAGE_SIZE, "height": IMAGE_SIZE, "frames": FRAMES, "fps": FPS},
    }[modality]


def describe(
    modality: str, files: dict[str, str], times: dict[str, float], scaling: Callable[[str], tuple[Tensor, Tensor]], preview: dict
) -> dict:
    shift, scale = scaling(modality)
    entry = {
        "latent": {
            "shape": list(LATENTS[modality]),
            "data_type": "float32",
            "scale": [round(v, 6) for v in scale.tolist()] if modality != "text" else 1.0,
            "shift": [round(v, 6) for v in shift.tolist()] if modality != "text" else 0.0,
        },
        "media": media_of(modality),
        "null_condition": "null.f32",
        "graphs": {role: {"file": file} for role, file in files.items()},
        "milliseconds": times,
    }
    if modality == "text":
        entry["tokenizer"] = {"file": "text.tokenizer.json", "max_tokens": CAPTION_TOKENS, "pad": PAD}
        shape = {"layers": LAYERS, "heads": HEADS, "head_width": HEAD_WIDTH}
        words = {"tokenizer": "text.tokenizer.json", "bos": BOS, "eos": EOS, "max_tokens": CAPTION_TOKENS}
        entry["decoder"] = {**words, **shape, "selection": {"type": "greedy"}}
    if modality == "image":
        entry["preview"] = preview
    return entry


def manifest_of(modalities: dict) -> dict:
    space = {
        "condition_tokens": CONDITION_TOKENS,
        "condition_width": CONDITION_WIDTH,
        "environment_tokens": ENVIRONMENT_TOKENS,
        "environment_width": ENVIRONMENT_WIDTH,
    }
    return {
        "format": 1,
        "name": "picturebook",
        "version": VERSION,
        "description": "72 things that one can see, hear named, watch move and read about",
        "license": "Apache-2.0",
        "space": space,
        "environment": {"attends": ["others"]},
        "diffusion": {
            "prediction": "velocity",
            "schedule": {"type": "rectified_flow", "train_steps": TRAIN_STEPS, "shift": 2.0},
            "samplers": ["flow_euler"],
            "steps": {"default": STEPS, "min": 1, "max": 200},
            "guidance": {"default": GUIDANCE, "outputs": OUTPUT_GUIDANCE, "min": 0, "max": 15},
        },
        "tolerance": {"latent": 1e-2},
        "modalities": modalities,
        "golden": {"graphs": "golden/graphs.safetensors", "generations": "golden/generations.json"},
    }


def export_judges(folder: Path) -> None:
    """judges/*.onnx, and judges.json: labels, words of captions, held-out accuracy."""
    folder.mkdir(parents=True)
    pixels, clip, waveform = torch.rand(2, 3, 64, 64), torch.rand(1, 3, FRAMES, 64, 64), torch.rand(2, 1, SAMPLES) - 0.5
    parts = (
        ("picture", PictureJudge(), {"pixels": pixels}, ["thing", "colour", "features"]),
        ("motion", MotionJudge(), {"pixels": clip}, ["motion"]),
        ("sound", SoundJudge(), {"waveform": waveform}, ["thing", "voice"]),
    )
    accuracy = {}
    for name, judge, feeds, outputs in parts:
        stage = f"{name}-judge"
        export_graph(load_weights(stage, judge), feeds, outputs, folder / f"{name}.onnx", tolerance=5e-3, parameters=True)
        accuracy[name] = json.loads(checkpoint_path(stage).with_suffix(".json").read_text())
    labels = {"thing": NAMES, "colour": COLOUR_NAMES, "motion": MOTION_NAMES, "voice": VOICE_NAMES}
    described = {"labels": labels, "words": WORDS, "held_out_accuracy": accuracy}
    (folder / "judges.json").write_text(json.dumps(described, indent=1) + "\n")


def export_bundle(
    folder: Path, graphs: dict[str, dict[str, nn.Module]], scaling: Callable[[str], tuple[Tensor, Tensor]], preview: dict
) -> None:
    """Graphs, tokenizer, null condition, goldens and manifest."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "golden").mkdir(parents=True)
    torch.set_num_threads(1)
    files, times = export_graphs(folder, graphs)
    share_weights(folder)
    manifest = manifest_of({name: describe(name, files[name], times[name], scaling, preview) for name in MODALITIES})
    (folder / "null.f32").write_bytes(np.zeros(CONDITION_TOKENS * CONDITION_WIDTH, "<f4").tobytes())
    load_tokenizer().save(str(folder / "text.tokenizer.json"))
    null = torch.zeros(1, CONDITION_TOKENS, CONDITION_WIDTH)
    write_generations(folder, manifest, graphs, null, [(chosen, "others") for chosen in ALL_SETS], SEED, "flow_euler")
    write_manifest(folder, manifest)


def scaling_of(modality: str) -> tuple[Tensor, Tensor]:
    """Shift and scale of the bundle's latents; those of clips are smaller (`Delay` in graphs.py)."""
    if modality == "text":
        return torch.zeros(1), torch.ones(1)
    shift, scale = standardisation(modality)
    return shift, scale / CLIP_SHIFT if modality == "video" else scale


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else COMMITTED
    parts = trained_parts()
    export_bundle(folder, build_graphs(parts, standardisation("video")[0]), scaling_of, parts["picture.preview"].table())
    if folder.resolve() == COMMITTED:  # a trial leaves the encoders of the committed bundle alone
        save_encoders(parts["picture"], parts["sound"], parts["caption"])
    export_judges(folder / "judges")
    write_card(folder)
    write_manifest(folder, {key: value for key, value in json.loads((folder / "bundle.json").read_text()).items() if key != "files"})
    print(f"{folder}: {sum(path.stat().st_size for path in folder.rglob('*') if path.is_file()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
