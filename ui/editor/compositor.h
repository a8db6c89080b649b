/* compositor.h: picture, labels and proposal composed to content pixels (view.h); no GTK, and no state but the colours
 *
 * A content pixel shows the label, the proposal and (from 100 % on) the picture of the one image pixel under its centre, so what is seen is what is stored.
 * Below 100 % the picture alone is averaged over the pixel's area, by lw_compositor_filter(), once for many repaints.
 *
 * Labels lie flat over the picture. The proposal is hatched over both, only where it differs from the label: what it would change. The hatch lies in
 * content pixels, so that it looks alike at every zoom; the surer the model, the broader and stronger its lines.
 *
 * Instead of lying flat, labels can be outlined: each pixel is drawn in its class's colour that has another label within LW_OUTLINE_WIDTH above, below, left or
 * right of it (beyond the picture's edges nothing differs). Or they carry their class's pattern in black or white. What the model is unsure of can be shown
 * as heat over the picture, under outlines: except where a person has set the label. */
#pragma once

#include "label/label-map.h"
#include "label/palette.h"
#include "editor/curves.h"
#include "editor/patterns.h"

#define LW_HATCH_PERIOD 8         /* logical pixels from line to line, along a row */
#define LW_CONFIDENCE_STEP 4      /* image pixels a confidence pixel */
#define LW_NO_PICTURE 0xff808080u /* shown where the picture is missing */
#define LW_OUTLINE_WIDTH 2        /* logical pixels on each side of a border */

/* The numbers are kept in the settings. */
typedef enum { LW_STYLE_FILLED, LW_STYLE_OUTLINES, LW_STYLE_PATTERNS, LW_N_STYLES } LwLabelStyle;

/* out = background * keep / 256 + add, per channel; add is the colour times its alpha already. */
typedef struct { guint32 add, keep; } LwBlend;

typedef struct {
  double zoom;
  int scale;                      /* device pixels a logical one, which the hatch is measured in; 1 to 8 */
  gboolean grid;                  /* darkens the left and top edge of every image pixel */
  LwLabelStyle style;
  gboolean unsure;                /* shows the confidence as heat, and labels as outlines; nothing where there is no confidence */
  LwCurves curves;                /* of the picture */
  LwBlend label[256];
  LwBlend line[256];              /* of outlines */
  LwBlend ink[256];               /* of patterns */
  guint8 pattern[LW_PATTERN_SIZE][256];   /* of each class, row by row: bit x is ink at x */
  LwBlend heat[256];              /* for each confidence */
  gboolean sure[256];             /* origins (people) whose labels are not doubted */
  LwBlend proposal[2][256];       /* between the lines, and on them */
  guint8 line_width[256];         /* of the hatch, for each confidence; 0..LW_HATCH_PERIOD */
} LwCompositor;

/* Whichever is NULL isn't shown; without a picture the background is a grey. Sizes agree; @confidence is a quarter of them, rounded up.
 * @origins: of @labels, for heat. */
typedef struct {
  int width, height;
  const LwImage *image;
  const LwLabelMap *labels, *proposal, *confidence, *origins;
} LwScene;

/* @opacity of labels and proposal, 0..1; @hidden: 256 flags, or NULL. Ids that the palette lacks are shown in magenta. */
void lw_compositor_set_colours (LwCompositor *compositor, const LwPalette *palette, const gboolean *hidden, double opacity);

/* Content pixels: so far from a label that changes is something to compose again. */
int lw_compositor_get_reach (const LwCompositor *compositor);

/* The picture under @rect (content pixels), averaged: 32 bits a pixel as in image.h. For zoom < 1. */
void lw_compositor_filter (const LwCompositor *compositor, const LwScene *scene, const LwRect *rect, guint8 *out, gsize stride);

/* Composes @rect. @picture: what filter made of the same rectangle, for zoom < 1; NULL: nearest neighbour there too, coarse but at once. */
void lw_compositor_compose (const LwCompositor *compositor, const LwScene *scene, const LwRect *rect, const guint8 *picture, gsize picture_stride,
                            guint8 *out, gsize stride);

/* The image pixel that content pixel @content shows. */
static inline int
lw_content_to_image (double zoom, int content, int image_size)
{
  int pixel = (int) ((content + 0.5) / zoom);
  return MIN (pixel, image_size - 1);
}
