/* test-camvid-refused.c: what can't be exported or imported says why, names the file, and changes nothing */
#include "config.h"
#include "label-set.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "common/png.h"

enum { W = 6, H = 4 };
static const char *const names[] = { "a", "b", NULL };

typedef struct {
  Scene *scene;
  LwProject *project;
  char *set;                 /* a folder to build a label set in */
  char *out;                 /* where exports go: not there yet */
} Case;

static void
case_init (Case *c)
{
  c->scene = scene_new (names, W, H, "camvid11");
  c->project = scene_project (c->scene, "project", TRUE);
  c->set = scene_path (c->scene, "set");
  c->out = scene_path (c->scene, "out");
}

static void
case_clear (Case *c)
{
  close_project (c->project);
  scene_free (c->scene);
  g_free (c->set);
  g_free (c->out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

static void
put_file (const Case *c, const char *name, const void *data, gssize length)
{
  g_autofree char *path = g_build_filename (c->set, name, NULL), *folder = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0777), ==, 0);
  g_assert_true (g_file_set_contents (path, data, length, NULL));
}

static void
put_numbers (const Case *c, const char *name, int w, int h, guint8 value)
{
  g_autofree guint8 *values = g_malloc ((gsize) (w * h));
  memset (values, value, (gsize) (w * h));
  put_file (c, name, "", 0);
  g_autofree char *path = g_build_filename (c->set, name, NULL);
  g_assert_true (lw_png_write_index (path, values, w, h, (gsize) w, NULL, 0, NULL));
}

static void
put_color (const Case *c, const char *name, int w, int h, const guint8 color[3])
{
  g_autofree guint8 *rgb = g_malloc ((gsize) (w * h * 3));
  for (int i = 0; i < w * h; i++)
    memcpy (rgb + 3 * i, color, 3);
  put_file (c, name, "", 0);
  g_autofree char *path = g_build_filename (c->set, name, NULL);
  g_assert_true (lw_png_write_rgb (path, rgb, w, h, (gsize) w * 3, NULL));
}

/* The import fails so, says @says, and no frame was touched. */
static void
assert_refused (const Case *c, const LwCamvidImport *how, int code, const char *says)
{
  g_autoptr(GError) error = NULL;
  LwImportReport *report = import_from (c->project, how, c->set, &error);
  g_assert_null (report);
  g_test_message ("%s", error->message);
  g_assert_error (error, LW_FORMAT_ERROR, code);
  g_assert_nonnull (strstr (error->message, says));
  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autoptr(LwFrame) frame = find_frame (c->project, names[i]);
      g_assert_cmpint (frame->status, ==, LW_FRAME_NEW);
    }
}

static const LwCamvidImport detect = { .detect_layout = TRUE };
static const guint8 sky[3] = { 128, 128, 128 };

/* ---- import ---- */

static void
test_nothing_there (void)
{
  g_auto(Case) c;
  case_init (&c);
  assert_refused (&c, &detect, LW_FORMAT_ERROR_NOT_FOUND, "set");
  put_file (&c, "readme.txt", "hello", -1);
  assert_refused (&c, &detect, LW_FORMAT_ERROR_NOT_FOUND, "annot");
  put_numbers (&c, "trainannot/nobody.png", W, H, 0);
  assert_refused (&c, &detect, LW_FORMAT_ERROR_NOT_FOUND, "nobody");
  LwCamvidImport cambridge = { .layout = LW_CAMVID_CAMBRIDGE };
  assert_refused (&c, &cambridge, LW_FORMAT_ERROR_NOT_FOUND, "_L.png");
}

/* One bad label map among good ones keeps all of them out. */
static void
test_size (void)
{
  g_auto(Case) c;
  case_init (&c);
  put_numbers (&c, "trainannot/a.png", W, H, 0);
  put_numbers (&c, "trainannot/b.png", H, W, 0);
  assert_refused (&c, &detect, LW_FORMAT_ERROR_SIZE, "b.png");
  assert_refused (&c, &detect, LW_FORMAT_ERROR_SIZE, "4 × 6");
}

static void
test_damaged (void)
{
  g_auto(Case) c;
  case_init (&c);
  put_numbers (&c, "trainannot/a.png", W, H, 0);
  put_numbers (&c, "trainannot/b.png", W, H, 0);
  g_autofree char *path = g_build_filename (c.set, "trainannot/b.png", NULL), *png = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (path, &png, &length, NULL));
  for (gsize n = 0; n < length; n += 3)
    {
      put_file (&c, "trainannot/b.png", png, (gssize) n);
      assert_refused (&c, &detect, LW_FORMAT_ERROR_DAMAGED, "b.png");
    }
  put_file (&c, "trainannot/b.png", "JFIF this is no PNG", -1);
  assert_refused (&c, &detect, LW_FORMAT_ERROR_DAMAGED, "b.png");
}

