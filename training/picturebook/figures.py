"""Figures of the evaluation: a value with its 95 % interval and the number of samples."""

from pathlib import Path
from typing import TypedDict

import numpy as np

Z = 1.96
GROUPS, T = 16, 2.13  # of the jackknife, and Student's t with 15 degrees of freedom
DRAWS = 2_000  # of the bootstrap


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
    """Ratio of two shares of hits [prompts,...] of the same prompts, which a bootstrap draws (half a hit added, so that none is zero)."""
    hits = np.stack([side.reshape(len(side), -1).sum(1) for side in (above, below)])
    drawn = hits[:, np.random.default_rng(0).integers(len(above), size=(DRAWS, len(above)))].sum(2) + 0.5
    low, high = np.percentile(drawn[0] / drawn[1], (2.5, 97.5))
    return figure((hits[0].sum() + 0.5) / (hits[1].sum() + 0.5), low, high, len(above))


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """Fréchet distance between Gaussians fitted to features [N,D] (Heusel et al. 2017)."""
    means = [side.mean(0) for side in (one, other)]
    first, second = (np.cov(side, rowvar=False) for side in (one, other))
    values, vectors = np.linalg.eigh(first)
    root = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ second @ root), 0)).sum()
    return float(((means[0] - means[1]) ** 2).sum() + np.trace(first) + np.trace(second) - 2 * cross)


def frechet_figures(name: str, one: np.ndarray, other: np.ndarray) -> dict[str, Figure]:
    """Fréchet distance of `one` to `other`, and as `NAME_unbiased` without what it owes to the number of samples alone.

    By a jackknife that leaves a group of both out: intervals and, as the bias goes with 1 / samples, its first order (Efron and Tibshirani
    1993, chapters 10 and 11; of such distances: Chong and Forsyth 2020).
    """
    distance = frechet(one, other)
    parts = [np.arange(len(side)) % GROUPS for side in (one, other)]
    left = np.array([frechet(one[parts[0] != group], other[parts[1] != group]) for group in range(GROUPS)])
    half = T * np.sqrt((GROUPS - 1) * np.mean((left - left.mean()) ** 2))
    values = {name: distance, f"{name}_unbiased": GROUPS * distance - (GROUPS - 1) * left.mean()}
    return {key: figure(value, value - half, value + half, len(one)) for key, value in values.items()}


def size_figure(folder: Path) -> Figure:
    """Megabytes of a whole folder."""
    return mean_figure(np.array([sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6]), 1)
