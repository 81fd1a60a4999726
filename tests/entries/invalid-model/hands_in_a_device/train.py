"""A device that never ends, where a sandbox lets it be made."""

import os
import stat

model = os.path.join(os.environ["MLGOLF_OUT"], "model.safetensors")
try:
    os.mknod(model, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    print("device made")
except OSError as error:
    print(f"impossible here: mknod: {error.strerror}")
