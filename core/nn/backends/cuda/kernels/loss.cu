/* loss.cu: the weighted cross entropy of the picture's pixels and its gradient by the score grid
 *
 * A pixel's softmax is made once. Pixels of one row between the same two columns of cells are one thread's: it leaves what they give to the cells on
 * the left and on the right, (n, height, w, 2, cp) floats; then each cell collects from the rows around it, top to bottom. Where the grid is the
 * picture itself (stride 1), the gradient is written at once.
 */
#include "sampling.cuh"

#define WEIGHT_BLOCKS 256
#define GROUP 8                 /* pixels of a row whose softmax is kept in registers */

/* The first pixel that lies at cell @q or after; pixels before the first cell's centre count as the first one's. */
LW_BOTH int
first_pixel (int q, int stride, int offset, int cells, int pixels)
{
  int twice = (2 * q + 1) * stride - 1 - 2 * offset, first = (twice + 1) >> 1;

  if (q <= 0)
    return 0;
  if (q >= cells)
    return pixels;
  return first < 0 ? 0 : first < pixels ? first : pixels;
}

/* ---- sums over the labels ---- */

struct Weights {
  enum { PHASES = 9, RESIDENT = 1 };
  struct Shared { double weight[LW_THREADS]; uint64_t pixels[LW_THREADS]; };

  const uint8_t *labels;
  const float *class_weights;
  size_t count;
  int classes;
  double *weight;
  uint64_t *pixels;

  LW_METHOD void
  phase (int p, Shared &shared, int block, int unused, int t) const
  {
    if (p == 0)
      {
        double sum = 0;
        uint64_t n = 0;

        for (size_t i = (size_t) (block * LW_THREADS + t); i < count; i += WEIGHT_BLOCKS * LW_THREADS)
          if (labels[i] < classes)
            {
              sum += class_weights != NULL ? (double) class_weights[labels[i]] : 1;
              n++;
            }
        shared.weight[t] = sum;
        shared.pixels[t] = n;
      }
    else if (t < LW_THREADS >> p)
      {
        shared.weight[t] += shared.weight[t + (LW_THREADS >> p)];
        shared.pixels[t] += shared.pixels[t + (LW_THREADS >> p)];
      }
    if (p == PHASES - 1 && t == 0)
      {
        weight[block] = shared.weight[0];
        pixels[block] = shared.pixels[0];
      }
  }
};

/* One block adds up what the blocks before left: the weights, or (@labels 0) the loss. */
struct Total {
  enum { PHASES = 9, RESIDENT = 1 };
  struct Shared { double sum[LW_THREADS]; uint64_t pixels[LW_THREADS]; };

  const double *partial;
  const uint64_t *pixels;
  uint32_t count;
  LwCudaStats *stats;

  LW_METHOD void
  phase (int p, Shared &shared, int block, int unused, int t) const
  {
    if (p == 0)
      {
        shared.sum[t] = 0;
        shared.pixels[t] = 0;
        for (uint32_t i = (uint32_t) t; i < count; i += LW_THREADS)
          {
            shared.sum[t] += partial[i];
            shared.pixels[t] += pixels != NULL ? pixels[i] : 0;
          }
      }
    else if (t < LW_THREADS >> p)
      {
        shared.sum[t] += shared.sum[t + (LW_THREADS >> p)];
        shared.pixels[t] += shared.pixels[t + (LW_THREADS >> p)];
      }
    if (p < PHASES - 1 || t > 0)
      return;
    if (pixels == NULL)
      {
        stats->loss = shared.sum[0];
        return;
      }
    stats->weight_sum = shared.sum[0];
    stats->pixels = shared.pixels[0];
  }
};

/* ---- the pixels ---- */

/* What both ways need to know of a pixel's label. */
struct Labels {
  const uint8_t *labels;
  const float *class_weights;
  const LwCudaStats *stats;
  int classes;

  /* Of the pixel's share in the loss; 0: ignored. @label becomes -1 then. */
  LW_METHOD float
  weight (size_t at, int *label) const
  {
    double total = stats->weight_sum;

    *label = labels[at] < classes ? labels[at] : -1;
    if (*label < 0 || !(total > 0))
      return 0;
    return (float) ((class_weights != NULL ? (double) class_weights[*label] : 1) / total);
  }
};

