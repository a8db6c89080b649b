/* test-verify.c: verify names what is wrong, and finds nothing where nothing is; upgrades from older versions */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include "store/revisions/known-packs.h"
#include "store/schema/migrate.h"
#include "store/schema/schema.h"

/* ---- verify ---- */

static void
fill (Fixture *fixture)
{
  fixture_add_video (fixture, "clip.mp4", 2, 200, 150);
  gint64 frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 150, 100 }, 1);
  fixture_stroke (fixture->project, frame, (LwRect) { 10, 10, 50, 50 }, 2);
  lw_project_act (fixture->project, &frame, 1, LW_ACTION_ACCEPT, NULL, NULL);
  g_autofree char *file = g_build_filename (fixture->root, "weights", NULL);
  g_file_set_contents (file, "weights", -1, NULL);
  lw_project_add_model (fixture->project, &(LwModel) { .name = (char *) "starter", .classes = (char *) "[\"a\"]" }, file, NULL);
}

static GPtrArray *
verify (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    g_test_message ("%s", (char *) problems->pdata[i]);
  return problems;
}

static void
test_sound (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fill (fixture);
  g_autoptr(GPtrArray) problems = verify (fixture);
  g_assert_cmpuint (problems->len, ==, 0);
}

/* Each tampering is named by one problem that says @expected. */
static void
test_tampered (void)
{
  static const struct { const char *sql, *expected; } cases[] = {
    { "DROP TRIGGER audit_UPDATE_refused; UPDATE audit SET actor = 'somebody else' WHERE seq = 2", "row 2 was changed" },
    { "DROP TRIGGER audit_DELETE_refused; DELETE FROM audit WHERE seq = 2", "row 3 was changed" },
    { "DROP TRIGGER audit_DELETE_refused; DELETE FROM audit WHERE seq = (SELECT max (seq) FROM audit)", "it ends at row" },
    { "DROP TRIGGER audit_DELETE_refused; DELETE FROM audit", "it ends at row 0" },
    { "DROP TRIGGER tile_UPDATE_refused; UPDATE tile SET data = (SELECT data FROM tile AS other WHERE other.id = 2) WHERE id = 1", "Tile 1" },
    { "DELETE FROM working_tile WHERE plane = 1", "not what its strokes have made" },
    { "DELETE FROM working_tile WHERE plane = 0 AND ty = 0 AND tx = 0", "numbers of pixels" },
    { "UPDATE frame_class SET pixels = pixels + 1", "numbers of pixels" },
    { "DROP TRIGGER stroke_DELETE_refused; DELETE FROM stroke WHERE seq = 2", "1 strokes are there instead of 2" },
    { "PRAGMA foreign_keys = OFF; DROP TRIGGER revision_tile_UPDATE_refused; UPDATE revision_tile SET tile = 4711 WHERE tile = 1", "refers to a row" },
    { "DROP TRIGGER revision_tile_UPDATE_refused; UPDATE revision_tile SET tile = 3 - tile WHERE tile IN (1, 2)", "not those that it was made of" },
    { "DROP TRIGGER revision_tile_UPDATE_refused; UPDATE revision_tile SET ty = ty + 1 WHERE tile = 1", "not those of their hash" },
    { "DROP TRIGGER tile_UPDATE_refused; UPDATE tile SET data = x'50ff' WHERE id = 1", "Tile 1" },
    { "DROP TRIGGER tile_UPDATE_refused; UPDATE tile SET sha256 = zeroblob (32) WHERE id = 2", "Tile 2" },
    { "DROP TRIGGER revision_UPDATE_refused; UPDATE revision SET hash = NULL", "no hash" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Fixture) fixture = fixture_new ();
      fill (fixture);
      lw_project_close (fixture->project, NULL);
      fixture_sql (fixture->folder, cases[i].sql);
      fixture_reopen (fixture);
      g_autoptr(GPtrArray) problems = verify (fixture);
      gboolean found = FALSE;
      for (guint p = 0; p < problems->len; p++)
        found |= strstr (problems->pdata[p], cases[i].expected) != NULL;
      g_assert_true (found);
    }
}

