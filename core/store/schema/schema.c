/* schema.c: the tables of a project (docs/project-format.md tells what each is for) */
#include "config.h"
#include "store/schema/schema.h"

#include "store/schema/upgrade.h"

#define STATE \
  "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;" \
  "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;" \
  /* 'all' counts every change; the others hold its value when theirs last changed: what other processes watch */ \
  "CREATE TABLE topic (name TEXT PRIMARY KEY, change INTEGER NOT NULL) STRICT, WITHOUT ROWID;" \
  "INSERT INTO topic VALUES ('all', 0), ('frames', 0), ('classes', 0), ('models', 0), ('jobs', 0);" \
  "CREATE TABLE copy (uuid TEXT PRIMARY KEY CHECK (length (uuid) = 36), machine TEXT NOT NULL, inode INTEGER NOT NULL," \
  "  created INTEGER NOT NULL, last_seq INTEGER NOT NULL, last_hash BLOB NOT NULL, UNIQUE (machine, inode)) STRICT, WITHOUT ROWID;" \
  "CREATE TABLE audit (copy TEXT NOT NULL REFERENCES copy, seq INTEGER NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL," \
  "  action TEXT NOT NULL, object TEXT NOT NULL, details TEXT NOT NULL, prev BLOB NOT NULL CHECK (length (prev) = 32)," \
  "  hash BLOB NOT NULL CHECK (length (hash) = 32), PRIMARY KEY (copy, seq)) STRICT, WITHOUT ROWID;" \
  /* AUTOINCREMENT: the id is also the byte of operations.lock that its process holds, so it must not come back */ \
  "CREATE TABLE operation (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, started INTEGER NOT NULL) STRICT;"

#define WHAT_IS_LABELLED \
  "CREATE TABLE class (id INTEGER PRIMARY KEY CHECK (id BETWEEN 0 AND 254), name TEXT NOT NULL," \
  "  colour INTEGER NOT NULL CHECK (colour BETWEEN 0 AND 0xffffff), parent INTEGER REFERENCES class, ignored INTEGER NOT NULL," \
  "  shortcut TEXT, aliases TEXT, position INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT 0) STRICT;" \
  "CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id BETWEEN 0 AND 254), kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3)," \
  "  name TEXT NOT NULL, model INTEGER REFERENCES model) STRICT;" \
  "CREATE UNIQUE INDEX origin_by_name ON origin (kind, name, ifnull (model, 0));" \
  "CREATE TABLE media (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36), name TEXT NOT NULL UNIQUE," \
  "  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1), path TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL," \
  "  width INTEGER NOT NULL, height INTEGER NOT NULL, operation INTEGER REFERENCES operation) STRICT;" \
  "CREATE INDEX media_by_operation ON media (operation) WHERE operation IS NOT NULL;" \
  "CREATE TABLE media_index (media INTEGER NOT NULL REFERENCES media, part INTEGER NOT NULL, data BLOB NOT NULL," \
  "  PRIMARY KEY (media, part)) STRICT;" \
  "CREATE TABLE frame (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36)," \
  "  media INTEGER NOT NULL REFERENCES media, ordinal INTEGER NOT NULL, pts INTEGER, tb_num INTEGER NOT NULL, tb_den INTEGER NOT NULL," \
  "  packet_hash BLOB NOT NULL CHECK (length (packet_hash) = 16), name TEXT NOT NULL UNIQUE," \
  "  width INTEGER NOT NULL CHECK (width BETWEEN 1 AND 32768), height INTEGER NOT NULL CHECK (height BETWEEN 1 AND 32768)," \
  "  status INTEGER NOT NULL DEFAULT 0 CHECK (status BETWEEN 0 AND 4), assignee TEXT, seq INTEGER NOT NULL DEFAULT 0," \
  "  changed INTEGER NOT NULL DEFAULT 0, proposal INTEGER REFERENCES proposal, accepted INTEGER REFERENCES revision," \
  "  UNIQUE (media, ordinal)) STRICT;" \
  "CREATE INDEX frame_by_change ON frame (changed);" \
  "CREATE INDEX frame_by_proposal ON frame (proposal) WHERE proposal IS NOT NULL;"

