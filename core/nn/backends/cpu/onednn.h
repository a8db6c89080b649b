/* onednn.h: the little of oneDNN that the backend uses, without the descriptors in which its versions differ (onednn-2.c, onednn-3.c) */
#pragma once

#include <dnnl.h>
#include "kernels/kernels.h"
#include "nn/graph/graph.h"

/* What lies in a block of memory: shape, type and layout. */
typedef struct _LwDesc LwDesc;

LwDesc *lw_desc_plain (dnnl_data_type_t type, int rank, const int *dims);                       /* row-major */
/* (N, ceil (C / lanes), H, W, lanes): the channels that fill up the last group are zero */
LwDesc *lw_desc_blocked (dnnl_data_type_t type, int n, int channels, int height, int width, int lanes);
/* Filters in squares of 16 x 16 channels, for kernels/small.c. @dims: O, I, K, K. @by_output: for sums over output channels, so that they are rows of the squares. */
LwDesc *lw_desc_filters (dnnl_data_type_t type, const int *dims, gboolean by_output);
/* For kernels/doubling.c: with 16 lanes all input channels' squares for a group of outputs one after the other, else the other way round. */
LwDesc *lw_desc_doubling_filters (dnnl_data_type_t type, const int *dims, int lanes);
LwDesc *lw_desc_bytes_new (gsize bytes);
void lw_desc_free (LwDesc *desc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwDesc, lw_desc_free)
gsize lw_desc_bytes (const LwDesc *desc);
gboolean lw_desc_equal (const LwDesc *a, const LwDesc *b);
LwDesc *lw_desc_copy (const LwDesc *desc);
void lw_desc_dims (const LwDesc *desc, int *dims);      /* of four */
dnnl_data_type_t lw_desc_type (const LwDesc *desc);
/* How filters (O, I, K, K) lie: squares of channels, of @square numbers without a gap, so many of them along outputs and inputs. Numbers from one square to the next
 * along outputs and inputs, and from one tap to the next along rows and columns. */
typedef struct { gsize square, counts[2], strides[4]; } LwFilterLayout;
gboolean lw_desc_filter_layout (const LwDesc *desc, LwFilterLayout *layout);       /* FALSE: it is none such */
/* Memory that is lent to the library: @data may be NULL and be given later. */
dnnl_memory_t lw_desc_memory (const LwDesc *desc, dnnl_engine_t engine, void *data);

typedef enum { LW_CONV_INFERENCE, LW_CONV_FORWARD, LW_CONV_BACKWARD_DATA, LW_CONV_BACKWARD_WEIGHTS } LwConvPass;

typedef struct {
  int in_channels, channels, kernel, stride, pad;
  gboolean bias, relu;           /* @relu: the library applies it to the output (forward passes) */
  gboolean sum;                  /* adds what the output's memory holds already, before the ReLU (forward passes) */
} LwConvShape;

/* One pass of one convolution: compiled code, and the layout in which it wants its weights. */
typedef struct {
  dnnl_primitive_t primitive;    /* NULL: one of the next three */
  LwSmallConv *small;            /* run by kernels/small.c */
  LwDoubling *doubling;          /* by kernels/doubling.c (up-conv.c) */
  LwPlacedConv *placed;          /* by @placed_by, which also places the weights */
  const LwPlacedKernels *placed_by;
  LwDesc *weights;
  gsize scratch;                 /* bytes */
  char *implementation;          /* the library's own name of the code it chose */
} LwConvCode;

/* @src, @dst: layouts of the activations, or of their gradients. @weights: type of the weights, or of their gradient; their layout is the library's choice.
 * Returns: NULL with LW_NET_ERROR_UNSUPPORTED if the library has no such code. */
LwConvCode *lw_conv_code_new (dnnl_engine_t engine, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst,
                              dnnl_data_type_t weights, GError **error);
void lw_conv_code_free (LwConvCode *code);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwConvCode, lw_conv_code_free)

/* Converts type and layout. @scratch: (out) bytes. */
dnnl_primitive_t lw_reorder_code_new (dnnl_engine_t engine, const LwDesc *from, const LwDesc *to, gsize *scratch, GError **error);

/* LW_NET_ERROR_DEVICE (or _MEMORY, _UNSUPPORTED) for a status that is no success. */
gboolean lw_onednn_check (dnnl_status_t status, const char *what, GError **error);
