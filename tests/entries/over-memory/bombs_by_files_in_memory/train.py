"""Files in /tmp and in /dev/shm lie in memory, and count as such."""

import os

import honest  # noqa: F401

print("writing", flush=True)
with open("/dev/shm/rubbish", "wb") as shared, open(os.path.join(os.environ["TMPDIR"], "rubbish"), "wb") as file:
    while True:
        shared.write(b"x" * (1 << 20))
        file.write(b"x" * (1 << 20))
