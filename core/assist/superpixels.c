/* superpixels.c: SLIC: k-means in colour and position, each centre on a grid cell and near it
 *
 * A pixel is tried against the centres of the nine cells around it. Distances are whole numbers with the number of the candidate in
 * their lowest bits, so that a run of pixels finds its nearest centres by plain minima, many at a time; sums are whole, too, so
 * that neither the number of threads nor the processor changes the result. */
#include "config.h"
#include "assist/superpixels-private.h"

#include <string.h>
#include "assist/bands.h"
#include "assist/lab.h"

#define ROUNDS 8             /* later ones move hardly a pixel */
#define MAX_CLUSTERS 65535
#define CANDIDATE_BITS 4
#define SPATIAL_SHIFT 6      /* fraction bits of the weight of distance */
#define MAX_CELL (2 * LW_SUPERPIXEL_SIZE_MAX)

typedef struct { gint32 x, y, l, a, b; } Centre;

typedef struct { gint64 n, x, y, l, a, b; } Sums;

typedef struct {
  const LwPixels *picture;
  int width, height;
  int across, down;          /* cells */
  int n_bands;
  gint32 weight;
  gint16 *l, *a, *b;         /* packed planes */
  Centre *centres;           /* across * down */
  Sums *sums;                /* the same for each band, one after another */
  guint16 *ids;
} Slic;

/* ---- the grid ---- */

static inline int
cell_left (const Slic *slic, int column)
{
  return (int) ((gint64) column * slic->width / slic->across);
}

static inline int
cell_top (const Slic *slic, int row)
{
  return (int) ((gint64) row * slic->height / slic->down);
}

/* ---- bands ---- */

static void
convert_band (int band, int from, int to, gpointer data)
{
  Slic *slic = data;
  for (int y = from; y < to; y++)
    {
      gsize at = (gsize) y * (gsize) slic->width;
      lw_lab_row (slic->picture, y, slic->l + at, slic->a + at, slic->b + at);
    }
}

static inline void
add_pixel (Sums *sums, const Slic *slic, int x, int y)
{
  gsize at = (gsize) y * (gsize) slic->width + (gsize) x;
  sums->n++;
  sums->x += x;
  sums->y += y;
  sums->l += slic->l[at];
  sums->a += slic->a[at];
  sums->b += slic->b[at];
}

/* The first assignment: every pixel to its own cell. */
static void
seed_band (int band, int from, int to, gpointer data)
{
  Slic *slic = data;
  Sums *sums = slic->sums + (gsize) band * (gsize) slic->across * (gsize) slic->down;
  for (int row = from; row < to; row++)
    for (int column = 0; column < slic->across; column++)
      for (int y = cell_top (slic, row); y < cell_top (slic, row + 1); y++)
        for (int x = cell_left (slic, column); x < cell_left (slic, column + 1); x++)
          add_pixel (&sums[row * slic->across + column], slic, x, y);
}

/* The centres that compete for a cell. */
typedef struct {
  int n;
  guint16 id[9];
  Centre centre[9];
  gint32 spatial[9][MAX_CELL];      /* the weighted square of the horizontal distance, a value a column of the cell */
} Candidates;

static inline gint32
weigh (const Slic *slic, gint32 distance)
{
  return (gint32) (((gint64) distance * distance * slic->weight) >> SPATIAL_SHIFT);
}

static void
find_candidates (const Slic *slic, int row, int column, int x0, int x1, Candidates *c)
{
  c->n = 0;
  for (int r = MAX (row - 1, 0); r <= MIN (row + 1, slic->down - 1); r++)
    for (int k = MAX (column - 1, 0); k <= MIN (column + 1, slic->across - 1); k++)
      {
        int id = r * slic->across + k;
        c->id[c->n] = (guint16) id;
        c->centre[c->n] = slic->centres[id];
        for (int x = x0; x < x1; x++)
          c->spatial[c->n][x - x0] = weigh (slic, x - slic->centres[id].x);
        c->n++;
      }
}

/* keys[i] = the least of itself and the key of candidate @j. The differences fit 16 bits, so their squares are cheap. */
static inline void
compete (gint32 *restrict keys, int n, const gint16 *restrict l, const gint16 *restrict a, const gint16 *restrict b,
         const gint32 *restrict spatial, const Centre *centre, gint32 vertical, int j)
{
  gint16 cl = (gint16) centre->l, ca = (gint16) centre->a, cb = (gint16) centre->b;
  for (int i = 0; i < n; i++)
    {
      gint16 dl = (gint16) (l[i] - cl), da = (gint16) (a[i] - ca), db = (gint16) (b[i] - cb);
      gint32 key = ((dl * dl + da * da + db * db + spatial[i] + vertical) << CANDIDATE_BITS) | j;
      keys[i] = MIN (keys[i], key);
    }
}

static void
assign_row (Slic *slic, const Candidates *c, int y, int x0, int x1, Sums local[9])
{
  gsize at = (gsize) y * (gsize) slic->width + (gsize) x0;
  gint32 keys[MAX_CELL];
  for (int i = 0; i < x1 - x0; i++)
    keys[i] = G_MAXINT32;
  for (int j = 0; j < c->n; j++)
    compete (keys, x1 - x0, slic->l + at, slic->a + at, slic->b + at, c->spatial[j], &c->centre[j], weigh (slic, y - c->centre[j].y), j);
  for (int i = 0; i < x1 - x0; i++)
    {
      int j = keys[i] & ((1 << CANDIDATE_BITS) - 1);
      slic->ids[at + (gsize) i] = c->id[j];
      add_pixel (&local[j], slic, x0 + i, y);
    }
}

