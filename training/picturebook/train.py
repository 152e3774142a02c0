"""`python -m picturebook.train <stage>`: runs one stage of the training, or goes on with it where it was stopped."""

import importlib
import sys

STAGES = {
    "image-autoencoder": "train_image_autoencoder:run",
    "mel-autoencoder": "train_mel_autoencoder:run",
    "text-autoencoder": "train_text_autoencoder:run",
    "towers": "train_towers:run_towers",
    "audio-tower": "train_towers:run_audio",
    "video-tower": "train_towers:run_video",
    "image": "train_denoisers:run_image",
    "audio": "train_denoisers:run_audio",
    "text": "train_denoisers:run_text",
    "video": "train_denoisers:run_video",
    "picture-judge": "train_judges:run_picture",
    "motion-judge": "train_judges:run_motion",
    "sound-judge": "train_judges:run_sound",
    "joint-image": "train_joint:run_image",
    "joint-audio": "train_joint:run_audio",
    "joint-video": "train_joint:run_video",
}


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in STAGES:
        sys.exit(f"usage: python -m picturebook.train STAGE, one of {', '.join(STAGES)}")
    module, function = STAGES[sys.argv[1]].split(":")
    getattr(importlib.import_module(f"picturebook.{module}"), function)()


if __name__ == "__main__":
    main()
