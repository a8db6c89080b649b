/* facets.c: what there is to filter by: names that occur, and which revisions were made by submitting, accepting or returning */
#include "config.h"
#include "store/past.h"

#include "store/project/persons.h"
#include "store/project/project-private.h"

#define LONGEST_ACT_US G_TIME_SPAN_SECOND      /* from the revision to its audit row, in one transaction */

static const char *const queries[LW_N_FACETS] = {
  [LW_FACET_AUTHOR] = "SELECT DISTINCT " LW_NAME_OF ("author") " FROM revision ORDER BY 1",
  [LW_FACET_ACTOR] = "SELECT DISTINCT " LW_NAME_OF ("actor") " FROM audit ORDER BY 1",
  [LW_FACET_ACTION] = "SELECT DISTINCT action FROM audit ORDER BY action",
};

GStrv
lw_project_list_facet (LwProject *self, LwFacet facet, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && (guint) facet < LW_N_FACETS, NULL);

  g_autoptr(GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error, queries[facet], "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      g_autofree char *name = lw_query_dup_text (query, 0);
      g_strv_builder_add (names, name);
    }
  return got == 0 ? g_strv_builder_end (names) : NULL;
}

/* An audit row names the revision by its id in the copy where it was written; in rows that a merge brought that is another one here. So the time decides, and
 * the id among several of one second. (Beside max(), SQLite gives the other columns of the row that has it.) */
GHashTable *
lw_project_find_acts (LwProject *self, gint64 frame, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(GHashTable) acts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT revision.id, audit.action, max ((audit.details || ':' LIKE 'revision ' || revision.id || ':%') << 52 | revision.id)"
                                          " FROM audit JOIN frame ON frame.name = audit.object JOIN revision ON revision.frame = frame.id"
                                          " AND revision.created BETWEEN audit.at - ?1 AND audit.at WHERE audit.action IN ('submit', 'accept', 'return')"
                                          " AND (?2 = 0 OR frame.id = ?2) GROUP BY audit.copy, audit.seq",
                                          "II", (gint64) LONGEST_ACT_US, frame);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 revision = sqlite3_column_int64 (query, 0);
      const char *action = (const char *) sqlite3_column_text (query, 1);
      int act = action == NULL || action[0] == 's' ? LW_ACTION_SUBMIT : action[0] == 'a' ? LW_ACTION_ACCEPT : LW_ACTION_RETURN;
      g_hash_table_insert (acts, g_memdup2 (&revision, sizeof revision), GINT_TO_POINTER (act + 1));
    }
  return got == 0 ? g_steal_pointer (&acts) : NULL;
}
