/* lrn.c: local response normalisation across channels (Krizhevsky et al. 2012, section 3.3, with alpha divided by the window's size) */
#include "config.h"
#include "ref.h"
#include <math.h>

/* The channels whose squares count for channel @c: from @first to @end - 1. */
static void
window (const LwNode *node, int c, int *first, int *end)
{
  *first = MAX (c - node->kernel / 2, 0);
  *end = MIN (c - node->kernel / 2 + node->kernel, node->channels);
}

/* What channel @c is divided by, before the power. @at: of channel 0 of the pixel. */
static double
base (const RefNode *in, const LwNode *node, gsize at, int c)
{
  gsize plane = (gsize) in->h * (gsize) in->w;
  double sum = 0;
  int first, end;

  window (node, c, &first, &end);
  for (int j = first; j < end; j++)
    sum += in->value[at + (gsize) j * plane] * in->value[at + (gsize) j * plane];
  return (double) node->value + (double) node->alpha / node->kernel * sum;
}

void
ref_lrn_forward (const RefNode *in, RefNode *out)
{
  gsize plane = (gsize) in->h * (gsize) in->w;

  for (int n = 0; n < in->n; n++)
    for (gsize p = 0; p < plane; p++)
      for (int c = 0; c < in->c; c++)
        {
          gsize at = ref_plane (in, n, 0) + p, i = at + (gsize) c * plane;

          out->value[i] = in->value[i] * pow (base (in, out->node, at, c), -(double) out->node->beta);
        }
}

/* With b the base of y_c: dy_c / dx_j = [j = c] b^-beta - 2 alpha / size beta x_c x_j b^(-beta - 1), for every j in c's window. */
void
ref_lrn_backward (RefNode *in, const RefNode *out)
{
  const LwNode *node = out->node;
  gsize plane = (gsize) in->h * (gsize) in->w;
  double factor = 2 * (double) node->alpha / node->kernel * (double) node->beta;
  int first, end;

  for (int n = 0; n < in->n; n++)
    for (gsize p = 0; p < plane; p++)
      for (int c = 0; c < in->c; c++)
        {
          gsize at = ref_plane (in, n, 0) + p, i = at + (gsize) c * plane;
          double b = base (in, node, at, c), power = pow (b, -(double) node->beta);

          in->grad[i] += out->grad[i] * power;
          window (node, c, &first, &end);
          for (int j = first; j < end; j++)
            in->grad[at + (gsize) j * plane] -= factor * out->grad[i] * out->value[i] / b * in->value[at + (gsize) j * plane];
        }
}
