/* convolution.h: convolutions as cuDNN's graph interface knows them: a shape in, compiled plans out. The only place that knows its descriptors. */
#pragma once
#include <cudnn.h>
#include "kernels/kernels.h"
#include "nn/graph/graph.h"

typedef enum {
  LW_CONV_FORWARD,             /* y = x * w */
  LW_CONV_FORWARD_BIAS,        /* y = x * w + bias */
  LW_CONV_FORWARD_BIAS_RELU,   /* y = max (x * w + bias, 0) */
  LW_CONV_BACKWARD_DATA,       /* x = y * w transposed */
  LW_CONV_BACKWARD_FILTER,     /* w = x correlated with y */
} LwConvPass;

/* x (n, h, w, c), y (n, out_h, out_w, k), both NHWC; w (k, kernel, kernel, c); bias (k), float32. Channels are multiples of 8, as kernels.h has them. */
typedef struct {
  LwConvPass pass;
  LwCudaType type;             /* of the inputs */
  LwCudaType out_type;         /* of what the pass computes */
  int n, c, h, w, k, out_h, out_w, kernel, stride, pad;
} LwConvShape;

/* What a convolution may not do. */
typedef enum {
  LW_CONV_ANY = 0,
  LW_CONV_DETERMINISTIC = 1,   /* the same bits each time */
  LW_CONV_STRICT = 2,          /* no rounding of inputs to fewer bits, no Winograd, no Fourier transform */
} LwConvRules;

typedef struct {
  cudnnBackendDescriptor_t plan;
  LwConvShape shape;
  gsize workspace;             /* bytes */
  char *name;                  /* engine and its settings, for the plan key */
} LwConvCode;

gboolean lw_cudnn_check (cudnnStatus_t status, const char *what, GError **error);

/* At most @most plans for @shape that keep @rules and need no more than @workspace bytes, the one that cuDNN believes fastest first.
 * An empty array: cuDNN has none. (transfer full) */
GPtrArray *lw_conv_codes_new (cudnnHandle_t cudnn, const LwConvShape *shape, LwConvRules rules, gsize workspace, guint most, GError **error);
void lw_conv_code_free (LwConvCode *code);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwConvCode, lw_conv_code_free)

/* Two are operands and the third receives the result, as the pass says. @bias: of the passes that have one. */
cudnnStatus_t lw_conv_code_run (cudnnHandle_t cudnn, const LwConvCode *code, void *x, void *w, void *bias, void *y, void *workspace);
