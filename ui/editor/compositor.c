/* compositor.c: palette lookup, blending, nearest-neighbour enlarging and the hatch of the proposal, row by row */
#include "config.h"
#include "editor/compositor.h"
#include <string.h>

#define BLOCK 256                  /* columns composed at once: its rows stay in the first cache level */
#define UNKNOWN_CLASS 0xff00ffu
#define HATCH_STRENGTH 0.85        /* opacity of the lines; between them a shade of it keeps the area readable */
#define HATCH_SHADE 0.18
#define HATCH_NARROW 1             /* width of the lines where the model knows nothing, and where it is sure */
#define HATCH_BROAD 5
#define GRID_STRENGTH 0.3
#define MAX_SCALE 8

typedef struct {
  const LwCompositor *compositor;
  const LwScene *scene;
  int n;                           /* columns of the block */
  int columns[BLOCK];              /* the image column of each */
  int column_before;               /* of the content pixel left of the block */
  guint8 hatch[BLOCK + LW_HATCH_PERIOD * MAX_SCALE];     /* where in its period the hatch is, for content x + y = 0, 1, 2 … */
} Block;

static LwBlend
blend_for (guint32 rgb, double alpha)
{
  guint32 a = (guint32) (CLAMP (alpha, 0, 1) * 256 + 0.5), add = 0;

  for (int shift = 0; shift < 24; shift += 8)
    add |= ((rgb >> shift & 0xff) * a >> 8) << shift;
  return (LwBlend) { add, 256 - a };
}

static inline guint32
blend (guint32 background, LwBlend b)
{
  guint32 red_blue = (background & 0xff00ff) * b.keep >> 8 & 0xff00ff;
  guint32 green = (background & 0xff00) * b.keep >> 8 & 0xff00;
  return 0xff000000 | ((red_blue | green) + b.add);
}

void
lw_compositor_set_colours (LwCompositor *self, const LwPalette *palette, const gboolean *hidden, double opacity)
{
  for (int id = 0; id < 256; id++)
    {
      const LwClass *class = id != LW_LABEL_NONE ? lw_palette_find_id (palette, (guint8) id) : NULL;
      guint32 rgb = class != NULL ? (guint32) (class->rgb[0] << 16 | class->rgb[1] << 8 | class->rgb[2]) : UNKNOWN_CLASS;
      double alpha = id == LW_LABEL_NONE || (hidden != NULL && hidden[id]) ? 0 : opacity;

      self->label[id] = blend_for (rgb, alpha);
      self->proposal[0][id] = blend_for (rgb, alpha > 0 ? HATCH_SHADE : 0);
      self->proposal[1][id] = blend_for (rgb, alpha > 0 ? HATCH_STRENGTH : 0);
    }
  for (int confidence = 0; confidence < 256; confidence++)
    self->line_width[confidence] = (guint8) (HATCH_NARROW + confidence * (HATCH_BROAD - HATCH_NARROW) / 255);
}

static inline guint32 *
image_row (const LwImage *image, int y)
{
  return (guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride);
}

/* Rows y of the picture and of the labels, blended for image columns x0 <= x < x0 + n. */
static void
blend_image_row (const Block *block, int y, int x0, int n, guint32 *out)
{
  const LwScene *scene = block->scene;
  const LwBlend *blends = block->compositor->label;
  const guint32 *picture = scene->image != NULL ? image_row (scene->image, y) + x0 : NULL;
  const guint8 *labels = scene->labels != NULL ? lw_label_map_row (scene->labels, y) + x0 : NULL;

  if (picture != NULL && labels != NULL)
    for (int i = 0; i < n; i++)
      out[i] = blend (picture[i], blends[labels[i]]);
  else if (picture != NULL)
    memcpy (out, picture, (gsize) n * 4);
  else
    for (int i = 0; i < n; i++)
      out[i] = labels != NULL ? blend (LW_NO_PICTURE, blends[labels[i]]) : LW_NO_PICTURE;
}

/* From 100 % on a picture pixel spans several content pixels: it is blended once, then repeated. */
static void
enlarge_row (const Block *block, int y, guint32 *out)
{
  guint32 line[BLOCK];
  int first = block->columns[0], n = block->columns[block->n - 1] - first + 1;

  blend_image_row (block, y, first, n, line);
  for (int i = 0; i < block->n; i++)
    out[i] = line[block->columns[i] - first];
}