static guint32
png_checksum (const guint8 *data, gsize n)
{
  guint32 sum = 0xffffffff;
  for (gsize i = 0; i < n; i++)
    {
      sum ^= data[i];
      for (int bit = 0; bit < 8; bit++)
        sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
    }
  return ~sum;
}

/* A sound header that promises 15,000 x 15,000 pixels: refused for its size, before anything is allocated for it. */
static void
test_lying_header (void)
{
  g_auto(Case) c;
  case_init (&c);
  put_numbers (&c, "trainannot/a.png", W, H, 0);
  g_autofree char *path = g_build_filename (c.set, "trainannot/a.png", NULL), *png = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (path, &png, &length, NULL));
  const guint32 side = GUINT32_TO_BE (15000);
  memcpy (png + 16, &side, 4);
  memcpy (png + 20, &side, 4);
  const guint32 sum = GUINT32_TO_BE (png_checksum ((const guint8 *) png + 12, 17));
  memcpy (png + 29, &sum, 4);
  put_file (&c, "trainannot/a.png", png, (gssize) length);
  assert_refused (&c, &detect, LW_FORMAT_ERROR_SIZE, "15000 × 15000");
}

static void
test_kinds (void)
{
  g_auto(Case) c;
  case_init (&c);
  put_color (&c, "trainannot/a.png", W, H, sky);
  LwCamvidImport segnet = { .layout = LW_CAMVID_SEGNET }, cambridge = { .layout = LW_CAMVID_CAMBRIDGE };
  assert_refused (&c, &segnet, LW_FORMAT_ERROR_CLASSES, "colours");
  put_numbers (&c, "labels/a_L.png", W, H, 0);
  assert_refused (&c, &cambridge, LW_FORMAT_ERROR_CLASSES, "segnet");
}

static void
test_classes (void)
{
  g_auto(Case) c;
  case_init (&c);
  put_color (&c, "trainannot/a.png", W, H, (guint8[]) { 1, 2, 3 });
  put_file (&c, "label_colors.txt", "1 2 3 Dragon\n4 5 6 Unicorn\n", -1);
  assert_refused (&c, &detect, LW_FORMAT_ERROR_CLASSES,
                  "Dragon (24)"); /* the unicorn is declared but nowhere: no reason to refuse */
  put_file (&c, "label_colors.txt", "1 2 300 Dragon\n", -1);
  assert_refused (&c, &detect, LW_FORMAT_ERROR_DAMAGED, "label_colors.txt");
  put_file (&c, "label_colors.txt", "Dragon\n", -1);
  put_color (&c, "labels/a_L.png", W, H, sky);
  LwCamvidImport cambridge = { .layout = LW_CAMVID_CAMBRIDGE };
  assert_refused (&c, &cambridge, LW_FORMAT_ERROR_DAMAGED, "no colours");
}

static void
test_class_map (void)
{
  static const struct { const char *json, *says; } bad[] = {
    { "[1]", "class map" }, { "{", "class map" }, { "{\"Dragon\": \"Wyvern\"}", "Wyvern" }, { "{\"Dragon\": 7}", "Dragon" },
    { "{\"Dragon\": \"Car\", \"Dragon\": \"Sky\"}", "class map" },
  };
  g_auto(Case) c;
  case_init (&c);
  put_color (&c, "trainannot/a.png", W, H, (guint8[]) { 1, 2, 3 });
  put_file (&c, "label_colors.txt", "1 2 3 Dragon\n", -1);
  g_autofree char *path = g_build_filename (c.set, "map.json", NULL);
  LwCamvidImport how = { .detect_layout = TRUE, .map_file = path };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      put_file (&c, "map.json", bad[i].json, -1);
      assert_refused (&c, &how, LW_FORMAT_ERROR_CLASSES, bad[i].says);
    }
  g_assert_cmpint (g_remove (path), ==, 0);
  assert_refused (&c, &how, LW_FORMAT_ERROR_CLASSES, "map.json");
}

static void
test_two_for_one_frame (void)
{
  g_auto(Case) c;
  case_init (&c);
  put_numbers (&c, "trainannot/a.png", W, H, 0);
  put_numbers (&c, "valannot/a.png", W, H, 1);
  assert_refused (&c, &detect, LW_FORMAT_ERROR_DAMAGED, "valannot");
}

