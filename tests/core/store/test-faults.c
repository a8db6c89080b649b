/* test-faults.c: a fault at every call of SQLite's to the disk in turn, while a project is painted in, accepted, imported into, upgraded and backed up: afterwards it is
 * sound, and what was acknowledged is in it
 *
 * test-faults: 50 rounds drawn at random; test-faults all: every call with every fault. */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include "faulty-vfs.h"
#include "store/backup.h"

#define N_STROKES 3
#define RANDOM_ROUNDS 50
#define SIDE 200

static gboolean every;         /* call, instead of some */

/* A closed project to begin each round from. */
typedef struct {
  Fixture *fixture;
  char *file, *bytes;
  gsize length;
  gint64 frames[2];
} Base;

/* What an operation has been told is done. */
typedef struct {
  gint64 frames[2];            /* to work on */
  GPtrArray *strokes;          /* uuids, of the first frame */
  char *backup;
} Done;

static void
done_clear (Done *done)
{
  g_clear_pointer (&done->strokes, g_ptr_array_unref);
  g_clear_pointer (&done->backup, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Done, done_clear)

static void
assert_ours (const GError *error)
{
  g_assert_nonnull (error);
  if (error->domain != LW_STORE_ERROR)
    g_error ("an error of another kind: %s", error->message);
}

/* ---- operations ---- */

static void
on_stroke_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  char *uuid = ((gpointer *) data)[0];
  Done *done = ((gpointer *) data)[1];
  if (lw_project_commit_stroke_finish (LW_PROJECT (source), result, &error))
    g_ptr_array_add (done->strokes, g_steal_pointer (&uuid));
  g_free (uuid);
  g_free (data);
}

static void
send (LwProject *project, gint64 frame, LwPlanes *planes, int n, Done *done)
{
  gpointer *data = g_new (gpointer, 2);
  data[0] = g_uuid_string_random ();
  data[1] = done;
  g_autoptr(LwDiff) diff = fixture_paint (planes, (LwRect) { 7 * n, 5 * n, 90, 70 }, (guint8) (n % 5), 0);
  lw_project_commit_stroke_async (project, frame, &(LwStrokeInfo) { .uuid = data[0], .tool = "brush", .base_seq = -1 }, diff, on_stroke_cb, data);
}

/* As the window does it: strokes are on their way while others come. */
static void
paint (LwProject *project, Done *done)
{
  g_autoptr(LwPlanes) planes = lw_project_load_planes (project, done->frames[0], NULL, NULL);
  if (planes == NULL)
    return;
  for (int n = 0; n < N_STROKES; n++)
    {
      send (project, done->frames[0], planes, n, done);
      for (int i = 0; i < 20; i++)
        g_main_context_iteration (NULL, FALSE);
    }
  lw_project_set_setting (project, "a", "b", NULL);      /* waits for its turn behind them */
}

static void
accept (LwProject *project, Done *done)
{
  g_autoptr(GError) error = NULL;
  if (!lw_project_act (project, done->frames, 2, LW_ACTION_ACCEPT, "good", &error))
    assert_ours (error);
}

static void
import (LwProject *project, Done *done)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwLabelMap) map = lw_label_map_new (SIDE, SIDE);
  for (int y = 0; y < SIDE; y++)
    memset (lw_label_map_row (map, y), y / 50, SIDE);
  if (!lw_project_import_map (project, done->frames[1], map, 0, LW_REVISION_IMPORT, "from elsewhere", &error))
    assert_ours (error);
}

static void
back_up (LwProject *project, Done *done)
{
  g_autoptr(GError) error = NULL;
  done->backup = lw_project_back_up (project, NULL, NULL, NULL, NULL, &error);
  if (done->backup == NULL)
    assert_ours (error);
}

static void
do_nothing (LwProject *project, Done *done)
{
}

/* @opening: the fault comes while the project is opened already. */
typedef struct { const char *name; void (*work) (LwProject *project, Done *done); gboolean opening; int version; } Operation;

static const Operation operations[] = {
  { "paint", paint, FALSE, 0 },     { "accept", accept, FALSE, 0 },        { "import", import, FALSE, 0 },
  { "back up", back_up, FALSE, 0 }, { "open", do_nothing, TRUE, 0 },       { "upgrade", do_nothing, TRUE, 1 },
};

/* ---- a project to begin with ---- */

