/* test-media.c: media come in whole or not at all, are found again when moved, and their frames by what a person types */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>
#include "common/png.h"
#include "store/media/media.h"

static char *
make_file (const char *folder, const char *name, const char *contents)
{
  g_autoptr(GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);
  g_file_set_contents (path, contents, -1, &error);
  g_assert_no_error (error);
  return path;
}

static gint64
add (Fixture *fixture, LwMediaInfo *info, const LwAddOptions *options, GError **error)
{
  return lw_project_add_media (fixture->project, info, options, NULL, NULL, NULL, error);
}

/* Names of the chosen frames, joined by blanks. */
static char *
select_names (LwProject *project, const char *spec)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) specs = g_strsplit (spec, "|", -1);
  g_autoptr(GPtrArray) frames = lw_project_select_frames (project, (const char *const *) specs, &error);
  if (frames == NULL)
    {
      g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
      return NULL;
    }
  g_autoptr(GString) names = g_string_new (NULL);
  for (guint i = 0; i < frames->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "", ((LwFrame *) frames->pdata[i])->name);
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
assert_selects (LwProject *project, const char *spec, const char *expected)
{
  g_autofree char *names = select_names (project, spec);
  g_assert_cmpstr (names, ==, expected);
}

/* ---- add ---- */

static void
test_add_options (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *path = make_file (fixture->root, "drive.mp4", "x");
  g_autoptr(LwMediaInfo) info = fixture_video (path, 100, 64, 48, 10);
  LwAddOptions options = { .every = 10, .start = 2.0, .end = 5.05, .prefix = "day1_" };
  gint64 media = add (fixture, info, &options, &error);
  g_assert_no_error (error);
  assert_selects (fixture->project, "all", "day1_drive_000020 day1_drive_000030 day1_drive_000040 day1_drive_000050");

  g_autoptr(GPtrArray) all = lw_project_list_media (fixture->project, &error);
  g_assert_cmpuint (all->len, ==, 1);
  const LwMedia *medium = all->pdata[0];
  g_assert_cmpint (medium->id, ==, media);
  g_assert_cmpstr (medium->name, ==, "day1_drive");
  g_assert_cmpstr (medium->path, ==, path);
  g_assert_cmpint (medium->kind, ==, LW_MEDIA_VIDEO);
  g_assert_cmpstr (medium->sha256, ==, info->sha256);
  g_assert_false (medium->missing);

  g_autoptr(LwFrame) frame = lw_project_get_frame (fixture->project, fixture_frame (fixture->project, 1), &error);
  g_assert_cmpuint (frame->ordinal, ==, 30);
  g_assert_cmpint (frame->pts, ==, 1300);
  g_assert_cmpint (frame->tb_num, ==, 1);
  g_assert_cmpint (frame->tb_den, ==, 100);
  g_assert_cmpint (frame->width, ==, 64);
  g_assert_cmpint (frame->height, ==, 48);
  g_assert_true (g_uuid_string_is_valid (frame->uuid));
  g_assert_null (lw_project_get_frame (fixture->project, 12345, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
}

static void
test_names_collide (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 5, 64, 64);
  g_autofree char *path = make_file (fixture->root, "clip.avi", "y");
  g_autoptr(LwMediaInfo) info = fixture_video (path, 8, 64, 64, 10);
  g_assert_cmpint (add (fixture, info, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "clip_000000"));
  g_clear_error (&error);
  g_assert_cmpint (add (fixture, info, &(LwAddOptions) { .prefix = "b-" }, &error), >, 0);
  g_assert_no_error (error);

  /* folders of one name are no collision, their pictures' names are */
  g_autoptr(LwMediaInfo) one = fixture_images ("/data/one/images", "a", 2, 10, 10), two = fixture_images ("/data/two/images", "b", 2, 10, 10);
  g_assert_cmpint (add (fixture, one, NULL, &error), >, 0);
  g_assert_cmpint (add (fixture, two, NULL, &error), >, 0);
  assert_selects (fixture->project, "images-2:0-1", "b_00000 b_00001");

  /* pictures of one stem collide with each other */
  g_autoptr(LwMediaInfo) twins = fixture_images ("/data/twins", "t", 2, 10, 10);
  g_free (g_array_index (twins->frames, LwFrameInfo, 1).name);
  g_array_index (twins->frames, LwFrameInfo, 1).name = g_strdup ("t_00000");
  g_assert_cmpint (add (fixture, twins, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS);
}

static void
test_add_refuses (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwMediaInfo) large = fixture_images ("/x/large", "l", 1, 32769, 10), name = fixture_images ("/x/name", "a/b", 1, 10, 10);
  g_autoptr(LwMediaInfo) video = fixture_video ("/x/clip.mp4", 10, 64, 64, 10);
  g_assert_cmpint (add (fixture, large, NULL, &error), ==, 0);
  g_assert_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_cmpint (add (fixture, name, NULL, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (add (fixture, video, &(LwAddOptions) { .start = 100 }, &error), ==, 0);
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_autoptr(GPtrArray) frames = lw_project_list_frames (fixture->project, &error);
  g_assert_cmpuint (frames->len, ==, 0);
}

static void
cancel_half_way (double fraction, gpointer cancellable)
{
  if (fraction > 0.3)
    g_cancellable_cancel (cancellable);
}

/* Ten thousand frames come in at once for others, hold nobody up, and leave nothing when they are cancelled. */
static void
test_many (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwMediaInfo) info = fixture_images ("/data/many", "m", 10000, 640, 480);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_assert_cmpint (lw_project_add_media (fixture->project, info, NULL, cancel_half_way, cancellable, cancellable, &error), ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_autoptr(GPtrArray) none = lw_project_list_frames (fixture->project, &error);
  g_assert_cmpuint (none->len, ==, 0);

  g_assert_cmpint (add (fixture, info, NULL, &error), >, 0);
  g_assert_no_error (error);
  gint64 longest = lw_writer_get_longest (fixture->project->writer);
  g_test_message ("longest transaction: %.1f ms", (double) longest / 1000);
  fixture_reopen (fixture);
  g_autoptr(GTimer) timer = g_timer_new ();
  g_autoptr(GPtrArray) frames = lw_project_list_frames (fixture->project, &error);
  g_test_message ("10,000 frames listed in %.1f ms", g_timer_elapsed (timer, NULL) * 1000);
  g_assert_cmpuint (frames->len, ==, 10000);
  g_assert_cmpstr (((LwFrame *) frames->pdata[9999])->name, ==, "m_09999");
}

/* What a process that died in the middle left is invisible, and gone at the next open; what a living one is doing stays. */
static void
test_unfinished (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  fixture_add_video (fixture, "clip.mp4", 5, 64, 64);
  lw_project_close (fixture->project, NULL);
  fixture_sql (fixture->folder, "INSERT INTO operation (id, kind, started) VALUES (41, 'add-media', 0);"
                                "UPDATE media SET operation = 41");
  g_autofree char *locks = g_build_filename (fixture->folder, "operations.lock", NULL);
  int fd = g_open (locks, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 41, .l_len = 1 };
  g_assert_cmpint (fcntl (fd, F_OFD_SETLK, &lock), ==, 0);
  fixture_reopen (fixture);
  assert_selects (fixture->project, "all", NULL);
  lw_project_close (fixture->project, NULL);
  fixture_sql (fixture->folder, "INSERT INTO setting SELECT 'n', count (*) FROM frame");
  fixture_reopen (fixture);
  g_autofree char *n = lw_project_get_setting (fixture->project, "n");
  g_assert_cmpstr (n, ==, "5");      /* still there: its process is at work */

  close (fd);
  fixture_reopen (fixture);
  lw_project_close (fixture->project, NULL);
  fixture_sql (fixture->folder, "UPDATE setting SET value = (SELECT count (*) FROM frame) + (SELECT count (*) FROM media) + (SELECT count (*) FROM operation)");
  fixture_reopen (fixture);
  g_autofree char *left = lw_project_get_setting (fixture->project, "n");
  g_assert_cmpstr (left, ==, "0");
}

/* ---- select ---- */

static void
test_select (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "drive.mp4", 12, 64, 64);
  g_autoptr(LwMediaInfo) odd = fixture_images ("/data/odd", "o", 3, 64, 64);
  g_free (g_array_index (odd->frames, LwFrameInfo, 0).name);
  g_array_index (odd->frames, LwFrameInfo, 0).name = g_strdup ("with, comma: 1");
  add (fixture, odd, &(LwAddOptions) { .every = 2 }, &error);
  LwProject *project = fixture->project;
  fixture_stroke (project, fixture_frame (project, 4), (LwRect) { 0, 0, 5, 5 }, 1);

  assert_selects (project, "drive:0-2,11", "drive_000000 drive_000001 drive_000002 drive_000011");
  assert_selects (project, "drive:11,0-1,odd:0", "drive_000000 drive_000001 drive_000011 with, comma: 1");
  assert_selects (project, "o_00002,drive_000003", "drive_000003 o_00002");
  assert_selects (project, "drive_000003|drive_000003", "drive_000003");
  assert_selects (project, "with, comma: 1", "with, comma: 1");
  assert_selects (project, "in-progress", "drive_000004");
  assert_selects (project, "drive:10-99", "drive_000010 drive_000011");
  const char *nothing[] = { "accepted", "drive:50", "drive:5-2", "drive:", "walk:0", "nobody", "drive_000003,nobody", ",", "12", "drive:1,x", "odd:1" };
  for (gsize i = 0; i < G_N_ELEMENTS (nothing); i++)
    assert_selects (project, nothing[i], NULL);
  g_autoptr(GPtrArray) all = lw_project_select_frames (project, (const char *const[]) { "all", NULL }, &error);
  g_assert_cmpuint (all->len, ==, 14);
}

static void
test_nicks (void)
{
  for (int i = 0; i < LW_N_FRAME_STATUSES; i++)
    {
      LwFrameStatus status;
      g_assert_true (lw_frame_status_from_nick (lw_frame_status_get_nick ((LwFrameStatus) i), &status));
      g_assert_cmpint (status, ==, i);
    }
  LwFrameStatus status;
  g_assert_false (lw_frame_status_from_nick ("done", &status));
}

/* ---- paths ---- */

static void
test_paths (void)
{
  static const struct { const char *folder, *path, *stored; } cases[] = {
    { "/home/u/work/project", "/home/u/work/project/media/a.mp4", "media/a.mp4" },
    { "/home/u/work/project", "/home/u/videos/a.mp4", "../../videos/a.mp4" },
    { "/home/u/work/project", "/mnt/disk/a.mp4", "/mnt/disk/a.mp4" },
    { "/home/u/work/project", "/home/u/work/project2/a.mp4", "../project2/a.mp4" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *stored = lw_media_path_to_stored (cases[i].folder, cases[i].path);
      g_autofree char *back = lw_media_path_from_stored (cases[i].folder, stored);
      g_assert_cmpstr (stored, ==, cases[i].stored);
      g_assert_cmpstr (back, ==, cases[i].path);
    }
}

static LwMedia *
get_medium (LwProject *project, guint index)
{
  g_autoptr(GPtrArray) media = lw_project_list_media (project, NULL);
  return g_ptr_array_steal_index (media, index);
}

static void
move (const char *from, const char *to)
{
  g_autofree char *folder = g_path_get_dirname (to);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_assert_cmpint (g_rename (from, to), ==, 0);
}

static void
test_relink (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  gint64 id = fixture_add_video (fixture, "clip.mp4", 5, 64, 64);
  g_autofree char *old = g_build_filename (fixture->root, "clip.mp4", NULL), *new = g_build_filename (fixture->root, "moved", "other.mp4", NULL);
  move (old, new);
  g_autoptr(LwMedia) missing = get_medium (fixture->project, 0);
  g_assert_true (missing->missing);
  g_assert_null (lw_project_open_media (fixture->project, id, &error));
  g_assert_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_NOT_FOUND);
  g_clear_error (&error);

  g_autofree char *wrong = make_file (fixture->root, "wrong.mp4", "clip.mp5");
  g_assert_false (lw_project_relink_media (fixture->project, id, wrong, &error));
  g_assert_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_CHANGED);
  g_clear_error (&error);
  g_assert_false (lw_project_relink_media (fixture->project, id + 1, wrong, &error));
  g_assert_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (lw_project_relink_media (fixture->project, id, new, &error));
  g_assert_no_error (error);
  g_autoptr(LwMedia) found = get_medium (fixture->project, 0);
  g_assert_false (found->missing);
  g_assert_cmpstr (found->path, ==, new);
}

/* The project and what lies beside it move together: relative paths hold. */
static void
test_move_project (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 5, 64, 64);
  lw_project_close (fixture->project, NULL);
  g_clear_object (&fixture->project);
  g_autofree char *to = g_strconcat (fixture->root, "-moved", NULL), *folder = g_build_filename (to, "project", NULL);
  g_assert_cmpint (g_rename (fixture->root, to), ==, 0);
  g_autoptr(LwProject) project = lw_project_open (folder, &error);
  g_assert_no_error (error);
  g_autoptr(LwMedia) medium = get_medium (project, 0);
  g_assert_false (medium->missing);
  lw_project_close (project, NULL);
  g_assert_cmpint (g_rename (to, fixture->root), ==, 0);
}

