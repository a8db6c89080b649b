/* models.c: the networks of a project: weights under their hash in models/, everything else in a row */
#include "config.h"
#include "store/models/models.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include "common/json.h"
#include "store/database/files.h"
#include "store/database/filesystem.h"
#include "store/project/audit.h"
#include "store/project/rows.h"

#define MAX_CLASSES_BYTES (1 << 16)
#define COLUMNS "id, parent, dataset, uuid, name, sha256, architecture, classes, recipe, metrics, card, seed, created, status"

void
lw_model_free (LwModel *model)
{
  if (model == NULL)
    return;
  char *texts[] = { model->uuid, model->name, model->path, model->sha256, model->architecture, model->classes, model->recipe, model->metrics, model->card };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_free (model);
}

/* ---- read ---- */

static char *
file_path (LwProject *project, const char *sha256)
{
  g_autofree char *name = g_strconcat (sha256, ".safetensors", NULL);
  return g_build_filename (project->folder, "models", name, NULL);
}

/* NULL where its hash is none, and so no name of a file. */
static gpointer
read_model (LwProject *self, LwQuery *query)
{
  const char *sha256 = (const char *) sqlite3_column_text (query, 5);
  if (!lw_store_is_sha256 (sha256))
    return NULL;
  LwModel *model = g_new0 (LwModel, 1);
  model->path = file_path (self, sha256);
  model->id = sqlite3_column_int64 (query, 0);
  model->parent = sqlite3_column_int64 (query, 1);
  model->dataset = sqlite3_column_int64 (query, 2);
  model->uuid = lw_query_dup_text (query, 3);
  model->name = lw_query_dup_text (query, 4);
  model->sha256 = g_strdup (sha256);
  model->architecture = lw_query_dup_text (query, 6);
  model->classes = lw_query_dup_text (query, 7);
  model->recipe = lw_query_dup_text (query, 8);
  model->metrics = lw_query_dup_text (query, 9);
  model->card = lw_query_dup_text (query, 10);
  model->seed = sqlite3_column_int64 (query, 11);
  model->created = sqlite3_column_int64 (query, 12);
  model->status = (LwModelStatus) lw_query_int (query, 13, LW_MODEL_CANDIDATE, LW_MODEL_RETIRED);
  return model;
}

GPtrArray *
lw_project_list_models (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_model, (GDestroyNotify) lw_model_free, error, "SELECT " COLUMNS " FROM model ORDER BY id DESC", "", 0);
}

/* The only row of @query, or NULL: without an error where there is none. */
static LwModel *
read_one (LwProject *self, LwDb *db, LwQuery *query, GError **error)
{
  if (lw_query_step (query, error) != 1)
    return NULL;
  LwModel *model = read_model (self, query);
  if (model == NULL)
    lw_db_damaged (db, error, "a model without a valid hash");
  return model;
}

LwModel *
lw_project_find_model (LwProject *self, const char *name_or_uuid, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && name_or_uuid != NULL, NULL);

  g_autoptr(GError) local = NULL;
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, &local, "SELECT " COLUMNS " FROM model WHERE name = ?1 OR uuid = ?1 ORDER BY name = ?1 DESC LIMIT 1",
                                          "s", name_or_uuid);
  LwModel *model = read_one (self, db, query, &local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (model == NULL)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no model “%s”"), name_or_uuid);
  return model;
}

LwModel *
lw_project_get_champion (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT " COLUMNS " FROM model WHERE status = ?", "i", LW_MODEL_CHAMPION);
  return read_one (self, db, query, error);
}

/* ---- add ---- */

/* Copied aside, hashed there, and renamed to its hash: what is under a hash has it. */
static char *
take_file (LwProject *self, const char *file, GError **error)
{
  g_autofree char *models = g_build_filename (self->folder, "models", NULL), *uuid = g_uuid_string_random ();
  g_autofree char *hidden = g_strconcat (".", uuid, NULL), *unfinished = g_build_filename (models, hidden, NULL);
  guint64 size;
  if (g_mkdir_with_parents (models, 0777) != 0)
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not make the folder “%s”: %s"), models, g_strerror (errno));
      return NULL;
    }
  g_autofree char *sha256 = lw_store_copy_file (file, unfinished, NULL, error) ? lw_store_hash_file (unfinished, &size, NULL, error) : NULL;
  g_autofree char *path = sha256 != NULL ? file_path (self, sha256) : NULL;
  if (path != NULL && g_rename (unfinished, path) == 0)
    {
      lw_filesystem_sync_folder (models);
      return g_steal_pointer (&sha256);
    }
  if (path != NULL)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not make “%s”: %s"), path, g_strerror (errno));
  g_unlink (unfinished);
  return NULL;
}

