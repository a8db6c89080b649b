/* test-camvid.c: out of a project and into another: every pixel equal, in each layout */
#include "config.h"
#include "label-set.h"

#include <glib/gstdio.h>
#include <string.h>
#include "common/png.h"

static const char *const names[] = { "0001TP_006690", "Seq05VD_f05100", "clip one_000002", "über_L", NULL };
enum { W = 37, H = 23 };

static const LwCamvidLayout layouts[] = { LW_CAMVID_DATUMARO, LW_CAMVID_CAMBRIDGE, LW_CAMVID_SEGNET };

/* What unlabelled pixels come back as: @unlabelled. */
static void
assert_same (LwProject *a, LwProject *b, guint8 unlabelled)
{
  g_autoptr(GPtrArray) frames = lw_project_list_frames (a, NULL);
  guint8 table[256];
  for (int i = 0; i < 256; i++)
    table[i] = (guint8) i;
  table[LW_LABEL_NONE] = unlabelled;
  g_assert_cmpuint (frames->len, >, 0);
  for (guint i = 0; i < frames->len; i++)
    {
      const LwFrame *frame = frames->pdata[i];
      g_autoptr(LwFrame) other = find_frame (b, frame->name);
      g_autoptr(LwLabelMap) left = load_map (a, frame), right = load_map (b, other);
      lw_label_map_remap (left, table);
      g_assert_true (lw_label_map_equal (left, right));
    }
}

