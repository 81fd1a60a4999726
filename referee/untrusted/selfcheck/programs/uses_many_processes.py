"""Workers that are forked and spawned, an array that they share, a queue, a program of the system."""

import multiprocessing
import os
import subprocess
import sys
from multiprocessing import shared_memory

import numpy as np


def fill(name, number):
    block = shared_memory.SharedMemory(name)
    np.ndarray(4, dtype=np.int64, buffer=block.buf)[number] = number
    block.close()
    return number


if __name__ == "__main__":
    from attempts import done, say

    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        block = shared_memory.SharedMemory(create=True, size=32)
        with context.Pool(2) as pool:
            assert pool.starmap(fill, [(block.name, number) for number in range(4)]) == [0, 1, 2, 3]
        assert np.ndarray(4, dtype=np.int64, buffer=block.buf).tolist() == [0, 1, 2, 3]
        block.close()
        block.unlink()
        queue = context.Queue()
        queue.put("through a queue")
        assert queue.get(timeout=5) == "through a queue"
        say(f"workers by {method}")
    assert subprocess.run(["uname", "-s"], capture_output=True, check=True).stdout == b"Linux\n"
    assert subprocess.run([sys.executable, "-c", "import numpy"], check=False).returncode == 0
    child = os.fork()
    if child == 0:
        os._exit(3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    done()
