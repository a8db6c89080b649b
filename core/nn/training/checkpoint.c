/* checkpoint.c: a training's state in one safetensors file: values, the optimizer's moments, the best epoch's values. What is drawn by chance follows
 * from the seed and the step's number alone, so that no generator has to be kept. */
#include "config.h"
#include "trainer-private.h"
#include "common/json.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#define METADATA_KEY "labelwright.training"
#define MAX_METADATA 65536      /* bytes */

/* Everything that must be the same for a training to go on as it began. */
static char *
fingerprint (const LwTrainer *trainer)
{
  const LwRecipe *r = trainer->recipe;
  g_autoptr(GString) text = g_string_new (trainer->backend->name);

  g_string_append_printf (text, " %s %d %d %d", trainer->model->architecture, trainer->model->n_classes, trainer->model->original_padding, (int) trainer->precision);
  g_string_append_printf (text, " %u %u %d %d", trainer->set->n_train, trainer->set->n_val, trainer->set->width, trainer->set->height);
  for (guint i = 0; i < r->n_stages; i++)
    g_string_append_printf (text, " %u %u %d %d %a %a", r->stages[i].epochs, r->stages[i].batch, r->stages[i].crop_width, r->stages[i].crop_height,
                            r->stages[i].scale_min, r->stages[i].scale_max);
  g_string_append_printf (text, " %u %d %a %a %a %a %a %a %a", r->warmup_steps, (int) r->optimizer, r->rate, r->momentum, r->beta2, r->weight_decay, r->power,
                          r->clip_norm, r->bias_rate_factor);
  g_string_append_printf (text, " %d %d %a %a %a %a %a %d %u %u %" G_GUINT64_FORMAT, r->batch_norm, r->class_weights, r->class_weight_power, r->max_class_weight,
                          r->brightness, r->contrast, r->saturation, r->flip, r->validate_every, r->min_steps, r->seed);
  for (char **prefix = r->frozen; prefix != NULL && *prefix != NULL; prefix++)
    g_string_append_printf (text, " %s", *prefix);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
}

static char *
describe (const LwTrainer *trainer)
{
  g_autoptr(LwJson) root = json_object_new_object ();
  g_autofree char *print = fingerprint (trainer);

  json_object_object_add (root, "training", json_object_new_string (print));
  json_object_object_add (root, "epoch", json_object_new_int64 (trainer->epoch));
  json_object_object_add (root, "best_epoch", json_object_new_int64 (trainer->best_epoch));
  json_object_object_add (root, "since_best", json_object_new_int64 (trainer->validations_since_best));
  json_object_object_add (root, "best_miou", isnan (trainer->best_miou) ? NULL : json_object_new_double (trainer->best_miou));
  json_object_object_add (root, "loss", json_object_new_double (trainer->final_loss));
  json_object_object_add (root, "seconds", json_object_new_double (trainer->seconds_before + (double) (g_get_monotonic_time () - trainer->started) * 1e-6));
  return g_strdup (json_object_to_json_string_ext (root, JSON_C_TO_STRING_PLAIN));
}

/* Adds tensors that share the values of @from's. */
static void
lend (LwWeights *file, const char *prefix, const LwWeights *from)
{
  for (guint i = 0; i < from->tensors->len; i++)
    {
      const LwTensor *tensor = from->tensors->pdata[i];
      g_autofree char *name = g_strconcat (prefix, tensor->name, NULL);

      lw_weights_take (file, name, tensor->dims, tensor->rank, tensor->data);
    }
}

gboolean
lw_checkpoint_save (LwTrainer *trainer, GError **error)
{
  g_autoptr(LwWeights) file = lw_weights_new ();

  lend (file, "now.", trainer->weights);
  lend (file, "state.", trainer->state);
  lend (file, "best.", trainer->best);
  g_hash_table_insert (file->metadata, g_strdup (METADATA_KEY), describe (trainer));
  gboolean done = lw_safetensors_save (file, LW_STORE_F32, trainer->checkpoint, error);

  for (guint i = 0; i < file->tensors->len; i++)
    ((LwTensor *) file->tensors->pdata[i])->data = NULL;
  if (!done)
    g_prefix_error (error, _("Could not save the training’s checkpoint: "));
  return done;
}

static gboolean
read_metadata (LwTrainer *trainer, const char *text, GError **error)
{
  g_autoptr(LwJson) root = lw_json_parse (text, strlen (text), MAX_METADATA, _("its description"), error);
  g_autofree char *print = fingerprint (trainer);
  gint64 epoch, best_epoch, since_best;
  const char *found;

  if (root == NULL || !lw_json_get_string (root, "training", &found, error) || !lw_json_get_int (root, "epoch", 1, trainer->schedule->epochs, &epoch, error)
      || !lw_json_get_int (root, "best_epoch", 0, epoch, &best_epoch, error) || !lw_json_get_int (root, "since_best", 0, epoch, &since_best, error)
      || !lw_json_get_double (root, "loss", &trainer->final_loss, error) || !lw_json_get_double (root, "seconds", &trainer->seconds_before, error))
    return FALSE;
  if (!g_str_equal (found, print))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_FORMAT, _("it belongs to a training with another recipe, data, network or device; remove it to start anew"));
      return FALSE;
    }
  lw_json_get_double (root, "best_miou", &trainer->best_miou, NULL);
  trainer->epoch = (guint) epoch;
  trainer->best_epoch = (guint) best_epoch;
  trainer->validations_since_best = (guint) since_best;
  return TRUE;
}

/* Moves the values of tensors whose name begins with @prefix to where they belong. */
static LwWeights *
collect (LwWeights *file, const char *prefix)
{
  LwWeights *weights = lw_weights_new ();

  for (guint i = 0; i < file->tensors->len; i++)
    {
      LwTensor *tensor = file->tensors->pdata[i];

      if (g_str_has_prefix (tensor->name, prefix) && tensor->data != NULL)
        lw_weights_take (weights, tensor->name + strlen (prefix), tensor->dims, tensor->rank, g_steal_pointer (&tensor->data));
    }
  return weights;
}

static gboolean
take_over (LwTrainer *trainer, LwWeights *file, GError **error)
{
  const char *text = g_hash_table_lookup (file->metadata, METADATA_KEY);

  if (text == NULL)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_FORMAT, _("it is no checkpoint"));
      return FALSE;
    }
  if (!read_metadata (trainer, text, error))
    return FALSE;
  lw_weights_free (trainer->weights);
  lw_weights_free (trainer->best);
  trainer->weights = collect (file, "now.");
  trainer->best = collect (file, "best.");
  trainer->state = collect (file, "state.");
  return lw_weights_check (trainer->weights, trainer->graph, error) && lw_weights_check (trainer->best, trainer->model->graph, error);
}

gboolean
lw_checkpoint_load (LwTrainer *trainer, gboolean *found, GError **error)
{
  *found = trainer->checkpoint != NULL && g_file_test (trainer->checkpoint, G_FILE_TEST_EXISTS);
  if (!*found)
    return TRUE;
  g_autoptr(LwWeights) file = lw_safetensors_load (trainer->checkpoint, error);

  if (file == NULL)
    return FALSE;
  if (take_over (trainer, file, error))
    return TRUE;
  g_prefix_error (error, _("The checkpoint “%s” can’t be resumed: "), trainer->checkpoint);
  return FALSE;
}
