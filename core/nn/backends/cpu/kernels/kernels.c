/* kernels.c: which instruction set's kernels this processor runs */
#include "config.h"
#include "kernels.h"
#include <dnnl.h>

#define SHARES 64       /* as in norm.c */

#define DECLARE(isa, set_lanes) \
  extern const LwElementKernels lw_element_kernels_##isa; \
  extern const LwPoolKernels lw_pool_kernels_##isa; \
  extern const LwOverlapKernels lw_overlap_kernels_##isa; \
  extern const LwAcrossKernels lw_across_kernels_##isa; \
  extern const LwNormKernels lw_norm_kernels_##isa; \
  extern const LwResampleKernels lw_resample_kernels_##isa; \
  extern const LwScoreKernels lw_score_kernels_##isa; \
  extern const LwArrayKernels lw_array_kernels_##isa; \
  extern const LwSmallKernels lw_small_kernels_##isa; \
  extern const LwDoublingKernels lw_doubling_kernels_##isa; \
  extern const LwPlacedKernels lw_winograd_kernels_##isa, lw_direct_kernels_##isa; \
  static const LwKernels kernels_##isa = { \
    .name = #isa, .lanes = set_lanes, .element = &lw_element_kernels_##isa, .pool = &lw_pool_kernels_##isa, \
    .overlap = &lw_overlap_kernels_##isa, .across = &lw_across_kernels_##isa, .norm = &lw_norm_kernels_##isa, .resample = &lw_resample_kernels_##isa, .score = &lw_score_kernels_##isa, .array = &lw_array_kernels_##isa, \
    .small = &lw_small_kernels_##isa, .doubling = &lw_doubling_kernels_##isa, .winograd = &lw_winograd_kernels_##isa, .direct = &lw_direct_kernels_##isa, \
  };

#if defined (__x86_64__)
DECLARE (avx512, 16)
DECLARE (avx2, 8)
#endif
DECLARE (plain, 8)

gsize
lw_norm_partials (const LwShape *shape, int lanes)
{
  return (gsize) ((shape->channels + lanes - 1) / lanes) * SHARES * 2 * (gsize) lanes;
}

gsize
lw_loss_partials (const LwGrid *grid)
{
  gsize bands = (gsize) grid->n * (gsize) grid->height;

  return bands + bands * (gsize) grid->classes * (gsize) grid->width;
}

/* The library's names for instruction sets are sets of bits, and those that come with a newer one are within it. */
#if defined (__x86_64__)
static gboolean
has (dnnl_cpu_isa_t isa)
{
  return (dnnl_get_effective_cpu_isa () & isa) == isa;
}
#endif

const LwKernels *
lw_kernels_get (void)
{
#if defined (__x86_64__)
  if (has (dnnl_cpu_isa_avx512_core))
    return &kernels_avx512;
  if (has (dnnl_cpu_isa_avx2))
    return &kernels_avx2;
#endif
  return &kernels_plain;
}

gboolean
lw_kernels_bfloat16 (void)
{
#if defined (__x86_64__)
  return has (dnnl_cpu_isa_avx512_core_bf16);
#else
  return FALSE;
#endif
}
