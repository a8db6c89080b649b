/* model.c: a network with its weights and what it takes to use them, in one file */
#include "config.h"
#include "model.h"
#include "common/json.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#define METADATA_KEY "labelwright.model"
#define METADATA_VERSION 1
#define MAX_METADATA (1u << 20) /* bytes */
#define MAX_CLASSES 255         /* label 255 is not a class */
#define MAX_SIDE 32768          /* px */

static const LwInputTransform transforms[] = {
  [LW_INPUT_IMAGENET] = { { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f }, FALSE },
  [LW_INPUT_CAFFE] = { { 123.68f / 255, 116.779f / 255, 103.939f / 255 }, { 1.f / 255, 1.f / 255, 1.f / 255 }, TRUE },
  [LW_INPUT_BYTES] = { { 0, 0, 0 }, { 1.f / 255, 1.f / 255, 1.f / 255 }, FALSE },
};

LwInputTransform
lw_input_transform (LwNetworkInput input)
{
  return transforms[input];
}

void
lw_net_model_free (LwNetModel *model)
{
  if (model == NULL)
    return;
  g_free (model->architecture);
  g_strfreev (model->class_names);
  lw_graph_free (model->graph);
  lw_weights_free (model->weights);
  g_free (model);
}

/* From architecture, padding and classes. */
static gboolean
build_graph (LwNetModel *model, GError **error)
{
  LwNetworkOptions options = { .classes = model->n_classes, .original_padding = model->original_padding };

  if (model->n_classes < 2 || model->n_classes > MAX_CLASSES)
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("A network needs 2 to %d classes, not %d"), MAX_CLASSES, model->n_classes);
  model->graph = lw_network_new (model->architecture, &options);
  if (model->graph == NULL)
    {
      g_autofree char *names = g_strjoinv (", ", (char **) lw_network_names ());

      return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("There is no network “%s”: choose one of %s"), model->architecture, names);
    }
  return TRUE;
}

LwNetModel *
lw_net_model_new (const char *architecture, const char *const *class_names, guint64 seed, GError **error)
{
  g_autoptr(LwNetModel) model = g_new0 (LwNetModel, 1);

  model->architecture = g_strdup (architecture);
  model->class_names = g_strdupv ((char **) class_names);
  model->n_classes = (int) g_strv_length (model->class_names);
  model->transform = lw_input_transform (lw_network_input (architecture));
  model->train_width = 480;
  model->train_height = 360;
  model->max_side = 640;
  if (!build_graph (model, error))
    return NULL;
  model->weights = lw_weights_init (model->graph, seed);
  return g_steal_pointer (&model);
}

void
lw_net_model_pad_as_published (LwNetModel *model)
{
  lw_graph_free (model->graph);
  model->original_padding = TRUE;
  build_graph (model, NULL);
}

LwNetModel *
lw_net_model_copy (const LwNetModel *model)
{
  LwNetModel *copy = g_memdup2 (model, sizeof *model);

  copy->architecture = g_strdup (model->architecture);
  copy->class_names = g_strdupv (model->class_names);
  copy->weights = lw_weights_copy (model->weights);
  build_graph (copy, NULL);
  return copy;
}

/* ---- metadata ---- */

static LwJson *
floats (const float *values)
{
  LwJson *array = json_object_new_array ();

  for (int i = 0; i < 3; i++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      g_ascii_formatd (text, sizeof text, "%.9g", values[i]);
      json_object_array_add (array, json_object_new_double_s (values[i], text));
    }
  return array;
}