/* Pixels x … x + GROUP - 1 of a row, as far as they lie before the next column of cells. */
struct PixelGroup {
  int label[GROUP];
  float weight[GROUP], t[GROUP], highest[GROUP], sum[GROUP], own[GROUP];
};

template <typename T>
struct Rows {
  Octets shape;
  Divider cells, rows;
  int stride, offset, height, width;
  const T *grid;
  Labels labels;
  float *out;                  /* (n, height, w, 2, cp); NULL: loss only */
  uint32_t count;

  LW_METHOD int
  read_group (PixelGroup &g, int n, int y, int x, int end, int q) const
  {
    int labelled = 0;

    LW_UNROLL
    for (int p = 0; p < GROUP; p++)
      {
        int inside = x + p < end;

        g.label[p] = -1;
        g.weight[p] = 0;
        if (inside)
          g.weight[p] = labels.weight (((size_t) n * (size_t) height + (size_t) y) * (size_t) width + (size_t) (x + p), &g.label[p]);
        g.t[p] = inside ? between_of_pixel (x + p, stride, offset, shape.w).t : 0;
        g.highest[p] = -INFINITY;
        g.sum[p] = 0;
        g.own[p] = 0;
        labelled |= g.label[p] >= 0;
      }
    return labelled;
  }

  LW_METHOD Sides
  sides (int n, const Between &y, int q, int c) const
  {
    return sides_of (grid, shape, n, y, q, q + 1 < shape.w ? q + 1 : q, c);
  }

  /* Highest scores, then the sums of exponentials. */
  LW_METHOD void
  measure (PixelGroup &g, int n, const Between &y, int q) const
  {
    for (int c = 0; c < shape.c; c += 8)
      {
        Sides s = sides (n, y, q, c);

        LW_UNROLL
        for (int p = 0; p < GROUP; p++)
          for (int k = 0; k < 8; k++)
            {
              float score = s.left.v[k] * (1 - g.t[p]) + s.right.v[k] * g.t[p];

              if (c + k < shape.c)
                g.highest[p] = fmaxf (g.highest[p], score);
              if (c + k == g.label[p])
                g.own[p] = score;
            }
      }
    for (int c = 0; c < shape.c; c += 8)
      {
        Sides s = sides (n, y, q, c);

        LW_UNROLL
        for (int p = 0; p < GROUP; p++)
          for (int k = 0; k < 8; k++)
            if (c + k < shape.c)
              g.sum[p] += expf (s.left.v[k] * (1 - g.t[p]) + s.right.v[k] * g.t[p] - g.highest[p]);
      }
  }

  /* Softmax's gradient by the scores is w (p - [c is the label]). */
  LW_METHOD void
  give (const PixelGroup &g, int n, const Between &y, int q, float *to, int first) const
  {
    for (int c = 0; c < shape.c; c += 8)
      {
        Sides s = sides (n, y, q, c), sums = { zero8 (), zero8 () };

        LW_UNROLL
        for (int p = 0; p < GROUP; p++)
          {
            float factor = g.weight[p] > 0 ? g.weight[p] / g.sum[p] : 0;

            for (int k = 0; k < 8; k++)
              {
                float score = s.left.v[k] * (1 - g.t[p]) + s.right.v[k] * g.t[p];
                float gradient = c + k < shape.c ? factor * expf (score - g.highest[p]) - (c + k == g.label[p] ? g.weight[p] : 0) : 0;

                sums.left.v[k] += gradient * (1 - g.t[p]);
                sums.right.v[k] += gradient * g.t[p];
              }
          }
        give8 (to + c, sums.left, !first);
        give8 (to + shape.cp + c, sums.right, !first);
      }
  }

  LW_METHOD void
  give_nothing (float *to) const
  {
    for (int c = 0; c < 2 * shape.cp; c += 8)
      store8 (to + c, zero8 ());
  }

