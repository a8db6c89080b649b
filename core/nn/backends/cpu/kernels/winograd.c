/* winograd.c: 3x3 convolutions by Winograd's algorithm F(4x4, 3x3), in float32: 36 multiplications for 16 outputs instead of 144
 *
 * The output's tiles of 4 x 4 are worked on in chunks, each by one thread from the picture to the picture: their windows of 6 x 6 transformed, 36 products of
 * matrices, the sums transformed back, with bias and ReLU. What lies between stays in the caches. Source: Lavin and Gray, Fast Algorithms for Convolutional
 * Neural Networks, arXiv:1509.09308, section 4. Its matrices are those of the points 0, ±1, ±2 and infinity; with ±A and ±B as below (the same construction:
 * products of x - p over the other points p) the rounding error is half of that. */
#include "config.h"
#include "vector.h"
#include <omp.h>

#define A 0.625f
#define B 1.5f
#define AA (A * A)
#define BB (B * B)

#define IN 6                    /* px a side of a window */
#define OUT 4                   /* px a side of a tile */
#define POINTS (IN * IN)

#define PANEL 2                 /* groups of output channels that a product works on at once */
#define MAX_ROWS (LANES == 16 ? 14 : 6) /* tiles: with two groups, sums in 28 of 32 registers, or in 12 of 16 */
#define MAX_TILES 56            /* of a chunk */
#define LINE 16                 /* floats of a line of the cache */
#define UNROLLED _Pragma ("GCC unroll 14") for    /* what is in a fixed register must have a fixed number */
#define SPARE 16                /* floats after each point of a chunk: without, they would fall on the same cache sets */

typedef struct {
  const LwPlacedConv *conv;
  int across, down;            /* tiles of a picture */
  int chunks, shares;          /* of the tiles, and of the panels: what a thread takes at once is a chunk for a share */
} Work;

typedef struct {
  const LwPlacedConv *conv;
  int across, down;
  int first, tiles;
  gsize v_point;               /* floats from point to point */
  float *v, *m;                /* windows: (point, group, tile, lane); sums of a panel: (tile, point, group, lane) */
} Chunk;

static int
panels_of (const LwPlacedConv *conv)
{
  return (conv->out_groups + PANEL - 1) / PANEL;
}

/* Filters of a panel come from the memory once for each chunk: few large ones, but as many as keep all threads busy. */
static Work
share_work (const LwPlacedConv *conv)
{
  Work work = { conv, (conv->out_width + OUT - 1) / OUT, (conv->out_height + OUT - 1) / OUT, 1, 1 };
  int tiles = conv->n * work.across * work.down, rounds = (tiles + conv->threads * MAX_TILES - 1) / (conv->threads * MAX_TILES);

  work.chunks = MAX (1, MIN (rounds * conv->threads, (tiles + MAX_ROWS - 1) / MAX_ROWS));
  work.shares = MIN ((conv->threads + work.chunks - 1) / work.chunks, panels_of (conv));
  return work;
}

/* One dimension of the windows' transform. */
INLINE void
transform_in (const Floats d[IN], Floats t[IN])
{
  Floats u = d[4] - BB * d[2], w = d[3] - BB * d[1], x = d[4] - AA * d[2], z = d[3] - AA * d[1];

  t[0] = d[4] - (AA + BB) * d[2] + AA * BB * d[0];
  t[1] = u + A * w;
  t[2] = u - A * w;
  t[3] = x + B * z;
  t[4] = x - B * z;
  t[5] = d[5] - (AA + BB) * d[3] + AA * BB * d[1];
}

/* One dimension of the way back. */
INLINE void
transform_out (const Floats m[IN], Floats y[OUT])
{
  Floats s = m[1] + m[2], d = m[1] - m[2], r = m[3] + m[4], e = m[3] - m[4];

  y[0] = m[0] + s + r;
  y[1] = A * d + B * e;
  y[2] = AA * s + BB * r;
  y[3] = m[5] + A * AA * d + B * BB * e;
}

