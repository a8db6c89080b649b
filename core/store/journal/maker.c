/* maker.c: whose a stroke is */
#include "config.h"
#include "store/maker.h"

#include "store/author.h"
#include "store/project/project-private.h"

LwMaker *
lw_maker_copy (const LwMaker *maker)
{
  LwMaker *copy = g_new (LwMaker, 1);
  *copy = (LwMaker) { g_strdup (maker->name), maker->created };
  return copy;
}

void
lw_maker_free (LwMaker *maker)
{
  if (maker == NULL)
    return;
  g_free (maker->name);
  g_free (maker);
}

LwMaker *
lw_project_find_maker (LwProject *self, gint64 frame, const char *stroke_uuid, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && stroke_uuid != NULL, NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT ifnull (person.name, stroke.actor), stroke.created, ifnull (person.uuid, '') FROM stroke"
                                          " LEFT JOIN person ON person.id = stroke.person WHERE stroke.uuid = ? AND stroke.frame = ?", "sI", stroke_uuid, frame);
  if (lw_query_step (query, error) != 1)
    return NULL;
  gboolean mine = g_strcmp0 ((const char *) sqlite3_column_text (query, 2), lw_author_get_uuid ()) == 0;
  LwMaker *maker = g_new (LwMaker, 1);
  *maker = (LwMaker) { mine ? NULL : lw_query_dup_text (query, 0), sqlite3_column_int64 (query, 1) };
  return maker;
}
