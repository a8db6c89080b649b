/* grab-cut.c: parts the thing in a box from what is around it */
#include "config.h"
#include "assist/grab-cut.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "assist/opencv.h"

#define AROUND 0.15          /* of the box's longer side: what is looked at beyond it */
#define AROUND_MIN 8         /* pixels */
#define ENLARGED 2           /* a small crop: its border then weighs less against its area, and a small thing isn't taken for noise */
#define SURE 0.4             /* of the box: an ellipse in its middle that is taken for the thing itself … */
#define LIKELY 1.1           /* … one beyond which there is probably something else … */
#define SURELY_NOT 1.2       /* … and one beyond which there surely is */
#define DARKEST 8.0          /* of 255: above this, colours are told apart by their ratio */
#define LEAST_PIXELS 16      /* on either side: a mixture of five needs some */
#define FIRST_ROUNDS 2
#define LATER_ROUNDS 1
#define COLOUR_SIGMA 18.0    /* of 255, while the border is drawn again */

G_DEFINE_QUARK (lw-assist-error-quark, lw_assist_error)

typedef struct { gboolean inside; double x, y, radius; } Mark;

struct _LwGrabCut {
  LwPixels picture;          /* borrowed */
  LwCutBox box, crop;        /* in the picture; the crop holds the box and some more */
  double scale;              /* small pixels a pixel: at most 1, or ENLARGED */
  int width, height;         /* small */
  guint8 *rgb, *cut;         /* small: the crop's picture, with brightness levelled, and the cut so far with LW_CUT_ values */
  guint8 levels[256];        /* of a channel: the logarithm, so that dark on dark differs as much as bright on bright */
  double background[LW_OPENCV_MODEL], foreground[LW_OPENCV_MODEL];
  gboolean learnt;
  GArray *marks;
  guint8 *mask;              /* of the box, in the picture's pixels */
};

gboolean
lw_grab_cut_is_available (void)
{
#ifdef LW_HAVE_OPENCV
  return TRUE;
#else
  return FALSE;
#endif
}

/* ---- the small picture ---- */

static LwCutBox
clip_box (const LwPixels *picture, int x0, int y0, int x1, int y1)
{
  x0 = CLAMP (x0, 0, picture->width);
  y0 = CLAMP (y0, 0, picture->height);
  return (LwCutBox) { x0, y0, CLAMP (x1, x0, picture->width) - x0, CLAMP (y1, y0, picture->height) - y0 };
}

static inline guint8
to_byte (double value)
{
  return (guint8) (value + 0.5);
}

static void
fill_levels (guint8 levels[256])
{
  for (int i = 0; i < 256; i++)
    levels[i] = to_byte (255 * log1p (i / DARKEST) / log1p (255 / DARKEST));
}

static inline guint8
channel (guint32 pixel, int which)
{
  return (guint8) (pixel >> (16 - 8 * which));
}

/* Between the four pixels around the middle of a small one that is smaller than they are. */
static void
interpolate (const LwGrabCut *self, int sx, int sy, guint8 rgb[3])
{
  double u = CLAMP ((sx + 0.5) / self->scale - 0.5, 0, self->crop.width - 1), v = CLAMP ((sy + 0.5) / self->scale - 0.5, 0, self->crop.height - 1);
  int x = (int) u, y = (int) v, right = MIN (x + 1, self->crop.width - 1), below = MIN (y + 1, self->crop.height - 1);
  const guint32 *upper = lw_pixels_row (&self->picture, self->crop.y + y) + self->crop.x, *lower = lw_pixels_row (&self->picture, self->crop.y + below) + self->crop.x;
  for (int c = 0; c < 3; c++)
    rgb[c] = self->levels[to_byte ((channel (upper[x], c) * (1 - (u - x)) + channel (upper[right], c) * (u - x)) * (1 - (v - y)) +
                                   (channel (lower[x], c) * (1 - (u - x)) + channel (lower[right], c) * (u - x)) * (v - y))];
}