/* Where tile @i of the chunk lies. */
INLINE void
place (const Chunk *c, int i, int *picture, int *top, int *left)
{
  int tile = c->first + i;

  *left = tile % c->across * OUT;
  *top = tile / c->across % c->down * OUT;
  *picture = tile / c->across / c->down;
}

/* A window at (@top, @left) of a plane of one group, of which what lies outside is zero. @whole: nothing does. */
INLINE void
window_in (const LwPlacedConv *conv, const void *x, gsize plane, int top, int left, float *v, gsize v_point, const gboolean whole, const LwType type)
{
  Floats rows[IN][IN], column[IN], points[IN];

  UNROLLED (int j = 0; j < IN; j++)
    {
      UNROLLED (int k = 0; k < IN; k++)
        if (whole || (top + k >= 0 && top + k < conv->in_height && left + j >= 0 && left + j < conv->in_width))
          column[k] = load (x, (plane + (gsize) ((top + k) * conv->in_width + left + j)) * LANES, type);
        else
          column[k] = (Floats) {};
      transform_in (column, points);
      UNROLLED (int k = 0; k < IN; k++)
        rows[k][j] = points[k];
    }
  UNROLLED (int k = 0; k < IN; k++)
    {
      transform_in (rows[k], points);
      UNROLLED (int j = 0; j < IN; j++)
        store (v, (gsize) (k * IN + j) * v_point, LW_TYPE_F32, points[j]);
    }
}

INLINE void
windows_in (const Chunk *c, const void *x, const LwType type)
{
  const LwPlacedConv *conv = c->conv;

  for (int g = 0; g < conv->in_groups; g++)
    for (int i = 0; i < c->tiles; i++)
      {
        float *v = c->v + (gsize) (g * c->tiles + i) * LANES;
        int picture, top, left;
        gsize plane;

        place (c, i, &picture, &top, &left);
        top -= conv->pad;
        left -= conv->pad;
        plane = (gsize) (picture * conv->in_groups + g) * (gsize) conv->in_height * (gsize) conv->in_width;
        if (top >= 0 && left >= 0 && top + IN <= conv->in_height && left + IN <= conv->in_width)
          window_in (conv, x, plane, top, left, v, c->v_point, TRUE, type);
        else
          window_in (conv, x, plane, top, left, v, c->v_point, FALSE, type);
      }
}

/* What a product reads and writes. */
typedef struct {
  const float *v;              /* of the first tile and group */
  gsize v_group;               /* floats from group to group */
  int groups;                  /* of input channels */
  const float *u;              /* filters: (group, lane, panel's channels) */
  float *m;
  const float *next;           /* filters that are needed soon, */
  int ahead;                   /* so many lines for each group */
} Product;

typedef void (*ProductOf) (const Product *product);

/* Sums of @rows tiles for one panel at one point. */
INLINE void
multiply_rows (const Product *product, const int rows)
{
  const float *v = product->v, *u = product->u, *next = product->next;
  Floats sums[MAX_ROWS][PANEL];

  UNROLLED (int r = 0; r < rows; r++)
    sums[r][0] = sums[r][1] = (Floats) {};
  for (int g = 0; g < product->groups; g++, v += product->v_group)
    {
      for (int i = 0; i < product->ahead; i++, next += LINE)
        __builtin_prefetch (next, 0, 2);
      for (int c = 0; c < LANES; c++, u += PANEL * LANES)
        {
          Floats f0 = load (u, 0, LW_TYPE_F32), f1 = load (u, LANES, LW_TYPE_F32);

          UNROLLED (int r = 0; r < rows; r++)
            {
              Floats x = splat (v[r * LANES + c]);

              sums[r][0] += x * f0;
              sums[r][1] += x * f1;
            }
        }
    }
  UNROLLED (int r = 0; r < rows; r++)
    for (int j = 0; j < PANEL; j++)
      store (product->m, (gsize) ((r * POINTS * PANEL + j) * LANES), LW_TYPE_F32, sums[r][j]);
}

#define ROWS(n) static void multiply_##n (const Product *product) { multiply_rows (product, n); }

