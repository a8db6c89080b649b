/* workflow.c: proposals, and models that come from files */
#include "config.h"
#include "workflow.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/json.h"
#include "common/paths.h"
#include "workflow-private.h"

#define STARTER "models/starter.safetensors"
#define MAX_NAMES 10000
#define MAX_CARD_BYTES (256u << 10)

/* ---- proposals ---- */

LwProposal *
lw_workflow_propose (LwProject *project, LwEngine *engine, LwFrame *frame, LwFrameSource *source, const LwModel *model, GCancellable *cancellable, GError **error)
{
  guint8 table[256];
  g_autoptr(LwImage) image = lw_frame_source_read (source, frame->ordinal, cancellable, error);
  if (image == NULL || !lw_project_map_channels (project, model->classes, table, error))
    return NULL;
  if (image->width != frame->width || image->height != frame->height)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_CHANGED, _("Frame “%s” has another size than when it was added."), frame->name);
      return NULL;
    }
  g_autoptr(LwPrediction) prediction = lw_engine_predict (engine, model->path, image, cancellable, error);
  if (prediction == NULL)
    return NULL;
  g_autoptr(LwProposal) proposal = g_new0 (LwProposal, 1);
  proposal->frame = frame->id;
  proposal->model = model->id;
  proposal->created = g_get_real_time ();
  proposal->map = g_steal_pointer (&prediction->channels);
  proposal->confidence = g_steal_pointer (&prediction->confidence);
  lw_label_map_remap (proposal->map, table);
  return lw_project_set_proposal (project, proposal, error) ? g_steal_pointer (&proposal) : NULL;
}

/* ---- models ---- */

LwModel *
lw_workflow_find_model_by_hash (LwProject *project, const char *sha256, GError **error)
{
  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  for (guint i = 0; models != NULL && i < models->len; i++)
    {
      const LwModel *model = g_ptr_array_index (models, i);
      if (g_strcmp0 (model->sha256, sha256) == 0)
        return lw_project_find_model (project, model->uuid, error);
    }
  return NULL;
}

/* “drive”, or the first of “drive-2”, “drive-3” … that no model has. */
char *
lw_workflow_free_model_name (LwProject *project, const char *wanted, GError **error)
{
  g_autoptr(GPtrArray) models = lw_project_list_models (project, error);
  if (models == NULL)
    return NULL;
  g_autoptr(GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < models->len; i++)
    g_hash_table_add (taken, ((LwModel *) g_ptr_array_index (models, i))->name);
  if (!g_hash_table_contains (taken, wanted))
    return g_strdup (wanted);
  for (int n = 2; n < MAX_NAMES; n++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%d", wanted, n);
      if (!g_hash_table_contains (taken, name))
        return g_steal_pointer (&name);
    }
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS, _("All names like “%s” are taken by models. Give another one."), wanted);
  return NULL;
}

/* What a JSON file beside the weights says of them, where it names their hash: what they were trained on, and under which terms. */
static char *
read_card (const char *path, const char *sha256)
{
  g_autofree char *stem = g_str_has_suffix (path, ".safetensors") ? g_strndup (path, strlen (path) - strlen (".safetensors")) : g_strdup (path);
  g_autofree char *file = g_strconcat (stem, ".json", NULL);
  g_autoptr(LwJson) card = g_file_test (file, G_FILE_TEST_IS_REGULAR) ? lw_json_load (file, MAX_CARD_BYTES, NULL) : NULL;
  const char *named = NULL;
  if (card == NULL || !lw_json_get_string (card, "sha256", &named, NULL) || g_ascii_strcasecmp (named, sha256) != 0)
    return NULL;
  return g_strdup (json_object_to_json_string_ext (card, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

LwModel *
lw_workflow_add_model_file (LwProject *project, LwEngine *engine, const char *path, const char *name, GError **error)
{
  g_autoptr(GError) missing = NULL;
  g_autoptr(LwModelInfo) info = lw_engine_inspect (engine, path, error);
  if (info == NULL)
    return NULL;
  LwModel *known = lw_workflow_find_model_by_hash (project, info->sha256, &missing);
  if (known != NULL)
    return known;
  if (missing != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&missing));
      return NULL;
    }
  g_autofree char *base = g_path_get_basename (path);
  char *dot = strrchr (base, '.');
  if (dot != NULL && dot != base)
    *dot = '\0';
  g_autofree char *free_name = lw_workflow_free_model_name (project, name != NULL ? name : base, error);
  if (free_name == NULL)
    return NULL;
  g_autofree char *card = read_card (path, info->sha256);
  LwModel model = { .name = free_name, .architecture = info->architecture, .classes = info->classes, .card = card, .status = LW_MODEL_CANDIDATE };
  if (lw_project_add_model (project, &model, path, error) == 0)
    return NULL;
  return lw_project_find_model (project, free_name, error);
}

LwModel *
lw_workflow_need_champion (LwProject *project, LwEngine *engine, GError **error)
{
  g_autoptr(GError) reason = NULL;
  LwModel *champion = lw_project_get_champion (project, &reason);
  if (champion != NULL || reason != NULL)
    {
      if (reason != NULL)
        g_propagate_error (error, g_steal_pointer (&reason));
      return champion;
    }
  g_autofree char *path = lw_paths_data (STARTER);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;
  g_autoptr(LwModel) starter = lw_workflow_add_model_file (project, engine, path, "starter", error);
  if (starter == NULL || !lw_project_promote_model (project, starter->id, _("The model that the program comes with"), error))
    return NULL;
  return lw_project_find_model (project, starter->uuid, error);
}

LwModel *
lw_workflow_find_model (LwProject *project, LwEngine *engine, const char *name_or_path, GError **error)
{
  g_autoptr(GError) reason = NULL;
  LwModel *model;
  if (name_or_path == NULL)
    model = lw_workflow_need_champion (project, engine, &reason);
  else
    model = lw_project_find_model (project, name_or_path, &reason);
  if (model != NULL)
    return model;
  if (name_or_path != NULL && g_error_matches (reason, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND) && g_file_test (name_or_path, G_FILE_TEST_IS_REGULAR))
    return lw_workflow_add_model_file (project, engine, name_or_path, NULL, error);
  if (reason != NULL)
    g_propagate_error (error, g_steal_pointer (&reason));
  else
    g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no model yet, and the program comes without one. Name a weights file, or train a model."));
  return NULL;
}
