/* project-exchange.c: makes FOLDER/project with strokes, undos and revisions of three frames, and writes what the library reads of each revision to
 * FOLDER/revisions/UUID: both planes, row by row */
#include "config.h"
#include "../core/store/fixture.h"

#include <glib/gstdio.h>

#define N_REVISIONS 18      /* more than lie between two whole ones */

static void
check (GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

/* Noise, which is stored as it is. */
static LwDiff *
scatter (LwPlanes *planes, GRand *rand)
{
  LwEdit *edit = lw_edit_new (planes, 0, NULL);
  for (int y = 0; y < 200; y++)
    for (int x = 0; x < 250; x++)
      lw_edit_span (edit, y, x, x + 1, (guint8) g_rand_int_range (rand, 0, 5));
  return lw_edit_finish (edit);
}

static void
work (LwProject *project, gint64 frame, GRand *rand)
{
  for (int i = 0; i < N_REVISIONS; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwPlanes) planes = fixture_load (project, frame, NULL);
      g_autoptr(LwDiff) diff = i == N_REVISIONS - 6 ? scatter (planes, rand) : fixture_paint_random (planes, rand, 5);
      lw_project_commit_stroke (project, frame, &(LwStrokeInfo) { .tool = "brush", .base_seq = -1 }, diff, &error);
      check (error);
      if (i % 4 == 3)
        fixture_undo (project, frame);
      lw_project_add_revision (project, frame, LW_REVISION_MANUAL, NULL, &error);
      check (error);
    }
}

static void
write_revision (LwProject *project, const LwRevision *revision, const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) bytes = g_string_new (NULL);
  g_autofree char *path = g_build_filename (folder, "revisions", revision->uuid, NULL);
  g_autoptr(LwPlanes) planes = lw_project_load_revision (project, revision->id, &error);
  check (error);
  for (int plane = 0; plane < LW_N_PLANES; plane++)
    for (int y = 0; y < planes->plane[plane]->height; y++)
      g_string_append_len (bytes, (const char *) lw_label_map_row (planes->plane[plane], y), planes->plane[plane]->width);
  g_file_set_contents (path, bytes->str, (gssize) bytes->len, &error);
  check (error);
}

int
main (int argc, char **argv)
{
  if (argc != 2)
    return 2;
  g_autoptr(GError) error = NULL;
  g_autoptr(GRand) rand = g_rand_new_with_seed (11);
  g_autoptr(LwPalette) palette = fixture_palette (5);
  g_autofree char *folder = g_build_filename (argv[1], "project", NULL), *revisions = g_build_filename (argv[1], "revisions", NULL), *clip = g_build_filename (argv[1], "clip.mp4", NULL);
  g_autoptr(LwProject) project = lw_project_create (folder, palette, &error);
  check (error);
  g_mkdir (revisions, 0700);
  g_file_set_contents (clip, "none", -1, NULL);
  g_autoptr(LwMediaInfo) info = fixture_video (clip, 3, 300, 260, 10);
  lw_project_add_media (project, info, NULL, NULL, NULL, NULL, &error);
  check (error);
  for (guint i = 0; i < 3; i++)
    {
      gint64 frame = fixture_frame (project, i);
      work (project, frame, rand);
      g_autoptr(GPtrArray) list = lw_project_list_revisions (project, frame, &error);
      check (error);
      for (guint r = 0; r < list->len; r++)
        write_revision (project, list->pdata[r], argv[1]);
    }
  return lw_project_close (project, NULL) ? 0 : 1;
}
