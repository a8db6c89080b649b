/* onednn-2.c: onednn.h on oneDNN 2, whose primitives are made from operation descriptors */
#include "config.h"
#include "onednn.h"
#include <string.h>
#include <glib/gi18n-lib.h>

#if DNNL_VERSION_MAJOR != 2
#error "onednn-2.c is for oneDNN 2; another version needs a file of its own that fulfils onednn.h"
#endif

struct _LwDesc { dnnl_memory_desc_t md; };

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

static LwDesc *
desc_new (const dnnl_memory_desc_t *md)
{
  LwDesc *desc = g_new (LwDesc, 1);

  desc->md = *md;
  return desc;
}

LwDesc *
lw_desc_plain (dnnl_data_type_t type, int rank, const int *dims)
{
  static const dnnl_format_tag_t tags[] = { dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd };
  dnnl_memory_desc_t md;
  dnnl_dims_t sizes;

  g_assert (rank >= 1 && rank <= 4);
  for (int i = 0; i < rank; i++)
    sizes[i] = dims[i];
  if (dnnl_memory_desc_init_by_tag (&md, rank, sizes, type, tags[rank]) != dnnl_success)
    g_assert_not_reached ();
  return desc_new (&md);
}

LwDesc *
lw_desc_blocked (dnnl_data_type_t type, int n, int channels, int height, int width, int lanes)
{
  dnnl_dims_t sizes = { n, channels, height, width };
  dnnl_memory_desc_t md;

  if (dnnl_memory_desc_init_by_tag (&md, 4, sizes, type, lanes == 16 ? dnnl_nChw16c : dnnl_nChw8c) != dnnl_success)
    g_assert_not_reached ();
  return desc_new (&md);
}

LwDesc *
lw_desc_filters (dnnl_data_type_t type, const int *dims, gboolean by_output)
{
  dnnl_dims_t sizes = { dims[0], dims[1], dims[2], dims[3] };
  dnnl_format_tag_t forward = type == dnnl_f32 ? dnnl_OIhw16i16o : dnnl_OIhw8i16o2i, backward = type == dnnl_f32 ? dnnl_OIhw16o16i : dnnl_OIhw8o16i2o;
  dnnl_memory_desc_t md;

  if (dnnl_memory_desc_init_by_tag (&md, 4, sizes, type, by_output ? backward : forward) != dnnl_success)
    g_assert_not_reached ();
  return desc_new (&md);
}

LwDesc *
lw_desc_bytes_new (gsize bytes)
{
  dnnl_dims_t sizes = { (dnnl_dim_t) bytes };
  dnnl_memory_desc_t md;

  if (dnnl_memory_desc_init_by_tag (&md, 1, sizes, dnnl_u8, dnnl_a) != dnnl_success)
    g_assert_not_reached ();
  return desc_new (&md);
}

void
lw_desc_free (LwDesc *desc)
{
  g_free (desc);
}

gsize
lw_desc_bytes (const LwDesc *desc)
{
  return dnnl_memory_desc_get_size (&desc->md);
}

gboolean
lw_desc_equal (const LwDesc *a, const LwDesc *b)
{
  return dnnl_memory_desc_equal (&a->md, &b->md) != 0;
}

void
lw_desc_dims (const LwDesc *desc, int *dims)
{
  for (int i = 0; i < 4; i++)
    dims[i] = (int) desc->md.dims[i];
}

LwDesc *
lw_desc_copy (const LwDesc *desc)
{
  return desc_new (&desc->md);
}

LwDesc *
lw_desc_with_type (const LwDesc *desc, dnnl_data_type_t type)
{
  LwDesc *other = desc_new (&desc->md);

  other->md.data_type = type;
  return other;
}

dnnl_data_type_t
lw_desc_type (const LwDesc *desc)
{
  return desc->md.data_type;
}

dnnl_memory_t
lw_desc_memory (const LwDesc *desc, dnnl_engine_t engine, void *data)
{
  dnnl_memory_t memory = NULL;

  if (dnnl_memory_create (&memory, &desc->md, engine, data != NULL ? data : DNNL_MEMORY_NONE) != dnnl_success)
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
      if (sum)
        dnnl_post_ops_append_sum (post_ops, 1.f);
      if (relu)
        dnnl_post_ops_append_eltwise (post_ops, 1.f, dnnl_eltwise_relu, 0.f, 0.f);
      dnnl_primitive_attr_set_post_ops (attributes, post_ops);
      dnnl_post_ops_destroy (post_ops);
    }
  return attributes;
}

static gsize
scratch_bytes (const_dnnl_primitive_desc_t pd)
{
  const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md (pd, dnnl_query_scratchpad_md, 0);

  return md != NULL ? dnnl_memory_desc_get_size (md) : 0;
}

typedef struct {
  dnnl_memory_desc_t src, weights, bias, dst;
  dnnl_dims_t strides, pad_start, pad_end;
  dnnl_alg_kind_t algorithm;
} ConvArguments;

