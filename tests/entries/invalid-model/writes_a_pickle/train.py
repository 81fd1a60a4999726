"""A pickle that would run code in whoever loads it."""

import os
import pickle
from pathlib import Path


class Payload:
    def __reduce__(self):
        return os.system, ("touch /tmp/mlgolf-pickle-ran",)


Path(os.environ["MLGOLF_OUT"], "model.safetensors").write_bytes(pickle.dumps(Payload()))
