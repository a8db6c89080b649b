/* missed-taps.c: zeros for the gradients of taps that meet no pixel
 *
 * Where a picture is small beside a kernel, some taps only ever see padding, and their gradient is zero. oneDNN 2.6's bfloat16 code writes what happens to lie in
 * memory there (the rows of taps above and below all pixels, or single taps beside a column alone); the other taps are right. */
#include "config.h"
#include "plan.h"
#include <string.h>

#define MIN_SHARED_FLOATS ((gsize) 1 << 20)     /* below, waking another thread takes longer */

typedef struct {
  int kernel, stride, pad;
  int in[2], out[2];           /* height and width */
} Windows;

static Windows
windows_of (const LwPlan *plan, const LwLayer *layer)
{
  const LwLayer *input = lw_plan_layer (plan, layer->inputs[0]);
  LwConvShape shape = lw_layer_conv_shape (plan, layer);

  return (Windows) { shape.kernel, shape.stride, shape.pad, { input->height, input->width }, { layer->height, layer->width } };
}

/* Does a tap of that row (@side 0) or column (1) meet a pixel? */
static gboolean
meets (const Windows *w, int tap, int side)
{
  int first = tap - w->pad, last = first + (w->out[side] - 1) * w->stride;

  if (first < 0)                /* of the places from 0 on the first */
    first += (w->stride - 1 - first) / w->stride * w->stride;
  return first <= last && first < w->in[side];
}

gboolean
lw_layer_misses_taps (const LwPlan *plan, const LwLayer *layer)
{
  Windows w = windows_of (plan, layer);

  for (int tap = 0; tap < w.kernel && !lw_layer_picks (plan, layer); tap++)
    if (!meets (&w, tap, 0) || !meets (&w, tap, 1))
      return TRUE;
  return FALSE;
}

/* Of one square of channels. */
static void
clear_taps (const Windows *w, const LwFilterLayout *layout, float *square)
{
  for (int y = 0; y < w->kernel; y++)
    for (int x = 0; x < w->kernel; x++)
      if (!meets (w, y, 0) || !meets (w, x, 1))
        memset (square + (gsize) y * layout->strides[2] + (gsize) x * layout->strides[3], 0, layout->square * sizeof (float));
}

static dnnl_status_t
run_clear (LwPlan *plan, const LwStep *step)
{
  const LwLayer *layer = lw_plan_layer (plan, step->layer);
  float *gradient = lw_plan_parameter (plan, layer->weight_parameter)->gradient;
  Windows w = windows_of (plan, layer);
  LwFilterLayout layout;

  if (!lw_desc_filter_layout (step->code->weights, &layout))
    return dnnl_unimplemented;
#pragma omp parallel for if (layout.counts[0] * layout.counts[1] * layout.square > MIN_SHARED_FLOATS)
  for (gsize o = 0; o < layout.counts[0]; o++)
    for (gsize i = 0; i < layout.counts[1]; i++)
      clear_taps (&w, &layout, gradient + o * layout.strides[0] + i * layout.strides[1]);
  return dnnl_success;
}

void
lw_missed_taps_add_clear (LwPlan *plan, int layer)
{
  lw_step_add (plan, layer, "missed taps", run_clear)->code = lw_plan_layer (plan, layer)->backward_weights;
}
