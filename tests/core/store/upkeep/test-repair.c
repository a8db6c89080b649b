/* test-repair.c: files damaged in many ways: what can still be read becomes a sound project, and nothing in it is wrong */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include "store/database/database.h"
#include "store/database/page-sums.h"
#include "store/past.h"
#include "store/repair.h"

#define N_FRAMES 12
#define PAGE 4096

/* What every revision was, by its uuid: what comes back must be that. */
typedef struct {
  Fixture *fixture;
  GHashTable *revisions;       /* uuid → LwPlanes */
  GHashTable *frames;          /* name → LwPlanes, at the end */
  char *file, *bytes;          /* the closed project's file */
  gsize length;
} Rig;

static void
add_revision (Rig *rig, gint64 frame)
{
  g_autoptr(GError) error = NULL;
  gint64 id = lw_project_add_revision (rig->fixture->project, frame, LW_REVISION_MANUAL, "note", &error);
  g_assert_no_error (error);
  g_autoptr(GPtrArray) revisions = lw_project_list_revisions (rig->fixture->project, frame, &error);
  LwPlanes *planes = lw_project_load_revision (rig->fixture->project, id, &error);
  g_assert_no_error (error);
  g_hash_table_insert (rig->revisions, g_strdup (((LwRevision *) revisions->pdata[0])->uuid), planes);
}

static void
paint_all (Rig *rig, GRand *rand)
{
  LwProject *project = rig->fixture->project;
  for (guint i = 0; i < N_FRAMES; i++)
    {
      g_autoptr(GError) error = NULL;
      gint64 id = fixture_frame (project, i);
      g_autoptr(LwPlanes) planes = fixture_load (project, id, NULL);
      for (int n = 0; n < 12; n++)
        {
          g_autoptr(LwDiff) diff = fixture_paint_random (planes, rand, 5);
          lw_project_commit_stroke (project, id, &(LwStrokeInfo) { .tool = "brush", .base_seq = n }, diff, &error);
          g_assert_no_error (error);
          if (n % 5 == 4)
            add_revision (rig, id);
        }
      g_autoptr(LwFrame) frame = lw_project_get_frame (project, id, &error);
      g_hash_table_insert (rig->frames, g_strdup (frame->name), g_steal_pointer (&planes));
    }
}

static void
rig_clear (Rig *rig)
{
  g_clear_object (&rig->fixture->project);
  fixture_free (rig->fixture);
  g_hash_table_unref (rig->revisions);
  g_hash_table_unref (rig->frames);
  g_free (rig->file);
  g_free (rig->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rig, rig_clear)

static void
rig_init (Rig *rig, GRand *rand)
{
  g_autoptr(GError) error = NULL;
  *rig = (Rig) { .fixture = fixture_new () };
  rig->revisions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lw_planes_free);
  rig->frames = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lw_planes_free);
  rig->file = g_build_filename (rig->fixture->folder, "project.sqlite", NULL);
  fixture_add_video (rig->fixture, "clip.mp4", N_FRAMES, 300, 260);
  g_autofree char *weights = g_build_filename (rig->fixture->root, "weights", NULL);
  g_file_set_contents (weights, "weights", -1, NULL);
  lw_project_add_model (rig->fixture->project, &(LwModel) { .name = (char *) "starter", .classes = (char *) "[\"a\"]" }, weights, &error);
  paint_all (rig, rand);
  gint64 first = fixture_frame (rig->fixture->project, 0);
  lw_project_act (rig->fixture->project, &first, 1, LW_ACTION_ACCEPT, NULL, &error);
  g_assert_cmpint (lw_project_add_snapshot (rig->fixture->project, "all", NULL, NULL, NULL, NULL, &error), >, 0);
  g_assert_true (lw_project_close (rig->fixture->project, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (rig->file, &rig->bytes, &rig->length, NULL));
}

/* ---- what came back ---- */

/* @wrong: revisions that came back, but not as they were */
typedef struct { guint revisions, frames, lost, wrong; } Came;

/* What was changed in the audit can't be made good: that verify goes on to name it is right. */
static void
assert_sound (LwProject *project)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    if (strstr (problems->pdata[i], "Medium") == NULL && strstr (problems->pdata[i], "Model") == NULL
        && strstr (problems->pdata[i], "Audit chain") == NULL)
      g_error ("%s", (char *) problems->pdata[i]);
}

static gboolean
same_planes (const LwPlanes *a, const LwPlanes *b)
{
  return lw_label_map_equal (a->plane[0], b->plane[0]) && lw_label_map_equal (a->plane[1], b->plane[1]);
}