/* Exports, imports into a project of the same classes, compares; the layout is told or found out. */
static void
check_round_trip (const char *palette, const LwCamvidExport *what, gboolean unlabelled, guint8 comes_back_as, gboolean detect)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (names, W, H, palette);
  LwProject *from = scene_project (scene, "from", TRUE), *to = scene_project (scene, "to", !what->images);
  paint_all (from, unlabelled);
  g_autofree char *folder = scene_path (scene, "label set");
  g_autoptr(LwExportReport) out = export_all (from, what, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (out->frames, ==, 4);
  g_assert_cmpstr (out->folder, ==, folder);
  g_assert_cmpint (out->unlabelled_pixels > 0, ==, unlabelled);
  LwCamvidImport how = { .layout = what->layout, .detect_layout = detect, .add_images = what->images };
  g_autoptr(LwImportReport) in = import_from (to, &how, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (in->frames, ==, 4);
  g_assert_cmpuint (in->skipped, ==, 0);
  g_assert_cmpuint (g_hash_table_size (in->unknown), ==, 0);
  assert_same (from, to, comes_back_as);
  close_project (from);
  close_project (to);
}

static void
test_round_trip (void)
{
  static const char *const palettes[] = { "camvid11", "camvid32", "cityscapes" };
  static const guint8 voids[] = { 11, 30, 19 };
  for (gsize p = 0; p < G_N_ELEMENTS (palettes); p++)
    for (gsize l = 0; l < G_N_ELEMENTS (layouts); l++)
      {
        LwCamvidExport what = { .layout = layouts[l], .verify = TRUE, .subset = p == 0 ? NULL : "train" };
        if (p == 0)
          check_round_trip (palettes[p], &what, FALSE, LW_LABEL_NONE, l % 2);
        what.unlabelled = LW_UNLABELLED_VOID;
        check_round_trip (palettes[p], &what, TRUE, voids[p], TRUE);
      }
}

/* SegNet's layout has room for a number of its own: 255, which means that everywhere, comes back as unlabelled. */
static void
test_unlabelled_value (void)
{
  LwCamvidExport what = {
    .layout = LW_CAMVID_SEGNET, .unlabelled = LW_UNLABELLED_VALUE, .unlabelled_value = 255, .verify = TRUE
  };
  check_round_trip ("camvid11", &what, TRUE, LW_LABEL_NONE, TRUE);
  check_round_trip ("camvid32", &what, TRUE, LW_LABEL_NONE, FALSE);
}

static LwPalette *
own_palette (gboolean with_void)
{
  LwPalette *palette = lw_palette_new ("Own");
  lw_palette_add (palette, 7, "traffic light", (guint8[]) { 10, 20, 30 });
  lw_palette_add (palette, 3, "road", (guint8[]) { 40, 50, 60 });
  if (with_void)
    lw_palette_add (palette, 1, "nothing", (guint8[]) { 70, 80, 90 })->ignored = TRUE;
  return palette;
}

/* Without a void class, datumaro's background (black, index 0) stands for what nobody labelled, and comes back as that. */
static void
test_background (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (names, W, H, "camvid11");
  lw_palette_free (scene->palette);
  scene->palette = own_palette (FALSE);
  LwProject *from = scene_project (scene, "from", TRUE), *to = scene_project (scene, "to", TRUE);
  paint_all (from, TRUE);
  g_autofree char *folder = scene_path (scene, "out"), *table = scene_path (scene, "out/label_colors.txt"), *text = NULL;
  LwCamvidExport what = { .layout = LW_CAMVID_DATUMARO, .unlabelled = LW_UNLABELLED_VOID, .verify = TRUE };
  g_autoptr(LwExportReport) out = export_all (from, &what, folder, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (table, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "0 0 0 background\n10 20 30 traffic_light\n40 50 60 road\n");
  LwCamvidImport how = { .detect_layout = TRUE };
  g_autoptr(LwImportReport) in = import_from (to, &how, folder, &error);
  g_assert_no_error (error);
  assert_same (from, to, LW_LABEL_NONE);
  close_project (from);
  close_project (to);
}

/* ---- to the byte ---- */

static void
assert_text (const Scene *scene, const char *name, const char *expected)
{
  g_autofree char *path = scene_path (scene, name), *text = NULL;
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
assert_files (const Scene *scene, const char *folder, const char *expected)
{
  g_autofree char *path = scene_path (scene, folder);
  g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  g_assert_nonnull (dir);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    g_ptr_array_add (found, g_strdup (name));
  g_ptr_array_sort (found, compare_names);
  g_ptr_array_add (found, NULL);
  g_autofree char *all = g_strjoinv (", ", (char **) found->pdata);
  g_assert_cmpstr (all, ==, expected);
}

static void
test_files (void)
{
  static const char *const two[] = { "a b", "c", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (two, 4, 2, "camvid11");
  lw_palette_free (scene->palette);
  scene->palette = own_palette (TRUE);
  LwProject *project = scene_project (scene, "from", TRUE);
  paint_all (project, FALSE);
  g_autofree char *datumaro = scene_path (scene, "d"), *cambridge = scene_path (scene, "c"), *segnet = scene_path (scene, "s");
  LwCamvidExport what = { .layout = LW_CAMVID_DATUMARO, .subset = "train", .verify = TRUE };
  g_autoptr(LwExportReport) first = export_all (project, &what, datumaro, &error);
  g_assert_no_error (error);
  assert_files (scene, "d", "label_colors.txt, train.txt, trainannot");
  assert_files (scene, "d/trainannot", "a b.png, c.png");
  assert_text (scene, "d/train.txt", "\"/train/a b.png\" \"trainannot/a b.png\"\n/train/c.png trainannot/c.png\n");
  assert_text (scene, "d/label_colors.txt", "10 20 30 traffic_light\n40 50 60 road\n70 80 90 nothing\n");

  what = (LwCamvidExport) { .layout = LW_CAMVID_CAMBRIDGE, .images = TRUE };
  g_autoptr(LwExportReport) second = export_all (project, &what, cambridge, &error);
  g_assert_no_error (error);
  assert_files (scene, "c", "701_StillsRaw_full, LabeledApproved_full, label_colors.txt");
  assert_files (scene, "c/701_StillsRaw_full", "a b.png, c.png");
  assert_files (scene, "c/LabeledApproved_full", "a b_L.png, c_L.png");

  what = (LwCamvidExport) { .layout = LW_CAMVID_SEGNET, .subset = "val", .images = TRUE };
  g_autoptr(LwExportReport) third = export_all (project, &what, segnet, &error);
  g_assert_no_error (error);
  assert_files (scene, "s", "class_indices.txt, val, val.txt, valannot");
  assert_text (scene, "s/class_indices.txt", "10 20 30 traffic_light\n40 50 60 road\n70 80 90 nothing\n");
  assert_text (scene, "s/val.txt", "\"val/a b.png\" \"valannot/a b.png\"\nval/c.png valannot/c.png\n");
  close_project (project);
}

/* The pixels of a file, looked at without our importer: red, green, blue of the class; number by the class's place; the frame's
 * picture unchanged. */
static void
test_pixels (void)
{
  static const char *const one[] = { "x", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (one, W, H, "camvid32");
  LwProject *project = scene_project (scene, "from", TRUE);
  paint_all (project, FALSE);
  g_autoptr(LwFrame) frame = find_frame (project, "x");
  g_autoptr(LwLabelMap) map = load_map (project, frame);
  g_autofree char *datumaro = scene_path (scene, "d"), *segnet = scene_path (scene, "s"),
                  *colors = scene_path (scene, "d/defaultannot/x.png");
  g_autofree char *numbers = scene_path (scene, "s/defaultannot/x.png"), *picture = scene_path (scene, "s/default/x.png"),
                  *original = scene_path (scene, "pictures/x.png");
  LwCamvidExport what = { .layout = LW_CAMVID_DATUMARO };
  g_autoptr(LwExportReport) first = export_all (project, &what, datumaro, &error);
  g_assert_no_error (error);
  what = (LwCamvidExport) { .layout = LW_CAMVID_SEGNET, .images = TRUE };
  g_autoptr(LwExportReport) second = export_all (project, &what, segnet, &error);
  g_assert_no_error (error);
  int w, h;
  g_autofree guint8 *rgb = lw_png_read_rgb (colors, &w, &h, &error), *copy = lw_png_read_rgb (picture, &w, &h, &error),
                    *source = lw_png_read_rgb (original, &w, &h, &error);
  LwPngInfo info;
  g_autofree guint8 *values = lw_png_read_index (numbers, &info, &error);
  g_assert_no_error (error);
  g_assert_false (info.indexed);
  g_assert_cmpmem (copy, W * H * 3, source, W * H * 3);
  for (int i = 0; i < W * H; i++)
    {
      guint8 id = map->labels[i];
      g_assert_cmpmem (rgb + 3 * i, 3, lw_palette_find_id (scene->palette, id)->rgb, 3);
      g_assert_cmpint (values[i], ==, id < 30 ? id : id == 30 ? 31 : 30);      /* void (30) stands behind the others */
    }
  close_project (project);
}

/* ---- what import makes of other people's sets ---- */

/* Writes a Cambridge set of one frame, "x", 8 x 4, one column a colour; the last one is in no table. */
static void
write_cambridge (const Scene *scene, const LwPalette *palette, const char *folder)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *labels = g_strdup_printf ("%s/%s/labels", scene->root, folder),
                  *path = g_build_filename (labels, "x_L.png", NULL);
  int w = (int) palette->classes->len + 1;
  g_autofree guint8 *rgb = g_malloc ((gsize) w * 4 * 3);
  for (int y = 0; y < 4; y++)
    for (int x = 0; x < w; x++)
      {
        static const guint8 stray[3] = { 1, 2, 3 };
        memcpy (rgb + 3 * (y * w + x), x + 1 < w ? ((LwClass *) palette->classes->pdata[x])->rgb : stray, 3);
      }
  g_assert_cmpint (g_mkdir_with_parents (labels, 0777), ==, 0);
  g_assert_true (lw_png_write_rgb (path, rgb, w, 4, (gsize) w * 3, &error));
  g_assert_no_error (error);
}

/* 32 classes into a project of 11; the stray colour is counted and left unlabelled. No label_colors.txt: the published colours. */
static void
test_grouping (void)
{
  static const char *const one[] = { "x", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (one, 33, 4, "camvid11");
  g_autoptr(LwPalette) thirty_two = lw_palette_load ("camvid32", &error);
  write_cambridge (scene, thirty_two, "set");
  g_autofree char *folder = scene_path (scene, "set");
  LwProject *project = scene_project (scene, "project", TRUE);

  LwCamvidImport how = { .detect_layout = TRUE };
  g_assert_null (import_from (project, &how, folder, &error));      /* without the grouping: it says which classes are missing */
  g_assert_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_CLASSES);
  g_assert_nonnull (strstr (error->message, "Archway (4)"));
  g_clear_error (&error);

  how.camvid32to11 = TRUE;
  g_autoptr(LwImportReport) report = import_from (project, &how, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (report->unknown), ==, 1);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (report->unknown, "1,2,3")), ==, 4);
  g_autoptr(LwFrame) frame = find_frame (project, "x");
  g_autoptr(LwLabelMap) map = load_map (project, frame);
  static const struct
  {
    const char *from;
    guint8 to;
  } some[] = { { "Archway", 1 },     { "TrafficCone", 2 }, { "RoadShoulder", 4 }, { "Animal", 9 },    { "MotorcycleScooter", 10 },
               { "Void", 11 },       { "Sky", 0 },         { "Train", 8 },        { "Misc_Text", 6 }, { "VegetationMisc", 5 },
               { "LaneMkgsDriv", 3 } };
  for (gsize i = 0; i < G_N_ELEMENTS (some); i++)
    g_assert_cmpint (lw_label_map_get (map, lw_palette_find_name (thirty_two, some[i].from)->id, 2), ==, some[i].to);
  g_assert_cmpint (lw_label_map_get (map, 32, 0), ==, LW_LABEL_NONE);
  close_project (project);
}

static void
write_numbers (const Scene *scene, const char *name, const guint8 *values, int w, int h)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = scene_path (scene, name), *folder = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_assert_true (lw_png_write_index (path, values, w, h, (gsize) w, NULL, 0, &error));
  g_assert_no_error (error);
}

/* SegNet's numbers without a table are the 11 classes: in a project of 32 they find their namesakes. 255 is unlabelled, other
 * numbers are counted. */
static void
test_segnet_numbers (void)
{
  static const char *const one[] = { "x", NULL };
  static const guint8 values[] = { 0, 2, 4, 11, 255, 12, 12, 200 };
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (one, 8, 1, "camvid32");
  write_numbers (scene, "set/x.png", values, 8, 1);
  g_autofree char *folder = scene_path (scene, "set"), *map_file = scene_path (scene, "map.json");
  LwProject *project = scene_project (scene, "project", TRUE);
  LwCamvidImport how = { .layout = LW_CAMVID_SEGNET };
  g_autoptr(LwImportReport) report = import_from (project, &how, folder, &error);
  g_assert_no_error (error);
  g_autoptr(LwFrame) frame = find_frame (project, "x");
  g_autoptr(LwLabelMap) map = load_map (project, frame);
  static const guint8 expected[] = { 21, 8, 19, 30, 255, 255, 255, 255 };
  g_assert_cmpmem (map->labels, 8, expected, 8);
  g_assert_cmpuint (g_hash_table_size (report->unknown), ==, 2);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (report->unknown, "12")), ==, 2);

  /* A map by numbers speaks for itself: nothing else is assumed. */
  g_assert_true (g_file_set_contents (map_file, "{\"0\": \"Wall\", \"12\": \"Car\", \"11\": null}", -1, NULL));
  how.map_file = map_file;
  g_autoptr(LwImportReport) mapped = import_from (project, &how, folder, &error);
  g_assert_no_error (error);
  g_autoptr(LwLabelMap) again = load_map (project, frame);
  static const guint8 expected_again[] = { 31, 255, 255, 255, 255, 5, 5, 255 };
  g_assert_cmpmem (again->labels, 8, expected_again, 8);
  g_assert_cmpuint (g_hash_table_size (mapped->unknown), ==, 3);
  g_assert_true (g_hash_table_contains (mapped->unknown, "2") && g_hash_table_contains (mapped->unknown, "4")
                 && g_hash_table_contains (mapped->unknown, "200"));
  close_project (project);
}

