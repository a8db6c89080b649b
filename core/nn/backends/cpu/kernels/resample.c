/* resample.c: bilinear upsampling inside the network, cutting, and putting channels together */
#include "config.h"
#include "vector.h"

/* The two taps of one side that fall on output @y: inputs @first and @first + 1 (either may lie outside), with their weights. */
typedef struct { int first; float weight[2]; } Taps;

/* (Long et al.'s kernel: 1 - |t - centre| / factor, with factor = stride and centre = stride - 0.5, as it has 2 * stride taps) */
INLINE float
tap_weight (int t, int stride)
{
  return 1 - fabsf ((float) t - ((float) stride - 0.5f)) / (float) stride;
}

INLINE Taps
taps_at (const LwDeconv *deconv, int y, int in_size)
{
  int last = (y + deconv->pad) / deconv->stride, t = (y + deconv->pad) % deconv->stride;
  Taps taps = { last - 1, { tap_weight (t + deconv->stride, deconv->stride), tap_weight (t, deconv->stride) } };

  for (int k = 0; k < 2; k++)
    if (taps.first + k < 0 || taps.first + k >= in_size)
      taps.weight[k] = 0;
  return taps;
}

INLINE Floats
sample_taps (const LwDeconv *deconv, const void *plane, const Taps *rows, const Taps *columns, const LwType type)
{
  Floats sum = {};

  for (int j = 0; j < 2; j++)
    for (int i = 0; i < 2; i++)
      {
        float weight = rows->weight[j] * columns->weight[i];

        if (weight != 0)
          sum += load (plane, ((gsize) (rows->first + j) * (gsize) deconv->in->width + (gsize) (columns->first + i)) * LANES, type) * weight;
      }
  return sum;
}

INLINE void
deconv_typed (const LwDeconv *deconv, const void *x, void *y, const LwType type)
{
  int rows = deconv->in->n * groups_of (deconv->in->channels) * deconv->out_height;
  gsize plane = (gsize) deconv->in->height * (gsize) deconv->in->width * LANES;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) deconv->out_width * LANES * 4))
  for (int r = 0; r < rows; r++)
    {
      const void *in = at (x, (gsize) (r / deconv->out_height) * plane, type);
      Taps vertical = taps_at (deconv, r % deconv->out_height, deconv->in->height);

      for (int column = 0; column < deconv->out_width; column++)
        {
          Taps horizontal = taps_at (deconv, column, deconv->in->width);

          store (y, ((gsize) r * (gsize) deconv->out_width + (gsize) column) * LANES, type, sample_taps (deconv, in, &vertical, &horizontal, type));
        }
    }
}

static void
deconv (const LwDeconv *shape, const void *x, void *y)
{
  BY_TYPE (shape->in->type, deconv_typed (shape, x, y, type));
}

/* All outputs that input (row, column) has a part in. */
INLINE Floats
gather_taps (const LwDeconv *deconv, const void *plane, int row, int column, const LwType type)
{
  int taps = 2 * deconv->stride;
  Floats sum = {};

  for (int j = 0; j < taps; j++)
    {
      int y = row * deconv->stride + j - deconv->pad;

      if (y < 0 || y >= deconv->out_height)
        continue;
      for (int i = 0; i < taps; i++)
        {
          int x = column * deconv->stride + i - deconv->pad;

          if (x >= 0 && x < deconv->out_width)
            sum += load (plane, ((gsize) y * (gsize) deconv->out_width + (gsize) x) * LANES, type)
                   * (tap_weight (j, deconv->stride) * tap_weight (i, deconv->stride));
        }
    }
  return sum;
}

INLINE void
deconv_back_typed (const LwDeconv *deconv, const void *dy, void *dx, const LwType type)
{
  int rows = deconv->in->n * groups_of (deconv->in->channels) * deconv->in->height;
  gsize plane = (gsize) deconv->out_height * (gsize) deconv->out_width * LANES;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) deconv->in->width * LANES * 16))
  for (int r = 0; r < rows; r++)
    for (int column = 0; column < deconv->in->width; column++)
      store (dx, ((gsize) r * (gsize) deconv->in->width + (gsize) column) * LANES, type,
             gather_taps (deconv, at (dy, (gsize) (r / deconv->in->height) * plane, type), r % deconv->in->height, column, type));
}

static void
deconv_back (const LwDeconv *shape, const void *dy, void *dx)
{
  BY_TYPE (shape->in->type, deconv_back_typed (shape, dy, dx, type));
}

/* Element number of row @r of the cut-out in the whole. */
INLINE gsize
crop_start (const LwShape *shape, int in_height, int in_width, int offset, int r)
{
  return (((gsize) (r / shape->height) * (gsize) in_height + (gsize) (r % shape->height + offset)) * (gsize) in_width + (gsize) offset) * LANES;
}

static void
crop (const LwShape *shape, const void *x, int in_height, int in_width, int offset, void *y)
{
  int rows = shape->n * groups_of (shape->channels) * shape->height;
  gsize row = (gsize) shape->width * LANES;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * row))
  for (int r = 0; r < rows; r++)
    memcpy (at_write (y, (gsize) r * row, shape->type), at (x, crop_start (shape, in_height, in_width, offset, r), shape->type),
            row * lw_type_bytes (shape->type));
}

