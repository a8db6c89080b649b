/* fixture.c: projects in temporary folders, media without files, and strokes, for the tests of the store */
#include "config.h"
#include "fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include "store/backup.h"
#include "store/database/page-sums.h"

void
fixture_remove_tree (const char *folder)
{
  g_autoptr(GDir) dir = g_file_test (folder, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      fixture_remove_tree (path);
    }
  g_remove (folder);
}

char *
fixture_temporary_folder (void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp ("lw-store-XXXXXX", &error);
  g_assert_no_error (error);
  return folder;
}

LwPalette *
fixture_palette (int n_classes)
{
  LwPalette *palette = lw_palette_new ("test");
  for (int i = 0; i < n_classes; i++)
    {
      g_autofree char *name = g_strdup_printf ("class%d", i);
      const guint8 rgb[3] = { (guint8) (i * 3), (guint8) (255 - i), (guint8) (i * 7) };
      lw_palette_add (palette, (guint8) i, name, rgb);
    }
  return palette;
}

Fixture *
fixture_new (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = fixture_palette (5);
  Fixture *fixture = g_new0 (Fixture, 1);
  fixture->root = fixture_temporary_folder ();
  fixture->folder = g_build_filename (fixture->root, "project", NULL);
  fixture->project = lw_project_create (fixture->folder, palette, &error);
  g_assert_no_error (error);
  g_assert_nonnull (fixture->project);
  return fixture;
}

void
fixture_free (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  if (fixture->project != NULL)
    {
      lw_project_close (fixture->project, &error);
      g_assert_no_error (error);
      g_assert_finalize_object (fixture->project);
    }
  fixture_remove_tree (fixture->root);
  g_free (fixture->root);
  g_free (fixture->folder);
  g_free (fixture);
}

void
fixture_reopen (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  lw_project_close (fixture->project, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (fixture->project);
  fixture->project = lw_project_open (fixture->folder, &error);
  g_assert_no_error (error);
}

/* ---- media ---- */

static void
frame_info_clear (gpointer frame)
{
  g_free (((LwFrameInfo *) frame)->name);
}

static LwMediaInfo *
media_info (LwMediaKind kind, const char *path, guint n_frames, int width, int height)
{
  LwMediaInfo *info = g_new0 (LwMediaInfo, 1);
  info->kind = kind;
  info->path = g_strdup (path);
  info->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, path, -1);
  info->width = width;
  info->height = height;
  info->index = g_bytes_new_static ("index", 5);
  info->frames = g_array_new (FALSE, TRUE, sizeof (LwFrameInfo));
  g_array_set_clear_func (info->frames, frame_info_clear);
  for (guint i = 0; i < n_frames; i++)
    {
      LwFrameInfo frame = { .pts = G_MININT64, .tb_num = 0, .tb_den = 1, .width = width, .height = height };
      frame.packet_hash[0] = (guint8) i;
      g_array_append_val (info->frames, frame);
    }
  return info;
}

LwMediaInfo *
fixture_video (const char *path, guint n_frames, int width, int height, int rate)
{
  LwMediaInfo *info = media_info (LW_MEDIA_VIDEO, path, n_frames, width, height);
  for (guint i = 0; i < n_frames; i++)
    {
      LwFrameInfo *frame = &g_array_index (info->frames, LwFrameInfo, i);
      frame->pts = 1000 + i * 10;
      frame->tb_num = 1;
      frame->tb_den = rate * 10;
    }
  return info;
}

LwMediaInfo *
fixture_images (const char *folder, const char *prefix, guint n_frames, int width, int height)
{
  LwMediaInfo *info = media_info (LW_MEDIA_IMAGES, folder, n_frames, width, height);
  for (guint i = 0; i < n_frames; i++)
    g_array_index (info->frames, LwFrameInfo, i).name = g_strdup_printf ("%s_%05u", prefix, i);
  return info;
}

gint64
fixture_add_video (Fixture *fixture, const char *name, guint n_frames, int width, int height)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->root, name, NULL);
  g_file_set_contents (path, name, -1, &error);
  g_assert_no_error (error);
  g_autoptr(LwMediaInfo) info = fixture_video (path, n_frames, width, height, 10);
  g_free (info->sha256);
  info->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  info->size = strlen (name);
  gint64 media = lw_project_add_media (fixture->project, info, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (media, >, 0);
  return media;
}

