/* kernels.h: the launches of the CUDA backend's own kernels: everything but convolutions
 *
 * Layout. An activation is (n, h, w, cp): channels last and padded to a multiple of 8. Padded channels are zero; every kernel here that writes an
 * activation or a gradient keeps them so, and may rely on it. Pointers are device pointers, aligned to 16 bytes, unless they are said to be the host's.
 * Inputs and outputs must not overlap, except where "in place" is said.
 *
 * Types. Where a function takes one shape for several arrays, all have its type; where it takes two, each array has that of its shape. Arithmetic is
 * float32 (sums over pictures: float32 within a block's share, float64 between them); a bfloat16 result is rounded to the nearest, ties to even.
 *
 * Determinism. Every result is a pure function of the inputs: sums are taken in an order that depends on shapes only, and no atomic touches a float.
 *
 * @add: the gradient is added to what is in the output instead of replacing it (for a node that is used more than once).
 *
 * Every launch may be captured into a CUDA graph: no allocation, no synchronisation; arguments behind pointers are read when the kernel runs. Shapes and
 * pointers are taken from the arguments. Returns the error of the launch; cudaErrorInvalidValue for shapes that do not fit together.
 */
#pragma once
#include <cuda_runtime_api.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LW_CUDA_MAX_SIDE 16384         /* px of a plan's picture, and … */
#define LW_CUDA_MAX_FRAME 32768        /* … of an output frame: positions are exact in 32 bits up to here */

typedef enum { LW_CUDA_F32, LW_CUDA_BF16 } LwCudaType;

typedef struct {
  int n, h, w;
  int c, cp;                   /* real channels, and padded to a multiple of 8 */
  LwCudaType type;
} LwCudaShape;

/* Rows of K filters over C channels, padded likewise: (kp, r, s, cp). A learned upsampling's weights (in, out, 2, 2) have k = in and c = out. */
typedef struct {
  int k, kp, r, s, c, cp;
} LwCudaFilter;

/* What changes from step to step; one on the device, written before the step. The host computes it in float64 and rounds. */
typedef struct {
  uint64_t dropout;             /* lw_random_mix (seed) + step * 4096: the key of node i is lw_random_mix (dropout + i) */
  int32_t drops;                /* 0: dropout hands everything on unscaled (gradients for tests, validation) */
  float rate, bias_rate;       /* bias_rate: of biases of convolutions, rate * bias_rate_factor */
  float momentum, beta2, decay;
  float correction1, correction2;      /* AdamW: 1 - momentum^t, 1 - beta2^t */
  float clip_norm;             /* 0: none */
  int32_t hard_level;          /* lw_loss_hard_level () */
  float hard_share;
} LwCudaStep;

/* What a step gives back; one on the device, read after it. */
typedef struct {
  double loss;
  double weight_sum;           /* sum of w[label] */
  uint64_t pixels;              /* with a label */
  double gradient_norm;        /* before clipping */
  float clip;                  /* factor by which clipping shortens the gradient; 1: not at all */
  int32_t finite;               /* loss and norm are; else the update and the running values left everything alone */
} LwCudaStats;

/* ---- input.cu ---- */

/* As LwInputTransform: y = (rgb[source] / 255 - mean[source]) / std[source], source = bgr ? 2 - c : c. By value: it belongs to the plan. */
typedef struct { float mean[3], std[3]; int bgr; } LwCudaTransform;
/* @rgb: n x h x w x 3 bytes, any alignment. @out has c = 3. */
cudaError_t lw_cuda_input_bytes (cudaStream_t stream, const uint8_t *rgb, LwCudaTransform transform, LwCudaShape out, void *y);
/* @input: (n, 3, h, w) float32, normalised */
cudaError_t lw_cuda_input_floats (cudaStream_t stream, const float *input, LwCudaShape out, void *y);

/* ---- patches.cu ---- */

/* A convolution over the picture of @h x @w; kernel 3, 5 or 7. */
typedef struct { int kernel, stride, pad, h, w; } LwCudaWindow;
/* What each of its positions sees: @out has the convolution's height and width and 3 * kernel * kernel channels, number (c * kernel + ky) * kernel + kx;
 * outside the picture zero. @input as lw_cuda_input_floats has it. */
cudaError_t lw_cuda_patch_bytes (cudaStream_t stream, const uint8_t *rgb, LwCudaTransform transform, LwCudaWindow window, LwCudaShape out, void *y);
cudaError_t lw_cuda_patch_floats (cudaStream_t stream, const float *input, LwCudaWindow window, LwCudaShape out, void *y);

/* ---- layout.cu ---- */

