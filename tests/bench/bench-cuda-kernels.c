/* bench-cuda-kernels.c: how near the CUDA backend's own kernels come to the memory's speed, at the sizes of FCN-8s and its light form at 480x360
 *
 * Bytes are those that must be read and written once; the device's own copy of a large array is the measure. Times are medians of events around a batch
 * of launches, each on another of several arrays, so that none finds the one before it in the cache. */
#include <stdlib.h>
#include "nn/backends/cuda/kernels/kernels.h"
#include <glib.h>

#define BATCH 4
#define WIDTH 480
#define HEIGHT 360
#define LAUNCHES 8              /* between two events */
#define ROUNDS 15
#define ARENA ((gsize) 3 << 30)
#define PARAMETERS 134000000

typedef struct {
  guint8 *arena;
  gsize used;
  LwCudaShape shape, pooled;   /* of the case in progress */
  void *a[LAUNCHES], *b[LAUNCHES], *small[LAUNCHES];
  guint8 *index, *labels;
  float *channels[7], *class_weights;
  void *workspace;
  LwCudaStep *step;
  LwCudaStats *stats;
  LwCudaFrame *frame;
  LwCudaTensor *table;
  gsize chunks;
  LwCudaScore score;
} Bench;

/* Launch number @i. Returns the bytes that it must move. */
typedef struct {
  const char *name;
  cudaError_t (*launch) (Bench *b, int i);
  double arrays;               /* of the shape's size, read or written */
  double pooled;               /* of a quarter of it */
  double indices;              /* bytes for each pooled element */
} Case;

static void
check (cudaError_t status)
{
  if (status != cudaSuccess)
    g_error ("%s", cudaGetErrorString (status));
}

static gsize
bytes_of (LwCudaShape s)
{
  return (gsize) s.n * (gsize) s.h * (gsize) s.w * (gsize) s.cp * (s.type == LW_CUDA_F32 ? 4 : 2);
}

static void *
take (Bench *b, gsize bytes)
{
  void *data = b->arena + b->used;

  b->used += (bytes + 255) / 256 * 256;
  g_assert (b->used <= ARENA);
  return data;
}

/* ---- the launches ---- */

static const LwCudaPool halving = { 2, 2, 0 };

static LwCudaNorm
norm_of (const Bench *b)
{
  float *const *c = b->channels;

  return (LwCudaNorm) { c[0], c[1], c[0], c[0], 1e-5f, c[2], c[3], c[4], c[5], c[6] };
}

static cudaError_t
relu (Bench *b, int i)
{
  return lw_cuda_relu (0, b->shape, b->a[i], b->b[i]);
}

static cudaError_t
relu_backward (Bench *b, int i)
{
  return lw_cuda_relu_backward (0, b->shape, b->a[i], b->b[i], 1, FALSE, b->b[i]);
}

static cudaError_t
relu_bias (Bench *b, int i)
{
  return lw_cuda_relu_bias_backward (0, b->shape, b->a[i], b->b[i], 1, b->workspace, b->b[i], b->channels[0]);
}

static cudaError_t
bias_gradient (Bench *b, int i)
{
  return lw_cuda_bias_gradient (0, b->shape, b->a[i], NULL, b->workspace, b->channels[0]);
}

static cudaError_t
dropout (Bench *b, int i)
{
  return lw_cuda_dropout (0, b->shape, b->a[i], 0.5f, 3, b->step, FALSE, b->b[i]);
}

static cudaError_t
max_pool (Bench *b, int i)
{
  return lw_cuda_max_pool (0, halving, b->shape, b->a[i], FALSE, b->pooled, b->small[i], b->index);
}

static cudaError_t
max_pool_backward (Bench *b, int i)
{
  return lw_cuda_max_pool_backward (0, halving, b->pooled, b->small[i], b->small[(i + 1) % LAUNCHES], b->index, FALSE, b->shape, b->a[i]);
}

static cudaError_t
statistics (Bench *b, int i)
{
  return lw_cuda_norm_statistics (0, b->shape, b->a[i], norm_of (b), b->workspace);
}

static cudaError_t
affine (Bench *b, int i)
{
  return lw_cuda_affine (0, b->shape, b->a[i], b->channels[0], b->channels[1], TRUE, b->b[i]);
}

static cudaError_t
norm_backward (Bench *b, int i)
{
  return lw_cuda_norm_backward (0, b->shape, b->a[i], b->b[i], norm_of (b), TRUE, TRUE, FALSE, b->workspace, b->channels[0], b->channels[1], b->b[i]);
}

static cudaError_t
loss (Bench *b, int i)
{
  return lw_cuda_loss (0, b->score, b->a[i], b->labels, b->class_weights, b->workspace, b->stats, b->b[i]);
}