static char *
describe (const LwNetModel *model)
{
  g_autoptr(LwJson) root = json_object_new_object ();
  LwJson *classes = json_object_new_array (), *transform = json_object_new_object (), *size = json_object_new_array ();

  json_object_object_add (root, "version", json_object_new_int (METADATA_VERSION));
  json_object_object_add (root, "architecture", json_object_new_string (model->architecture));
  json_object_object_add (root, "original_padding", json_object_new_boolean (model->original_padding));
  for (int i = 0; i < model->n_classes; i++)
    json_object_array_add (classes, json_object_new_string (model->class_names[i]));
  json_object_object_add (root, "classes", classes);
  json_object_object_add (transform, "mean", floats (model->transform.mean));
  json_object_object_add (transform, "std", floats (model->transform.std));
  json_object_object_add (transform, "bgr", json_object_new_boolean (model->transform.bgr));
  json_object_object_add (root, "transform", transform);
  json_object_array_add (size, json_object_new_int (model->train_width));
  json_object_array_add (size, json_object_new_int (model->train_height));
  json_object_object_add (root, "train_size", size);
  json_object_object_add (root, "max_side", json_object_new_int (model->max_side));
  return g_strdup (json_object_to_json_string_ext (root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static gboolean
read_classes (LwNetModel *model, LwJson *root, GError **error)
{
  LwJson *array;

  if (!lw_json_get_array (root, "classes", MAX_CLASSES, &array, error))
    return FALSE;
  model->n_classes = (int) json_object_array_length (array);
  model->class_names = g_new0 (char *, model->n_classes + 1);
  for (int i = 0; i < model->n_classes; i++)
    {
      LwJson *name = json_object_array_get_idx (array, (size_t) i);

      if (!json_object_is_type (name, json_type_string))
        return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("The name of class %d is not a text"), i);
      model->class_names[i] = g_strdup (json_object_get_string (name));
    }
  return TRUE;
}

static gboolean
read_floats (LwJson *object, const char *key, gboolean positive, float *values, GError **error)
{
  LwJson *array;

  if (!lw_json_get_array (object, key, 3, &array, error))
    return FALSE;
  for (size_t i = 0; i < 3; i++)
    {
      LwJson *value = json_object_array_get_idx (array, i);

      values[i] = (float) json_object_get_double (value);
      if (!(json_object_is_type (value, json_type_double) || json_object_is_type (value, json_type_int))
          || !isfinite (values[i]) || (positive && !(values[i] > 1e-6f)))
        return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“%s” is not three usable numbers"), key);
    }
  return TRUE;
}

static gboolean
read_sizes (LwNetModel *model, LwJson *root, GError **error)
{
  LwJson *array;
  gint64 max_side;

  if (!lw_json_get_array (root, "train_size", 2, &array, error) || !lw_json_get_int (root, "max_side", 1, MAX_SIDE, &max_side, error))
    return FALSE;
  model->train_width = json_object_get_int (json_object_array_get_idx (array, 0));
  model->train_height = json_object_get_int (json_object_array_get_idx (array, 1));
  model->max_side = (int) max_side;
  if (model->train_width < 1 || model->train_width > MAX_SIDE || model->train_height < 1 || model->train_height > MAX_SIDE)
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“train_size” is not two sizes in pixels"));
  return TRUE;
}

static gboolean
read_members (LwNetModel *model, LwJson *root, GError **error)
{
  LwJson *transform;
  const char *architecture;
  gint64 version;

  if (!lw_json_get_int (root, "version", 1, G_MAXINT, &version, error))
    return FALSE;
  if (version > METADATA_VERSION)
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("it was saved by a newer version of this program"));
  if (!lw_json_get_string (root, "architecture", &architecture, error) || !read_classes (model, root, error)
      || !lw_json_get_object (root, "transform", &transform, error) || !read_floats (transform, "mean", FALSE, model->transform.mean, error)
      || !read_floats (transform, "std", TRUE, model->transform.std, error) || !read_sizes (model, root, error))
    return FALSE;
  model->architecture = g_strdup (architecture);
  lw_json_get_bool (transform, "bgr", &model->transform.bgr, NULL);
  lw_json_get_bool (root, "original_padding", &model->original_padding, NULL);
  return TRUE;
}

static gboolean
read_metadata (LwNetModel *model, const char *text, GError **error)
{
  g_autoptr(LwJson) root = lw_json_parse (text, strlen (text), MAX_METADATA, _("its description"), error);

  return root != NULL && read_members (model, root, error) && build_graph (model, error);
}

/* ---- files ---- */

static gboolean
load_into (LwNetModel *model, const char *path, GError **error)
{
  const char *text;

  model->weights = lw_safetensors_inspect (path, error);
  if (model->weights == NULL)
    return FALSE;
  text = g_hash_table_lookup (model->weights->metadata, METADATA_KEY);
  if (text == NULL)
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“%s” holds weights, but doesn’t say of which network and classes: it is no model of this program"), path);
  if (!read_metadata (model, text, error))
    {
      g_prefix_error (error, _("“%s” is no sound model: "), path);
      return FALSE;
    }
  lw_weights_free (model->weights);
  model->weights = lw_safetensors_load (path, error);
  if (model->weights == NULL)
    return FALSE;
  if (lw_weights_check (model->weights, model->graph, error))
    return TRUE;
  g_prefix_error (error, _("“%s” is no sound model: "), path);
  return FALSE;
}

LwNetModel *
lw_net_model_load (const char *path, GError **error)
{
  g_autoptr(LwNetModel) model = g_new0 (LwNetModel, 1);

  return load_into (model, path, error) ? g_steal_pointer (&model) : NULL;
}

gboolean
lw_net_model_save (const LwNetModel *model, LwStoreType type, const char *path, GError **error)
{
  if (!lw_weights_check (model->weights, model->graph, error))
    return FALSE;
  g_hash_table_insert (model->weights->metadata, g_strdup (METADATA_KEY), describe (model));
  return lw_safetensors_save (model->weights, type, path, error);
}

void
lw_net_model_net_size (const LwNetModel *model, int frame_width, int frame_height, int *net_width, int *net_height)
{
  int side = MAX (frame_width, frame_height);
  double scale = side > model->max_side ? (double) model->max_side / side : 1;

  *net_width = MAX (1, (int) lround (frame_width * scale));
  *net_height = MAX (1, (int) lround (frame_height * scale));
}