#define STROKES \
  "CREATE TABLE working_tile (frame INTEGER NOT NULL REFERENCES frame, plane INTEGER NOT NULL, ty INTEGER NOT NULL, tx INTEGER NOT NULL," \
  "  data BLOB NOT NULL, PRIMARY KEY (frame, plane, ty, tx)) STRICT, WITHOUT ROWID;" \
  "CREATE TABLE frame_class (frame INTEGER NOT NULL REFERENCES frame, class INTEGER NOT NULL REFERENCES class," \
  "  pixels INTEGER NOT NULL CHECK (pixels >= 0), PRIMARY KEY (frame, class)) STRICT, WITHOUT ROWID;" \
  "CREATE INDEX frame_class_by_class ON frame_class (class) WHERE pixels > 0;" \
  "CREATE TABLE diff (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;" \
  "CREATE TABLE stroke (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36)," \
  "  frame INTEGER NOT NULL REFERENCES frame, seq INTEGER NOT NULL CHECK (seq > 0), author INTEGER NOT NULL REFERENCES origin," \
  "  actor TEXT NOT NULL, tool TEXT NOT NULL, created INTEGER NOT NULL, x INTEGER NOT NULL, y INTEGER NOT NULL, width INTEGER NOT NULL," \
  "  height INTEGER NOT NULL, undoes INTEGER REFERENCES stroke, proposal INTEGER REFERENCES proposal," \
  "  diff INTEGER NOT NULL REFERENCES diff, UNIQUE (frame, seq)) STRICT;" \
  "CREATE UNIQUE INDEX stroke_by_undoes ON stroke (undoes) WHERE undoes IS NOT NULL;" \
  "CREATE INDEX stroke_by_proposal ON stroke (proposal) WHERE proposal IS NOT NULL;"

#define REVISIONS \
  "CREATE TABLE tile (id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE CHECK (length (sha256) = 32), labels BLOB NOT NULL," \
  "  data BLOB NOT NULL) STRICT;" \
  "CREATE TABLE revision (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36)," \
  "  frame INTEGER NOT NULL REFERENCES frame, parent INTEGER REFERENCES revision, kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3)," \
  "  author TEXT NOT NULL, created INTEGER NOT NULL, message TEXT, seq INTEGER NOT NULL, depth INTEGER NOT NULL CHECK (depth BETWEEN 0 AND 15)" \
  ") STRICT;" \
  "CREATE INDEX revision_by_frame ON revision (frame, id);" \
  "CREATE TABLE revision_tile (revision INTEGER NOT NULL REFERENCES revision, plane INTEGER NOT NULL, ty INTEGER NOT NULL, tx INTEGER NOT NULL," \
  "  tile INTEGER NOT NULL REFERENCES tile, PRIMARY KEY (revision, plane, ty, tx)) STRICT, WITHOUT ROWID;" \
  "CREATE TABLE proposal (id INTEGER PRIMARY KEY, frame INTEGER NOT NULL REFERENCES frame, model INTEGER NOT NULL REFERENCES model," \
  "  created INTEGER NOT NULL, applied INTEGER NOT NULL DEFAULT 0, confidence BLOB) STRICT;" \
  "CREATE INDEX proposal_by_frame ON proposal (frame);" \
  "CREATE TABLE proposal_tile (proposal INTEGER NOT NULL REFERENCES proposal, ty INTEGER NOT NULL, tx INTEGER NOT NULL, data BLOB NOT NULL," \
  "  PRIMARY KEY (proposal, ty, tx)) STRICT, WITHOUT ROWID;"

