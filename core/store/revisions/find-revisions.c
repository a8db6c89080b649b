/* find-revisions.c: revisions by filter, and one by the first letters of its uuid */
#include "config.h"
#include "store/past.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/project/persons.h"
#include "store/project/project-private.h"
#include "store/revisions/revisions.h"

#define SHORTEST_PREFIX 4

/* ---- by filter ---- */

static gboolean
read_origins_of (LwDb *db, gint64 model, gboolean origins[256], GError **error)
{
  memset (origins, 0, 256 * sizeof *origins);
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id FROM origin WHERE model = ?", "I", model);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    origins[lw_query_int (query, 0, 0, 255)] = TRUE;
  return got == 0;
}

static gboolean
add_rows (LwDb *db, const LwRevisionFilter *filter, GPtrArray *rows, GError **error)
{
  gboolean origins[256], has = TRUE;
  if (filter->model != 0 && !read_origins_of (db, filter->model, origins, error))
    return FALSE;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT " LW_REVISION_COLUMNS " FROM revision WHERE (?1 = 0 OR frame = ?1) AND (?2 IS NULL OR author = ?2 OR " LW_NAME_OF ("author") " = ?2)"
                                          " AND (?3 < 0 OR kind = ?3) AND created >= ?4 AND created <= ?5 ORDER BY id DESC",
                                          "IsiII", filter->frame, filter->author, filter->kind, filter->since,
                                          filter->until > 0 ? filter->until : G_MAXINT64);
  int got = 0;
  while ((filter->newest == 0 || rows->len < filter->newest) && (got = lw_query_step (query, error)) > 0)
    {
      if (filter->model != 0 && !lw_revision_has_origin (db, sqlite3_column_int64 (query, 0), origins, &has, error))
        return FALSE;
      if (has)
        g_ptr_array_add (rows, lw_revision_from_row (query));
    }
  return got >= 0;
}

GPtrArray *
lw_project_find_revisions (LwProject *self, const LwRevisionFilter *filter, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && filter != NULL, NULL);

  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) lw_revision_free);
  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL && lw_db_begin_read (db, error) && add_rows (db, filter, rows, error) ? g_steal_pointer (&rows) : NULL;
}

/* ---- by uuid ---- */

static gboolean
is_prefix (const char *text)
{
  return strlen (text) >= SHORTEST_PREFIX && strspn (text, "0123456789abcdef-") == strlen (text);
}

LwRevision *
lw_project_find_revision (LwProject *self, const char *uuid, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && uuid != NULL, NULL);

  g_autoptr(LwDb) db = is_prefix (uuid) ? lw_project_read (self, error) : NULL;
  g_autofree char *after = g_strconcat (uuid, "g", NULL);      /* above every letter that a uuid has */
  g_autoptr(LwRevision) revision = NULL;
  int n = 0, got = 0;
  if (is_prefix (uuid) && db == NULL)
    return NULL;
  if (db != NULL)
    {
      g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT " LW_REVISION_COLUMNS " FROM revision WHERE uuid >= ? AND uuid < ? LIMIT 2", "ss", uuid, after);
      for (; (got = lw_query_step (query, error)) > 0; n++)
        {
          g_clear_pointer (&revision, lw_revision_free);
          revision = lw_revision_from_row (query);
        }
    }
  if (got < 0)
    return NULL;
  if (n == 1)
    return g_steal_pointer (&revision);
  g_set_error (error, LW_STORE_ERROR, n == 0 ? LW_STORE_ERROR_NOT_FOUND : LW_STORE_ERROR_INVALID,
               n == 0 ? _("The project has no revision “%s”. “labelwright-cli history” lists them") : _("Several revisions begin with “%s”: give more of it"), uuid);
  return NULL;
}
