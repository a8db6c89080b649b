/* array.c: kernels on plain arrays: the optimizers' updates, and pixels into planes */
#include "config.h"
#include "vector.h"

#define CHUNK 16384     /* floats */
#define MAX_SHARES 4096

/* In shares of a fixed size, so that the sum does not depend on the number of threads. */
static double
square_sum (const float *x, gsize count)
{
  gsize share = MAX (CHUNK, (count + MAX_SHARES - 1) / MAX_SHARES);
  double sums[MAX_SHARES], sum = 0;
  int shares = (int) ((count + share - 1) / share);

#pragma omp parallel for schedule(static) if (worth_threads (count))
  for (int k = 0; k < shares; k++)
    {
      gsize end = MIN (((gsize) k + 1) * share, count);

      sums[k] = 0;
      for (gsize start = (gsize) k * share; start < end; start += 512)
        {
          float part = 0;

#pragma omp simd reduction(+:part)
          for (gsize i = start; i < MIN (start + 512, end); i++)
            part += x[i] * x[i];
          sums[k] += (double) part;
        }
    }
  for (int k = 0; k < shares; k++)
    sum += sums[k];
  return sum;
}

static void
sgd (const LwUpdate *update, float *weights, const float *gradient, float *velocity, gsize count)
{
  LwUpdate u = *update;

#pragma omp parallel for simd schedule(static) if (parallel: worth_threads (count))
  for (gsize i = 0; i < count; i++)
    {
      float g = gradient[i] * u.gradient_factor + u.decay * weights[i];

      velocity[i] = u.momentum * velocity[i] + g;
      weights[i] -= u.rate * velocity[i];
    }
}

static void
adamw (const LwUpdate *update, float *weights, const float *gradient, float *first, float *second, gsize count)
{
  LwUpdate u = *update;

#pragma omp parallel for simd schedule(static) if (parallel: worth_threads (count))
  for (gsize i = 0; i < count; i++)
    {
      float g = gradient[i] * u.gradient_factor;

      first[i] = u.momentum * first[i] + (1 - u.momentum) * g;
      second[i] = u.beta2 * second[i] + (1 - u.beta2) * g * g;
      weights[i] -= u.rate * (first[i] / u.correction1 / (sqrtf (second[i] / u.correction2) + 1e-8f) + u.decay * weights[i]);
    }
}

/* Written by hand, since the rounding to bfloat16 is whole vectors' work. */
INLINE void
normalise_typed (const guint8 *rgb, int n, gsize pixels, const int *source, const float *scale, const float *shift, void *planes, const LwType type)
{
  gsize blocks = (pixels + LANES - 1) / LANES;

#pragma omp parallel for schedule(static) collapse(2) if (worth_threads ((gsize) n * pixels))
  for (int picture = 0; picture < n; picture++)
    for (gsize block = 0; block < blocks; block++)
      {
        gsize start = block * LANES, count = MIN (LANES, pixels - start);
        const guint8 *bytes = rgb + ((gsize) picture * pixels + start) * 3;

        for (int c = 0; c < 3; c++)
          {
            gsize out = ((gsize) picture * 3 + (gsize) c) * pixels + start;
            guint8 row[4 * LANES];
            Floats values = {};

            if (count == LANES)
              for (int i = 0; i < LANES; i++)
                values[i] = bytes[3 * i + source[c]];
            else
              for (gsize i = 0; i < count; i++)
                values[i] = bytes[3 * i + (gsize) source[c]];
            store (row, 0, type, values * scale[c] + shift[c]);
            memcpy (at_write (planes, out, type), row, count * lw_type_bytes (type));
          }
      }
}

static void
normalise (const guint8 *rgb, int n, gsize pixels, const int *source, const float *scale, const float *shift, LwType element_type, void *planes)
{
  BY_TYPE (element_type, normalise_typed (rgb, n, pixels, source, scale, shift, planes, type));
}

const LwArrayKernels ISA_NAME (lw_array_kernels) = {
  .square_sum = square_sum,
  .sgd = sgd,
  .adamw = adamw,
  .normalise = normalise,
};
