/* test-predictor.c: frames of any size through a model: scaling, tiles, strides, plans kept by size */
#include <string.h>
#include "compare.h"
#include "nn/predictor.h"
#include "nn/scale.h"

#define CLASSES 5
#define NOTHING 77      /* no label */

static Tested tested;

static LwNetModel *
model_new (int max_side)
{
  static const char *const names[] = { "a", "b", "c", "d", "e", NULL };
  LwNetModel *model = lw_net_model_new ("fcn8s-lite", names, 7, NULL);
  g_autoptr(LwWeights) weights = model->weights;

  model->weights = random_weights (model->graph);
  model->max_side = max_side;
  return model;
}

static LwPredictor *
predictor_new (int max_side)
{
  return lw_predictor_new (tested.backend, tested.device, model_new (max_side), LW_PRECISION_F32, FALSE);
}

/* Smooth blobs, so that neighbouring pixels have something in common. */
static guint8 *
frame_new (int width, int height)
{
  guint8 *rgb = g_malloc ((gsize) width * (gsize) height * 3);
  int a = g_test_rand_int_range (5, 60), b = g_test_rand_int_range (5, 60);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        rgb[((gsize) y * (gsize) width + (gsize) x) * 3 + (gsize) c] = (guint8) ((x / a * 70 + y / b * (40 + 30 * c) + g_test_rand_int_range (0, 20)) % 256);
  return rgb;
}

typedef struct { guint8 *labels, *confidence; int pixels, blocks; } Output;

static Output
output_new (int width, int height)
{
  int pixels = width * height, blocks = ((width + 3) / 4) * ((height + 3) / 4);
  Output output = { g_malloc ((gsize) pixels), g_malloc ((gsize) blocks), pixels, blocks };

  memset (output.labels, NOTHING, (gsize) pixels);
  memset (output.confidence, 0, (gsize) blocks);
  return output;
}

static Output
predict (LwPredictor *predictor, const guint8 *rgb, int width, int height, gsize stride)
{
  Output output = output_new (width, height);
  g_autoptr(GError) error = NULL;

  lw_predictor_run (predictor, rgb, width, height, stride, output.labels, output.confidence, NULL, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < output.pixels; i++)
    g_assert_cmpuint (output.labels[i], <, CLASSES);
  for (int i = 0; i < output.blocks; i++)
    g_assert_cmpuint (output.confidence[i], >=, 255 / CLASSES);
  return output;
}

static void
output_clear (Output *output)
{
  g_free (output->labels);
  g_free (output->confidence);
}

static void
test_sizes (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 2000 }, { 2000, 1 }, { 31, 47 }, { 480, 360 }, { 3000, 50 }, { 51, 2999 }, { 1501, 1203 }, { 3, 700 }, { 641, 2 } };
  LwPredictor *predictor = predictor_new (320);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *rgb = frame_new (sizes[i][0], sizes[i][1]);
      Output output = predict (predictor, rgb, sizes[i][0], sizes[i][1], (gsize) sizes[i][0] * 3);

      output_clear (&output);
    }
  lw_predictor_free (predictor);
}

/* A plan of its own for the small picture, sampled at the large size. */
static Output
predict_directly (const LwNetModel *model, const guint8 *rgb, int width, int height, int out_width, int out_height)
{
  LwPlanOptions options = { .n = 1, .height = height, .width = width, .precision = LW_PRECISION_F32, .transform = model->transform };
  LwPlan *plan = tested.backend->compile (tested.device, model->graph, &options, NULL);
  Output output = output_new (out_width, out_height);
  LwResult result = { .labels = output.labels, .confidence = output.confidence, .out_height = out_height, .out_width = out_width };
  LwBatch batch = { .rgb = rgb };

  g_assert_true (tested.backend->load (plan, model->weights, NULL));
  g_assert_true (tested.backend->run (plan, &batch, &result, NULL, NULL, NULL));
  tested.backend->free_plan (plan);
  return output;
}

