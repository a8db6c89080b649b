/* kernels.h: the loops that oneDNN lacks, or that fuse what it does one after the other. Compiled once for each instruction set.
 *
 * Activations are blocked: (N, groups, height, width, lanes), groups = ceil (channels / lanes); the lanes beyond the last channel are zero, and every
 * kernel keeps them so. A row is (width, lanes); row (n, g, y) has the number (n * groups + g) * height + y. Per-channel arrays hold
 * groups * lanes floats. All kernels run on all OpenMP threads and give the same result for any number of them.
 */
#pragma once

#include <glib.h>

typedef enum { LW_TYPE_F32, LW_TYPE_BF16 } LwType;

static inline gsize
lw_type_bytes (LwType type)
{
  return type == LW_TYPE_F32 ? 4 : 2;
}

typedef struct {
  int n, channels, height, width;
  LwType type;
} LwShape;

typedef struct {
  void (*relu) (const void *x, void *y, gsize count, LwType type);
  /* dy = y > 0 ? dy : 0 */
  void (*relu_back) (const void *y, void *dy, gsize count, LwType type);
  void (*scale) (const void *x, void *y, gsize count, LwType type, float factor);
  /* y = a + b, then ReLU if asked for; y may be a or b */
  void (*add) (const void *a, const void *b, void *y, gsize count, LwType type, gboolean relu);
  /* y = scale * x + shift, channel by channel, then ReLU if asked for. y may be x. */
  void (*affine) (const void *x, void *y, const LwShape *shape, const float *scale, const float *shift, gboolean relu);
  /* Also its own backward pass. y may be x. */
  void (*dropout) (const void *x, void *y, const LwShape *shape, guint64 key, float rate);
  void (*convert) (const void *x, LwType from, void *y, LwType to, gsize count);
} LwElementKernels;

/* Max pooling, 2x2, stride 2. @shape: of the large side; the small one has @out_height x @out_width and the same channels and type. */
typedef struct {
  const LwShape *shape;
  int out_height, out_width;
} LwPoolShape;

typedef struct {
  /* @index: (nullable): one byte an output element, 2 * row + column of the first maximum in its window */
  void (*forward) (const LwPoolShape *pool, const void *x, void *y, guint8 *index);
  /* Writes all of @dx. @y: (nullable): the pool's output; where it is 0 or less the gradient is 0 (a ReLU before the pool). */
  void (*backward) (const LwPoolShape *pool, const void *dy, const guint8 *index, const void *y, void *dx);
  /* Unpooling, forward and backward: @x small, @y large. */
  void (*unpool) (const LwPoolShape *pool, const void *x, const guint8 *index, void *y);
  void (*unpool_back) (const LwPoolShape *pool, const void *dy, const guint8 *index, void *dx);
} LwPoolKernels;

/* Max pooling, 3x3, stride 2, a rim of 1 that never wins; otherwise as above: @index is 3 * row + column. */
typedef struct {
  void (*forward) (const LwPoolShape *pool, const void *x, void *y, guint8 *index);
  void (*backward) (const LwPoolShape *pool, const void *dy, const guint8 *index, const void *y, void *dx);
} LwOverlapKernels;

#define LW_LRN_MAX_CHANNELS 4096
#define LW_LRN_MAX_SIZE 64
#define LW_LRN_MAX_PLANES 4

/* Local response normalisation: y = x / (k + share * the sum of squares of @size channels around it) ^ beta */
typedef struct {
  const LwShape *shape;        /* at most LW_LRN_MAX_CHANNELS, and LW_LRN_MAX_PLANES where @plain */
  gboolean plain;              /* (N, C, H, W) */
  int size;                    /* at most LW_LRN_MAX_SIZE */
  float share, beta, k;
} LwLrn;

typedef struct {
  void (*forward) (const LwLrn *lrn, const void *x, void *y);
  void (*backward) (const LwLrn *lrn, const void *x, const void *dy, void *dx);        /* blocked only */
} LwAcrossKernels;

/* Batch normalisation with what surrounds it. @x: input, as the convolution left it; z = scale * x + shift. */
typedef struct {
  const LwShape *shape;
  gboolean relu;               /* after it */
  gboolean pooled;             /* and a max pool after that, so that the full-size output is never written */
  int out_height, out_width;   /* of the pool */
  const float *scale, *shift, *mean, *inverse;        /* inverse: 1 / sqrt (variance + epsilon) */
  double *partial;             /* lw_norm_partials () doubles */
} LwNorm;