/* Numbers beside a label_colors.txt count as datumaro does: the black class first. Told that they are SegNet's, they count the
 * lines. */
static void
test_datumaro_numbers (void)
{
  static const char *const one[] = { "x", NULL };
  static const guint8 values[] = { 0, 1, 2, 3 };
  static const struct { const char *table; LwCamvidImport how; guint8 expected[4]; } cases[] = {
    { "64 0 128 Car\n128 64 128 Road\n0 0 0 Void\n128 128 128 Sky\n", { .detect_layout = TRUE }, { 11, 8, 3, 0 } },
    { "64 0 128 Car\n128 64 128 Road\n0 0 0 Void\n128 128 128 Sky\n", { .layout = LW_CAMVID_SEGNET }, { 8, 3, 11, 0 } },
    /* a background that is not listed */
    { "64 0 128 Car\n128 64 128 Road\n128 128 128 Sky\n", { .detect_layout = TRUE }, { 255, 8, 3, 0 } },
    { "Car\nRoad\nSky\n", { .detect_layout = TRUE }, { 255, 8, 3, 0 } },
    { "Car\nRoad\nSky\nTree\n", { .layout = LW_CAMVID_SEGNET }, { 8, 3, 0, 5 } },
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (one, 4, 1, "camvid11");
  write_numbers (scene, "set/trainannot/x.png", values, 4, 1);
  g_autofree char *folder = scene_path (scene, "set"), *table = scene_path (scene, "set/label_colors.txt");
  LwProject *project = scene_project (scene, "project", TRUE);
  g_autoptr(LwFrame) frame = find_frame (project, "x");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_true (g_file_set_contents (table, cases[i].table, -1, NULL));
      g_autoptr(LwImportReport) report = import_from (project, &cases[i].how, folder, &error);
      g_assert_no_error (error);
      g_autoptr(LwLabelMap) map = load_map (project, frame);
      g_assert_cmpmem (map->labels, 4, cases[i].expected, 4);
    }
  close_project (project);
}

