"""A folder in place of a model."""

import os

os.mkdir(os.path.join(os.environ["MLGOLF_OUT"], "model.safetensors"))