/* (k, c, r, s) float32 -> (kp, r, s, cp) of @type, padding zero; and back from float32. A bias is a filter with c = k channels: k = kp = r = s = 1. */
cudaError_t lw_cuda_filter_to_device (cudaStream_t stream, LwCudaFilter filter, const float *oihw, LwCudaType type, void *krsc);
cudaError_t lw_cuda_filter_from_device (cudaStream_t stream, LwCudaFilter filter, const float *krsc, float *oihw);
/* (n, c, h, w) float32 of an activation */
cudaError_t lw_cuda_to_nchw (cudaStream_t stream, LwCudaShape in, const void *x, float *nchw);
/* @count elements, a multiple of 8 */
cudaError_t lw_cuda_cast (cudaStream_t stream, size_t count, LwCudaType from, const void *x, LwCudaType to, void *y);

/* ---- elementwise.cu ---- */

/* y = max (x, 0). In place. */
cudaError_t lw_cuda_relu (cudaStream_t stream, LwCudaShape shape, const void *x, void *y);
/* dx = y > 0 ? factor * dy : 0. In place (dx = dy) without @add. With @y the output of a dropout behind a ReLU and @factor 1 / (1 - rate), this is the
 * gradient of both at once. */
cudaError_t lw_cuda_relu_backward (cudaStream_t stream, LwCudaShape shape, const void *y, const void *dy, float factor, int add, void *dx);
/* y = kept ? x / (1 - rate) : 0, kept as lw_dropout_keep says for element (n, c, h, w) of node @node. Its own backward pass, with dy for x and @add.
 * In place without @add. */
cudaError_t lw_cuda_dropout (cudaStream_t stream, LwCudaShape shape, const void *x, float rate, int node, const LwCudaStep *step, int add, void *y);
/* y = factor * x (+ y); between types too. Same sizes and channels. In place where the types agree. */
cudaError_t lw_cuda_scale (cudaStream_t stream, LwCudaShape in, const void *x, float factor, int add, LwCudaShape out, void *y);
/* y = a + b; one type. In place. */
cudaError_t lw_cuda_add (cudaStream_t stream, LwCudaShape shape, const void *a, const void *b, void *y);
/* y = x[:, offset:offset + out.h, offset:offset + out.w]; between types too */
cudaError_t lw_cuda_crop (cudaStream_t stream, LwCudaShape in, const void *x, int offset, LwCudaShape out, void *y);
/* @in, @dx: of the full size; zero outside the cut (with @add: left alone) */
cudaError_t lw_cuda_crop_backward (cudaStream_t stream, LwCudaShape out, const void *dy, int offset, int add, LwCudaShape in, void *dx);
/* y = channels of a, then those of b; out.c = a.c + b.c. One type. */
cudaError_t lw_cuda_concat (cudaStream_t stream, LwCudaShape a, const void *xa, LwCudaShape b, const void *xb, LwCudaShape out, void *y);
/* The gradient of the part whose channels start at @first of @out. */
cudaError_t lw_cuda_concat_backward (cudaStream_t stream, LwCudaShape out, const void *dy, int first, int add, LwCudaShape part, void *dx);

/* ---- pool.cu ---- */

/* 2x2 by 2 (kernel 2, stride 2, pad 0; the output may be rounded up) or any kernel up to 3 with its stride and padding. */
typedef struct { int kernel, stride, pad; } LwCudaPool;
/* @index: n x out.h x out.w x cp bytes: the winner's ky * kernel + kx; the first of equals in that order, padding never wins. NULL: not wanted (inference).
 * @relu: y = max (y, 0) at once, so that the ReLU before it needs no pass of its own. */
cudaError_t lw_cuda_max_pool (cudaStream_t stream, LwCudaPool pool, LwCudaShape in, const void *x, int relu, LwCudaShape out, void *y, uint8_t *index);
/* Writes (or adds to) all of @dx. @y: the pool's output, NULL: none: where it is not above zero nothing goes back, which is the gradient of the ReLU
 * before the pool as well. */
cudaError_t lw_cuda_max_pool_backward (cudaStream_t stream, LwCudaPool pool, LwCudaShape out, const void *dy, const void *y, const uint8_t *index, int add,
                                       LwCudaShape in, void *dx);
/* 2x2 by 2 only: writes all of @y: x where @index says, else 0 */
cudaError_t lw_cuda_unpool (cudaStream_t stream, LwCudaShape in, const void *x, const uint8_t *index, LwCudaShape out, void *y);
cudaError_t lw_cuda_unpool_backward (cudaStream_t stream, LwCudaShape out, const void *dy, const uint8_t *index, int add, LwCudaShape in, void *dx);

/* ---- deconv.cu: bilinear upsampling by a transposed convolution (graph.h: LW_OP_DECONV), with what stands behind it ---- */