/* The mean of the pixels that a small one stands for. */
static void
average (const LwGrabCut *self, int sx, int sy, guint8 rgb[3])
{
  int x0 = (int) (sx / self->scale), x1 = MIN (MAX (x0 + 1, (int) ((sx + 1) / self->scale)), self->crop.width);
  int y0 = (int) (sy / self->scale), y1 = MIN (MAX (y0 + 1, (int) ((sy + 1) / self->scale)), self->crop.height);
  guint64 sum[3] = { 0 };
  x0 = MIN (x0, x1 - 1);
  y0 = MIN (y0, y1 - 1);
  for (int y = y0; y < y1; y++)
    {
      const guint32 *row = lw_pixels_row (&self->picture, self->crop.y + y) + self->crop.x;
      for (int x = x0; x < x1; x++)
        for (int c = 0; c < 3; c++)
          sum[c] += channel (row[x], c);
    }
  for (int c = 0; c < 3; c++)
    rgb[c] = self->levels[to_byte ((double) sum[c] / ((x1 - x0) * (y1 - y0)))];
}

/* Whether the middle of a small pixel is in the box. */
static gboolean
in_box (const LwGrabCut *self, int sx, int sy)
{
  double x = self->crop.x + MIN ((sx + 0.5) / self->scale, self->crop.width - 0.5);
  double y = self->crop.y + MIN ((sy + 0.5) / self->scale, self->crop.height - 0.5);
  return x >= self->box.x && x < self->box.x + self->box.width && y >= self->box.y && y < self->box.y + self->box.height;
}

/* The middle of the box is the thing, its corners are not. So the colours are learnt from better samples than "anywhere in the box", and a thing that is
 * like its surroundings isn't lost. */
static guint8
first_guess (const LwGrabCut *self, int sx, int sy)
{
  double x = self->crop.x + (sx + 0.5) / self->scale, y = self->crop.y + (sy + 0.5) / self->scale;
  double dx = (x - self->box.x) / self->box.width * 2 - 1, dy = (y - self->box.y) / self->box.height * 2 - 1, away = hypot (dx, dy);
  if (!in_box (self, sx, sy) || away > SURELY_NOT)
    return LW_CUT_BACKGROUND;
  return away <= SURE ? LW_CUT_FOREGROUND : away <= LIKELY ? LW_CUT_PERHAPS_FOREGROUND : LW_CUT_PERHAPS_BACKGROUND;
}

/* Returns: how many small pixels are inside the box */
static gsize
scale_picture (LwGrabCut *self)
{
  gsize n = (gsize) self->width * (gsize) self->height, inside = 0;
  self->rgb = g_new (guint8, 3 * n);
  self->cut = g_new (guint8, n);
  for (gsize i = 0; i < n; i++)
    {
      int x = (int) (i % (gsize) self->width), y = (int) (i / (gsize) self->width);
      if (self->scale > 1)
        interpolate (self, x, y, self->rgb + 3 * i);
      else
        average (self, x, y, self->rgb + 3 * i);
      self->cut[i] = first_guess (self, x, y);
      inside += in_box (self, x, y);
    }
  return inside;
}

/* Down to LW_CUT_PIXELS; up where that many are not reached by it. */
static double
find_scale (const LwCutBox *crop)
{
  double pixels = MAX (1.0, (double) crop->width * crop->height);
  return pixels * ENLARGED * ENLARGED <= LW_CUT_PIXELS ? ENLARGED : MIN (1.0, sqrt (LW_CUT_PIXELS / pixels));
}

