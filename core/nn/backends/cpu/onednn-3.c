/* onednn-3.c: onednn-version.h for oneDNN 3, which has no operation descriptors and keeps memory descriptors to itself */
#include "config.h"
#include "onednn-version.h"

#if DNNL_VERSION_MAJOR != 3
#error "onednn-3.c is for oneDNN 3"
#endif

static const dnnl_dims_t dense;        /* no dilation */

LwMd
lw_desc_md (const LwDesc *desc)
{
  return desc->md;
}

LwDesc *
lw_desc_from_md (LwMd md)
{
  LwDesc *desc = g_new0 (LwDesc, 1);

  if (dnnl_memory_desc_clone (&desc->md, md) != dnnl_success)
    g_error ("oneDNN could not copy a description");            /* some bytes only */
  return desc;
}

LwDesc *
lw_desc_by_tag (dnnl_data_type_t type, int rank, const dnnl_dim_t *dims, dnnl_format_tag_t tag)
{
  LwDesc *desc = g_new0 (LwDesc, 1);

  if (dnnl_memory_desc_create_with_tag (&desc->md, rank, dims, type, tag) != dnnl_success)
    g_assert_not_reached ();
  return desc;
}

void
lw_desc_free (LwDesc *desc)
{
  if (desc == NULL)
    return;
  dnnl_memory_desc_destroy (desc->md);
  g_free (desc);
}

void
lw_desc_dims (const LwDesc *desc, int *dims)
{
  dnnl_dims_t *sizes = NULL;

  if (dnnl_memory_desc_query (desc->md, dnnl_query_dims, &sizes) != dnnl_success)
    g_assert_not_reached ();
  for (int i = 0; i < 4; i++)
    dims[i] = (int) (*sizes)[i];
}

dnnl_data_type_t
lw_desc_type (const LwDesc *desc)
{
  dnnl_data_type_t type = dnnl_data_type_undef;

  if (dnnl_memory_desc_query (desc->md, dnnl_query_data_type, &type) != dnnl_success)
    g_assert_not_reached ();
  return type;
}

static const dnnl_dim_t *
query_dims (const LwDesc *desc, dnnl_query_t what)
{
  dnnl_dims_t *dims = NULL;

  return dnnl_memory_desc_query (desc->md, what, &dims) == dnnl_success ? *dims : NULL;
}

gboolean
lw_desc_blocking (const LwDesc *desc, LwBlocking *blocking)
{
  dnnl_format_kind_t kind = dnnl_format_kind_undef;

  *blocking = (LwBlocking) { query_dims (desc, dnnl_query_padded_dims), query_dims (desc, dnnl_query_strides), query_dims (desc, dnnl_query_inner_blks),
                             query_dims (desc, dnnl_query_inner_idxs), 0 };
  return dnnl_memory_desc_query (desc->md, dnnl_query_format_kind, &kind) == dnnl_success && kind == dnnl_blocked
         && dnnl_memory_desc_query (desc->md, dnnl_query_inner_nblks_s32, &blocking->n_blocks) == dnnl_success && blocking->padded != NULL && blocking->strides != NULL;
}

dnnl_status_t
lw_conv_forward_new (const LwConvArguments *a, dnnl_prop_kind_t kind, const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine, dnnl_primitive_desc_t *pd)
{
  return dnnl_convolution_forward_primitive_desc_create (pd, engine, kind, a->algorithm, a->src, a->weights, a->bias, a->dst, a->strides, dense, a->pad_start,
                                                         a->pad_end, attributes);
}

dnnl_status_t
lw_conv_backward_new (const LwConvArguments *a, gboolean by_data, const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attributes,
                      dnnl_engine_t engine, dnnl_primitive_desc_t *pd)
{
  if (by_data)
    return dnnl_convolution_backward_data_primitive_desc_create (pd, engine, a->algorithm, a->src, a->weights, a->dst, a->strides, dense, a->pad_start, a->pad_end,
                                                                 hint, attributes);
  return dnnl_convolution_backward_weights_primitive_desc_create (pd, engine, a->algorithm, a->src, a->weights, a->bias, a->dst, a->strides, dense, a->pad_start,
                                                                  a->pad_end, hint, attributes);
}

dnnl_status_t
lw_reorder_new (const LwDesc *from, const LwDesc *to, const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine, dnnl_primitive_desc_t *pd)
{
  return dnnl_reorder_primitive_desc_create (pd, from->md, engine, to->md, engine, attributes);
}

void
lw_post_ops_append (dnnl_post_ops_t post_ops, gboolean sum, gboolean relu)
{
  if (sum)
    dnnl_post_ops_append_sum (post_ops, 1.f, 0, dnnl_data_type_undef);
  if (relu)
    dnnl_post_ops_append_eltwise (post_ops, dnnl_eltwise_relu, 0.f, 0.f);
}
