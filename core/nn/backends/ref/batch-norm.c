/* batch-norm.c: batch normalisation (Ioffe and Szegedy, arXiv:1502.03167) by the batch's or the running values */
#include "config.h"
#include "ref.h"
#include <math.h>

#define KEPT 0.9                /* of a running value, at each step */

static gboolean
uses_batch (const RefNode *out, RefMode mode)
{
  return mode != REF_INFER && !out->node->frozen;
}

/* Calls for every element of channel @c; @i its place. */
#define FOR_CHANNEL(node, c, i) \
  for (int n_ = 0; n_ < (node)->n; n_++) \
    for (gsize i = ref_plane (node, n_, c); i < ref_plane (node, n_, c) + (gsize) ((node)->h * (node)->w); i++)

static void
measure (const RefNode *in, RefNode *out, int c, RefMode mode)
{
  double m = (double) in->n * in->h * in->w, sum = 0, squares = 0, variance;

  FOR_CHANNEL (in, c, i)
    sum += in->value[i];
  out->mean[c] = sum / m;
  FOR_CHANNEL (in, c, i)
    squares += (in->value[i] - out->mean[c]) * (in->value[i] - out->mean[c]);
  variance = squares / m;
  out->deviation[c] = sqrt (variance + (double) out->node->value);
  if (mode != REF_TRAIN)
    return;
  out->running_mean->value[c] = (double) (float) (KEPT * out->running_mean->value[c] + (1 - KEPT) * out->mean[c]);
  out->running_var->value[c] = (double) (float) (KEPT * out->running_var->value[c] + (1 - KEPT) * squares / MAX (m - 1, 1));     /* as a checkpoint keeps them */
}

void
ref_batch_norm_forward (const RefNode *in, RefNode *out, RefMode mode)
{
  for (int c = 0; c < out->c; c++)
    {
      if (uses_batch (out, mode))
        measure (in, out, c, mode);
      else
        {
          out->mean[c] = out->running_mean->value[c];
          out->deviation[c] = sqrt (out->running_var->value[c] + (double) out->node->value);
        }
      FOR_CHANNEL (in, c, i)
        out->value[i] = (in->value[i] - out->mean[c]) / out->deviation[c] * out->weight->value[c] + out->bias->value[c];
    }
}

/* With x^ the normalised input, g = sum dy, h = sum dy x^: dx = gain / deviation (dy - (g + x^ h) / m); the bracket's second part comes from the
 * batch's own mean and variance, and is absent where the running ones are used. */
void
ref_batch_norm_backward (RefNode *in, const RefNode *out, RefMode mode)
{
  double m = (double) in->n * in->h * in->w;

  for (int c = 0; c < out->c; c++)
    {
      double sum = 0, along = 0, factor = out->weight->value[c] / out->deviation[c];

      FOR_CHANNEL (in, c, i)
        {
          sum += out->grad[i];
          along += out->grad[i] * (in->value[i] - out->mean[c]) / out->deviation[c];
        }
      out->bias->grad[c] += sum;
      out->weight->grad[c] += along;
      if (!uses_batch (out, mode))
        sum = along = 0;
      FOR_CHANNEL (in, c, i)
        in->grad[i] += factor * (out->grad[i] - (sum + (in->value[i] - out->mean[c]) / out->deviation[c] * along) / m);
    }
}
