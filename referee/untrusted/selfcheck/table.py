"""All probes, in the order of the list of attacks; last the honest twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from referee.untrusted.collect import Refused, TooLarge
from referee.untrusted.sandbox import Outcome, Stop
from referee.untrusted.selfcheck.probe import SMALL, Probe, Reading, no_attempt

LATE_SECONDS = 0.5
"""that the death of everything may take after the deadline, on a machine that has other work"""
DEADLINE = 0.6
TIGHT = replace(SMALL, memory_gib=0.25, scratch_bytes=2**30, output_bytes=2**30)
MODEL = b"weights"
LINKS = (
    "link-to-the-host",
    "link-to-the-data",
    "link-to-a-device",
    "link-to-itself",
    "pipe",
    "folder",
    "socket",
    "second-name",
)
MODULES = ("random", "numpy", "json", "torch", "referee", "sitecustomize", "usercustomize", "conftest", "guard")


def probes() -> Sequence[Probe]:
    """Every one of them; together they take less than a minute."""
    return PROBES


def _stopped_in_time(seconds: float) -> Reading:
    def read(outcome: Outcome) -> str | None:
        if outcome.stopped is not Stop.TIME:
            return f"it was not stopped by the clock but by {outcome.stopped}, status {outcome.status}"
        if outcome.seconds > seconds + LATE_SECONDS:
            return f"it was alive for {outcome.seconds:.2f} s of {seconds:g} s"
        return None

    return read


def _keeps_its_model(outcome: Outcome) -> str | None:
    return None if outcome.files.get("model") == MODEL else f"what stood is not what was collected: {outcome.files}"


def _ends_alone(outcome: Outcome) -> str | None:
    return None if outcome.seconds < 10 else f"the end was noticed after {outcome.seconds:.1f} s"


def _few_processes(outcome: Outcome) -> str | None:
    for line in outcome.log.splitlines():
        if line.startswith("no more than ") and int(line.split()[3]) <= SMALL.processes + 2:
            return None
    return f"more than {SMALL.processes} processes, or too few to prove it"


def _capped(outcome: Outcome) -> str | None:
    if outcome.stopped is Stop.MEMORY:
        # A look now and then may be late; the kernel is not.
        most = outcome.memory or 0
        return f"{most} bytes of {outcome.memory_limit}" if most > 3 * outcome.memory_limit else None
    if outcome.stopped is None and "refused: " in outcome.log:
        return None
    return f"it was not stopped for its memory: {outcome.stopped}, status {outcome.status}, {outcome.memory} bytes"


def _log_is_short_and_plain(outcome: Outcome) -> str | None:
    # Each byte may be spelled out in up to four signs.
    if len(outcome.log) > 4 * SMALL.log_bytes + 100:
        return f"{len(outcome.log)} signs were kept"
    odd = {sign for sign in outcome.log if not sign.isprintable() and sign not in "\n\t"}
    return f"signs that no terminal may see: {odd}" if odd else None


def _all_refused(outcome: Outcome) -> str | None:
    taken = [name for name in LINKS if not isinstance(outcome.files.get(name), Refused)]
    if taken:
        return f"{', '.join(taken)} became a model"
    if not isinstance(outcome.files.get("large"), TooLarge):
        return "a file over its cap became a model"
    return None if outcome.files.get("honest") == MODEL else "the honest file beside them did not arrive"


def _whole_or_nothing(outcome: Outcome) -> str | None:
    content = outcome.files.get("model", MODEL)
    return None if content == MODEL else f"half of it was taken: {content!r}"


def _all(*readings: Reading) -> Reading:
    def read(outcome: Outcome) -> str | None:
        return next((sentence for reading in readings if (sentence := reading(outcome)) is not None), None)

    return read


def _deadline(name: str, rows: tuple[int, ...], proof: str, *readings: Reading, anywhere: bool = True) -> Probe:
    reads = _all(_stopped_in_time(DEADLINE), *readings)
    return Probe(name=name, rows=rows, proof=proof, status=None, seconds=DEADLINE, read=reads, anywhere=anywhere)


def _bomb(name: str, proof: str) -> Probe:
    return Probe(name=name, rows=(12,), proof=proof, status=None, limits=TIGHT, read=_capped)


def _attempts(name: str, *rows: int) -> Probe:
    return Probe(name=name, rows=rows)


def _twin(name: str, status: int = 0, read: Reading = no_attempt) -> Probe:
    return Probe(name=name, status=status, read=read, anywhere=True)


PROBES: tuple[Probe, ...] = (
    _deadline("sleeps", (1, 3), "sleeping"),
    _deadline("stops_itself", (1,), "stopping"),
    _deadline("hangs_after_saving", (2,), "saved, hanging", _keeps_its_model),
    Probe(
        name="leaves_a_daemon_on_the_pipe",
        rows=(3, 4),
        proof="daemon alive",
        read=_all(_ends_alone, _keeps_its_model),
        anywhere=True,
    ),
    _deadline("ignores_signals_and_spins", (5,), "spinning"),
    _deadline("bombs_with_forks", (6,), "no more than", _few_processes, anywhere=False),
    _deadline("patches_the_clock", (7,), "patched, it is 0.0"),
    _attempts("sets_the_clock", 8),
    _deadline("works_after_the_end", (9,), "training after the end"),
    Probe(name="leaves_things_for_the_next_run", rows=(10,), times=2),
    _bomb("takes_memory_by_heap", "allocating"),
    _bomb("takes_memory_by_children", "forking"),
    _bomb("takes_memory_by_files", "writing"),
    _bomb("takes_memory_by_dev_shm", "writing"),
    _bomb("takes_memory_by_files_without_a_name", "writing"),
    _bomb("takes_memory_by_sharing", "sharing"),
    _bomb("takes_memory_by_segments", "filling"),
    _bomb("takes_memory_by_sockets", "sending"),
    Probe(name="prints_a_gigabyte", rows=(13, 21), read=_log_is_short_and_plain, anywhere=True),
    _attempts("fills_its_folders", 14),
    # What it reads of others must not fall into the gap of a log.
    Probe(name="reads_the_runner", rows=(15,), limits=replace(SMALL, log_bytes=2**24)),
    _attempts("reaches_the_host", 16),
    _attempts("opens_a_foreign_socket", 16),
    _attempts("overwrites_what_it_reads", 17),
    _attempts("changes_the_kernels_settings", 17),
    _attempts("asks_for_forbidden_calls", 18),
    _attempts("looks_into_its_neighbours", 18),
    _deadline("kills_its_guard", (18,), "still here, hanging", _keeps_its_model, anywhere=False),
    _attempts("makes_namespaces", 18),
    _attempts("gains_rights", 18),
    _attempts("types_into_a_terminal", 18),
    _attempts("guesses_descriptors", 19),
    _attempts("writes_the_runners_files", 20),
    Probe(
        name="shadows_modules",
        rows=(22,),
        beside=(*(f"{name}.py" for name in MODULES), "x.pth"),
        anywhere=True,
    ),
    Probe(
        name="hands_in_no_file",
        rows=(23, 24, 25, 26),
        wanted=dict.fromkeys((*LINKS, "large", "honest"), 2**16),
        read=_all_refused,
        anywhere=True,
    ),
    _deadline("rewrites_the_model_while_it_is_read", (25,), "rewriting", _whole_or_nothing),
    _twin("trains"),
    _twin("uses_many_processes"),
    _twin("uses_an_ordinary_machine"),
    _twin("ends_by_its_own_rules", status=3, read=_keeps_its_model),
)
