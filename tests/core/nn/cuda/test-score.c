/* test-score.c: the final pass, and the loss with its gradient by the score grid */
#include "check.h"
#include "nn/backends/hard.h"
#include <math.h>
#include <string.h>

/* A score node in a plan of the reference, and the same for the device. */
typedef struct {
  LwPlan plan;
  LwGraph graph;
  RefNode *node;
  LwCudaScore score;
  void *grid;
  guint8 labels[3 * 64 * 64];
} Case;

static int
random_stride (void)
{
  static const int strides[] = { 1, 2, 4, 8, 8, 8, 32, 5 };

  return strides[g_test_rand_int_range (0, G_N_ELEMENTS (strides))];
}

/* The grid as a network makes it, now and then a little larger or smaller. */
static int
grid_side (int picture, int stride, gboolean exact)
{
  int side = (picture + stride - 1) / stride, other = side + g_test_rand_int_range (-1, 3);

  return exact ? side : MAX (1, other);
}

static void
fill_labels (Case *c)
{
  gboolean nothing = g_test_rand_int_range (0, 10) == 0;

  for (gsize i = 0; i < sizeof c->labels; i++)
    c->labels[i] = nothing || g_test_rand_int_range (0, 4) == 0 ? 255 : (guint8) g_test_rand_int_range (0, c->graph.classes + 1);
}

static void
random_case (Case *c, int most_classes)
{
  LwCudaShape shape = random_shape (1);
  int stride = random_stride (), offset = g_test_rand_bit () ? 0 : g_test_rand_int_range (0, 30);
  gboolean exact = g_test_rand_bit ();

  c->plan = (LwPlan) { .graph = &c->graph, .options = { .n = shape.n, .height = g_test_rand_int_range (1, 65), .width = g_test_rand_int_range (1, 65) } };
  shape = with_channels (with_size (shape, grid_side (c->plan.options.height, stride, exact), grid_side (c->plan.options.width, stride, exact)),
                         g_test_rand_int_range (2, g_test_rand_bit () ? 21 : most_classes));
  c->graph.classes = shape.c;
  c->node = ref_from (shape, random_values (shape_count (shape), shape.type));
  for (gsize i = 0; i < shape_count (shape); i++)
    c->node->value[i] *= 4;
  *ref_layer (c->node) = (LwNode) { .kind = LW_OP_SCORE, .stride = stride, .offset = offset };
  c->score = (LwCudaScore) { shape, stride, offset, c->plan.options.height, c->plan.options.width };
  c->grid = activation_from (shape, c->node->value);
  fill_labels (c);
}

static char *
case_name (const Case *c)
{
  return g_strdup_printf ("grid %s, stride %d, offset %d, picture %d x %d", shape_name (c->score.grid), c->score.stride, c->score.offset, c->score.width,
                          c->score.height);
}

typedef gboolean (*SameFunc) (const Case *c, LwCudaFrame frame, gsize i, guint8 got, guint8 expected);

/* By the definition in graph.h. @at: in pixels of the plan's picture. */
static double
cell_of (const LwCudaScore *s, double at, int cells)
{
  return CLAMP ((at + s->offset) / s->stride - 0.5, 0, cells - 1);
}

static double
score_at (const Case *c, LwCudaFrame frame, gsize pixel, int channel)
{
  const LwCudaScore *s = &c->score;
  gsize w = (gsize) frame.width, h = (gsize) frame.height, n = pixel / w / h;
  double y = cell_of (s, ((double) (pixel / w % h) + 0.5) * s->height / frame.height, s->grid.h);
  double x = cell_of (s, ((double) (pixel % w) + 0.5) * s->width / frame.width, s->grid.w);
  const double *grid = c->node->value + ref_plane (c->node, (int) n, channel);
  int ya = (int) y, xa = (int) x, yb = MIN (ya + 1, s->grid.h - 1), xb = MIN (xa + 1, s->grid.w - 1);
  double top = grid[ya * s->grid.w + xa] * (1 - x + xa) + grid[ya * s->grid.w + xb] * (x - xa);
  double bottom = grid[yb * s->grid.w + xa] * (1 - x + xa) + grid[yb * s->grid.w + xb] * (x - xa);

  return top * (1 - y + ya) + bottom * (y - ya);
}

/* The last bit may decide between two classes that are equally likely. */
static gboolean
same_label (const Case *c, LwCudaFrame frame, gsize i, guint8 got, guint8 expected)
{
  return got == expected || (got < c->graph.classes && fabs (score_at (c, frame, i, got) - score_at (c, frame, i, expected)) < 1e-5);
}

