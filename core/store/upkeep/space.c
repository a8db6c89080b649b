/* space.c: what takes the room on the disk: pages of the file by table, and the folders beside it */
#include "config.h"
#include "store/space.h"

#include <glib/gstdio.h>
#include <string.h>
#include "store/project/project-private.h"
#include "store/upkeep/space-private.h"

#define INTERRUPT_EVERY 10000      /* steps of SQLite's machine between two looks at the cancellable */
#define MAX_DEPTH 8                /* of folders */

/* ---- folders ---- */

static void
add_folder (const char *path, int depth, gboolean (*counts) (const char *name), guint64 *bytes)
{
  GStatBuf info;
  g_autoptr(GDir) dir = depth < MAX_DEPTH && !g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? g_dir_open (path, 0, NULL) : NULL;
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      if (g_lstat (child, &info) != 0 || (counts != NULL && !counts (name)))
        continue;
      if (S_ISDIR (info.st_mode))
        add_folder (child, depth + 1, NULL, bytes);
      else if (S_ISREG (info.st_mode))
        *bytes += (guint64) info.st_size;
    }
}

/* How the job went is in small files of JSON. */
gboolean
lw_job_file_is_bulk (const char *name)
{
  return !g_str_has_suffix (name, ".json") && !g_str_has_suffix (name, ".jsonl");
}

static void
add_folders (LwProject *project, LwSpace *space)
{
  static const struct { LwSpaceKind kind; const char *folder; } folders[] = {
    { LW_SPACE_MODELS, "models" }, { LW_SPACE_JOBS, "jobs" }, { LW_SPACE_MEDIA, "media" }, { LW_SPACE_BACKUPS, "backups" },
  };
  GStatBuf info;
  g_autofree char *log = g_strconcat (project->file, "-wal", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (project->folder, folders[i].folder, NULL);
      add_folder (path, 0, NULL, &space->bytes[folders[i].kind]);
    }
  if (g_stat (log, &info) == 0)
    space->bytes[LW_SPACE_WAL] = (guint64) info.st_size;
}

/* ---- what can go ---- */

GPtrArray *
lw_project_list_prunable_jobs (LwProject *project, GError **error)
{
  g_autoptr(GPtrArray) jobs = lw_project_list_jobs (project, error);
  for (guint i = 0; jobs != NULL && i < jobs->len;)
    {
      const LwJob *job = jobs->pdata[i];
      guint64 bytes = 0;
      if (job->status == LW_JOB_DONE || job->status == LW_JOB_CANCELLED)
        add_folder (job->folder, 0, lw_job_file_is_bulk, &bytes);
      if (bytes > 0)
        i++;
      else
        g_ptr_array_remove_index (jobs, i);
    }
  return g_steal_pointer (&jobs);
}

static gboolean
add_prunable_jobs (LwProject *project, LwSpace *space, GError **error)
{
  g_autoptr(GPtrArray) jobs = lw_project_list_prunable_jobs (project, error);
  for (guint i = 0; jobs != NULL && i < jobs->len; i++)
    add_folder (((const LwJob *) jobs->pdata[i])->folder, 0, lw_job_file_is_bulk, &space->job_bytes);
  space->jobs = jobs != NULL ? jobs->len : 0;
  return jobs != NULL;
}

static gboolean
add_prunable_proposals (LwDb *db, LwSpace *space, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT count (*), sum (ifnull (length (confidence), 0) + ifnull ((SELECT sum (length (data)) FROM proposal_tile"
                                          " WHERE proposal = proposal.id), 0)) FROM proposal WHERE applied = 0", "");
  int got = lw_query_step (query, error);
  if (got > 0)
    {
      space->proposals = (guint) lw_query_int (query, 0, 0, G_MAXINT);
      space->proposal_bytes = (guint64) MAX (sqlite3_column_int64 (query, 1), 0);
    }
  return got >= 0;
}

/* ---- the file ---- */

static LwSpaceKind
kind_of_table (const char *name)
{
  static const struct { LwSpaceKind kind; const char *table; } tables[] = {
    { LW_SPACE_JOURNAL, "stroke" }, { LW_SPACE_JOURNAL, "diff" }, { LW_SPACE_REVISIONS, "tile" }, { LW_SPACE_REVISIONS, "revision" },
    { LW_SPACE_REVISIONS, "revision_tile" }, { LW_SPACE_WORKING, "working_tile" }, { LW_SPACE_PROPOSALS, "proposal" }, { LW_SPACE_PROPOSALS, "proposal_tile" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if (g_strcmp0 (name, tables[i].table) == 0)
      return tables[i].kind;
  return LW_SPACE_ROWS;
}

/* An index counts with its table. */
static gboolean
add_tables (LwDb *db, LwSpace *space, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT ifnull (made.tbl_name, dbstat.name), sum (dbstat.pgsize) FROM dbstat"
                                          " LEFT JOIN sqlite_schema AS made ON made.name = dbstat.name WHERE dbstat.aggregate = TRUE GROUP BY 1", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    space->bytes[kind_of_table ((const char *) sqlite3_column_text (query, 0))] += (guint64) MAX (sqlite3_column_int64 (query, 1), 0);
  return got == 0;
}

static gboolean
has_dbstat (LwDb *db)
{
  sqlite3_stmt *query = NULL;
  int result = sqlite3_prepare_v2 (db->handle, "SELECT 1 FROM dbstat LIMIT 0", -1, &query, NULL);
  sqlite3_finalize (query);
  return result == SQLITE_OK;
}

/* A library without dbstat only knows how large all of it is. */
static gboolean
add_file (LwDb *db, LwSpace *space, GError **error)
{
  gint64 size = 0, pages = 0, unused = 0;
  if (lw_db_get (db, &size, error, "PRAGMA page_size", "") < 0 || lw_db_get (db, &pages, error, "PRAGMA page_count", "") < 0
      || lw_db_get (db, &unused, error, "PRAGMA freelist_count", "") < 0)
    return FALSE;
  space->bytes[LW_SPACE_FREE] = (guint64) (unused * size);
  if (has_dbstat (db))
    return add_tables (db, space, error);
  space->bytes[LW_SPACE_ROWS] = (guint64) ((pages - unused) * size);
  return TRUE;
}

static int
interrupt_cb (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

gboolean
lw_project_measure_space (LwProject *self, LwSpace *space, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && space != NULL, FALSE);

  *space = (LwSpace) { 0 };
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (cancellable != NULL)
    sqlite3_progress_handler (db->handle, INTERRUPT_EVERY, interrupt_cb, cancellable);
  gboolean measured = add_file (db, space, error) && add_prunable_proposals (db, space, error);
  sqlite3_progress_handler (db->handle, 0, NULL, NULL);
  if (!measured)
    return FALSE;
  add_folders (self, space);
  return add_prunable_jobs (self, space, error);
}
