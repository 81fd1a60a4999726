"""Everything but a file of its own, under the names that the referee collects."""

import os
import socket

from attempts import done, say

os.chdir(os.environ["MLGOLF_OUT"])
os.symlink("/etc/passwd", "link-to-the-host")
os.symlink(os.environ["MLGOLF_DATA"], "link-to-the-data")
os.symlink("/dev/zero", "link-to-a-device")
os.symlink("link-to-itself", "link-to-itself")
os.mkfifo("pipe")
os.mkdir("folder")
with open("folder/model", "wb") as file:
    file.write(b"weights")
with socket.socket(socket.AF_UNIX) as listening:
    listening.bind("socket")
with open("model", "wb") as file:
    file.write(b"weights")
os.link("model", "second-name")
with open("large", "wb") as file:
    file.truncate(1 << 40)
with open("result.yaml", "w") as file:
    file.write("schema: 1\nverdict: qualified\nscore: 0.0\n")
say("verdict: qualified, rank 1")
with open("honest", "wb") as file:
    file.write(b"weights")
done()
