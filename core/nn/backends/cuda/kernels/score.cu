/* score.cu: the final pass: samples the score grid at the frame's pixels; argmax, and the softmax of the winner at the centre of each 4x4 block */
#include "sampling.cuh"

#define BLOCK 4                 /* px of the result a side; also the pixels that one thread labels */

template <typename T>
struct Result {
  Octets shape;
  int stride, offset, height, width;   /* of the plan's picture */
  const T *grid;
  const LwCudaFrame *frame;
  uint8_t *labels, *confidence;

  /* The centre of element @i of the result, where an element is @size frame pixels: (2 i + 1) size / (2 out) of the picture. At most
   * 2^16 * 2^14 + 2^13 * 2^15: no overflow. */
  LW_METHOD Between
  locate (int i, int size, int picture, int out, int cells) const
  {
    return between_of ((2 * i + 1) * size * picture + (2 * offset - stride) * out, 2 * out * stride, cells);
  }

  LW_METHOD void
  find_labels (int n, const Between &y, const Between *x, uint8_t *label) const
  {
    float best[BLOCK];

    for (int p = 0; p < BLOCK; p++)
      {
        best[p] = -INFINITY;
        label[p] = 0;
      }
    for (int c = 0; c < shape.c; c += 8)
      {
        Sides s = sides_of (grid, shape, n, y, x[0].a, x[0].b, c);

        LW_UNROLL
        for (int p = 0; p < BLOCK; p++)
          {
            if (p > 0 && x[p].a != x[p - 1].a)
              s = sides_of (grid, shape, n, y, x[p].a, x[p].b, c);
            for (int k = 0; k < 8; k++)
              {
                float score = s.left.v[k] * (1 - x[p].t) + s.right.v[k] * x[p].t;

                if (c + k < shape.c && score > best[p])
                  {
                    best[p] = score;
                    label[p] = (uint8_t) (c + k);
                  }
              }
          }
      }
  }

  LW_METHOD void
  label_strip (int n, int row, int column, int rows, int columns) const
  {
    Between y = locate (row, 1, height, rows, shape.h), x[BLOCK];
    uint8_t label[BLOCK];
    size_t at = ((size_t) n * (size_t) rows + (size_t) row) * (size_t) columns + (size_t) column;

    for (int p = 0; p < BLOCK; p++)
      x[p] = locate (column + p, 1, width, columns, shape.w);
    find_labels (n, y, x, label);
    for (int p = 0; p < BLOCK; p++)
      if (column + p < columns)
        labels[at + (size_t) p] = label[p];
  }

  LW_METHOD void
  operator() (uint32_t i) const
  {
    int rows = frame->height, columns = frame->width, block_rows = (rows + BLOCK - 1) / BLOCK, block_columns = (columns + BLOCK - 1) / BLOCK;
    uint32_t strips = labels != NULL ? (uint32_t) (shape.n * rows * block_columns) : 0;

    if (i < strips)
      {
        int strip = (int) i, row = strip / block_columns;

        label_strip (row / rows, row % rows, strip % block_columns * BLOCK, rows, columns);
        return;
      }
    if (confidence == NULL || i - strips >= (uint32_t) (shape.n * block_rows * block_columns))
      return;
    int block = (int) (i - strips), row = block / block_columns;
    Between y = locate (row % block_rows, BLOCK, height, rows, shape.h), x = locate (block % block_columns, BLOCK, width, columns, shape.w);

    confidence[block] = (uint8_t) (1 / softmax_of (grid, shape, row / block_rows, y, x, -1).sum * 255 + 0.5f);
  }
};

template <typename T>
static cudaError_t
result (cudaStream_t stream, LwCudaScore s, const void *scores, const LwCudaFrame *frame, LwCudaFrame most, uint8_t *labels, uint8_t *confidence)
{
  size_t n = (size_t) s.grid.n, columns = (size_t) (most.width + BLOCK - 1) / BLOCK, rows = (size_t) most.height;
  size_t items = n * columns * ((labels != NULL ? rows : 0) + (confidence != NULL ? (rows + BLOCK - 1) / BLOCK : 0));

  return lw_each (stream, items, Result<T> { octets_of (s.grid), s.stride, s.offset, s.height, s.width, (const T *) scores, frame, labels, confidence });
}

cudaError_t
lw_cuda_score (cudaStream_t stream, LwCudaScore score, const void *scores, const LwCudaFrame *frame, LwCudaFrame most, uint8_t *labels,
               uint8_t *confidence)
{
  LW_REQUIRE (is_score (score) && most.height >= 1 && most.height <= LW_CUDA_MAX_FRAME && most.width >= 1 && most.width <= LW_CUDA_MAX_FRAME);
  return LW_BY_TYPE (score.grid.type, result, stream, score, scores, frame, most, labels, confidence);
}
