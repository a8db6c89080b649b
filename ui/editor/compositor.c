/* compositor.c: palette lookup, blending, nearest-neighbour enlarging, and what lies over it: outlines, patterns, heat, hatch and grid; row by row */
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
#define INK_STRENGTH 0.8
#define HEAT_STRENGTH 0.75         /* where the model knows nothing */
#define HEAT_HALF 0.6              /* the confidence at which it is half as strong */

typedef struct {
  const LwCompositor *compositor;
  const LwScene *scene;
  int n;                           /* columns of the block */
  int columns[BLOCK];              /* the image column of each */
  int column_before;               /* of the content pixel left of the block */
  const LwLabelMap *flat;          /* labels that lie flat over the picture; NULL: none do */
  gboolean outlined, patterned, heated, hatched;
  int x;                           /* content pixel of the first column */
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

/* From yellow over red to violet, darker and denser the less the model knows: in that order also without colours. */
static LwBlend
heat_for (double confidence)
{
  double doubt = 1 - confidence, alpha = HEAT_STRENGTH * MIN (1, doubt / (2 * (1 - HEAT_HALF)));
  double red = doubt < 0.5 ? 1 : 1.4 - 0.8 * doubt, green = MAX (0, 0.9 - 1.8 * doubt), blue = MAX (0, doubt - 0.5);
  guint32 rgb = (guint32) (red * 255) << 16 | (guint32) (green * 255) << 8 | (guint32) (blue * 255);
  return blend_for (rgb, alpha);
}

/* In the palette's order, so that neighbours in the list differ. */
static void
set_patterns (LwCompositor *self, const LwPalette *palette)
{
  memset (self->pattern, 0, sizeof self->pattern);
  for (guint n = 0; n < palette->classes->len; n++)
    {
      const LwClass *class = palette->classes->pdata[n];
      for (int y = 0; y < LW_PATTERN_SIZE; y++)
        for (int x = 0; x < LW_PATTERN_SIZE; x++)
          self->pattern[y][class->id] |= (guint8) (lw_pattern_has_ink (n, x, y) << x);
    }
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
      self->line[id] = blend_for (rgb, MIN (1, 2 * alpha));      /* as thin as they are, they need more */
      self->ink[id] = blend_for (lw_pattern_ink (rgb), alpha * INK_STRENGTH);
      self->proposal[0][id] = blend_for (rgb, alpha > 0 ? HATCH_SHADE : 0);
      self->proposal[1][id] = blend_for (rgb, alpha > 0 ? HATCH_STRENGTH : 0);
    }
  for (int confidence = 0; confidence < 256; confidence++)
    {
      self->line_width[confidence] = (guint8) (HATCH_NARROW + confidence * (HATCH_BROAD - HATCH_NARROW) / 255);
      self->heat[confidence] = heat_for (confidence / 255.0);
    }
  set_patterns (self, palette);
}

int
lw_compositor_get_reach (const LwCompositor *self)
{
  return self->style == LW_STYLE_OUTLINES || self->unsure ? LW_OUTLINE_WIDTH * self->scale : 0;
}

static inline guint32 *
image_row (const LwImage *image, int y)
{
  return (guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride);
}

static void
adjust_row (const LwCurves *curves, const guint32 *picture, int n, guint32 *out)
{
  for (int i = 0; i < n; i++)
    out[i] = lw_curves_apply (curves, picture[i]);
}