/* A photograph taken for a label map: a report of bounded size, not of a million colours. */
static void
test_photograph (void)
{
  static const char *const one[] = { "photo", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(Scene) scene = scene_new (one, 200, 150, "camvid11");
  LwProject *project = scene_project (scene, "project", TRUE);
  g_autofree char *folder = scene_path (scene, "set"), *labels = scene_path (scene, "set/labels"),
                  *from = scene_path (scene, "pictures/photo.png");
  g_autofree char *to = scene_path (scene, "set/labels/photo_L.png"), *png = NULL;
  gsize length;
  g_assert_cmpint (g_mkdir_with_parents (labels, 0777), ==, 0);
  g_assert_true (g_file_get_contents (from, &png, &length, NULL));
  g_assert_true (g_file_set_contents (to, png, (gssize) length, NULL));
  g_autoptr(LwImportReport) report = import_from (project, &detect, folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (report->unknown), <=, 1001);
  GHashTableIter iter;
  gpointer pixels;
  guint64 all = 0;
  g_hash_table_iter_init (&iter, report->unknown);
  while (g_hash_table_iter_next (&iter, NULL, &pixels))
    all += GPOINTER_TO_UINT (pixels);
  g_assert_cmpuint (all, >, 29900);
  g_assert_cmpuint (all, <=, 30000);
  close_project (project);
}

/* Pictures that are not those of the label maps: nothing is added to the project. */
static void
test_own_images_of_other_size (void)
{
  g_auto(Case) c;
  case_init (&c);
  LwProject *empty = scene_project (c.scene, "empty", FALSE);
  put_numbers (&c, "trainannot/a.png", W, H, 0);
  put_color (&c, "train/a.png", W + 1, H, sky);
  LwCamvidImport how = { .detect_layout = TRUE, .add_images = TRUE };
  g_autoptr(GError) error = NULL;
  g_assert_null (import_from (empty, &how, c.set, &error));
  g_assert_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_SIZE);
  g_autoptr(GPtrArray) media = lw_project_list_media (empty, NULL);
  g_assert_cmpuint (media->len, ==, 0);
  close_project (empty);
}

/* ---- export ---- */

static void
assert_no_export (const Case *c, LwCamvidExport *what, int code, const char *says)
{
  g_autoptr(GError) error = NULL;
  g_assert_null (export_all (c->project, what, c->out, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, LW_FORMAT_ERROR, code);
  g_assert_nonnull (strstr (error->message, says));
  g_autoptr(GDir) dir = g_dir_open (c->scene->root, 0, NULL);      /* neither the folder nor what was begun of it */
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    g_assert_false (g_str_has_prefix (name, "out"));
}

static void
test_unlabelled (void)
{
  g_auto(Case) c;
  case_init (&c);
  LwCamvidExport what = { .layout = LW_CAMVID_DATUMARO };
  assert_no_export (&c, &what, LW_FORMAT_ERROR_UNLABELLED, "48 pixels in 2 of 2 frames");
  what = (LwCamvidExport) { .layout = LW_CAMVID_DATUMARO, .unlabelled = LW_UNLABELLED_VALUE, .unlabelled_value = 255 };
  assert_no_export (&c, &what, LW_FORMAT_ERROR_UNLABELLED, "segnet");
  what = (LwCamvidExport) { .layout = LW_CAMVID_SEGNET, .unlabelled = LW_UNLABELLED_VALUE, .unlabelled_value = 3 };
  assert_no_export (&c, &what, LW_FORMAT_ERROR_UNLABELLED, "Road");
  what.unlabelled_value = 11;
  assert_no_export (&c, &what, LW_FORMAT_ERROR_UNLABELLED, "Void");
}

static void
test_no_void (void)
{
  g_auto(Case) c;
  case_init (&c);
  g_autoptr(LwPalette) palette = lw_project_dup_palette (c.project, NULL);
  lw_palette_find_name (palette, "Void")->ignored = FALSE;
  g_assert_true (lw_project_set_palette (c.project, palette, NULL));
  for (int layout = 0; layout < 3; layout++)
    {
      LwCamvidExport what = { .layout = (LwCamvidLayout) layout, .unlabelled = LW_UNLABELLED_VOID };
      assert_no_export (&c, &what, LW_FORMAT_ERROR_UNLABELLED, "ignored");
    }
}

static void
test_names (void)
{
  static const char *const subsets[] = { "", "..", "a/b", "../up", ".hidden", "a\"b", "a\nb" };
  g_auto(Case) c;
  case_init (&c);
  paint_all (c.project, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (subsets); i++)
    {
      LwCamvidExport what = { .layout = LW_CAMVID_DATUMARO, .subset = subsets[i] };
      assert_no_export (&c, &what, LW_FORMAT_ERROR_CLASSES, "subset");
    }
  LwCamvidExport what = { .layout = LW_CAMVID_SEGNET, .subset = "label_colors" };      /* its list would replace the table */
  assert_no_export (&c, &what, LW_FORMAT_ERROR_CLASSES, "label_colors");
  g_autoptr(LwPalette) palette = lw_project_dup_palette (c.project, NULL);
  lw_palette_add (palette, 20, "traffic light", (guint8[]) { 1, 2, 3 });
  lw_palette_add (palette, 21, "traffic_light", (guint8[]) { 1, 2, 4 });
  g_assert_true (lw_project_set_palette (c.project, palette, NULL));
  what.subset = NULL;
  assert_no_export (&c, &what, LW_FORMAT_ERROR_CLASSES, "traffic_light");
}

static void
test_target (void)
{
  g_autoptr(GError) error = NULL;
  g_auto(Case) c;
  case_init (&c);
  paint_all (c.project, FALSE);
  LwCamvidExport what = { .layout = LW_CAMVID_SEGNET, .verify = TRUE };
  g_assert_cmpint (g_mkdir (c.out, 0700), ==, 0);      /* an empty folder may be used */
  g_autoptr(LwExportReport) first = export_all (c.project, &what, c.out, &error);
  g_assert_no_error (error);
  g_assert_null (export_all (c.project, &what, c.out, &error));
  g_assert_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_EXISTS);
  g_clear_error (&error);
  g_autofree char *list = scene_path (c.scene, "out/default.txt"), *deep = scene_path (c.scene, "new/folder"),
                  *file = scene_path (c.scene, "pictures/a.png");
  g_assert_true (g_file_test (list, G_FILE_TEST_EXISTS));
  g_autoptr(LwExportReport) second = export_all (c.project, &what, deep, &error);
  g_assert_no_error (error);
  g_assert_null (export_all (c.project, &what, file, &error));
  g_assert_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_EXISTS);
  g_clear_error (&error);
  g_autofree char *under_file = g_build_filename (file, "out", NULL);
  g_assert_null (export_all (c.project, &what, under_file, &error));
  g_assert_true (error->domain == G_FILE_ERROR);
  g_clear_error (&error);
  LwCamvidExport none = { .layout = LW_CAMVID_SEGNET };
  g_autoptr(GPtrArray) frames = none.frames = g_ptr_array_new ();
  g_assert_null (lw_camvid_export (c.project, &none, deep, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_FORMAT_ERROR, LW_FORMAT_ERROR_NOT_FOUND);
}

