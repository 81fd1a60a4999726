"""A sparse terabyte in place of a model."""

import os

with open(os.path.join(os.environ["MLGOLF_OUT"], "model.safetensors"), "wb") as file:
    file.truncate(1 << 40)
