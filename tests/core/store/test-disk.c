/* test-disk.c: full disks, folders that can't be written, damaged files */
#include "config.h"
#include "fixture.h"
#include "heard.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include "store/database/filesystem.h"

/* ---- full ---- */

/* Noise: so that nothing compresses and the disk fills. */
static LwDiff *
paint_noise (LwPlanes *planes, GRand *rand)
{
  LwEdit *edit = lw_edit_new (planes, 0, NULL);
  for (int y = 0; y < planes->plane[0]->height; y++)
    for (int x = 0; x < planes->plane[0]->width; x++)
      lw_edit_span (edit, y, x, x + 1, (guint8) g_rand_int_range (rand, 0, 5));
  return lw_edit_finish (edit);
}

/* Strokes on a disk with no room stay in memory, in order, visible to whoever loads the frame, and are written when there is room.
 * @make_room runs once the disk is full. */
static void
check_full_disk (Fixture *fixture, void (*make_room) (gpointer), gpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GRand) rand = g_rand_new_with_seed (5);
  gint64 frame = fixture_frame (fixture->project, 0);
  g_autoptr(LwPlanes) planes = fixture_load (fixture->project, frame, NULL);
  Heard heard = { 0 };
  heard_listen (&heard, fixture->project);
  guint sent = 0;
  while (heard.failed == 0)
    {
      g_assert_cmpuint (sent, <, 500);
      g_autoptr(LwDiff) diff = paint_noise (planes, rand);
      lw_project_commit_stroke_async (fixture->project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = sent++ }, diff, heard_committed_cb, &heard);
      for (int i = 0; i < 20 && heard.failed == 0; i++)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep (1000);
        }
    }
  g_test_message ("full after %u of %u strokes", heard.done, sent);
  g_assert_error (heard.error, LW_STORE_ERROR, LW_STORE_ERROR_FULL);
  g_assert_cmpuint (lw_project_get_n_queued (fixture->project), >, 0);

  /* calls that are waited for are told; nothing of them is written */
  g_assert_false (lw_project_set_setting (fixture->project, "a", "b", &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_FULL);
  g_clear_error (&error);
  g_assert_false (lw_project_close (fixture->project, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_FULL);
  g_clear_error (&error);

  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) shown = fixture_load (fixture->project, frame, &history);
  fixture_assert_planes_equal (shown, planes);
  g_assert_cmpint (history->seq, ==, sent);

  make_room (data);
  heard_wait (&heard.recovered, 1);
  heard_wait (&heard.done, sent);
  g_assert_cmpuint (lw_project_get_n_queued (fixture->project), ==, 0);
  g_assert_true (lw_project_set_setting (fixture->project, "a", "b", &error));
  heard_leave (&heard, fixture->project);
  fixture_reopen (fixture);
  g_autoptr(LwPlanes) stored = fixture_load (fixture->project, frame, NULL);
  fixture_assert_planes_equal (stored, planes);
  heard_clear (&heard);
}

static void
lift_limit (gpointer data)
{
  struct rlimit limit;
  getrlimit (RLIMIT_FSIZE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_FSIZE, &limit);
}

/* No file may grow beyond a megabyte: the log can't. */
static void
test_file_limit (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 1, 256, 256);
  struct rlimit limit;
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  limit.rlim_cur = 1 << 20;
  setrlimit (RLIMIT_FSIZE, &limit);
  check_full_disk (fixture, lift_limit, NULL);
}

static void
remove_ballast (gpointer path)
{
  g_unlink (path);
}

