/* operations.c: staged work, its lock, and what becomes of it when its process dies */
#include "config.h"
#include "store/project/operations.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>
#include "store/database/byte-locks.h"

#define ROWS_A_TRANSACTION 500

typedef struct { const char *kind; LwOperation *operation; } Begin;

/* The lock is taken before the row can be seen, so nobody takes the operation for a dead one. */
static gboolean
begin (LwDb *db, gpointer data, GError **error)
{
  const Begin *what = data;
  if (!lw_db_run (db, error, "INSERT INTO operation (kind, started) VALUES (?, ?)", "sI", what->kind, g_get_real_time ()))
    return FALSE;
  what->operation->id = sqlite3_last_insert_rowid (db->handle);
  if (lw_byte_lock (what->operation->fd, what->operation->id, FALSE))
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not lock operations.lock: %s"), g_strerror (errno));
  return FALSE;
}

gboolean
lw_operation_begin (LwProject *project, const char *kind, LwOperation *operation, GError **error)
{
  operation->fd = lw_byte_locks_open (project->folder, error);
  return operation->fd >= 0 && lw_project_transact (project, begin, &(Begin) { kind, operation }, error);
}

gboolean
lw_operation_end (LwDb *db, const LwOperation *operation, GError **error)
{
  return lw_db_run (db, error, "DELETE FROM operation WHERE id = ?", "I", operation->id);
}

void
lw_operation_release (LwOperation *operation)
{
  if (operation->fd >= 0)
    close (operation->fd);
  operation->fd = -1;
}

/* ---- what was left behind ---- */

static const char *const deletions[] = {
  "DELETE FROM media_index WHERE media IN (SELECT id FROM media WHERE operation = ?1) AND rowid IN"
  " (SELECT rowid FROM media_index WHERE media IN (SELECT id FROM media WHERE operation = ?1) LIMIT ?2)",
  "UPDATE frame SET proposal = NULL WHERE id IN"
  " (SELECT id FROM frame WHERE media IN (SELECT id FROM media WHERE operation = ?1) AND proposal IS NOT NULL LIMIT ?2)",
  "DELETE FROM proposal_tile WHERE proposal IN (SELECT DISTINCT proposal FROM proposal_tile WHERE proposal IN"
  " (SELECT proposal.id FROM proposal JOIN frame ON frame.id = proposal.frame WHERE frame.media IN (SELECT id FROM media WHERE operation = ?1))"
  " LIMIT ?2 / 64)",
  "DELETE FROM proposal WHERE id IN (SELECT proposal.id FROM proposal JOIN frame ON frame.id = proposal.frame"
  " WHERE frame.media IN (SELECT id FROM media WHERE operation = ?1) LIMIT ?2)",
  "DELETE FROM frame WHERE id IN (SELECT id FROM frame WHERE media IN (SELECT id FROM media WHERE operation = ?1) LIMIT ?2)",
  "DELETE FROM dataset_item WHERE dataset IN (SELECT id FROM dataset WHERE operation = ?1) AND frame IN"
  " (SELECT frame FROM dataset_item WHERE dataset IN (SELECT id FROM dataset WHERE operation = ?1) LIMIT ?2)",
  "DELETE FROM snapshot_item WHERE snapshot IN (SELECT id FROM snapshot WHERE operation = ?1) AND frame IN"
  " (SELECT frame FROM snapshot_item WHERE snapshot IN (SELECT id FROM snapshot WHERE operation = ?1) LIMIT ?2)",
  "DELETE FROM snapshot WHERE id IN (SELECT id FROM snapshot WHERE operation = ?1 LIMIT ?2)",
  "DELETE FROM media WHERE id IN (SELECT id FROM media WHERE operation = ?1 LIMIT ?2)",
  "DELETE FROM dataset WHERE id IN (SELECT id FROM dataset WHERE operation = ?1 LIMIT ?2)",
  "DELETE FROM operation WHERE id IN (SELECT id FROM operation WHERE id = ?1 LIMIT ?2)",
};

typedef struct { gint64 operation; const char *sql; int n_deleted; } Deletion;

static gboolean
delete_some (LwDb *db, gpointer data, GError **error)
{
  Deletion *deletion = data;
  if (!lw_db_run (db, error, deletion->sql, "Ii", deletion->operation, ROWS_A_TRANSACTION))
    return FALSE;
  deletion->n_deleted = sqlite3_changes (db->handle);
  return TRUE;
}

static gboolean
clean_one (LwDb *db, gint64 operation, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (deletions); i++)
    {
      Deletion deletion = { operation, deletions[i], 0 };
      do
        if (!lw_db_transact (db, delete_some, &deletion, error))
          return FALSE;
      while (deletion.n_deleted > 0);
    }
  return TRUE;
}

gboolean
lw_operations_clean (LwDb *db, gpointer folder, GError **error)
{
  g_autoptr(GArray) ids = lw_db_list_ids (db, error, "SELECT id FROM operation", "");
  if (ids == NULL)
    return FALSE;
  if (ids->len == 0)
    return TRUE;
  g_auto(LwOperation) probe = { 0, lw_byte_locks_open (folder, error) };
  gboolean cleaned = probe.fd >= 0;
  for (guint i = 0; cleaned && i < ids->len; i++)
    if (lw_byte_lock (probe.fd, g_array_index (ids, gint64, i), FALSE))
      cleaned = clean_one (db, g_array_index (ids, gint64, i), error);
  return cleaned;
}