static void
crop_back (const LwShape *shape, const void *dy, int in_height, int in_width, int offset, void *dx)
{
  int planes = shape->n * groups_of (shape->channels);
  gsize row = (gsize) shape->width * LANES, plane = (gsize) in_height * (gsize) in_width * LANES;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) planes * plane))
  for (int p = 0; p < planes; p++)
    {
      memset (at_write (dx, (gsize) p * plane, shape->type), 0, plane * lw_type_bytes (shape->type));
      for (int r = p * shape->height; r < (p + 1) * shape->height; r++)
        memcpy (at_write (dx, crop_start (shape, in_height, in_width, offset, r), shape->type), at (dy, (gsize) r * row, shape->type),
                row * lw_type_bytes (shape->type));
    }
}

static void
pick (const LwShape *shape, const void *x, int in_height, int in_width, int stride, void *y)
{
  int rows = shape->n * groups_of (shape->channels) * shape->height;
  gsize bytes = LANES * lw_type_bytes (shape->type);

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) shape->width * LANES))
  for (int r = 0; r < rows; r++)
    {
      const guint8 *from = (const guint8 *) x + ((gsize) (r / shape->height * in_height + r % shape->height * stride)) * (gsize) in_width * bytes;
      guint8 *to = (guint8 *) y + (gsize) r * (gsize) shape->width * bytes;

      for (int column = 0; column < shape->width; column++)
        memcpy (to + (gsize) column * bytes, from + (gsize) (column * stride) * bytes, bytes);
    }
}

static void
pick_back (const LwShape *shape, const void *dy, int in_height, int in_width, int stride, void *dx)
{
  int rows = shape->n * groups_of (shape->channels) * in_height;
  gsize bytes = LANES * lw_type_bytes (shape->type);

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) rows * (gsize) in_width * LANES))
  for (int r = 0; r < rows; r++)
    {
      guint8 *to = (guint8 *) dx + (gsize) r * (gsize) in_width * bytes;
      const guint8 *from = (const guint8 *) dy + (gsize) (r / in_height * shape->height + r % in_height / stride) * (gsize) shape->width * bytes;

      memset (to, 0, (gsize) in_width * bytes);
      for (int column = 0; column < shape->width && r % in_height % stride == 0; column++)
        memcpy (to + (gsize) (column * stride) * bytes, from + (gsize) column * bytes, bytes);
    }
}

/* One element of a pixel, as bits. */
INLINE void
copy_element (const void *x, gsize from, void *y, gsize to, const LwType type)
{
  if (type == LW_TYPE_F32)
    ((float *) y)[to] = ((const float *) x)[from];
  else
    ((guint16 *) y)[to] = ((const guint16 *) x)[from];
}

INLINE void
copy_channel_typed (gsize pixels, const void *x, gsize x_plane, int from, void *y, gsize y_plane, int to, const LwType type)
{
  gsize in = (x_plane + (gsize) (from / LANES)) * pixels * LANES + (gsize) (from % LANES);
  gsize out = (y_plane + (gsize) (to / LANES)) * pixels * LANES + (gsize) (to % LANES);

  for (gsize i = 0; i < pixels * LANES; i += LANES)
    copy_element (x, in + i, y, out + i, type);
}

INLINE void
clear_tail (gsize pixels, void *y, gsize y_plane, int channels, const LwType type)
{
  guint8 *last = at_write (y, (y_plane + (gsize) (channels / LANES)) * pixels * LANES, type);
  gsize used = (gsize) (channels % LANES) * lw_type_bytes (type), whole = LANES * lw_type_bytes (type);

  for (gsize i = 0; i < pixels; i++)
    memset (last + i * whole + used, 0, whole - used);
}

/* Whole groups of channels at once where both sides are aligned to them, else one by one. */
static void
copy_channels (int n, int height, int width, LwType element_type, const void *x, int x_channels, int from, void *y, int y_channels, int to, int count)
{
  gsize pixels = (gsize) height * (gsize) width;

#pragma omp parallel for schedule(static) if (worth_threads ((gsize) n * pixels * (gsize) count))
  for (int picture = 0; picture < n; picture++)
    {
      gsize x_plane = (gsize) picture * (gsize) groups_of (x_channels), y_plane = (gsize) picture * (gsize) groups_of (y_channels);
      int c = 0;

      if (from % LANES == 0 && to % LANES == 0)
        for (; c + LANES <= count; c += LANES)
          memcpy (at_write (y, (y_plane + (gsize) ((to + c) / LANES)) * pixels * LANES, element_type),
                  at (x, (x_plane + (gsize) ((from + c) / LANES)) * pixels * LANES, element_type), pixels * LANES * lw_type_bytes (element_type));
      for (; c < count; c++)
        BY_TYPE (element_type, copy_channel_typed (pixels, x, x_plane, from + c, y, y_plane, to + c, type));
      if (to + count == y_channels && y_channels % LANES != 0)
        clear_tail (pixels, y, y_plane, y_channels, element_type);
    }
}

const LwResampleKernels ISA_NAME (lw_resample_kernels) = {
  .deconv = deconv,
  .deconv_back = deconv_back,
  .crop = crop,
  .crop_back = crop_back,
  .pick = pick,
  .pick_back = pick_back,
  .copy_channels = copy_channels,
};
