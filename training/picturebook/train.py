"""`python -m picturebook.train STAGE`: runs one stage of the training, or goes on with it where it was stopped.

`python -m picturebook.train all` runs every stage that is not done, each after those it needs; started twice, two processes share the work.
"""

import fcntl
import importlib
import sys
import time

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
    if len(sys.argv) != 2 or sys.argv[1] not in (*STAGES, "all"):
        sys.exit(f"usage: python -m picturebook.train STAGE, one of all, {', '.join(STAGES)}")
    if sys.argv[1] == "all":
        run_all()
    elif not run(sys.argv[1]):
        sys.exit(f"{sys.argv[1]} is being trained by another process")


if __name__ == "__main__":
    main()