/* Each pixel twice in both directions: its mean is itself, so scaling down must give the small frame back. */
static void
test_scaled (void)
{
  LwPredictor *predictor = predictor_new (320);
  g_autofree guint8 *small = frame_new (320, 240), *large = g_malloc (640 * 480 * 3);

  for (int y = 0; y < 480; y++)
    for (int x = 0; x < 640; x++)
      memcpy (large + (y * 640 + x) * 3, small + ((y / 2) * 320 + x / 2) * 3, 3);
  Output output = predict (predictor, large, 640, 480, 640 * 3), direct = predict_directly (lw_predictor_get_model (predictor), small, 320, 240, 640, 480);

  g_assert_cmpmem (output.labels, output.pixels, direct.labels, direct.pixels);
  g_assert_cmpmem (output.confidence, output.blocks, direct.confidence, direct.blocks);
  output_clear (&output);
  output_clear (&direct);
  lw_predictor_free (predictor);
}

static void
test_stride (void)
{
  LwPredictor *predictor = predictor_new (320);
  g_autofree guint8 *packed = frame_new (99, 70), *padded = g_malloc (70 * 400);

  for (int y = 0; y < 70; y++)
    memcpy (padded + y * 400, packed + y * 99 * 3, 99 * 3);
  Output a = predict (predictor, packed, 99, 70, 99 * 3), b = predict (predictor, padded, 99, 70, 400);

  g_assert_cmpmem (a.labels, a.pixels, b.labels, b.pixels);
  output_clear (&a);
  output_clear (&b);
  lw_predictor_free (predictor);
}

/* A tile in the middle of a long frame, predicted by itself, has the labels that it has in the frame, but at its rim. */
static void
check_tile (gboolean wide)
{
  int side = 100, size = 320, length = 1500, kept = size - 2 * 24, start = 2 * kept;      /* rim: a quarter of the side, to whole blocks */
  LwPredictor *predictor = predictor_new (size);
  int width = wide ? length : side, height = wide ? side : length;
  gsize stride = (gsize) width * 3;
  g_autofree guint8 *rgb = frame_new (width, height);
  Output whole = predict (predictor, rgb, width, height, stride);
  Output tile = predict (predictor, rgb + (wide ? (gsize) start * 3 : (gsize) start * stride), wide ? size : width, wide ? height : size, stride);

  for (int i = 24; i < size - 24; i++)
    for (int j = 0; j < side; j++)
      {
        int x = wide ? i : j, y = wide ? j : i;

        g_assert_cmpuint (tile.labels[y * (wide ? size : width) + x], ==, whole.labels[(y + (wide ? 0 : start)) * width + x + (wide ? start : 0)]);
        g_assert_cmpuint (tile.confidence[y / 4 * ((wide ? size : width) / 4) + x / 4], ==,
                          whole.confidence[(y + (wide ? 0 : start)) / 4 * (width / 4) + (x + (wide ? start : 0)) / 4]);
      }
  output_clear (&whole);
  output_clear (&tile);
  lw_predictor_free (predictor);
}

static void
test_tiles (void)
{
  check_tile (TRUE);
  check_tile (FALSE);
}

static void
test_mixed_sizes (void)
{
  LwPredictor *predictor = predictor_new (320);
  g_autofree guint8 *frames[6] = { NULL };
  Output first[6];

  for (int round = 0; round < 3; round++)
    for (int i = 0; i < 6; i++)         /* more than there are plans */
      {
        int width = 60 + 20 * i, height = 150 - 10 * i;

        if (round == 0)
          frames[i] = frame_new (width, height);
        Output output = predict (predictor, frames[i], width, height, (gsize) width * 3);

        if (round == 0)
          first[i] = output;
        else
          {
            g_assert_cmpmem (output.labels, output.pixels, first[i].labels, first[i].pixels);
            output_clear (&output);
          }
      }
  for (int i = 0; i < 6; i++)
    {
      output_clear (&first[i]);
      g_free (g_steal_pointer (&frames[i]));
    }
  lw_predictor_free (predictor);
}

