"""A step of training with every processor, as an honest entry does it."""

import importlib.util
import os
import threading

import numpy as np
from attempts import done, say

say(f"{os.cpu_count()} processors, {len(os.sched_getaffinity(0))} for it")
x = np.random.default_rng(0).standard_normal((256, 64)).astype(np.float32)
threads = [threading.Thread(target=lambda: x.T @ x) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if importlib.util.find_spec("torch"):
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 1))
    before = loss = model(torch.from_numpy(x)).square().mean()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(5):
        optimizer.zero_grad()
        loss = model(torch.from_numpy(x)).square().mean()
        loss.backward()
        optimizer.step()
    assert loss < before
    say(f"torch, {torch.get_num_threads()} threads")
done()
