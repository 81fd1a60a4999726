"""The child of `evaluation`: started by path, imports nothing of the referee.

Limits itself before it opens the model, which onnxruntime runs on all rows and onnx's own reference implementation, in numpy,
on a few. Exit 10 says that the model can't be run; the last line of stderr says why.
"""

import json
import math
import os
import resource
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

# Started without `site`, which takes a tenth of the time of a small judgement: the parent knows the way.
sys.path[:] = json.loads(sys.argv[1])
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

import numpy as np  # noqa: E402
import onnx.parser  # noqa: E402
import onnx.reference  # noqa: E402
import onnxruntime  # noqa: E402

# It would keep a diary of sessions in the user's cache.
onnxruntime.disable_telemetry_events()
# Loads what onnx.reference loads with its first model: better while nobody waits.
onnx.reference.ReferenceEvaluator(
    onnx.parser.parse_model('<ir_version: 9, opset_import: ["": 20]> f (float[n] x) => (float[n] y) { y = Relu(x) }')
)

TOLD_EVERY = 0.2
"""seconds between two lines about how far it is"""


def main() -> None:
    asked = json.loads(sys.stdin.readline() or sys.exit(0))
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (asked["cpu_seconds"], asked["cpu_seconds"] + 1))
    refusals: list[str] = []
    opinion = threading.Thread(target=second_opinion, args=(refusals,), daemon=True)
    opinion.start()
    # Beside long runs, for which onnxruntime leaves the interpreter; many short ones would wait for it each time.
    opinion.join(0 if asked["optimize"] else None)
    try:
        batched, single = model_outputs(asked)
        measured = {
            "path_norm": if_possible(lambda: path_norm(asked)),
            "active_nonzero": if_possible(lambda: active_nonzero(asked)),
        }
    except MemoryError:
        refuse("running the model takes too much memory")
    except Exception as error:
        refuse(f"onnxruntime: {' '.join(str(error).split())}")
    np.save("batched.npy", batched)
    np.save("single.npy", single)
    with open("measured.json", "w", encoding="utf-8") as file:
        json.dump({name: value for name, value in measured.items() if value is not None and np.isfinite(value)}, file)
    opinion.join()
    if refusals:
        refuse(refusals[0])


def second_opinion(refusals: list[str]) -> None:
    """What onnx.reference says about a few rows; why, if it says nothing."""
    # What overflows on the way is for the outputs to show.
    warnings.simplefilter("ignore")
    try:
        rows = np.load("few.npy", allow_pickle=False)
        with open("model.onnx", "rb") as stream:
            model = onnx.reference.ReferenceEvaluator(onnx.load_model_from_string(stream.read()))
        with np.errstate(all="ignore"):
            output: Any = model.run(None, {model.input_names[0]: rows})
        np.save("opinion.npy", np.asarray(output[0]).reshape(len(rows), -1))
    except MemoryError:
        refusals.append("onnx.reference: running the model takes too much memory")
    except Exception as error:
        refusals.append(f"onnx.reference: {' '.join(str(error).split())}")


def rows_from(asked: dict[str, Any], start: int, stop: int) -> np.ndarray:
    """Some of the rows, (stop - start, ...) float32."""
    shape = (stop - start, *asked["row_shape"])
    size = math.prod(asked["row_shape"])
    return np.fromfile("rows.f32", np.float32, math.prod(shape), offset=4 * size * start).reshape(shape)


def model_outputs(asked: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    session = opened("model.onnx", asked)
    source = session.get_inputs()[0]
    if list(source.shape[1:]) != asked["row_shape"]:
        refuse(f"the input takes rows of shape {tuple(source.shape[1:])}, the data's are {tuple(asked['row_shape'])}")

    def run(start: int, stop: int) -> np.ndarray:
        output = session.run(None, {source.name: rows_from(asked, start, stop)})[0]
        if output.dtype != np.float32 or output.shape[:1] != (stop - start,):
            refuse(f"expected float32 outputs, one for each row, got {output.dtype} {output.shape}")
        if output.size // (stop - start) not in asked["columns"]:
            expected = " or ".join(map(str, asked["columns"]))
            refuse(f"an output row has {output.size // (stop - start)} numbers, expected {expected}")
        return np.asarray(output.reshape(stop - start, -1))

    size, rows, batched, told = asked["batch_rows"], asked["rows"], [], time.monotonic()
    for start in range(0, rows, size):
        batched.append(run(start, min(start + size, rows)))
        if time.monotonic() - told > TOLD_EVERY:
            told = time.monotonic()
            print(min(start + size, rows), rows, flush=True)
    single = [run(int(row), int(row) + 1) for row in np.load("alone.npy", allow_pickle=False)]
    if len({part.shape[1] for part in batched}) > 1 or len({part.shape[1] for part in single}) > 1:
        refuse("the width of an output row depends on the batch")
    return np.concatenate(batched), np.concatenate(single)


def if_possible(measure: "Callable[[], float | None]") -> float | None:
    """A model that can be run may have a derived graph that can't; then it lacks that score."""
    try:
        return measure()
    except Exception:
        return None


def path_norm(asked: dict[str, Any]) -> float | None:
    """The sum of the outputs of the network of absolute weights, for ones."""
    if not os.path.exists("absolute.onnx"):
        return None
    session = opened("absolute.onnx", asked)
    ones = np.ones((1, *asked["row_shape"]), np.float32)
    return float(session.run(None, {session.get_inputs()[0].name: ones})[0].sum(dtype=np.float64))


def active_nonzero(asked: dict[str, Any]) -> float | None:
    """The mean count over some rows."""
    counted = np.load("counted.npy", allow_pickle=False)
    if not os.path.exists("counting.onnx") or not len(counted):
        return None
    session = opened("counting.onnx", asked)
    name = session.get_inputs()[0].name
    return float(np.mean([session.run(None, {name: rows_from(asked, int(row), int(row) + 1)})[0] for row in counted]))


def opened(file: str, asked: dict[str, Any]) -> "onnxruntime.InferenceSession":
    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if asked["optimize"] else levels.ORT_DISABLE_ALL
    options.intra_op_num_threads, options.inter_op_num_threads = asked["threads"], 1
    options.log_severity_level = 4
    # An arena would keep a second copy of the largest batch.
    options.enable_cpu_mem_arena = False
    with open(file, "rb") as stream:
        return onnxruntime.InferenceSession(stream.read(), options, providers=["CPUExecutionProvider"])


def refuse(why: str) -> NoReturn:
    """End at once, whatever the other thread is at."""
    print(why, file=sys.stderr, flush=True)
    os._exit(10)


main()
# Taking everything apart would take as long as judging a small model.
os._exit(0)
