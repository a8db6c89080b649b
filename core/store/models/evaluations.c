/* evaluations.c: the scores of models on datasets, every one kept */
#include "config.h"
#include "store/project/audit.h"
#include "store/project/project-private.h"

typedef struct { gint64 model, dataset; const char *metrics; } Evaluation;

static gboolean
add (LwDb *db, gpointer data, GError **error)
{
  const Evaluation *evaluation = data;
  g_autofree char *name = lw_db_get_text (db, NULL, "SELECT name FROM model WHERE id = ?", "I", evaluation->model);
  return lw_db_run (db, error, "INSERT INTO evaluation (model, dataset, metrics, created) VALUES (?, ?, ?, ?)", "IIsI", evaluation->model,
                    evaluation->dataset, evaluation->metrics, g_get_real_time ())
         && lw_change_topic (db, LW_TOPIC_MODELS, error)
         && lw_audit_add (db, error, "evaluate", name != NULL ? name : "?", "dataset %" G_GINT64_FORMAT, evaluation->dataset);
}

gboolean
lw_project_add_evaluation (LwProject *self, gint64 model, gint64 dataset, const char *metrics_json, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && metrics_json != NULL, FALSE);
  return lw_project_transact (self, add, &(Evaluation) { model, dataset, metrics_json }, error);
}

char *
lw_project_get_evaluation (LwProject *self, gint64 model, gint64 dataset, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL ? lw_db_get_text (db, error, "SELECT metrics FROM evaluation WHERE model = ? AND dataset = ? ORDER BY id DESC LIMIT 1", "II",
                                      model, dataset) : NULL;
}
