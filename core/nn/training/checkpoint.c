/* checkpoint.c: a training's state in one safetensors file: values, the optimizer's moments, the best epoch's values, the average. What is drawn by
 * chance follows from the seed and the step's number alone, so that no generator has to be kept. */
#include "config.h"
#include "trainer-private.h"
#include "common/json.h"
#include "nn/networks/networks.h"
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>

#define METADATA_KEY "labelwright.training"
#define MAX_METADATA 65536      /* bytes */
#define WRITING_SHARE 20        /* the time between two checkpoints is so many times what writing one takes, at least */
#define NOW "now."              /* beginnings of tensors' names */
#define STATE "state."
#define BEST "best."
#define AVERAGE "average."

/* Pictures that a network sees otherwise are other data. Most trainings take what their network always takes, which goes without saying. */
static void
add_transform (GString *text, const LwNetModel *model)
{
  LwInputTransform usual = lw_input_transform (lw_network_input (model->architecture)), transform = model->transform;

  if (memcmp (&transform, &usual, sizeof usual) == 0)
    return;
  for (int i = 0; i < 3; i++)
    g_string_append_printf (text, " %a %a", transform.mean[i], transform.std[i]);
  g_string_append (text, transform.bgr ? " bgr" : " rgb");
}

/* Everything that must be the same for a training to go on as it began, on the backend @backend. */
static char *
fingerprint (const LwTrainer *trainer, const char *backend)
{
  const LwRecipe *r = trainer->recipe;
  g_autoptr(GString) text = g_string_new (backend);

  g_string_append_printf (text, " %s %d %d %d", trainer->model->architecture, trainer->model->n_classes, trainer->model->original_padding, (int) trainer->precision);
  g_string_append_printf (text, " %u %u %d %d", trainer->set->n_train, trainer->set->n_val, trainer->set->width, trainer->set->height);
  for (guint i = 0; i < r->n_stages; i++)
    g_string_append_printf (text, " %u %u %d %d %a %a", r->stages[i].epochs, r->stages[i].batch, r->stages[i].crop_width, r->stages[i].crop_height,
                            r->stages[i].scale_min, r->stages[i].scale_max);
  g_string_append_printf (text, " %u %d %a %a %a %a %a %a %a", r->warmup_steps, (int) r->optimizer, r->rate, r->momentum, r->beta2, r->weight_decay, r->power,
                          r->clip_norm, r->bias_rate_factor);
  g_string_append_printf (text, " %d %d %a %a %a %a %a %d %u %u %a %a %u %u %u %" G_GUINT64_FORMAT, r->batch_norm, r->class_weights, r->class_weight_power, r->max_class_weight,
                          r->brightness, r->contrast, r->saturation, r->flip, r->validate_every, r->min_steps, r->label_smoothing, r->average, r->blend_frames, r->shift, r->statistics_steps,
                          r->seed);
  for (char **prefix = r->frozen; prefix != NULL && *prefix != NULL; prefix++)
    g_string_append_printf (text, " %s", *prefix);
  if (r->frozen_norms)
    g_string_append (text, " norms");
  if (r->taught > 0)
    g_string_append_printf (text, " taught %a %s", r->taught, trainer->teacher_print);
  if (r->hard_below > 0)
    g_string_append_printf (text, " hard %a %a", r->hard_below, r->hard_share);
  for (guint i = 0; i < r->n_rate_factors; i++)
    g_string_append_printf (text, " %s %a", r->rate_factors[i].prefix, r->rate_factors[i].factor);
  add_transform (text, trainer->model);
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, (gssize) text->len);
}

static char *
describe (const LwTrainer *trainer)
{
  g_autoptr(LwJson) root = json_object_new_object ();
  g_autofree char *print = fingerprint (trainer, trainer->backend->name);

  json_object_object_add (root, "training", json_object_new_string (print));
  json_object_object_add (root, "step", json_object_new_int64 (trainer->step));
  json_object_object_add (root, "epoch", json_object_new_int64 (trainer->epoch));
  json_object_object_add (root, "averaged", json_object_new_int64 (trainer->averaged));
  json_object_object_add (root, "averaged_epoch", json_object_new_int64 (trainer->averaged_epoch));
  json_object_object_add (root, "loss_sum", json_object_new_double (trainer->loss_sum));
  json_object_object_add (root, "best_epoch", json_object_new_int64 (trainer->best_epoch));
  json_object_object_add (root, "since_best", json_object_new_int64 (trainer->validations_since_best));
  json_object_object_add (root, "best_miou", isnan (trainer->best_miou) ? NULL : json_object_new_double (trainer->best_miou));
  json_object_object_add (root, "loss", json_object_new_double (trainer->final_loss));
  json_object_object_add (root, "plan_key", trainer->plan_key != NULL ? json_object_new_string (trainer->plan_key) : NULL);
  json_object_object_add (root, "seconds", json_object_new_double (trainer->seconds_before + (double) (g_get_monotonic_time () - trainer->started) * 1e-6));
  return g_strdup (json_object_to_json_string_ext (root, JSON_C_TO_STRING_PLAIN));
}

