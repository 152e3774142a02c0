"""`python -m tiny_codi.export [folder]`: writes bundles/tiny-codi, the same bytes each time (measured milliseconds are fixed figures)."""

import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from torch import nn

from medley_bundle import MODALITIES
from medley_bundle.export import export_graph
from medley_bundle.goldens import ALL_SETS, write_generations
from medley_bundle.manifest import write_manifest

from . import models as tiny

SEED = 20261124
LATENTS = {"text": (32,), "image": (4, 8, 8), "audio": (8, 10, 16), "video": (4, 8, 8, 8)}
TOKENS = {"text": 4, "image": 16, "audio": 20, "video": 32}
PROMPT_TOKENS, WRITTEN_TOKENS = 64, 24
SCALES = {"text": 1.0, "image": 0.18215, "audio": 0.9228, "video": 0.18215}


def build_models() -> dict[str, dict[str, nn.Module]]:
    """Every graph by modality and role."""
    torch.manual_seed(SEED)
    pixels = tiny.PixelDecoder()
    encoders = {"text": tiny.TextEncoder(), "image": tiny.PixelEncoder(), "audio": tiny.WaveformEncoder(), "video": tiny.PixelEncoder()}
    decoders_ = {"image": pixels, "audio": tiny.Vocoder(), "video": pixels}
    latent_encoders = {"image": tiny.PixelLatentEncoder(), "audio": tiny.AudioLatentEncoder()}
    graphs: dict[str, dict[str, nn.Module]] = {}
    for modality in MODALITIES:
        graphs[modality] = {
            "prompt_encoder": encoders[modality],
            "environment_encoder": tiny.EnvironmentEncoder(int(np.prod(LATENTS[modality]))),
            "denoiser": tiny.Denoiser(LATENTS[modality], TOKENS[modality]),
        }
        if modality == "text":
            graphs[modality]["text_decoder"] = tiny.TextDecoder()
        else:
            graphs[modality]["decoder"] = decoders_[modality]
        if modality in latent_encoders:
            graphs[modality]["latent_encoder"] = latent_encoders[modality]
    graphs["audio"]["preview"] = tiny.MelPreview()
    with torch.no_grad():
        writer = graphs["text"]["text_decoder"]
        writer.logits.weight.mul_(2.5)
        writer.logits.bias[:] = -6.0
        writer.logits.bias[97:123] = 0.0  # mostly letters,
        writer.logits.bias[32] = 1.0  # spaces,
        writer.logits.bias[tiny.EOS] = 1.2  # and now and then the end
    return graphs


def example(modality: str, role: str, batch: int = 2) -> dict[str, torch.Tensor]:
    """Inputs of a graph, seeded."""
    generator = torch.Generator().manual_seed(SEED + MODALITIES.index(modality) * 10 + len(role))

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator)

    def uniform(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=generator).half().float()

    media = {
        "text": lambda: {"tokens": torch.tensor([list(b"a dog") + [tiny.PAD] * 59, list(b"two cats on a mat") + [tiny.PAD] * 47])[:batch]},
        "image": lambda: {"pixels": uniform(batch, 3, 64, 64)},
        "audio": lambda: {"waveform": uniform(batch, 1, tiny.SAMPLES) * 2 - 1},
        "video": lambda: {"pixels": uniform(batch, 3, tiny.FRAMES, 64, 64)},
    }
    latent = {"latent": normal(batch, *LATENTS[modality])}
    timestep = {"timestep": torch.tensor([981.0, 13.0])[:batch]}
    if role in ("prompt_encoder", "latent_encoder"):
        return media[modality]()
    if role == "environment_encoder":
        return latent | timestep
    if role == "denoiser":
        condition = nn.functional.normalize(normal(batch, 1, tiny.CONDITION), dim=-1)
        environment = nn.functional.normalize(normal(batch, 4, 1, tiny.ENVIRONMENT), dim=-1)
        return (
            latent
            | timestep
            | {"condition": condition, "environment": environment, "mask": torch.tensor([[1.0, 0, 1, 1], [0, 1, 0, 0]])[:batch]}
        )
    if role == "text_decoder":
        past = normal(batch, tiny.LAYERS, 2, tiny.HEADS, 3, tiny.HEAD_WIDTH)
        return latent | {"token": torch.tensor([[tiny.BOS], [100]])[:batch], "past": past}
    return latent


