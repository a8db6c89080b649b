/* superpixels-connect.c: makes every superpixel one piece: of a cluster's fragments the largest stays, the others go to the nearest region */
#include "config.h"
#include "assist/superpixels-private.h"

#define NONE G_MAXUINT32

typedef struct {
  LwSuperpixels *superpixels;
  guint32 *fragment;         /* a number a pixel; NONE: not seen yet */
  guint32 *queue;            /* of pixels, room for all */
  guint32 *best, *best_size; /* of each cluster: its largest fragment, the first among equals */
} Pieces;

/* The 4-neighbours of a pixel, left, up, right, down. Returns: how many */
static inline int
neighbours (const LwSuperpixels *s, guint32 pixel, guint32 out[4])
{
  guint32 width = (guint32) s->width, x = pixel % width, y = pixel / width;
  int n = 0;
  if (x > 0)
    out[n++] = pixel - 1;
  if (y > 0)
    out[n++] = pixel - width;
  if (x + 1 < width)
    out[n++] = pixel + 1;
  if (y + 1 < (guint32) s->height)
    out[n++] = pixel + width;
  return n;
}

/* Returns: the pixels of the fragment that @pixel begins */
static guint32
flood (Pieces *p, guint32 pixel, guint32 number)
{
  const guint16 *ids = p->superpixels->ids;
  guint32 first = 0, last = 0, next[4];
  p->queue[last++] = pixel;
  p->fragment[pixel] = number;
  while (first < last)
    {
      guint32 at = p->queue[first++];
      int n = neighbours (p->superpixels, at, next);
      for (int i = 0; i < n; i++)
        if (p->fragment[next[i]] == NONE && ids[next[i]] == ids[at])
          {
            p->fragment[next[i]] = number;
            p->queue[last++] = next[i];
          }
    }
  return last;
}

static void
find_fragments (Pieces *p, guint32 n_pixels)
{
  guint32 number = 0;
  for (guint32 i = 0; i < n_pixels; i++)
    if (p->fragment[i] == NONE)
      {
        guint16 cluster = p->superpixels->ids[i];
        guint32 size = flood (p, i, number);
        if (size > p->best_size[cluster])
          {
            p->best_size[cluster] = size;
            p->best[cluster] = number;
          }
        number++;
      }
}

/* From here on fragment[] says 0: it has its region, NONE: it waits for one. */
static void
let_go (Pieces *p, guint32 n_pixels)
{
  for (guint32 i = 0; i < n_pixels; i++)
    p->fragment[i] = p->fragment[i] == p->best[p->superpixels->ids[i]] ? 0 : NONE;
}

/* Breadth first from all regions at once: each pixel goes to one that is nearest in steps. */
static void
hand_out (Pieces *p, guint32 n_pixels)
{
  guint16 *ids = p->superpixels->ids;
  guint32 first = 0, last = 0, next[4];
  for (guint32 i = 0; i < n_pixels; i++)
    if (p->fragment[i] == 0)
      {
        int n = neighbours (p->superpixels, i, next);
        for (int k = 0; k < n; k++)
          if (p->fragment[next[k]] == NONE)
            {
              p->queue[last++] = i;
              break;
            }
      }
  while (first < last)
    {
      guint32 at = p->queue[first++];
      int n = neighbours (p->superpixels, at, next);
      for (int k = 0; k < n; k++)
        if (p->fragment[next[k]] == NONE)
          {
            p->fragment[next[k]] = 0;
            ids[next[k]] = ids[at];
            p->queue[last++] = next[k];
          }
    }
}

/* ---- numbers and boxes ---- */

static void
extend (LwSuperpixelBox *box, int x, int y)
{
  if (x < box->x)
    {
      box->width += box->x - x;
      box->x = x;
    }
  box->width = MAX (box->width, x - box->x + 1);
  box->height = y - box->y + 1;      /* rows come from top to bottom */
}

static void
number_regions (LwSuperpixels *s, guint n_clusters)
{
  g_autofree guint32 *number = g_new (guint32, n_clusters);
  for (guint i = 0; i < n_clusters; i++)
    number[i] = NONE;
  s->boxes = g_new (LwSuperpixelBox, n_clusters);
  guint16 *id = s->ids;
  for (int y = 0; y < s->height; y++)
    for (int x = 0; x < s->width; x++, id++)
      {
        if (number[*id] == NONE)
          {
            number[*id] = s->n++;
            s->boxes[number[*id]] = (LwSuperpixelBox) { x, y, 1, 1 };
          }
        *id = (guint16) number[*id];
        extend (&s->boxes[*id], x, y);
      }
}

void
lw_superpixels_connect (LwSuperpixels *s, guint n_clusters)
{
  guint32 n_pixels = (guint32) s->width * (guint32) s->height;
  g_autofree guint32 *fragment = g_new (guint32, n_pixels), *queue = g_new (guint32, n_pixels);
  g_autofree guint32 *best = g_new0 (guint32, n_clusters), *best_size = g_new0 (guint32, n_clusters);
  Pieces pieces = { s, fragment, queue, best, best_size };
  for (guint32 i = 0; i < n_pixels; i++)
    fragment[i] = NONE;
  find_fragments (&pieces, n_pixels);
  let_go (&pieces, n_pixels);
  hand_out (&pieces, n_pixels);
  number_regions (s, n_clusters);
}