LwGrabCut *
lw_grab_cut_new (const LwPixels *picture, const LwCutBox *box, GError **error)
{
  LwGrabCut *self = g_new0 (LwGrabCut, 1);
  self->picture = *picture;
  self->box = clip_box (picture, box->x, box->y, box->x + box->width, box->y + box->height);
  int around = MAX (AROUND_MIN, (int) (AROUND * MAX (self->box.width, self->box.height)));
  self->crop = clip_box (picture, self->box.x - around, self->box.y - around, self->box.x + self->box.width + around, self->box.y + self->box.height + around);
  self->scale = find_scale (&self->crop);
  fill_levels (self->levels);
  self->width = MAX (1, (int) ceil (self->crop.width * self->scale));
  self->height = MAX (1, (int) ceil (self->crop.height * self->scale));
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  gsize n = (gsize) self->width * (gsize) self->height, inside = self->crop.width > 0 && self->crop.height > 0 ? scale_picture (self) : 0;
  gsize least = (gsize) (LEAST_PIXELS * MAX (1, self->scale * self->scale));
  if (inside < least || n - inside < least)
    {
      g_set_error_literal (error, LW_ASSIST_ERROR, LW_ASSIST_ERROR_BOX,
                           inside < least ? _("The box is too small to find anything in it. Draw it around the whole thing, with some room.")
                                       : _("The box holds the whole picture, so there is nothing around it to tell it from. Draw a smaller one."));
      g_clear_pointer (&self, lw_grab_cut_free);
      return NULL;
    }
  self->mask = g_malloc0 ((gsize) self->box.width * (gsize) self->box.height);
  return self;
}

void
lw_grab_cut_free (LwGrabCut *self)
{
  if (self == NULL)
    return;
  g_free (self->rgb);
  g_free (self->cut);
  g_free (self->mask);
  g_array_unref (self->marks);
  g_free (self);
}

/* ---- marks ---- */

static gboolean
holds (const Mark *mark, double x, double y)
{
  return (x - mark->x) * (x - mark->x) + (y - mark->y) * (y - mark->y) <= mark->radius * mark->radius;
}

void
lw_grab_cut_mark (LwGrabCut *self, gboolean inside, double x, double y, double radius)
{
  Mark mark = { inside, x, y, radius };
  g_array_append_val (self->marks, mark);
  double sx = (x - self->crop.x) * self->scale, sy = (y - self->crop.y) * self->scale, r = MAX (radius * self->scale, 0.75);
  Mark small = { inside, sx, sy, r };
  for (int row = MAX (0, (int) (sy - r)); row < MIN (self->height, (int) (sy + r) + 1); row++)
    for (int column = MAX (0, (int) (sx - r)); column < MIN (self->width, (int) (sx + r) + 1); column++)
      if (holds (&small, column + 0.5, row + 0.5) && in_box (self, column, row))
        self->cut[row * self->width + column] = inside ? LW_CUT_FOREGROUND : LW_CUT_BACKGROUND;
}

/* What was marked is so to the pixel; later marks win. */
static void
stamp (LwGrabCut *self, const Mark *mark)
{
  int x0 = MAX (0, (int) floor (mark->x - mark->radius) - self->box.x), x1 = MIN (self->box.width, (int) ceil (mark->x + mark->radius) - self->box.x);
  int y0 = MAX (0, (int) floor (mark->y - mark->radius) - self->box.y), y1 = MIN (self->box.height, (int) ceil (mark->y + mark->radius) - self->box.y);
  for (int y = y0; y < y1; y++)
    for (int x = x0; x < x1; x++)
      if (holds (mark, self->box.x + x + 0.5, self->box.y + y + 0.5))
        self->mask[(gsize) y * (gsize) self->box.width + (gsize) x] = (guint8) mark->inside;
}

/* ---- the border in the picture's own pixels ---- */

static inline gboolean
is_inside (const LwGrabCut *self, int sx, int sy)
{
  guint8 cut = self->cut[sy * self->width + sx];
  return cut == LW_CUT_FOREGROUND || cut == LW_CUT_PERHAPS_FOREGROUND;
}

/* The small pixels around (sx, sy) are all on one side. */
static gboolean
is_even (const LwGrabCut *self, int sx, int sy)
{
  gboolean first = is_inside (self, sx, sy);
  for (int y = MAX (0, sy - 1); y <= MIN (self->height - 1, sy + 1); y++)
    for (int x = MAX (0, sx - 1); x <= MIN (self->width - 1, sx + 1); x++)
      if (is_inside (self, x, y) != first)
        return FALSE;
  return TRUE;
}

