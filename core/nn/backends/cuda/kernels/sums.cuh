/* sums.cuh: sums over all pixels, channel by channel, of up to two values at once
 *
 * A block takes a tile of channels and every so-many-th row of pixels: float32 within a thread and a block. Then one block for eight channels adds
 * the blocks' sums in float64. How the rows are shared out depends on the shape only, so every device adds in the same order.
 */
#pragma once
#include "common.cuh"

#define SUM_BLOCKS 396          /* three for each multiprocessor of an H100: all run at once */
#define SUM_TILE 32             /* octets of channels: a row of 512 bytes of bfloat16 */
#define SUM_PASSES 4            /* at least so many rows a thread, where there are enough */
#define FINISH_PARTS 32

struct SumPlan {
  uint32_t rows;
  int vectors, cp, tile, per_pass, columns, tiles;
};

static inline SumPlan
sum_plan (LwCudaShape shape)
{
  SumPlan p;

  p.rows = (uint32_t) pixels_of (shape);
  p.cp = shape.cp;
  p.vectors = shape.cp / 8;
  p.tile = p.vectors < SUM_TILE ? p.vectors : SUM_TILE;
  p.tiles = (p.vectors + p.tile - 1) / p.tile;
  p.per_pass = LW_THREADS / p.tile;
  uint32_t wanted = (p.rows + (uint32_t) p.per_pass * SUM_PASSES - 1) / ((uint32_t) p.per_pass * SUM_PASSES);
  uint32_t most = (uint32_t) (SUM_BLOCKS / p.tiles > 64 ? SUM_BLOCKS / p.tiles : 64);

  p.columns = (int) (wanted < most ? wanted : most);
  return p;
}

/* Partial sums: (columns, 2, cp). */
static inline size_t
sum_partials (const SumPlan &p)
{
  return (size_t) p.columns * 2 * (size_t) p.cp;
}

/* Source: `State prepare (c)`, what a thread keeps of channels c … c + 7; `take (state, row, c, a, b)` adds an octet's share to a and, if SUMS is 2, b.
 * UNROLL: of how many rows the loads are on their way at once. */
template <typename Source>
struct Sums {
  enum { PHASES = 9, RESIDENT = 3 };
  struct Shared { float v[Source::SUMS][8][LW_THREADS]; };

  SumPlan plan;
  Source source;
  float *partial;

  LW_METHOD void
  accumulate (Shared &shared, int column, int vector, int row, int t) const
  {
    typename Source::State state = source.prepare (vector * 8);
    Octet sums[2] = { zero8 (), zero8 () };
    uint32_t step = (uint32_t) (plan.columns * plan.per_pass);

    LW_UNROLL_BY (Source::UNROLL)
    for (uint32_t r = (uint32_t) (column * plan.per_pass + row); r < plan.rows; r += step)
      source.take (state, r, vector * 8, sums[0], sums[1]);
    for (int s = 0; s < Source::SUMS; s++)
      for (int k = 0; k < 8; k++)
        shared.v[s][k][t] = sums[s].v[k];
  }

  LW_METHOD void
  phase (int p, Shared &shared, int column, int tile, int t) const
  {
    int row = t / plan.tile, vector = tile * plan.tile + t % plan.tile, half = LW_THREADS >> p;

    if (row >= plan.per_pass || vector >= plan.vectors)
      return;
    if (p == 0)
      return accumulate (shared, column, vector, row, t);
    if (row < half && row + half < plan.per_pass)
      for (int s = 0; s < Source::SUMS; s++)
        for (int k = 0; k < 8; k++)
          shared.v[s][k][t] += shared.v[s][k][t + half * plan.tile];
    if (p == PHASES - 1 && row == 0)
      for (int s = 0; s < Source::SUMS; s++)
        for (int k = 0; k < 8; k++)
          partial[((size_t) column * 2 + (size_t) s) * (size_t) plan.cp + (size_t) (vector * 8 + k)] = shared.v[s][k][t];
  }
};

/* Final: `give (c, a, b)` for each of the padded channels; SUMS as the source's. */
template <typename Final>
struct Finish {
  enum { PHASES = 6, RESIDENT = 1 };
  struct Shared { double v[2][LW_THREADS]; };

  int columns, cp;
  const float *partial;
  Final final;

  LW_METHOD void
  phase (int p, Shared &shared, int block, int unused, int t) const
  {
    int c = block * 8 + t % 8, part = t / 8, half = FINISH_PARTS >> p;

    if (p == 0)
      for (int s = 0; s < Final::SUMS; s++)
        {
          double sum = 0;

          for (int b = part; b < columns; b += FINISH_PARTS)
            sum += (double) partial[((size_t) b * 2 + (size_t) s) * (size_t) cp + (size_t) c];
          shared.v[s][t] = sum;
        }
    else if (part < half)
      for (int s = 0; s < Final::SUMS; s++)
        shared.v[s][t] += shared.v[s][t + half * 8];
    if (p == PHASES - 1 && part == 0)
      final.give (c, shared.v[0][t], Final::SUMS == 2 ? shared.v[1][t] : 0);
  }
};

template <typename Source, typename Final>
static cudaError_t
lw_sums (cudaStream_t stream, LwCudaShape shape, const Source &source, const Final &final, float *partial)
{
  SumPlan plan = sum_plan (shape);
  cudaError_t status = lw_blocks (stream, plan.columns, plan.tiles, Sums<Source> { plan, source, partial });

  if (status != cudaSuccess)
    return status;
  return lw_blocks (stream, plan.vectors, 1, Finish<Final> { plan.columns, plan.cp, partial, final });
}