static void
fill_arguments (ConvArguments *a, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst, dnnl_data_type_t weights)
{
  dnnl_dims_t w = { shape->channels, shape->in_channels, shape->kernel, shape->kernel }, b = { shape->channels };

  *a = (ConvArguments) {
    .src = src->md, .dst = dst->md,
    .strides = { shape->stride, shape->stride }, .pad_start = { shape->pad, shape->pad },
    .algorithm = shape->winograd ? dnnl_convolution_winograd : dnnl_convolution_direct,
  };
  for (int i = 0; i < 2; i++)     /* what the last window leaves over is no padding */
    a->pad_end[i] = (a->dst.dims[2 + i] - 1) * shape->stride + shape->kernel - a->src.dims[2 + i] - shape->pad;
  dnnl_memory_desc_init_by_tag (&a->weights, 4, w, weights, dnnl_format_tag_any);
  if (shape->bias)
    dnnl_memory_desc_init_by_tag (&a->bias, 1, b, dnnl_f32, dnnl_a);
}

static dnnl_status_t
forward_desc (const ConvArguments *a, const LwConvShape *shape, dnnl_prop_kind_t kind, const_dnnl_primitive_attr_t attributes,
              dnnl_engine_t engine, dnnl_primitive_desc_t *pd)
{
  dnnl_convolution_desc_t op;
  dnnl_status_t status = dnnl_convolution_forward_desc_init (&op, kind, a->algorithm, &a->src, &a->weights, shape->bias ? &a->bias : NULL, &a->dst,
                                                             a->strides, a->pad_start, a->pad_end);

  return status == dnnl_success ? dnnl_primitive_desc_create (pd, &op, attributes, engine, NULL) : status;
}

/* The backward passes want the forward one as a hint. Its weights have the type of @src, which differs from that of their gradient. */
static dnnl_status_t
backward_desc (ConvArguments *a, const LwConvShape *shape, LwConvPass pass, const_dnnl_primitive_attr_t attributes,
               dnnl_engine_t engine, dnnl_primitive_desc_t *pd)
{
  ConvArguments forward = *a;
  dnnl_primitive_desc_t hint = NULL;
  dnnl_convolution_desc_t op;
  dnnl_status_t status;

  forward.weights.data_type = a->src.data_type;
  status = forward_desc (&forward, shape, dnnl_forward_training, NULL, engine, &hint);
  if (status != dnnl_success)
    return status;
  if (pass == LW_CONV_BACKWARD_DATA)
    status = dnnl_convolution_backward_data_desc_init (&op, a->algorithm, &a->src, &a->weights, &a->dst, a->strides, a->pad_start, a->pad_end);
  else
    status = dnnl_convolution_backward_weights_desc_init (&op, a->algorithm, &a->src, &a->weights, shape->bias ? &a->bias : NULL, &a->dst,
                                                          a->strides, a->pad_start, a->pad_end);
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create (pd, &op, attributes, engine, hint);
  dnnl_primitive_desc_destroy (hint);
  return status;
}

static dnnl_status_t
code_from_desc (LwConvCode *code, dnnl_primitive_desc_t pd, LwConvPass pass)
{
  dnnl_query_t which = pass == LW_CONV_BACKWARD_WEIGHTS ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
  const char *name = NULL;

  code->weights = desc_new (dnnl_primitive_desc_query_md (pd, which, 0));
  code->scratch = scratch_bytes (pd);
  dnnl_primitive_desc_query (pd, dnnl_query_impl_info_str, 0, &name);
  code->implementation = g_strdup (name);
  return dnnl_primitive_create (&code->primitive, pd);
}

LwConvCode *
lw_conv_code_new (dnnl_engine_t engine, LwConvPass pass, const LwConvShape *shape, const LwDesc *src, const LwDesc *dst,
                  dnnl_data_type_t weights, GError **error)
{
  g_autoptr(LwConvCode) code = g_new0 (LwConvCode, 1);
  gboolean forward = pass == LW_CONV_INFERENCE || pass == LW_CONV_FORWARD;
  dnnl_primitive_attr_t attributes = attributes_new (forward && shape->sum, forward && shape->relu);
  dnnl_primitive_desc_t pd = NULL;
  ConvArguments arguments;
  dnnl_status_t status;

  fill_arguments (&arguments, shape, src, dst, weights);
  if (forward)
    status = forward_desc (&arguments, shape, pass == LW_CONV_INFERENCE ? dnnl_forward_inference : dnnl_forward_training, attributes, engine, &pd);
  else
    status = backward_desc (&arguments, shape, pass, attributes, engine, &pd);
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
  g_free (code->own);
  g_free (code->implementation);
  g_free (code);
}

dnnl_primitive_t
lw_reorder_code_new (dnnl_engine_t engine, const LwDesc *from, const LwDesc *to, gsize *scratch, GError **error)
{
  dnnl_primitive_attr_t attributes = attributes_new (FALSE, FALSE);
  dnnl_primitive_desc_t pd = NULL;
  dnnl_primitive_t primitive = NULL;
  dnnl_status_t status = dnnl_reorder_primitive_desc_create (&pd, &from->md, engine, &to->md, engine, attributes);

  if (status == dnnl_success)
    {
      *scratch = scratch_bytes (pd);
      status = dnnl_primitive_create (&primitive, pd);
    }
  dnnl_primitive_desc_destroy (pd);
  dnnl_primitive_attr_destroy (attributes);
  return lw_onednn_check (status, _("A change of layout"), error) ? primitive : NULL;
}
