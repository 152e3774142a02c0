"""Writes libs/tensor/golden/philox4x32-10.json: Random123's known answers, and normals as Medley draws them."""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parents[2] / "libs/tensor/golden/philox4x32-10.json"
# Random123 1.14, tests/kat_vectors, "philox4x32 10": counter, key, result.
KNOWN = [
    ([0, 0, 0, 0], [0, 0], [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    ([0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        [0xA4093822, 0x299F31D0],
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
]
MODALITIES = ("text", "image", "audio", "video")


def philox(counter: list[int], key: list[int]) -> list[int]:
    """Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011: ten rounds of Philox4x32."""
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(second >> 32) ^ c[1] ^ k[0], second & 0xFFFFFFFF, (first >> 32) ^ c[3] ^ k[1], first & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def normals(count: int, seed: int, modality: str, sample: int, stream: int) -> list[float]:
    """Box-Muller on pairs of words: u = (word + 0.5) / 2^32, first the cosine, then the sine."""
    key = [seed & 0xFFFFFFFF, (seed >> 32) ^ MODALITIES.index(modality)]
    drawn: list[float] = []
    for block in range((count + 3) // 4):
        words = [(word + 0.5) / 2**32 for word in philox([block, 0, stream, sample], key)]
        for u1, u2 in (words[:2], words[2:]):
            radius = np.sqrt(-2 * np.log(u1))
            drawn += [radius * np.cos(2 * np.pi * u2), radius * np.sin(2 * np.pi * u2)]
    return [float(np.float32(value)) for value in drawn[:count]]


def main() -> None:
    for counter, key, result in KNOWN:
        assert philox(counter, key) == result, (counter, key)
    cases = [
        {"seed": seed, "modality": modality, "sample": sample, "stream": stream, "normals": normals(10, seed, modality, sample, stream)}
        for seed, modality, sample, stream in [(42, "text", 0, 0), (42, "image", 0, 0), (42, "image", 3, 1), (2**47 + 5, "video", 1, 0)]
    ]
    FILE.parent.mkdir(parents=True, exist_ok=True)
    known = [{"counter": counter, "key": key, "result": result} for counter, key, result in KNOWN]
    FILE.write_text(json.dumps({"known_answers": known, "normals": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
