"""`python -m picturebook.train STAGE [--seed N] [--processes N]`: runs a stage of the training, or goes on where it was stopped.

`python -m picturebook.train all` runs every stage that is not done, each after those it needs; started twice, two processes share the
stages. With `--processes 2` two processes share each stage: a step is of one batch of each, and takes the mean of their gradients.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable

import torch

from . import loop
from .kept import locked
from .loop import checkpoint_path
from .together import MOST, run_together

# Stage: (module and function, the stages whose weights it uses).
STAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "image-autoencoder": ("train_image_autoencoder:run", ()),
    "mel-autoencoder": ("train_mel_autoencoder:run", ()),
    "text-autoencoder": ("train_text_autoencoder:run", ()),
    "towers": ("train_towers:run_towers", ()),
    "image": ("train_denoisers:run_image", ("image-autoencoder", "towers")),
    "image-decoder": ("train_decoders:run_image", ("image-autoencoder",)),
    "image-tower": ("train_towers:run_image", ("towers",)),
    "audio-tower": ("train_towers:run_audio", ("towers",)),
    "audio": ("train_denoisers:run_audio", ("mel-autoencoder", "towers")),
    "video-tower": ("train_towers:run_video", ("image-tower",)),
    "text": ("train_denoisers:run_text", ("text-autoencoder", "towers")),
    "picture-judge": ("train_judges:run_picture", ()),
    "motion-judge": ("train_judges:run_motion", ()),
    "sound-judge": ("train_judges:run_sound", ()),
    "video": ("train_denoisers:run_video", ("image",)),
    "environment-text": ("train_environments:run_text", ("text-autoencoder", "towers")),
    "environment-image": ("train_environments:run_image", ("image-autoencoder", "towers")),
    "environment-audio": ("train_environments:run_audio", ("mel-autoencoder", "towers")),
    "environment-video": ("train_environments:run_video", ("image-autoencoder", "towers")),
    "joint-image": ("train_joint:run_image", ("text", "image", "environment-text", "environment-image")),
    "joint-audio": ("train_joint:run_audio", ("joint-image", "audio", "environment-audio")),
    "joint-video": ("train_joint:run_video", ("joint-audio", "video", "environment-video")),
}
LOOK_AGAIN_SECONDS = 5
MOST_SEED = 999_999


def run(stage: str, processes: int = 1) -> bool:
    """Runs a stage unless another command does; True when it ran."""
    path = checkpoint_path(stage)
    with locked(path.with_suffix(".lock"), wait=False) as mine:
        if not mine:
            return False
        if processes > 1:
            run_together(processes, work, stage, loop.SEED)
        else:
            work(stage, loop.SEED)
        path.with_suffix(".done").write_text(str(loop.SEED))
        return True


def work(stage: str, seed: int) -> None:
    """One process's share of a stage; all begin with the same weights."""
    loop.SEED = seed
    module, function = STAGES[stage][0].split(":")
    torch.manual_seed(list(STAGES).index(stage) + 1_000 * seed)
    getattr(importlib.import_module(f"picturebook.{module}"), function)()


def done(stage: str) -> bool:
    path = checkpoint_path(stage).with_suffix(".done")
    return path.exists() and path.read_text() == str(loop.SEED)


def run_all(processes: int = 1) -> None:
    while not all(done(stage) for stage in STAGES):
        ready = [stage for stage, (_, needs) in STAGES.items() if not done(stage) and all(done(need) for need in needs)]
        if not any(run(stage, processes) for stage in ready):
            time.sleep(LOOK_AGAIN_SECONDS)  # the other process holds what there is to do


def within(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return parse


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m picturebook.train", description="Trains picturebook, stage by stage.")
    parser.add_argument("stage", choices=["all", *STAGES], metavar="STAGE", help=f"all, or one of {', '.join(STAGES)}")
    about = "decides first weights and what is drawn in training (0); the world is the same for all of them"
    parser.add_argument("--seed", type=within(0, MOST_SEED), default=0, metavar="N", help=about)
    parser.add_argument("--processes", type=within(1, MOST), default=1, metavar="N", help=f"that train a stage together, 1 to {MOST} (1)")
    asked = parser.parse_args()
    loop.SEED = asked.seed
    if asked.stage == "all":
        run_all(asked.processes)
    elif not run(asked.stage, asked.processes):
        sys.exit(f"{asked.stage} is being trained by another process")


if __name__ == "__main__":
    main()