#define LEARNING \
  "CREATE TABLE model (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36), name TEXT NOT NULL UNIQUE," \
  "  sha256 TEXT NOT NULL CHECK (length (sha256) = 64), architecture TEXT NOT NULL, classes TEXT NOT NULL, recipe TEXT, metrics TEXT," \
  "  card TEXT, seed INTEGER NOT NULL, parent INTEGER REFERENCES model, dataset INTEGER REFERENCES dataset," \
  "  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 2), created INTEGER NOT NULL) STRICT;" \
  "CREATE UNIQUE INDEX model_champion ON model (status) WHERE status = 1;" \
  "CREATE TABLE promotion (id INTEGER PRIMARY KEY, model INTEGER NOT NULL REFERENCES model, back INTEGER NOT NULL, at INTEGER NOT NULL," \
  "  actor TEXT NOT NULL, reason TEXT) STRICT;" \
  "CREATE TABLE dataset (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36), name TEXT NOT NULL UNIQUE," \
  "  created INTEGER NOT NULL, segment INTEGER NOT NULL, gap INTEGER NOT NULL, seed INTEGER NOT NULL, n_train INTEGER NOT NULL," \
  "  n_val INTEGER NOT NULL, operation INTEGER REFERENCES operation) STRICT;" \
  "CREATE INDEX dataset_by_operation ON dataset (operation) WHERE operation IS NOT NULL;" \
  "CREATE TABLE dataset_item (dataset INTEGER NOT NULL REFERENCES dataset, frame INTEGER NOT NULL REFERENCES frame," \
  "  revision INTEGER NOT NULL REFERENCES revision, split INTEGER NOT NULL CHECK (split BETWEEN 0 AND 2)," \
  "  PRIMARY KEY (dataset, frame)) STRICT, WITHOUT ROWID;" \
  "CREATE INDEX dataset_item_by_frame ON dataset_item (frame);" \
  "CREATE TABLE job (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36), kind TEXT NOT NULL," \
  "  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 3), dataset INTEGER REFERENCES dataset, base_model INTEGER REFERENCES model," \
  "  model INTEGER REFERENCES model, message TEXT, created INTEGER NOT NULL, finished INTEGER) STRICT;" \
  "CREATE TABLE evaluation (id INTEGER PRIMARY KEY, model INTEGER NOT NULL REFERENCES model, dataset INTEGER NOT NULL REFERENCES dataset," \
  "  metrics TEXT NOT NULL, created INTEGER NOT NULL) STRICT;" \
  "CREATE INDEX evaluation_by_model ON evaluation (model, dataset, id);"

/* What is written once stays as it is, whatever program holds the file. */
#define FIXED(table, event, condition) \
  "CREATE TRIGGER " table "_" event "_refused BEFORE " event " ON " table " " condition \
  " BEGIN SELECT RAISE (ABORT, '" table " rows never change'); END;"
#define APPEND_ONLY(table) FIXED (table, "UPDATE", "") FIXED (table, "DELETE", "")

#define GUARDS \
  APPEND_ONLY ("audit") APPEND_ONLY ("stroke") APPEND_ONLY ("diff") APPEND_ONLY ("revision") APPEND_ONLY ("revision_tile") \
  APPEND_ONLY ("promotion") APPEND_ONLY ("evaluation") FIXED ("tile", "UPDATE", "") \
  FIXED ("dataset", "UPDATE", "WHEN OLD.operation IS NULL") FIXED ("dataset", "DELETE", "WHEN OLD.operation IS NULL") \
  FIXED ("dataset_item", "INSERT", "WHEN (SELECT operation FROM dataset WHERE id = NEW.dataset) IS NULL") \
  FIXED ("dataset_item", "UPDATE", "") \
  FIXED ("dataset_item", "DELETE", "WHEN (SELECT operation FROM dataset WHERE id = OLD.dataset) IS NULL")

/* Version 2: what steps.h tells, and the status that a frame had before a stroke. */
#define STEPS \
  "CREATE TABLE step (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2), action TEXT NOT NULL, actor TEXT NOT NULL," \
  "  created INTEGER NOT NULL, turn INTEGER NOT NULL CHECK (turn BETWEEN 0 AND 2), undoes INTEGER REFERENCES step," \
  "  palette_before TEXT, palette_after TEXT, media INTEGER) STRICT;" \
  "CREATE UNIQUE INDEX step_by_undoes ON step (undoes) WHERE undoes IS NOT NULL;" \
  "CREATE INDEX step_by_actor ON step (actor, id);" \
  "CREATE TABLE step_frame (step INTEGER NOT NULL REFERENCES step, frame INTEGER NOT NULL REFERENCES frame," \
  "  status_before INTEGER NOT NULL CHECK (status_before BETWEEN 0 AND 4), accepted_before INTEGER REFERENCES revision," \
  "  status_after INTEGER NOT NULL CHECK (status_after BETWEEN 0 AND 4), accepted_after INTEGER REFERENCES revision," \
  "  seq INTEGER NOT NULL, PRIMARY KEY (step, frame)) STRICT, WITHOUT ROWID;" \
  "CREATE INDEX step_frame_by_frame ON step_frame (frame);" \
  "CREATE TABLE reopening (stroke INTEGER PRIMARY KEY REFERENCES stroke, status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4)) STRICT;" \
  APPEND_ONLY ("step") APPEND_ONLY ("step_frame") APPEND_ONLY ("reopening")