/* Each small pixel within two votes for its side, the more the nearer it is and the more it is like @pixel. */
static gboolean
vote (const LwGrabCut *self, guint32 pixel, double u, double v)
{
  int sx = (int) u, sy = (int) v;
  double votes[2] = { 0 };
  for (int y = MAX (0, sy - 2); y <= MIN (self->height - 1, sy + 2); y++)
    for (int x = MAX (0, sx - 2); x <= MIN (self->width - 1, sx + 2); x++)
      {
        const guint8 *rgb = self->rgb + 3 * ((gsize) y * (gsize) self->width + (gsize) x);
        double dr = self->levels[channel (pixel, 0)] - rgb[0], dg = self->levels[channel (pixel, 1)] - rgb[1], db = self->levels[channel (pixel, 2)] - rgb[2];
        double away = (x + 0.5 - u) * (x + 0.5 - u) + (y + 0.5 - v) * (y + 0.5 - v);
        votes[is_inside (self, x, y)] += exp (-away / 2 - (dr * dr + dg * dg + db * db) / (6 * COLOUR_SIGMA * COLOUR_SIGMA)) + 1e-9 * (4 - MIN (away, 4));
      }
  return votes[1] > votes[0];
}

/* Of an enlarged crop: half of what stands for the pixel is inside. */
static gboolean
is_mostly_inside (const LwGrabCut *self, int x, int y)
{
  int inside = 0;
  for (int sy = y * ENLARGED; sy < (y + 1) * ENLARGED; sy++)
    for (int sx = x * ENLARGED; sx < (x + 1) * ENLARGED; sx++)
      inside += is_inside (self, sx, sy);
  return 2 * inside >= ENLARGED * ENLARGED;
}

static void
draw_mask (LwGrabCut *self)
{
  for (int y = 0; y < self->box.height; y++)
    {
      const guint32 *row = lw_pixels_row (&self->picture, self->box.y + y) + self->box.x;
      guint8 *mask = self->mask + (gsize) y * (gsize) self->box.width;
      double v = MIN ((self->box.y + y + 0.5 - self->crop.y) * self->scale, self->height - 0.5);
      for (int x = 0; x < self->box.width; x++)
        {
          double u = MIN ((self->box.x + x + 0.5 - self->crop.x) * self->scale, self->width - 0.5);
          if (self->scale > 1)
            mask[x] = (guint8) is_mostly_inside (self, self->box.x + x - self->crop.x, self->box.y + y - self->crop.y);
          else if (self->scale == 1 || is_even (self, (int) u, (int) v))
            mask[x] = (guint8) is_inside (self, (int) u, (int) v);
          else
            mask[x] = (guint8) vote (self, row[x], u, v);
        }
    }
  for (guint i = 0; i < self->marks->len; i++)
    stamp (self, &g_array_index (self->marks, Mark, i));
}

/* ---- a run ---- */

/* With nothing left to be foreground OpenCV has nothing to learn from. */
static gboolean
has_both_sides (const LwGrabCut *self)
{
  gsize sides[2] = { 0 };
  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      sides[is_inside (self, x, y)]++;
  return sides[0] >= 8 && sides[1] >= 8;
}

gboolean
lw_grab_cut_run (LwGrabCut *self, GError **error)
{
  if (!has_both_sides (self))
    {
      g_set_error_literal (error, LW_ASSIST_ERROR, LW_ASSIST_ERROR_BOX,
                           _("Nothing is left on one side of the cut. Mark some of the thing itself, or begin with another box."));
      return FALSE;
    }
  g_autofree char *problem = lw_opencv_grab_cut (self->rgb, self->width, self->height, self->cut, self->background, self->foreground,
                                                 self->learnt ? LATER_ROUNDS : FIRST_ROUNDS, self->learnt);
  if (problem != NULL)
    {
      g_set_error (error, LW_ASSIST_ERROR, LW_ASSIST_ERROR_LIBRARY, _("The cut failed (%s). Try another box."), problem);
      return FALSE;
    }
  self->learnt = TRUE;
  draw_mask (self);
  return TRUE;
}

const guint8 *
lw_grab_cut_get_mask (const LwGrabCut *self, LwCutBox *box)
{
  *box = self->box;
  return self->mask;
}
