"""The child of `evaluation`: started by path, imports nothing of the referee.

Limits itself before it opens the model. Exit 10 says that the model can't be run; the last line of stderr says why.
"""

import json
import resource
import sys
from pathlib import Path


def main() -> None:
    asked = json.loads(sys.argv[1])
    # Started without `site`, which takes a tenth of the time of a small judgement: the parent knows the way.
    sys.path[:] = asked["path"]
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (asked["cpu_seconds"], asked["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    import numpy as np
    import onnxruntime

    folder = Path(asked["folder"])
    rows = np.load(folder / "rows.npy", mmap_mode="r", allow_pickle=False)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # Pre-packing and arenas would keep a second copy of the weights and of the largest batch.
    options.enable_cpu_mem_arena = False
    try:
        session = onnxruntime.InferenceSession(
            (folder / "model.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        source = session.get_inputs()[0]
        if list(source.shape[1:]) != list(rows.shape[1:]):
            refuse(f"the input takes rows of shape {tuple(source.shape[1:])}, the data's are {rows.shape[1:]}")

        def run(start: int, stop: int) -> "np.ndarray":
            output = session.run(None, {source.name: np.ascontiguousarray(rows[start:stop])})[0]
            if output.dtype != np.float32 or output.shape[:1] != (stop - start,):
                refuse(f"expected float32 outputs, one for each row, got {output.dtype} {output.shape}")
            if output.size // (stop - start) not in asked["columns"]:
                expected = " or ".join(map(str, asked["columns"]))
                refuse(f"an output row has {output.size // (stop - start)} numbers, expected {expected}")
            return np.asarray(output.reshape(stop - start, -1))

        size = asked["batch_rows"]
        batched = [run(start, min(start + size, len(rows))) for start in range(0, len(rows), size)]
        single = [run(int(row), int(row) + 1) for row in np.load(folder / "alone.npy", allow_pickle=False)]
        if len({part.shape[1] for part in batched}) > 1 or len({part.shape[1] for part in single}) > 1:
            refuse("the width of an output row depends on the batch")
    except MemoryError:
        refuse("running the model takes too much memory")
    except Exception as error:
        refuse(f"onnxruntime: {' '.join(str(error).split())}")
    np.save(folder / "batched.npy", np.concatenate(batched))
    np.save(folder / "single.npy", np.concatenate(single))


def refuse(why: str) -> None:
    print(why, file=sys.stderr)
    sys.exit(10)


main()