/* Version 3: snapshots; how many tiles a revision has, so that a lost one shows; pixels by origin; what a merge has taken from another copy. */
#define PAST \
  "CREATE TABLE snapshot (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36), name TEXT NOT NULL UNIQUE," \
  "  author TEXT NOT NULL, created INTEGER NOT NULL, message TEXT, operation INTEGER REFERENCES operation) STRICT;" \
  "CREATE INDEX snapshot_by_operation ON snapshot (operation) WHERE operation IS NOT NULL;" \
  "CREATE TABLE snapshot_item (snapshot INTEGER NOT NULL REFERENCES snapshot, frame INTEGER NOT NULL REFERENCES frame," \
  "  revision INTEGER NOT NULL REFERENCES revision, PRIMARY KEY (snapshot, frame)) STRICT, WITHOUT ROWID;" \
  "CREATE INDEX snapshot_item_by_frame ON snapshot_item (frame);" \
  "CREATE TABLE frame_origin (frame INTEGER NOT NULL REFERENCES frame, origin INTEGER NOT NULL REFERENCES origin," \
  "  pixels INTEGER NOT NULL CHECK (pixels >= 0), PRIMARY KEY (frame, origin)) STRICT, WITHOUT ROWID;" \
  "CREATE TABLE merged_head (frame INTEGER NOT NULL REFERENCES frame, stroke TEXT NOT NULL CHECK (length (stroke) = 36)," \
  "  PRIMARY KEY (frame, stroke)) STRICT, WITHOUT ROWID;" \
  "ALTER TABLE revision ADD COLUMN n_tiles INTEGER CHECK (n_tiles >= 0);" \
  "DROP TRIGGER revision_UPDATE_refused;" \
  "UPDATE revision SET n_tiles = (SELECT count (*) FROM revision_tile WHERE revision_tile.revision = revision.id);" \
  FIXED ("revision", "UPDATE", "") \
  /* restored labels are steps, too: kind 3. The rows go out and in again, because a CHECK can't be changed. */ \
  "PRAGMA defer_foreign_keys = ON;" \
  "CREATE TABLE step_kept AS SELECT * FROM step; DROP TABLE step;" \
  "CREATE TABLE step (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3), action TEXT NOT NULL, actor TEXT NOT NULL," \
  "  created INTEGER NOT NULL, turn INTEGER NOT NULL CHECK (turn BETWEEN 0 AND 2), undoes INTEGER REFERENCES step," \
  "  palette_before TEXT, palette_after TEXT, media INTEGER) STRICT;" \
  "INSERT INTO step SELECT * FROM step_kept ORDER BY id; DROP TABLE step_kept;" \
  "CREATE UNIQUE INDEX step_by_undoes ON step (undoes) WHERE undoes IS NOT NULL;" \
  "CREATE INDEX step_by_actor ON step (actor, id);" \
  APPEND_ONLY ("step") \
  FIXED ("snapshot", "UPDATE", "WHEN OLD.operation IS NULL") FIXED ("snapshot", "DELETE", "WHEN OLD.operation IS NULL") \
  FIXED ("snapshot_item", "INSERT", "WHEN (SELECT operation FROM snapshot WHERE id = NEW.snapshot) IS NULL") \
  FIXED ("snapshot_item", "UPDATE", "") \
  FIXED ("snapshot_item", "DELETE", "WHEN (SELECT operation FROM snapshot WHERE id = OLD.snapshot) IS NULL") \
  APPEND_ONLY ("merged_head")