typedef struct {
  void (*statistics) (const LwNorm *norm, const void *x, float *mean, float *variance);         /* variance: biased */
  void (*apply_pool) (const LwNorm *norm, const void *x, void *y, guint8 *index);
  /* Sums over all pixels of dz and of dz * (x - mean) * inverse. @dy: of the output, pooled or not; @y and @index: the pool's, else NULL. */
  void (*gradient_sums) (const LwNorm *norm, const void *x, const void *dy, const void *y, const guint8 *index, float *sum, float *sum_x);
  /* dx = a * dz + b * x + c; dx may be dy where nothing is pooled */
  void (*input_gradient) (const LwNorm *norm, const void *x, const void *dy, const void *y, const guint8 *index,
                          const float *a, const float *b, const float *c, void *dx);
} LwNormKernels;

gsize lw_norm_partials (const LwShape *shape, int lanes);

/* Bilinear kernel of @kernel = 2 * @stride taps, channel by channel, zero outside. */
typedef struct {
  const LwShape *in;
  int out_height, out_width, stride, pad;
} LwDeconv;

typedef struct {
  void (*deconv) (const LwDeconv *deconv, const void *x, void *y);
  void (*deconv_back) (const LwDeconv *deconv, const void *dy, void *dx);
  /* @y has @shape; it is cut from x, of @in_height x @in_width, at (@offset, @offset) */
  void (*crop) (const LwShape *shape, const void *x, int in_height, int in_width, int offset, void *y);
  void (*crop_back) (const LwShape *shape, const void *dy, int in_height, int in_width, int offset, void *dx);
  /* @y has @shape: of each @stride rows and columns of @x the first one */
  void (*pick) (const LwShape *shape, const void *x, int in_height, int in_width, int stride, void *y);
  /* The other way: @dx is 0 where nothing was picked. */
  void (*pick_back) (const LwShape *shape, const void *dy, int in_height, int in_width, int stride, void *dx);
  /* Copies @count channels from number @from of @x on to number @to of @y on, both of @height x @width. Elements of @type. */
  void (*copy_channels) (int n, int height, int width, LwType type, const void *x, int x_channels, int from, void *y, int y_channels, int to, int count);
} LwResampleKernels;

/* A grid of scores, and how a picture lies on it: row y + 0.5 of the picture lies at (y + 0.5 + offset) / stride - 0.5 of the grid, edges repeated. */
typedef struct {
  const void *scores;          /* blocked */
  LwType type;
  int n, classes, height, width;
  int stride, offset;
} LwGrid;

typedef struct {
  /* Argmax at every pixel of @out_height x @out_width, which covers the same as the plan's @plan_height x @plan_width. */
  void (*labels) (const LwGrid *grid, int plan_height, int plan_width, int out_height, int out_width, guint8 *labels);
  /* Largest softmax at the middle of every block of 4 x 4 output pixels. */
  void (*confidence) (const LwGrid *grid, int plan_height, int plan_width, int out_height, int out_width, guint8 *confidence);
  /* @levels: the label of every pixel, which becomes how hard it is (hard.h). */
  void (*levels) (const LwGrid *grid, int height, int width, guint8 *levels);
  /* Mean of weights[label] * -log (softmax), weighted, and its gradient by the scores (as grid->scores lies, of float32).
   * @partial: lw_loss_partials () doubles. Returns the loss; *@pixels: those that were counted. */
  double (*loss) (const LwGrid *grid, int height, int width, const guint8 *labels, const float *weights, double *partial, float *gradient, guint64 *pixels);
} LwScoreKernels;

gsize lw_loss_partials (const LwGrid *grid);

typedef struct {
  float rate, decay, momentum, beta2;
  float correction1, correction2;      /* AdamW: 1 - momentum^step, 1 - beta2^step */
  float gradient_factor;               /* clipping */
} LwUpdate;

