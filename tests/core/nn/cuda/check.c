/* check.c: arrays for the CUDA kernels under test, and their comparison with the reference backend's arithmetic */
#include "check.h"
#include <math.h>
#include <string.h>
#include "nn/weights/half.h"

#define GUARD 256               /* bytes a side; arrays stay aligned as the kernels want them */
#define GUARD_BYTE 0xa5
#define OLDEST_CAPABILITY 8     /* the kernels are built for 8.0 and later */

#ifdef LW_KERNELS_ON_HOST
int lw_host_backwards;
#endif

typedef struct { guint8 *data; gsize bytes; } Array;

static GArray *arrays;          /* of Array, of the round in progress */
static GPtrArray *garbage;      /* host memory, likewise */

/* ---- the device ---- */

gboolean
device_open (char **why)
{
#ifndef LW_KERNELS_ON_HOST
  struct cudaDeviceProp properties;
  int devices = 0;
  cudaError_t status = cudaGetDeviceCount (&devices);

  if (status != cudaSuccess || devices == 0)
    {
      *why = g_strdup_printf ("no GPU: %s", status != cudaSuccess ? cudaGetErrorString (status) : "none was found");
      return FALSE;
    }
  if (cudaGetDeviceProperties (&properties, 0) != cudaSuccess || properties.major < OLDEST_CAPABILITY)
    {
      *why = g_strdup_printf ("the GPU has compute capability %d.%d, the kernels need %d.0", properties.major, properties.minor, OLDEST_CAPABILITY);
      return FALSE;
    }
#endif
  arrays = g_array_new (FALSE, FALSE, sizeof (Array));
  garbage = g_ptr_array_new_with_free_func (g_free);
  return TRUE;
}

static guint8 *
allocate (gsize bytes)
{
#ifdef LW_KERNELS_ON_HOST
  return g_aligned_alloc (1, bytes, GUARD);
#else
  void *data = NULL;
  cudaError_t status = cudaMalloc (&data, bytes);

  if (status != cudaSuccess)
    g_error ("cudaMalloc: %s", cudaGetErrorString (status));
  return data;
#endif
}

static void
release (guint8 *data)
{
#ifdef LW_KERNELS_ON_HOST
  g_aligned_free (data);
#else
  cudaFree (data);
#endif
}

static void
copy (void *to, const void *from, gsize bytes)
{
#ifdef LW_KERNELS_ON_HOST
  memcpy (to, from, bytes);
#else
  cudaError_t status = cudaMemcpy (to, from, bytes, cudaMemcpyDefault);

  if (status != cudaSuccess)    /* a kernel broke the context: nothing more can be learnt here */
    g_error ("cudaMemcpy: %s", cudaGetErrorString (status));
#endif
}

static void *
keep (void *host)
{
  g_ptr_array_add (garbage, host);
  return host;
}

static void *
array_put (const guint8 *inside, gsize bytes)
{
  Array array = { allocate (bytes + 2 * GUARD), bytes };
  g_autofree guint8 *whole = g_malloc (bytes + 2 * GUARD);

  memset (whole, GUARD_BYTE, bytes + 2 * GUARD);
  if (inside != NULL)
    memcpy (whole + GUARD, inside, bytes);
  else
    memset (whole + GUARD, 0xff, bytes);
  copy (array.data, whole, bytes + 2 * GUARD);
  g_array_append_val (arrays, array);
  return array.data + GUARD;
}

void *
array_new (gsize bytes)
{
  return array_put (NULL, bytes);
}

void *
array_from (const void *host, gsize bytes)
{
  return array_put (host, bytes);
}

void *
array_get (const void *device, gsize bytes)
{
  void *host = g_malloc (bytes);

  copy (host, device, bytes);
  return host;
}

float *
floats_from (const double *values, gsize n)
{
  g_autofree float *floats = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    floats[i] = (float) values[i];
  return array_from (floats, n * sizeof (float));
}

static void
look_at_guards (const Array *array, guint number)
{
  g_autofree guint8 *whole = array_get (array->data, array->bytes + 2 * GUARD);

  for (gsize i = 0; i < GUARD; i++)
    if (whole[i] != GUARD_BYTE || whole[GUARD + array->bytes + i] != GUARD_BYTE)
      {
        complain ("something wrote outside array %u of %zu bytes, %s it", number, array->bytes, whole[i] != GUARD_BYTE ? "before" : "after");
        return;
      }
}