/* y = up (x) cut from row and column @cut on, to out's size; + skip cut from @skip_cut on, if there is one. With no skip: @skip NULL. @skip_shape's type
 * counts. up (x) has the size (in - 1) * stride + 2 * stride - 2 * pad. */
cudaError_t lw_cuda_up (cudaStream_t stream, int stride, int pad, LwCudaShape in, const void *x, int cut, LwCudaShape skip_shape, const void *skip,
                        int skip_cut, LwCudaShape out, void *y);
/* The gradient by x; that by skip is dy itself, or lw_cuda_crop_backward. */
cudaError_t lw_cuda_up_backward (cudaStream_t stream, int stride, int pad, int cut, LwCudaShape out, const void *dy, int add, LwCudaShape in, void *dx);

/* ---- norm.cu: batch normalisation. Arrays of cp floats; of padded channels all are zero. ---- */

/* Bytes of @workspace for the sums over an activation of this shape (norm.cu and bias.cu). */
size_t lw_cuda_sums_workspace (LwCudaShape shape);

typedef struct {
  const float *gain, *bias;    /* parameters */
  const float *running_mean, *running_variance;
  float epsilon;
  float *mean, *variance;      /* of the batch (biased); written by lw_cuda_norm_statistics */
  float *inverse;              /* 1 / sqrt (variance + epsilon) */
  float *scale, *shift;        /* y = scale x + shift */
} LwCudaNorm;
/* Training: mean, variance, inverse, scale and shift from the batch. */
cudaError_t lw_cuda_norm_statistics (cudaStream_t stream, LwCudaShape shape, const void *x, LwCudaNorm norm, void *workspace);
/* Inference, or frozen: inverse, scale and shift from the running values; mean and variance become copies of these. */
cudaError_t lw_cuda_norm_running (cudaStream_t stream, int c, int cp, LwCudaNorm norm);
/* y = scale[c] x + shift[c], then max (y, 0) if @relu. @scale NULL: 1 (adds a bias). In place. */
cudaError_t lw_cuda_affine (cudaStream_t stream, LwCudaShape shape, const void *x, const float *scale, const float *shift, int relu, void *y);
/* The same and a max pool of it, without the full-sized output. @index as in lw_cuda_max_pool. */
cudaError_t lw_cuda_affine_pool (cudaStream_t stream, LwCudaPool pool, LwCudaShape in, const void *x, const float *scale, const float *shift, int relu,
                                 LwCudaShape out, void *y, uint8_t *index);
/* @dgain = sum dz x^, @dbias = sum dz, with x^ = (x - mean) * inverse and dz = dy, or (@relu) dy where scale x + shift > 0.
 * @dx = scale (dz - (dbias + x^ dgain) / m) for the batch's statistics, scale dz for the running ones (@batch 0: frozen). @dx NULL: not wanted; @dgain and
 * @dbias are always written (a frozen plan points them at scratch). A 2x2 pool behind it: lw_cuda_norm_pool_backward; another: its gradient first. */
cudaError_t lw_cuda_norm_backward (cudaStream_t stream, LwCudaShape shape, const void *x, const void *dy, LwCudaNorm norm, int relu, int batch, int add,
                                   void *workspace, float *dgain, float *dbias, void *dx);
/* The same for what lw_cuda_affine_pool did with a pool of 2x2 by 2: @dy and @index have the pool's size @out. @workspace: for the sums over @in. */
cudaError_t lw_cuda_norm_pool_backward (cudaStream_t stream, LwCudaShape in, const void *x, LwCudaShape out, const void *dy, const uint8_t *index,
                                        LwCudaNorm norm, int relu, int batch, int add, void *workspace, float *dgain, float *dbias, void *dx);
/* All layers' running values at once, at the end of a step: 0.9 running + 0.1 batch (variance * m / (m - 1)). @table on the device. Does nothing where
 * stats->finite is 0. */
typedef struct { const float *mean, *variance; float *running_mean, *running_variance; int cp; double m; } LwCudaRunning;
cudaError_t lw_cuda_norm_keep (cudaStream_t stream, const LwCudaRunning *table, int layers, const LwCudaStats *stats);

/* ---- bias.cu ---- */

/* @dbias (cp floats) = sum over n, h, w of dy, or of dy where y > 0 (@y NULL: everywhere). In front of a max pool: give the pool's output and its
 * gradient, a quarter of the elements. */
cudaError_t lw_cuda_bias_gradient (cudaStream_t stream, LwCudaShape shape, const void *dy, const void *y, void *workspace, float *dbias);
/* lw_cuda_relu_backward (factor 1 if no dropout lies between) and the bias' gradient in one pass. In place (dx = dy). */
cudaError_t lw_cuda_relu_bias_backward (cudaStream_t stream, LwCudaShape shape, const void *y, const void *dy, float factor, void *workspace, void *dx,
                                        float *dbias);

