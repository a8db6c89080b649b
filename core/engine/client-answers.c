/* client-answers.c: reads what an engine says; it may be any program, so nothing is taken for granted */
#include "config.h"
#include "client-private.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_MESSAGE 4096        /* bytes of an error message that are shown */

static const struct { const char *code; LwEngineError error; } codes[] = {
  { "model", LW_ENGINE_ERROR_MODEL },   { "device", LW_ENGINE_ERROR_DEVICE },       { "memory", LW_ENGINE_ERROR_DEVICE },
  { "busy", LW_ENGINE_ERROR_BUSY },     { "job", LW_ENGINE_ERROR_JOB },             { "cancelled", LW_ENGINE_ERROR_CANCELLED },
  { "version", LW_ENGINE_ERROR_PROTOCOL },
};

GError *
lw_error_from_answer (LwJson *error)
{
  const char *code = "", *message = _("The engine gave no reason.");
  LwEngineError known = LW_ENGINE_ERROR_PROTOCOL;
  lw_json_get_string (error, "code", &code, NULL);
  lw_json_get_string (error, "message", &message, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (codes[i].code, code))
      known = codes[i].error;
  g_autofree char *head = g_strndup (message, MAX_MESSAGE);
  g_autofree char *valid = g_utf8_make_valid (head, -1);
  return g_error_new_literal (LW_ENGINE_ERROR, (int) known, valid);
}

static gboolean
all_names (LwJson *classes)
{
  gsize n = json_object_array_length (classes);
  for (gsize i = 0; i < n; i++)
    if (!json_object_is_type (json_object_array_get_idx (classes, i), json_type_string))
      return FALSE;
  return n > 0;
}

LwModelInfo *
lw_model_info_from_answer (LwJson *result, const char *path, GError **error)
{
  const char *architecture, *sha256;
  LwJson *classes;
  gint64 width, height, max_side, parameters;
  if (!lw_json_get_string (result, "architecture", &architecture, error) || !lw_json_get_string (result, "sha256", &sha256, error)
      || !lw_json_get_array (result, "classes", 255, &classes, error) || !lw_json_get_int (result, "train_width", 1, LW_MAX_SIDE, &width, error)
      || !lw_json_get_int (result, "train_height", 1, LW_MAX_SIDE, &height, error) || !lw_json_get_int (result, "max_side", 1, LW_MAX_SIDE, &max_side, error)
      || !lw_json_get_int (result, "parameters", 0, G_MAXINT64, &parameters, error))
    return NULL;
  if (!all_names (classes))
    {
      g_set_error_literal (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_PROTOCOL, _("The engine gave a model without proper class names."));
      return NULL;
    }
  LwModelInfo *info = g_new (LwModelInfo, 1);
  *info = (LwModelInfo) {
    .path = g_strdup (path), .sha256 = g_strdup (sha256), .architecture = g_strdup (architecture),
    .classes = g_strdup (json_object_to_json_string_ext (classes, JSON_C_TO_STRING_PLAIN)), .n_classes = (int) json_object_array_length (classes),
    .train_width = (int) width, .train_height = (int) height, .max_side = (int) max_side, .parameters = (guint64) parameters,
  };
  return info;
}

static guint
count_of (LwJson *object, const char *key)
{
  gint64 value = 0;
  lw_json_get_int (object, key, 0, G_MAXUINT32, &value, NULL);
  return (guint) value;
}

static double
number_of (LwJson *object, const char *key)
{
  double value = NAN;
  lw_json_get_double (object, key, &value, NULL);
  return value;
}

gboolean
lw_train_progress_from_answer (LwJson *answer, LwTrainProgress *progress)
{
  LwJson *object = NULL;
  if (!lw_json_get_object (answer, "progress", &object, NULL))
    return FALSE;
  *progress = (LwTrainProgress) {
    .epoch = count_of (object, "epoch"), .epochs = count_of (object, "epochs"), .step = count_of (object, "step"), .steps = count_of (object, "steps"),
    .loss = number_of (object, "loss"), .val_miou = number_of (object, "val_miou"), .rate = number_of (object, "rate"),
    .seconds = number_of (object, "seconds"), .seconds_left = number_of (object, "seconds_left"),
  };
  const char *note = NULL;
  lw_json_get_bool (object, "epoch_done", &progress->epoch_done, NULL);
  lw_json_get_string (object, "note", &note, NULL);
  progress->note = note != NULL ? g_intern_string (note) : NULL;
  return TRUE;
}