static void
test_full_disk (void)
{
  g_autofree char *root = fixture_temporary_folder ();
  if (mount ("tmpfs", root, "tmpfs", 0, "size=24m") != 0)
    {
      fixture_remove_tree (root);
      g_test_skip ("may not mount a small file system here");
      return;
    }
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = fixture_palette (5);
  g_autofree char *ballast = g_build_filename (root, "ballast", NULL), *zeros = g_malloc0 (20 << 20);
  g_file_set_contents (ballast, zeros, 20 << 20, NULL);
  Fixture fixture = { g_strdup (root), g_build_filename (root, "project", NULL), NULL };
  fixture.project = lw_project_create (fixture.folder, palette, &error);
  g_assert_no_error (error);
  fixture_add_video (&fixture, "clip.mp4", 1, 256, 256);
  check_full_disk (&fixture, remove_ballast, ballast);

  /* full from the start: the project opens, and one is not made */
  memset (zeros, 1, 20 << 20);
  for (gsize size = 20 << 20; size >= 4096; size /= 2)
    {
      g_autofree char *more = g_strdup_printf ("%s.%zu", ballast, size);
      g_file_set_contents_full (more, zeros, (gssize) size, G_FILE_SET_CONTENTS_NONE, 0666, NULL);
    }
  g_autofree char *other = g_build_filename (root, "other", NULL);
  g_assert_null (lw_project_create (other, palette, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_FULL);
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));
  g_clear_object (&fixture.project);
  g_free (fixture.root);
  g_free (fixture.folder);
  g_assert_cmpint (umount2 (root, MNT_DETACH), ==, 0);
  g_rmdir (root);
}

/* ---- read-only ---- */

static void
assert_reads_only (const char *folder, gint64 frame, const LwPlanes *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwProject) project = lw_project_open (folder, &error);
  g_assert_no_error (error);
  g_assert_true (lw_project_is_read_only (project));
  g_assert_cmpint (lw_project_get_read_only (project), ==, LW_READ_ONLY_PLACE);
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, NULL);
  fixture_assert_planes_equal (planes, expected);
  g_autoptr(LwDiff) diff = fixture_paint (planes, (LwRect) { 0, 0, 9, 9 }, 1, 0);
  g_autoptr(LwPalette) palette = lw_project_dup_palette (project, &error);
  g_assert_no_error (error);

  g_assert_false (lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .base_seq = -1 }, diff, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_false (lw_project_set_palette (project, palette, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_cmpint (lw_project_add_revision (project, frame, LW_REVISION_MANUAL, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_autoptr(LwMediaInfo) info = fixture_images ("/x/y", "y", 1, 10, 10);
  g_assert_cmpint (lw_project_add_media (project, info, NULL, NULL, NULL, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY);
  g_clear_error (&error);
  g_assert_null (lw_project_create_job (project, "train", 0, 0, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_READ_ONLY);
  g_assert_true (lw_project_close (project, NULL));
}

static void
test_read_only (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 1, 64, 64);
  gint64 frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 5, 5, 20, 20 }, 2);
  g_autoptr(LwPlanes) planes = fixture_load (fixture->project, frame, NULL);

  /* the folder itself is mounted read-only, since nothing else stops root; first while it is being written, log and all */
  if (mount (fixture->folder, fixture->folder, NULL, MS_BIND, NULL) != 0
      || mount (NULL, fixture->folder, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) != 0)
    {
      umount2 (fixture->folder, MNT_DETACH);
      g_test_skip ("may not mount a folder read-only here");
      return;
    }
  assert_reads_only (fixture->folder, frame, planes);
  g_assert_cmpint (umount2 (fixture->folder, MNT_DETACH), ==, 0);
  fixture_reopen (fixture);
  lw_project_close (fixture->project, NULL);
  g_assert_cmpint (mount (fixture->folder, fixture->folder, NULL, MS_BIND, NULL), ==, 0);
  g_assert_cmpint (mount (NULL, fixture->folder, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), ==, 0);
  assert_reads_only (fixture->folder, frame, planes);
  g_assert_cmpint (umount2 (fixture->folder, MNT_DETACH), ==, 0);
}

static void
test_network (void)
{
  g_assert_cmpstr (lw_filesystem_network_name (0x6969, NULL), ==, "NFS");
  g_assert_cmpstr (lw_filesystem_network_name (0xff534d42, "cifs"), ==, "CIFS");
  g_assert_cmpstr (lw_filesystem_network_name (0xffffffffff534d42, "cifs"), ==, "CIFS");      /* f_type is signed */
  g_assert_cmpstr (lw_filesystem_network_name (0x65735546, "fuse.sshfs"), ==, "sshfs");
  g_assert_null (lw_filesystem_network_name (0x65735546, "fuseblk"));
  g_assert_null (lw_filesystem_network_name (0xef53, "ext4"));
  g_assert_null (lw_filesystem_network_at ("/"));
}

/* ---- damaged ---- */

static void
copy_file (const char *from, const char *to)
{
  g_autofree char *contents = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (from, &contents, &length, NULL));
  g_assert_true (g_file_set_contents (to, contents, (gssize) length, NULL));
}

/* Everything that reads; errors are fine, anything else is not. */
static void
read_everything (LwProject *project)
{
  g_autoptr(LwPalette) palette = lw_project_dup_palette (project, NULL);
  g_autoptr(GPtrArray) origins = lw_project_list_origins (project, NULL), media = lw_project_list_media (project, NULL);
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, NULL), models = lw_project_list_models (project, NULL);
  g_autoptr(GPtrArray) jobs = lw_project_list_jobs (project, NULL), datasets = lw_project_list_datasets (project, NULL);
  for (guint i = 0; frames != NULL && i < frames->len && i < 8; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      g_autoptr(LwHistory) history = NULL;
      g_autoptr(LwPlanes) planes = lw_project_load_planes (project, frame->id, &history, NULL);
      g_autoptr(LwProposal) proposal = lw_project_load_proposal (project, frame->id, NULL);
      g_autoptr(GPtrArray) revisions = lw_project_list_revisions (project, frame->id, NULL);
      for (guint r = 0; revisions != NULL && r < revisions->len && r < 8; r++)
        lw_planes_free (lw_project_load_revision (project, ((LwRevision *) revisions->pdata[r])->id, NULL));
      for (guint s = 0; history != NULL && s < history->undo->len && s < 8; s++)
        lw_diff_unref (lw_project_load_diff (project, frame->id, history->undo->pdata[s], NULL));
    }
  g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, NULL);
}

