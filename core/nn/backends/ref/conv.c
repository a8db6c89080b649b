/* conv.c: convolution (cross-correlation: filters not flipped), its gradients by input, weights and bias */
#include "config.h"
#include "ref.h"

/* The outputs whose tap @k falls inside an input of @in elements: first to last. */
static void
valid_range (const LwNode *node, int k, int in, int out, int *first, int *last)
{
  int low = node->pad - k, high = in - 1 + node->pad - k;

  *first = low <= 0 ? 0 : (low + node->stride - 1) / node->stride;
  *last = high < 0 ? -1 : MIN (out - 1, high / node->stride);
}

/* What one filter tap joins: out (y, x) and in (y * stride + dy, x * stride + dx), for y0 <= y <= y1 and x0 <= x <= x1. */
typedef struct { int y0, y1, x0, x1, dy, dx; gsize weight; } Tap;

typedef void (*TapFunc) (RefNode *in, RefNode *out, const Tap *tap, gsize in_plane, gsize out_plane);

static void
for_each_tap (RefNode *in, RefNode *out, TapFunc func)
{
  const LwNode *node = out->node;
  int k = node->kernel;

  for (int n = 0; n < out->n; n++)
    for (int o = 0; o < out->c; o++)
      for (int i = 0; i < in->c; i++)
        for (int ky = 0; ky < k; ky++)
          for (int kx = 0; kx < k; kx++)
            {
              Tap tap = { .dy = ky - node->pad, .dx = kx - node->pad, .weight = (gsize) (((o * in->c + i) * k + ky) * k + kx) };

              valid_range (node, ky, in->h, out->h, &tap.y0, &tap.y1);
              valid_range (node, kx, in->w, out->w, &tap.x0, &tap.x1);
              func (in, out, &tap, ref_plane (in, n, i), ref_plane (out, n, o));
            }
}

static void
tap_forward (RefNode *in, RefNode *out, const Tap *tap, gsize in_plane, gsize out_plane)
{
  double weight = out->weight->value[tap->weight];
  int stride = out->node->stride;

  for (int y = tap->y0; y <= tap->y1; y++)
    {
      const double *from = in->value + in_plane + (y * stride + tap->dy) * in->w + tap->dx;
      double *to = out->value + out_plane + y * out->w;

      for (int x = tap->x0; x <= tap->x1; x++)
        to[x] += weight * from[x * stride];
    }
}

static void
tap_backward (RefNode *in, RefNode *out, const Tap *tap, gsize in_plane, gsize out_plane)
{
  double weight = out->weight->value[tap->weight], sum = 0;
  int stride = out->node->stride;

  for (int y = tap->y0; y <= tap->y1; y++)
    {
      gsize row = in_plane + (y * stride + tap->dy) * in->w + tap->dx;
      const double *from = in->value + row, *grad = out->grad + out_plane + y * out->w;
      double *to = in->grad + row;

      for (int x = tap->x0; x <= tap->x1; x++)
        {
          sum += grad[x] * from[x * stride];
          to[x * stride] += grad[x] * weight;
        }
    }
  out->weight->grad[tap->weight] += sum;
}

void
ref_conv_forward (const RefNode *in, RefNode *out)
{
  gsize plane = (gsize) out->h * (gsize) out->w;

  for (gsize i = 0; i < ref_count (out); i++)
    out->value[i] = out->bias != NULL ? out->bias->value[i / plane % (gsize) out->c] : 0;
  for_each_tap ((RefNode *) in, out, tap_forward);
}

void
ref_conv_backward (RefNode *in, const RefNode *out)
{
  gsize plane = (gsize) out->h * (gsize) out->w;

  if (out->bias != NULL)
    for (gsize i = 0; i < ref_count (out); i++)
      out->bias->grad[i / plane % (gsize) out->c] += out->grad[i];
  for_each_tap (in, (RefNode *) out, tap_backward);
}