ROWS (1) ROWS (2) ROWS (3) ROWS (4) ROWS (5) ROWS (6)
#if LW_LANES == 16
ROWS (7) ROWS (8) ROWS (9) ROWS (10) ROWS (11) ROWS (12) ROWS (13) ROWS (14)
#endif

static const ProductOf products[MAX_ROWS + 1] = {
  NULL, multiply_1, multiply_2, multiply_3, multiply_4, multiply_5, multiply_6,
#if LW_LANES == 16
  multiply_7, multiply_8, multiply_9, multiply_10, multiply_11, multiply_12, multiply_13, multiply_14,
#endif
};

/* All points of a panel. Its filters are used once for every few tiles, and the next point's brought nearer meanwhile. */
static void
multiply (const Chunk *c, const float *u)
{
  int groups = c->conv->in_groups, pieces = (c->tiles + MAX_ROWS - 1) / MAX_ROWS, ahead = (LANES * PANEL * LANES / LINE + pieces - 1) / pieces;
  gsize filters = (gsize) groups * LANES * PANEL * LANES;

  for (int p = 0; p < POINTS; p++, u += filters)
    for (int i = 0; i < pieces; i++)
      {
        int from = c->tiles * i / pieces, end = c->tiles * (i + 1) / pieces;
        Product product = { c->v + (gsize) p * c->v_point + (gsize) (from * LANES), (gsize) (c->tiles * LANES), groups, u,
                            c->m + (gsize) ((from * POINTS + p) * PANEL * LANES), u + filters + (gsize) (i * groups * ahead * LINE), ahead };

        products[end - from] (&product);
      }
}

/* One group of a tile. @m: its sums. */
INLINE void
tile_out (const Chunk *c, int i, int group, const float *m, Floats bias, void *y, const LwType type)
{
  const LwPlacedConv *conv = c->conv;
  Floats columns[OUT][IN], sums[IN], out[OUT], floor = splat (conv->relu ? 0.f : -INFINITY);
  int picture, top, left;
  gsize plane;

  place (c, i, &picture, &top, &left);
  plane = (gsize) (picture * conv->out_groups + group) * (gsize) conv->out_height;
  UNROLLED (int k = 0; k < IN; k++)
    {
      UNROLLED (int j = 0; j < IN; j++)
        sums[j] = load (m, (gsize) ((k * IN + j) * PANEL * LANES), LW_TYPE_F32);
      transform_out (sums, out);
      UNROLLED (int j = 0; j < OUT; j++)
        columns[j][k] = out[j];
    }
  for (int j = 0; j < OUT && left + j < conv->out_width; j++)
    {
      transform_out (columns[j], out);
      for (int k = 0; k < OUT && top + k < conv->out_height; k++)
        {
          gsize at = ((plane + (gsize) (top + k)) * (gsize) conv->out_width + (gsize) (left + j)) * LANES;
          Floats sum = out[k] + bias;

          store (y, at, type, larger (conv->sum ? sum + load (y, at, type) : sum, floor));
        }
    }
}

INLINE void
tiles_out (const Chunk *c, int panel, const float *bias, void *y, const LwType type)
{
  for (int j = 0; j < PANEL && panel * PANEL + j < c->conv->out_groups; j++)
    {
      int group = panel * PANEL + j;
      Floats start = bias != NULL ? load (bias, (gsize) group * LANES, LW_TYPE_F32) : (Floats) {};

      for (int i = 0; i < c->tiles; i++)
        tile_out (c, i, group, c->m + (gsize) ((i * POINTS * PANEL + j) * LANES), start, y, type);
    }
}

static gsize
window_floats (const LwPlacedConv *conv, int tiles)
{
  return (gsize) (conv->in_groups * tiles * LANES + SPARE);
}

static int
tiles_before (const Work *work, int chunk)
{
  return (int) ((gint64) (work->conv->n * work->across * work->down) * chunk / work->chunks);
}

