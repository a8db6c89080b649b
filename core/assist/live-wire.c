/* live-wire.c: cheapest ways along the borders of pixels
 *
 * Besides the four borders at a corner there are the four corners across a pixel: both ways around it are looked at, and since they are longer than the
 * diagonal that they stand for, they cost 7/10 of their borders. So a slanted edge costs what a straight one of its length does. */
#include "config.h"
#include "assist/live-wire.h"

#include <string.h>
#include "assist/contrast.h"

#define WEIGHT_MAX 36        /* of a border without contrast; one on a strong edge has 1 */
#define STRAIGHT 10          /* cost of a border: a fifth of this times its weight … */
#define AROUND 7             /* … and on the way around a pixel */
#define UNIT 2
#define N_BUCKETS 256        /* more than the greatest cost of one step: 2 * WEIGHT_MAX * AROUND / UNIT */
#define STRONG (40 * LW_CONTRAST_ONE)
#define WEAK (8 * LW_CONTRAST_ONE)
#define FRAME_WEIGHT 24      /* along the frame of the picture: things end there, but the wire needn't be drawn to it */
#define FRAME_STRENGTH (12 * LW_CONTRAST_ONE)
#define CANCEL_EVERY 16384   /* corners */

/* How a corner was reached. */
typedef struct { gint8 dx, dy; gboolean vertical_first; } Step;
static const Step steps[] = {
  { 0, 0, FALSE }, { 1, 0, FALSE }, { -1, 0, FALSE }, { 0, 1, TRUE }, { 0, -1, TRUE },
  { 1, 1, FALSE }, { 1, 1, TRUE }, { 1, -1, FALSE }, { 1, -1, TRUE }, { -1, 1, FALSE }, { -1, 1, TRUE }, { -1, -1, FALSE }, { -1, -1, TRUE },
};

struct _LwLiveWire {
  LwContrast window;         /* its planes are freed as soon as the ways are known */
  LwCorner anchor;           /* in corners of the window */
  guint8 *step;              /* a corner each: index of steps[], 0 at the anchor */
};

typedef struct {
  LwLiveWire *wire;
  int across;                /* corners a row */
  guint8 *right, *down;      /* weights of the borders; 0: none */
  guint32 *cost;
  GArray *buckets[N_BUCKETS];      /* of guint32 corners, by cost modulo N_BUCKETS; outdated entries are skipped */
} Search;

/* ---- weights ---- */

/* What counts as a strong edge here: what one border in twenty exceeds, within bounds. */
static guint16
strong_contrast (const LwContrast *c, gsize n)
{
  guint32 counts[STRONG + 1] = { 0 }, total = 0, above = 0;
  for (gsize i = 0; i < n; i++)
    for (int k = 0; k < 2; k++)
      {
        guint16 value = k == 0 ? c->right[i] : c->down[i];
        if (value >= LW_CONTRAST_FRAME)
          continue;
        counts[MIN (value, STRONG)]++;
        total++;
      }
  int strong = STRONG;
  while (strong > WEAK && (above += counts[strong]) * 20 < total)
    strong--;
  return (guint16) strong;
}

/* @before and @after: of the parallel borders one pixel further. Beside a stronger one a border counts less, so that the way keeps to the crest of a soft edge. */
static guint8
weigh (guint16 value, guint16 before, guint16 after, guint16 strong)
{
  if (value == LW_CONTRAST_NONE)
    return 0;
  if (value == LW_CONTRAST_FRAME)
    return FRAME_WEIGHT;
  double part = MIN ((double) value / strong, 1.0);
  if ((before < LW_CONTRAST_FRAME && before > value) || (after < LW_CONTRAST_FRAME && after > value))
    part *= 0.7;
  return (guint8) (1 + (int) ((WEIGHT_MAX - 1) * (1 - part) * (1 - part) + 0.5));
}

static void
weigh_all (Search *s)
{
  const LwContrast *c = &s->wire->window;
  gsize n = (gsize) s->across * (gsize) (c->height + 1), across = (gsize) s->across;
  guint16 strong = strong_contrast (c, n);
  for (gsize i = 0; i < n; i++)
    {
      gsize x = i % across;
      s->right[i] = weigh (c->right[i], i >= across ? c->right[i - across] : LW_CONTRAST_NONE, i + across < n ? c->right[i + across] : LW_CONTRAST_NONE, strong);
      s->down[i] = weigh (c->down[i], x > 0 ? c->down[i - 1] : LW_CONTRAST_NONE, x + 1 < across ? c->down[i + 1] : LW_CONTRAST_NONE, strong);
    }
}

