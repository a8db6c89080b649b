/* bench-export.c: CamVid's 468 frames of train and val out of a project, in each layout
 *
 * bench-export [FOLDER]: of CamVid; CAMVID_DIR unless told. Each layout is written three times with every label map read back and
 * compared; the median counts. */
#include "config.h"
#include <stdlib.h>

#include "../core/store/fixture.h"
#include "formats/camvid.h"

enum { RUNS = 3 };

static int
compare_times (const void *a, const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return (left > right) - (left < right);
}

static LwProject *
make_project (const char *camvid, const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPalette) palette = lw_palette_load ("camvid11", &error);
  g_assert_no_error (error);
  LwProject *project = lw_project_create (folder, palette, &error);
  g_assert_no_error (error);
  LwCamvidImport how = { .layout = LW_CAMVID_SEGNET, .add_images = TRUE };
  gint64 start = g_get_monotonic_time ();
  g_autoptr(LwImportReport) report = lw_camvid_import (project, &how, camvid, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_print ("import\t%u frames\t%.2f s\n", report->frames, (double) (g_get_monotonic_time () - start) * 1e-6);
  return project;
}

static double
time_export (LwProject *project, LwCamvidExport *what, const char *folder)
{
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  g_autoptr(LwExportReport) report = lw_camvid_export (project, what, folder, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  double seconds = (double) (g_get_monotonic_time () - start) * 1e-6;
  fixture_remove_tree (folder);
  return seconds;
}

static void
bench_layout (LwProject *project, const char *root, const char *nick, gboolean images)
{
  LwCamvidExport what = { .verify = TRUE, .images = images };
  g_autofree char *folder = g_build_filename (root, nick, NULL);
  g_autoptr(GPtrArray) frames = what.frames = lw_project_list_frames (project, NULL);
  double seconds[RUNS];
  lw_camvid_layout_from_nick (nick, &what.layout);
  for (int i = 0; i < RUNS; i++)
    seconds[i] = time_export (project, &what, folder);
  qsort (seconds, RUNS, sizeof *seconds, compare_times);
  g_print ("export\t%s, %s\t%u frames\t%.2f s\t%.0f frames/s\n", nick, images ? "labels and pictures" : "labels", frames->len,
           seconds[RUNS / 2], frames->len / seconds[RUNS / 2]);
}

int
main (int argc, char **argv)
{
  const char *camvid = argc > 1 ? argv[1] : g_getenv ("CAMVID_DIR");
  if (camvid == NULL || camvid[0] == '\0')
    {
      g_print ("skipped: needs the option camvid_dir\n");
      return 77;
    }
  g_autofree char *root = fixture_temporary_folder (), *folder = g_build_filename (root, "project", NULL);
  LwProject *project = make_project (camvid, folder);
  static const char *const layouts[] = { "datumaro", "cambridge", "segnet" };
  for (gsize i = 0; i < G_N_ELEMENTS (layouts); i++)
    bench_layout (project, root, layouts[i], FALSE);
  bench_layout (project, root, "datumaro", TRUE);
  lw_project_close (project, NULL);
  g_object_unref (project);
  fixture_remove_tree (root);
  return 0;
}