static gboolean
same_confidence (const Case *c, LwCudaFrame frame, gsize i, guint8 got, guint8 expected)
{
  return ABS (got - expected) <= 1;
}

static void
check_bytes (const char *what, const Case *c, LwCudaFrame frame, const guint8 *device, const guint8 *expected, gsize n, SameFunc same)
{
  g_autofree guint8 *got = array_get (device, n);
  g_autofree char *name = case_name (c);
  gsize wrong = 0, first = 0;

  for (gsize i = 0; i < n; i++)
    if (!same (c, frame, i, got[i], expected[i]))
      if (wrong++ == 0)
        first = i;
  if (wrong > 0)
    complain ("%s: %zu of %zu differ, first at %zu: %d instead of %d: %s", what, wrong, n, first, got[first], expected[first], name);
}

static void
test_result (void)
{
  g_autofree Case *c = g_new0 (Case, 1);
  LwCudaFrame frame = { g_test_rand_int_range (1, 150), g_test_rand_int_range (1, 150) }, most = { frame.height + 7, frame.width + 13 };

  random_case (c, 255);
  if (g_test_rand_bit ())
    frame = (LwCudaFrame) { c->score.height, c->score.width };
  else if (g_test_rand_int_range (0, 4) == 0)
    frame = (LwCudaFrame) { 2, LW_CUDA_MAX_FRAME };
  most = (LwCudaFrame) { MAX (most.height, frame.height), MAX (most.width, frame.width) };
  gsize pixels = (gsize) c->score.grid.n * (gsize) frame.height * (gsize) frame.width;
  gsize blocks = (gsize) c->score.grid.n * (gsize) ((frame.height + 3) / 4) * (gsize) ((frame.width + 3) / 4);
  g_autofree guint8 *labels = g_malloc (pixels), *confidence = g_malloc (blocks);
  guint8 *device_labels = array_new (pixels), *device_confidence = array_new (blocks);
  LwResult result = { .labels = labels, .confidence = confidence, .out_height = frame.height, .out_width = frame.width };
  const LwCudaFrame *device_frame = array_from (&frame, sizeof frame);

  ref_score_result (&c->plan, c->node, &result);
  check_launch ("score", lw_cuda_score (0, c->score, c->grid, device_frame, most, device_labels, device_confidence));
  check_bytes ("score, labels", c, frame, device_labels, labels, pixels, same_label);
  check_bytes ("score, confidence", c, frame, device_confidence, confidence, blocks, same_confidence);
  device_confidence = array_new (blocks);
  check_launch ("score", lw_cuda_score (0, c->score, c->grid, device_frame, most, NULL, device_confidence));
  check_bytes ("score, confidence alone", c, frame, device_confidence, confidence, blocks, same_confidence);
}

static void
check_stats (const Case *c, const LwCudaStats *stats, double loss, guint64 pixels)
{
  g_autofree char *name = case_name (c);

  check_values ("loss", &stats->loss, &loss, 1, LW_CUDA_F32, 1e-5);
  if (stats->pixels != pixels)
    complain ("loss: %" G_GUINT64_FORMAT " pixels instead of %" G_GUINT64_FORMAT ": %s", stats->pixels, pixels, name);
}

static void
test_loss (void)
{
  g_autofree Case *c = g_new0 (Case, 1);
  float weights[256];
  gboolean weighted = g_test_rand_bit ();
  guint64 pixels;

  random_case (c, 255);
  for (int i = 0; i < 256; i++)
    weights[i] = (float) g_test_rand_double_range (0.1, 3);
  gsize labels = (gsize) c->score.grid.n * (gsize) c->score.height * (gsize) c->score.width;
  LwLossOptions options = { .class_weights = weighted ? weights : NULL };
  double loss = ref_score_loss (&c->plan, c->node, c->labels, &options, TRUE, &pixels);
  LwCudaStats *stats = array_new (sizeof *stats);
  void *gradient = activation_new (c->score.grid), *workspace = array_new (lw_cuda_loss_workspace (c->score));
  const float *device_weights = weighted ? array_from (weights, (gsize) c->graph.classes * sizeof (float)) : NULL;
  const guint8 *device_labels = array_from (c->labels, labels);

  check_launch ("loss", lw_cuda_loss (0, c->score, c->grid, device_labels, device_weights, workspace, stats, gradient));
  g_autofree LwCudaStats *got = array_get (stats, sizeof *stats);
  g_autofree char *name = case_name (c);

  check_stats (c, got, loss, pixels);
  check_activation (name, c->score.grid, gradient, c->node->grad, 2e-5);
  stats = array_new (sizeof *stats);
  check_launch ("loss", lw_cuda_loss (0, c->score, c->grid, device_labels, device_weights, workspace, stats, NULL));
  g_autofree LwCudaStats *again = array_get (stats, sizeof *stats);

  check_stats (c, again, loss, pixels);
}

