"""`python -m picturebook.warm [folder]`: makes first checkpoints out of a bundle, so that training goes on from it where .work/ is gone.

Checkpoints that are there already stay. The tokenizer is the bundle's: a training of it may number word pieces otherwise.
Encoders that no graph of the bundle holds are kept in encoders.safetensors beside this file.
"""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from medley_bundle.parameters import read_parameters

from . import tokenizer
from .autoencoder import Autoencoder
from .card import minutes_of
from .graphs import CaptionDecoder, PictureDecoder, PromptEncoder, SoundDecoder, denoiser_graph, environment_graph
from .judges import MotionJudge, PictureJudge, SoundJudge
from .loop import checkpoint_path
from .space import MODALITIES
from .text_autoencoder import TextAutoencoder
from .towers import AudioTower, ImageTower, TextTower, VideoTower
from .train_denoisers import new_denoiser
from .train_environments import Speaker
from .train_joint import PAIRS, Side, new_sides
from .train_mel_autoencoder import WIDTH
from .train_towers import Pair

ROOT = Path(__file__).resolve().parents[2]
ENCODERS = Path(__file__).with_name("encoders.safetensors")


def save_encoders(picture: Autoencoder, sound: Autoencoder, caption: TextAutoencoder) -> None:
    """Stores what the bundle leaves out, as float16."""
    state: dict[str, Tensor] = {}
    for name, module in (("picture", picture), ("sound", sound), ("caption", caption)):
        kept = {k: v for k, v in module.state_dict().items() if module is caption or k.startswith("encoder.")}
        state |= {f"{name}.{key}": value.half().contiguous() for key, value in kept.items()}
    save_file(state, ENCODERS)


def fill_encoder(name: str, module: nn.Module) -> nn.Module:
    stored = load_file(ENCODERS)
    state = module.state_dict()
    state |= {key.removeprefix(f"{name}."): value.float() for key, value in stored.items() if key.startswith(f"{name}.")}
    module.load_state_dict(state)
    return module


def from_bundle(folder: Path) -> dict[str, nn.Module]:
    """Stage -> module with the bundle's weights."""

    def fill(file: str, module: nn.Module) -> nn.Module:
        read_parameters(folder / file, module)
        return module

    picture, sound = Autoencoder(), Autoencoder(channels=1, width=WIDTH)
    fill("image.decoder.onnx", PictureDecoder(picture))
    fill("audio.decoder.onnx", SoundDecoder(sound))
    caption = TextAutoencoder()
    fill_encoder("caption", caption)
    fill("text.text_decoder.onnx", CaptionDecoder(caption))
    towers = {"text": TextTower(), "image": ImageTower(), "audio": AudioTower(), "video": VideoTower()}
    for modality, tower in towers.items():
        fill(f"{modality}.prompt_encoder.onnx", PromptEncoder(tower))

    def pair(modality: str) -> Pair:
        made = Pair(towers[modality])
        made.text = towers["text"]
        return made

    def denoiser(modality: str) -> nn.Module:
        made = new_denoiser(modality)
        fill(f"{modality}.denoiser.onnx", denoiser_graph(modality, made))
        return made

    def side(modality: str) -> Side:
        made = Side(modality)
        fill(f"{modality}.denoiser.onnx", denoiser_graph(modality, made.denoiser))
        fill(f"{modality}.environment_encoder.onnx", environment_graph(modality, made.environment))
        return made

    def speaker(modality: str) -> nn.Module:
        made = Speaker(modality)
        fill(f"{modality}.environment_encoder.onnx", environment_graph(modality, made.environment))
        return made

    return {
        "image-autoencoder": fill_encoder("picture", picture),
        "mel-autoencoder": fill_encoder("sound", sound),
        "image-decoder": picture,
        "text-autoencoder": caption,
        "towers": pair("image"),
        "image-tower": pair("image"),
        "audio-tower": pair("audio"),
        "video-tower": pair("video"),
        **{modality: denoiser(modality) for modality in MODALITIES},
        **{f"environment-{modality}": speaker(modality) for modality in MODALITIES},
        "picture-judge": fill("judges/picture.onnx", PictureJudge()),
        "motion-judge": fill("judges/motion.onnx", MotionJudge()),
        "sound-judge": fill("judges/sound.onnx", SoundJudge()),
        **{stage: nn.ModuleDict({name: side(name) for name in new_sides(stage)}) for stage in PAIRS},
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "bundles/picturebook"
    if not tokenizer.PATH.exists():
        tokenizer.PATH.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / tokenizer.PATH.name, tokenizer.PATH)
    tokenizer.check_tokenizer(folder / tokenizer.PATH.name)
    judged = json.loads((folder / "judges/judges.json").read_text())["held_out_accuracy"]
    for name, accuracy in judged.items():
        path = checkpoint_path(f"{name}-judge").with_suffix(".json")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(accuracy))
    spent = minutes_of(folder)
    for stage, module in from_bundle(folder).items():
        path = checkpoint_path(stage)
        if path.exists():
            print(f"{stage}: has a checkpoint, kept")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        state = module.state_dict()
        torch.save({"model": state, "average": state, "optimiser": None, "step": 0, "seconds": 60 * spent.get(stage, 0.0)}, path)
        print(f"{stage}: starts from {folder.name}")


if __name__ == "__main__":
    main()
