/* test-backup.c: backups are whole while others write, are pruned by the rule, and come back, whatever became of the project's file */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include "store/backup.h"
#include "store/past.h"

#define DAY_US (24 * G_TIME_SPAN_HOUR)

static char *
back_up (LwProject *project, const char *path)
{
  g_autoptr(GError) error = NULL;
  char *made = lw_project_back_up (project, path, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (made, G_FILE_TEST_IS_REGULAR));
  return made;
}

/* ---- while others write ---- */

typedef struct { LwProject *project; gint64 frame; gint stop, n; } Painter;

static gpointer
paint (gpointer data)
{
  Painter *painter = data;
  for (int i = 0; !g_atomic_int_get (&painter->stop); i++)
    {
      fixture_stroke (painter->project, painter->frame, (LwRect) { i % 200, i % 100, 90, 90 }, (guint8) (i % 5));
      g_atomic_int_inc (&painter->n);
    }
  return NULL;
}

static void
test_while_painting (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 2, 400, 300);
  Painter painter = { fixture->project, fixture_frame (fixture->project, 0) };
  g_autoptr(GThread) thread = g_thread_new ("painter", paint, &painter);
  for (int i = 0; i < 4; i++)
    {
      int before = g_atomic_int_get (&painter.n);
      g_autofree char *made = back_up (fixture->project, NULL), *folder = g_strdup_printf ("%s/copy%d", fixture->root, i);
      g_autofree char *file = g_build_filename (folder, "project.sqlite", NULL);
      g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
      g_assert_true (g_file_test (made, G_FILE_TEST_EXISTS) && g_rename (made, file) == 0);
      g_autoptr(LwProject) copy = lw_project_open (folder, &error);
      g_assert_no_error (error);
      g_autoptr(GPtrArray) problems = lw_project_verify (copy, NULL, NULL, NULL, &error);
      for (guint p = 0; p < problems->len; p++)
        g_assert_nonnull (strstr (problems->pdata[p], "clip.mp4"));      /* which is where it was, and not in the copy's folder */
      g_autoptr(LwFrame) frame = lw_project_get_frame (copy, painter.frame, &error);
      g_assert_cmpint (frame->seq, >=, before);
      g_assert_true (lw_project_close (copy, &error));
    }
  g_atomic_int_set (&painter.stop, TRUE);
  g_thread_join (g_steal_pointer (&thread));
}