static cudaError_t
score (Bench *b, int i)
{
  return lw_cuda_score (0, b->score, b->a[i], b->frame, (LwCudaFrame) { HEIGHT, WIDTH }, b->labels, b->index);
}

static cudaError_t
input (Bench *b, int i)
{
  LwCudaTransform transform = { { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f }, FALSE };

  return lw_cuda_input_bytes (0, b->index, transform, b->shape, b->a[i]);
}

static cudaError_t
gradient_norm (Bench *b, int i)
{
  return lw_cuda_gradient_norm (0, b->table, 1, b->chunks, b->step, b->workspace, b->stats);
}

static cudaError_t
sgd (Bench *b, int i)
{
  return lw_cuda_sgd (0, b->table, 1, b->chunks, b->step, b->stats);
}

static cudaError_t
adamw (Bench *b, int i)
{
  return lw_cuda_adamw (0, b->table, 1, b->chunks, b->step, b->stats);
}

static cudaError_t
copy (Bench *b, int i)
{
  return cudaMemcpyAsync (b->b[i], b->a[i], bytes_of (b->shape), cudaMemcpyDeviceToDevice, 0);
}

static const Case activation_cases[] = {
  { "copy by the device", copy, 2, 0, 0 },
  { "relu", relu, 2, 0, 0 },
  { "relu_backward", relu_backward, 3, 0, 0 },
  { "relu_bias_backward", relu_bias, 3, 0, 0 },
  { "bias_gradient", bias_gradient, 1, 0, 0 },
  { "dropout", dropout, 2, 0, 0 },
  { "max_pool", max_pool, 1, 1, 1 },
  { "max_pool_backward", max_pool_backward, 1, 2, 1 },
  { "norm_statistics", statistics, 1, 0, 0 },
  { "affine", affine, 2, 0, 0 },
  { "norm_backward", norm_backward, 5, 0, 0 },
  { NULL },
};

/* ---- timing ---- */