/* ---- hard examples ---- */

static double
pixel_loss (const Case *c, gsize pixel)
{
  LwCudaFrame frame = { c->score.height, c->score.width };
  double own = score_at (c, frame, pixel, c->labels[pixel]), sum = 0;

  for (int k = 0; k < c->graph.classes; k++)
    sum += exp (score_at (c, frame, pixel, k) - own);
  return log (sum);
}

/* FALSE where the float's rounding may put so many pixels on the other side of the cut that it would be another one. */
static gboolean
cut_is_sure (const guint8 *levels, const guint8 *unsure, gsize n, int cut, int wanted, float share)
{
  double labelled = 0, kept = 0, above = 0, near = 0;

  for (gsize i = 0; i < n; i++)
    {
      labelled += levels[i] > 0;
      kept += levels[i] >= cut;
      above += levels[i] > cut;
      near += unsure[i];
    }
  return cut == wanted || (kept - near >= (double) share * labelled && above + near < (double) share * labelled);
}

/* What must count by the definition; @unsure: where the float may come out on the other side of a level. */
static int
find_hard (const Case *c, const LwCudaStep *step, gsize n, guint8 *levels, guint8 *unsure)
{
  guint32 counts[LW_HARD_LEVELS] = { 0 };

  for (gsize i = 0; i < n; i++)
    {
      double loss = c->labels[i] < c->graph.classes ? pixel_loss (c, i) : 0, slack = 1e-5 * (1 + loss);

      levels[i] = c->labels[i] < c->graph.classes ? (guint8) lw_hard_level ((float) loss) : LW_HARD_NONE;
      unsure[i] = levels[i] != LW_HARD_NONE && lw_hard_level ((float) MAX (0, loss - slack)) != lw_hard_level ((float) (loss + slack));
      counts[levels[i]]++;
    }
  return lw_hard_cut (counts, step->hard_level, step->hard_share);
}

static void
test_hard (void)
{
  g_autofree Case *c = g_new0 (Case, 1);
  LwLossOptions options = { .hard_below = g_test_rand_bit () ? 1e-4f : (float) g_test_rand_double_range (0.01, 1), .hard_share = (float) g_test_rand_double_range (0, 0.9) };
  LwCudaStep step = { .hard_level = lw_loss_hard_level (&options), .hard_share = options.hard_share };
  gsize wrong = 0;

  random_case (c, 255);
  gsize n = (gsize) c->score.grid.n * (gsize) c->score.height * (gsize) c->score.width;
  g_autofree guint8 *levels = g_new (guint8, n), *unsure = g_new (guint8, n);
  int cut = find_hard (c, &step, n, levels, unsure);
  guint8 *hard = array_new (n);

  check_launch ("hard", lw_cuda_hard (0, c->score, c->grid, array_from (c->labels, n), array_from (&step, sizeof step),
                                      array_new (lw_cuda_hard_workspace (c->score)), hard));
  g_autofree guint8 *got = array_get (hard, n);
  g_autofree char *name = case_name (c);

  if (!cut_is_sure (levels, unsure, n, cut, step.hard_level, step.hard_share))
    return;
  for (gsize i = 0; i < n; i++)
    if (got[i] != (levels[i] >= cut ? c->labels[i] : LW_HARD_LABEL_NONE) && !(unsure[i] && (got[i] == c->labels[i] || got[i] == LW_HARD_LABEL_NONE)))
      wrong++;
  if (wrong > 0)
    complain ("hard: %zu of %zu pixels differ: %s", wrong, n, name);
}

void
add_score_tests (void)
{
  for (int i = 0; i < 3; i++)
    {
      g_autofree char *result = g_strdup_printf ("/cuda/score/%d", i), *loss = g_strdup_printf ("/cuda/loss/%d", i);
      g_autofree char *hard = g_strdup_printf ("/cuda/hard/%d", i);

      add_test (result, test_result);
      add_test (loss, test_loss);
      add_test (hard, test_hard);
    }
}
