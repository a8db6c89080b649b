/* graph.c: what follows from a list of layers: sizes, parameter tensors, arithmetic */
#include "config.h"
#include "graph.h"
#include "builder.h"
#include <glib/gi18n-lib.h>

#define MAX_SIDE 32768          /* px of a picture; keeps every size below in an int */

G_DEFINE_QUARK (lw-net-error-quark, lw_net_error)

gboolean
lw_net_fail (GError **error, LwNetError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, LW_NET_ERROR, (int) code, message);
  return FALSE;
}

LwGraph *
lw_graph_copy (const LwGraph *graph)
{
  LwGraph *copy = g_new0 (LwGraph, 1);

  copy->architecture = g_strdup (graph->architecture);
  copy->classes = graph->classes;
  copy->nodes = g_array_copy (graph->nodes);
  return copy;
}

void
lw_graph_free (LwGraph *graph)
{
  if (graph == NULL)
    return;
  g_free (graph->architecture);
  g_array_unref (graph->nodes);
  g_free (graph);
}

int
lw_graph_find (const LwGraph *graph, const char *name)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    if (g_str_equal (lw_graph_node (graph, (int) i)->name, name))
      return (int) i;
  return -1;
}

/* PyTorch's rule. */
static int
pooled_side (const LwNode *node, int in)
{
  int span = in + 2 * node->pad - node->kernel, spare = node->ceil_mode ? node->stride - 1 : 0, out;

  if (span + spare < 0)
    return 0;
  out = (span + spare) / node->stride + 1;
  return node->ceil_mode && (out - 1) * node->stride >= in + node->pad ? out - 1 : out;
}

/* Output size along one side; 0 or less: the input is too small. */
static int
side_after (const LwGraph *graph, const LwNode *node, const int *sides)
{
  int in = node->inputs[0] < 0 ? 0 : sides[node->inputs[0]];

  switch (node->kind)
    {
    case LW_OP_CONV:
      return in + 2 * node->pad < node->kernel ? 0 : (in + 2 * node->pad - node->kernel) / node->stride + 1;
    case LW_OP_DECONV:
      return (in - 1) * node->stride + node->kernel - 2 * node->pad;
    case LW_OP_MAX_POOL:
      return pooled_side (node, in);
    case LW_OP_UP_CONV:
      return in * node->stride;
    case LW_OP_UNPOOL:
      return sides[lw_graph_node (graph, node->pool)->inputs[0]];
    case LW_OP_CROP:
      return sides[node->inputs[1]] + node->offset > in ? 0 : sides[node->inputs[1]];
    case LW_OP_ADD:
    case LW_OP_CONCAT:
      return sides[node->inputs[1]] == in ? in : 0;
    default:
      return in;
    }
}

gboolean
lw_graph_sizes (const LwGraph *graph, int height, int width, int *heights, int *widths, GError **error)
{
  if (height < 1 || width < 1 || height > MAX_SIDE || width > MAX_SIDE)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("A picture of %d × %d pixels: each side must have 1 to %d"), width, height, MAX_SIDE);
      return FALSE;
    }
  heights[0] = height;
  widths[0] = width;
  for (guint i = 1; i < graph->nodes->len; i++)
    {
      const LwNode *node = lw_graph_node (graph, (int) i);

      heights[i] = side_after (graph, node, heights);
      widths[i] = side_after (graph, node, widths);
      if (heights[i] < 1 || widths[i] < 1)
        {
          lw_net_fail (error, LW_NET_ERROR_SHAPE, _("A picture of %d × %d pixels doesn’t fit the network “%s”: nothing is left at its layer “%s”"),
                       width, height, graph->architecture, node->name);
          return FALSE;
        }
    }
  return TRUE;
}

static void
add_tensor (GArray *tensors, const LwGraph *graph, int i, const char *part, int rank, gboolean trainable)
{
  const LwNode *node = lw_graph_node (graph, i);
  LwTensorInfo info = { .node = i, .dims = { node->channels, node->in_channels, node->kernel, node->kernel }, .rank = rank, .count = 1 };

  if (rank == 4 && node->kind == LW_OP_UP_CONV)
    {
      info.dims[0] = node->in_channels;
      info.dims[1] = node->channels;
    }
  g_snprintf (info.name, sizeof info.name, "%s.%s", node->name, part);
  for (int d = 0; d < 4; d++)
    if (d < rank)
      info.count *= (gsize) info.dims[d];
    else
      info.dims[d] = 1;
  info.trainable = trainable && !node->frozen;
  g_array_append_val (tensors, info);
}

GArray *
lw_graph_tensors (const LwGraph *graph)
{
  GArray *tensors = g_array_new (FALSE, TRUE, sizeof (LwTensorInfo));

  for (int i = 0; i < (int) graph->nodes->len; i++)
    {
      const LwNode *node = lw_graph_node (graph, i);

      if (node->kind != LW_OP_CONV && node->kind != LW_OP_UP_CONV && node->kind != LW_OP_BATCH_NORM)
        continue;
      add_tensor (tensors, graph, i, "weight", node->kind == LW_OP_BATCH_NORM ? 1 : 4, TRUE);
      if (node->bias)
        add_tensor (tensors, graph, i, "bias", 1, TRUE);
      if (node->kind == LW_OP_BATCH_NORM)
        {
          add_tensor (tensors, graph, i, "running_mean", 1, FALSE);
          add_tensor (tensors, graph, i, "running_var", 1, FALSE);
        }
    }
  return tensors;
}

/* Convolutions, and the taps of bilinear upsampling: depthwise, since the cross-class taps of the published kernels are all zero. */
guint64
lw_graph_macs (const LwGraph *graph, int height, int width)
{
  guint n = graph->nodes->len;
  g_autofree int *heights = g_new (int, n), *widths = g_new (int, n);
  guint64 macs = 0;

  if (!lw_graph_sizes (graph, height, width, heights, widths, NULL))
    return 0;
  for (guint i = 0; i < n; i++)
    {
      const LwNode *node = lw_graph_node (graph, (int) i);
      guint64 taps = (guint64) node->channels * (guint64) (node->kernel * node->kernel);

      if (node->kind == LW_OP_CONV)
        macs += (guint64) heights[i] * (guint64) widths[i] * taps * (guint64) node->in_channels;
      else if (node->kind == LW_OP_UP_CONV)     /* one tap an output */
        macs += (guint64) heights[i] * (guint64) widths[i] * (guint64) node->channels * (guint64) node->in_channels;
      else if (node->kind == LW_OP_DECONV)
        macs += (guint64) heights[node->inputs[0]] * (guint64) widths[node->inputs[0]] * taps;
      else if (node->kind == LW_OP_SCORE)
        macs += (guint64) height * (guint64) width * (guint64) node->channels * 4;
    }
  return macs;
}
