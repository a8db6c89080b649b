/* promotions.c: which model makes the proposals: promoted, and taken back, with the reasons kept */
#include "config.h"
#include "store/models/models.h"

#include <glib/gi18n-lib.h>
#include "store/author.h"
#include "store/project/audit.h"

static gboolean
set_champion (LwDb *db, gint64 model, GError **error)
{
  return lw_db_run (db, error, "UPDATE model SET status = ? WHERE status = ?", "ii", LW_MODEL_RETIRED, LW_MODEL_CHAMPION)
         && lw_db_run (db, error, "UPDATE model SET status = ? WHERE id = ?", "iI", LW_MODEL_CHAMPION, model) && lw_change_topic (db, LW_TOPIC_MODELS, error);
}

static char *
dup_name (LwDb *db, gint64 model)
{
  char *name = lw_db_get_text (db, NULL, "SELECT name FROM model WHERE id = ?", "I", model);
  return name != NULL ? name : g_strdup ("?");
}

/* @back: it undoes the promotion before. */
static gboolean
record (LwDb *db, gint64 model, gboolean back, const char *reason, GError **error)
{
  g_autofree char *name = dup_name (db, model);
  return lw_db_run (db, error, "INSERT INTO promotion (model, back, at, actor, reason) VALUES (?, ?, ?, ?, ?)", "IiIss", model, back, g_get_real_time (),
                    lw_author_get_uuid (), reason)
         && lw_audit_add (db, error, back ? "rollback" : "promote", name, "%s", reason != NULL ? reason : "");
}

/* 0: none */
static gboolean
get_champion (LwDb *db, gint64 *champion, GError **error)
{
  *champion = 0;
  return lw_db_get (db, champion, error, "SELECT id FROM model WHERE status = ?", "i", LW_MODEL_CHAMPION) >= 0;
}

gboolean
lw_model_promote (LwDb *db, gint64 model, const char *reason, GError **error)
{
  gint64 id, champion;
  int got = lw_db_get (db, &id, error, "SELECT id FROM model WHERE id = ?", "I", model);
  if (got == 0)
    return lw_store_not_found (error, _("model"), model);
  if (got < 0 || !get_champion (db, &champion, error))
    return FALSE;
  return champion == model || (set_champion (db, model, error) && record (db, model, FALSE, reason, error));
}

typedef struct { gint64 model; const char *reason; } Promotion;

static gboolean
promote (LwDb *db, gpointer data, GError **error)
{
  const Promotion *promotion = data;
  return lw_model_promote (db, promotion->model, promotion->reason, error);
}

gboolean
lw_project_promote_model (LwProject *self, gint64 model, const char *reason, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);
  return lw_project_transact (self, promote, &(Promotion) { model, reason }, error);
}

/* The champions one upon the other: promoting puts one on top, taking back removes it. */
static GArray *
read_champions (LwDb *db, GError **error)
{
  g_autoptr(GArray) champions = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT model, back FROM promotion ORDER BY id", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 model = sqlite3_column_int64 (query, 0);
      if (sqlite3_column_int (query, 1) == 0)
        g_array_append_val (champions, model);
      else if (champions->len > 0)
        g_array_set_size (champions, champions->len - 1);
    }
  return got == 0 ? g_steal_pointer (&champions) : NULL;
}

static gboolean
roll_back (LwDb *db, gpointer data, GError **error)
{
  g_autoptr(GArray) champions = read_champions (db, error);
  if (champions == NULL)
    return FALSE;
  if (champions->len < 2)
    {
      g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("There is no earlier model to go back to"));
      return FALSE;
    }
  gint64 before = g_array_index (champions, gint64, champions->len - 2);
  return set_champion (db, before, error) && record (db, before, TRUE, NULL, error);
}

gboolean
lw_project_rollback_model (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);
  return lw_project_transact (self, roll_back, NULL, error);
}
