/* test-starter.c: the model that we ship: what it says of itself, and that it is as good as its card claims */
#include <glib/gstdio.h>
#include <string.h>
#include "common/json.h"
#include "common/paths.h"
#include "common/png.h"
#include "label/metrics.h"
#include "nn/backends/backend.h"

#define WIDTH 480
#define HEIGHT 360
#define MAX_BYTES (16 << 20)

static LwNetModel *
load_starter (void)
{
  g_autofree char *path = lw_paths_data ("models/starter.safetensors");
  g_autoptr(GError) error = NULL;
  LwNetModel *model = lw_net_model_load (path, &error);

  g_assert_no_error (error);
  return model;
}

static LwJson *
load_card (void)
{
  g_autofree char *path = lw_paths_data ("models/starter.json");
  g_autoptr(GError) error = NULL;
  LwJson *card = lw_json_load (path, 1 << 20, &error);

  g_assert_no_error (error);
  return card;
}

static double
claimed (LwJson *card, const char *group, const char *member)
{
  LwJson *object;
  double value;

  g_assert_true (lw_json_get_object (card, group, &object, NULL));
  if (g_str_equal (group, "unseen_drive"))
    g_assert_true (lw_json_get_object (object, "score", &object, NULL));
  g_assert_true (lw_json_get_double (object, member, &value, NULL));
  return value;
}

static void
test_file (void)
{
  static const char *const classes[] = { "Sky", "Building", "Pole", "Road", "Pavement", "Tree", "SignSymbol", "Fence", "Car", "Pedestrian", "Bicyclist", NULL };
  g_autofree char *path = lw_paths_data ("models/starter.safetensors"), *bytes = NULL;
  g_autoptr(LwNetModel) model = load_starter ();
  g_autoptr(LwJson) card = load_card ();
  const char *sha256;
  gsize length;

  g_assert_cmpstr (model->architecture, ==, "fcn8s-lite");
  g_assert_cmpstrv (model->class_names, classes);
  g_assert_cmpint (model->train_width, ==, WIDTH);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, <=, MAX_BYTES);
  g_autofree char *found = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, length);

  g_assert_true (lw_json_get_string (card, "sha256", &sha256, NULL));
  g_assert_cmpstr (found, ==, sha256);
  g_assert_cmpfloat (claimed (card, "camvid_val", "mean_iou"), >=, 0.55);
  g_assert_cmpfloat (claimed (card, "unseen_drive", "mean_iou"), >, 0);
}

static void
score_frame (const LwBackend *backend, LwPlan *plan, const char *camvid, const char *name, LwConfusion *confusion)
{
  g_autofree char *image = g_build_filename (camvid, "val", name, NULL), *label = g_build_filename (camvid, "valannot", name, NULL);
  int width, height;
  LwPngInfo info;
  g_autofree guint8 *rgb = lw_png_read_rgb (image, &width, &height, NULL), *truth = lw_png_read_index (label, &info, NULL), *labels = g_malloc (WIDTH * HEIGHT);
  LwBatch batch = { .rgb = rgb };
  LwResult result = { .labels = labels };

  g_assert_true (rgb != NULL && truth != NULL && width == WIDTH && height == HEIGHT && info.width == WIDTH && info.height == HEIGHT);
  g_assert_true (backend->run (plan, &batch, &result, NULL, NULL, NULL));
  lw_confusion_add (confusion, truth, WIDTH, labels, WIDTH, WIDTH, HEIGHT);
}

static double
score_frames (const LwBackend *backend, const LwNetModel *model, const char *camvid)
{
  LwPlanOptions options = { .n = 1, .height = HEIGHT, .width = WIDTH, .transform = model->transform };
  LwDevice *device = backend->open (NULL);
  LwPlan *plan = backend->compile (device, model->graph, &options, NULL);
  g_autofree char *folder = g_build_filename (camvid, "val", NULL);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr(LwConfusion) confusion = lw_confusion_new (model->n_classes);
  const char *name;

  g_assert_true (dir != NULL && backend->load (plan, model->weights, NULL));
  while ((name = g_dir_read_name (dir)) != NULL)
    score_frame (backend, plan, camvid, name, confusion);
  backend->free_plan (plan);
  backend->close (device);
  g_autoptr(LwScores) scores = lw_confusion_score (confusion);

  return scores->mean_iou;
}

static void
test_score (void)
{
  const char *camvid = g_getenv ("CAMVID_DIR");
  g_autofree char *path = lw_paths_backend ("cpu");
  g_autoptr(LwNetModel) model = load_starter ();
  g_autoptr(LwJson) card = load_card ();

  if (camvid == NULL || *camvid == '\0')
    g_test_skip ("CamVid is not given (camvid_dir)");
  else if (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_test_skip ("the CPU backend was not built");
  else
    {
      double miou = score_frames (lw_backend_load (path, NULL), model, camvid);

      g_test_message ("mean IoU %.4f", miou);
      g_assert_cmpfloat_with_epsilon (miou, claimed (card, "camvid_val", "mean_iou"), 0.005);     /* other precisions move a few pixels */
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/starter/file", test_file);
  g_test_add_func ("/starter/score", test_score);
  return g_test_run ();
}
