/* test-teacher.c: labels that are drawn from a model's answers follow its probabilities, pixel by pixel, and only where they should */
#include <math.h>
#include <string.h>
#include "nn/training/teacher.h"

#define WIDTH 40
#define HEIGHT 24
#define PIXELS (WIDTH * HEIGHT)
#define CLASSES 3
#define ROUNDS 600

static const char *const classes[] = { "Dark", "Bright", "Red", NULL };

static void
scatter (LwWeights *weights, const char *name, double least, double most)
{
  LwTensor *tensor = lw_weights_get (weights, name);
  LwRandom random = lw_random_new (5, g_str_hash (name));

  g_assert_nonnull (tensor);
  for (gsize i = 0; i < tensor->count; i++)
    tensor->data[i] = (float) lw_random_range (&random, least, most);
}

/* Its scores, which start at zero, differ by some units from place to place. */
static LwNetModel *
decided_model (void)
{
  LwNetModel *model = lw_net_model_new ("fcn8s-lite", classes, 3, NULL);

  scatter (model->weights, "score_pool3.weight", -0.1, 0.1);
  scatter (model->weights, "score_fr.bias", -1, 1);
  return model;
}

static void
paint (guint8 *rgb)
{
  LwRandom random = lw_random_new (8, 0);

  for (int i = 0; i < PIXELS * 3; i++)
    rgb[i] = (guint8) (i % (WIDTH * 3) < i / (WIDTH * 3) * 4 ? 200 + lw_random_int (&random, 50) : lw_random_int (&random, 50));
}

static double
at (const float *grid, int cells_wide, int cells_high, double row, double column)
{
  row = CLAMP (row, 0, cells_high - 1);
  column = CLAMP (column, 0, cells_wide - 1);
  int y = (int) row, x = (int) column, below = MIN (y + 1, cells_high - 1), right = MIN (x + 1, cells_wide - 1);

  return ((double) grid[y * cells_wide + x] * (x + 1 - column) + (double) grid[y * cells_wide + right] * (column - x)) * (y + 1 - row)
         + ((double) grid[below * cells_wide + x] * (x + 1 - column) + (double) grid[below * cells_wide + right] * (column - x)) * (row - y);
}

/* The softmax of the sampled scores: as graph.h puts it, without the teacher's code. */
static void
find_probabilities (const LwNetModel *model, const guint8 *rgb, double (*p)[CLASSES])
{
  LwPlanOptions options = { .n = 1, .height = HEIGHT, .width = WIDTH, .transform = model->transform };
  LwPlan *plan = lw_backend_ref.compile (NULL, model->graph, &options, NULL);
  int n = (int) model->graph->nodes->len, heights[256], widths[256];
  const LwNode *score = lw_graph_node (model->graph, n - 1);
  LwBatch batch = { .rgb = rgb };

  g_assert_cmpint (n, <=, 256);
  g_assert_true (lw_backend_ref.load (plan, model->weights, NULL) && lw_graph_sizes (model->graph, HEIGHT, WIDTH, heights, widths, NULL));
  int high = heights[score->inputs[0]], wide = widths[score->inputs[0]];
  g_autofree float *scores = g_new (float, CLASSES * high * wide);
  LwResult result = { .scores = scores };

  g_assert_true (lw_backend_ref.run (plan, &batch, &result, NULL, NULL, NULL));
  lw_backend_ref.free_plan (plan);
  for (int i = 0; i < PIXELS; i++)
    {
      double sum = 0;

      for (int c = 0; c < CLASSES; c++)
        sum += p[i][c] = exp (at (scores + c * high * wide, wide, high, (i / WIDTH + 0.5 + score->offset) / score->stride - 0.5, (i % WIDTH + 0.5 + score->offset) / score->stride - 0.5));
      for (int c = 0; c < CLASSES; c++)
        p[i][c] /= sum;
    }
}

static void
test_probabilities (void)
{
  static double p[PIXELS][CLASSES];
  static guint drawn[PIXELS][CLASSES];
  static guint8 rgb[PIXELS * 3];
  g_autoptr(LwNetModel) model = decided_model ();
  g_autoptr(LwTeacher) teacher = lw_teacher_new (&lw_backend_ref, NULL, model, LW_PRECISION_AUTO, WIDTH, HEIGHT, NULL);
  LwRandom random = lw_random_new (1, 2);
  double lowest = 1, highest = 0;

  g_assert_nonnull (teacher);
  paint (rgb);
  find_probabilities (model, rgb, p);
  for (int round = 0; round < ROUNDS; round++)
    {
      guint8 labels[PIXELS] = { 0 };

      g_assert_true (lw_teacher_label (teacher, rgb, 1, &random, labels, NULL));
      for (int i = 0; i < PIXELS; i++)
        drawn[i][labels[i]]++;
    }
  for (int i = 0; i < PIXELS; i++)
    for (int c = 0; c < CLASSES; c++)
      {
        double deviation = sqrt (p[i][c] * (1 - p[i][c]) / ROUNDS);

        g_assert_cmpfloat (fabs (drawn[i][c] / (double) ROUNDS - p[i][c]), <, 5 * deviation + 0.005);
        lowest = MIN (lowest, p[i][c]);
        highest = MAX (highest, p[i][c]);
      }
  g_test_message ("probabilities from %.3f to %.3f", lowest, highest);
  g_assert_cmpfloat (highest - lowest, >, 0.5);         /* else a wrong place would pass */
}

/* Void stays void; of the others the share is taught. */
static void
test_share (void)
{
  static guint8 rgb[PIXELS * 3], labels[PIXELS];
  g_autoptr(LwNetModel) model = lw_net_model_new ("fcn8s-lite", classes, 3, NULL);       /* all scores zero: each class a third */
  g_autoptr(LwTeacher) teacher = lw_teacher_new (&lw_backend_ref, NULL, model, LW_PRECISION_AUTO, WIDTH, HEIGHT, NULL);
  LwRandom random = lw_random_new (3, 4);
  guint changed = 0, of = 0;

  for (int round = 0; round < 40; round++)
    {
      memset (labels, 1, PIXELS);
      memset (labels, 255, PIXELS / 2);
      g_assert_true (lw_teacher_label (teacher, rgb, 0.3, &random, labels, NULL));
      for (int i = 0; i < PIXELS; i++)
        if (i < PIXELS / 2)
          g_assert_cmpuint (labels[i], ==, 255);
        else
          {
            changed += labels[i] != 1;
            of++;
          }
    }
  g_assert_cmpfloat_with_epsilon ((double) changed / of, 0.3 * 2 / 3, 0.015);
  memset (labels, 2, PIXELS);
  g_assert_true (lw_teacher_label (teacher, rgb, 0, &random, labels, NULL));
  for (int i = 0; i < PIXELS; i++)
    g_assert_cmpuint (labels[i], ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/teacher/probabilities", test_probabilities);
  g_test_add_func ("/nn/teacher/share", test_share);
  return g_test_run ();
}
