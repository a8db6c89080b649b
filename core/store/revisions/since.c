/* since.c: which frames got strokes after a time */
#include "config.h"
#include "store/past.h"
#include "store/project/project-private.h"

GArray *
lw_project_list_changed_since (LwProject *self, gint64 time, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(GArray) frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT frame.id FROM (SELECT DISTINCT frame AS id FROM stroke WHERE created > ?) AS changed JOIN frame USING (id)"
                                          " JOIN media ON media.id = frame.media AND media.operation IS NULL AND NOT media.removed ORDER BY frame.media, frame.ordinal", "I", time);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 id = sqlite3_column_int64 (query, 0);
      g_array_append_val (frames, id);
    }
  return got == 0 ? g_steal_pointer (&frames) : NULL;
}
