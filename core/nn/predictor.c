/* predictor.c: a model on a device, for frames of any size */
#include "config.h"
#include "predictor.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "nn/scale.h"

#define MAX_SIDE 32768          /* px of a frame */
#define MIN_NET_SIDE 32         /* px: smaller pictures are stretched to it, or nothing would be left of them after five pools */
#define MAX_ASPECT 3            /* of a picture in the network; longer frames are cut into tiles */
#define OVERLAP 4               /* tiles overlap by a quarter of the short side at each end */
#define CONFIDENCE_BLOCK 4
#define MAX_PLANS 4
#define MAX_PLAN_BYTES ((guint64) 1 << 30)      /* for the weights of all plans together; one plan is always kept */

typedef struct { int width, height; LwPlan *plan; } Cached;

struct _LwPredictor {
  const LwBackend *backend;
  LwDevice *device;             /* lent */
  LwNetModel *model;
  LwPrecision precision;
  gboolean repeatable;
  Cached plans[MAX_PLANS];      /* the one used last comes first */
  int n_plans, max_plans;
  guint8 *picture;              /* at the network's size */
  gsize picture_bytes;
};

/* At most, in any precision: by Winograd's algorithm a filter of 3x3 becomes one of 6x6. */
static guint64
weight_bytes (const LwNetModel *model)
{
  g_autoptr(GArray) tensors = lw_graph_tensors (model->graph);
  guint64 bytes = 0;

  for (guint i = 0; i < tensors->len; i++)
    {
      const LwTensorInfo *info = &g_array_index (tensors, LwTensorInfo, i);
      gboolean squares = info->rank == 4 && info->dims[2] == 3 && info->dims[3] == 3;

      bytes += info->count * sizeof (float) * (squares ? 4 : 1);
    }
  return bytes;
}

LwPredictor *
lw_predictor_new (const LwBackend *backend, LwDevice *device, LwNetModel *model, LwPrecision precision, gboolean repeatable)
{
  LwPredictor *self = g_new0 (LwPredictor, 1);

  self->backend = backend;
  self->device = device;
  self->model = model;
  self->precision = precision;
  self->repeatable = repeatable;
  self->max_plans = (int) CLAMP (MAX_PLAN_BYTES / (weight_bytes (model) + 1), 1, MAX_PLANS);
  return self;
}

static void
drop_last_plan (LwPredictor *self)
{
  self->backend->free_plan (self->plans[--self->n_plans].plan);
}

void
lw_predictor_free (LwPredictor *self)
{
  if (self == NULL)
    return;
  while (self->n_plans > 0)
    drop_last_plan (self);
  lw_net_model_free (self->model);
  g_free (self->picture);
  g_free (self);
}

const LwNetModel *
lw_predictor_get_model (LwPredictor *self)
{
  return self->model;
}

static LwPlan *
compile (LwPredictor *self, int width, int height, GError **error)
{
  LwPlanOptions options = { .n = 1, .height = height, .width = width, .precision = self->precision, .deterministic = self->repeatable,
                            .transform = self->model->transform };
  LwPlan *plan = self->backend->compile (self->device, self->model->graph, &options, error);

  if (plan != NULL && !self->backend->load (plan, self->model->weights, error))
    g_clear_pointer (&plan, self->backend->free_plan);
  return plan;
}

