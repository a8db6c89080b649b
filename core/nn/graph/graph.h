/* graph.h: a network as a list of layers: shapes of channels only, no picture size, no layout, no device */
#pragma once

#include <glib.h>

#define LW_NET_ERROR (lw_net_error_quark ())
typedef enum {
  LW_NET_ERROR_SHAPE,       /* shapes disagree: the message names the tensor, what was found and what was expected */
  LW_NET_ERROR_FORMAT,      /* a weights file that is damaged or not what it says */
  LW_NET_ERROR_VALUE,       /* NaN or infinity where there must be none */
  LW_NET_ERROR_MEMORY,
  LW_NET_ERROR_DEVICE,      /* the device or its library failed */
  LW_NET_ERROR_UNSUPPORTED, /* e.g. bfloat16 on a processor without it */
  LW_NET_ERROR_CANCELLED,
  LW_NET_ERROR_IO,
  LW_NET_ERROR_ABSENT,      /* there is no such device in this computer, which is nothing to worry about */
} LwNetError;
GQuark lw_net_error_quark (void);
/* Sets the error; FALSE, so that a caller can return it. */
G_GNUC_PRINTF (3, 4) gboolean lw_net_fail (GError **error, LwNetError code, const char *format, ...);

typedef enum {
  LW_OP_INPUT,              /* (N, 3, H, W), already normalised */
  LW_OP_CONV,               /* stride, pad, bias; weights (out, in, k, k) */
  LW_OP_DECONV,             /* bilinear, fixed, depthwise: kernel 2 * stride; tap i of a row is 1 - |i - stride + 0.5| / stride. No parameters. Output
                               (in - 1) * stride + kernel - 2 * pad: with pad stride / 2 exactly stride times the input's size; 0 for the original padding */
  LW_OP_UP_CONV,            /* learned upsampling: a transposed convolution whose kernel is its stride, 2, so that no two inputs meet in an output. Weights
                               (in, out, 2, 2), as PyTorch's ConvTranspose2d has them; bias. Output: twice the input's size, where row 2y + i comes from row y */
  LW_OP_MAX_POOL,           /* kernel, stride, pad: 2, 2, 0, or 3, 2, 1 (ResNet). What is padded never wins; of equal elements the first one does. @ceil_mode
                               rounds the output's size up, as PyTorch: a last window that would start in the padding is left out */
  LW_OP_UNPOOL,             /* by the indices of @pool, whose windows may not overlap; output has that pool's input size */
  LW_OP_LRN,                /* across channels, as PyTorch's local_response_norm: y = x / (@value + @alpha / @kernel * sum of x² over the @kernel channels
                               from c - @kernel / 2 on, those that are there) ^ @beta */
  LW_OP_BATCH_NORM,         /* weight, bias, running_mean, running_var; epsilon @value. Training normalises by the batch's mean and biased variance over
                               n, h, w and moves running = 0.9 running + 0.1 batch (variance with m / (m - 1)); else by the running values */
  LW_OP_RELU,
  LW_OP_DROPOUT,            /* training only: elements kept by lw_dropout_keep (backends/dropout.h), divided by 1 - @value */
  LW_OP_SCALE,              /* by the constant @value (FCN-8s at once: 0.01, 0.0001) */
  LW_OP_CROP,               /* first input cut to the second one's size, starting at row and column @offset */
  LW_OP_ADD,
  LW_OP_CONCAT,             /* channels of the first input, then of the second one */
  LW_OP_SCORE,              /* the end: the input is the score grid (N, C, h, w) at @stride of the picture; the final pass upsamples it bilinearly
                               to the picture, then softmax, argmax and confidence, or the loss. Row y of the picture lies at row
                               (y + offset + 0.5) / stride - 0.5 of the grid, held within it (edges repeated); columns alike */
} LwOpKind;

typedef struct {
  LwOpKind kind;
  int inputs[2];            /* node numbers, all smaller than its own; -1: none */
  int in_channels, channels;/* of the first input, and of the output */
  int kernel, stride, pad;
  gboolean bias, ceil_mode, frozen;
  float rate_factor;        /* its parameters learn so many times as fast as the step says; 1 unless a recipe sets it */
  int offset;
  int pool;                 /* LW_OP_UNPOOL: the node whose indices it uses */
  float value;              /* LW_OP_SCALE's factor; LW_OP_DROPOUT's rate; LW_OP_BATCH_NORM's epsilon; LW_OP_LRN's constant k */
  float alpha, beta;        /* LW_OP_LRN */
  char name[48];            /* unique; of layers with parameters the tensors are `<name>.weight`, `<name>.bias`, … */
} LwNode;

/* Built once, then read only. */
typedef struct {
  char *architecture;       /* "fcn8s", … (networks/list.h) */
  int classes;
  GArray *nodes;            /* of LwNode, in order of execution */
} LwGraph;

LwGraph *lw_graph_copy (const LwGraph *graph);
void lw_graph_free (LwGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwGraph, lw_graph_free)

static inline const LwNode *
lw_graph_node (const LwGraph *graph, int i)
{
  return &g_array_index (graph->nodes, LwNode, i);
}

/* Height and width of every node for a picture of @height x @width: arrays of nodes->len. */
gboolean lw_graph_sizes (const LwGraph *graph, int height, int width, int *heights, int *widths, GError **error);

/* Parameter tensors in a fixed order (that of the nodes; weight, bias, running_mean, running_var). */
typedef struct { char name[64]; int node; int dims[4]; int rank; gsize count; gboolean trainable; } LwTensorInfo;
GArray *lw_graph_tensors (const LwGraph *graph);
guint64 lw_graph_macs (const LwGraph *graph, int height, int width);      /* multiply-accumulates of one forward pass */
