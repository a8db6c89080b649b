/* origins.c: who or what sets pixels: persons, models, propagation, imports */
#include "config.h"
#include "store/project/rows.h"

#include <glib/gi18n-lib.h>
#include "store/author.h"

static void
origin_free (gpointer data)
{
  LwOrigin *origin = data;
  g_free (origin->name);
  g_free (origin->person);
  g_free (origin);
}

static gpointer
read_origin (LwProject *project, LwQuery *query)
{
  LwOrigin *origin = g_new0 (LwOrigin, 1);
  origin->index = (guint8) lw_query_int (query, 0, 0, 254);
  origin->kind = (LwOriginKind) lw_query_int (query, 1, LW_ORIGIN_PERSON, LW_ORIGIN_IMPORT);
  origin->name = lw_query_dup_text (query, 2);
  origin->model = sqlite3_column_int64 (query, 3);
  origin->person = lw_query_dup_text (query, 4);
  return origin;
}

GPtrArray *
lw_project_list_origins (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_origin, origin_free, error, "SELECT origin.id, kind, ifnull (person.name, origin.name), model, person.uuid FROM origin"
                               " LEFT JOIN person ON origin.kind = 0 AND person.uuid = origin.name ORDER BY origin.id", "", 0);
}

typedef struct { LwOriginKind kind; const char *name; gint64 model, index; } Wanted;

/* As lw_db_get() */
static int
look_up (LwDb *db, Wanted *wanted, GError **error)
{
  return lw_db_get (db, &wanted->index, error, "SELECT id FROM origin WHERE kind = ? AND name = ? AND ifnull (model, 0) = ?", "isI", wanted->kind,
                    wanted->name, wanted->model);
}

static gboolean
look_up_or_add (LwDb *db, gpointer data, GError **error)
{
  Wanted *wanted = data;
  int got = look_up (db, wanted, error);
  if (got != 0)
    return got > 0;
  wanted->index = 0;
  if (lw_db_get (db, &wanted->index, error, "SELECT max (id) + 1 FROM origin", "") < 0)
    return FALSE;
  if (wanted->index <= 254)
    return lw_db_run (db, error, "INSERT INTO origin (id, kind, name, model) VALUES (?, ?, ?, ?)", "IisK", wanted->index, wanted->kind, wanted->name,
                      wanted->model);
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("“%s” can’t be added: the project has 255 origins of labels already, the most there may be"),
               wanted->name);
  return FALSE;
}

int
lw_project_get_origin (LwProject *self, LwOriginKind kind, const char *name, gint64 model, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), -1);
  g_return_val_if_fail ((kind == LW_ORIGIN_MODEL) == (model != 0), -1);

  Wanted wanted = { kind, name, model, -1 };
  if (name == NULL)
    wanted.name = kind == LW_ORIGIN_PERSON ? lw_author_get_uuid () : "";
  g_autoptr(LwDb) db = lw_project_read (self, error);
  int got = db != NULL ? look_up (db, &wanted, error) : -1;
  if (got < 0 || (got == 0 && !lw_project_transact (self, look_up_or_add, &wanted, error)))
    return -1;
  return (int) CLAMP (wanted.index, 0, 254);
}