static void
run_test (gconstpointer data)
{
  for (int round = 0; round < ROUNDS; round++)
    {
#ifdef LW_KERNELS_ON_HOST
      lw_host_backwards = round % 2;
#endif
      (*(const Test *) data) ();
      for (guint i = 0; i < arrays->len; i++)
        {
          look_at_guards (&g_array_index (arrays, Array, i), i);
          release (g_array_index (arrays, Array, i).data);
        }
      g_array_set_size (arrays, 0);
      g_ptr_array_set_size (garbage, 0);
    }
}

void
add_test (const char *path, Test test)
{
  Test *data = g_new (Test, 1);

  *data = test;
  g_test_add_data_func_full (path, data, run_test, g_free);
}

/* ---- activations ---- */

static gsize
element_bytes (LwCudaType type)
{
  return type == LW_CUDA_F32 ? 4 : 2;
}

LwCudaShape
with_channels (LwCudaShape shape, int c)
{
  shape.c = c;
  shape.cp = (c + 7) / 8 * 8;
  return shape;
}

LwCudaShape
with_size (LwCudaShape shape, int h, int w)
{
  shape.h = h;
  shape.w = w;
  return shape;
}

LwCudaShape
with_type (LwCudaShape shape, LwCudaType type)
{
  shape.type = type;
  return shape;
}

/* Now and then much larger than the rest, in pixels or in channels. */
LwCudaShape
random_shape (int most_channels)
{
  LwCudaShape shape = { .n = g_test_rand_int_range (1, 4), .h = g_test_rand_int_range (1, 24), .w = g_test_rand_int_range (1, 24),
                        .type = g_test_rand_bit () ? LW_CUDA_F32 : LW_CUDA_BF16 };
  int c = g_test_rand_int_range (1, MIN (most_channels, 48) + 1);

  if (g_test_rand_int_range (0, 6) == 0)
    shape = with_size (shape, g_test_rand_int_range (60, 120), g_test_rand_int_range (60, 120));
  else if (g_test_rand_int_range (0, 6) == 0)
    c = g_test_rand_int_range (1, most_channels + 1);
  return with_channels (shape, c);
}

gsize
shape_count (LwCudaShape s)
{
  return (gsize) s.n * (gsize) s.c * (gsize) s.h * (gsize) s.w;
}

static gsize
padded_count (LwCudaShape s)
{
  return (gsize) s.n * (gsize) s.h * (gsize) s.w * (gsize) s.cp;
}

gsize
shape_bytes (LwCudaShape s)
{
  return padded_count (s) * element_bytes (s.type);
}

char *
shape_name (LwCudaShape s)
{
  return keep (g_strdup_printf ("(%d, %d, %d, %d) %s", s.n, s.h, s.w, s.c, s.type == LW_CUDA_F32 ? "float32" : "bfloat16"));
}

static double
rounded (double value, LwCudaType type)
{
  return (double) (type == LW_CUDA_F32 ? (float) value : lw_float_from_bf16 (lw_float_to_bf16 ((float) value)));
}

double *
random_values (gsize n, LwCudaType type)
{
  double *values = keep (g_new (double, n));

  for (gsize i = 0; i < n; i++)
    values[i] = rounded (g_test_rand_double_range (-2, 2), type);
  return values;
}

/* Where element @i of (n, c, h, w) lies in (n, h, w, cp). */
static gsize
device_index (LwCudaShape s, gsize i)
{
  gsize plane = (gsize) s.h * (gsize) s.w, c = i / plane % (gsize) s.c, n = i / plane / (gsize) s.c;

  return (n * plane + i % plane) * (gsize) s.cp + c;
}

void *
activation_from (LwCudaShape shape, const double *values)
{
  g_autofree guint8 *host = g_malloc0 (shape_bytes (shape));

  for (gsize i = 0; i < shape_count (shape); i++)
    if (shape.type == LW_CUDA_F32)
      ((float *) host)[device_index (shape, i)] = (float) values[i];
    else
      ((guint16 *) host)[device_index (shape, i)] = lw_float_to_bf16 ((float) values[i]);
  return array_from (host, shape_bytes (shape));
}