static int
compare_floats (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

static double
median_ms (Bench *b, cudaError_t (*launch) (Bench *b, int i))
{
  cudaEvent_t start, end;
  float times[ROUNDS];

  check (cudaEventCreate (&start));
  check (cudaEventCreate (&end));
  for (int round = -2; round < ROUNDS; round++)
    {
      check (cudaEventRecord (start, 0));
      for (int i = 0; i < LAUNCHES; i++)
        check (launch (b, i));
      check (cudaEventRecord (end, 0));
      check (cudaEventSynchronize (end));
      if (round >= 0)
        check (cudaEventElapsedTime (&times[round], start, end));
    }
  cudaEventDestroy (start);
  cudaEventDestroy (end);
  qsort (times, ROUNDS, sizeof *times, compare_floats);
  return (double) times[ROUNDS / 2] / LAUNCHES;
}

static void
print (const char *name, LwCudaShape s, double bytes, double ms)
{
  g_print ("%-20s %2d x %3d x %3d x %4d %s  %8.1f us  %6.0f GB/s\n", name, s.n, s.h, s.w, s.cp, s.type == LW_CUDA_F32 ? "f32 " : "bf16", ms * 1e3,
           bytes / ms * 1e-6);
}

static void
time_activations (Bench *b, int divisor, int channels)
{
  gsize mark = b->used;

  b->shape = (LwCudaShape) { BATCH, HEIGHT / divisor, WIDTH / divisor, channels, channels, LW_CUDA_BF16 };
  b->pooled = (LwCudaShape) { BATCH, (b->shape.h + 1) / 2, (b->shape.w + 1) / 2, channels, channels, LW_CUDA_BF16 };
  for (int i = 0; i < LAUNCHES; i++)
    {
      b->a[i] = take (b, bytes_of (b->shape));
      b->b[i] = take (b, bytes_of (b->shape));
      b->small[i] = take (b, bytes_of (b->pooled));
    }
  b->index = take (b, bytes_of (b->pooled));
  b->workspace = take (b, lw_cuda_sums_workspace (b->shape));
  for (const Case *c = activation_cases; c->name != NULL; c++)
    {
      double bytes = c->arrays * (double) bytes_of (b->shape) + (c->pooled + c->indices / 2) * (double) bytes_of (b->pooled);

      print (c->name, b->shape, bytes, median_ms (b, c->launch));
    }
  b->used = mark;
}

static void
time_scores (Bench *b, int n)
{
  gsize mark = b->used, pixels = (gsize) n * HEIGHT * WIDTH;

  b->shape = (LwCudaShape) { n, HEIGHT / 8, WIDTH / 8, 12, 16, LW_CUDA_F32 };
  b->score = (LwCudaScore) { b->shape, 8, 0, HEIGHT, WIDTH };
  for (int i = 0; i < LAUNCHES; i++)
    {
      b->a[i] = take (b, bytes_of (b->shape));
      b->b[i] = take (b, bytes_of (b->shape));
    }
  b->labels = take (b, pixels);
  check (cudaMemset (b->labels, 3, pixels));     /* a class: no pixel is left out */
  b->index = take (b, pixels * 3);
  b->workspace = take (b, lw_cuda_loss_workspace (b->score));
  print ("loss", b->shape, (double) (2 * bytes_of (b->shape) + 2 * pixels), median_ms (b, loss));
  print ("score", b->shape, (double) (bytes_of (b->shape) + pixels + pixels / 16), median_ms (b, score));
  b->shape = (LwCudaShape) { n, HEIGHT, WIDTH, 3, 8, LW_CUDA_BF16 };
  for (int i = 0; i < LAUNCHES; i++)
    b->a[i] = take (b, bytes_of (b->shape));
  print ("input_bytes", b->shape, (double) (bytes_of (b->shape) + 3 * pixels), median_ms (b, input));
  b->used = mark;
}

/* FCN-8s' parameters as one tensor. */
static void
time_optimizers (Bench *b)
{
  gsize mark = b->used;
  float *arrays[4];
  LwCudaTensor tensor = { .count = PARAMETERS, .rate_factor = 1, .decays = 1 };
  LwCudaShape name = { 1, 1, 1, PARAMETERS, PARAMETERS, LW_CUDA_F32 };
  double bytes = 4.0 * PARAMETERS;

  for (int i = 0; i < 4; i++)
    {
      arrays[i] = take (b, PARAMETERS * sizeof (float));
      check (cudaMemset (arrays[i], 0, PARAMETERS * sizeof (float)));
    }
  check (cudaMemset (b->stats, 0, sizeof *b->stats));         /* an update ends at once where a gradient or the loss is not finite */
  tensor.value = arrays[0];
  tensor.gradient = arrays[1];
  tensor.first = arrays[2];
  tensor.second = arrays[3];
  tensor.copy = take (b, PARAMETERS * 2);
  b->workspace = take (b, lw_cuda_optimizer_workspace ());
  b->chunks = lw_cuda_optimizer_chunks (&tensor, 1);
  b->table = take (b, sizeof tensor);
  check (cudaMemcpy (b->table, &tensor, sizeof tensor, cudaMemcpyHostToDevice));
  print ("gradient_norm", name, bytes, median_ms (b, gradient_norm));
  print ("sgd", name, 5.5 * bytes, median_ms (b, sgd));
  print ("adamw", name, 7.5 * bytes, median_ms (b, adamw));
  b->used = mark;
}

/* Small numbers everywhere, neither all equal nor all of one sign. */
static void
fill (Bench *b)
{
  gsize chunk = 64 << 20;
  g_autofree guint16 *host = g_malloc (chunk);

  for (gsize i = 0; i < chunk / 2; i++)
    host[i] = (guint16) (0x3c00 | g_random_int_range (0, 0x400) | (g_random_boolean () ? 0x8000 : 0));
  for (gsize at = 0; at < ARENA; at += chunk)
    check (cudaMemcpy (b->arena + at, host, chunk, cudaMemcpyHostToDevice));
}

static void
prepare (Bench *b)
{
  LwCudaStep step = { .dropout = 1, .drops = 1, .rate = 1e-6f, .bias_rate = 1e-6f, .momentum = 0.9f, .beta2 = 0.999f, .correction1 = 1, .correction2 = 1 };
  LwCudaFrame frame = { HEIGHT, WIDTH };

  check (cudaMalloc ((void **) &b->arena, ARENA));
  fill (b);
  for (int i = 0; i < 7; i++)
    b->channels[i] = take (b, 4096 * sizeof (float));
  b->class_weights = take (b, 256 * sizeof (float));
  b->step = take (b, sizeof step);
  b->stats = take (b, sizeof *b->stats);
  b->frame = take (b, sizeof frame);
  check (cudaMemset (b->stats, 0, sizeof *b->stats));
  check (cudaMemcpy (b->step, &step, sizeof step, cudaMemcpyHostToDevice));
  check (cudaMemcpy (b->frame, &frame, sizeof frame, cudaMemcpyHostToDevice));
}

int
main (void)
{
  Bench b = { 0 };
  int devices;

  if (cudaGetDeviceCount (&devices) != cudaSuccess || devices == 0)
    {
      g_print ("skipped: no GPU\n");
      return 77;
    }
  prepare (&b);
  time_activations (&b, 1, 64);
  time_activations (&b, 8, 512);
  time_activations (&b, 1, 16);
  time_scores (&b, 1);
  time_scores (&b, BATCH);
  time_scores (&b, 32);
  time_optimizers (&b);
  return 0;
}
