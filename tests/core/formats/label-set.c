/* label-set.c: projects with real pictures, for the tests of the formats */
#include "config.h"
#include "label-set.h"

#include <glib/gstdio.h>
#include "common/png.h"

Scene *
scene_new (const char *const *names, int width, int height, const char *palette)
{
  g_autoptr(GError) error = NULL;
  Scene *scene = g_new0 (Scene, 1);
  scene->root = fixture_temporary_folder ();
  scene->pictures = g_build_filename (scene->root, "pictures", NULL);
  scene->palette = lw_palette_load (palette, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_mkdir (scene->pictures, 0777), ==, 0);
  g_autofree guint8 *rgb = g_malloc ((gsize) (width * height * 3));
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *file = g_strconcat (names[i], ".png", NULL), *path = g_build_filename (scene->pictures, file, NULL);
      for (int k = 0; k < width * height * 3; k++)
        rgb[k] = (guint8) g_test_rand_int_range (0, 256);
      g_assert_true (lw_png_write_rgb (path, rgb, width, height, (gsize) width * 3, &error));
    }
  return scene;
}

void
scene_free (Scene *scene)
{
  fixture_remove_tree (scene->root);
  lw_palette_free (scene->palette);
  g_free (scene->root);
  g_free (scene->pictures);
  g_free (scene);
}

char *
scene_path (const Scene *scene, const char *name)
{
  return g_build_filename (scene->root, name, NULL);
}

LwProject *
scene_project (const Scene *scene, const char *name, gboolean pictures)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = scene_path (scene, name);
  LwProject *project = lw_project_create (folder, scene->palette, &error);
  g_assert_no_error (error);
  if (!pictures)
    return project;
  g_autoptr(LwMediaInfo) info = lw_media_scan (scene->pictures, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  const LwAddOptions options = { 0 };
  g_assert_cmpint (lw_project_add_media (project, info, &options, NULL, NULL, NULL, &error), >, 0);
  g_assert_no_error (error);
  return project;
}

void
close_project (LwProject *project)
{
  g_autoptr(GError) error = NULL;
  g_assert_true (lw_project_close (project, &error));
  g_assert_no_error (error);
  g_object_unref (project);
}

static void
paint_random (LwLabelMap *map, const LwPalette *palette, gboolean unlabelled)
{
  for (int y = 0; y < map->height; y++)
    for (int x = 0; x < map->width; x++)
      {
        int pick = g_test_rand_int_range (unlabelled ? -1 : 0, (int) palette->classes->len);
        const LwClass *class = pick < 0 ? NULL : palette->classes->pdata[pick];
        if (x > 0 && g_test_rand_int_range (0, 4) > 0)
          lw_label_map_row (map, y)[x] = lw_label_map_get (map, x - 1, y);
        else
          lw_label_map_row (map, y)[x] = class == NULL ? LW_LABEL_NONE : class->id;
      }
}

void
paint_all (LwProject *project, gboolean unlabelled)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = lw_project_dup_palette (project, &error);
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, &error);
  g_assert_no_error (error);
  int origin = lw_project_get_origin (project, LW_ORIGIN_PERSON, NULL, 0, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      g_autoptr(LwLabelMap) map = lw_label_map_new (frame->width, frame->height);
      paint_random (map, palette, unlabelled);
      g_assert_true (lw_project_import_map (project, frame->id, map, (guint8) origin, LW_REVISION_MANUAL, "test", &error));
      g_assert_no_error (error);
    }
}

LwLabelMap *
load_map (LwProject *project, const LwFrame *frame)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPlanes) planes = lw_project_load_planes (project, frame->id, NULL, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&planes->plane[LW_PLANE_CLASS]);
}

LwFrame *
find_frame (LwProject *project, const char *name)
{
  g_autoptr(GError) error = NULL;
  const char *const specs[] = { name, NULL };
  g_autoptr(GPtrArray) found = lw_project_select_frames (project, specs, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 1);
  return lw_project_get_frame (project, ((LwFrame *) found->pdata[0])->id, NULL);
}

LwExportReport *
export_all (LwProject *project, const LwCamvidExport *what, const char *folder, GError **error)
{
  g_autoptr(GError) listing = NULL;
  LwCamvidExport all = *what;
  g_autoptr(GPtrArray) frames = all.frames = lw_project_list_frames (project, &listing);
  g_assert_no_error (listing);
  LwExportReport *report = lw_camvid_export (project, &all, folder, NULL, NULL, NULL, error);
  g_assert_true (error == NULL || (report == NULL) == (*error != NULL));
  return report;
}

LwImportReport *
import_from (LwProject *project, const LwCamvidImport *how, const char *path, GError **error)
{
  LwImportReport *report = lw_camvid_import (project, how, path, NULL, NULL, NULL, error);
  g_assert_true (error == NULL || (report == NULL) == (*error != NULL));
  return report;
}