/* ---- writing ---- */

/* What is written while the training goes on: nothing of it is the trainer's any more, but the best epoch's values, which nobody changes. */
struct _LwCheckpointWriter {
  LwWeights *file, *best;
  char *path;
  GThread *thread;
  GError *error;
  gint64 next;                 /* when the next one may be written; once @done */
  gint done;
};

/* Moves the tensors' values. */
static void
give (LwWeights *file, const char *prefix, LwWeights *from)
{
  for (guint i = 0; i < from->tensors->len; i++)
    {
      LwTensor *tensor = from->tensors->pdata[i];
      g_autofree char *name = g_strconcat (prefix, tensor->name, NULL);

      lw_weights_take (file, name, tensor->dims, tensor->rank, g_steal_pointer (&tensor->data));
    }
  lw_weights_free (from);
}

/* Adds tensors that share the values of @from's, until take_back(). */
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

static void
take_back (LwWeights *file, const char *prefix)
{
  for (guint i = 0; i < file->tensors->len; i++)
    {
      LwTensor *tensor = file->tensors->pdata[i];

      if (g_str_has_prefix (tensor->name, prefix))
        tensor->data = NULL;
    }
}

static gpointer
write_cb (gpointer data)
{
  LwCheckpointWriter *writer = data;
  gint64 start = g_get_monotonic_time ();

  if (!lw_safetensors_save (writer->file, LW_STORE_F32, writer->path, &writer->error))
    g_prefix_error (&writer->error, _("Could not save the training’s checkpoint: "));
  take_back (writer->file, BEST);
  g_clear_pointer (&writer->file, lw_weights_free);
  g_clear_pointer (&writer->best, lw_weights_free);
  writer->next = g_get_monotonic_time () + WRITING_SHARE * (g_get_monotonic_time () - start);
  g_atomic_int_set (&writer->done, 1);
  return NULL;
}

/* One that is over holds nothing but what it came to. */
static gboolean
fill (LwTrainer *trainer, LwCheckpointWriter *writer, GError **error)
{
  gboolean over = lw_trainer_is_over (trainer);

  writer->file = lw_weights_new ();
  if (!over)
    {
      if (!lw_trainer_fetch_values (trainer, error) || !lw_trainer_fetch_state (trainer, error))
        return FALSE;
      give (writer->file, NOW, g_steal_pointer (&trainer->weights));
      give (writer->file, STATE, g_steal_pointer (&trainer->state));
      if (trainer->average != NULL)
        give (writer->file, AVERAGE, lw_weights_copy (trainer->average));
    }
  if (over || !isnan (trainer->best_miou))
    {
      writer->best = lw_weights_share (trainer->best);
      lend (writer->file, BEST, writer->best);
    }
  g_hash_table_insert (writer->file->metadata, g_strdup (METADATA_KEY), describe (trainer));
  return TRUE;
}

gboolean
lw_checkpoint_begin (LwTrainer *trainer, GError **error)
{
  if (trainer->checkpoint == NULL)
    return TRUE;
  if (!lw_checkpoint_wait (trainer, error))
    return FALSE;
  LwCheckpointWriter *writer = trainer->writer = g_new0 (LwCheckpointWriter, 1);

  writer->path = g_strdup (trainer->checkpoint);
  if (!fill (trainer, writer, error))
    {
      lw_checkpoint_wait (trainer, NULL);
      return FALSE;
    }
  writer->thread = g_thread_new ("lw-checkpoint", write_cb, writer);
  trainer->saved_step = trainer->step;
  trainer->checkpoint_due = g_get_monotonic_time () + (gint64) trainer->recipe->checkpoint_seconds * G_USEC_PER_SEC;
  return TRUE;
}

gboolean
lw_checkpoint_wait (LwTrainer *trainer, GError **error)
{
  g_autofree LwCheckpointWriter *writer = g_steal_pointer (&trainer->writer);

  if (writer == NULL)
    return TRUE;
  if (writer->thread != NULL)
    g_thread_join (writer->thread);
  lw_weights_free (writer->file);
  lw_weights_free (writer->best);
  g_free (writer->path);
  if (writer->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&writer->error));
  return FALSE;
}

/* Never more than a small part of the time, however large the network and slow the disk. */
gboolean
lw_checkpoint_is_due (const LwTrainer *trainer)
{
  const LwCheckpointWriter *writer = trainer->writer;
  gint64 now = g_get_monotonic_time ();

  return trainer->checkpoint != NULL && now >= trainer->checkpoint_due && (writer == NULL || (g_atomic_int_get (&writer->done) && now >= writer->next));
}

/* ---- reading ---- */

