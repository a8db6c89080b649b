/* onednn-version.h: what onednn.c wants from onednn-2.c or onednn-3.c, where the library's major versions differ */
#pragma once

#include "onednn.h"

/* Version 2 lays a description open, version 3 gives a pointer to it. */
struct _LwDesc { dnnl_memory_desc_t md; };
#if DNNL_VERSION_MAJOR == 2
typedef const dnnl_memory_desc_t *LwMd;
#else
typedef const_dnnl_memory_desc_t LwMd;
#endif

LwMd lw_desc_md (const LwDesc *desc);
LwDesc *lw_desc_from_md (LwMd md);
LwDesc *lw_desc_by_tag (dnnl_data_type_t type, int rank, const dnnl_dim_t *dims, dnnl_format_tag_t tag);

/* Lent. Blocks within blocks, and how many numbers lie between the outermost ones, for each side. */
typedef struct { const dnnl_dim_t *padded, *strides, *blocks, *sides; int n_blocks; } LwBlocking;
gboolean lw_desc_blocking (const LwDesc *desc, LwBlocking *blocking);

typedef struct {
  LwMd src, weights, bias, dst;        /* @bias: NULL: none */
  dnnl_dims_t strides, pad_start, pad_end;
  dnnl_alg_kind_t algorithm;
} LwConvArguments;

/* @attributes: NULL: none. A backward pass wants the forward one as a hint. */
dnnl_status_t lw_conv_forward_new (const LwConvArguments *arguments, dnnl_prop_kind_t kind, const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine,
                                   dnnl_primitive_desc_t *pd);
dnnl_status_t lw_conv_backward_new (const LwConvArguments *arguments, gboolean by_data, const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attributes,
                                    dnnl_engine_t engine, dnnl_primitive_desc_t *pd);
dnnl_status_t lw_reorder_new (const LwDesc *from, const LwDesc *to, const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine, dnnl_primitive_desc_t *pd);
void lw_post_ops_append (dnnl_post_ops_t post_ops, gboolean sum, gboolean relu);