static void
write_something (LwProject *project)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, NULL);
  if (frames == NULL || frames->len == 0)
    return;
  gint64 frame = ((LwFrame *) frames->pdata[0])->id;
  g_autoptr(LwPlanes) planes = lw_project_load_planes (project, frame, NULL, NULL);
  if (planes == NULL)
    return;
  g_autoptr(LwDiff) diff = fixture_paint (planes, (LwRect) { 0, 0, 9, 9 }, 1, 0);
  lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .base_seq = -1 }, diff, NULL);
  lw_project_act (project, &frame, 1, LW_ACTION_SUBMIT, NULL, NULL);
}

static void
fill_project (Fixture *fixture)
{
  fixture_add_video (fixture, "clip.mp4", 3, 300, 200);
  g_autoptr(GRand) rand = g_rand_new_with_seed (8);
  for (guint i = 0; i < 3; i++)
    {
      gint64 frame = fixture_frame (fixture->project, i);
      for (int s = 0; s < 5; s++)
        fixture_stroke (fixture->project, frame, (LwRect) { s * 20, s * 9, 90, 60 }, (guint8) (s % 5));
      lw_project_act (fixture->project, &frame, 1, LW_ACTION_ACCEPT, NULL, NULL);
    }
  g_assert_cmpint (lw_project_create_dataset (fixture->project, "d", NULL, 0, NULL, 0, NULL), >, 0);
  lw_project_close (fixture->project, NULL);
}

static void
damage (char *bytes, gsize length, GRand *rand)
{
  int n = g_rand_int_range (rand, 1, 40);
  for (int i = 0; i < n; i++)
    {
      /* half of the flips hit the first pages, where the schema is */
      gsize at = g_rand_boolean (rand) ? (gsize) g_rand_int_range (rand, 0, 8192) : (gsize) (g_rand_double (rand) * (double) length);
      bytes[MIN (at, length - 1)] ^= (char) (1 << g_rand_int_range (rand, 0, 8));
    }
}