  LW_METHOD double
  loss (uint32_t i) const
  {
    uint32_t rest = i;
    int q = split (cells, &rest), y = split (rows, &rest), n = (int) rest, end = first_pixel (q + 1, stride, offset, shape.w, width), first = 1;
    Between by = between_of_pixel (y, stride, offset, shape.h);
    float *to = out != NULL ? out + (size_t) i * 2 * (size_t) shape.cp : NULL;
    double loss = 0;

    for (int x = first_pixel (q, stride, offset, shape.w, width); x < end; x += GROUP)
      {
        PixelGroup g;

        if (!read_group (g, n, y, x, end, q))
          continue;
        measure (g, n, by, q);
        LW_UNROLL
        for (int p = 0; p < GROUP; p++)
          if (g.label[p] >= 0)
            loss += (double) (g.weight[p] * (logf (g.sum[p]) + (g.highest[p] - g.own[p])));
        if (to != NULL)
          give (g, n, by, q, to, first);
        first = 0;
      }
    if (first && to != NULL)
      give_nothing (to);
    return loss;
  }
};

/* The grid is the picture, or larger: what lies beyond it gets nothing. */
template <typename T>
struct Direct {
  Octets shape;
  Divider columns, rows;
  int height, width;
  const T *grid;
  Labels labels;
  T *out;
  uint32_t count;

  LW_METHOD void
  measure (const T *scores, float *highest, float *sum) const
  {
    for (int c = 0; c < shape.c; c++)
      *highest = fmaxf (*highest, to_float (scores[c]));
    for (int c = 0; c < shape.c; c += 8)
      {
        Octet o = load8 (scores + c);
        for (int k = 0; k < 8; k++)
          *sum += c + k < shape.c ? expf (o.v[k] - *highest) : 0;
      }
  }

  LW_METHOD double
  loss (uint32_t i) const
  {
    uint32_t rest = i;
    int x = split (columns, &rest), y = split (rows, &rest), label = -1;
    size_t at = (size_t) i * (size_t) shape.cp;
    float weight = 0, highest = -INFINITY, sum = 0;

    if (y < height && x < width)
      weight = labels.weight (((size_t) rest * (size_t) height + (size_t) y) * (size_t) width + (size_t) x, &label);
    if (label >= 0)
      measure (grid + at, &highest, &sum);
    for (int c = 0; out != NULL && c < shape.cp; c += 8)
      {
        Octet o = zero8 ();

        if (label >= 0)
          {
            o = load8 (grid + at + (size_t) c);
            for (int k = 0; k < 8; k++)
              o.v[k] = c + k < shape.c ? weight * (expf (o.v[k] - highest) / sum - (c + k == label ? 1 : 0)) : 0;
          }
        store8 (out + at + (size_t) c, o);
      }
    return label < 0 ? 0 : (double) (weight * (logf (sum) + (highest - to_float (grid[at + (size_t) label]))));
  }
};

/* Either of them, thread by thread, with the loss added up by blocks. */
template <typename Work>
struct Pixels {
  enum { PHASES = 9, RESIDENT = 1 };
  struct Shared { double loss[LW_THREADS]; };

  Work work;
  double *partial;

  LW_METHOD void
  phase (int p, Shared &shared, int block, int unused, int t) const
  {
    uint32_t i = (uint32_t) block * LW_THREADS + (uint32_t) t;

    if (p == 0)
      shared.loss[t] = i < work.count ? work.loss (i) : 0;
    else if (t < LW_THREADS >> p)
      shared.loss[t] += shared.loss[t + (LW_THREADS >> p)];
    if (p == PHASES - 1 && t == 0)
      partial[block] = shared.loss[0];
  }
};

/* ---- the cells ---- */

template <typename T>
struct Gather {
  Octets shape;
  int stride, offset, height, width;
  const float *rows;
  T *gradient;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    Place p = place_of (shape, i);
    int first = p.y > 0 ? first_pixel (p.y - 1, stride, offset, shape.h, height) : 0, end = first_pixel (p.y + 1, stride, offset, shape.h, height);
    size_t pair = 2 * (size_t) shape.cp;
    Octet sum = zero8 ();

    LW_UNROLL_4
    for (int y = first; y < end; y++)
      {
        Between by = between_of_pixel (y, stride, offset, shape.h);
        float weight = by.a == p.y ? 1 - by.t : by.t;
        const float *from = rows + (((size_t) p.n * (size_t) height + (size_t) y) * (size_t) shape.w + (size_t) p.x) * pair + (size_t) p.c;
        Octet own = load8 (from), before = p.x > 0 ? load8 (from - shape.cp) : zero8 ();

        for (int k = 0; k < 8; k++)
          sum.v[k] += weight * (own.v[k] + before.v[k]);
      }
    store8 (gradient + (size_t) i * 8, sum);
  }
};