gint64
fixture_frame (LwProject *project, guint index)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (index, <, frames->len);
  return ((LwFrame *) frames->pdata[index])->id;
}

/* ---- strokes ---- */

LwDiff *
fixture_paint (LwPlanes *planes, LwRect rect, guint8 class_id, guint8 origin)
{
  LwEdit *edit = lw_edit_new (planes, origin, NULL);
  for (int y = rect.y; y < rect.y + rect.height; y++)
    lw_edit_span (edit, y, rect.x, rect.x + rect.width, class_id);
  return lw_edit_finish (edit);
}

LwDiff *
fixture_paint_random (LwPlanes *planes, GRand *rand, int n_classes)
{
  const LwLabelMap *map = planes->plane[LW_PLANE_CLASS];
  int x = g_rand_int_range (rand, 0, map->width), y = g_rand_int_range (rand, 0, map->height);
  LwRect rect = { x, y, g_rand_int_range (rand, 1, map->width - x + 1), g_rand_int_range (rand, 1, map->height - y + 1) };
  int class_id = g_rand_int_range (rand, -1, n_classes);
  return fixture_paint (planes, rect, class_id < 0 ? LW_LABEL_NONE : (guint8) class_id, 0);
}

void
fixture_assert_planes_equal (const LwPlanes *a, const LwPlanes *b)
{
  for (int i = 0; i < LW_N_PLANES; i++)
    g_assert_true (lw_label_map_equal (a->plane[i], b->plane[i]));
}

LwPlanes *
fixture_load (LwProject *project, gint64 frame, LwHistory **history)
{
  g_autoptr(GError) error = NULL;
  LwPlanes *planes = lw_project_load_planes (project, frame, history, &error);
  g_assert_no_error (error);
  return planes;
}

gboolean
fixture_try_stroke (LwProject *project, gint64 frame, LwRect rect, guint8 class_id)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, &history);
  g_autoptr(LwDiff) diff = fixture_paint (planes, rect, class_id, 0);
  lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = history->seq }, diff, &error);
  if (g_error_matches (error, LW_STORE_ERROR, LW_STORE_ERROR_CONFLICT))
    return FALSE;
  g_assert_no_error (error);
  return TRUE;
}

void
fixture_stroke (LwProject *project, gint64 frame, LwRect rect, guint8 class_id)
{
  while (!fixture_try_stroke (project, frame, rect, class_id))
    ;
}

void
fixture_undo (LwProject *project, gint64 frame)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwHistory) history = NULL;
  g_autoptr(LwPlanes) planes = fixture_load (project, frame, &history);
  const char *last = history->undo->pdata[history->undo->len - 1];
  g_autoptr(LwDiff) diff = lw_project_load_diff (project, frame, last, &error);
  lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "undo", .undoes = last, .base_seq = history->seq }, diff, &error);
  g_assert_no_error (error);
}

static void
assert_sound_but (LwProject *project, const char *but, const char *when)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) problems = lw_project_verify (project, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < problems->len; i++)
    if (but == NULL || strstr (problems->pdata[i], but) == NULL)
      g_error ("%s: %s", when, (char *) problems->pdata[i]);
}

void
fixture_assert_sound (LwProject *project)
{
  assert_sound_but (project, NULL, "not sound");
}

void
fixture_assert_old_sound (LwProject *project, const char *when)
{
  assert_sound_but (project, "clip", when);
}

char *
fixture_back_up_if_due (LwProject *project)
{
  g_autoptr(GError) error = NULL;
  char *path = NULL;
  g_assert_true (lw_project_back_up_if_due (project, &path, NULL, &error));
  g_assert_no_error (error);
  return path;
}

void
fixture_sql (const char *folder, const char *sql)
{
  g_autofree char *path = g_build_filename (folder, "project.sqlite", NULL);
  sqlite3 *db;
  char *message = NULL;
  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, lw_page_sums_get_vfs ()), ==, SQLITE_OK);
  sqlite3_exec (db, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (db);
}