/* Where it was; what is missing or impossible is an error. */
static gboolean
read_position (LwTrainer *trainer, LwJson *root, GError **error)
{
  const LwSchedule *schedule = trainer->schedule;
  gint64 step, epoch, best_epoch, since_best, averaged, averaged_epoch;

  if (!lw_json_get_int (root, "epoch", 0, schedule->epochs, &epoch, error)
      || !lw_json_get_int (root, "step", schedule->first_step[epoch], schedule->first_step[MIN (epoch + 1, schedule->epochs)], &step, error)
      || !lw_json_get_int (root, "best_epoch", 0, epoch, &best_epoch, error) || !lw_json_get_int (root, "since_best", 0, epoch, &since_best, error)
      || !lw_json_get_int (root, "averaged", 0, epoch + 1, &averaged, error) || !lw_json_get_int (root, "averaged_epoch", 0, epoch + 1, &averaged_epoch, error)
      || !lw_json_get_double (root, "loss", &trainer->final_loss, error) || !lw_json_get_double (root, "loss_sum", &trainer->loss_sum, error)
      || !lw_json_get_double (root, "seconds", &trainer->seconds_before, error))
    return FALSE;
  lw_json_get_double (root, "best_miou", &trainer->best_miou, NULL);
  trainer->step = trainer->values_step = trainer->state_step = trainer->saved_step = (guint) step;
  trainer->epoch = (guint) epoch;
  trainer->best_epoch = (guint) best_epoch;
  trainer->validations_since_best = (guint) since_best;
  trainer->averaged = (guint) averaged;
  trainer->averaged_epoch = (guint) averaged_epoch;
  return TRUE;
}

/* What another backend began, this one may go on with: where a GPU is lost, or gone, the processor brings the training to its end. */
static gboolean
is_of_this_training (const LwTrainer *trainer, const char *print)
{
  static const char *const backends[] = { "cpu", "cuda", "ref" };
  gboolean is = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (backends) && !is; i++)
    {
      g_autofree char *expected = fingerprint (trainer, backends[i]);

      is = g_str_equal (print, expected);
    }
  return is;
}

static gboolean
read_metadata (LwTrainer *trainer, const char *text, GError **error)
{
  g_autoptr(LwJson) root = lw_json_parse (text, strlen (text), MAX_METADATA, _("its description"), error);
  const char *found, *key;

  if (root == NULL || !lw_json_get_string (root, "training", &found, error))
    return FALSE;
  if (!is_of_this_training (trainer, found))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_FORMAT, _("it belongs to a training with another recipe, data or network; remove it to start anew"));
      return FALSE;
    }
  if (lw_json_get_string (root, "plan_key", &key, NULL))
    trainer->plan_key = g_strdup (key);
  return read_position (trainer, root, error);
}

/* Moves the values of tensors whose name begins with @prefix to where they belong; NULL: there are none. */
static LwWeights *
collect (LwWeights *file, const char *prefix)
{
  g_autoptr(LwWeights) weights = lw_weights_new ();

  for (guint i = 0; i < file->tensors->len; i++)
    {
      LwTensor *tensor = file->tensors->pdata[i];

      if (g_str_has_prefix (tensor->name, prefix) && tensor->data != NULL)
        lw_weights_take (weights, tensor->name + strlen (prefix), tensor->dims, tensor->rank, g_steal_pointer (&tensor->data));
    }
  return weights->tensors->len > 0 ? g_steal_pointer (&weights) : NULL;
}

static void
replace (LwWeights **weights, LwWeights *by)
{
  lw_weights_free (*weights);
  *weights = by;
}

/* The best epoch's values are there where one was judged; the rest, where it goes on. */
static gboolean
take_tensors (LwTrainer *trainer, LwWeights *file, GError **error)
{
  const LwGraph *graph = trainer->model->graph;
  gboolean over = lw_trainer_is_over (trainer);

  if (over || !isnan (trainer->best_miou))
    replace (&trainer->best, collect (file, BEST));
  if (!over)
    {
      replace (&trainer->weights, collect (file, NOW));
      trainer->state = collect (file, STATE);
      trainer->average = collect (file, AVERAGE);
    }
  if (trainer->best == NULL || trainer->weights == NULL || (trainer->average == NULL && trainer->averaged > 0 && !over))
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("values are missing in it"));
  return lw_weights_check (trainer->best, graph, error) && lw_weights_check (trainer->weights, trainer->graph, error)
         && (trainer->average == NULL || lw_weights_check (trainer->average, graph, error));
}

static gboolean
take_over (LwTrainer *trainer, LwWeights *file, GError **error)
{
  const char *text = g_hash_table_lookup (file->metadata, METADATA_KEY);

  if (text == NULL)
    return lw_net_fail (error, LW_NET_ERROR_FORMAT, _("it is no checkpoint"));
  return read_metadata (trainer, text, error) && take_tensors (trainer, file, error);
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