static guint
check_revisions (Rig *rig, LwProject *project, guint *wrong)
{
  g_autoptr(GError) error = NULL;
  guint n = 0;
  g_autoptr(GPtrArray) revisions = lw_project_find_revisions (project, &(LwRevisionFilter) { .kind = -1 }, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < revisions->len; i++)
    {
      const LwRevision *revision = revisions->pdata[i];
      const LwPlanes *expected = g_hash_table_lookup (rig->revisions, revision->uuid);
      g_autoptr(LwPlanes) planes = lw_project_load_revision (project, revision->id, &error);
      g_assert_no_error (error);
      if (expected == NULL || planes->plane[0]->width != expected->plane[0]->width)
        continue;      /* of the snapshot, or of a frame whose size was lost */
      n += same_planes (planes, expected);
      *wrong += !same_planes (planes, expected);
    }
  return n;
}

/* Frames that are as they were at the very end. */
static guint
check_frames (Rig *rig, LwProject *project)
{
  g_autoptr(GError) error = NULL;
  guint n = 0;
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      const LwPlanes *expected = g_hash_table_lookup (rig->frames, frame->name);
      g_autoptr(LwPlanes) planes = fixture_load (project, frame->id, NULL);
      n += expected != NULL && same_planes (planes, expected);
    }
  return n;
}

