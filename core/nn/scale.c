/* scale.c: RGB pictures to another size */
#include "config.h"
#include "scale.h"
#include <math.h>

/* Which inputs one output is made of: @count of them from @first on, with @weights (of an array for all outputs). */
typedef struct { int first, count; const float *weights; } Span;

typedef struct { Span *spans; float *weights; } Axis;

static void
axis_clear (Axis *axis)
{
  g_free (axis->spans);
  g_free (axis->weights);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Axis, axis_clear)

/* The inputs that lie under [start, end), each by how much of it does. */
static int
cover (double start, double end, int size, int *first, float *weights)
{
  int last = MIN ((int) ceil (end), size) - 1, n = 0;

  *first = CLAMP ((int) start, 0, size - 1);
  last = MAX (last, *first);
  for (int i = *first; i <= last; i++)
    weights[n++] = (float) ((MIN (end, i + 1.0) - MAX (start, (double) i)) / (end - start));
  return n;
}

/* The two inputs between whose centres @place lies. */
static int
between (double place, int size, int *first, float *weights)
{
  double at = CLAMP (place - 0.5, 0, size - 1.0);

  *first = MIN ((int) at, MAX (size - 2, 0));
  if (size == 1)
    {
      weights[0] = 1;
      return 1;
    }
  weights[1] = (float) (at - *first);
  weights[0] = 1 - weights[1];
  return 2;
}

static Axis
axis_new (int from, int to)
{
  double ratio = (double) from / to;
  gsize most = (gsize) ceil (ratio) + 2;
  Axis axis = { g_new (Span, to), g_new (float, most * (gsize) to) };

  for (int i = 0; i < to; i++)
    {
      float *weights = axis.weights + (gsize) i * most;
      Span *span = &axis.spans[i];

      span->weights = weights;
      span->count = ratio > 1 ? cover (i * ratio, (i + 1) * ratio, from, &span->first, weights) : between ((i + 0.5) * ratio, from, &span->first, weights);
    }
  return axis;
}

/* Rows first, as those lie in memory one after the other and so run as vectors. */
static void
add_row (float *sum, const guint8 *row, float weight, gsize n)
{
  for (gsize i = 0; i < n; i++)
    sum[i] += weight * row[i];
}

static void
shrink_row (const float *row, const Axis *axis, guint8 *out, int width)
{
  for (int x = 0; x < width; x++)
    {
      const Span *span = &axis->spans[x];
      const float *in = row + (gsize) span->first * 3;
      float sum[3] = { 0.5f, 0.5f, 0.5f };

      for (int i = 0; i < span->count; i++)
        for (int c = 0; c < 3; c++)
          sum[c] += span->weights[i] * in[3 * i + c];
      for (int c = 0; c < 3; c++)
        out[3 * x + c] = (guint8) CLAMP (sum[c], 0.f, 255.f);
    }
}

void
lw_scale_rgb (const guint8 *from, int width, int height, gsize stride, guint8 *to, int to_width, int to_height)
{
  g_auto(Axis) rows = axis_new (height, to_height), columns = axis_new (width, to_width);
  g_autofree float *sum = g_new (float, (gsize) width * 3);

  for (int y = 0; y < to_height; y++)
    {
      const Span *span = &rows.spans[y];

      for (gsize i = 0; i < (gsize) width * 3; i++)
        sum[i] = 0;
      for (int i = 0; i < span->count; i++)
        add_row (sum, from + (gsize) (span->first + i) * stride, span->weights[i], (gsize) width * 3);
      shrink_row (sum, &columns, to + (gsize) y * (gsize) to_width * 3, to_width);
    }
}
