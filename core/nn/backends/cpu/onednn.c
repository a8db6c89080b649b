/* onednn.c: onednn.h, as far as the library's versions agree */
#include "config.h"
#include "onednn-version.h"
#include <glib/gi18n-lib.h>

gboolean
lw_onednn_check (dnnl_status_t status, const char *what, GError **error)
{
  if (status == dnnl_success)
    return TRUE;
  if (status == dnnl_out_of_memory)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY, _("%s: not enough memory"), what);
  else if (status == dnnl_unimplemented)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_UNSUPPORTED, _("%s: oneDNN has no code for this on this processor"), what);
  else
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_DEVICE, _("%s: oneDNN failed with status %d"), what, (int) status);
  return FALSE;
}

LwDesc *
lw_desc_plain (dnnl_data_type_t type, int rank, const int *dims)
{
  static const dnnl_format_tag_t tags[] = { dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd };
  dnnl_dims_t sizes;

  g_assert (rank >= 1 && rank <= 4);
  for (int i = 0; i < rank; i++)
    sizes[i] = dims[i];
  return lw_desc_by_tag (type, rank, sizes, tags[rank]);
}

LwDesc *
lw_desc_blocked (dnnl_data_type_t type, int n, int channels, int height, int width, int lanes)
{
  return lw_desc_by_tag (type, 4, (dnnl_dims_t) { n, channels, height, width }, lanes == 16 ? dnnl_nChw16c : dnnl_nChw8c);
}

LwDesc *
lw_desc_filters (dnnl_data_type_t type, const int *dims, gboolean by_output)
{
  dnnl_format_tag_t forward = type == dnnl_f32 ? dnnl_OIhw16i16o : dnnl_OIhw8i16o2i, backward = type == dnnl_f32 ? dnnl_OIhw16o16i : dnnl_OIhw8o16i2o;

  return lw_desc_by_tag (type, 4, (dnnl_dims_t) { dims[0], dims[1], dims[2], dims[3] }, by_output ? backward : forward);
}

LwDesc *
lw_desc_doubling_filters (dnnl_data_type_t type, const int *dims, int lanes)
{
  dnnl_format_tag_t wide = type == dnnl_f32 ? dnnl_IOhw16o16i : dnnl_IOhw8o16i2o;

  return lw_desc_by_tag (type, 4, (dnnl_dims_t) { dims[0], dims[1], dims[2], dims[3] }, lanes == 16 ? wide : dnnl_OIhw8o8i);
}

LwDesc *
lw_desc_bytes_new (gsize bytes)
{
  return lw_desc_by_tag (dnnl_u8, 1, (dnnl_dims_t) { (dnnl_dim_t) bytes }, dnnl_a);
}

gsize
lw_desc_bytes (const LwDesc *desc)
{
  return dnnl_memory_desc_get_size (lw_desc_md (desc));
}

gboolean
lw_desc_equal (const LwDesc *a, const LwDesc *b)
{
  return dnnl_memory_desc_equal (lw_desc_md (a), lw_desc_md (b)) != 0;
}

LwDesc *
lw_desc_copy (const LwDesc *desc)
{
  return lw_desc_from_md (lw_desc_md (desc));
}

gboolean
lw_desc_filter_layout (const LwDesc *desc, LwFilterLayout *layout)
{
  gsize blocks[2] = { 1, 1 };
  LwBlocking b;

  if (!lw_desc_blocking (desc, &b))
    return FALSE;
  for (int i = 0; i < b.n_blocks; i++)
    {
      if (b.sides[i] > 1)
        return FALSE;
      blocks[b.sides[i]] *= (gsize) b.blocks[i];
    }
  layout->square = blocks[0] * blocks[1];
  for (int side = 0; side < 2; side++)
    layout->counts[side] = (gsize) b.padded[side] / blocks[side];
  for (int side = 0; side < 4; side++)
    layout->strides[side] = (gsize) b.strides[side];
  return TRUE;
}

dnnl_memory_t
lw_desc_memory (const LwDesc *desc, dnnl_engine_t engine, void *data)
{
  dnnl_memory_t memory = NULL;

  if (dnnl_memory_create (&memory, lw_desc_md (desc), engine, data != NULL ? data : DNNL_MEMORY_NONE) != dnnl_success)
    g_error ("oneDNN could not describe a block of memory");        /* allocates some bytes only */
  return memory;
}

/* All our primitives borrow their scratch memory from the plan, so that running allocates nothing. */
static dnnl_primitive_attr_t
attributes_new (gboolean sum, gboolean relu)
{
  dnnl_primitive_attr_t attributes;
  dnnl_post_ops_t post_ops;

  if (dnnl_primitive_attr_create (&attributes) != dnnl_success)
    g_error ("oneDNN could not allocate attributes");
  dnnl_primitive_attr_set_scratchpad_mode (attributes, dnnl_scratchpad_mode_user);
  if (sum || relu)
    {
      dnnl_post_ops_create (&post_ops);
      lw_post_ops_append (post_ops, sum, relu);
      dnnl_primitive_attr_set_post_ops (attributes, post_ops);
      dnnl_post_ops_destroy (post_ops);
    }
  return attributes;
}

