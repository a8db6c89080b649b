/* check.h: arrays for the CUDA kernels under test, and their comparison with the reference backend's arithmetic
 *
 * The same tests run on a GPU, or (LW_KERNELS_ON_HOST) on the same source compiled for the processor. An array has a guard on both sides, and starts as
 * NaN, so that what was not written and what was written beyond the end are found.
 */
#pragma once
#include "nn/backends/cuda/kernels/kernels.h"
#include "nn/backends/ref/ref.h"

#ifdef LW_KERNELS_ON_HOST
extern int lw_host_backwards;
#endif

/* Runs @test so many times, each time with another random shape; frees its arrays after each and looks at their guards. */
#define ROUNDS 16
typedef void (*Test) (void);
void add_test (const char *path, Test test);
/* FALSE: there is no GPU that can run the kernels; @why is said. */
gboolean device_open (char **why);

/* ---- arrays on the device ---- */

void *array_new (gsize bytes);                                   /* as NaN */
void *array_from (const void *host, gsize bytes);
void *array_get (const void *device, gsize bytes);               /* (transfer full) a copy for the host */
float *floats_from (const double *values, gsize n);              /* on the device */

/* ---- activations: here (n, c, h, w) in float64, there as kernels.h says ---- */

LwCudaShape random_shape (int most_channels);                    /* of either type */
LwCudaShape with_channels (LwCudaShape shape, int c);
LwCudaShape with_size (LwCudaShape shape, int h, int w);
LwCudaShape with_type (LwCudaShape shape, LwCudaType type);
gsize shape_count (LwCudaShape shape);                           /* of real elements */
gsize shape_bytes (LwCudaShape shape);
char *shape_name (LwCudaShape shape);
double *random_values (gsize n, LwCudaType type);                /* -2 … 2, numbers that the type has exactly */
void *activation_from (LwCudaShape shape, const double *values);
void *activation_new (LwCudaShape shape);
/* A gradient to be: as NaN, or where it is added to, @old (random, also left there). */
void *gradient_new (LwCudaShape shape, gboolean add, double *old);
double *activation_get (LwCudaShape shape, const void *device);  /* also finds padding that is not zero */

/* ---- the reference ---- */

/* Value and gradient zero. The layer is its own, to be filled in: kind, kernel, value … */
RefNode *ref_new (LwCudaShape shape);
RefNode *ref_from (LwCudaShape shape, double *values);           /* takes @values */
LwNode *ref_layer (RefNode *node);
RefParam *ref_param (double *values, gsize n);                   /* takes @values */

/* ---- comparison: says the first difference, fails the test, and goes on ---- */

void check_launch (const char *kernel, cudaError_t status);
/* @slack: allowed difference over the largest number, beyond the rounding of the type itself. */
void check_values (const char *what, const double *got, const double *expected, gsize n, LwCudaType type, double slack);
void check_activation (const char *what, LwCudaShape shape, const void *device, const double *expected, double slack);
void check_floats (const char *what, const float *device, const double *expected, gsize n, double slack);
G_GNUC_PRINTF (1, 2) void complain (const char *format, ...);

/* The groups of tests. */
void add_element_tests (void);
void add_pool_tests (void);
void add_sum_tests (void);
void add_score_tests (void);
void add_update_tests (void);