/* Below 100 % content pixels lie apart in the image. @picture: the row as filtered, or NULL. */
static void
reduce_row (const Block *block, int y, const guint32 *picture, guint32 *out)
{
  const LwScene *scene = block->scene;
  const LwBlend *blends = block->compositor->label;

  if (picture != NULL)
    memcpy (out, picture, (gsize) block->n * 4);
  else if (scene->image != NULL)
    {
      const guint32 *row = image_row (scene->image, y);
      for (int i = 0; i < block->n; i++)
        out[i] = row[block->columns[i]];
    }
  else
    for (int i = 0; i < block->n; i++)
      out[i] = LW_NO_PICTURE;

  if (scene->labels == NULL)
    return;
  const guint8 *labels = lw_label_map_row (scene->labels, y);
  for (int i = 0; i < block->n; i++)
    out[i] = blend (out[i], blends[labels[block->columns[i]]]);
}

/* @diagonal: content x + y of the block's first column: the hatch runs along equal ones. */
static void
hatch_row (const Block *block, int y, guint diagonal, guint32 *out)
{
  const LwCompositor *self = block->compositor;
  const guint8 *hatch = block->hatch + diagonal % (guint) (LW_HATCH_PERIOD * self->scale);
  const LwScene *scene = block->scene;
  const guint8 *proposed = lw_label_map_row (scene->proposal, y);
  const guint8 *labels = scene->labels != NULL ? lw_label_map_row (scene->labels, y) : NULL;
  const guint8 *confidence = scene->confidence != NULL ? lw_label_map_row (scene->confidence, y / LW_CONFIDENCE_STEP) : NULL;

  for (int i = 0; i < block->n; i++)
    {
      int x = block->columns[i];
      guint8 id = proposed[x];
      if (labels != NULL && labels[x] == id)
        continue;
      guint8 width = self->line_width[confidence != NULL ? confidence[x / LW_CONFIDENCE_STEP] : 255];
      out[i] = blend (out[i], self->proposal[hatch[i] < width][id]);
    }
}

/* @top: the row shows the top edge of its image pixels. */
static void
grid_row (const Block *block, gboolean top, guint32 *out)
{
  LwBlend line = blend_for (0, GRID_STRENGTH);
  int before = block->column_before;

  for (int i = 0; i < block->n; before = block->columns[i++])
    if (top || block->columns[i] != before)
      out[i] = blend (out[i], line);
}

static void
compose_block (const Block *block, const LwRect *rect, const guint8 *picture, gsize picture_stride, guint8 *out, gsize stride)
{
  double zoom = block->compositor->zoom;
  gboolean hatched = block->scene->proposal != NULL, grid = block->compositor->grid;
  int last_y = rect->y > 0 ? lw_content_to_image (zoom, rect->y - 1, block->scene->height) : -1;
  gboolean repeats = FALSE;        /* the row above is in @out, and was made for the same image row */

  for (int row = 0; row < rect->height; row++)
    {
      guint32 *pixels = (guint32 *) (gpointer) (out + (gsize) row * stride);
      int y = lw_content_to_image (zoom, rect->y + row, block->scene->height);

      if (zoom < 1)
        reduce_row (block, y, picture != NULL ? (const guint32 *) (gconstpointer) (picture + (gsize) row * picture_stride) : NULL, pixels);
      else if (repeats && y == last_y)
        memcpy (pixels, (guint8 *) pixels - stride, (gsize) block->n * 4);
      else
        enlarge_row (block, y, pixels);
      if (hatched)
        hatch_row (block, y, (guint) (rect->x + rect->y + row), pixels);
      if (grid && !(repeats && y == last_y))
        grid_row (block, y != last_y, pixels);
      repeats = !hatched && !(grid && y != last_y);
      last_y = y;
    }
}

void
lw_compositor_compose (const LwCompositor *self, const LwScene *scene, const LwRect *rect, const guint8 *picture, gsize picture_stride,
                       guint8 *out, gsize stride)
{
  Block block = { self, scene };

  for (gsize i = 0; i < sizeof block.hatch; i++)
    block.hatch[i] = (guint8) (i / (gsize) self->scale % LW_HATCH_PERIOD);
  for (int done = 0; done < rect->width; done += block.n)
    {
      LwRect part = { rect->x + done, rect->y, MIN (BLOCK, rect->width - done), rect->height };
      block.n = part.width;
      block.column_before = part.x > 0 ? lw_content_to_image (self->zoom, part.x - 1, scene->width) : -1;
      for (int i = 0; i < block.n; i++)
        block.columns[i] = lw_content_to_image (self->zoom, part.x + i, scene->width);
      compose_block (&block, &part, picture != NULL ? picture + done * 4 : NULL, picture_stride, out + done * 4, stride);
    }
}
