/* test-starter.c: the model that we ship: what it says of itself, and that it is as good as its card claims */
#include <glib/gstdio.h>
#include <string.h>
#include "common/json.h"
#include "common/paths.h"
#include "common/png.h"
#include "label/metrics.h"
#include "nn/predictor.h"
#include "nn/scale.h"

#define WIDTH 480
#define HEIGHT 360
#define MAX_BYTES (24 << 20)

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

  g_assert_cmpstr (model->architecture, ==, "fcn8s-resnet50-lite");
  g_assert_cmpstrv (model->class_names, classes);
  g_assert_cmpint (model->train_width, ==, WIDTH);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_cmpuint (length, <=, MAX_BYTES);
  g_autofree char *found = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, length);

  g_assert_true (lw_json_get_string (card, "sha256", &sha256, NULL));
  g_assert_cmpstr (found, ==, sha256);
  g_assert_cmpfloat (claimed (card, "camvid_val", "mean_iou"), >=, 0.65);
  g_assert_cmpfloat (claimed (card, "unseen_drive", "mean_iou"), >, 0.5);
}

/* A frame of CamVid, @factor times as large, of whose height only the middle is taken. */
typedef struct { int factor, height; } Size;

typedef struct { guint8 *rgb, *labels; int width, height; } Frame;

static guint8 *
enlarge_labels (const guint8 *labels, Size size)
{
  int width = WIDTH * size.factor, top = (HEIGHT * size.factor - size.height) / 2;
  guint8 *large = g_malloc ((gsize) width * (gsize) size.height);

  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < width; x++)
      large[y * width + x] = labels[(y + top) / size.factor * WIDTH + x / size.factor];
  return large;
}

static Frame
frame_load (const char *camvid, const char *name, Size size)
{
  g_autofree char *image = g_build_filename (camvid, "val", name, NULL), *label = g_build_filename (camvid, "valannot", name, NULL);
  int width, height, wide = WIDTH * size.factor, high = HEIGHT * size.factor;
  LwPngInfo info;
  g_autofree guint8 *rgb = lw_png_read_rgb (image, &width, &height, NULL), *truth = lw_png_read_index (label, &info, NULL);
  gsize row = (gsize) wide * 3;
  guint8 *large = g_malloc (row * (gsize) high);

  g_assert_true (rgb != NULL && truth != NULL && width == WIDTH && height == HEIGHT && info.width == WIDTH && info.height == HEIGHT);
  lw_scale_rgb (rgb, WIDTH, HEIGHT, WIDTH * 3, large, wide, high);
  memmove (large, large + (gsize) ((high - size.height) / 2) * row, row * (gsize) size.height);
  return (Frame) { large, enlarge_labels (truth, size), wide, size.height };
}

static void
score_frame (LwPredictor *predictor, const Frame *frame, LwConfusion *confusion)
{
  gsize stride = (gsize) frame->width;
  g_autofree guint8 *labels = g_malloc (stride * (gsize) frame->height);

  g_assert_true (lw_predictor_run (predictor, frame->rgb, frame->width, frame->height, stride * 3, labels, NULL, NULL, NULL, NULL));
  lw_confusion_add (confusion, frame->labels, stride, labels, stride, frame->width, frame->height);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Mean IoU of every @step-th frame. */
static double
score_frames (const LwBackend *backend, const char *camvid, Size size, guint step)
{
  LwDevice *device = backend->open (NULL);
  LwNetModel *model = load_starter ();
  g_autoptr(LwConfusion) confusion = lw_confusion_new (model->n_classes);
  LwPredictor *predictor = lw_predictor_new (backend, device, model, LW_PRECISION_AUTO, FALSE);
  g_autofree char *folder = g_build_filename (camvid, "val", NULL);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i += step)
    {
      Frame frame = frame_load (camvid, names->pdata[i], size);

      score_frame (predictor, &frame, confusion);
      g_free (frame.rgb);
      g_free (frame.labels);
    }
  lw_predictor_free (predictor);
  backend->close (device);
  g_autoptr(LwScores) scores = lw_confusion_score (confusion);

  g_test_message ("%d x %d: mean IoU %.4f", WIDTH * size.factor, size.height, scores->mean_iou);
  return scores->mean_iou;
}

static const LwBackend *
backend_and_frames (const char **camvid)
{
  g_autofree char *path = lw_paths_backend ("cpu");

  *camvid = g_getenv ("CAMVID_DIR");
  if (*camvid == NULL || **camvid == '\0')
    g_test_skip ("CamVid is not given (camvid_dir)");
  else if (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_test_skip ("the CPU backend was not built");
  else
    return lw_backend_load (path, NULL);
  return NULL;
}

static void
test_score (void)
{
  const char *camvid;
  g_autoptr(LwJson) card = load_card ();
  const LwBackend *backend = backend_and_frames (&camvid);

  if (backend != NULL)        /* other precisions move a few pixels */
    g_assert_cmpfloat_with_epsilon (score_frames (backend, camvid, (Size) { 1, HEIGHT }, 1), claimed (card, "camvid_val", "mean_iou"), 0.005);
}

/* Large frames, as cameras have them, are scaled down by the model's own rule: as good as the small ones, of which the same strip is looked at. */
static void
test_large_frames (void)
{
  static const Size strip = { 1, 270 }, sizes[] = { { 4, 1080 }, { 8, 2160 } };
  const char *camvid;
  const LwBackend *backend = backend_and_frames (&camvid);
  double small = backend != NULL ? score_frames (backend, camvid, strip, 8) : 0;

  for (gsize i = 0; backend != NULL && i < G_N_ELEMENTS (sizes); i++)
    g_assert_cmpfloat (score_frames (backend, camvid, sizes[i], 8), >, small - 0.02);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/starter/file", test_file);
  g_test_add_func ("/starter/score", test_score);
  g_test_add_func ("/starter/large-frames", test_large_frames);
  return g_test_run ();
}
