"""Figures of the evaluation: a value with its 95 % interval and the number of samples."""

from pathlib import Path
from typing import TypedDict

import numpy as np

Z = 1.96
GROUPS = 16  # of the jackknife


class Figure(TypedDict):
    value: float
    low: float
    high: float
    samples: int


def figure(value: float, low: float, high: float, samples: int) -> Figure:
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4), "samples": samples}


def rate_figure(hits: np.ndarray) -> Figure:
    """A share, with Wilson's interval."""
    count, share = len(hits), float(np.mean(hits))
    middle = (share + Z**2 / (2 * count)) / (1 + Z**2 / count)
    half = Z * np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)) / (1 + Z**2 / count)
    return figure(share, max(0.0, middle - half), min(1.0, middle + half), count)


def mean_figure(values: np.ndarray, samples: int | None = None) -> Figure:
    """A mean with its normal interval; a single number has none."""
    half = Z * float(np.std(values, ddof=1)) / np.sqrt(len(values)) if len(values) > 1 else 0.0
    mean = float(np.mean(values))
    return figure(mean, mean - half, mean + half, samples or len(values))


def ratio_figure(above: np.ndarray, below: np.ndarray) -> Figure:
    """Ratio of two shares, with Katz's log interval (half a hit added to each, so that none is zero)."""
    hits = [float(np.sum(side)) + 0.5 for side in (above, below)]
    counts = [len(side) + 0.5 for side in (above, below)]
    ratio = (hits[0] / counts[0]) / (hits[1] / counts[1])
    half = Z * np.sqrt(sum(1 / hit - 1 / count for hit, count in zip(hits, counts, strict=True)))
    return figure(ratio, ratio * np.exp(-half), ratio * np.exp(half), len(above))


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """Fréchet distance between Gaussians fitted to features [N,D] (Heusel et al. 2017)."""
    means = [side.mean(0) for side in (one, other)]
    first, second = (np.cov(side, rowvar=False) for side in (one, other))
    values, vectors = np.linalg.eigh(first)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    return float(((means[0] - means[1]) ** 2).sum() + np.trace(first) + np.trace(second) - 2 * cross)


def frechet_figure(one: np.ndarray, other: np.ndarray) -> Figure:
    """Fréchet distance of `one` to `other`, with the interval of a jackknife that leaves a group of both out (Kott 2001)."""
    distance = frechet(one, other)
    parts = [np.arange(len(side)) % GROUPS for side in (one, other)]
    left = np.array([frechet(one[parts[0] != group], other[parts[1] != group]) for group in range(GROUPS)])
    half = Z * np.sqrt((GROUPS - 1) * np.mean((left - left.mean()) ** 2))
    return figure(distance, max(0.0, distance - half), distance + half, len(one))


def size_figure(folder: Path) -> Figure:
    """Megabytes of a whole folder."""
    return mean_figure(np.array([sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6]), 1)
