"""Rewrites itself, the rows, the referee's package and the guard; what can't be written stays as it was."""

import os
import sys

import honest

from referee import contestant

for path in (__file__, honest.__file__, contestant.__file__, os.environ["MLGOLF_DATA"], sys.executable, "/golf/guard.py"):
    try:
        # Opened alone: nothing is spoiled where it is let through.
        with open(path, "r+b"):
            print("opened", path)
    except OSError as error:
        print("refused", path, error.strerror)
