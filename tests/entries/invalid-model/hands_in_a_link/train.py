"""A symbolic link to a file of the host, in place of a model."""

import os

os.symlink("/etc/passwd", os.path.join(os.environ["MLGOLF_OUT"], "model.safetensors"))
