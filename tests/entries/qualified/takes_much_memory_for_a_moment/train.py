"""The honest twin of those that take too much: half of what it may have, given back at once."""

import honest  # noqa: F401

held = b"x" * (224 << 20)
del held
print("took 224 MiB")