/* ---- the search ---- */

/* Weight of the border that leads from corner @at to the left or right, up or down; 0: none. */
static inline guint
weight_x (const Search *s, guint32 at, int x, int dx)
{
  return dx > 0 ? s->right[at] : x > 0 ? s->right[at - 1] : 0;
}

static inline guint
weight_y (const Search *s, guint32 at, int dy)
{
  return dy > 0 ? s->down[at] : at >= (guint32) s->across ? s->down[at - (guint32) s->across] : 0;
}

static inline void
reach (Search *s, guint32 corner, guint32 cost, guint8 step)
{
  if (cost >= s->cost[corner])
    return;
  s->cost[corner] = cost;
  s->wire->step[corner] = step;
  g_array_append_val (s->buckets[cost % N_BUCKETS], corner);
}

/* Both ways around one of the pixels at a corner. */
static inline void
go_around (Search *s, guint32 at, int x, int dx, int dy, guint8 step)
{
  guint out_x = weight_x (s, at, x, dx), out_y = weight_y (s, at, dy);
  if (out_x == 0 || out_y == 0)
    return;
  guint32 beside = at + (guint32) dx, beyond = at + (guint32) (dy * s->across), corner = beyond + (guint32) dx;
  guint x_first = out_x + weight_y (s, beside, dy), y_first = out_y + weight_x (s, beyond, x, dx);
  guint least = MIN (x_first, y_first);
  reach (s, corner, s->cost[at] + MAX (1, least * AROUND / UNIT), x_first <= y_first ? step : (guint8) (step + 1));
}

static void
expand (Search *s, guint32 at)
{
  int x = (int) (at % (guint32) s->across);
  for (guint8 i = 1; i <= 4; i++)
    {
      guint weight = steps[i].dx != 0 ? weight_x (s, at, x, steps[i].dx) : weight_y (s, at, steps[i].dy);
      if (weight != 0)
        reach (s, at + (guint32) (steps[i].dx + steps[i].dy * s->across), s->cost[at] + weight * STRAIGHT / UNIT, i);
    }
  for (guint8 i = 5; i < G_N_ELEMENTS (steps); i += 2)
    go_around (s, at, x, steps[i].dx, steps[i].dy, i);
}

/* Costs grow without gaps wider than a step: after N_BUCKETS empty buckets in a row everything was reached. */
static gboolean
search (Search *s, guint32 anchor, GCancellable *cancellable)
{
  guint done = 0, empty = 0;
  reach (s, anchor, 0, 0);
  for (guint32 cost = 0; empty < N_BUCKETS; cost++)
    {
      GArray *bucket = s->buckets[cost % N_BUCKETS];
      empty = bucket->len == 0 ? empty + 1 : 0;
      for (guint i = 0; i < bucket->len; i++)
        {
          guint32 at = g_array_index (bucket, guint32, i);
          if (s->cost[at] != cost)
            continue;
          expand (s, at);
          if (++done % CANCEL_EVERY == 0 && g_cancellable_is_cancelled (cancellable))
            return FALSE;
        }
      g_array_set_size (bucket, 0);
    }
  return TRUE;
}

