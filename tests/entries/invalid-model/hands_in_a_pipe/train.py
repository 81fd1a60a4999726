"""A FIFO, on which a naive reader waits for ever."""

import os

os.mkfifo(os.path.join(os.environ["MLGOLF_OUT"], "model.safetensors"))