/* What is told to networks and people must be told by name. */
static gboolean
check_model (const LwModel *model, GError **error)
{
  g_autoptr(LwJson) classes = NULL;
  if (model->name == NULL || model->name[0] == '\0' || !g_utf8_validate (model->name, -1, NULL))
    {
      g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("A model needs a name"));
      return FALSE;
    }
  if (model->classes != NULL)
    classes = lw_json_parse (model->classes, strlen (model->classes), MAX_CLASSES_BYTES, model->name, error);
  if (classes == NULL && model->classes != NULL)
    return FALSE;
  if (json_object_is_type (classes, json_type_array) && json_object_array_length (classes) > 0)
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The model “%s” does not say which classes it knows"), model->name);
  return FALSE;
}

typedef struct { const LwModel *model; const char *sha256; gint64 id; } Adding;

static gboolean
check_name_free (LwDb *db, const char *name, GError **error)
{
  gint64 id;
  int got = lw_db_get (db, &id, error, "SELECT id FROM model WHERE name = ?", "s", name);
  if (got == 1)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS, _("The project has a model named “%s” already. Choose another name"), name);
  return got == 0;
}

static gboolean
add_model (LwDb *db, gpointer data, GError **error)
{
  Adding *adding = data;
  const LwModel *model = adding->model;
  g_autofree char *uuid = g_uuid_string_random ();
  LwModelStatus status = model->status == LW_MODEL_RETIRED ? LW_MODEL_RETIRED : LW_MODEL_CANDIDATE;
  if (!check_name_free (db, model->name, error)
      || !lw_db_run (db, error,
                     "INSERT INTO model (uuid, name, sha256, architecture, classes, recipe, metrics, card, seed, parent, dataset, status, created)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                     "ssssssssIKKiI", uuid, model->name, adding->sha256, model->architecture != NULL ? model->architecture : "", model->classes, model->recipe,
                     model->metrics, model->card, model->seed, model->parent, model->dataset, status, g_get_real_time ()))
    return FALSE;
  adding->id = sqlite3_last_insert_rowid (db->handle);
  return lw_audit_add (db, error, "add-model", model->name, "sha256 %s", adding->sha256) && lw_change_topic (db, LW_TOPIC_MODELS, error)
         && (model->status != LW_MODEL_CHAMPION || lw_model_promote (db, adding->id, NULL, error));
}

gint64
lw_project_add_model (LwProject *self, const LwModel *model, const char *file, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && model != NULL && file != NULL, 0);

  if (!lw_project_check_writable (self, error) || !check_model (model, error))
    return 0;
  g_autofree char *sha256 = take_file (self, file, error);
  Adding adding = { model, sha256, 0 };
  return sha256 != NULL && lw_project_transact (self, add_model, &adding, error) ? adding.id : 0;
}

/* ---- channels ---- */

gboolean
lw_project_map_channels (LwProject *self, const char *classes_json, guint8 table[256], GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && classes_json != NULL && table != NULL, FALSE);

  g_autoptr(LwJson) classes = lw_json_parse (classes_json, strlen (classes_json), MAX_CLASSES_BYTES, _("the classes of a model"), error);
  g_autoptr(LwPalette) palette = classes != NULL ? lw_project_dup_palette (self, error) : NULL;
  if (palette == NULL)
    return FALSE;
  if (!json_object_is_type (classes, json_type_array) || json_object_array_length (classes) > 255)
    {
      g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The classes of a model must be a list of at most 255 names"));
      return FALSE;
    }
  memset (table, LW_LABEL_NONE, 256);
  for (gsize i = 0; i < json_object_array_length (classes); i++)
    {
      LwJson *name = json_object_array_get_idx (classes, i);
      const LwClass *class = json_object_is_type (name, json_type_string) ? lw_palette_find_name (palette, json_object_get_string (name)) : NULL;
      if (class != NULL)
        table[i] = class->id;
    }
  return TRUE;
}