/* ---- revisions that build on one another ---- */

#define N_REVISIONS 20      /* the 1st and the 17th are whole */

static void
fill_chain (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 2, 200, 150);
  gint64 frame = fixture_frame (fixture->project, 0), other = fixture_frame (fixture->project, 1);
  for (int i = 0; i < N_REVISIONS; i++)
    {
      fixture_stroke (fixture->project, frame, (LwRect) { 100, i * 5, 60, 20 }, (guint8) (i % 5));      /* over two tiles: a pack */
      g_assert_cmpint (lw_project_add_revision (fixture->project, frame, LW_REVISION_MANUAL, NULL, &error), >, 0);
    }
  fixture_stroke (fixture->project, other, (LwRect) { 100, 0, 60, 20 }, 0);      /* the same packs as in the first revision */
  g_assert_cmpint (lw_project_add_revision (fixture->project, other, LW_REVISION_MANUAL, NULL, &error), >, 0);
  g_assert_no_error (error);
}

static guint
count_told (GPtrArray *problems, const char *what)
{
  guint n = 0;
  for (guint i = 0; i < problems->len; i++)
    n += strstr (problems->pdata[i], what) != NULL;
  return n;
}

/* What is wrong with one revision is told of each that builds on it, and of no other. */
static void
test_chain (void)
{
#define PACK_OF(revision) "(SELECT tile FROM revision_tile WHERE revision = " revision " AND plane = 0)"
  static const struct { const char *sql; guint n; const char *expected; } cases[] = {
    { "SELECT 1", 0, "" },
    { "DROP TRIGGER revision_UPDATE_refused; UPDATE revision SET hash = zeroblob (32) WHERE id = 5", 1, "not those that it was made of" },
    { "DROP TRIGGER revision_tile_DELETE_refused; DELETE FROM revision_tile WHERE revision = 5", 12, "not all there" },
    { "DROP TRIGGER tile_UPDATE_refused; UPDATE tile SET data = (SELECT data FROM tile AS other WHERE other.id = " PACK_OF ("6") ") WHERE id = " PACK_OF ("5"), 12,
      "not those of their hash" },
    { "DROP TRIGGER tile_UPDATE_refused; UPDATE tile SET data = x'50ff' WHERE id = " PACK_OF ("1"), 17, "not those of their hash" },      /* 16 and the other frame's */
    { "DROP TRIGGER revision_tile_UPDATE_refused; UPDATE revision_tile SET tile = " PACK_OF ("17") " WHERE plane = 0 AND revision = 18", 1, "not those that it was made of" },
    { "DROP TRIGGER revision_UPDATE_refused; UPDATE revision SET parent = 18 WHERE id = 18", 3, "without the ones that it builds on" },
    { "DROP TRIGGER revision_UPDATE_refused; UPDATE revision SET depth = 1 WHERE id = 17", 4, "without the ones that it builds on" },
    { "DROP TRIGGER revision_UPDATE_refused; UPDATE revision SET parent = 4, depth = 1 WHERE id = 21", 1, "without the ones that it builds on" },
  };
#undef PACK_OF
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(Fixture) fixture = fixture_new ();
      fill_chain (fixture);
      lw_project_close (fixture->project, NULL);
      fixture_sql (fixture->folder, cases[i].sql);
      fixture_reopen (fixture);
      g_autoptr(GPtrArray) problems = verify (fixture);
      g_assert_cmpuint (count_told (problems, "Revision "), ==, cases[i].n);
      g_assert_cmpuint (i > 0 ? count_told (problems, cases[i].expected) : problems->len, ==, cases[i].n);
      g_assert_cmpuint (count_told (problems, "does not have the contents of its hash"), ==, strstr (cases[i].sql, "UPDATE tile ") != NULL ? 1 : 0);
    }
}