/* Floats that a thread needs. */
static gsize
scratch_floats (const Work *work)
{
  int most = (work->conv->n * work->across * work->down + work->chunks - 1) / work->chunks;

  return POINTS * (window_floats (work->conv, most) + (gsize) (most * PANEL * LANES));
}

static gsize
scratch (const LwPlacedConv *conv)
{
  Work work = share_work (conv);

  return (gsize) conv->threads * scratch_floats (&work);
}

static void
convolve (const LwPlacedConv *conv, const void *x, const void *u, const float *bias, void *y, float *memory)
{
  Work work = share_work (conv);
  gsize panel_floats = (gsize) (POINTS * conv->in_groups * LANES * PANEL * LANES);

#pragma omp parallel for schedule(dynamic) num_threads(conv->threads)
  for (int i = 0; i < work.chunks * work.shares; i++)
    {
      int chunk = i / work.shares, share = i % work.shares, first = tiles_before (&work, chunk), tiles = tiles_before (&work, chunk + 1) - first;
      int from = panels_of (conv) * share / work.shares, end = panels_of (conv) * (share + 1) / work.shares;
      float *own = memory + (gsize) omp_get_thread_num () * scratch_floats (&work);
      Chunk c = { conv, work.across, work.down, first, tiles, window_floats (conv, tiles), own, own + POINTS * window_floats (conv, tiles) };

      BY_TYPE (conv->type, windows_in (&c, x, type));
      for (int panel = from; panel < end; panel++)
        {
          multiply (&c, (const float *) u + (gsize) panel * panel_floats);
          BY_TYPE (conv->out_type, tiles_out (&c, panel, bias, y, type));
        }
    }
}

/* One dimension of the filters' transform. */
static void
transform_filter (const double *g, int step, double *t, int t_step)
{
  const double point[IN - 1] = { 0, A, -A, B, -B };
  const double scale[IN - 1] = { 1. / (AA * BB), .5 / (AA * (AA - BB)), .5 / (AA * (AA - BB)), .5 / (BB * (BB - AA)), .5 / (BB * (BB - AA)) };

  for (int i = 0; i < IN - 1; i++)
    t[i * t_step] = scale[i] * (g[0] + point[i] * (g[step] + point[i] * g[2 * step]));
  t[(IN - 1) * t_step] = g[2 * step];
}

/* @step: floats from point to point */
static void
place_filter (const float *filter, float *u, gsize step)
{
  double g[9], rows[3 * IN], t[POINTS];

  for (int i = 0; i < 9; i++)
    g[i] = (double) filter[i];
  for (int i = 0; i < 3; i++)
    transform_filter (g + 3 * i, 1, rows + i * IN, 1);
  for (int i = 0; i < IN; i++)
    transform_filter (rows + i, IN, t + i, IN);
  for (gsize i = 0; i < POINTS; i++)
    u[i * step] = (float) t[i];
}

static gsize
filter_bytes (const LwPlacedConv *conv)
{
  return (gsize) panels_of (conv) * (gsize) (POINTS * conv->in_groups * LANES * PANEL * LANES) * sizeof (float);
}

static void
place_filters (const LwPlacedConv *conv, int channels, int in_channels, const float *filters, void *placed)
{
  gsize point = (gsize) (conv->in_groups * LANES * PANEL * LANES);
  float *u = placed;

  memset (u, 0, filter_bytes (conv));
#pragma omp parallel for schedule(static) num_threads(conv->threads)
  for (int panel = 0; panel < panels_of (conv); panel++)
    for (int in = 0; in < in_channels; in++)
      for (int lane = 0; lane < PANEL * LANES && panel * PANEL * LANES + lane < channels; lane++)
        place_filter (filters + ((gsize) (panel * PANEL * LANES + lane) * (gsize) in_channels + (gsize) in) * 9,
                      u + (gsize) panel * POINTS * point + (gsize) (in * PANEL * LANES + lane), point);
}

static gboolean
fits (const LwPlacedConv *conv)
{
  return conv->kernel == 3;
}

const LwPlacedKernels ISA_NAME (lw_winograd_kernels) = { fits, filter_bytes, place_filters, scratch, convolve };
