/* onednn-2.c: onednn-version.h for oneDNN 2, whose primitives are made from operation descriptors */
#include "config.h"
#include "onednn-version.h"

#if DNNL_VERSION_MAJOR != 2
#error "onednn-2.c is for oneDNN 2"
#endif

LwMd
lw_desc_md (const LwDesc *desc)
{
  return &desc->md;
}

LwDesc *
lw_desc_from_md (LwMd md)
{
  LwDesc *desc = g_new (LwDesc, 1);

  desc->md = *md;
  return desc;
}

LwDesc *
lw_desc_by_tag (dnnl_data_type_t type, int rank, const dnnl_dim_t *dims, dnnl_format_tag_t tag)
{
  LwDesc *desc = g_new (LwDesc, 1);

  if (dnnl_memory_desc_init_by_tag (&desc->md, rank, dims, type, tag) != dnnl_success)
    g_assert_not_reached ();
  return desc;
}

void
lw_desc_free (LwDesc *desc)
{
  g_free (desc);
}

void
lw_desc_dims (const LwDesc *desc, int *dims)
{
  for (int i = 0; i < 4; i++)
    dims[i] = (int) desc->md.dims[i];
}

dnnl_data_type_t
lw_desc_type (const LwDesc *desc)
{
  return desc->md.data_type;
}

gboolean
lw_desc_blocking (const LwDesc *desc, LwBlocking *blocking)
{
  const dnnl_blocking_desc_t *b = &desc->md.format_desc.blocking;

  *blocking = (LwBlocking) { desc->md.padded_dims, b->strides, b->inner_blks, b->inner_idxs, b->inner_nblks };
  return desc->md.format_kind == dnnl_blocked;
}

dnnl_status_t
lw_conv_forward_new (const LwConvArguments *a, dnnl_prop_kind_t kind, const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine, dnnl_primitive_desc_t *pd)
{
  dnnl_convolution_desc_t op;
  dnnl_status_t status = dnnl_convolution_forward_desc_init (&op, kind, a->algorithm, a->src, a->weights, a->bias, a->dst, a->strides, a->pad_start, a->pad_end);

  return status == dnnl_success ? dnnl_primitive_desc_create (pd, &op, attributes, engine, NULL) : status;
}

dnnl_status_t
lw_conv_backward_new (const LwConvArguments *a, gboolean by_data, const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attributes,
                      dnnl_engine_t engine, dnnl_primitive_desc_t *pd)
{
  dnnl_convolution_desc_t op;
  dnnl_status_t status;

  if (by_data)
    status = dnnl_convolution_backward_data_desc_init (&op, a->algorithm, a->src, a->weights, a->dst, a->strides, a->pad_start, a->pad_end);
  else
    status = dnnl_convolution_backward_weights_desc_init (&op, a->algorithm, a->src, a->weights, a->bias, a->dst, a->strides, a->pad_start, a->pad_end);
  return status == dnnl_success ? dnnl_primitive_desc_create (pd, &op, attributes, engine, hint) : status;
}

dnnl_status_t
lw_reorder_new (const LwDesc *from, const LwDesc *to, const_dnnl_primitive_attr_t attributes, dnnl_engine_t engine, dnnl_primitive_desc_t *pd)
{
  return dnnl_reorder_primitive_desc_create (pd, &from->md, engine, &to->md, engine, attributes);
}

void
lw_post_ops_append (dnnl_post_ops_t post_ops, gboolean sum, gboolean relu)
{
  if (sum)
    dnnl_post_ops_append_sum (post_ops, 1.f);
  if (relu)
    dnnl_post_ops_append_eltwise (post_ops, 1.f, dnnl_eltwise_relu, 0.f, 0.f);
}
