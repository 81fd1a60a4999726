"""Opens, renames, unlinks and covers what it was given, copies of the job's own; opens and touches what is the machine's."""

import os
import sys

from attempts import attempt, done

import referee

GIVEN = {
    "its source": os.path.abspath(__file__),
    "the data": os.environ["MLGOLF_DATA"],
    "the referee": referee.__file__,
    "the guard": os.path.join(os.path.dirname(os.environ["PYTHONPATH"]), "guard.py"),
    "sitecustomize": os.path.join(os.environ["PYTHONPATH"], "sitecustomize.py"),
}
FOREIGN = {
    "the interpreter": sys.executable,
    "the standard library": os.__file__,
    "a library": __import__("numpy").__file__,
    "a program": "/usr/bin/env",
    "the users": "/etc/passwd",
    "the loader": "/etc/ld.so.cache",
}


def reopen(path):
    file = os.open(path, os.O_RDONLY)
    try:
        return os.open(f"/proc/self/fd/{file}", os.O_RDWR)
    finally:
        os.close(file)


def beside(path):
    os.mkfifo(path + ".mlgolf-beside")
    os.unlink(path + ".mlgolf-beside")


def away(path):
    folder = os.path.dirname(path)
    os.rename(folder, folder + "-away")
    os.rename(folder + "-away", folder)


for what, path in {**GIVEN, **FOREIGN}.items():
    assert os.path.getsize(path) > 0, path
    # Opened and not written: nothing is spoiled where it is let through.
    for how, flags in {
        "writing": os.O_WRONLY,
        "reading and writing": os.O_RDWR,
        "appending": os.O_APPEND | os.O_WRONLY,
    }.items():
        attempt(f"{what} for {how}", lambda path=path, flags=flags: os.open(path, flags))
    attempt(f"{what} by a descriptor", lambda path=path: reopen(path))
    attempt(f"the mode of {what}", lambda path=path: os.chmod(path, os.stat(path).st_mode))
    attempt(f"the owner of {what}", lambda path=path: os.chown(path, os.stat(path).st_uid, os.stat(path).st_gid))
    attempt(
        f"the times of {what}",
        lambda path=path: os.utime(path, (1, 1)) if path in GIVEN.values() else os.truncate(path, os.path.getsize(path)),
    )
    attempt(f"a file beside {what}", lambda path=path: beside(path))
forged = os.path.join(os.environ["MLGOLF_OUT"], "forged")
for what, path in GIVEN.items():
    attempt(f"unlinking {what}", lambda path=path: os.unlink(path))
    attempt(f"a second name of {what}", lambda path=path: os.link(path, os.path.join(os.environ["MLGOLF_OUT"], "model")))
    attempt(f"the folder of {what}", lambda path=path: away(path))
    with open(forged, "w") as file:
        file.write("print('forged')")
    attempt(f"something in place of {what}", lambda path=path: os.replace(forged, path))
done()
