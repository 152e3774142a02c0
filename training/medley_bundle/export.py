"""PyTorch modules to ONNX graphs: dynamic batch, float16 storage with float32 compute, checked against PyTorch."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from .parameters import note_parameters
from .tables import fold_fourier_tables, is_fourier_basis

OPSET = 17
HALF_FROM = 64  # smaller initialisers stay float32
LIFT_BYTES = 16_384


def export_graph(
    module: nn.Module,
    inputs: dict[str, Tensor],
    outputs: list[str],
    path: Path,
    half: bool = True,
    dynamic: dict[str, dict[int, str]] | None = None,
    tolerance: float = 1e-3,
    parameters: bool = False,
) -> dict[str, np.ndarray]:
    """Writes `path` and answers the graph's outputs for `inputs`, computed by PyTorch with the stored weights.

    Axis 0 of every input and output is dynamic; `dynamic` adds more. Weights are rounded to float16 in the module itself
    when `half`, so that the goldens are what the stored weights give. Raises ValueError when onnxruntime differs by more
    than `tolerance` of the output's spread. `parameters` notes where each parameter of the module is (`read_parameters`).
    """
    module = module.eval()
    if half:
        round_weights(module)
    axes = {name: {0: "batch"} for name in [*inputs, *outputs]}
    for name, more in (dynamic or {}).items():
        axes[name] = {**axes[name], **more}
    path.parent.mkdir(parents=True, exist_ok=True)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = module(*inputs.values())
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(path)
    lift_constants(model)
    if half:
        store_half(model)
    fold_fourier_tables(model)
    if parameters:
        note_parameters(model, module)
    onnx.save(model, path)
    results = {name: value.numpy() for name, value in zip(outputs, expected if isinstance(expected, tuple) else (expected,), strict=True)}
    feeds = {name: value.numpy() for name, value in inputs.items()}
    for name, got in zip(outputs, open_graph(path).run(outputs, feeds), strict=True):
        error = float(np.abs(got - results[name]).max() / (np.abs(results[name]).max() + 1e-6))
        if not error < tolerance:
            raise ValueError(f"{path.name}: {name} differs from PyTorch by {error:.1e} of its largest value; {tolerance:.0e} is allowed")
    return results


def lift_constants(model: onnx.ModelProto) -> None:
    """Large constants become initialisers, each stored once however often a traced loop repeats it."""
    graph, kept = model.graph, []
    stored: dict[tuple, str] = {}
    renamed: dict[str, str] = {}
    for node in graph.node:
        value = node.attribute[0].t if node.op_type == "Constant" and node.attribute[0].name == "value" else None
        if value is None or len(value.raw_data) < LIFT_BYTES:
            kept.append(node)
            continue
        content, name = (value.data_type, tuple(value.dims), value.raw_data), node.output[0]
        if content not in stored:
            stored[content] = name
            graph.initializer.append(helper.make_tensor(name, value.data_type, value.dims, value.raw_data, raw=True))
        renamed[name] = stored[content]
    for node in kept:
        for index, name in enumerate(node.input):
            node.input[index] = renamed.get(name, name)
    del graph.node[:]
    graph.node.extend(kept)


def round_weights(module: nn.Module) -> None:
    """Rounds every weight that `store_half` will store as float16; Fourier bases are not stored."""
    with torch.no_grad():
        for tensor in [*module.parameters(), *module.buffers()]:
            if tensor.is_floating_point() and tensor.numel() >= HALF_FROM and not is_fourier_basis(tensor.numpy()):
                tensor.copy_(tensor.half().float())


def store_half(model: onnx.ModelProto) -> None:
    """Replaces float32 initialisers by float16 ones behind a Cast, where rounding costs next to nothing."""
    graph = model.graph
    casts = []
    for initialiser in graph.initializer:
        values = numpy_helper.to_array(initialiser)
        if initialiser.data_type != TensorProto.FLOAT or values.size < HALF_FROM or is_fourier_basis(values):
            continue
        halves = values.astype(np.float16)
        if np.abs(halves.astype(np.float32) - values).max() > 1e-3 * np.abs(values).max():
            continue
        name = initialiser.name
        initialiser.CopyFrom(numpy_helper.from_array(halves, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], name=f"{name}.cast", to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def open_graph(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