static void
cancel_cb (double fraction, gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_cancelled (void)
{
  g_auto(Case) c;
  case_init (&c);
  paint_all (c.project, FALSE);
  g_autoptr(GError) error = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  LwCamvidExport what = { .layout = LW_CAMVID_SEGNET };
  g_autoptr(GPtrArray) frames = what.frames = lw_project_list_frames (c.project, NULL);
  g_cancellable_cancel (cancellable);
  g_assert_null (lw_camvid_export (c.project, &what, c.out, cancel_cb, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (c.out, G_FILE_TEST_EXISTS));
}

/* A picture that is gone: the export names it and leaves nothing. */
static void
test_missing_picture (void)
{
  g_auto(Case) c;
  case_init (&c);
  paint_all (c.project, FALSE);
  g_autofree char *picture = scene_path (c.scene, "pictures/b.png");
  g_assert_cmpint (g_remove (picture), ==, 0);
  g_autoptr(GError) error = NULL;
  LwCamvidExport what = { .layout = LW_CAMVID_DATUMARO, .images = TRUE };
  g_assert_null (export_all (c.project, &what, c.out, &error));
  g_test_message ("%s", error->message);
  g_assert_nonnull (error);
  g_assert_false (g_file_test (c.out, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/camvid/import/nothing-there", test_nothing_there);
  g_test_add_func ("/camvid/import/size", test_size);
  g_test_add_func ("/camvid/import/damaged", test_damaged);
  g_test_add_func ("/camvid/import/lying-header", test_lying_header);
  g_test_add_func ("/camvid/import/kinds", test_kinds);
  g_test_add_func ("/camvid/import/classes", test_classes);
  g_test_add_func ("/camvid/import/class-map", test_class_map);
  g_test_add_func ("/camvid/import/two-for-one-frame", test_two_for_one_frame);
  g_test_add_func ("/camvid/import/photograph", test_photograph);
  g_test_add_func ("/camvid/import/images-of-other-size", test_own_images_of_other_size);
  g_test_add_func ("/camvid/export/unlabelled", test_unlabelled);
  g_test_add_func ("/camvid/export/no-void", test_no_void);
  g_test_add_func ("/camvid/export/names", test_names);
  g_test_add_func ("/camvid/export/target", test_target);
  g_test_add_func ("/camvid/export/cancelled", test_cancelled);
  g_test_add_func ("/camvid/export/missing-picture", test_missing_picture);
  return g_test_run ();
}