/* Bounded: of two packs for one place the newer one is kept, and both were seen. */
static void
test_known_packs (void)
{
  const guint8 hash[LW_TILE_HASH_BYTES] = { 1 }, other[LW_TILE_HASH_BYTES] = { 2 };
  g_autoptr(LwKnownPacks) known = lw_known_packs_new ();
  g_autoptr(LwTileRow) row = lw_tile_row_new (), got = lw_tile_row_new ();
  row->n = 2;
  row->places[1] = (LwPackPlace) { 3, 4 };
  row->hashes[1][31] = 7;
  g_assert_false (lw_known_packs_saw (known, 1));
  g_assert_false (lw_known_packs_get (known, 1, hash, got));
  lw_known_packs_add (known, 1, hash, row);
  g_assert_false (lw_known_packs_get (known, 1, other, got));
  g_assert_true (lw_known_packs_get (known, 1, hash, got));
  g_assert_true (got->is_pack && got->n == 2 && got->places[1].tx == 4 && got->hashes[1][31] == 7);
  for (gint64 id = 2; id <= 100000; id++)
    lw_known_packs_add (known, id, hash, row);
  g_assert_false (lw_known_packs_get (known, 1, hash, got));
  g_assert_true (lw_known_packs_get (known, 100000, hash, got));
  g_assert_true (lw_known_packs_saw (known, 1));
  g_assert_false (lw_known_packs_saw (known, 100001));
}

static void
test_files (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fill (fixture);
  g_autoptr(LwModel) model = lw_project_find_model (fixture->project, "starter", NULL);
  g_autofree char *clip = g_build_filename (fixture->root, "clip.mp4", NULL);
  g_file_set_contents (model->path, "Weights", -1, NULL);
  g_file_set_contents (clip, "clip.mp5", -1, NULL);
  g_autoptr(GPtrArray) changed = verify (fixture);
  g_assert_cmpuint (changed->len, ==, 2);
  g_assert_nonnull (strstr (changed->pdata[0], "clip.mp4"));
  g_assert_nonnull (strstr (changed->pdata[1], "starter"));
  g_unlink (model->path);
  g_unlink (clip);
  g_autoptr(GPtrArray) gone = verify (fixture);
  g_assert_cmpuint (gone->len, ==, 2);
  g_assert_nonnull (strstr (gone->pdata[0], "relink"));
}