/* With what memory there is, if need be without the plans for other sizes. */
static LwPlan *
compile_making_room (LwPredictor *self, int width, int height, GError **error)
{
  g_autoptr(GError) first = NULL;
  LwPlan *plan = compile (self, width, height, &first);

  if (plan == NULL && self->n_plans > 0 && g_error_matches (first, LW_NET_ERROR, LW_NET_ERROR_MEMORY))
    {
      while (self->n_plans > 0)
        drop_last_plan (self);
      return compile (self, width, height, error);
    }
  if (plan == NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  return plan;
}

static LwPlan *
plan_for (LwPredictor *self, int width, int height, GError **error)
{
  Cached found = { width, height, NULL };
  int place = 0;

  while (place < self->n_plans && (self->plans[place].width != width || self->plans[place].height != height))
    place++;
  if (place < self->n_plans)
    found = self->plans[place];
  else
    {
      while (self->n_plans >= self->max_plans)
        drop_last_plan (self);
      found.plan = compile_making_room (self, width, height, error);
      if (found.plan == NULL)
        return NULL;
      place = self->n_plans++;
    }
  memmove (self->plans + 1, self->plans, (gsize) place * sizeof *self->plans);
  self->plans[0] = found;
  return found.plan;
}

/* The frame, or a tile of it, as packed pixels of the network's size: itself where it is that already. */
static const guint8 *
fit (LwPredictor *self, const guint8 *rgb, int width, int height, gsize stride, int net_width, int net_height)
{
  gsize bytes = (gsize) net_width * (gsize) net_height * 3, row = (gsize) width * 3;

  if (net_width == width && net_height == height && stride == row)
    return rgb;
  if (bytes > self->picture_bytes)
    {
      g_free (self->picture);
      self->picture = g_malloc (bytes);
      self->picture_bytes = bytes;
    }
  if (net_width == width && net_height == height)
    for (int y = 0; y < height; y++)
      memcpy (self->picture + (gsize) y * row, rgb + (gsize) y * stride, row);
  else
    lw_scale_rgb (rgb, width, height, stride, self->picture, net_width, net_height);
  return self->picture;
}

static gboolean
run_whole (LwPredictor *self, const guint8 *rgb, int width, int height, gsize stride, guint8 *labels, guint8 *confidence,
           LwYield yield, gpointer data, GError **error)
{
  int net_width, net_height;

  lw_net_model_net_size (self->model, width, height, &net_width, &net_height);
  net_width = MAX (net_width, MIN_NET_SIDE);
  net_height = MAX (net_height, MIN_NET_SIDE);

  LwPlan *plan = plan_for (self, net_width, net_height, error);
  LwResult result = { .labels = labels, .confidence = confidence, .out_height = height, .out_width = width };

  if (plan == NULL)
    return FALSE;
  LwBatch batch = { .rgb = fit (self, rgb, width, height, stride, net_width, net_height) };

  return self->backend->run (plan, &batch, &result, yield, data, error);
}

/* A long frame is cut across its long side. All in pixels along that side. */
typedef struct { int start, end; int keep_start, keep_end; } Tile;

static int
round_to_block (int x)
{
  return x / CONFIDENCE_BLOCK * CONFIDENCE_BLOCK;
}

/* Tile number @i, of which only the middle is kept, since at its rim the network sees too little. The last one is moved back to have the size
 * of the others (and up to a block more, so that it starts on one). FALSE: there is none. */
static gboolean
tile_at (const LwNetModel *model, int length, int side, int i, Tile *tile)
{
  int rim = round_to_block (MAX (side / OVERLAP, CONFIDENCE_BLOCK)), size = round_to_block (MAX (MAX_ASPECT * side, model->max_side));
  int kept = size - 2 * rim, start = i * kept;
  gboolean last = start + size >= length;

  if (i > 0 && start + 2 * rim >= length)
    return FALSE;               /* the one before reached the end */
  tile->keep_start = i == 0 ? 0 : start + rim;
  tile->start = last ? MAX (round_to_block (length - size), 0) : start;
  tile->end = last ? length : start + size;
  tile->keep_end = last ? length : start + rim + kept;
  return TRUE;
}

/* @count columns of a tile from @tile_at on to column @at on (or rows, where the tiles lie below one another and so have the same stride). */
static void
paste (const guint8 *tile, gsize tile_stride, int tile_at, guint8 *whole, gsize stride, int at, int count, int rows, gboolean wide)
{
  if (wide)
    for (int y = 0; y < rows; y++)
      memcpy (whole + (gsize) y * stride + at, tile + (gsize) y * tile_stride + tile_at, (gsize) count);
  else
    memcpy (whole + (gsize) at * stride, tile + (gsize) tile_at * tile_stride, (gsize) count * stride);
}

static int
blocks (int pixels)
{
  return (pixels + CONFIDENCE_BLOCK - 1) / CONFIDENCE_BLOCK;
}

static gboolean
run_tiles (LwPredictor *self, const guint8 *rgb, int width, int height, gsize stride, guint8 *labels, guint8 *confidence,
           LwYield yield, gpointer data, GError **error)
{
  gboolean wide = width > height;
  int length = MAX (width, height), side = MIN (width, height);
  g_autofree guint8 *tile_labels = NULL, *tile_confidence = NULL;
  Tile tile;

  for (int i = 0; tile_at (self->model, length, side, i, &tile); i++)
    {
      int size = tile.end - tile.start, tile_width = wide ? size : width, tile_height = wide ? height : size, kept = tile.keep_end - tile.keep_start;
      int offset = tile.keep_start - tile.start;

      tile_labels = g_realloc (tile_labels, (gsize) tile_width * (gsize) tile_height);
      tile_confidence = g_realloc (tile_confidence, (gsize) blocks (tile_width) * (gsize) blocks (tile_height));
      if (!run_whole (self, rgb + (wide ? (gsize) tile.start * 3 : (gsize) tile.start * stride), tile_width, tile_height, stride, tile_labels,
                      confidence != NULL ? tile_confidence : NULL, yield, data, error))
        return FALSE;
      paste (tile_labels, (gsize) tile_width, offset, labels, (gsize) width, tile.keep_start, kept, height, wide);
      if (confidence != NULL)
        paste (tile_confidence, (gsize) blocks (tile_width), offset / CONFIDENCE_BLOCK, confidence, (gsize) blocks (width), tile.keep_start / CONFIDENCE_BLOCK,
               blocks (kept), blocks (height), wide);
    }
  return TRUE;
}

gboolean
lw_predictor_run (LwPredictor *self, const guint8 *rgb, int width, int height, gsize stride, guint8 *labels, guint8 *confidence,
                  LwYield yield, gpointer data, GError **error)
{
  gint64 length = MAX (width, height), side = MIN (width, height);

  if (side < 1 || length > MAX_SIDE)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("A frame of %d × %d pixels: each side must have 1 to %d"), width, height, MAX_SIDE);
      return FALSE;
    }
  g_return_val_if_fail (rgb != NULL && labels != NULL && stride >= (gsize) width * 3, FALSE);
  if (length > MAX_ASPECT * side && length > self->model->max_side)
    return run_tiles (self, rgb, width, height, stride, labels, confidence, yield, data, error);
  return run_whole (self, rgb, width, height, stride, labels, confidence, yield, data, error);
}

char *
lw_predictor_plan_key (LwPredictor *self)
{
  LwPlan *plan = self->n_plans > 0 ? self->plans[0].plan : plan_for (self, self->model->train_width, self->model->train_height, NULL);

  return plan != NULL ? self->backend->plan_key (plan) : g_strdup ("");
}