/* Label maps without a frame are skipped and named; frames without a label map stay as they are. */
static void
test_skipped (void)
{
  static const char *const two[] = { "x", "y", NULL };
  static const guint8 values[] = { 1, 1 };
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (two, 2, 1, "camvid11");
  write_numbers (scene, "set/x.png", values, 2, 1);
  write_numbers (scene, "set/z.png", values, 2, 1);
  g_autofree char *folder = scene_path (scene, "set");
  LwProject *project = scene_project (scene, "project", TRUE);
  LwCamvidImport how = { .detect_layout = TRUE };
  g_autoptr(LwImportReport) report = import_from (project, &how, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->frames, ==, 1);
  g_assert_cmpuint (report->skipped, ==, 1);
  g_assert_cmpstr (report->skipped_names->pdata[0], ==, "z");
  g_autoptr(LwFrame) x = find_frame (project, "x"), y = find_frame (project, "y");
  g_assert_cmpint (x->status, ==, LW_FRAME_IN_PROGRESS);
  g_assert_cmpint (y->status, ==, LW_FRAME_NEW);
  close_project (project);
}

/* A project without media takes the set's own pictures, of every subset, if it is asked to. */
static void
test_own_images (void)
{
  for (gsize l = 0; l < G_N_ELEMENTS (layouts); l++)
    {
      LwCamvidExport what = { .layout = layouts[l], .images = TRUE };
      check_round_trip ("camvid11", &what, FALSE, LW_LABEL_NONE, TRUE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camvid/round-trip", test_round_trip);
  g_test_add_func ("/camvid/unlabelled-value", test_unlabelled_value);
  g_test_add_func ("/camvid/background", test_background);
  g_test_add_func ("/camvid/files", test_files);
  g_test_add_func ("/camvid/pixels", test_pixels);
  g_test_add_func ("/camvid/grouping", test_grouping);
  g_test_add_func ("/camvid/segnet-numbers", test_segnet_numbers);
  g_test_add_func ("/camvid/datumaro-numbers", test_datumaro_numbers);
  g_test_add_func ("/camvid/skipped", test_skipped);
  g_test_add_func ("/camvid/own-images", test_own_images);
  return g_test_run ();
}
