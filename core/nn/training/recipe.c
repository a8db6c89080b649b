/* recipe.c: reads how to train from JSON (docs/training.md) */
#include "config.h"
#include "trainer.h"
#include "common/json.h"
#include <string.h>
#include <glib/gi18n-lib.h>

#define MAX_RECIPE 65536        /* bytes */
#define MAX_FROZEN 64

void
lw_recipe_free (LwRecipe *recipe)
{
  if (recipe == NULL)
    return;
  g_free (recipe->name);
  g_strfreev (recipe->frozen);
  for (guint i = 0; i < recipe->n_rate_factors; i++)
    g_free (recipe->rate_factors[i].prefix);
  g_free (recipe);
}

/* ---- members: each may be absent and then keeps what is there, but not be wrong ---- */

static gboolean
has (LwJson *object, const char *key)
{
  return json_object_object_get_ex (object, key, NULL);
}

static gboolean
read_count (LwJson *object, const char *key, guint low, guint high, guint *value, GError **error)
{
  gint64 number = *value;

  if (has (object, key) && !lw_json_get_int (object, key, low, high, &number, error))
    return FALSE;
  *value = (guint) number;
  return TRUE;
}

static gboolean
read_real (LwJson *object, const char *key, double low, double high, float *value, GError **error)
{
  double number = (double) *value;

  if (!has (object, key))
    return TRUE;
  if (!lw_json_get_double (object, key, &number, error))
    return FALSE;
  if (number < low || number > high)
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“%s” must be from %g to %g"), key, low, high);
  *value = (float) number;
  return TRUE;
}

static gboolean
read_flag (LwJson *object, const char *key, gboolean *value, GError **error)
{
  return !has (object, key) || lw_json_get_bool (object, key, value, error);
}

static gboolean
read_pair (LwJson *object, const char *key, double low, double high, double values[2], GError **error)
{
  LwJson *array;

  if (!has (object, key))
    return TRUE;
  if (!lw_json_get_array (object, key, 2, &array, error))
    return FALSE;
  for (size_t i = 0; i < 2; i++)
    {
      LwJson *value = json_object_array_get_idx (array, i);

      if (!json_object_is_type (value, json_type_int) && !json_object_is_type (value, json_type_double))
        return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“%s” must be two numbers"), key);
      values[i] = json_object_get_double (value);
      if (!(values[i] >= low && values[i] <= high))
        return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“%s” must be two numbers from %g to %g"), key, low, high);
    }
  return TRUE;
}

/* A misspelt member would silently train otherwise. */
static gboolean
only_known (LwJson *object, const char *const *known, GError **error)
{
  json_object_object_foreach (object, key, value)
    {
      (void) value;
      if (!g_strv_contains (known, key))
        return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“%s” is no setting of a recipe"), key);
    }
  return TRUE;
}

/* ---- the recipe ---- */

static gboolean
read_stage (LwRecipeStage *stage, LwJson *object, GError **error)
{
  double crop[2] = { stage->crop_width, stage->crop_height }, scale[2] = { stage->scale_min, stage->scale_max };

  if (!read_count (object, "epochs", 1, 100000, &stage->epochs, error) || !read_count (object, "batch", 1, 1024, &stage->batch, error)
      || !read_pair (object, "crop", 0, 8192, crop, error) || !read_pair (object, "scale", 0.05, 20, scale, error))
    return FALSE;
  if (scale[0] > scale[1] || (crop[0] < 1) != (crop[1] < 1))
    return lw_net_fail (error, LW_NET_ERROR_FORMAT,
                        _("“scale” goes from the smaller to the larger, and “crop” is a width and a height, both 0 for whole frames"));
  stage->crop_width = (int) crop[0];
  stage->crop_height = (int) crop[1];
  stage->scale_min = (float) scale[0];
  stage->scale_max = (float) scale[1];
  return TRUE;
}

