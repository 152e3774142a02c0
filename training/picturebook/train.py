"""`python -m picturebook.train STAGE [SEED]`: runs one stage of the training, or goes on with it where it was stopped.

`python -m picturebook.train all [SEED]` runs every stage that is not done, each after those it needs; started twice, two processes share
the work. SEED, 0 by default, decides first weights and what is drawn in training; the world is the same for all of them.
"""

import fcntl
import importlib
import sys
import time

import torch

from . import loop
from .loop import checkpoint_path

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


def run(stage: str) -> bool:
    """Runs a stage unless another process does; True when it ran."""
    path = checkpoint_path(stage)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        module, function = STAGES[stage][0].split(":")
        torch.manual_seed(list(STAGES).index(stage) + 1_000 * loop.SEED)
        getattr(importlib.import_module(f"picturebook.{module}"), function)()
        path.with_suffix(".done").touch()
        return True


def done(stage: str) -> bool:
    return checkpoint_path(stage).with_suffix(".done").exists()


def run_all() -> None:
    while not all(done(stage) for stage in STAGES):
        ready = [stage for stage, (_, needs) in STAGES.items() if not done(stage) and all(done(need) for need in needs)]
        if not any(run(stage) for stage in ready):
            time.sleep(LOOK_AGAIN_SECONDS)  # the other process holds what there is to do


def main() -> None:
    stage, seed = [*sys.argv[1:], "0"][:2] if len(sys.argv) in (2, 3) else ("", "0")
    if stage not in (*STAGES, "all") or not seed.isdecimal():
        sys.exit(f"usage: python -m picturebook.train STAGE [SEED], one of all, {', '.join(STAGES)}; SEED is a whole number")
    loop.SEED = int(seed)
    if stage == "all":
        run_all()
    elif not run(stage):
        sys.exit(f"{stage} is being trained by another process")


if __name__ == "__main__":
    main()
