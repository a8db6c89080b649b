/* elementwise.c: operations that only move, scale or switch single elements */
#include "config.h"
#include "ref.h"
#include "nn/backends/dropout.h"

void
ref_relu_forward (const RefNode *in, RefNode *out)
{
  for (gsize i = 0; i < ref_count (out); i++)
    out->value[i] = MAX (in->value[i], 0);
}

void
ref_relu_backward (RefNode *in, const RefNode *out)
{
  for (gsize i = 0; i < ref_count (out); i++)
    in->grad[i] += out->value[i] > 0 ? out->grad[i] : 0;
}

static double
dropout_factor (const RefNode *out, gsize i, RefMode mode)
{
  if (mode != REF_TRAIN)
    return 1;
  return lw_dropout_keep (out->dropout_key, i, out->node->value) ? 1 / (1 - (double) out->node->value) : 0;
}

void
ref_dropout_forward (const RefNode *in, RefNode *out, RefMode mode)
{
  for (gsize i = 0; i < ref_count (out); i++)
    out->value[i] = in->value[i] * dropout_factor (out, i, mode);
}

void
ref_dropout_backward (RefNode *in, const RefNode *out, RefMode mode)
{
  for (gsize i = 0; i < ref_count (out); i++)
    in->grad[i] += out->grad[i] * dropout_factor (out, i, mode);
}

/* The score node hands its input on. */
static double
scale_factor (const RefNode *out)
{
  return out->node->kind == LW_OP_SCALE ? (double) out->node->value : 1;
}

void
ref_scale_forward (const RefNode *in, RefNode *out)
{
  for (gsize i = 0; i < ref_count (out); i++)
    out->value[i] = in->value[i] * scale_factor (out);
}

void
ref_scale_backward (RefNode *in, const RefNode *out)
{
  for (gsize i = 0; i < ref_count (out); i++)
    in->grad[i] += out->grad[i] * scale_factor (out);
}

/* Where element @i of the cut output stood in the input. */
static gsize
crop_source (const RefNode *in, const RefNode *out, gsize i)
{
  gsize plane = (gsize) (out->h * out->w), y = i % plane / (gsize) out->w + (gsize) out->node->offset, x = i % (gsize) out->w + (gsize) out->node->offset;

  return i / plane * (gsize) (in->h * in->w) + y * (gsize) in->w + x;
}

void
ref_crop_forward (const RefNode *in, RefNode *out)
{
  for (gsize i = 0; i < ref_count (out); i++)
    out->value[i] = in->value[crop_source (in, out, i)];
}

void
ref_crop_backward (RefNode *in, const RefNode *out)
{
  for (gsize i = 0; i < ref_count (out); i++)
    in->grad[crop_source (in, out, i)] += out->grad[i];
}

void
ref_add_forward (const RefNode *a, const RefNode *b, RefNode *out)
{
  for (gsize i = 0; i < ref_count (out); i++)
    out->value[i] = a->value[i] + b->value[i];
}

void
ref_add_backward (RefNode *a, RefNode *b, const RefNode *out)
{
  for (gsize i = 0; i < ref_count (out); i++)
    {
      a->grad[i] += out->grad[i];
      b->grad[i] += out->grad[i];
    }
}

/* Copies (@to_input: adds back the gradient of) the channels of @part, which start at channel @first of @whole. */
static void
concat_part (RefNode *part, RefNode *whole, int first, gboolean to_input)
{
  gsize plane = (gsize) (part->h * part->w) * (gsize) part->c;

  for (int n = 0; n < part->n; n++)
    {
      gsize from = ref_plane (part, n, 0), to = ref_plane (whole, n, first);

      for (gsize i = 0; i < plane; i++)
        if (to_input)
          part->grad[from + i] += whole->grad[to + i];
        else
          whole->value[to + i] = part->value[from + i];
    }
}

void
ref_concat_forward (const RefNode *a, const RefNode *b, RefNode *out)
{
  concat_part ((RefNode *) a, out, 0, FALSE);
  concat_part ((RefNode *) b, out, a->c, FALSE);
}

void
ref_concat_backward (RefNode *a, RefNode *b, const RefNode *out)
{
  concat_part (a, (RefNode *) out, 0, TRUE);
  concat_part (b, (RefNode *) out, a->c, TRUE);
}