void *
activation_new (LwCudaShape shape)
{
  return array_new (shape_bytes (shape));
}

void *
gradient_new (LwCudaShape shape, gboolean add, double *old)
{
  double *values;

  if (!add)
    return activation_new (shape);
  values = random_values (shape_count (shape), shape.type);
  memcpy (old, values, shape_count (shape) * sizeof (double));
  return activation_from (shape, values);
}

static double
element (LwCudaShape shape, const guint8 *host, gsize i)
{
  return (double) (shape.type == LW_CUDA_F32 ? ((const float *) host)[i] : lw_float_from_bf16 (((const guint16 *) host)[i]));
}

double *
activation_get (LwCudaShape shape, const void *device)
{
  g_autofree guint8 *host = array_get (device, shape_bytes (shape));
  double *values = keep (g_new (double, shape_count (shape)));

  for (gsize i = 0; i < shape_count (shape); i++)
    values[i] = element (shape, host, device_index (shape, i));
  for (gsize i = 0; i < padded_count (shape); i++)
    if (i % (gsize) shape.cp >= (gsize) shape.c && element (shape, host, i) != 0)
      {
        complain ("padded channel %zu of pixel %zu is %g, not 0: %s", i % (gsize) shape.cp, i / (gsize) shape.cp, element (shape, host, i),
                  shape_name (shape));
        break;
      }
  return values;
}

/* ---- the reference ---- */

RefNode *
ref_from (LwCudaShape shape, double *values)
{
  RefNode *node = keep (g_new0 (RefNode, 1));

  node->node = keep (g_new0 (LwNode, 1));
  node->n = shape.n;
  node->c = shape.c;
  node->h = shape.h;
  node->w = shape.w;
  node->value = values;
  node->grad = keep (g_new0 (double, shape_count (shape)));
  node->index = keep (g_new0 (guint32, shape_count (shape)));
  node->mean = keep (g_new0 (double, (gsize) shape.c));
  node->deviation = keep (g_new0 (double, (gsize) shape.c));
  return node;
}

RefNode *
ref_new (LwCudaShape shape)
{
  return ref_from (shape, keep (g_new0 (double, shape_count (shape))));
}

LwNode *
ref_layer (RefNode *node)
{
  return (LwNode *) node->node;
}

RefParam *
ref_param (double *values, gsize n)
{
  RefParam *param = keep (g_new0 (RefParam, 1));

  param->value = values;
  param->grad = keep (g_new0 (double, n));
  return param;
}

/* ---- comparison ---- */

void
complain (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_test_message ("%s", text);
  g_test_fail ();
}

void
check_launch (const char *kernel, cudaError_t status)
{
#ifndef LW_KERNELS_ON_HOST
  if (status == cudaSuccess)
    status = cudaDeviceSynchronize ();
  if (status != cudaSuccess)
    complain ("%s: %s", kernel, cudaGetErrorString (status));
#else
  if (status != cudaSuccess)
    complain ("%s: error %d", kernel, (int) status);
#endif
}

void
check_values (const char *what, const double *got, const double *expected, gsize n, LwCudaType type, double slack)
{
  double rounding = type == LW_CUDA_F32 ? 0x1p-23 : 0x1p-8, largest = 0;
  gsize wrong = 0, first = 0;

  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabs (expected[i]));
  for (gsize i = 0; i < n; i++)
    if (!(fabs (got[i] - expected[i]) <= rounding * fabs (expected[i]) + slack * largest))
      if (wrong++ == 0)
        first = i;
  if (wrong > 0)
    complain ("%s: %zu of %zu differ, first at %zu: %.9g instead of %.9g", what, wrong, n, first, got[first], expected[first]);
}

void
check_activation (const char *what, LwCudaShape shape, const void *device, const double *expected, double slack)
{
  g_autofree char *whole = g_strdup_printf ("%s %s", what, shape_name (shape));

  check_values (whole, activation_get (shape, device), expected, shape_count (shape), shape.type, slack);
}

void
check_floats (const char *what, const float *device, const double *expected, gsize n, double slack)
{
  g_autofree float *floats = array_get (device, n * sizeof (float));
  g_autofree double *got = g_new (double, n);

  for (gsize i = 0; i < n; i++)
    got[i] = (double) floats[i];
  check_values (what, got, expected, n, LW_CUDA_F32, slack);
}