/* Rows y of the picture and of the labels, blended for image columns x0 <= x < x0 + n. */
static void
blend_image_row (const Block *block, int y, int x0, int n, guint32 *out)
{
  const LwScene *scene = block->scene;
  const LwCurves *curves = &block->compositor->curves;
  const LwBlend *blends = block->compositor->label;
  const guint32 *picture = scene->image != NULL ? image_row (scene->image, y) + x0 : NULL;
  const guint8 *labels = block->flat != NULL ? lw_label_map_row (block->flat, y) + x0 : NULL;
  guint32 adjusted[BLOCK];

  if (picture != NULL && curves->changes)
    {
      adjust_row (curves, picture, n, adjusted);
      picture = adjusted;
    }

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

/* The picture's pixels below 100 %, where they lie apart. @filtered: the row as filtered, or NULL. */
static void
pick_picture (const Block *block, int y, const guint32 *filtered, guint32 *out)
{
  const LwScene *scene = block->scene;
  const LwCurves *curves = &block->compositor->curves;

  if (scene->image == NULL)
    for (int i = 0; i < block->n; i++)
      out[i] = LW_NO_PICTURE;
  else if (filtered != NULL)
    memcpy (out, filtered, (gsize) block->n * 4);
  else
    {
      const guint32 *row = image_row (scene->image, y);
      for (int i = 0; i < block->n; i++)
        out[i] = row[block->columns[i]];
    }
  if (scene->image != NULL && curves->changes)
    adjust_row (curves, out, block->n, out);
}

/* @filtered as above. The usual cases are one loop: whoever zooms a large picture out waits for them. */
static void
reduce_row (const Block *block, int y, const guint32 *filtered, guint32 *out)
{
  const LwScene *scene = block->scene;
  const LwBlend *blends = block->compositor->label;
  const guint8 *labels = block->flat != NULL ? lw_label_map_row (block->flat, y) : NULL;

  if (labels == NULL || scene->image == NULL || block->compositor->curves.changes)
    pick_picture (block, y, filtered, out);
  else if (filtered != NULL)
    for (int i = 0; i < block->n; i++)
      out[i] = blend (filtered[i], blends[labels[block->columns[i]]]);
  else
    {
      const guint32 *row = image_row (scene->image, y);
      for (int i = 0; i < block->n; i++)
        out[i] = blend (row[block->columns[i]], blends[labels[block->columns[i]]]);
    }
  if (labels != NULL && (scene->image == NULL || block->compositor->curves.changes))
    for (int i = 0; i < block->n; i++)
      out[i] = blend (out[i], blends[labels[block->columns[i]]]);
}

/* What lies @distance content pixels to the left and right of each column. */
static void
outline_sides (const Block *block, int distance, const guint8 *labels, guint8 *borders)
{
  double zoom = block->compositor->zoom;
  int width = block->scene->width;

  for (int i = 0; i < block->n; i++)
    {
      int left = lw_content_to_image (zoom, MAX (0, block->x + i - distance), width), right = lw_content_to_image (zoom, block->x + i + distance, width);
      guint8 id = labels[block->columns[i]];
      borders[i] |= labels[left] != id || labels[right] != id;
    }
}

static void
outline_row (const Block *block, int content_y, int y, guint32 *out)
{
  const LwScene *scene = block->scene;
  const LwCompositor *self = block->compositor;
  const guint8 *labels = lw_label_map_row (scene->labels, y);
  guint8 borders[BLOCK] = { 0 };

  for (int distance = 1; distance <= lw_compositor_get_reach (self); distance++)
    {
      const guint8 *above = lw_label_map_row (scene->labels, lw_content_to_image (self->zoom, MAX (0, content_y - distance), scene->height));
      const guint8 *below = lw_label_map_row (scene->labels, lw_content_to_image (self->zoom, content_y + distance, scene->height));
      outline_sides (block, distance, labels, borders);
      for (int i = 0; i < block->n; i++)
        {
          int x = block->columns[i];
          borders[i] |= above[x] != labels[x] || below[x] != labels[x];
        }
    }
  for (int i = 0; i < block->n; i++)
    if (borders[i])
      out[i] = blend (out[i], self->line[labels[block->columns[i]]]);
}

static void
pattern_row (const Block *block, int content_y, int y, guint32 *out)
{
  const LwCompositor *self = block->compositor;
  const guint8 *labels = lw_label_map_row (block->scene->labels, y);
  const guint8 *bits = self->pattern[content_y / self->scale % LW_PATTERN_SIZE];

  for (int i = 0; i < block->n; i++)
    {
      guint8 id = labels[block->columns[i]];
      if (bits[id] >> ((block->x + i) / self->scale % LW_PATTERN_SIZE) & 1)
        out[i] = blend (out[i], self->ink[id]);
    }
}

static void
heat_row (const Block *block, int y, guint32 *out)
{
  const LwScene *scene = block->scene;
  const LwCompositor *self = block->compositor;
  const guint8 *confidence = lw_label_map_row (scene->confidence, y / LW_CONFIDENCE_STEP);
  const guint8 *labels = scene->labels != NULL ? lw_label_map_row (scene->labels, y) : NULL;
  const guint8 *origins = scene->origins != NULL ? lw_label_map_row (scene->origins, y) : NULL;

  for (int i = 0; i < block->n; i++)
    {
      int x = block->columns[i];
      if (labels == NULL || origins == NULL || labels[x] == LW_LABEL_NONE || !self->sure[origins[x]])
        out[i] = blend (out[i], self->heat[confidence[x / LW_CONFIDENCE_STEP]]);
    }
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
compose_over (const Block *block, int content_y, int y, guint32 *out)
{
  if (block->heated)
    heat_row (block, y, out);
  if (block->outlined)
    outline_row (block, content_y, y, out);
  if (block->patterned)
    pattern_row (block, content_y, y, out);
  if (block->hatched)
    hatch_row (block, y, (guint) (block->x + content_y), out);
}

static void
compose_block (const Block *block, const LwRect *rect, const guint8 *picture, gsize picture_stride, guint8 *out, gsize stride)
{
  double zoom = block->compositor->zoom;
  gboolean over = block->heated || block->outlined || block->patterned || block->hatched, grid = block->compositor->grid;
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
      if (over)
        compose_over (block, rect->y + row, y, pixels);
      if (grid && !(repeats && y == last_y))
        grid_row (block, y != last_y, pixels);
      repeats = !over && !(grid && y != last_y);
      last_y = y;
    }
}

static void
choose_layers (Block *block)
{
  const LwCompositor *self = block->compositor;
  const LwScene *scene = block->scene;

  block->heated = self->unsure && scene->confidence != NULL;
  block->outlined = scene->labels != NULL && (self->style == LW_STYLE_OUTLINES || block->heated);
  block->patterned = scene->labels != NULL && self->style == LW_STYLE_PATTERNS && !block->heated;
  block->hatched = scene->proposal != NULL && !block->heated;
  block->flat = block->outlined ? NULL : scene->labels;
}

void
lw_compositor_compose (const LwCompositor *self, const LwScene *scene, const LwRect *rect, const guint8 *picture, gsize picture_stride,
                       guint8 *out, gsize stride)
{
  Block block = { self, scene };

  choose_layers (&block);
  for (gsize i = 0; i < sizeof block.hatch; i++)
    block.hatch[i] = (guint8) (i / (gsize) self->scale % LW_HATCH_PERIOD);
  for (int done = 0; done < rect->width; done += block.n)
    {
      LwRect part = { rect->x + done, rect->y, MIN (BLOCK, rect->width - done), rect->height };
      block.n = part.width;
      block.x = part.x;
      block.column_before = part.x > 0 ? lw_content_to_image (self->zoom, part.x - 1, scene->width) : -1;
      for (int i = 0; i < block.n; i++)
        block.columns[i] = lw_content_to_image (self->zoom, part.x + i, scene->width);
      compose_block (&block, &part, picture != NULL ? picture + done * 4 : NULL, picture_stride, out + done * 4, stride);
    }
}