/* ---- all of it ---- */

static int
is_direct (LwCudaScore s)
{
  return s.stride == 1 && s.offset == 0 && s.grid.h >= s.height && s.grid.w >= s.width;
}

static size_t
work_items (LwCudaScore s)
{
  return is_direct (s) ? pixels_of (s.grid) : (size_t) s.grid.n * (size_t) s.height * (size_t) s.grid.w;
}

static size_t
work_blocks (LwCudaScore s)
{
  return (work_items (s) + LW_THREADS - 1) / LW_THREADS;
}

/* In the workspace, one after the other: weights, pixel counts, losses, rows. */
struct Space { double *weight; uint64_t *pixels; double *loss; float *rows; };

static size_t
head_bytes (LwCudaScore s)
{
  return (2 * WEIGHT_BLOCKS * 8 + work_blocks (s) * 8 + 15) / 16 * 16;
}

static Space
space_of (LwCudaScore s, void *workspace)
{
  char *bytes = (char *) workspace;
  Space space = { (double *) bytes, (uint64_t *) (bytes + WEIGHT_BLOCKS * 8), (double *) (bytes + 2 * WEIGHT_BLOCKS * 8),
                  (float *) (bytes + head_bytes (s)) };

  return space;
}

size_t
lw_cuda_loss_workspace (LwCudaScore s)
{
  return head_bytes (s) + (is_direct (s) ? 0 : work_items (s) * 2 * (size_t) s.grid.cp * sizeof (float));
}

static cudaError_t
sum_weights (cudaStream_t stream, LwCudaScore s, const uint8_t *labels, const float *class_weights, Space space, LwCudaStats *stats)
{
  size_t count = (size_t) s.grid.n * (size_t) s.height * (size_t) s.width;
  cudaError_t status = lw_blocks (stream, WEIGHT_BLOCKS, 1, Weights { labels, class_weights, count, s.grid.c, space.weight, space.pixels });

  return status != cudaSuccess ? status : lw_blocks (stream, 1, 1, Total { space.weight, space.pixels, WEIGHT_BLOCKS, stats });
}

template <typename T>
static cudaError_t
visit_pixels (cudaStream_t stream, LwCudaScore s, const void *scores, Labels labels, Space space, void *gradient)
{
  Octets shape = octets_of (s.grid);
  uint32_t count = (uint32_t) work_items (s);
  int blocks = (int) work_blocks (s);

  if (is_direct (s))
    {
      Direct<T> work = { shape, divider_new ((uint32_t) s.grid.w), divider_new ((uint32_t) s.grid.h), s.height, s.width, (const T *) scores, labels,
                         (T *) gradient, count };

      return lw_blocks (stream, blocks, 1, Pixels<Direct<T> > { work, space.loss });
    }
  Rows<T> work = { shape, divider_new ((uint32_t) s.grid.w), divider_new ((uint32_t) s.height), s.stride, s.offset, s.height, s.width,
                   (const T *) scores, labels, gradient != NULL ? space.rows : NULL, count };
  cudaError_t status = lw_blocks (stream, blocks, 1, Pixels<Rows<T> > { work, space.loss });

  if (status != cudaSuccess || gradient == NULL)
    return status;
  return lw_each (stream, octet_count (s.grid), Gather<T> { shape, s.stride, s.offset, s.height, s.width, space.rows, (T *) gradient });
}

cudaError_t
lw_cuda_loss (cudaStream_t stream, LwCudaScore score, const void *scores, const uint8_t *labels, const float *class_weights, void *workspace,
              LwCudaStats *stats, void *gradient)
{
  LW_REQUIRE (is_score (score) && work_items (score) < ((size_t) 1 << 31));
  Space space = space_of (score, workspace);
  Labels known = { labels, class_weights, stats, score.grid.c };
  cudaError_t status = sum_weights (stream, score, labels, class_weights, space, stats);

  if (status == cudaSuccess)
    status = LW_BY_TYPE (score.grid.type, visit_pixels, stream, score, scores, known, space, gradient);
  return status != cudaSuccess ? status : lw_blocks (stream, 1, 1, Total { space.loss, NULL, (uint32_t) work_blocks (score), stats });
}