static Came
repair (Rig *rig, const char *bytes, gsize length)
{
  g_autoptr(GError) error = NULL;
  g_auto(LwRepairReport) report = { 0 };
  g_autofree char *target = g_build_filename (rig->fixture->root, "repaired", NULL);
  g_assert_true (g_file_set_contents (rig->file, bytes, (gssize) length, NULL));
  lw_project_repair (rig->fixture->folder, target, &report, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *after = NULL;
  gsize after_length;
  g_assert_true (g_file_get_contents (rig->file, &after, &after_length, NULL));
  g_assert_true (after_length == length && memcmp (after, bytes, length) == 0);      /* the damaged one is as it was */
  g_autoptr(LwProject) project = lw_project_open (target, &error);
  g_assert_no_error (error);
  assert_sound (project);
  Came came = { .frames = check_frames (rig, project), .lost = report.lost->len };
  came.revisions = check_revisions (rig, project, &came.wrong);
  for (guint i = 0; i < report.lost->len; i++)
    g_test_message ("lost: %s", (char *) report.lost->pdata[i]);
  g_test_message ("%u revisions and %u frames came back, %u revisions wrongly", came.revisions, came.frames, came.wrong);
  g_assert_true (lw_project_close (project, &error));
  g_clear_object (&project);
  fixture_remove_tree (target);
  return came;
}

/* ---- damages ---- */

static void
test_sound (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  Came came = repair (&rig, rig.bytes, rig.length);
  g_assert_cmpuint (came.lost + came.wrong, ==, 0);
  g_assert_cmpuint (came.revisions, ==, g_hash_table_size (rig.revisions));
  g_assert_cmpuint (came.frames, ==, N_FRAMES);
}

/* Rows that only their table tells from others: two texts, three numbers. */
static void
test_shapeless (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (12);
  g_autoptr(GError) error = NULL;
  g_auto(LwRepairReport) report = { 0 };
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  fixture_sql (rig.fixture->folder, "INSERT INTO setting SELECT 'before', count (*) FROM snapshot_item");
  g_autofree char *target = g_build_filename (rig.fixture->root, "repaired", NULL);
  g_assert_true (lw_project_repair (rig.fixture->folder, target, &report, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  fixture_sql (target, "INSERT INTO setting SELECT 'after', count (*) FROM snapshot_item");
  g_autoptr(LwProject) project = lw_project_open (target, &error);
  g_assert_no_error (error);
  g_autofree char *before = lw_project_get_setting (project, "before"), *after = lw_project_get_setting (project, "after");
  g_assert_nonnull (before);
  g_assert_cmpstr (before, ==, after);
  g_assert_cmpstr (before, !=, "0");
}

/* Without its first page SQLite takes the file for no database at all. Every row is found by its shape. */
static void
test_no_header (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (8);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  memset (rig.bytes, 0, PAGE);
  Came came = repair (&rig, rig.bytes, rig.length);
  g_assert_cmpuint (came.revisions, ==, g_hash_table_size (rig.revisions));
  g_assert_cmpuint (came.frames, ==, N_FRAMES);
}

static void
test_zeroed_pages (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  guint pages = (guint) (rig.length / PAGE), all = g_hash_table_size (rig.revisions), revisions = 0;
  for (int round = 0; round < 8; round++)
    {
      g_autofree char *bytes = g_memdup2 (rig.bytes, rig.length);
      for (int i = 0; i < 3; i++)
        memset (bytes + (gsize) g_rand_int_range (rand, 1, (gint32) pages) * PAGE, round % 2 == 0 ? 0 : 0xa5, PAGE);
      Came came = repair (&rig, bytes, rig.length);
      g_assert_cmpuint (came.wrong, ==, 0);
      revisions += came.revisions;
    }
  g_assert_cmpuint (revisions, >, 8 * all / 4);      /* a page of “revision” itself costs most of a round, and is hit in one of fourteen: of eight rounds hardly ever in more than four */
}

/* A revision's hash is over its tiles and their places: none comes back with another tile. */
static void
test_flipped_bits (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  for (int round = 0; round < 8; round++)
    {
      g_autofree char *bytes = g_memdup2 (rig.bytes, rig.length);
      for (int i = 0; i < 20; i++)
        bytes[g_rand_int_range (rand, PAGE, (gint32) rig.length)] ^= (char) (1 << g_rand_int_range (rand, 0, 8));
      g_assert_cmpuint (repair (&rig, bytes, rig.length).wrong, ==, 0);
    }
}

typedef struct { char *table; guint page; } TablePage;

static void
table_page_free (gpointer data)
{
  g_free (((TablePage *) data)->table);
  g_free (data);
}

/* A page with rows of each table and of each index. */
static GPtrArray *
list_table_pages (const char *file, GRand *rand)
{
  GPtrArray *pages = g_ptr_array_new_with_free_func (table_page_free);
  sqlite3 *db;
  sqlite3_stmt *query;
  g_assert_cmpint (sqlite3_open_v2 (file, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, "SELECT name, pageno, min (abs (random () % 1000 + ?)) FROM dbstat WHERE ncell > 0 AND pageno > 1 GROUP BY name", -1, &query, NULL), ==, SQLITE_OK);
  sqlite3_bind_int (query, 1, g_rand_int_range (rand, 0, 1000));
  while (sqlite3_step (query) == SQLITE_ROW)
    {
      TablePage page = { g_strdup ((const char *) sqlite3_column_text (query, 0)), (guint) sqlite3_column_int (query, 1) };
      g_ptr_array_add (pages, g_memdup2 (&page, sizeof page));
    }
  sqlite3_finalize (query);
  sqlite3_close (db);
  return pages;
}

static void
assert_named (const char *file, const TablePage *page)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *name = g_strdup_printf ("page %u ", page->page);
  LwDb *db = lw_db_open (file, LW_DB_IMMUTABLE, &error);
  g_assert_no_error (error);
  g_assert_true (lw_page_sums_verify (db, problems, NULL, &error));
  lw_db_close (db);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_nonnull (strstr (problems->pdata[0], name));
}

/* One bit of each table and of each index: verify names the page, and repair brings back what was not on it. Indices cost nothing, and neither does what revisions don't need. */
static void
test_each_table (void)
{
  static const char *const needed[] = { "revision", "revision_tile", "tile", "frame", "stroke", "diff" };
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  guint all = g_hash_table_size (rig.revisions), n_tables = 0;
  g_autoptr(GPtrArray) pages = list_table_pages (rig.file, rand);
  for (guint i = 0; i < pages->len; i++)
    {
      const TablePage *page = pages->pdata[i];
      g_autofree char *bytes = g_memdup2 (rig.bytes, rig.length);
      gsize at = (gsize) (page->page - 1) * PAGE + (gsize) g_rand_int_range (rand, 0, PAGE);
      gboolean is_needed = FALSE;
      for (gsize k = 0; k < G_N_ELEMENTS (needed); k++)
        is_needed |= g_str_equal (needed[k], page->table);
      n_tables++;
      g_test_message ("%s, page %u, byte %d", page->table, page->page, (int) (at % PAGE));
      bytes[at] ^= (char) (1 << g_rand_int_range (rand, 0, 8));
      g_assert_true (g_file_set_contents (rig.file, bytes, (gssize) rig.length, NULL));
      assert_named (rig.file, page);
      Came came = repair (&rig, bytes, rig.length);
      g_assert_cmpuint (came.wrong, ==, 0);
      if (!is_needed)
        g_assert_cmpuint (came.revisions, ==, all);
    }
  g_assert_cmpuint (n_tables, >, 20);
}

/* The hash of a model is the name of its file: one that is none would make all models unreadable. */
static void
test_model_hash (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (10);
  g_autofree char *bytes = NULL;
  gsize length;
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  fixture_sql (rig.fixture->folder, "UPDATE model SET sha256 = 'g' || substr (sha256, 2)");
  g_assert_true (g_file_get_contents (rig.file, &bytes, &length, NULL));
  Came came = repair (&rig, bytes, length);
  g_assert_cmpuint (came.revisions, ==, g_hash_table_size (rig.revisions));
  g_assert_cmpuint (came.frames, ==, N_FRAMES);
}

/* Each row that says which tile stands where, changed to another tile or place: revisions that would show it don't come back, and those after them, which
 * have the right tile again, do. */
static void
test_swapped_tiles (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  guint all = g_hash_table_size (rig.revisions);
  for (int round = 0; round < 8; round++)
    {
      g_autofree char *bytes = NULL;
      g_autofree char *sql = g_strdup_printf ("DROP TRIGGER revision_tile_UPDATE_refused; UPDATE revision_tile SET tile = (SELECT id FROM tile WHERE id != tile ORDER BY random () LIMIT 1)"
                                              " WHERE (revision, plane, ty, tx) IN (SELECT revision, plane, ty, tx FROM revision_tile ORDER BY random () LIMIT %d)", 1 + round);
      gsize length;
      g_assert_true (g_file_set_contents (rig.file, rig.bytes, (gssize) rig.length, NULL));
      fixture_sql (rig.fixture->folder, sql);
      g_assert_true (g_file_get_contents (rig.file, &bytes, &length, NULL));
      Came came = repair (&rig, bytes, length);
      g_assert_cmpuint (came.wrong, ==, 0);
      g_assert_cmpuint (came.revisions, <, all + 1);
      g_assert_cmpuint (came.frames, ==, N_FRAMES);
      g_assert_cmpuint (came.revisions + 4u * (guint) (1 + round), >=, all);      /* of a frame with three of them at most three go */
    }
}

#define TILE_OF(revision) "(SELECT tile FROM revision_tile WHERE plane = 0 AND revision = " revision ")"

/* A tile alone, sound but with the contents of another one: the revision that it is of does not come back, and the next one, which has replaced that tile, does. */
static void
test_swapped_contents (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (11);
  g_autofree char *bytes = NULL;
  gsize length;
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  fixture_reopen (rig.fixture);
  gint64 frame = fixture_frame (rig.fixture->project, 1);
  for (int i = 0; i < 3; i++)
    {
      fixture_stroke (rig.fixture->project, frame, (LwRect) { 10 + 7 * i, 10, 20, 20 }, (guint8) (i + 1));
      add_revision (&rig, frame);
    }
  g_assert_true (lw_project_close (rig.fixture->project, NULL));
  fixture_sql (rig.fixture->folder, "DROP TRIGGER tile_UPDATE_refused; UPDATE tile SET data = (SELECT data FROM tile WHERE id = " TILE_OF ("(SELECT max (id) FROM revision)") ")"
                                    " WHERE substr (data, 1, 1) != x'50' AND id = " TILE_OF ("(SELECT max (id) - 1 FROM revision)"));
  g_assert_true (g_file_get_contents (rig.file, &bytes, &length, NULL));
  Came came = repair (&rig, bytes, length);
  g_assert_cmpuint (came.wrong, ==, 0);
  g_assert_cmpuint (came.revisions, ==, g_hash_table_size (rig.revisions) - 1);
}

static void
test_truncated (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (9);
  g_auto(Rig) rig = { 0 };
  rig_init (&rig, rand);
  Came most = repair (&rig, rig.bytes, rig.length * 9 / 10), half = repair (&rig, rig.bytes, rig.length / 2 + 77);
  g_assert_cmpuint (most.frames, >, N_FRAMES / 2);
  g_assert_cmpuint (most.lost, >, 0);
  g_assert_cmpuint (half.frames, <=, most.frames);
  g_assert_cmpuint (half.wrong + most.wrong, ==, 0);
}

static void
test_refused (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_auto(LwRepairReport) first = { 0 }, second = { 0 };
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL), *target = g_build_filename (fixture->root, "target", NULL);
  g_assert_true (lw_project_close (fixture->project, NULL));
  g_assert_false (lw_project_repair (fixture->folder, fixture->folder, &first, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_file_set_contents (file, "not much of a database", -1, NULL);
  g_assert_false (lw_project_repair (fixture->folder, target, &second, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (target, G_FILE_TEST_EXISTS));
  g_clear_object (&fixture->project);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/repair/sound", test_sound);
  g_test_add_func ("/repair/shapeless", test_shapeless);
  g_test_add_func ("/repair/no-header", test_no_header);
  g_test_add_func ("/repair/zeroed-pages", test_zeroed_pages);
  g_test_add_func ("/repair/flipped-bits", test_flipped_bits);
  g_test_add_func ("/repair/each-table", test_each_table);
  g_test_add_func ("/repair/model-hash", test_model_hash);
  g_test_add_func ("/repair/swapped-tiles", test_swapped_tiles);
  g_test_add_func ("/repair/swapped-contents", test_swapped_contents);
  g_test_add_func ("/repair/truncated", test_truncated);
  g_test_add_func ("/repair/refused", test_refused);
  return g_test_run ();
}
