/* audit-list.c: the audit rows, to be read by people */
#include "config.h"
#include "store/past.h"
#include "store/project/persons.h"
#include "store/project/project-private.h"

void
lw_audit_entry_free (LwAuditEntry *entry)
{
  if (entry == NULL)
    return;
  g_free (entry->copy);
  g_free (entry->actor);
  g_free (entry->action);
  g_free (entry->object);
  g_free (entry->details);
  g_free (entry);
}

static LwAuditEntry *
read_entry (LwQuery *query)
{
  LwAuditEntry *entry = g_new (LwAuditEntry, 1);
  *entry = (LwAuditEntry) {
    .copy = lw_query_dup_text (query, 0), .seq = sqlite3_column_int64 (query, 1), .at = sqlite3_column_int64 (query, 2), .actor = lw_query_dup_text (query, 3),
    .action = lw_query_dup_text (query, 4), .object = lw_query_dup_text (query, 5), .details = lw_query_dup_text (query, 6),
  };
  return entry;
}

GPtrArray *
lw_project_find_audit (LwProject *self, const LwAuditFilter *filter, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && filter != NULL, NULL);

  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_audit_entry_free);
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT * FROM (SELECT copy, seq, at, " LW_NAME_OF ("actor") " AS actor, action, object, details FROM audit WHERE (?1 IS NULL OR copy = ?1)"
                                          " AND (?2 IS NULL OR actor = ?2 OR " LW_NAME_OF ("actor") " = ?2) AND (?3 IS NULL OR action = ?3) AND (?4 IS NULL OR object = ?4)"
                                          " AND at >= ?5 AND at <= ?6 ORDER BY at DESC, copy DESC, seq DESC LIMIT ?7) ORDER BY at, copy, seq",
                                          "ssssIII", filter->copy, filter->actor, filter->action, filter->object, filter->since,
                                          filter->until > 0 ? filter->until : G_MAXINT64, filter->newest > 0 ? (gint64) filter->newest : (gint64) -1);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    g_ptr_array_add (entries, read_entry (query));
  return got == 0 ? g_steal_pointer (&entries) : NULL;
}

GPtrArray *
lw_project_list_audit (LwProject *self, guint newest, GError **error)
{
  return lw_project_find_audit (self, &(LwAuditFilter) { .newest = newest }, error);
}
