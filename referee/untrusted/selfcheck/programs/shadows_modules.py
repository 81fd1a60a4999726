"""Beside it stand files that are named as modules of the interpreter and of libraries are; each says so when it is run."""

import multiprocessing
import os
import subprocess
import sys

SHADOWED = ("random", "numpy", "json", "referee", "sitecustomize", "token")


def whence():
    """Modules that come from the entry's folder though they are others'; and its own, which must be there."""
    import random

    import attempts  # noqa: F401
    import numpy

    import referee  # noqa: F401

    here = os.environ["PROBE_HERE"]
    loaded = {name: getattr(sys.modules.get(name), "__file__", None) or "" for name in (*SHADOWED, "attempts")}
    return sorted(name for name, file in loaded.items() if file.startswith(here)), numpy.zeros(2).sum() + random.random() >= 0


if __name__ == "__main__":
    from attempts import done, say, through

    os.environ["PROBE_HERE"] = os.path.dirname(os.path.abspath(__file__))

    def look(where, found):
        (say if found == (["attempts"], True) else through)(f"{where}: {found}")

    look("here", whence())
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        look("in a worker that was spawned", pool.apply(whence))
    command = "import train; print(train.whence())"
    for flags in ([], ["-s"]):
        ended = subprocess.run([sys.executable, *flags, "-c", command], capture_output=True, text=True, check=False)
        fine = ended.stdout.startswith("(['attempts'], ")
        (say if fine else through)(f"in another interpreter: {ended.stdout} {ended.stderr}")
    done()