/* Members of the recipe itself hold for every stage that says nothing else. */
static gboolean
read_stages (LwRecipe *recipe, LwJson *root, GError **error)
{
  static const char *const known[] = { "epochs", "batch", "crop", "scale", NULL };
  LwRecipeStage common = { .epochs = 50, .batch = 4, .scale_min = 1, .scale_max = 1 };
  LwJson *array;

  if (!read_stage (&common, root, error))
    return FALSE;
  recipe->n_stages = 1;
  recipe->stages[0] = common;
  recipe->epochs = common.epochs;
  if (!has (root, "stages"))
    return TRUE;
  if (!lw_json_get_array (root, "stages", LW_RECIPE_MAX_STAGES, &array, error))
    return FALSE;
  if (json_object_array_length (array) == 0 || has (root, "epochs"))
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“stages” needs at least one stage, and each says its own “epochs”"));
  recipe->n_stages = (guint) json_object_array_length (array);
  recipe->epochs = 0;
  for (guint i = 0; i < recipe->n_stages; i++)
    {
      LwJson *object = json_object_array_get_idx (array, i);

      recipe->stages[i] = common;
      if (!json_object_is_type (object, json_type_object) || !has (object, "epochs"))
        return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("Stage %u doesn’t say its “epochs”"), i + 1);
      if (!only_known (object, known, error) || !read_stage (&recipe->stages[i], object, error))
        return FALSE;
      recipe->epochs += recipe->stages[i].epochs;
    }
  return TRUE;
}

static gboolean
read_optimizer (LwRecipe *recipe, LwJson *root, GError **error)
{
  const char *name = "sgd";

  if (has (root, "optimizer") && !lw_json_get_string (root, "optimizer", &name, error))
    return FALSE;
  if (!g_str_equal (name, "sgd") && !g_str_equal (name, "adamw"))
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“optimizer” is “sgd” or “adamw”, not “%s”"), name);
  recipe->optimizer = g_str_equal (name, "sgd") ? LW_SGD : LW_ADAMW;
  return read_real (root, "rate", 0, 10, &recipe->rate, error) && read_real (root, "momentum", 0, 0.99999, &recipe->momentum, error)
         && read_real (root, "beta2", 0, 0.999999, &recipe->beta2, error) && read_real (root, "weight_decay", 0, 10, &recipe->weight_decay, error)
         && read_real (root, "power", 0, 10, &recipe->power, error) && read_real (root, "clip_norm", 0, 1e6, &recipe->clip_norm, error)
         && read_real (root, "bias_rate_factor", 0, 100, &recipe->bias_rate_factor, error)
         && read_count (root, "warmup_steps", 0, 1000000, &recipe->warmup_steps, error);
}

/* Labels that are drawn would be the hardest of all. */
static gboolean
read_loss (LwRecipe *recipe, LwJson *root, GError **error)
{
  if (!read_real (root, "label_smoothing", 0, 0.5, &recipe->label_smoothing, error) || !read_real (root, "taught", 0, 1, &recipe->taught, error)
      || !read_real (root, "hard_below", 0, 1, &recipe->hard_below, error) || !read_real (root, "hard_share", 0, 1, &recipe->hard_share, error))
    return FALSE;
  if (recipe->hard_below > 0 && recipe->label_smoothing > 0)
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“hard_below” and “label_smoothing” can’t be used together"));
  if (recipe->hard_below > 0 && recipe->taught > 0)
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“hard_below” and “taught” can’t be used together"));
  return TRUE;
}

static gboolean
read_frozen (LwRecipe *recipe, LwJson *root, GError **error)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  LwJson *array;

  if (!has (root, "frozen"))
    return TRUE;
  if (!lw_json_get_array (root, "frozen", MAX_FROZEN, &array, error))
    return FALSE;
  for (size_t i = 0; i < json_object_array_length (array); i++)
    {
      LwJson *prefix = json_object_array_get_idx (array, i);

      if (!json_object_is_type (prefix, json_type_string) || json_object_get_string_len (prefix) == 0)
        return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“frozen” is a list of beginnings of layers’ names"));
      g_strv_builder_add (builder, json_object_get_string (prefix));
    }
  recipe->frozen = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_rate_factors (LwRecipe *recipe, LwJson *root, GError **error)
{
  LwJson *object;

  if (!json_object_object_get_ex (root, "rate_factors", &object))
    return TRUE;
  if (!json_object_is_type (object, json_type_object) || json_object_object_length (object) > LW_RECIPE_MAX_RATE_FACTORS)
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“rate_factors” is an object of at most %d beginnings of layers’ names and factors"), LW_RECIPE_MAX_RATE_FACTORS);
  json_object_object_foreach (object, prefix, value)
    {
      LwRateFactor *factor = &recipe->rate_factors[recipe->n_rate_factors];

      (void) value;
      if (*prefix == '\0')
        return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("“rate_factors” is an object of at most %d beginnings of layers’ names and factors"), LW_RECIPE_MAX_RATE_FACTORS);
      if (!read_real (object, prefix, 0.0001, 1000, &factor->factor, error))
        return FALSE;
      factor->prefix = g_strdup (prefix);
      recipe->n_rate_factors++;
    }
  return TRUE;
}

