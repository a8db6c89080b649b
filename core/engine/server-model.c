/* server-model.c: from a base model and a list of classes to the network that will be trained */
#include "config.h"
#include "server-model.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "nn/weights/import.h"

#define MODEL_METADATA "labelwright.model"

static gboolean
same_channels (const LwJobRequest *request, const LwNetModel *base)
{
  if (request->classes->len != (guint) base->n_classes)
    return FALSE;
  for (guint i = 0; i < request->classes->len; i++)
    {
      const LwJobClass *class = g_ptr_array_index (request->classes, i);
      if (class->base_channel != (int) i || !g_str_equal (class->name, base->class_names[i]))
        return FALSE;
    }
  return TRUE;
}

/* ---- another set of classes ---- */

/* Which axes of a tensor grow with the number of classes: those that differ between two networks that differ in nothing else. */
static guint
class_axes (const LwTensorInfo *info, const GArray *wider)
{
  for (guint i = 0; i < wider->len; i++)
    {
      const LwTensorInfo *other = &g_array_index (wider, LwTensorInfo, i);
      guint axes = 0;
      if (!g_str_equal (other->name, info->name))
        continue;
      for (int axis = 0; axis < info->rank; axis++)
        axes |= info->dims[axis] != other->dims[axis] ? 1u << axis : 0;
      return axes;
    }
  return 0;
}

/* A tensor seen as outer x along x inner, where along is one axis. */
typedef struct { gsize outer, along, inner; } View;

static View
view_of (const LwTensor *tensor, int axis)
{
  View view = { 1, (gsize) tensor->dims[axis], 1 };
  for (int i = 0; i < axis; i++)
    view.outer *= (gsize) tensor->dims[i];
  for (int i = axis + 1; i < tensor->rank; i++)
    view.inner *= (gsize) tensor->dims[i];
  return view;
}

/* Copies what belongs to a known class to the channel where that class is now. */
static void
copy_rows (LwTensor *into, const LwTensor *from, int axis, const LwJobRequest *request)
{
  View to = view_of (into, axis), of = view_of (from, axis);
  if (to.outer != of.outer || to.inner != of.inner)
    return;
  for (guint channel = 0; channel < request->classes->len && channel < to.along; channel++)
    {
      const LwJobClass *class = g_ptr_array_index (request->classes, channel);
      if (class->base_channel < 0 || (gsize) class->base_channel >= of.along)
        continue;
      for (gsize o = 0; o < to.outer; o++)
        memcpy (into->data + (o * to.along + channel) * to.inner, from->data + (o * of.along + (gsize) class->base_channel) * of.inner,
                to.inner * sizeof (float));
    }
}

static gboolean
same_shape (const LwTensor *a, const LwTensor *b)
{
  return a->rank == b->rank && memcmp (a->dims, b->dims, (gsize) a->rank * sizeof a->dims[0]) == 0;
}

static void
take_over (LwNetModel *model, const LwNetModel *base, const LwJobRequest *request)
{
  LwNetworkOptions options = { .classes = model->n_classes + 1 };
  g_autoptr(LwGraph) wider_graph = lw_network_new (model->architecture, &options);
  g_autoptr(GArray) tensors = lw_graph_tensors (model->graph);
  g_autoptr(GArray) wider = lw_graph_tensors (wider_graph);
  for (guint i = 0; i < tensors->len; i++)
    {
      const LwTensorInfo *info = &g_array_index (tensors, LwTensorInfo, i);
      LwTensor *into = lw_weights_get (model->weights, info->name);
      const LwTensor *from = lw_weights_get (base->weights, info->name);
      guint axes = class_axes (info, wider);
      if (into == NULL || from == NULL || into->rank != from->rank)
        continue;
      if (axes == 0 && same_shape (into, from))
        memcpy (into->data, from->data, into->count * sizeof (float));
      else if (axes == 1 || axes == 2)
        copy_rows (into, from, axes == 1 ? 0 : 1, request);
    }
}

/* ---- the model ---- */

static LwNetModel *
new_model (const LwJobRequest *request, guint64 seed, GError **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  for (guint i = 0; i < request->classes->len; i++)
    g_ptr_array_add (names, ((const LwJobClass *) g_ptr_array_index (request->classes, i))->name);
  g_ptr_array_add (names, NULL);
  LwNetModel *model = lw_net_model_new (request->architecture, (const char *const *) names->pdata, seed, error);
  if (model == NULL)
    return NULL;
  model->train_width = request->width;
  model->train_height = request->height;
  model->max_side = request->max_side;
  return model;
}

static LwNetModel *
from_trunk (const char *path, const LwJobRequest *request, guint64 seed, GError **error)
{
  g_autoptr(LwNetModel) model = new_model (request, seed, error);
  return model != NULL && lw_import_file (model, path, error) > 0 ? g_steal_pointer (&model) : NULL;
}

static LwNetModel *
from_model (const char *path, const LwJobRequest *request, guint64 seed, GError **error)
{
  g_autoptr(LwNetModel) base = lw_net_model_load (path, error);
  if (base == NULL)
    return NULL;
  if (!g_str_equal (base->architecture, request->architecture))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_SHAPE, _("The network to start from is a “%s”, the one to train a “%s”."),
                   base->architecture, request->architecture);
      return NULL;
    }
  if (same_channels (request, base))
    return g_steal_pointer (&base);
  g_autoptr(LwNetModel) model = new_model (request, seed, error);
  if (model == NULL)
    return NULL;
  model->transform = base->transform;
  if (base->original_padding && !model->original_padding)
    lw_net_model_pad_as_published (model);
  take_over (model, base, request);
  return g_steal_pointer (&model);
}

LwNetModel *
lw_server_model_for_job (const char *folder, const LwJobRequest *request, guint64 seed, GError **error)
{
  if (!request->has_base)
    return new_model (request, seed, error);
  g_autofree char *path = lw_job_path (folder, "base.safetensors");
  g_autoptr(LwWeights) header = lw_safetensors_inspect (path, NULL);     /* what is wrong with it, the import says: it may be a caffemodel */
  if (header != NULL && g_hash_table_contains (header->metadata, MODEL_METADATA))
    return from_model (path, request, seed, error);
  return from_trunk (path, request, seed, error);
}