/* Version 4: persons, whose names may change or go while their rows stay; a revision's hash over all its tiles; review: verdicts and comments; packages;
 * media that are out of sight. */
#define PERSONS \
  "CREATE TABLE person (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36), name TEXT NOT NULL, changed INTEGER NOT NULL) STRICT;" \
  "ALTER TABLE stroke ADD COLUMN person INTEGER REFERENCES person;"

#define HASHES \
  "ALTER TABLE revision ADD COLUMN hash BLOB CHECK (length (hash) = 32);" \
  "DROP TRIGGER revision_UPDATE_refused;"

#define REVIEW \
  "ALTER TABLE media ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed BETWEEN 0 AND 1);" \
  "ALTER TABLE step_frame ADD COLUMN seq_before INTEGER;" \
  "ALTER TABLE step_frame ADD COLUMN assignee_before TEXT;" \
  "ALTER TABLE step_frame ADD COLUMN assignee_after TEXT;" \
  "CREATE TABLE review (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36), frame INTEGER NOT NULL REFERENCES frame," \
  "  revision INTEGER NOT NULL REFERENCES revision, verdict INTEGER NOT NULL CHECK (verdict BETWEEN 0 AND 2), person TEXT NOT NULL," \
  "  at INTEGER NOT NULL, message TEXT) STRICT;" \
  "CREATE INDEX review_by_frame ON review (frame, id);" \
  "CREATE TABLE comment (id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE CHECK (length (uuid) = 36), frame INTEGER NOT NULL REFERENCES frame," \
  "  thread INTEGER REFERENCES comment, kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3), x INTEGER NOT NULL, y INTEGER NOT NULL," \
  "  author TEXT NOT NULL, created INTEGER NOT NULL, text TEXT NOT NULL CHECK (length (text) <= 10000)) STRICT;" \
  "CREATE INDEX comment_by_frame ON comment (frame, id);" \
  "CREATE INDEX comment_by_thread ON comment (thread) WHERE thread IS NOT NULL;" \
  "CREATE TABLE package (uuid TEXT PRIMARY KEY CHECK (length (uuid) = 36), person TEXT, actor TEXT NOT NULL, created INTEGER NOT NULL," \
  "  n_frames INTEGER NOT NULL, merged INTEGER) STRICT, WITHOUT ROWID;" \
  APPEND_ONLY ("review") APPEND_ONLY ("comment")

/* More kinds of steps will come: a CHECK can't be changed, so the rows go out and in again once more. */
#define MORE_STEPS \
  "PRAGMA defer_foreign_keys = ON;" \
  "CREATE TABLE step_kept AS SELECT * FROM step; DROP TABLE step;" \
  "CREATE TABLE step (id INTEGER PRIMARY KEY, kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 63), action TEXT NOT NULL, actor TEXT NOT NULL," \
  "  created INTEGER NOT NULL, turn INTEGER NOT NULL CHECK (turn BETWEEN 0 AND 2), undoes INTEGER REFERENCES step," \
  "  palette_before TEXT, palette_after TEXT, media INTEGER) STRICT;" \
  "INSERT INTO step SELECT * FROM step_kept ORDER BY id; DROP TABLE step_kept;" \
  "CREATE UNIQUE INDEX step_by_undoes ON step (undoes) WHERE undoes IS NOT NULL;" \
  "CREATE INDEX step_by_actor ON step (actor, id);" \
  APPEND_ONLY ("step")

/* Version 5: tiles and diffs are packed as borders. What is there stays as it is. */
#define BORDERS "UPDATE meta SET value = '5' WHERE key = 'min_reader';"

/* Version 6: neighbouring tiles of a revision are packed as one row. What is there stays as it is. */
#define PACKS "UPDATE meta SET value = '6' WHERE key = 'min_reader';"

const LwSchemaStep lw_schema_steps[] = {
  { STATE WHAT_IS_LABELLED STROKES REVISIONS LEARNING GUARDS },
  { STEPS },
  { PAST },
  { PERSONS HASHES REVIEW MORE_STEPS, lw_upgrade_to_4, FIXED ("revision", "UPDATE", "") },
  { BORDERS },
  { PACKS },
};

const int lw_schema_version = G_N_ELEMENTS (lw_schema_steps);
