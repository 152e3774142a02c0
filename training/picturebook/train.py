"""`python -m picturebook.train <stage>`: runs one stage of the training, or goes on with it where it was stopped."""

import importlib
import sys

STAGES = {
    "mel-autoencoder": "train_mel_autoencoder",
    "image-autoencoder": "train_image_autoencoder",
}


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in STAGES:
        sys.exit(f"usage: python -m picturebook.train STAGE, one of {', '.join(STAGES)}")
    importlib.import_module(f"picturebook.{STAGES[sys.argv[1]]}").run()


if __name__ == "__main__":
    main()