static void
test_flipped_bits (void)
{
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr(Fixture) fixture = fixture_new ();
  fill_project (fixture);
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL), *good = g_build_filename (fixture->root, "good", NULL);
  copy_file (file, good);
  guint n_opened = 0;
  for (int i = 0; i < 60; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *bytes = NULL;
      gsize length;
      g_file_get_contents (good, &bytes, &length, NULL);
      if (i % 6 == 5)
        length = (gsize) (g_rand_double (rand) * (double) length);      /* cut off */
      else
        damage (bytes, length, rand);
      g_file_set_contents (file, bytes, (gssize) length, NULL);
      g_autoptr(LwProject) project = lw_project_open (fixture->folder, &error);
      n_opened += project != NULL;
      if (project == NULL)
        {
          g_assert_true (error->domain == LW_STORE_ERROR);
          g_assert_nonnull (strstr (error->message, fixture->folder));
          continue;
        }
      read_everything (project);
      write_something (project);
      lw_project_close (project, NULL);
    }
  g_test_message ("%u of 60 opened", n_opened);
  copy_file (good, file);
}

/* Rows that no program of ours would write. */
static void
test_hostile_rows (void)
{
  static const char *const attacks[] = {
    "PRAGMA ignore_check_constraints = ON; UPDATE frame SET width = 2000000000, height = 2000000000",
    "PRAGMA ignore_check_constraints = ON; UPDATE frame SET width = 32768, height = 32768",
    "PRAGMA ignore_check_constraints = ON; UPDATE frame SET width = -5",
    "PRAGMA ignore_check_constraints = ON; UPDATE frame SET status = 99, tb_den = -1",
    "UPDATE working_tile SET ty = ty + 9000000000, tx = -4 - tx WHERE ty = 0",
    "UPDATE working_tile SET data = zeroblob (10000000) WHERE plane = 0 AND ty = 0 AND tx = 0",
    "UPDATE working_tile SET plane = 7 WHERE plane = 1",
    "DROP TRIGGER stroke_UPDATE_refused; UPDATE stroke SET undoes = id - 1 WHERE id % 3 = 0",
    "DROP TRIGGER diff_UPDATE_refused; UPDATE diff SET data = x'4c57443100000000'",
    "DROP TRIGGER revision_UPDATE_refused; UPDATE revision SET parent = id, depth = 15",
    "DROP TRIGGER revision_tile_UPDATE_refused; UPDATE revision_tile SET tx = 60000 WHERE tx = 1",
    "DROP TRIGGER tile_UPDATE_refused; UPDATE tile SET data = x'28b52ffd00'",
    "DROP TABLE class; CREATE TABLE class (id, name, colour, ignored, shortcut, aliases, position, removed); INSERT INTO class VALUES (999, x'ff', 'red', 1, 2, '[[[[', 5, 0)",
    "DROP TABLE topic",
    "DROP TABLE meta",
    "DELETE FROM topic",
    "CREATE TRIGGER t AFTER UPDATE ON frame BEGIN UPDATE frame SET seq = seq + 1; END",
    "UPDATE media SET path = '/dev/zero'",
    "UPDATE copy SET last_hash = x'00'",
    "UPDATE frame SET seq = 9223372036854775807",
    "UPDATE class SET aliases = '{\"a\": [1, 2', name = cast (x'fffe' AS TEXT)",
    "PRAGMA foreign_keys = OFF; UPDATE frame SET proposal = 12345, accepted = 77",
  };
  g_autoptr(Fixture) fixture = fixture_new ();
  fill_project (fixture);
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL), *good = g_build_filename (fixture->root, "good", NULL);
  copy_file (file, good);
  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      g_test_message ("%s", attacks[i]);
      copy_file (good, file);
      fixture_sql (fixture->folder, attacks[i]);
      g_autoptr(GError) error = NULL;
      g_autoptr(LwProject) project = lw_project_open (fixture->folder, &error);
      if (project == NULL)
        continue;
      read_everything (project);
      write_something (project);
      lw_project_close (project, NULL);
    }
  copy_file (good, file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/disk/file-limit", test_file_limit);
  g_test_add_func ("/disk/full", test_full_disk);
  g_test_add_func ("/disk/read-only", test_read_only);
  g_test_add_func ("/disk/network", test_network);
  g_test_add_func ("/disk/flipped-bits", test_flipped_bits);
  g_test_add_func ("/disk/hostile-rows", test_hostile_rows);
  return g_test_run ();
}
