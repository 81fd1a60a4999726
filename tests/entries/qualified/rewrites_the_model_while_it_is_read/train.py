"""A process that goes on replacing the model by itself, whole each time, until it is killed."""

import os
import time

import honest  # noqa: F401

os.chdir(os.environ["MLGOLF_OUT"])
with open("model.safetensors", "rb") as file:
    content = file.read()
if os.fork() == 0:
    print("rewriting", flush=True)
    while True:
        with open("again", "wb") as file:
            file.write(content)
        os.replace("again", "model.safetensors")
time.sleep(0.3)
