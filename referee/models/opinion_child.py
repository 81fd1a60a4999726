"""The second child of `evaluation`: what onnx's own reference implementation, in numpy, says about a few rows.

Limited like the first. Exit 10 says that it can't run the model; the last line of stderr says why.
"""

import json
import resource
import sys
from typing import Any

sys.path[:] = json.loads(sys.argv[1])
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

import warnings  # noqa: E402

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnx.reference  # noqa: E402


def main() -> None:
    asked = json.loads(sys.stdin.readline() or sys.exit(0))
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory_bytes"],) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (asked["cpu_seconds"], asked["cpu_seconds"] + 1))
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
        refuse("onnx.reference: running the model takes too much memory")
    except Exception as error:
        refuse(f"onnx.reference: {' '.join(str(error).split())}")


def refuse(why: str) -> None:
    print(why, file=sys.stderr)
    sys.exit(10)


main()