/* ---- project.cu: a 1x1 convolution to a few channels ---- */

/* y = x * w + bias. @w: (out.cp, in.cp) of @in's type; @bias: out.cp floats, or NULL. Sums in float32. */
cudaError_t lw_cuda_project (cudaStream_t stream, LwCudaShape in, const void *x, const void *w, const float *bias, LwCudaShape out, void *y);

/* ---- score.cu ---- */

/* The score node: @grid is the shape of its input, with c classes. */
typedef struct { LwCudaShape grid; int stride, offset; int height, width; } LwCudaScore;       /* height, width: of the plan's picture */
/* On the device: the size of the result; a graph stays good for every frame size. 1 … LW_CUDA_MAX_FRAME each. */
typedef struct { int32_t height, width; } LwCudaFrame;
/* As ref/score.c. @labels: n x height x width bytes; @confidence: n x ceil (height / 4) x ceil (width / 4); either NULL: not wanted.
 * @most: the largest frame for which the arrays have room (host value; sizes the launch). */
cudaError_t lw_cuda_score (cudaStream_t stream, LwCudaScore score, const void *scores, const LwCudaFrame *frame, LwCudaFrame most, uint8_t *labels,
                           uint8_t *confidence);
size_t lw_cuda_loss_workspace (LwCudaScore score);
/* @labels: n x height x width channels, >= classes: ignored. @class_weights: classes floats; NULL: 1. Writes loss, weight_sum and pixels of @stats and the
 * gradient by the grid, of the grid's type (@gradient NULL: not wanted). Everything zero if nothing is labelled. */
cudaError_t lw_cuda_loss (cudaStream_t stream, LwCudaScore score, const void *scores, const uint8_t *labels, const float *class_weights, void *workspace,
                          LwCudaStats *stats, void *gradient);

/* ---- hard.cu ---- */

size_t lw_cuda_hard_workspace (LwCudaScore score);
/* @hard: of those of @labels whose pixels count, with step->hard_level and step->hard_share (hard.h), a copy; 255 where they don't. */
cudaError_t lw_cuda_hard (cudaStream_t stream, LwCudaScore score, const void *scores, const uint8_t *labels, const LwCudaStep *step, void *workspace,
                          uint8_t *hard);

/* ---- optimizer.cu: backend.h's definition over all parameters at once ---- */

typedef struct {
  float *value;                /* master: layout of the device, padded elements zero (and stay zero, as their gradient is) */
  const void *gradient;        /* of @gradient_type */
  float *first, *second;       /* second NULL for SGD */
  void *copy;                  /* bfloat16 values for the next step; NULL: none */
  size_t count;                /* a multiple of 4, padding included */
  size_t first_chunk;          /* number of chunks of all tensors before it: filled by lw_cuda_optimizer_chunks */
  LwCudaType gradient_type;
  float rate_factor;           /* of the layer: its rate is so many times that of the step (both optimizers) */
  int32_t conv_bias;           /* uses bias_rate */
  int32_t decays;              /* rank above 1 */
} LwCudaTensor;
/* On the host's table, before it goes to the device: fills first_chunk; returns the chunks of all. */
size_t lw_cuda_optimizer_chunks (LwCudaTensor *table, int tensors);
size_t lw_cuda_optimizer_workspace (void);
/* Writes gradient_norm, clip and finite of @stats (finite: norm and stats->loss). */
cudaError_t lw_cuda_gradient_norm (cudaStream_t stream, const LwCudaTensor *table, int tensors, size_t chunks, const LwCudaStep *step, void *workspace,
                                   LwCudaStats *stats);
/* Nothing where stats->finite is 0. */
cudaError_t lw_cuda_sgd (cudaStream_t stream, const LwCudaTensor *table, int tensors, size_t chunks, const LwCudaStep *step, const LwCudaStats *stats);
cudaError_t lw_cuda_adamw (cudaStream_t stream, const LwCudaTensor *table, int tensors, size_t chunks, const LwCudaStep *step, const LwCudaStats *stats);

/* ---- lrn.cu ---- */

/* y = x / (k + alpha / size * sum of x² over channels c - size / 2 … c + (size - 1) / 2)^beta: PyTorch's local_response_norm. size at most 32. */
typedef struct { int size; float alpha, beta, k; } LwCudaLrn;
cudaError_t lw_cuda_lrn (cudaStream_t stream, LwCudaLrn lrn, LwCudaShape shape, const void *x, void *y);
cudaError_t lw_cuda_lrn_backward (cudaStream_t stream, LwCudaLrn lrn, LwCudaShape shape, const void *x, const void *dy, int add, void *dx);

#ifdef __cplusplus
}
#endif
