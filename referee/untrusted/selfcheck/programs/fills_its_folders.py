"""Bytes, a sparse terabyte and one file after another, in every folder that it may write."""

import os

from attempts import done, say, through

MOST, MOST_FILES = 256 << 20, 150_000


def writable():
    with open("/proc/self/mountinfo") as mounts:
        places = {line.split()[4] for line in mounts} | {os.environ["HOME"], "/tmp", "/dev/shm", os.environ["MLGOLF_OUT"]}
    for place in sorted(places):
        if os.path.isdir(place) and not place.startswith(("/proc", "/sys")):
            try:
                with open(os.path.join(place, "rubbish"), "wb"):
                    yield place
            except OSError:
                continue


def fill(folder):
    os.chdir(folder)
    with open("rubbish", "wb", buffering=0) as file:
        written = 0
        try:
            while written < MOST:
                written += file.write(b"x" * (1 << 20))
        except OSError as error:
            say(f"refused: {folder} holds {written} bytes ({error.strerror})")
        else:
            through(f"{folder} took {written} bytes")
        os.unlink("rubbish")
        try:
            file.truncate(1 << 40)
            say(f"a sparse terabyte in {folder}")
        except OSError as error:
            say(f"refused: a sparse terabyte in {folder} ({error.strerror})")
    room = os.statvfs(folder)
    (say if 0 < room.f_files < MOST_FILES else through)(f"{folder} has room for {room.f_files} files")


def crowd(folder):
    os.chdir(folder)
    made = 0
    try:
        for made in range(MOST_FILES):
            os.close(os.open(f"{made}", os.O_CREAT | os.O_WRONLY))
    except OSError as error:
        say(f"refused: {folder} holds {made} files ({error.strerror})")
    else:
        through(f"{folder} took {MOST_FILES} files")
        for number in range(made + 1):
            os.unlink(f"{number}")


folders = list(writable())
for folder in folders:
    fill(folder)
for folder in (os.environ["MLGOLF_OUT"], "/tmp"):
    crowd(folder)
assert os.environ["MLGOLF_OUT"] in folders, folders
done()