static guint
count_files (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;
  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_refused (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *out = g_build_filename (fixture->root, "out.sqlite", NULL), *nowhere = g_build_filename (fixture->root, "no", "such", "folder", NULL);
  g_autofree char *made = back_up (fixture->project, out);
  g_assert_null (lw_project_back_up (fixture->project, out, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_null (lw_project_back_up (fixture->project, nowhere, NULL, NULL, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_cancellable_cancel (cancellable);
  g_assert_null (lw_project_back_up (fixture->project, NULL, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_autofree char *backups = g_build_filename (fixture->folder, "backups", NULL);
  g_assert_cmpuint (count_files (backups), ==, 0);
}

/* ---- by themselves ---- */

static void
test_choose (void)
{
  gint64 now = 20000 * DAY_US + 5 * G_TIME_SPAN_HOUR, times[24 * 800];
  gboolean keep[24 * 800];
  for (int i = 0; i < 24 * 800; i++)
    times[i] = now - i * G_TIME_SPAN_HOUR;
  lw_backup_choose (times, 24 * 800, now, keep);
  guint day = 0, week = 0, month = 0, year = 0, older = 0;
  for (int i = 0; i < 24 * 800; i++)
    {
      gint64 age = now - times[i];
      *(age < DAY_US ? &day : age < 7 * DAY_US ? &week : age < 31 * DAY_US ? &month : age < 366 * DAY_US ? &year : &older) += keep[i];
    }
  g_assert_cmpuint (day, ==, 24);
  g_assert_cmpuint (week, >=, 6);
  g_assert_cmpuint (week, <=, 7);
  g_assert_cmpuint (month, >=, 3);
  g_assert_cmpuint (month, <=, 5);
  g_assert_cmpuint (year, >=, 11);
  g_assert_cmpuint (year, <=, 13);
  g_assert_cmpuint (older, ==, 0);
}

static void
test_due (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_assert_cmpint (lw_project_get_backup_schedule (fixture->project), ==, LW_BACKUP_DAILY);
  g_assert_null (fixture_back_up_if_due (fixture->project));      /* it is not a day old */
  lw_project_close (fixture->project, NULL);
  fixture_sql (fixture->folder, "UPDATE copy SET created = created - 172800000000");
  fixture_reopen (fixture);
  g_autofree char *first = fixture_back_up_if_due (fixture->project), *again = fixture_back_up_if_due (fixture->project);
  g_assert_nonnull (first);
  g_assert_null (again);
  /* An old one and a very old one: both make room for what is due, one stays as that of its month. */
  g_autofree char *backups = g_build_filename (fixture->folder, "backups", NULL), *old = g_build_filename (backups, "project-auto-20000101T000000Z.sqlite", NULL);
  g_autofree char *mine = g_build_filename (backups, "project-20000101T000000Z.sqlite", NULL);
  g_unlink (first);
  g_file_set_contents (old, "x", 1, NULL);
  g_file_set_contents (mine, "x", 1, NULL);
  g_assert_null (fixture_back_up_if_due (fixture->project));      /* nothing changed since the last */
  fixture_add_video (fixture, "clip.mp4", 1, 40, 30);
  g_assert_true (lw_project_set_backup_schedule (fixture->project, LW_BACKUP_OFF, &error));
  g_assert_null (fixture_back_up_if_due (fixture->project));
  g_assert_true (lw_project_set_backup_schedule (fixture->project, LW_BACKUP_WEEKLY, &error));
  g_assert_null (fixture_back_up_if_due (fixture->project));      /* two days old */
  g_assert_true (lw_project_set_backup_schedule (fixture->project, LW_BACKUP_HOURLY, &error));
  g_autofree char *second = fixture_back_up_if_due (fixture->project);
  g_assert_nonnull (second);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (mine, G_FILE_TEST_EXISTS));      /* what a person made stays */
  g_autoptr(GPtrArray) list = lw_backup_list (fixture->folder, &error);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (((LwBackup *) list->pdata[0])->path, ==, second);
  g_assert_true (((LwBackup *) list->pdata[0])->automatic);
}

/* ---- and back ---- */

static void
damage (const char *file)
{
  g_autofree char *bytes = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (file, &bytes, &length, NULL));
  memset (bytes, 0x5a, MIN (length, 8192));
  g_assert_true (g_file_set_contents (file, bytes, (gssize) length, NULL));
}

static void
test_restore (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *file = g_build_filename (fixture->folder, "project.sqlite", NULL), *replaced = NULL, *gone = NULL;
  fixture_add_video (fixture, "clip.mp4", 1, 150, 150);
  gint64 frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 90, 90 }, 1);
  g_autoptr(LwPlanes) then = fixture_load (fixture->project, frame, NULL);
  g_autofree char *backup = back_up (fixture->project, NULL);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 150, 150 }, 2);

  g_assert_false (lw_backup_restore (fixture->folder, backup, NULL, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_true (lw_project_is_alone (fixture->project, &error));
  g_autoptr(LwProject) second = lw_project_open (fixture->folder, &error);
  g_assert_no_error (error);
  g_assert_false (lw_project_is_alone (fixture->project, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_BUSY);
  g_clear_error (&error);
  g_clear_object (&second);
  g_assert_true (lw_project_is_alone (fixture->project, &error));
  g_assert_true (lw_project_close (fixture->project, &error));
  g_assert_false (lw_backup_restore (fixture->folder, "/dev/null", NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  for (int i = 0; i < 3; i++)      /* sound, damaged, gone */
    {
      g_clear_pointer (&replaced, g_free);
      if (i == 1)
        damage (file);
      else if (i == 2)
        g_unlink (file);
      g_assert_true (lw_backup_restore (fixture->folder, backup, &replaced, &error));
      g_assert_no_error (error);
      g_assert_true ((replaced != NULL) == (i != 2));
      g_assert_true (replaced == NULL || g_file_test (replaced, G_FILE_TEST_EXISTS));
      if (i == 0)
        gone = g_strdup (replaced);
      fixture_reopen (fixture);
      g_autoptr(LwPlanes) now = fixture_load (fixture->project, frame, NULL);
      fixture_assert_planes_equal (now, then);
      g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
      g_assert_cmpuint (problems->len, ==, 0);
      g_assert_true (lw_project_close (fixture->project, &error));
    }
  /* What was replaced is a project, too, with the stroke after the backup. */
  g_assert_true (lw_backup_restore (fixture->folder, gone, NULL, &error));
  fixture_reopen (fixture);
  g_autoptr(LwFrame) head = lw_project_get_frame (fixture->project, frame, &error);
  g_assert_cmpint (head->seq, ==, 2);
  /* A damaged backup is refused, and what is there stays. */
  g_assert_true (lw_project_close (fixture->project, &error));
  damage (backup);
  g_assert_false (lw_backup_restore (fixture->folder, backup, NULL, &error));
  g_assert_nonnull (error);
  fixture_reopen (fixture);
  g_autoptr(LwFrame) still = lw_project_get_frame (fixture->project, frame, NULL);
  g_assert_cmpint (still->seq, ==, 2);
}

/* Beside the project that it came from, which goes on; media are found from there, too, and models come along. */
static void
test_restore_as (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *target = g_build_filename (fixture->root, "deeper", "again", NULL), *weights = g_build_filename (fixture->root, "weights", NULL);
  fixture_add_video (fixture, "clip.mp4", 1, 150, 150);
  g_assert_true (g_file_set_contents (weights, "weights", -1, NULL));
  g_assert_cmpint (lw_project_add_model (fixture->project, &(LwModel) { .name = (char *) "m", .architecture = (char *) "x", .classes = (char *) "[\"a\"]" }, weights, &error), >, 0);
  g_autofree char *leads_out = g_build_filename (fixture->folder, "models", "leads-out", NULL), *led_out = g_build_filename (target, "models", "leads-out", NULL);
  g_assert_cmpint (symlink (weights, leads_out), ==, 0);
  gint64 frame = fixture_frame (fixture->project, 0);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 90, 90 }, 1);
  g_autoptr(LwPlanes) then = fixture_load (fixture->project, frame, NULL);
  g_autofree char *backup = back_up (fixture->project, NULL);
  fixture_stroke (fixture->project, frame, (LwRect) { 0, 0, 150, 150 }, 2);

  g_assert_true (lw_backup_restore_as (fixture->folder, backup, target, NULL, &error));
  g_assert_no_error (error);
  g_autoptr(LwProject) made = lw_project_open (target, &error);
  g_assert_no_error (error);
  g_autoptr(LwPlanes) now = fixture_load (made, frame, NULL);
  fixture_assert_planes_equal (now, then);
  g_autoptr(GPtrArray) before = lw_project_list_media (fixture->project, &error), after = lw_project_list_media (made, &error), models = lw_project_list_models (made, &error);
  g_assert_cmpstr (((LwMedia *) after->pdata[0])->path, ==, ((LwMedia *) before->pdata[0])->path);
  g_assert_true (g_file_test (((LwModel *) models->pdata[0])->path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (led_out, G_FILE_TEST_EXISTS) || g_file_test (led_out, G_FILE_TEST_IS_SYMLINK));
  g_assert_true (lw_project_close (made, &error));

  g_assert_false (lw_backup_restore_as (fixture->folder, backup, target, NULL, &error));      /* something is there */
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_autofree char *other = g_build_filename (fixture->root, "other", NULL);
  g_assert_false (lw_backup_restore_as (fixture->folder, weights, other, NULL, &error));
  g_assert_nonnull (error);
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));
}

static void
test_remove (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *backup = back_up (fixture->project, NULL), *file = g_build_filename (fixture->folder, "project.sqlite", NULL);
  g_assert_false (lw_backup_remove (fixture->folder, file, &error));      /* no backup */
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (lw_backup_remove (fixture->folder, backup, &error));
  g_assert_no_error (error);
  g_autoptr(GPtrArray) left = lw_backup_list (fixture->folder, &error);
  g_assert_cmpuint (left->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backup/while-painting", test_while_painting);
  g_test_add_func ("/backup/refused", test_refused);
  g_test_add_func ("/backup/choose", test_choose);
  g_test_add_func ("/backup/due", test_due);
  g_test_add_func ("/backup/restore", test_restore);
  g_test_add_func ("/backup/restore-as", test_restore_as);
  g_test_add_func ("/backup/remove", test_remove);
  return g_test_run ();
}