LwLiveWire *
lw_live_wire_new (const LwPixels *picture, LwCorner anchor, int reach_px, GCancellable *cancellable)
{
  g_return_val_if_fail (picture->width > 0 && picture->height > 0 && reach_px > 0, NULL);
  anchor.x = CLAMP (anchor.x, 0, picture->width);
  anchor.y = CLAMP (anchor.y, 0, picture->height);
  int x0 = MAX (anchor.x - reach_px, 0), x1 = MIN (anchor.x + reach_px, picture->width);
  int y0 = MAX (anchor.y - reach_px, 0), y1 = MIN (anchor.y + reach_px, picture->height);

  LwLiveWire *self = g_new0 (LwLiveWire, 1);
  lw_contrast_init (&self->window, picture, x0, y0, x1 - x0, y1 - y0);
  self->anchor = (LwCorner) { anchor.x - x0, anchor.y - y0 };
  gsize n = (gsize) (x1 - x0 + 1) * (gsize) (y1 - y0 + 1);
  g_autofree guint8 *right = g_new (guint8, n), *down = g_new (guint8, n);
  g_autofree guint32 *cost = g_new (guint32, n);
  Search s = { .wire = self, .across = x1 - x0 + 1, .right = right, .down = down, .cost = cost };
  self->step = g_new0 (guint8, n);
  memset (cost, 0xff, n * sizeof *cost);
  weigh_all (&s);
  lw_contrast_clear (&self->window);
  for (int i = 0; i < N_BUCKETS; i++)
    s.buckets[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
  gboolean done = search (&s, (guint32) (self->anchor.y * s.across + self->anchor.x), cancellable);
  for (int i = 0; i < N_BUCKETS; i++)
    g_array_unref (s.buckets[i]);
  if (!done)
    g_clear_pointer (&self, lw_live_wire_free);
  return self;
}

void
lw_live_wire_free (LwLiveWire *self)
{
  if (self == NULL)
    return;
  lw_contrast_clear (&self->window);
  g_free (self->step);
  g_free (self);
}

LwCorner
lw_live_wire_get_anchor (const LwLiveWire *self)
{
  return (LwCorner) { self->anchor.x + self->window.x, self->anchor.y + self->window.y };
}

/* ---- the way back ---- */

/* What goes out and straight back (two ways around pixels may share a border) falls away, as does what lies on a straight run. */
static void
add_corner (const LwLiveWire *self, GArray *way, int x, int y)
{
  LwCorner corner = { x + self->window.x, y + self->window.y };
  guint n = way->len;
  if (n >= 2)
    {
      const LwCorner *a = &g_array_index (way, LwCorner, n - 2), *b = a + 1;
      if ((a->x == b->x && b->x == corner.x) || (a->y == b->y && b->y == corner.y))
        g_array_set_size (way, n - 1);
      if (way->len < n && a->x == corner.x && a->y == corner.y)
        return;
    }
  g_array_append_val (way, corner);
}

static void
reverse (GArray *way)
{
  LwCorner *corners = (LwCorner *) (gpointer) way->data;
  for (guint i = 0; i < way->len / 2; i++)
    {
      LwCorner corner = corners[i];
      corners[i] = corners[way->len - 1 - i];
      corners[way->len - 1 - i] = corner;
    }
}

GArray *
lw_live_wire_trace (const LwLiveWire *self, LwCorner to)
{
  GArray *way = g_array_new (FALSE, FALSE, sizeof (LwCorner));
  int x = CLAMP (to.x - self->window.x, 0, self->window.width), y = CLAMP (to.y - self->window.y, 0, self->window.height);
  if (x + self->window.x != to.x || y + self->window.y != to.y)
    g_array_append_val (way, to);
  add_corner (self, way, x, y);
  guint8 step;
  while ((step = self->step[y * (self->window.width + 1) + x]) != 0)
    {
      const Step *s = &steps[step];
      if (s->dx != 0 && s->dy != 0)      /* backwards: what was first comes last */
        add_corner (self, way, s->vertical_first ? x - s->dx : x, s->vertical_first ? y : y - s->dy);
      x -= s->dx;
      y -= s->dy;
      add_corner (self, way, x, y);
    }
  reverse (way);
  return way;
}

/* ---- snapping ---- */

/* Of the borders that meet in a corner the strongest. */
static guint16
strength (const LwContrast *c, int x, int y)
{
  gsize across = (gsize) c->width + 1, at = (gsize) y * across + (gsize) x;
  guint16 best = 0, around[4] = { c->right[at], x > 0 ? c->right[at - 1] : 0, c->down[at], y > 0 ? c->down[at - across] : 0 };
  for (int i = 0; i < 4; i++)
    if (around[i] != LW_CONTRAST_NONE)
      best = (guint16) MAX (best, around[i] == LW_CONTRAST_FRAME ? FRAME_STRENGTH : around[i]);
  return best;
}

LwCorner
lw_live_wire_snap (const LwPixels *picture, LwCorner near, int radius)
{
  near.x = CLAMP (near.x, 0, picture->width);
  near.y = CLAMP (near.y, 0, picture->height);
  LwCorner best = near;
  if (radius <= 0)
    return best;
  int x0 = MAX (near.x - radius, 0), x1 = MIN (near.x + radius, picture->width), y0 = MAX (near.y - radius, 0), y1 = MIN (near.y + radius, picture->height);
  LwContrast c;
  double most = WEAK;
  lw_contrast_init (&c, picture, x0, y0, x1 - x0, y1 - y0);
  for (int y = y0; y <= y1; y++)
    for (int x = x0; x <= x1; x++)
      {
        int distance = (x - near.x) * (x - near.x) + (y - near.y) * (y - near.y);
        double value = strength (&c, x - x0, y - y0) * (1 - 0.5 * distance / (radius * radius));
        if (distance <= radius * radius && value > most)
          {
            most = value;
            best = (LwCorner) { x, y };
          }
      }
  lw_contrast_clear (&c);
  return best;
}
