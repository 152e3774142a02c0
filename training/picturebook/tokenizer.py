"""The word-piece tokenizer of captions: `text.tokenizer.json`, in Hugging Face's format. Unknown words are spelled."""

import string
from functools import cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from .captions import PARTS, caption, draw_facts, draw_tell
from .kept import made_once
from .space import CAPTION_TOKENS, WORK

PAD, BOS, EOS, UNKNOWN = 0, 1, 2, 3
VOCABULARY = 512
PATH = WORK / "text.tokenizer.json"


def train_tokenizer(seed: int = 3) -> Tokenizer:
    rng = np.random.default_rng(seed)
    corpus = [caption(draw_facts(rng), rng, draw_tell(rng, PARTS), category=bool(rng.random() < 0.1)) for _ in range(20_000)]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY,
        special_tokens=["[PAD]", "[BOS]", "[EOS]", "[UNK]"],
        initial_alphabet=list(string.ascii_lowercase + string.digits + ",.'!?-"),
        limit_alphabet=64,
        show_progress=False,
    )
    letters = [" ".join(f"{a}{b}" for b in string.ascii_lowercase) for a in string.ascii_lowercase]
    tokenizer.train_from_iterator(corpus + letters, trainer)
    return tokenizer


@cache
def load_tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(made_once(PATH, lambda path: train_tokenizer().save(str(path)))))


def check_tokenizer(path: Path) -> None:
    """Throws a ValueError where a bundle's tokenizer is another than the one in use: its ids would be other words."""
    if not PATH.exists() or path.read_bytes() != PATH.read_bytes():
        what = "another tokenizer than" if PATH.exists() else "not there, but"
        raise ValueError(f"{PATH} is {what} {path}: copy the bundle's, as picturebook.warm does")


def encode(texts: list[str], length: int = CAPTION_TOKENS) -> np.ndarray:
    """Captions -> token ids int64 [B, length], cut or padded with PAD."""
    ids = np.full((len(texts), length), PAD, np.int64)
    for row, encoding in zip(ids, load_tokenizer().encode_batch(texts), strict=True):
        kept = encoding.ids[:length]
        row[: len(kept)] = kept
    return ids


def decode(ids: list[int]) -> str:
    return load_tokenizer().decode([i for i in ids if i > UNKNOWN])
