"""Fourier bases are made when a graph is loaded, not stored: cos and sin of (row * column mod N) from a table of N numbers."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

WANTED_BYTES = 1 << 20


def fold_fourier_tables(model: onnx.ModelProto) -> None:
    """Replaces every initialiser [2*(N/2+1),1,N] that is rows * (cos; -sin) * window by the nodes that compute it."""
    nodes, kept = [], []
    for initialiser in model.graph.initializer:
        values = numpy_helper.to_array(initialiser)
        if not is_fourier_basis(values):
            kept.append(initialiser)
            continue
        rows, window = factors(values)
        name, size = initialiser.name, values.shape[2]
        kept += constants(name, size, rows, window)
        nodes += basis_nodes(name)
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    following = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*nodes, *following])


def basis(size: int) -> np.ndarray:
    """float64 [2*(N/2+1), N]: cos above -sin."""
    angles = 2 * np.pi * np.outer(np.arange(size // 2 + 1), np.arange(size)) / size
    return np.concatenate([np.cos(angles), -np.sin(angles)])


def is_fourier_basis(values: np.ndarray) -> bool:
    if values.ndim != 3 or values.nbytes < WANTED_BYTES or values.shape[1] != 1 or values.shape[0] != 2 * (values.shape[2] // 2 + 1):
        return False
    rows, window = factors(values)
    made = basis(values.shape[2]) * window * rows[:, None]
    return bool(np.abs(made - values[:, 0]).max() < 1e-5 * np.abs(values).max())


def factors(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Row weights and window of a Fourier basis [2*(N/2+1),1,N]."""
    size = values.shape[2]
    half = size // 2 + 1
    table = values[:, 0].astype(np.float64)
    window = table[0]  # cos(0) = 1 in the first row
    plain = basis(size)[:half] * window
    weights = (table[:half] * plain).sum(1) / np.maximum((plain**2).sum(1), 1e-12)
    return np.concatenate([weights, weights]), window


def constants(name: str, size: int, rows: np.ndarray, window: np.ndarray) -> list[onnx.TensorProto]:
    turn = 2 * np.pi * np.arange(size) / size
    arrays = {
        "zero": np.array(0, np.int64),
        "one": np.array(1, np.int64),
        "count": np.array(size // 2 + 1, np.int64),
        "size": np.array(size, np.int64),
        "tall": np.array([-1, 1], np.int64),
        "shape": np.array([2 * (size // 2 + 1), 1, size], np.int64),
        "cosine": np.cos(turn).astype(np.float32),
        "sine": (-np.sin(turn)).astype(np.float32),
        "rows": rows.astype(np.float32)[:, None],
        "window": window.astype(np.float32)[None],
    }
    return [numpy_helper.from_array(array, f"{name}.{part}") for part, array in arrays.items()]


def basis_nodes(name: str) -> list[onnx.NodeProto]:
    def node(kind: str, inputs: list[str], output: str, **attributes) -> onnx.NodeProto:
        target = name if output == "" else f"{name}.{output}"
        return helper.make_node(kind, [f"{name}.{part}" for part in inputs], [target], name=f"{name}.{output or kind}", **attributes)

    return [
        node("Range", ["zero", "count", "one"], "row_numbers"),
        node("Reshape", ["row_numbers", "tall"], "row_column"),
        node("Range", ["zero", "size", "one"], "columns"),
        node("Mul", ["row_column", "columns"], "products"),
        node("Mod", ["products", "size"], "turns"),
        node("Gather", ["cosine", "turns"], "cosines"),
        node("Gather", ["sine", "turns"], "sines"),
        node("Concat", ["cosines", "sines"], "both", axis=0),
        node("Mul", ["both", "rows"], "weighted"),
        node("Mul", ["weighted", "window"], "windowed"),
        node("Reshape", ["windowed", "shape"], ""),
    ]