static void
base_clear (Base *base)
{
  fixture_free (base->fixture);
  g_free (base->file);
  g_free (base->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Base, base_clear)

static void
base_init (Base *base, const Operation *operation)
{
  g_autoptr(GError) error = NULL;
  *base = (Base) { .fixture = fixture_new () };
  base->file = g_build_filename (base->fixture->folder, "project.sqlite", NULL);
  fixture_add_video (base->fixture, "clip.mp4", 3, SIDE, SIDE);
  for (guint i = 0; i < 2; i++)
    {
      base->frames[i] = fixture_frame (base->fixture->project, i);
      fixture_stroke (base->fixture->project, base->frames[i], (LwRect) { 0, 0, 150, 150 }, 2);
    }
  g_assert_true (lw_project_close (base->fixture->project, &error));
  g_clear_object (&base->fixture->project);
  if (operation->version > 0)
    {
      g_autofree char *name = g_strdup_printf ("project-v%d.sql", operation->version), *script = g_build_filename (g_getenv ("LW_TEST_DATA"), name, NULL), *sql = NULL;
      g_assert_true (g_file_get_contents (script, &sql, NULL, &error));
      g_unlink (base->file);
      fixture_sql (base->fixture->folder, sql);
    }
  g_assert_true (g_file_get_contents (base->file, &base->bytes, &base->length, NULL));
}

static void
put_back (const Base *base)
{
  static const char *const leftovers[] = { "project.sqlite-wal", "project.sqlite-shm", "backups" };
  for (gsize i = 0; i < G_N_ELEMENTS (leftovers); i++)
    {
      g_autofree char *path = g_build_filename (base->fixture->folder, leftovers[i], NULL);
      fixture_remove_tree (path);
    }
  g_assert_true (g_file_set_contents_full (base->file, base->bytes, (gssize) base->length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* ---- afterwards ---- */

static void
assert_there (LwProject *project, const Done *done, const char *what)
{
  for (guint i = 0; i < done->strokes->len; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwDiff) diff = lw_project_load_diff (project, fixture_frame (project, 0), done->strokes->pdata[i], &error);
      if (diff == NULL)
        g_error ("%s: an acknowledged stroke is gone: %s", what, error->message);
    }
}

static void
check (const char *folder, const Done *done, const char *what)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwProject) project = lw_project_open (folder, &error);
  if (project == NULL)
    g_error ("%s: %s", what, error->message);
  fixture_assert_old_sound (project, what);
  assert_there (project, done, what);
  fixture_stroke (project, fixture_frame (project, 0), (LwRect) { 3, 3, 9, 9 }, 4);      /* and work goes on */
  g_assert_true (lw_project_close (project, &error));
}

/* What a disk without power has: the files as they are, but for the memory that programs share. Returns: the folder of the copy */
static char *
copy_as_after_power_cut (const Base *base)
{
  static const char *const names[] = { "project.sqlite", "project.sqlite-wal", "project.sqlite-journal" };
  char *folder = g_build_filename (base->fixture->root, "after", NULL);
  fixture_remove_tree (folder);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = g_build_filename (base->fixture->folder, names[i], NULL), *to = g_build_filename (folder, names[i], NULL), *bytes = NULL;
      gsize length;
      if (g_file_get_contents (from, &bytes, &length, NULL))
        g_assert_true (g_file_set_contents_full (to, bytes, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    }
  return folder;
}

/* ---- rounds ---- */

static void
close_at_last (LwProject *project)
{
  g_autoptr(GError) error = NULL;
  lw_project_set_setting (project, "a", "c", NULL);      /* what is queued goes before */
  g_assert_true (lw_project_close (project, &error));
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Returns: whether the fault came; not: the operation needs fewer calls. */
static gboolean
run (const Base *base, const Operation *operation, Fault fault, guint at)
{
  g_autofree char *what = g_strdup_printf ("%s, %s at call %u", operation->name, fault_names[fault], at);
  g_auto(Done) done = { .frames = { base->frames[0], base->frames[1] }, .strokes = g_ptr_array_new_with_free_func (g_free) };
  g_autoptr(GError) error = NULL;
  put_back (base);
  if (operation->opening)
    faulty_vfs_arm (fault, at);
  LwProject *project = lw_project_open (base->fixture->folder, &error);
  if (!operation->opening)
    {
      g_assert_no_error (error);
      faulty_vfs_arm (fault, at);
    }
  if (project != NULL)
    operation->work (project, &done);
  else
    assert_ours (error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_autofree char *after = fault == FAULT_DEAD ? copy_as_after_power_cut (base) : NULL;
  gboolean came = faulty_vfs_disarm ();
  if (after != NULL)
    check (after, &done, what);
  if (project != NULL)
    close_at_last (project);
  g_clear_object (&project);
  check (base->fixture->folder, &done, what);
  return came;
}

static guint
count_calls (const Base *base, const Operation *operation, Fault fault)
{
  guint few = 1;
  while (run (base, operation, fault, few * 2))
    few *= 2;
  return few * 2;
}

static void
test_operation (gconstpointer data)
{
  const Operation *operation = data;
  g_auto(Base) base = { 0 };
  guint32 seed = g_test_rand_int ();
  g_test_message ("seed %u", seed);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  base_init (&base, operation);
  for (Fault fault = 0; fault < N_FAULTS; fault++)
    {
      guint at = 0;
      while (every && run (&base, operation, fault, at))
        at++;
      if (every)
        g_test_message ("%s: %u calls", fault_names[fault], at);
    }
  guint n = every ? 0 : count_calls (&base, operation, FAULT_EIO), rounds = every ? 0 : RANDOM_ROUNDS / G_N_ELEMENTS (operations);
  for (guint round = 0; round < rounds; round++)
    run (&base, operation, (Fault) g_rand_int_range (rand, 0, N_FAULTS), (guint) g_rand_int_range (rand, 0, (gint32) n));
}

int
main (int argc, char **argv)
{
  faulty_vfs_register ();
  g_test_init (&argc, &argv, NULL);
  every = argc > 1 && g_str_equal (argv[1], "all");
  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree char *name = g_strdelimit (g_strconcat ("/faults/", operations[i].name, NULL), " ", '-');
      g_test_add_data_func (name, &operations[i], test_operation);
    }
  return g_test_run ();
}
