/* deconv.c: fixed bilinear upsampling as a transposed convolution, each channel by itself */
#include "config.h"
#include "ref.h"
#include <math.h>

/* Long et al.: 1 - |i - centre| / factor, for a kernel of twice the stride. */
static double
bilinear_tap (int stride, int i)
{
  return 1 - fabs (i - (stride - 0.5)) / stride;
}

typedef void (*PairFunc) (RefNode *in, RefNode *out, gsize in_at, gsize out_at, double weight);

static void
for_each_pair_of_plane (RefNode *in, RefNode *out, gsize in_plane, gsize out_plane, PairFunc func)
{
  int stride = out->node->stride, pad = out->node->pad, kernel = out->node->kernel;

  for (int y = 0; y < in->h; y++)
    for (int x = 0; x < in->w; x++)
      for (int ky = 0; ky < kernel; ky++)
        for (int kx = 0; kx < kernel; kx++)
          {
            int oy = y * stride + ky - pad, ox = x * stride + kx - pad;

            if (oy >= 0 && oy < out->h && ox >= 0 && ox < out->w)
              func (in, out, in_plane + (gsize) (y * in->w + x), out_plane + (gsize) (oy * out->w + ox), bilinear_tap (stride, ky) * bilinear_tap (stride, kx));
          }
}

static void
for_each_pair (RefNode *in, RefNode *out, PairFunc func)
{
  for (int n = 0; n < out->n; n++)
    for (int c = 0; c < out->c; c++)
      for_each_pair_of_plane (in, out, ref_plane (in, n, c), ref_plane (out, n, c), func);
}

static void
pair_forward (RefNode *in, RefNode *out, gsize in_at, gsize out_at, double weight)
{
  out->value[out_at] += weight * in->value[in_at];
}

static void
pair_backward (RefNode *in, RefNode *out, gsize in_at, gsize out_at, double weight)
{
  in->grad[in_at] += weight * out->grad[out_at];
}

void
ref_deconv_forward (const RefNode *in, RefNode *out)
{
  for (gsize i = 0; i < ref_count (out); i++)
    out->value[i] = 0;
  for_each_pair ((RefNode *) in, out, pair_forward);
}

void
ref_deconv_backward (RefNode *in, const RefNode *out)
{
  for_each_pair (in, (RefNode *) out, pair_backward);
}
