/* prune.c: makes room: proposals of which nothing was applied, data of jobs that have ended; never labels, strokes or revisions */
#include "config.h"
#include "store/space.h"

#include <glib/gstdio.h>
#include "store/project/audit.h"
#include "store/project/project-private.h"
#include "store/upkeep/space-private.h"

#define PROPOSALS_A_TRANSACTION 8      /* others write between */
#define MAX_DEPTH 8

/* ---- proposals ---- */

typedef struct { guint taken; } Taking;

static gboolean
take_proposal (LwDb *db, gint64 id, gint64 frame, GError **error)
{
  return lw_db_run (db, error, "UPDATE frame SET proposal = NULL WHERE id = ? AND proposal = ?", "II", frame, id)
         && lw_db_run (db, error, "DELETE FROM proposal_tile WHERE proposal = ?", "I", id) && lw_db_run (db, error, "DELETE FROM proposal WHERE id = ?", "I", id)
         && lw_change_frame (db, frame, error);
}

static gboolean
take_some (LwDb *db, gpointer data, GError **error)
{
  Taking *taking = data;
  gint64 ids[PROPOSALS_A_TRANSACTION], frames[PROPOSALS_A_TRANSACTION];
  int n = 0, got;
  {
    g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id, frame FROM proposal WHERE applied = 0 LIMIT ?", "i", PROPOSALS_A_TRANSACTION);
    for (; (got = lw_query_step (query, error)) > 0 && n < PROPOSALS_A_TRANSACTION; n++)
      {
        ids[n] = sqlite3_column_int64 (query, 0);
        frames[n] = sqlite3_column_int64 (query, 1);
      }
  }
  if (got < 0)
    return FALSE;
  for (int i = 0; i < n; i++)
    if (!take_proposal (db, ids[i], frames[i], error))
      return FALSE;
  taking->taken = (guint) n;
  return TRUE;
}

static gboolean
prune_proposals (LwProject *project, guint *n, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  gint64 all = 0;
  {
    g_autoptr(LwDb) db = lw_project_read (project, error);
    if (db == NULL || lw_db_get (db, &all, error, "SELECT count (*) FROM proposal WHERE applied = 0", "") < 0)
      return FALSE;
  }
  Taking taking = { 0 };
  do
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !lw_project_transact (project, take_some, &taking, error))
        return FALSE;
      *n += taking.taken;
      if (progress != NULL && all > 0)
        progress (MIN ((double) *n / (double) all, 1), data);
    }
  while (taking.taken == PROPOSALS_A_TRANSACTION);
  return TRUE;
}

/* ---- jobs ---- */

static void
remove_bulk (const char *path, int depth)
{
  GStatBuf info;
  g_autoptr(GDir) dir = depth < MAX_DEPTH && !g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? g_dir_open (path, 0, NULL) : NULL;
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      if ((depth == 0 && !lw_job_file_is_bulk (name)) || g_lstat (child, &info) != 0)
        continue;
      if (S_ISDIR (info.st_mode))
        remove_bulk (child, depth + 1);
      g_remove (child);      /* a link itself, never what it leads to */
    }
}

static gboolean
prune_jobs (LwProject *project, guint *n, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr(GPtrArray) jobs = lw_project_list_prunable_jobs (project, error);
  for (guint i = 0; jobs != NULL && i < jobs->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      remove_bulk (((const LwJob *) jobs->pdata[i])->folder, 0);
      *n += 1;
      if (progress != NULL)
        progress ((double) (i + 1) / jobs->len, data);
    }
  return jobs != NULL;
}

/* ---- either ---- */

typedef struct { LwPrune what; guint n; } Told;

static gboolean
audit (LwDb *db, gpointer data, GError **error)
{
  const Told *told = data;
  return lw_audit_add (db, error, "prune", told->what == LW_PRUNE_PROPOSALS ? "proposals" : "jobs", "%u", told->n);
}

gboolean
lw_project_prune (LwProject *self, LwPrune what, guint *n, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && n != NULL, FALSE);

  *n = 0;
  if (!lw_project_check_writable (self, error))
    return FALSE;
  g_autoptr(GError) local = NULL;
  gboolean done = (what == LW_PRUNE_PROPOSALS ? prune_proposals : prune_jobs) (self, n, progress, data, cancellable, &local);
  if (*n > 0 && !lw_project_transact (self, audit, &(Told) { what, *n }, done ? &local : NULL))
    done = FALSE;
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return done;
}