static gsize
scratch_bytes (const_dnnl_primitive_desc_t pd)
{
  LwMd md = dnnl_primitive_desc_query_md (pd, dnnl_query_scratchpad_md, 0);

  return md != NULL ? dnnl_memory_desc_get_size (md) : 0;
}

static LwDesc *
filters_of_any_layout (const LwConvShape *shape, dnnl_data_type_t type)
{
  return lw_desc_by_tag (type, 4, (dnnl_dims_t) { shape->channels, shape->in_channels, shape->kernel, shape->kernel }, dnnl_format_tag_any);
}

static void
fill_arguments (LwConvArguments *a, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst)
{
  int in[4], out[4];

  lw_desc_dims (src, in);
  lw_desc_dims (dst, out);
  *a = (LwConvArguments) {
    .src = lw_desc_md (src), .dst = lw_desc_md (dst),
    .strides = { shape->stride, shape->stride }, .pad_start = { shape->pad, shape->pad },
    .algorithm = dnnl_convolution_direct,
  };
  for (int i = 0; i < 2; i++)     /* what the last window leaves over is no padding */
    a->pad_end[i] = (out[2 + i] - 1) * shape->stride + shape->kernel - in[2 + i] - shape->pad;
}

/* The hint's weights have the type of @src, which differs from that of their gradient. */
static dnnl_status_t
backward_desc (const LwConvArguments *a, const LwConvShape *shape, const LwDesc *src, LwConvPass pass, const_dnnl_primitive_attr_t attributes,
               dnnl_engine_t engine, dnnl_primitive_desc_t *pd)
{
  g_autoptr(LwDesc) weights = filters_of_any_layout (shape, lw_desc_type (src));
  LwConvArguments forward = *a;
  dnnl_primitive_desc_t hint = NULL;
  dnnl_status_t status;

  forward.weights = lw_desc_md (weights);
  status = lw_conv_forward_new (&forward, dnnl_forward_training, NULL, engine, &hint);
  if (status == dnnl_success)
    status = lw_conv_backward_new (a, pass == LW_CONV_BACKWARD_DATA, hint, attributes, engine, pd);
  dnnl_primitive_desc_destroy (hint);
  return status;
}

static dnnl_status_t
code_from_desc (LwConvCode *code, dnnl_primitive_desc_t pd, LwConvPass pass)
{
  dnnl_query_t which = pass == LW_CONV_BACKWARD_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
  const char *name = NULL;

  code->weights = lw_desc_from_md (dnnl_primitive_desc_query_md (pd, which, 0));
  code->scratch = scratch_bytes (pd);
  dnnl_primitive_desc_query (pd, dnnl_query_impl_info_str, 0, &name);
  code->implementation = g_strdup (name);
  return dnnl_primitive_create (&code->primitive, pd);
}

LwConvCode *
lw_conv_code_new (dnnl_engine_t engine, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst,
                  dnnl_data_type_t weights_type, GError **error)
{
  g_autoptr(LwConvCode) code = g_new0 (LwConvCode, 1);
  g_autoptr(LwDesc) weights = filters_of_any_layout (shape, weights_type), bias = shape->bias ? lw_desc_plain (dnnl_f32, 1, &shape->channels) : NULL;
  gboolean forward = pass == LW_CONV_INFERENCE || pass == LW_CONV_FORWARD;
  dnnl_primitive_attr_t attributes = attributes_new (forward && shape->sum, forward && shape->relu);
  dnnl_primitive_desc_t pd = NULL;
  LwConvArguments arguments;
  dnnl_status_t status;

  fill_arguments (&arguments, shape, src, dst);
  arguments.weights = lw_desc_md (weights);
  arguments.bias = bias != NULL ? lw_desc_md (bias) : NULL;
  if (forward)
    status = lw_conv_forward_new (&arguments, pass == LW_CONV_INFERENCE ? dnnl_forward_inference : dnnl_forward_training, attributes, engine, &pd);
  else
    status = backward_desc (&arguments, shape, src, pass, attributes, engine, &pd);
  if (status == dnnl_success)
    status = code_from_desc (code, pd, pass);
  dnnl_primitive_desc_destroy (pd);
  dnnl_primitive_attr_destroy (attributes);
  return lw_onednn_check (status, _("A convolution"), error) ? g_steal_pointer (&code) : NULL;
}

void
lw_conv_code_free (LwConvCode *code)
{
  if (code == NULL)
    return;
  dnnl_primitive_destroy (code->primitive);
  lw_desc_free (code->weights);
  g_free (code->small);
  g_free (code->doubling);
  g_free (code->placed);
  g_free (code->implementation);
  g_free (code);
}

dnnl_primitive_t
lw_reorder_code_new (dnnl_engine_t engine, const LwDesc *from, const LwDesc *to, gsize *scratch, GError **error)
{
  dnnl_primitive_attr_t attributes = attributes_new (FALSE, FALSE);
  dnnl_primitive_desc_t pd = NULL;
  dnnl_primitive_t primitive = NULL;
  dnnl_status_t status = lw_reorder_new (from, to, attributes, engine, &pd);

  if (status == dnnl_success)
    {
      *scratch = scratch_bytes (pd);
      status = dnnl_primitive_create (&primitive, pd);
    }
  dnnl_primitive_desc_destroy (pd);
  dnnl_primitive_attr_destroy (attributes);
  return lw_onednn_check (status, _("A change of layout"), error) ? primitive : NULL;
}
