/* audit-list.c: the audit rows, to be read by people */
#include "config.h"
#include "store/rows.h"

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

static gpointer
read_entry (LwProject *project, LwQuery *query)
{
  LwAuditEntry *entry = g_new (LwAuditEntry, 1);
  *entry = (LwAuditEntry) {
    .copy = lw_query_dup_text (query, 0), .seq = sqlite3_column_int64 (query, 1), .at = sqlite3_column_int64 (query, 2), .actor = lw_query_dup_text (query, 3),
    .action = lw_query_dup_text (query, 4), .object = lw_query_dup_text (query, 5), .details = lw_query_dup_text (query, 6),
  };
  return entry;
}

GPtrArray *
lw_project_list_audit (LwProject *self, guint newest, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_entry, (GDestroyNotify) lw_audit_entry_free, error,
                               "SELECT * FROM (SELECT copy, seq, at, actor, action, object, details FROM audit ORDER BY at DESC, copy DESC, seq DESC LIMIT ?)"
                               " ORDER BY at, copy, seq", "I", newest > 0 ? (gint64) newest : (gint64) -1);
}
