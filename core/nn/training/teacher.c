/* teacher.c: labels drawn from what another network gives, so that the one that trains learns from it, too */
#include "config.h"
#include "teacher.h"

/* The two cells of the score grid between which a pixel's middle lies, and how far it is towards the second one. */
typedef struct { int low, high; float share; } Between;

struct _LwTeacher {
  const LwBackend *backend;
  LwPlan *plan;
  int width, height, classes;
  int grid_width, grid_height;
  Between *columns, *rows;     /* of each of the picture's columns and rows (LW_OP_SCORE's rule in graph.h) */
  float *scores;               /* classes x grid height x grid width */
};

static Between *
place_pixels (const LwNode *score, int pixels, int cells)
{
  Between *between = g_new (Between, pixels);

  for (int i = 0; i < pixels; i++)
    {
      float at = CLAMP (((float) i + 0.5f + (float) score->offset) / (float) score->stride - 0.5f, 0, (float) (cells - 1));

      between[i] = (Between) { (int) at, MIN ((int) at + 1, cells - 1), at - floorf (at) };
    }
  return between;
}

static gboolean
make_plan (LwTeacher *teacher, LwDevice *device, const LwNetModel *model, LwPrecision precision, GError **error)
{
  LwPlanOptions options = { .n = 1, .height = teacher->height, .width = teacher->width, .precision = precision, .deterministic = TRUE, .transform = model->transform };

  teacher->plan = teacher->backend->compile (device, model->graph, &options, error);
  return teacher->plan != NULL && teacher->backend->load (teacher->plan, model->weights, error);
}

LwTeacher *
lw_teacher_new (const LwBackend *backend, LwDevice *device, const LwNetModel *model, LwPrecision precision, int width, int height, GError **error)
{
  g_autoptr(LwTeacher) teacher = g_new0 (LwTeacher, 1);
  int end = (int) model->graph->nodes->len - 1;
  const LwNode *score = lw_graph_node (model->graph, end);
  g_autofree int *heights = g_new (int, end + 1), *widths = g_new (int, end + 1);

  *teacher = (LwTeacher) { .backend = backend, .width = width, .height = height, .classes = model->n_classes };
  if (!lw_graph_sizes (model->graph, height, width, heights, widths, error) || !make_plan (teacher, device, model, precision, error))
    return NULL;
  teacher->grid_height = heights[score->inputs[0]];
  teacher->grid_width = widths[score->inputs[0]];
  teacher->rows = place_pixels (score, height, teacher->grid_height);
  teacher->columns = place_pixels (score, width, teacher->grid_width);
  teacher->scores = g_new (float, (gsize) teacher->classes * (gsize) teacher->grid_height * (gsize) teacher->grid_width);
  return g_steal_pointer (&teacher);
}

void
lw_teacher_free (LwTeacher *teacher)
{
  if (teacher == NULL)
    return;
  if (teacher->plan != NULL)
    teacher->backend->free_plan (teacher->plan);
  g_free (teacher->rows);
  g_free (teacher->columns);
  g_free (teacher->scores);
  g_free (teacher);
}

/* The class at which the softmax's sum, from the first class on, passes @chance (0 to 1) of the whole. */
static guint8
draw_class (const LwTeacher *teacher, Between y, Between x, double chance)
{
  const float *top = teacher->scores + (gsize) y.low * (gsize) teacher->grid_width, *bottom = teacher->scores + (gsize) y.high * (gsize) teacher->grid_width;
  gsize cells = (gsize) teacher->grid_width * (gsize) teacher->grid_height;
  float sums[256], highest = -INFINITY, sum = 0;
  int drawn = 0;

  for (int c = 0; c < teacher->classes; c++, top += cells, bottom += cells)
    {
      float above = top[x.low] + (top[x.high] - top[x.low]) * x.share, below = bottom[x.low] + (bottom[x.high] - bottom[x.low]) * x.share;

      sums[c] = above + (below - above) * y.share;
      highest = MAX (highest, sums[c]);
    }
  for (int c = 0; c < teacher->classes; c++)
    sums[c] = sum += expf (sums[c] - highest);
  while (drawn < teacher->classes - 1 && sums[drawn] <= (float) chance * sum)
    drawn++;
  return (guint8) drawn;
}

gboolean
lw_teacher_label (LwTeacher *teacher, const guint8 *rgb, double share, LwRandom *random, guint8 *labels, GError **error)
{
  LwBatch batch = { .rgb = rgb };
  LwResult result = { .scores = teacher->scores };

  if (!teacher->backend->run (teacher->plan, &batch, &result, NULL, NULL, error))
    return FALSE;
  for (int y = 0; y < teacher->height; y++)
    for (int x = 0; x < teacher->width; x++, labels++)
      if (*labels < teacher->classes && lw_random_double (random) < share)
        *labels = draw_class (teacher, teacher->rows[y], teacher->columns[x], lw_random_double (random));
  return TRUE;
}
