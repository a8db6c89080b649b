/* pool.c: max pooling (the first of equal elements wins) and its inverse by the winners' places */
#include "config.h"
#include "ref.h"

/* Every window has at least one element of the input. */
static guint32
winner (const RefNode *in, const LwNode *node, const double *plane, int y, int x)
{
  int top = y * node->stride - node->pad, left = x * node->stride - node->pad;
  guint32 best = (guint32) (MAX (top, 0) * in->w + MAX (left, 0));

  for (int sy = MAX (top, 0); sy < MIN (top + node->kernel, in->h); sy++)
    for (int sx = MAX (left, 0); sx < MIN (left + node->kernel, in->w); sx++)
      if (plane[sy * in->w + sx] > plane[best])
        best = (guint32) (sy * in->w + sx);
  return best;
}

void
ref_max_pool_forward (const RefNode *in, RefNode *out)
{
  for (int n = 0; n < out->n; n++)
    for (int c = 0; c < out->c; c++)
      {
        const double *plane = in->value + ref_plane (in, n, c);
        gsize at = ref_plane (out, n, c);

        for (int i = 0; i < out->h * out->w; i++)
          {
            out->index[at + i] = winner (in, out->node, plane, i / out->w, i % out->w);
            out->value[at + i] = plane[out->index[at + i]];
          }
      }
}

void
ref_max_pool_backward (RefNode *in, const RefNode *out)
{
  for (int n = 0; n < out->n; n++)
    for (int c = 0; c < out->c; c++)
      {
        double *plane = in->grad + ref_plane (in, n, c);
        gsize at = ref_plane (out, n, c);

        for (int i = 0; i < out->h * out->w; i++)
          plane[out->index[at + i]] += out->grad[at + i];
      }
}

void
ref_unpool_forward (const RefNode *in, RefNode *out, const RefNode *pool)
{
  for (gsize i = 0; i < ref_count (out); i++)
    out->value[i] = 0;
  for (int n = 0; n < in->n; n++)
    for (int c = 0; c < in->c; c++)
      {
        gsize at = ref_plane (in, n, c), to = ref_plane (out, n, c);

        for (int i = 0; i < in->h * in->w; i++)
          out->value[to + pool->index[at + i]] = in->value[at + i];
      }
}

void
ref_unpool_backward (RefNode *in, const RefNode *out, const RefNode *pool)
{
  for (int n = 0; n < in->n; n++)
    for (int c = 0; c < in->c; c++)
      {
        gsize at = ref_plane (in, n, c), from = ref_plane (out, n, c);

        for (int i = 0; i < in->h * in->w; i++)
          in->grad[at + i] += out->grad[from + pool->index[at + i]];
      }
}
