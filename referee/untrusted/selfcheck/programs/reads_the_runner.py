"""Looks for what the referee's user can read: variables, keys and files, by their paths and through /proc."""

import glob
import os
import sys

from attempts import PLANTED, done, say, through

KEYS = ("/etc/shadow", "/run/secrets", "/var/run/docker.sock", "/run/podman/podman.sock", "/var/lib/cloud", "/root/.ssh/id_rsa")


def show(file):
    try:
        with open(file, "rb") as opened:
            say(f"read {file}: {opened.read(1 << 14)!r}")
    except OSError as error:
        say(f"refused: {file} ({error.strerror})")


with open("/proc/self/environ", "rb") as own:
    assert PLANTED["mark"].encode() in own.read(), "it could not read its own variables"
say(f"variables {dict(os.environ)}")
for folder in sorted(glob.glob("/proc/[0-9]*")):
    for name in ("environ", "cmdline"):
        show(f"{folder}/{name}")
roots = ["", *glob.glob("/proc/[0-9]*/root"), *glob.glob("/proc/[0-9]*/cwd/../../../../../.."), "/proc/self/root/../.."]
for root in roots:
    for file in PLANTED["secrets"]:
        show(root + file)
        if PLANTED["name"] in (os.listdir(root + os.path.dirname(file)) if os.access(root + os.path.dirname(file), 4) else ()):
            through(f"lists {root}{os.path.dirname(file)}")
for key in [*KEYS, *(os.path.join(PLANTED["home"], name) for name in (".ssh", ".aws", ".config", ".bash_history"))]:
    if os.access(key, os.R_OK):
        through(f"{key} can be read")
if os.path.exists(f"/proc/{PLANTED['pid']}/cmdline"):
    show(f"/proc/{PLANTED['pid']}/cmdline")
known = {"/usr", "/proc", "/sys", "/dev", "/lib", *map(os.path.realpath, (sys.prefix, sys.base_prefix))}
for folder, folders, files in os.walk("/"):
    # Four floors down: a home is no deeper, and a whole machine takes seconds.
    shallow = folders if folder.count("/") < 4 else []
    folders[:] = [name for name in shallow if os.path.realpath(os.path.join(folder, name)) not in known]
    if PLANTED["name"] in (*folders, *files):
        through(f"{PLANTED['name']} stands in {folder}")
done()