static gboolean
stop_later (gpointer data)
{
  int *left = data;

  return (*left)-- > 0;
}

static void
test_cancel (void)
{
  LwPredictor *predictor = predictor_new (320);
  g_autofree guint8 *rgb = frame_new (200, 100), *labels = g_malloc (200 * 100);
  Output before = predict (predictor, rgb, 200, 100, 600);
  g_autoptr(GError) error = NULL;
  int left = 5;

  g_assert_false (lw_predictor_run (predictor, rgb, 200, 100, 600, labels, NULL, stop_later, &left, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_CANCELLED);
  g_assert_true (lw_predictor_run (predictor, rgb, 200, 100, 600, labels, NULL, NULL, NULL, NULL));
  g_assert_cmpmem (labels, 200 * 100, before.labels, before.pixels);
  output_clear (&before);
  lw_predictor_free (predictor);
}

static void
test_too_large (void)
{
  LwPredictor *predictor = predictor_new (320);
  guint8 pixel[3] = { 0 };
  g_autoptr(GError) error = NULL;

  g_assert_false (lw_predictor_run (predictor, pixel, 32769, 1, 32769 * 3, pixel, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE);
  g_clear_error (&error);
  g_assert_false (lw_predictor_run (predictor, pixel, 0, 1, 0, pixel, NULL, NULL, NULL, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE);
  lw_predictor_free (predictor);
}

static void
test_plan_key (void)
{
  LwPredictor *predictor = predictor_new (320);
  g_autofree char *key = lw_predictor_plan_key (predictor);

  g_assert_true (g_str_has_prefix (key, "cpu "));
  g_assert_nonnull (strstr (key, "conv1_1"));
  lw_predictor_free (predictor);
}

/* An even picture stays even, and no scale brings values that were not there. */
static void
test_scale (void)
{
  for (int round = 0; round < 200; round++)
    {
      int width = g_test_rand_int_range (1, 50), height = g_test_rand_int_range (1, 50), to_width = g_test_rand_int_range (1, 90), to_height = g_test_rand_int_range (1, 90);
      g_autofree guint8 *from = g_malloc ((gsize) (width * height * 3)), *to = g_malloc ((gsize) (to_width * to_height * 3));
      guint8 low = (guint8) g_test_rand_int_range (0, 256), high = (guint8) g_test_rand_int_range (low, 256);

      for (int i = 0; i < width * height * 3; i++)
        from[i] = (guint8) g_test_rand_int_range (low, high + 1);
      lw_scale_rgb (from, width, height, (gsize) width * 3, to, to_width, to_height);
      for (int i = 0; i < to_width * to_height * 3; i++)
        g_assert_true (to[i] >= low && to[i] <= high);
      lw_scale_rgb (from, width, height, (gsize) width * 3, to = g_realloc (to, (gsize) (width * height * 3)), width, height);
      g_assert_cmpmem (from, width * height * 3, to, width * height * 3);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  tested = tested_open (argc, argv);
  g_test_add_func ("/nn/scale", test_scale);
  if (tested.backend != NULL)
    {
      g_test_add_func ("/nn/predictor/sizes", test_sizes);
      g_test_add_func ("/nn/predictor/scaled", test_scaled);
      g_test_add_func ("/nn/predictor/stride", test_stride);
      g_test_add_func ("/nn/predictor/tiles", test_tiles);
      g_test_add_func ("/nn/predictor/mixed-sizes", test_mixed_sizes);
      g_test_add_func ("/nn/predictor/cancel", test_cancel);
      g_test_add_func ("/nn/predictor/too-large", test_too_large);
      g_test_add_func ("/nn/predictor/plan-key", test_plan_key);
    }
  status = g_test_run ();
  tested_close (&tested);
  return status;
}
