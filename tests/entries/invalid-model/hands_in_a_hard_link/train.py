"""The model has a second name."""

import os

import honest  # noqa: F401

os.chdir(os.environ["MLGOLF_OUT"])
os.link("model.safetensors", "another-name")
