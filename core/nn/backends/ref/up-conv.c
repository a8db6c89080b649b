/* up-conv.c: learned upsampling: a transposed convolution whose kernel is its stride, so that every output has one source and one tap */
#include "config.h"
#include "ref.h"

typedef void (*TapFunc) (RefNode *in, RefNode *out, gsize in_at, gsize out_at, gsize weight);

static void
for_each_tap (RefNode *in, RefNode *out, TapFunc func)
{
  int s = out->node->stride;

  for (int n = 0; n < out->n; n++)
    for (int i = 0; i < in->c; i++)
      for (int o = 0; o < out->c; o++)
        for (int y = 0; y < out->h; y++)
          for (int x = 0; x < out->w; x++)
            func (in, out, ref_plane (in, n, i) + (gsize) (y / s * in->w + x / s), ref_plane (out, n, o) + (gsize) (y * out->w + x),
                  ((gsize) (i * out->c + o) * (gsize) s + (gsize) (y % s)) * (gsize) s + (gsize) (x % s));
}

static void
tap_forward (RefNode *in, RefNode *out, gsize in_at, gsize out_at, gsize weight)
{
  out->value[out_at] += in->value[in_at] * out->weight->value[weight];
}

static void
tap_backward (RefNode *in, RefNode *out, gsize in_at, gsize out_at, gsize weight)
{
  in->grad[in_at] += out->grad[out_at] * out->weight->value[weight];
  out->weight->grad[weight] += out->grad[out_at] * in->value[in_at];
}

void
ref_up_conv_forward (const RefNode *in, RefNode *out)
{
  gsize plane = (gsize) out->h * (gsize) out->w;

  for (gsize i = 0; i < ref_count (out); i++)
    out->value[i] = out->bias != NULL ? out->bias->value[i / plane % (gsize) out->c] : 0;
  for_each_tap ((RefNode *) in, out, tap_forward);
}

void
ref_up_conv_backward (RefNode *in, const RefNode *out)
{
  gsize plane = (gsize) out->h * (gsize) out->w;

  if (out->bias != NULL)
    for (gsize i = 0; i < ref_count (out); i++)
      out->bias->grad[i / plane % (gsize) out->c] += out->grad[i];
  for_each_tap (in, (RefNode *) out, tap_backward);
}
