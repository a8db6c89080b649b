/* test-camvid-real.c: CamVid's own val frames through each layout and back: every pixel equal to the file it came from */
#include "config.h"
#include "label-set.h"

#include <string.h>
#include "common/png.h"

typedef struct {
  char *labels, *images;     /* CamVid's valannot and val */
  Scene scene;               /* of a temporary folder alone */
} Val;

static gboolean
val_init (Val *val, const char *palette)
{
  const char *root = g_getenv ("CAMVID_DIR");
  if (root == NULL || root[0] == '\0')
    {
      g_test_skip ("needs real frames: the option camvid_dir");
      return FALSE;
    }
  *val = (Val) { .labels = g_build_filename (root, "valannot", NULL), .images = g_build_filename (root, "val", NULL) };
  val->scene.root = fixture_temporary_folder ();
  val->scene.pictures = g_strdup (val->images);
  val->scene.palette = lw_palette_load (palette, NULL);
  return TRUE;
}

static void
val_clear (Val *val)
{
  fixture_remove_tree (val->scene.root);
  g_free (val->scene.root);
  g_free (val->scene.pictures);
  lw_palette_free (val->scene.palette);
  g_free (val->labels);
  g_free (val->images);
}

/* Every frame against its file in CamVid, read without the importer. @expected_void: what void became. */
static void
assert_is_val (const Val *val, LwProject *project, guint8 expected_void)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (project, NULL);
  g_assert_cmpuint (frames->len, ==, 101);
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      g_autoptr(GError) error = NULL;
      g_autofree char *name = g_strconcat (frame->name, ".png", NULL), *path = g_build_filename (val->labels, name, NULL);
      LwPngInfo info;
      g_autofree guint8 *truth = lw_png_read_index (path, &info, &error);
      g_assert_no_error (error);
      gsize n = (gsize) info.width * (gsize) info.height;
      for (gsize k = 0; k < n; k++)
        truth[k] = truth[k] == 11 ? expected_void : truth[k];
      g_autoptr(LwLabelMap) map = load_map (project, frame);
      g_assert_true (memcmp (map->labels, truth, n) == 0);
    }
}

/* @map_file: NULL, or one that turns void into unlabelled. */
static LwProject *
import_val (const Val *val, const char *name, const char *map_file)
{
  g_autoptr(GError) error = NULL;
  LwProject *project = scene_project (&val->scene, name, FALSE);
  LwCamvidImport how = { .layout = LW_CAMVID_SEGNET, .add_images = TRUE, .map_file = map_file };
  g_autoptr(LwImportReport) report = import_from (project, &how, val->labels, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->frames, ==, 101);
  g_assert_cmpuint (report->skipped, ==, 0);
  g_assert_cmpuint (g_hash_table_size (report->unknown), ==, 0);
  return project;
}

static void
check_layout (const Val *val, LwProject *from, const char *name, LwCamvidExport what, guint8 expected_void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = scene_path (&val->scene, name), *project_name = g_strconcat ("project ", name, NULL);
  what.verify = TRUE;
  g_autoptr(LwExportReport) out = export_all (from, &what, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (out->frames, ==, 101);
  LwProject *to = scene_project (&val->scene, project_name, TRUE);
  LwCamvidImport how = { .detect_layout = TRUE };
  g_autoptr(LwImportReport) in = import_from (to, &how, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (in->frames, ==, 101);
  g_assert_cmpuint (g_hash_table_size (in->unknown), ==, 0);
  assert_is_val (val, to, expected_void);
  close_project (to);
}

static void
test_round_trip (void)
{
  Val val;
  if (!val_init (&val, "camvid11"))
    return;
  LwProject *from = import_val (&val, "from", NULL);
  assert_is_val (&val, from, 11);
  check_layout (&val, from, "datumaro", (LwCamvidExport) { .layout = LW_CAMVID_DATUMARO }, 11);
  check_layout (&val, from, "cambridge", (LwCamvidExport) { .layout = LW_CAMVID_CAMBRIDGE }, 11);
  check_layout (&val, from, "segnet", (LwCamvidExport) { .layout = LW_CAMVID_SEGNET }, 11);
  close_project (from);
  val_clear (&val);
}

/* The same with CamVid's void taken as unlabelled: SegNet's layout has a number for it, datumaro's the background of a project
 * without void. */
static void
test_unlabelled (void)
{
  Val val;
  if (!val_init (&val, "camvid11"))
    return;
  g_ptr_array_remove_index (val.scene.palette->classes, 11);
  g_autofree char *map_file = scene_path (&val.scene, "map.json");
  g_assert_true (g_file_set_contents (map_file, "{\"Void\": null}", -1, NULL));
  LwProject *from = import_val (&val, "from", map_file);
  assert_is_val (&val, from, LW_LABEL_NONE);
  check_layout (&val, from, "segnet",
                (LwCamvidExport) { .layout = LW_CAMVID_SEGNET, .unlabelled = LW_UNLABELLED_VALUE, .unlabelled_value = 255 },
                LW_LABEL_NONE);
  check_layout (&val, from, "datumaro", (LwCamvidExport) { .layout = LW_CAMVID_DATUMARO, .unlabelled = LW_UNLABELLED_VOID },
                LW_LABEL_NONE);
  close_project (from);
  val_clear (&val);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camvid/real/round-trip", test_round_trip);
  g_test_add_func ("/camvid/real/unlabelled", test_unlabelled);
  return g_test_run ();
}