static void
test_find_missing (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  fixture_add_video (fixture, "clip.mp4", 5, 64, 64);
  fixture_add_video (fixture, "drive.mp4", 5, 64, 64);
  fixture_add_video (fixture, "third.mp4", 5, 64, 64);
  g_autofree char *clip = g_build_filename (fixture->root, "clip.mp4", NULL), *drive = g_build_filename (fixture->root, "drive.mp4", NULL);
  g_autofree char *clip_now = g_build_filename (fixture->root, "archive/a/b/clip.mp4", NULL), *drive_now = g_build_filename (fixture->root, "archive/renamed.bin", NULL);
  move (clip, clip_now);
  move (drive, drive_now);
  g_autofree char *archive = g_build_filename (fixture->root, "archive", NULL), *decoy = make_file (archive, "clip.mp4", "clip!mp4");
  g_autofree char *nowhere = g_build_filename (fixture->root, "nowhere", NULL);
  g_assert_cmpint (lw_project_find_missing_media (fixture->project, (const char *const[]) { nowhere, archive, NULL }, NULL, &error), ==, 2);
  g_assert_no_error (error);
  g_autoptr(LwMedia) first = get_medium (fixture->project, 0);
  g_autoptr(LwMedia) second = get_medium (fixture->project, 1);
  g_assert_cmpstr (first->path, ==, clip_now);
  g_assert_cmpstr (second->path, ==, drive_now);
  g_assert_cmpint (lw_project_find_missing_media (fixture->project, (const char *const[]) { archive, NULL }, NULL, &error), ==, 0);
}

