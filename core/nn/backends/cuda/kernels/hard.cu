/* hard.cu: which labelled pixels are hard examples: how hard each is, how many there are of each level, and the labels of those that count */
#include "sampling.cuh"
#include "nn/backends/hard.h"

#define COUNT_BLOCKS 128

static_assert (LW_HARD_LEVELS == LW_THREADS, "a thread for each level");

LW_BOTH void
count_one (uint32_t *n)
{
#ifdef __CUDA_ARCH__
  atomicAdd (n, 1u);
#else
  (*n)++;
#endif
}

/* How hard a pixel is: its -log softmax. */
template <typename T>
struct Levels {
  Octets shape;
  Divider columns, rows;
  int stride, offset;
  const T *grid;
  const uint8_t *labels;
  uint8_t *levels;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    uint32_t rest = i;
    int x = split (columns, &rest), y = split (rows, &rest), label = labels[i];

    levels[i] = LW_HARD_NONE;
    if (label >= shape.c)
      return;
    Softmax s = softmax_of (grid, shape, (int) rest, between_of_pixel (y, stride, offset, shape.h), between_of_pixel (x, stride, offset, shape.w), label);

    levels[i] = (uint8_t) lw_hard_level (logf (s.sum) + (s.best - s.own));
  }
};

/* Of each block's share of the pixels, those of each level: (blocks, levels). Integers: whatever their order, the sums are the same. */
struct Counts {
  enum { PHASES = 3, RESIDENT = 1 };
  struct Shared { uint32_t n[LW_HARD_LEVELS]; };

  const uint8_t *levels;
  size_t count;
  uint32_t *partial;

  LW_METHOD void
  phase (int p, Shared &shared, int block, int unused, int t) const
  {
    if (p == 0)
      shared.n[t] = 0;
    else if (p == 1)
      for (size_t i = (size_t) (block * LW_THREADS + t); i < count; i += COUNT_BLOCKS * LW_THREADS)
        count_one (&shared.n[levels[i]]);
    else
      partial[block * LW_HARD_LEVELS + t] = shared.n[t];
  }
};

/* One block: the level from which on pixels count. */
struct Cut {
  enum { PHASES = 2, RESIDENT = 1 };
  struct Shared { uint32_t n[LW_HARD_LEVELS]; };

  const uint32_t *partial;
  const LwCudaStep *step;
  int32_t *cut;

  LW_METHOD void
  phase (int p, Shared &shared, int block, int unused, int t) const
  {
    if (p == 0)
      {
        uint32_t sum = 0;

        for (int b = 0; b < COUNT_BLOCKS; b++)
          sum += partial[b * LW_HARD_LEVELS + t];
        shared.n[t] = sum;
      }
    else if (t == 0)
      *cut = lw_hard_cut (shared.n, step->hard_level, step->hard_share);
  }
};

/* In place: levels become labels. */
struct Keep {
  const uint8_t *labels;
  const int32_t *cut;
  uint8_t *levels;

  LW_METHOD void
  operator() (uint32_t i) const
  {
    levels[i] = levels[i] >= *cut ? labels[i] : LW_HARD_LABEL_NONE;
  }
};

static size_t
picture_pixels (LwCudaScore s)
{
  return (size_t) s.grid.n * (size_t) s.height * (size_t) s.width;
}

template <typename T>
static cudaError_t
find_levels (cudaStream_t stream, LwCudaScore s, const void *scores, const uint8_t *labels, uint8_t *levels)
{
  return lw_each (stream, picture_pixels (s), Levels<T> { octets_of (s.grid), divider_new ((uint32_t) s.width), divider_new ((uint32_t) s.height), s.stride,
                                                          s.offset, (const T *) scores, labels, levels });
}

size_t
lw_cuda_hard_workspace (LwCudaScore score)
{
  return (COUNT_BLOCKS * LW_HARD_LEVELS + 4) * sizeof (uint32_t);
}

cudaError_t
lw_cuda_hard (cudaStream_t stream, LwCudaScore score, const void *scores, const uint8_t *labels, const LwCudaStep *step, void *workspace, uint8_t *hard)
{
  LW_REQUIRE (is_score (score) && picture_pixels (score) < ((size_t) 1 << 31));
  uint32_t *partial = (uint32_t *) workspace;
  int32_t *cut = (int32_t *) (partial + COUNT_BLOCKS * LW_HARD_LEVELS);
  cudaError_t status = LW_BY_TYPE (score.grid.type, find_levels, stream, score, scores, labels, hard);

  if (status == cudaSuccess)
    status = lw_blocks (stream, COUNT_BLOCKS, 1, Counts { hard, picture_pixels (score), partial });
  if (status == cudaSuccess)
    status = lw_blocks (stream, 1, 1, Cut { partial, step, cut });
  return status != cudaSuccess ? status : lw_each (stream, picture_pixels (score), Keep { labels, cut, hard });
}
