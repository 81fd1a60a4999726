"""The tables of the league's database, with what each column means: SQLite keeps the comments, and `.schema` prints them."""

from __future__ import annotations

from referee.ground.scores import SCORES

_SCORES = "\n".join(f"    {score.name} REAL, -- {score.sentence}" for score in SCORES.values())
_MEASURED = """\
    fit_loss REAL, -- on the rows that have to fit, which are the training rows unless the rules say otherwise
    fit_accuracy REAL, -- share of those rows, 0 to 1; null for regression
    fit_rows INTEGER,
    heldout_loss REAL, -- on rows that the entry never saw; never ranks
    heldout_accuracy REAL, -- 0 to 1; null for regression
    heldout_rows INTEGER,"""

TABLES = f"""\
CREATE TABLE competitions ( -- under the rules that stand now
    name TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    version INTEGER NOT NULL,
    rules_sha256 TEXT NOT NULL, -- of all that a result depends on
    score TEXT NOT NULL, -- name of what ranks; lower is better
    score_sentence TEXT NOT NULL,
    fit TEXT NOT NULL, -- name of the loss
    fit_bound TEXT NOT NULL, -- at_most or at_least
    fit_threshold REAL NOT NULL, -- on whose side a model qualifies
    architecture TEXT NOT NULL, -- fixed, homogeneous or free
    draw TEXT NOT NULL, -- fresh: every round has rows of its own; fixed: always the same
    rounds INTEGER, -- null where the time class says how many
    aggregate TEXT NOT NULL, -- what makes one score of those of the rounds
    par REAL, -- a score with a proof or a strong reference
    par_kind TEXT, -- proof or reference
    par_source TEXT
);
CREATE TABLE boards ( -- one class under one set of rules; ranks never cross boards
    id INTEGER PRIMARY KEY,
    competition TEXT NOT NULL REFERENCES competitions,
    class TEXT NOT NULL, -- hardware and time, for example laptop-ss
    version INTEGER NOT NULL,
    rules_sha256 TEXT NOT NULL,
    score TEXT NOT NULL, -- name of what ranks here
    frozen INTEGER NOT NULL -- 1 under earlier rules
);
CREATE TABLE entries ( -- as they are now
    id INTEGER PRIMARY KEY,
    competition TEXT NOT NULL REFERENCES competitions,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    hyperparameters TEXT NOT NULL, -- where they come from, says the entry
    tuning_compute TEXT NOT NULL -- what finding them cost, says the entry
);
CREATE TABLE players ( -- ranked across competitions
    handle TEXT PRIMARY KEY COLLATE NOCASE,
    place INTEGER NOT NULL,
    points REAL NOT NULL
);
CREATE TABLE authors (
    entry INTEGER NOT NULL REFERENCES entries,
    position INTEGER NOT NULL, -- from 1
    handle TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (entry, position)
) WITHOUT ROWID;
CREATE TABLE techniques (
    entry INTEGER NOT NULL REFERENCES entries,
    position INTEGER NOT NULL, -- from 1
    technique TEXT NOT NULL,
    PRIMARY KEY (entry, position)
) WITHOUT ROWID;
CREATE TABLE machines (
    id INTEGER PRIMARY KEY,
    cpu TEXT NOT NULL,
    cores INTEGER NOT NULL, -- that the process may use
    memory_gib REAL NOT NULL,
    gpus TEXT NOT NULL, -- JSON: names and drivers
    os TEXT NOT NULL,
    python TEXT NOT NULL,
    libraries TEXT NOT NULL, -- JSON: name -> version
    governor TEXT, -- of the processor's frequency
    container TEXT -- what the referee itself ran in
);
CREATE TABLE results ( -- an entry on a board
    id INTEGER PRIMARY KEY,
    board INTEGER NOT NULL REFERENCES boards,
    entry INTEGER NOT NULL REFERENCES entries,
    machine INTEGER NOT NULL REFERENCES machines,
    rank INTEGER, -- equal scores share it; null for what did not qualify
    score REAL, -- what ranks, aggregated over the rounds; null unless qualified
    gap REAL, -- score over the record's
    within_noise INTEGER NOT NULL, -- 1: its rounds overlap with those of an entry one rank above
    led INTEGER NOT NULL, -- 1: stood alone at the head of its board when it was recorded
    verdict TEXT NOT NULL,
    reason TEXT, -- of the verdict
    seconds REAL NOT NULL, -- wall clock, longest of the rounds
    joules REAL, -- measured, most of the rounds; null where one was not measured
    joules_at_most REAL NOT NULL, -- the hardware's maximum power x seconds
    memory_gib REAL, -- most of the rounds
{_MEASURED}
{_SCORES}
    own REAL, -- the competition's own score, where that ranks
    attempt INTEGER NOT NULL, -- how often the entry was recorded in this class
    recorded_at TEXT NOT NULL, -- UTC, ISO 8601
    referee TEXT NOT NULL, -- version
    sandbox TEXT NOT NULL,
    tree TEXT NOT NULL, -- Git's id of the entry's folder that was judged, without its results
    repository TEXT, -- owner/name; this and the next four are null where a host ran the referee by hand
    pull_request INTEGER,
    "commit" TEXT, -- that was judged
    base TEXT, -- the commit whose rules and referee judged it
    run INTEGER -- of the workflow
);
CREATE TABLE rounds ( -- one sandboxed training on one draw of the data, judged
    id INTEGER PRIMARY KEY,
    result INTEGER NOT NULL REFERENCES results,
    number INTEGER NOT NULL, -- from 1
    verdict TEXT NOT NULL,
    reason TEXT,
    draw_seed INTEGER NOT NULL, -- with it the host's data.py draws the same rows
    train_seed INTEGER NOT NULL, -- that the entry was given
    draw_sha256 TEXT NOT NULL, -- of the rows
    seconds REAL NOT NULL, -- wall clock
    joules REAL, -- null where the machine has no meter
    joules_at_most REAL NOT NULL,
    memory_gib REAL,
{_MEASURED}
{_SCORES}
    own REAL,
    label_bytes REAL, -- what the training labels take by themselves
    artifact_sha256 TEXT,
    artifact_bytes INTEGER
);
CREATE TABLE curves ( -- loss curves of the entries at the head of a board; the entries reported them, and nobody judged them
    round INTEGER NOT NULL REFERENCES rounds,
    position INTEGER NOT NULL, -- from 1
    step INTEGER NOT NULL,
    seconds REAL NOT NULL,
    loss REAL NOT NULL,
    PRIMARY KEY (round, position)
) WITHOUT ROWID;
CREATE TABLE calibrations ( -- how fast the machine was before the first round and after each
    result INTEGER NOT NULL REFERENCES results,
    position INTEGER NOT NULL, -- from 1
    matmul_gflops REAL NOT NULL, -- float32, all cores
    copy_gbps REAL NOT NULL, -- one thread, read and written bytes both counted
    loop_mops REAL NOT NULL, -- turns of an interpreted loop on one core
    PRIMARY KEY (result, position)
) WITHOUT ROWID;
CREATE VIEW leaderboard AS -- what the boards that stand now show
SELECT
    boards.competition, boards.class, results.rank, entries.name AS entry, entries.title,
    (SELECT group_concat(handle, ' ') FROM (SELECT handle FROM authors WHERE entry = entries.id ORDER BY position)) AS authors,
    boards.score AS ranked_by, results.score, results.gap, results.verdict, results.seconds, results.joules,
    results.joules_at_most, results.memory_gib, results.fit_loss, results.heldout_loss, results.heldout_accuracy,
    results.attempt, results.recorded_at
FROM results JOIN boards ON boards.id = results.board JOIN entries ON entries.id = results.entry
WHERE NOT boards.frozen
ORDER BY boards.id, results.rank IS NULL, results.id;
"""