/* ---- real pictures, through core/media ---- */

static char *
make_pictures (const char *root, const char *name, int n)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_build_filename (root, name, NULL);
  g_mkdir (folder, 0777);
  for (int i = 0; i < n; i++)
    {
      guint8 rgb[20 * 10 * 3];
      memset (rgb, i * 20, sizeof rgb);
      g_autofree char *file = g_strdup_printf ("%s/p%d.png", folder, i);
      lw_png_write_rgb (file, rgb, 20, 10, 60, &error);
      g_assert_no_error (error);
    }
  return folder;
}

static void
test_pictures (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = make_pictures (fixture->root, "pictures", 3), *note = make_file (folder, "note.txt", "not a picture");
  g_autoptr(LwMediaInfo) info = lw_media_scan (folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  gint64 linked = add (fixture, info, NULL, &error);
  g_assert_no_error (error);
  gint64 copied = add (fixture, info, &(LwAddOptions) { .copy = TRUE, .prefix = "c-" }, &error);
  g_assert_no_error (error);

  g_autoptr(LwMedia) medium = get_medium (fixture->project, 1);
  g_autofree char *expected = g_build_filename (fixture->folder, "media", "pictures", NULL), *no_note = g_build_filename (expected, "note.txt", NULL);
  g_assert_cmpstr (medium->path, ==, expected);
  g_assert_false (g_file_test (no_note, G_FILE_TEST_EXISTS));

  /* the copy opens without the original, which is found again in another place */
  g_autofree char *moved = g_build_filename (fixture->root, "elsewhere", "pictures", NULL);
  move (folder, moved);
  g_autoptr(LwFrameSource) source = lw_project_open_media (fixture->project, copied, &error);
  g_assert_no_error (error);
  g_autoptr(LwImage) image = lw_frame_source_read (source, 2, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (image->width, ==, 20);
  g_assert_null (lw_project_open_media (fixture->project, linked, NULL));
  g_assert_cmpint (lw_project_find_missing_media (fixture->project, (const char *const[]) { fixture->root, NULL }, NULL, &error), ==, 1);
  g_assert_no_error (error);
  g_autoptr(LwFrameSource) again = lw_project_open_media (fixture->project, linked, &error);
  g_assert_no_error (error);
  g_autoptr(GPtrArray) problems = lw_project_verify (fixture->project, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, 0);
}

/* A copy whose rows can't be written is taken away again. */
static void
test_failed_copy (void)
{
  g_autoptr(Fixture) fixture = fixture_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = make_pictures (fixture->root, "pictures", 3);
  g_autoptr(LwMediaInfo) info = lw_media_scan (folder, NULL, NULL, NULL, &error);
  g_autoptr(GCancellable) cancelled = g_cancellable_new ();
  g_cancellable_cancel (cancelled);
  g_assert_cmpint (lw_project_add_media (fixture->project, info, &(LwAddOptions) { .copy = TRUE }, NULL, NULL, cancelled, &error), ==, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_autofree char *media = g_build_filename (fixture->folder, "media", NULL);
  g_autoptr(GDir) dir = g_dir_open (media, 0, NULL);
  g_assert_null (dir != NULL ? g_dir_read_name (dir) : NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/add-options", test_add_options);
  g_test_add_func ("/media/names-collide", test_names_collide);
  g_test_add_func ("/media/add-refuses", test_add_refuses);
  g_test_add_func ("/media/many", test_many);
  g_test_add_func ("/media/unfinished", test_unfinished);
  g_test_add_func ("/media/select", test_select);
  g_test_add_func ("/media/nicks", test_nicks);
  g_test_add_func ("/media/paths", test_paths);
  g_test_add_func ("/media/relink", test_relink);
  g_test_add_func ("/media/move-project", test_move_project);
  g_test_add_func ("/media/find-missing", test_find_missing);
  g_test_add_func ("/media/pictures", test_pictures);
  g_test_add_func ("/media/failed-copy", test_failed_copy);
  return g_test_run ();
}