typedef struct {
  double (*square_sum) (const float *x, gsize count);
  void (*sgd) (const LwUpdate *update, float *weights, const float *gradient, float *velocity, gsize count);
  void (*adamw) (const LwUpdate *update, float *weights, const float *gradient, float *first, float *second, gsize count);
  /* RGB bytes of @n pictures to planes (N, 3, H, W): channel c of the output is bytes[source[c]] * scale[c] + shift[c] */
  void (*normalise) (const guint8 *rgb, int n, gsize pixels, const int *source, const float *scale, const float *shift, LwType type, void *planes);
} LwArrayKernels;

#define LW_SMALL_PIXELS 4096

/* A convolution with a stride of 1, and zero padding. Filters lie in squares of (lanes input channels, lanes output channels), of bfloat16 in
 * (lanes / 2, lanes output channels, 2), whose neighbours are those of the next tap. */
typedef struct {
  int n, in_groups, in_height, in_width, out_groups, out_height, out_width, kernel, pad;
  gsize weight_in, weight_out; /* elements from one group of input channels to the next, and of output channels */
  gboolean flipped;            /* the last tap comes first, as in a gradient by the input */
  gboolean relu;
  LwType type, out_type;
  int threads;
} LwSmallConv;

typedef struct {
  /* Whether there is code for that. */
  gboolean (*fits) (const LwSmallConv *conv);
  /* @bias: (nullable): of whole groups. @scratch: lw_small_sums () floats for each thread. */
  void (*convolve) (const LwSmallConv *conv, const void *x, const void *weights, const float *bias, void *y, float *scratch);
} LwSmallKernels;

static inline gsize
lw_small_sums (const LwSmallConv *conv)
{
  return (gsize) (conv->out_height * conv->out_width) * 64;
}

/* Learned upsampling by two: output (2y + i, 2x + j) is the product of input (y, x) and filters (i, j), which lie in squares as LwSmallConv's, that of column 1 behind that of column 0. */
typedef struct {
  int n, in_groups, out_groups, height, width; /* of the input */
  gsize weight_in, weight_out, weight_row;     /* elements from one group of input channels to the next, of output channels, and from row 0 to row 1 */
  LwType type, out_type;
  int threads;
} LwDoubling;

typedef struct {
  gboolean (*fits) (const LwDoubling *doubling);       /* whether there is code for that */
  /* @bias: (nullable): of whole groups */
  void (*upsample) (const LwDoubling *doubling, const void *x, const void *weights, const float *bias, void *y);
} LwDoublingKernels;

/* A convolution with a stride of 1, and zero padding, by code that also places the filters: winograd.c (float32 in between, whatever the types), direct.c. */
typedef struct {
  int n, in_groups, in_height, in_width, out_groups, out_height, out_width, kernel, pad;
  gboolean relu;
  gboolean sum;                /* adds what @y holds already, before the ReLU */
  LwType type, out_type;
  int threads;
} LwPlacedConv;

typedef struct {
  /* Whether there is code for that. */
  gboolean (*fits) (const LwPlacedConv *conv);
  gsize (*filter_bytes) (const LwPlacedConv *conv);
  /* @filters: (channels, in_channels, kernel, kernel) */
  void (*place_filters) (const LwPlacedConv *conv, int channels, int in_channels, const float *filters, void *placed);
  /* Floats that convolve () needs. */
  gsize (*scratch) (const LwPlacedConv *conv);
  /* @bias: (nullable): of whole groups */
  void (*convolve) (const LwPlacedConv *conv, const void *x, const void *placed, const float *bias, void *y, float *scratch);
} LwPlacedKernels;

typedef struct {
  const char *name;            /* "avx512", "avx2", "plain" */
  int lanes;
  const LwElementKernels *element;
  const LwPoolKernels *pool;
  const LwOverlapKernels *overlap;
  const LwAcrossKernels *across;
  const LwNormKernels *norm;
  const LwResampleKernels *resample;
  const LwScoreKernels *score;
  const LwArrayKernels *array;
  const LwSmallKernels *small;
  const LwDoublingKernels *doubling;
  const LwPlacedKernels *winograd, *direct;
} LwKernels;

/* Those for the instruction set that oneDNN uses, too (ONEDNN_MAX_CPU_ISA limits both). */
const LwKernels *lw_kernels_get (void);
/* Whether the processor multiplies bfloat16 by itself: without, oneDNN would be slower with it than with float32, or refuse. */
gboolean lw_kernels_bfloat16 (void);