static gboolean
read_recipe (LwRecipe *recipe, LwJson *root, GError **error)
{
  static const char *const known[] = {
    "name", "epochs", "batch", "crop", "scale", "stages", "optimizer", "rate", "momentum", "beta2", "weight_decay", "power", "clip_norm", "bias_rate_factor",
    "warmup_steps", "batch_norm", "class_weights", "class_weight_power", "max_class_weight", "brightness", "contrast", "saturation", "shift", "flip", "statistics_steps",
    "validate_every", "patience", "min_steps", "frozen", "frozen_norms", "rate_factors", "label_smoothing", "taught", "hard_below", "hard_share", "average", "blend_frames", "checkpoint_seconds", "seed", NULL,
  };
  const char *name;
  gint64 seed = 1;

  if (!json_object_is_type (root, json_type_object))
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("it is not an object"));
  if (!only_known (root, known, error) || !lw_json_get_string (root, "name", &name, error) || !read_stages (recipe, root, error)
      || !read_optimizer (recipe, root, error) || !read_frozen (recipe, root, error) || !read_rate_factors (recipe, root, error))
    return FALSE;
  if (has (root, "seed") && !lw_json_get_int (root, "seed", 0, G_MAXINT64, &seed, error))
    return FALSE;
  recipe->name = g_strdup (name);
  recipe->seed = (guint64) seed;
  return read_flag (root, "batch_norm", &recipe->batch_norm, error) && read_flag (root, "frozen_norms", &recipe->frozen_norms, error)
         && read_flag (root, "class_weights", &recipe->class_weights, error)
         && read_count (root, "statistics_steps", 0, 100000, &recipe->statistics_steps, error)
         && read_real (root, "class_weight_power", 0, 4, &recipe->class_weight_power, error)
         && read_real (root, "max_class_weight", 0.001, 1e6, &recipe->max_class_weight, error)
         && read_real (root, "brightness", 0, 0.9, &recipe->brightness, error) && read_real (root, "contrast", 0, 0.9, &recipe->contrast, error)
         && read_real (root, "saturation", 0, 0.9, &recipe->saturation, error) && read_count (root, "shift", 0, 1000, &recipe->shift, error)
         && read_flag (root, "flip", &recipe->flip, error)
         && read_loss (recipe, root, error) && read_real (root, "average", 0, 1, &recipe->average, error)
         && read_count (root, "blend_frames", 0, 1000000, &recipe->blend_frames, error)
         && read_count (root, "checkpoint_seconds", 0, 1000000, &recipe->checkpoint_seconds, error)
         && read_count (root, "validate_every", 1, 100000, &recipe->validate_every, error)
         && read_count (root, "patience", 0, 100000, &recipe->patience, error) && read_count (root, "min_steps", 0, 10000000, &recipe->min_steps, error);
}

static LwRecipe *
finish (LwJson *root, const char *source, GError **error)
{
  g_autoptr(LwRecipe) recipe = g_new0 (LwRecipe, 1);

  recipe->rate = 0.001f;
  recipe->momentum = 0.9f;
  recipe->beta2 = 0.999f;
  recipe->power = 0.9f;
  recipe->bias_rate_factor = 1;
  recipe->class_weight_power = 1;
  recipe->max_class_weight = 1e6f;
  recipe->hard_share = 0.1f;
  recipe->validate_every = 1;
  recipe->checkpoint_seconds = 30;
  if (root == NULL)
    return NULL;
  if (read_recipe (recipe, root, error))
    return g_steal_pointer (&recipe);
  g_prefix_error (error, _("The recipe “%s” can’t be used: "), source);
  return NULL;
}

LwRecipe *
lw_recipe_parse (const char *json, gsize length, const char *source, GError **error)
{
  g_autofree char *name = g_strdup_printf (_("The recipe “%s”"), source);
  g_autoptr(LwJson) root = lw_json_parse (json, length, MAX_RECIPE, name, error);

  return finish (root, source, error);
}

LwRecipe *
lw_recipe_load (const char *path, GError **error)
{
  g_autoptr(LwJson) root = lw_json_load (path, MAX_RECIPE, error);

  return finish (root, path, error);
}