static void
add_sums (Sums *into, const Sums *from)
{
  into->n += from->n;
  into->x += from->x;
  into->y += from->y;
  into->l += from->l;
  into->a += from->a;
  into->b += from->b;
}

static void
assign_band (int band, int from, int to, gpointer data)
{
  Slic *slic = data;
  Sums *sums = slic->sums + (gsize) band * (gsize) slic->across * (gsize) slic->down;
  g_autofree Candidates *candidates = g_new (Candidates, 1);
  for (int row = from; row < to; row++)
    for (int column = 0; column < slic->across; column++)
      {
        Sums local[9] = { 0 };
        int x0 = cell_left (slic, column), x1 = cell_left (slic, column + 1);
        find_candidates (slic, row, column, x0, x1, candidates);
        for (int y = cell_top (slic, row); y < cell_top (slic, row + 1); y++)
          assign_row (slic, candidates, y, x0, x1, local);
        for (int j = 0; j < candidates->n; j++)
          add_sums (&sums[candidates->id[j]], &local[j]);
      }
}

/* ---- rounds ---- */

static gint32
mean (gint64 sum, gint64 n)
{
  return (gint32) ((2 * sum + (sum < 0 ? -n : n)) / (2 * n));
}

/* Returns: whether a centre moved */
static gboolean
move_centres (Slic *slic)
{
  gsize n = (gsize) slic->across * (gsize) slic->down;
  gboolean moved = FALSE;
  for (gsize i = 0; i < n; i++)
    {
      Sums *total = &slic->sums[i];
      for (int band = 1; band < slic->n_bands; band++)
        add_sums (total, &slic->sums[(gsize) band * n + i]);
      if (total->n == 0)
        continue;            /* it lost every pixel: it stays, and may win some back */
      Centre centre = { mean (total->x, total->n), mean (total->y, total->n), mean (total->l, total->n), mean (total->a, total->n),
                        mean (total->b, total->n) };
      moved |= memcmp (&centre, &slic->centres[i], sizeof centre) != 0;
      slic->centres[i] = centre;
    }
  memset (slic->sums, 0, sizeof *slic->sums * n * (gsize) slic->n_bands);
  return moved;
}

/* Returns: FALSE: cancelled */
static gboolean
run_rounds (Slic *slic, GCancellable *cancellable)
{
  lw_bands_run (slic->n_bands, slic->height, convert_band, slic);
  lw_bands_run (slic->n_bands, slic->down, seed_band, slic);
  for (int i = 0; i < ROUNDS && move_centres (slic); i++)
    {
      if (g_cancellable_is_cancelled (cancellable))
        return FALSE;
      lw_bands_run (slic->n_bands, slic->down, assign_band, slic);
    }
  return !g_cancellable_is_cancelled (cancellable);
}

/* The side of a cell from which on there are few enough of them. */
static int
least_size (int width, int height, int size)
{
  while ((gint64) MAX (1, width / size) * MAX (1, height / size) > MAX_CLUSTERS)
    size++;
  return size;
}

static void
clear_slic (Slic *slic)
{
  g_free (slic->l);
  g_free (slic->a);
  g_free (slic->b);
  g_free (slic->centres);
  g_free (slic->sums);
}

LwSuperpixels *
lw_superpixels_new (const LwPixels *picture, const LwSuperpixelOptions *options, GCancellable *cancellable)
{
  g_return_val_if_fail (picture->width > 0 && picture->height > 0, NULL);
  gsize n = (gsize) picture->width * (gsize) picture->height;
  int size = least_size (picture->width, picture->height, CLAMP (options->size, LW_SUPERPIXEL_SIZE_MIN, LW_SUPERPIXEL_SIZE_MAX));
  gint32 compactness = CLAMP (options->compactness, 1, 40) * LW_LAB_ONE;
  int n_threads = options->n_threads > 0 ? options->n_threads : MIN (2, (int) g_get_num_processors ());

  LwSuperpixels *self = g_new0 (LwSuperpixels, 1);
  *self = (LwSuperpixels) { picture->width, picture->height, size, 0, g_new (guint16, n), NULL };
  Slic slic = { .picture = picture, .width = picture->width, .height = picture->height, .across = MAX (1, picture->width / size),
                .down = MAX (1, picture->height / size), .n_bands = CLAMP (n_threads, 1, LW_BANDS_MAX),
                .weight = (compactness * compactness << SPATIAL_SHIFT) / (size * size),
                .l = g_new (gint16, n), .a = g_new (gint16, n), .b = g_new (gint16, n), .ids = self->ids };
  gsize n_clusters = (gsize) slic.across * (gsize) slic.down;
  slic.centres = g_new0 (Centre, n_clusters);
  slic.sums = g_new0 (Sums, n_clusters * (gsize) slic.n_bands);
  gboolean done = run_rounds (&slic, cancellable);
  clear_slic (&slic);
  if (!done)
    {
      lw_superpixels_free (self);
      return NULL;
    }
  lw_superpixels_connect (self, (guint) n_clusters);
  return self;
}

void
lw_superpixels_free (LwSuperpixels *self)
{
  if (self == NULL)
    return;
  g_free (self->ids);
  g_free (self->boxes);
  g_free (self);
}

void
lw_superpixels_foreach_span (const LwSuperpixels *self, guint id, LwPixelSpanFunc func, gpointer data)
{
  g_return_if_fail (id < self->n);
  LwSuperpixelBox box = self->boxes[id];
  for (int y = box.y; y < box.y + box.height; y++)
    {
      const guint16 *row = self->ids + (gsize) y * (gsize) self->width;
      for (int x = box.x; x < box.x + box.width; x++)
        if (row[x] == id)
          {
            int x0 = x;
            while (x < box.x + box.width && row[x] == id)
              x++;
            func (y, x0, x, data);
          }
    }
}
