/* project.cu: a 1x1 convolution to a few channels: the classes' scores
 *
 * A library's tiles are made for many channels: of 4096 to 16 at a few hundred pixels it fills a handful of multiprocessors, one after the other over
 * all inputs. Here the inputs of an output are shared by the threads of a block.
 */
#include "common.cuh"

#define PIXELS 4                /* of a block */
#define OUTPUTS 16              /* likewise */
#define SLICES (LW_THREADS / OUTPUTS)

template <typename In, typename Out>
struct Project {
  enum { PHASES = 2, RESIDENT = 4 };
  struct Shared { float sum[PIXELS][OUTPUTS][SLICES]; };

  const In *x, *w;
  const float *bias;
  Out *y;
  size_t pixels;
  int in_cp, out_cp;

  LW_METHOD size_t
  pixel (int block, int p) const
  {
    size_t i = (size_t) block * PIXELS + (size_t) p;

    return i < pixels ? i : pixels - 1;
  }

  LW_METHOD void
  add_up (Shared &shared, int block, int first, int t) const
  {
    int output = t / SLICES, slice = t % SLICES;
    float sum[PIXELS] = { 0 };

    if (first + output < out_cp)
      {
        const In *row = w + (size_t) (first + output) * (size_t) in_cp;

        LW_UNROLL_4
        for (int c = slice * 8; c < in_cp; c += SLICES * 8)
          {
            Octet a = load8 (row + c);

            for (int p = 0; p < PIXELS; p++)
              {
                Octet b = load8 (x + pixel (block, p) * (size_t) in_cp + c);

                for (int k = 0; k < 8; k++)
                  sum[p] += a.v[k] * b.v[k];
              }
          }
      }
    for (int p = 0; p < PIXELS; p++)
      shared.sum[p][output][slice] = sum[p];
  }

  LW_METHOD void
  phase (int p, Shared &shared, int block, int group, int t) const
  {
    int first = group * OUTPUTS, output = t % OUTPUTS, own = t / OUTPUTS;
    float sum = 0;

    if (p == 0)
      {
        add_up (shared, block, first, t);
        return;
      }
    if (own >= PIXELS || first + output >= out_cp || (size_t) block * PIXELS + (size_t) own >= pixels)
      return;
    for (int s = 0; s < SLICES; s++)
      sum += shared.sum[own][output][s];
    put (y + ((size_t) block * PIXELS + (size_t) own) * (size_t) out_cp + (size_t) (first + output), sum + (bias != NULL ? bias[first + output] : 0));
  }
};

template <typename In, typename Out>
static cudaError_t
project (cudaStream_t stream, LwCudaShape in, const void *x, const void *w, const float *bias, LwCudaShape out, void *y)
{
  size_t pixels = pixels_of (in);

  return lw_blocks (stream, (int) ((pixels + PIXELS - 1) / PIXELS), (out.cp + OUTPUTS - 1) / OUTPUTS,
                    Project<In, Out> { (const In *) x, (const In *) w, bias, (Out *) y, pixels, in.cp, out.cp });
}

cudaError_t
lw_cuda_project (cudaStream_t stream, LwCudaShape in, const void *x, const void *w, const float *bias, LwCudaShape out, void *y)
{
  LW_REQUIRE (is_shape (in) && is_shape (out) && same_pixels (in, out));
  return LW_BY_TYPES (in.type, out.type, project, stream, in, x, w, bias, out, y);
}
