/* test-hostile.c: projects made to do harm: SQL of others, paths that lead out, tiles that would fill the memory, sizes and counts that can't be */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <zstd.h>
#include "store/database/database.h"
#include "store/database/page-sums.h"
#include "store/media/media.h"
#include "store/repair.h"

#define SIDE 200

static void
fill (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 3, SIDE, SIDE);
  for (guint i = 0; i < 3; i++)
    {
      gint64 frame = fixture_frame (fixture->project, i);
      for (int n = 0; n < 3; n++)
        fixture_stroke (fixture->project, frame, (LwRect) { 20 * n, 10 * n, 120, 90 }, (guint8) (n % 5));
      g_assert_true (lw_project_act (fixture->project, &frame, 1, LW_ACTION_ACCEPT, NULL, &error));
    }
  g_assert_true (lw_project_close (fixture->project, &error));
  g_clear_object (&fixture->project);
}

/* ---- SQL ---- */

static void
test_objects (void)
{
  static const struct { const char *sql, *named; } cases[] = {
    { "CREATE TRIGGER harm AFTER INSERT ON stroke BEGIN DELETE FROM working_tile; END", "trigger harm" },
    { "CREATE TRIGGER harm AFTER UPDATE ON frame BEGIN UPDATE frame SET seq = seq + 1; END", "trigger harm" },
    { "CREATE VIEW harm AS SELECT load_extension ('/tmp/harm')", "view harm" },
    { "CREATE TABLE harm (a)", "table harm" },
    { "CREATE INDEX harm ON stroke (length (tool))", "index harm" },
    { "CREATE VIRTUAL TABLE harm USING fts5 (a)", "table harm" },
    { "DROP TRIGGER audit_UPDATE_refused; CREATE TRIGGER audit_UPDATE_refused BEFORE UPDATE ON audit WHEN 0 BEGIN SELECT 1; END", "trigger audit_UPDATE_refused" },
    { "DROP TABLE setting; CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT GENERATED ALWAYS AS (key || 'x'))", "table setting" },
    { "DROP TABLE setting; CREATE VIEW setting AS SELECT 'a' AS key, randomblob (1000000000) AS value", "view setting" },
    { "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET tbl_name = 'audit' WHERE name = 'frame_by_change'", "frame_by_change" },
  };
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL), *bytes = NULL;
  gsize length;
  fill (fixture);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_test_message ("%s", cases[i].sql);
      g_assert_true (g_file_set_contents (file, bytes, (gssize) length, NULL));
      fixture_sql (fixture->folder, cases[i].sql);
      g_autoptr(LwProject) project = lw_project_open (fixture->folder, &error);
      g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED);
      g_assert_nonnull (strstr (error->message, cases[i].named));
      g_assert_nonnull (strstr (error->message, fixture->folder));
    }
  /* repair takes the rows, not the SQL */
  g_autofree char *target = g_build_filename (fixture->root, "clean", NULL);
  g_autoptr(GError) error = NULL;
  g_auto(LwRepairReport) report = { 0 };
  g_assert_true (g_file_set_contents (file, bytes, (gssize) length, NULL));
  fixture_sql (fixture->folder, cases[0].sql);
  g_assert_true (lw_project_repair (fixture->folder, target, &report, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_autoptr(LwProject) clean = lw_project_open (target, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report.strokes, ==, 9);
  g_assert_true (lw_project_close (clean, NULL));
}

/* A guard that is gone lets rows be changed, so verify tells of it. */
static void
test_missing (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fill (fixture);
  fixture_sql (fixture->folder, "DROP TRIGGER revision_DELETE_refused; DROP INDEX frame_by_change");
  fixture->project = lw_project_open (fixture->folder, &error);
  g_assert_no_error (error);
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
  g_assert_cmpuint (problems->len, ==, 2);
  g_autofree char *all = g_strconcat (problems->pdata[0], "\n", problems->pdata[1], NULL);
  g_assert_nonnull (strstr (all, "trigger revision_DELETE_refused is missing"));
  g_assert_nonnull (strstr (all, "index frame_by_change is missing"));
}

/* ---- paths ---- */

static void
test_paths (void)
{
  static const struct { const char *stored; gboolean copy; } cases[] = {
    { "media/clip.mp4", TRUE },      { "media/a/b.png", TRUE },  { "media/../clip.mp4", FALSE },  { "media/../../clip.mp4", FALSE }, { "media/a/../../../etc/passwd", FALSE },
    { "../clip.mp4", FALSE },        { "/etc/passwd", FALSE },   { "media/", FALSE },             { "media", FALSE },                { "mediaeval/clip.mp4", FALSE },
    { "media/..", FALSE },           { "", FALSE },              { "media/./x", TRUE },           { "a/../media/x", TRUE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (lw_media_is_copy ("/home/ann/project", cases[i].stored), ==, cases[i].copy);
}

/* ---- sizes ---- */

/* A zstd frame of so many zeros, which is small. */
static GBytes *
make_bomb (gsize length, gboolean tells_size)
{
  ZSTD_CCtx *context = ZSTD_createCCtx ();
  g_autofree guint8 *zeros = g_malloc0 (1 << 20), *out = g_malloc (1 << 20);
  g_autoptr(GByteArray) packed = g_byte_array_new ();
  ZSTD_CCtx_setParameter (context, ZSTD_c_compressionLevel, 1);
  if (tells_size)
    ZSTD_CCtx_setPledgedSrcSize (context, length);
  for (gsize done = 0; done < length; done += 1 << 20)
    {
      ZSTD_inBuffer in = { zeros, MIN (length - done, 1 << 20), 0 };
      ZSTD_EndDirective end = done + (1 << 20) >= length ? ZSTD_e_end : ZSTD_e_continue;
      gsize left;
      do
        {
          ZSTD_outBuffer o = { out, 1 << 20, 0 };
          left = ZSTD_compressStream2 (context, &o, &in, end);
          g_assert_false (ZSTD_isError (left));
          g_byte_array_append (packed, out, (guint) o.pos);
        }
      while (end == ZSTD_e_end ? left > 0 : in.pos < in.size);
    }
  ZSTD_freeCCtx (context);
  return g_byte_array_free_to_bytes (g_steal_pointer (&packed));
}

static void
put_blob (Fixture *fixture, const char *sql, GBytes *blob)
{
  sqlite3 *db;
  sqlite3_stmt *statement;
  gsize length;
  const void *data = g_bytes_get_data (blob, &length);
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL);
  g_assert_cmpint (sqlite3_open_v2 (file, &db, SQLITE_OPEN_READWRITE, lw_page_sums_get_vfs ()), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "DROP TRIGGER tile_UPDATE_refused; DROP TRIGGER diff_UPDATE_refused", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  sqlite3_bind_blob64 (statement, 1, data, length, SQLITE_STATIC);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_DONE);
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

static glong
get_peak_kib (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static GBytes *
make_diff_bomb (const char *magic, GBytes *body, guint32 width, guint32 height, guint32 n)
{
  g_autoptr(GByteArray) diff = g_byte_array_new ();
  const guint32 head[] = { GUINT32_TO_LE (width), GUINT32_TO_LE (height), GUINT32_TO_LE (n) };
  g_byte_array_append (diff, (const guint8 *) magic, 4);
  g_byte_array_append (diff, (const guint8 *) head, sizeof head);
  for (guint32 i = 0; i < MIN (n, 60000); i++)
    {
      const guint8 place[] = { 0, (guint8) (i / 256), (guint8) (i / 65536), (guint8) i, 0 };
      g_byte_array_append (diff, place, sizeof place);
    }
  g_byte_array_append (diff, g_bytes_get_data (body, NULL), (guint) g_bytes_get_size (body));
  return g_byte_array_free_to_bytes (g_steal_pointer (&diff));
}

/* Blobs that would be gigabytes: each is refused with a message, and none is unpacked. */
static void
test_bombs (void)
{
  static const char *const places[] = {
    "UPDATE working_tile SET data = ? WHERE plane = 0", "UPDATE tile SET data = ?", "UPDATE diff SET data = ?",
  };
  g_autoptr(GBytes) honest = make_bomb ((gsize) 2 << 30, TRUE), silent = make_bomb ((gsize) 1 << 30, FALSE);
  g_autoptr(GBytes) wide = make_diff_bomb ("LWD1", honest, 32768, 8192, 60000), many = make_diff_bomb ("LWD1", silent, SIDE, SIDE, G_MAXUINT32);
  g_autoptr(GBytes) runs = make_diff_bomb ("LWD2", honest, SIDE, SIDE, 1);
  g_autoptr(GBytes) borders = make_diff_bomb ("LWD3", silent, 32768, 8192, 60000);
  GBytes *const blobs[] = { honest, silent, wide, many, runs, borders };
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL), *bytes = NULL;
  gsize length;
  fill (fixture);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  glong before = get_peak_kib ();
  for (gsize i = 0; i < G_N_ELEMENTS (places) * G_N_ELEMENTS (blobs); i++)
    {
      g_autoptr(GError) error = NULL;
      const char *place = places[i % G_N_ELEMENTS (places)];
      g_assert_true (g_file_set_contents (file, bytes, (gssize) length, NULL));
      put_blob (fixture, place, blobs[i / G_N_ELEMENTS (places)]);
      g_autoptr(LwProject) project = lw_project_open (fixture->folder, &error);
      g_assert_no_error (error);
      g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (problems->len, >, 0);
      g_autoptr(LwPlanes) planes = lw_project_load_planes (project, fixture_frame (project, 0), NULL, &error);
      g_assert_true (planes != NULL || g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED));
      g_assert_true (i % G_N_ELEMENTS (places) != 0 || planes == NULL);
      g_assert_true (lw_project_close (project, NULL));
    }
  g_assert_cmpint (get_peak_kib () - before, <, 450 * 1024);      /* of gigabytes; the address sanitizer keeps 256 MB of what was freed */
}

/* Numbers that no frame has: told, not allocated. */
static void
test_counts (void)
{
  static const char *const attacks[] = {
    "PRAGMA ignore_check_constraints = ON; UPDATE frame SET width = 2000000000, height = 2000000000",
    "PRAGMA ignore_check_constraints = ON; UPDATE frame SET width = 32768, height = 32768",
    "UPDATE frame SET seq = 9223372036854775807",
    "DROP TRIGGER revision_UPDATE_refused; UPDATE revision SET parent = id, depth = 15",
    "DROP TRIGGER stroke_UPDATE_refused; UPDATE stroke SET x = -2147483648, width = 2147483647, seq = seq + 4611686018427387904",
    "UPDATE frame_class SET pixels = 9223372036854775807; UPDATE frame_origin SET pixels = 9223372036854775807",
  };
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL), *bytes = NULL;
  gsize length;
  fill (fixture);
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  glong before = get_peak_kib ();
  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      g_autoptr(GError) error = NULL;
      g_test_message ("%s", attacks[i]);
      g_assert_true (g_file_set_contents (file, bytes, (gssize) length, NULL));
      fixture_sql (fixture->folder, attacks[i]);
      g_autoptr(LwProject) project = lw_project_open (fixture->folder, &error);
      g_assert_no_error (error);
      g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (problems->len, >, 0);
      g_assert_true (lw_project_close (project, NULL));
    }
  g_assert_cmpint (get_peak_kib () - before, <, 450 * 1024);      /* of gigabytes; the address sanitizer keeps 256 MB of what was freed */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hostile/objects", test_objects);
  g_test_add_func ("/hostile/missing", test_missing);
  g_test_add_func ("/hostile/paths", test_paths);
  g_test_add_func ("/hostile/bombs", test_bombs);
  g_test_add_func ("/hostile/counts", test_counts);
  return g_test_run ();
}
