/* rows.c: reads all rows of a query into a list */
#include "config.h"
#include "store/project/rows.h"

GPtrArray *
lw_project_list_rows (LwProject *project, LwRowFunc read, GDestroyNotify free_row, GError **error, const char *sql, const char *types, gint64 argument)
{
  g_autoptr(LwDb) db = lw_project_read (project, error);
  if (db == NULL)
    return NULL;
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);
  g_autoptr(LwQuery) query = lw_db_query (db, error, sql, types, argument);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gpointer row = read (project, query);
      if (row == NULL)
        {
          lw_db_damaged (db, error, "a row whose hash or uuid is none");
          return NULL;
        }
      g_ptr_array_add (rows, row);
    }
  return got == 0 ? g_steal_pointer (&rows) : NULL;
}