OUTPUTS = {
    "prompt_encoder": ["condition"],
    "environment_encoder": ["environment"],
    "denoiser": ["prediction"],
    "text_decoder": ["logits", "present"],
    "latent_encoder": ["latent"],
    "preview": ["pixels"],
}
# Milliseconds of one call on one thread of a 2-core Xeon; a starting point for the service's cost model.
MILLISECONDS = {
    "prompt_encoder": 0.5,
    "environment_encoder": 0.05,
    "denoiser": 0.4,
    "decoder": 0.8,
    "text_decoder": 0.05,
    "latent_encoder": 0.3,
    "preview": 0.05,
}


def byte_tokenizer() -> Tokenizer:
    """A byte-level tokenizer without merges: any text can be said."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    from_byte = {byte: chr(byte) for byte in [*range(33, 127), *range(161, 173), *range(174, 256)]}
    spare = iter(range(256, 512))
    vocabulary = {from_byte.get(byte) or chr(next(spare)): byte for byte in range(256)}
    assert sorted(vocabulary) == alphabet
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["[PAD]", "[BOS]", "[EOS]"])
    return tokenizer


def export(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "golden").mkdir(parents=True)
    (folder / "null").mkdir()
    torch.set_num_threads(1)
    graphs = build_models()
    golden: dict[str, np.ndarray] = {}
    modalities: dict[str, dict] = {}
    for modality in MODALITIES:
        files = {}
        for role, module in graphs[modality].items():
            file = f"{modality}.{role}.onnx"
            heavy = modality == "video" and role in ("prompt_encoder", "decoder", "latent_encoder")
            inputs = example(modality, role, batch=1 if heavy else 2)
            outputs = OUTPUTS.get(role) or (["waveform"] if modality == "audio" else ["pixels"])
            dynamic = {"past": {4: "length"}, "present": {4: "length_after"}} if role == "text_decoder" else None
            results = export_graph(module, inputs, outputs, folder / file, dynamic=dynamic)
            golden |= {f"{modality}.{role}/in/{name}": compact(name, value) for name, value in inputs.items()}
            golden |= {f"{modality}.{role}/out/{name}": value for name, value in results.items()}
            files[role] = {"file": file}
        inputs = example(modality, "denoiser") | {"mask": torch.zeros(2, 4)}
        golden |= {f"{modality}.denoiser@unmasked/in/{name}": value.numpy() for name, value in inputs.items()}
        with torch.no_grad():
            golden[f"{modality}.denoiser@unmasked/out/prediction"] = graphs[modality]["denoiser"](*inputs.values()).numpy()
        modalities[modality] = describe(modality, files)
        (folder / f"null/{modality}.f32").write_bytes(null_condition(graphs, modality).numpy().astype("<f4").tobytes())
    for name in ("text.tokenizer.json", "text.decoder.tokenizer.json"):
        byte_tokenizer().save(str(folder / name))
    save_file({name: np.ascontiguousarray(value) for name, value in golden.items()}, folder / "golden/graphs.safetensors")
    manifest = manifest_of(modalities)
    jobs = [*((chosen, "others") for chosen in ALL_SETS), (MODALITIES, "own")]
    write_generations(folder, manifest, graphs, null_condition(graphs, "text")[None], jobs, SEED, "ddim")
    (folder / "README.md").write_text(CARD)
    write_manifest(folder, manifest)


def compact(name: str, value: torch.Tensor) -> np.ndarray:
    """Media are drawn as float16 numbers and stored so."""
    return value.half().numpy() if name in ("pixels", "waveform") else value.numpy()


@torch.no_grad()
def null_condition(graphs: dict[str, dict[str, nn.Module]], modality: str) -> torch.Tensor:
    """The embedding of the empty text, mid-grey pixels or silence (codi.md) -> [1,D]."""
    empty = {
        "text": torch.full((1, PROMPT_TOKENS), tiny.PAD),
        "image": torch.full((1, 3, 64, 64), 0.5),
        "audio": torch.zeros(1, 1, tiny.SAMPLES),
        "video": torch.full((1, 3, tiny.FRAMES, 64, 64), 0.5),
    }
    return graphs[modality]["prompt_encoder"](empty[modality])[0]


def describe(modality: str, files: dict) -> dict:
    media = {
        "text": {"max_tokens": WRITTEN_TOKENS},
        "image": {"width": 64, "height": 64},
        "audio": {"sample_rate": 16_000, "channels": 1, "samples": tiny.SAMPLES},
        "video": {"width": 64, "height": 64, "frames": tiny.FRAMES, "fps": tiny.FRAMES},
    }
    entry = {
        "latent": {"shape": list(LATENTS[modality]), "data_type": "float32", "scale": SCALES[modality], "shift": 0.0},
        "media": media[modality],
        "null_condition": f"null/{modality}.f32",
        "graphs": files,
        "milliseconds": {role: MILLISECONDS[role] for role in files},
    }
    if modality == "text":
        entry["tokenizer"] = {"file": "text.tokenizer.json", "max_tokens": PROMPT_TOKENS, "pad": tiny.PAD}
        entry["decoder"] = {
            "tokenizer": "text.decoder.tokenizer.json",
            "bos": tiny.BOS,
            "eos": tiny.EOS,
            "max_tokens": WRITTEN_TOKENS,
            "layers": tiny.LAYERS,
            "heads": tiny.HEADS,
            "head_width": tiny.HEAD_WIDTH,
            "selection": {"type": "temperature", "temperature": 1.0},
        }
    if modality in ("image", "video"):
        entry["preview"] = {"matrix": [[0.3, 0.2, 0.1], [0.1, 0.3, 0.2], [-0.2, 0.1, 0.3], [0.1, -0.2, 0.2]], "bias": [0.5, 0.5, 0.5]}
    return entry


def manifest_of(modalities: dict) -> dict:
    return {
        "format": 1,
        "name": "tiny-codi",
        "version": "1.0.0",
        "description": "CoDi's structure at toy width with random weights: for tests, it means nothing",
        "license": "Apache-2.0",
        "space": {"condition_tokens": 1, "condition_width": tiny.CONDITION, "environment_tokens": 1, "environment_width": tiny.ENVIRONMENT},
        "environment": {"attends": ["others", "own"]},
        "diffusion": {
            "prediction": "epsilon",
            "schedule": {"type": "scaled_linear", "train_steps": 1000, "beta_start": 0.00085, "beta_end": 0.012},
            "samplers": ["ddim", "dpmpp_2m", "euler"],
            "steps": {"default": 10, "min": 1, "max": 250},
            "guidance": {"default": 7.5, "min": 0, "max": 30},
        },
        "tolerance": {"latent": 1e-3},
        "modalities": modalities,
        "golden": {"graphs": "golden/graphs.safetensors", "generations": "golden/generations.json"},
    }


CARD = """# tiny-codi

CoDi's structure (arXiv 2305.11846) at toy width, with seeded random weights. Its outputs mean nothing: it exists so that
every path of the service runs in milliseconds, and so that nothing in the service can depend on one particular model.

- One condition token and one environment token, epsilon prediction, 1000 scaled-linear steps.
- Connectors are whole transformer blocks; unlike a trained CoDi's at the start they are not zero, so that joint
  generation exchanges something. With an all-zero mask they add nothing.
- Made by `python -m tiny_codi.export`; the same seed gives the same bytes. Licence: Apache-2.0.
"""

if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    export(Path(sys.argv[1]) if len(sys.argv) > 1 else root / "bundles/tiny-codi")
