/* camvid-exchange.c: our side of an exchange of CamVid label sets with another program
 *
 * camvid-exchange write FOLDER          makes a project of random label maps and exports it to FOLDER/set; FOLDER/truth/NAME.bin
 * holds the class ids, row by row camvid-exchange check SET TRUTH       imports SET into a new project with its own pictures and
 * compares it with TRUTH/NAME.bin The classes are those of the palette camvid11, the pictures 48 x 32 pixels. Exit status 1:
 * something differs, and the message says what. */
#include "config.h"
#include "../core/formats/label-set.h"

#include <string.h>

enum { W = 48, H = 32 };

static int
fail (const char *what, const char *why)
{
  g_printerr ("%s: %s\n", what, why);
  return 1;
}

static gboolean
write_truth (LwProject *project, const LwFrame *frame, const char *folder)
{
  g_autoptr(LwLabelMap) map = load_map (project, frame);
  g_autofree char *name = g_strconcat (frame->name, ".bin", NULL), *path = g_build_filename (folder, name, NULL);
  return g_file_set_contents (path, (const char *) map->labels, W * H, NULL);
}

static int
write_set (const char *folder)
{
  static const char *const names[] = { "0001TP_006690", "0016E5_07959", "clip one_000003", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (names, W, H, "camvid11");
  LwProject *project = scene_project (scene, "project", TRUE);
  paint_all (project, FALSE);
  g_autofree char *set = g_build_filename (folder, "set", NULL), *truth = g_build_filename (folder, "truth", NULL);
  LwCamvidExport what = { .layout = LW_CAMVID_DATUMARO, .subset = "train", .images = TRUE, .verify = TRUE };
  g_autoptr(LwExportReport) report = export_all (project, &what, set, &error);
  gboolean done = report != NULL && g_mkdir_with_parents (truth, 0777) == 0;
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, NULL);
  for (guint i = 0; i < frames->len; i++)
    done = done && write_truth (project, frames->pdata[i], truth);
  close_project (project);
  return done ? 0 : fail (folder, error != NULL ? error->message : "can’t be written");
}

static int
check_frame (LwProject *project, const LwFrame *frame, const char *truth)
{
  g_autoptr(LwLabelMap) map = load_map (project, frame);
  g_autofree char *name = g_strconcat (frame->name, ".bin", NULL), *path = g_build_filename (truth, name, NULL), *labels = NULL;
  gsize length;
  if (!g_file_get_contents (path, &labels, &length, NULL) || map->width != W || map->height != H || length != W * H)
    return fail (path, "is missing, or of another size");
  return memcmp (map->labels, labels, length) == 0 ? 0 : fail (frame->name, "differs from the truth");
}

static int
check_set (const char *set, const char *truth)
{
  static const char *const none[] = { NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (none, W, H, "camvid11");
  LwProject *project = scene_project (scene, "project", FALSE);
  LwCamvidImport how = { .detect_layout = TRUE, .add_images = TRUE };
  g_autoptr(LwImportReport) report = import_from (project, &how, set, &error);
  int status = 0;
  if (report == NULL)
    status = fail (set, error->message);
  else if (report->skipped > 0 || g_hash_table_size (report->unknown) > 0)
    status = fail (set, "holds label maps without a frame, or unknown values");
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, NULL);
  if (status == 0 && frames->len == 0)
    status = fail (set, "holds no frames");
  for (guint i = 0; status == 0 && i < frames->len; i++)
    status = check_frame (project, frames->pdata[i], truth);
  close_project (project);
  return status;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);      /* for its random numbers */
  if (argc == 3 && strcmp (argv[1], "write") == 0)
    return write_set (argv[2]);
  if (argc == 4 && strcmp (argv[1], "check") == 0)
    return check_set (argv[2], argv[3]);
  g_printerr ("camvid-exchange write FOLDER | check SET TRUTH\n");
  return 2;
}