static void
test_cancelled (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  fill (fixture);
  g_cancellable_cancel (cancellable);
  g_assert_null (lw_project_verify (fixture->project, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct { GThread *thread; double last; guint n; GCancellable *cancel; } Heard;

static void
on_progress (double fraction, gpointer data)
{
  Heard *heard = data;
  g_assert_true (g_thread_self () == heard->thread);
  g_assert_cmpfloat (fraction, >=, heard->last);
  heard->last = fraction;
  heard->n++;
  if (heard->cancel != NULL && fraction > 0.2)      /* told at the end of the first part at the latest */
    g_cancellable_cancel (heard->cancel);
}

/* Several threads: what they find comes in order, progress in the thread that asked, and all of them can be cancelled in the middle. */
static void
test_many (void)
{
  enum { N = 40 };
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  Heard heard = { .thread = g_thread_self () }, cut = { .thread = g_thread_self (), .cancel = cancellable };
  fixture_add_video (fixture, "clip.mp4", N, 200, 150);
  for (guint i = 0; i < N; i++)
    fixture_stroke (fixture->project, fixture_frame (fixture->project, i), (LwRect) { (int) i, 0, 150, 100 }, (guint8) (i % 5));
  lw_project_close (fixture->project, NULL);
  fixture_sql (fixture->folder, "UPDATE frame_class SET pixels = pixels + 1");
  fixture_reopen (fixture);
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, on_progress, &heard, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, N);
  for (guint i = 0; i < N; i++)
    {
      g_autofree char *name = g_strdup_printf ("clip_%06u", i);
      g_assert_nonnull (strstr (problems->pdata[i], name));
    }
  g_assert_cmpfloat (heard.last, ==, 1);
  g_assert_cmpuint (heard.n, >, 3);
  g_assert_null (lw_project_verify (fixture->project, on_progress, &cut, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_log (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fill (fixture);
  g_autoptr(GPtrArray) all = lw_project_list_audit (fixture->project, 0, &error), last = lw_project_list_audit (fixture->project, 2, &error);
  g_assert_no_error (error);
  static const char *const actions[] = { "create", "add-media", "accept", "add-model" }, *const objects[] = { "project", "clip", "clip_000000", "starter" };
  g_assert_cmpuint (all->len, ==, G_N_ELEMENTS (actions));
  for (guint i = 0; i < all->len; i++)
    {
      const LwAuditEntry *entry = all->pdata[i];
      g_assert_cmpstr (entry->action, ==, actions[i]);
      g_assert_cmpstr (entry->object, ==, objects[i]);
      g_assert_cmpstr (entry->actor, ==, g_get_user_name ());
      g_assert_cmpint (entry->seq, ==, i + 1);
    }
  g_assert_cmpuint (last->len, ==, 2);
  g_assert_cmpstr (((LwAuditEntry *) last->pdata[0])->action, ==, "accept");
}

/* A copy of the folder writes an audit chain of its own; both verify, and so would their union. */
static void
test_copied_project (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fill (fixture);
  lw_project_close (fixture->project, NULL);
  g_autofree char *copy = g_build_filename (fixture->root, "copy", NULL), *contents = NULL;
  g_autofree char *from = g_build_filename (fixture->folder, "project.sqlite", NULL), *to = g_build_filename (copy, "project.sqlite", NULL);
  gsize length;
  g_mkdir (copy, 0777);
  g_file_get_contents (from, &contents, &length, NULL);
  g_file_set_contents (to, contents, (gssize) length, NULL);
  g_autoptr(LwProject) project = lw_project_open (copy, &error);
  g_assert_no_error (error);
  gint64 frame = fixture_frame (project, 0);
  g_assert_true (lw_project_act (project, &frame, 1, LW_ACTION_RETURN, NULL, &error));
  lw_project_close (project, NULL);
  fixture_sql (copy, "INSERT INTO setting SELECT 'n', count (DISTINCT copy) FROM audit");
  g_autoptr(LwProject) again = lw_project_open (copy, &error);
  g_autofree char *n = lw_project_get_setting (again, "n");
  g_assert_cmpstr (n, ==, "2");
  g_autoptr(GPtrArray) problems = lw_project_verify (again, NULL, NULL, NULL, &error);
  for (guint i = 0; i < problems->len; i++)
    g_assert_null (strstr (problems->pdata[i], "Audit"));
}

/* ---- upgrades ---- */

static const LwSchemaStep old_steps[] = { { "CREATE TABLE meta (key TEXT, value TEXT); CREATE TABLE thing (a INTEGER); INSERT INTO thing VALUES (5)" } };

static gboolean
double_all (LwDb *db, GError **error)
{
  return lw_db_exec (db, "UPDATE thing SET b = a * 2", error);
}

static const LwSchemaStep new_steps[] = {
  { "this step was done long ago" },
  { "ALTER TABLE thing ADD COLUMN b INTEGER", double_all, "CREATE TRIGGER fixed BEFORE UPDATE ON thing BEGIN SELECT RAISE (ABORT, 'fixed'); END" },
  { "CREATE TABLE other (c INTEGER); INSERT INTO other SELECT b FROM thing" },
};
static const LwSchemaStep broken_steps[] = {
  { "-" }, { "ALTER TABLE thing ADD COLUMN b INTEGER" }, { "CREATE TABLE other (c INTEGER); INSERT INTO nothing VALUES (1)" },
};

static LwDb *
make_old (const char *root)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename (root, "old.sqlite", NULL);
  LwDb *db = lw_db_open (path, LW_DB_CREATE, &error);
  g_assert_no_error (error);
  g_assert_true (lw_db_exec (db, "PRAGMA application_id = 0x4c775072", &error));
  g_assert_true (lw_migrate (db, old_steps, 1, NULL, &error));
  return db;
}

static gint64
get (LwDb *db, const char *sql)
{
  gint64 value = -1;
  lw_db_get (db, &value, NULL, sql, "");
  return value;
}

static char *
find_backup (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name = dir != NULL ? g_dir_read_name (dir) : NULL;
  return name != NULL ? g_build_filename (folder, name, NULL) : NULL;
}

static void
test_migrate (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *root = fixture_temporary_folder (), *backups = g_build_filename (root, "backups", NULL);
  g_autoptr(LwDb) db = make_old (root);
  LwVersion version;
  g_assert_true (lw_migrate_check (db, 3, &version, &error));
  g_assert_cmpint (version, ==, LW_VERSION_OLDER);
  g_assert_true (lw_migrate (db, new_steps, 3, backups, &error));
  g_assert_no_error (error);
  g_assert_cmpint (get (db, "PRAGMA user_version"), ==, 3);
  g_assert_cmpint (get (db, "SELECT c FROM other"), ==, 10);
  g_assert_true (lw_migrate_check (db, 3, &version, &error));
  g_assert_cmpint (version, ==, LW_VERSION_SAME);

  g_autofree char *backup = find_backup (backups);
  g_autoptr(LwDb) before = lw_db_open (backup, LW_DB_READ, &error);
  g_assert_no_error (error);
  g_assert_cmpint (get (before, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (get (before, "SELECT a FROM thing"), ==, 5);

  g_assert_false (lw_migrate_check (db, 2, &version, &error));      /* it does not say who may read it: only its own version */
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NEWER);
  fixture_remove_tree (root);
}

static void
test_migrate_fails (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *root = fixture_temporary_folder (), *backups = g_build_filename (root, "backups", NULL);
  g_autoptr(LwDb) db = make_old (root);
  g_assert_false (lw_migrate (db, broken_steps, 3, backups, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (get (db, "PRAGMA user_version"), ==, 2);      /* the good step stays, the broken one left nothing */
  g_assert_cmpint (get (db, "SELECT count (*) FROM sqlite_schema WHERE name = 'other'"), ==, 0);
  g_clear_error (&error);

  /* no backup, no upgrade */
  g_autofree char *blocked = g_build_filename (root, "old.sqlite", "backups", NULL);
  g_assert_false (lw_migrate (db, new_steps, 3, blocked, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO);
  g_assert_cmpint (get (db, "PRAGMA user_version"), ==, 2);
  fixture_remove_tree (root);
}

static void
test_min_reader (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *root = fixture_temporary_folder ();
  g_autoptr(LwDb) db = make_old (root);
  LwVersion version;
  lw_db_exec (db, "PRAGMA user_version = 9; INSERT INTO meta VALUES ('min_reader', '4')", NULL);
  g_assert_true (lw_migrate_check (db, 4, &version, &error));
  g_assert_cmpint (version, ==, LW_VERSION_NEWER_READABLE);
  g_assert_false (lw_migrate_check (db, 3, &version, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NEWER);
  fixture_remove_tree (root);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/verify/sound", test_sound);
  g_test_add_func ("/verify/tampered", test_tampered);
  g_test_add_func ("/verify/chain", test_chain);
  g_test_add_func ("/verify/known-packs", test_known_packs);
  g_test_add_func ("/verify/files", test_files);
  g_test_add_func ("/verify/cancelled", test_cancelled);
  g_test_add_func ("/verify/many", test_many);
  g_test_add_func ("/verify/log", test_log);
  g_test_add_func ("/verify/copied-project", test_copied_project);
  g_test_add_func ("/migrate/steps", test_migrate);
  g_test_add_func ("/migrate/fails", test_migrate_fails);
  g_test_add_func ("/migrate/min-reader", test_min_reader);
  return g_test_run ();
}
