/* snapshots.c: a name for a revision of every labelled frame, staged and then visible at once */
#include "config.h"
#include "store/past.h"

#include <glib/gi18n-lib.h>
#include "store/author.h"
#include "store/project/audit.h"
#include "store/project/operations.h"
#include "store/project/persons.h"
#include "store/project/rows.h"
#include "store/revisions/revisions.h"

#define MAX_NAME_BYTES 200
#define COLUMNS "id, uuid, name, " LW_NAME_OF ("author") ", message, created, (SELECT count (*) FROM snapshot_item WHERE snapshot = snapshot.id)"

void
lw_snapshot_free (LwSnapshot *snapshot)
{
  if (snapshot == NULL)
    return;
  char *texts[] = { snapshot->uuid, snapshot->name, snapshot->author, snapshot->message };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
  g_free (snapshot);
}

/* ---- read ---- */

static gpointer
read_snapshot (LwProject *project, LwQuery *query)
{
  LwSnapshot *snapshot = g_new (LwSnapshot, 1);
  *snapshot = (LwSnapshot) {
    .id = sqlite3_column_int64 (query, 0), .uuid = lw_query_dup_text (query, 1), .name = lw_query_dup_text (query, 2), .author = lw_query_dup_text (query, 3),
    .message = lw_query_dup_text (query, 4), .created = sqlite3_column_int64 (query, 5), .n_frames = (guint) lw_query_int (query, 6, 0, G_MAXINT),
  };
  return snapshot;
}

GPtrArray *
lw_project_list_snapshots (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_snapshot, (GDestroyNotify) lw_snapshot_free, error,
                               "SELECT " COLUMNS " FROM snapshot WHERE operation IS NULL ORDER BY id DESC", "", 0);
}

LwSnapshot *
lw_project_find_snapshot (LwProject *self, const char *name, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && name != NULL, NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL)
    return NULL;
  g_autoptr(LwQuery) query = lw_db_query (db, error,
                                          "SELECT " COLUMNS " FROM snapshot WHERE operation IS NULL AND (name = ?1 OR uuid = ?1) ORDER BY name = ?1 DESC LIMIT 1",
                                          "s", name);
  int got = lw_query_step (query, error);
  if (got == 0)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no snapshot “%s”"), name);
  return got > 0 ? read_snapshot (self, query) : NULL;
}

/* ---- make ---- */

typedef struct {
  const char *name, *message;
  LwOperation operation;
  gint64 snapshot, frame;
  guint n_frames;
} Taking;

static gboolean
check_name (LwDb *db, const char *name, GError **error)
{
  gint64 id;
  int got = lw_db_get (db, &id, error, "SELECT id FROM snapshot WHERE name = ?", "s", name);
  if (got > 0)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS, _("The project has a snapshot named “%s” already. Choose another name"), name);
  return got == 0;
}

static gboolean
add_row (LwDb *db, gpointer data, GError **error)
{
  Taking *self = data;
  g_autofree char *uuid = g_uuid_string_random ();
  if (!check_name (db, self->name, error)
      || !lw_db_run (db, error, "INSERT INTO snapshot (uuid, name, author, created, message, operation) VALUES (?, ?, ?, ?, ?, ?)", "sssIsI", uuid, self->name,
                     lw_author_get_uuid (), g_get_real_time (), self->message, self->operation.id))
    return FALSE;
  self->snapshot = sqlite3_last_insert_rowid (db->handle);
  return TRUE;
}

typedef struct { const Taking *taking; gint64 revision; } Item;

static gboolean
add_item (LwDb *db, gpointer data, GError **error)
{
  const Item *item = data;
  return lw_db_run (db, error, "INSERT INTO snapshot_item (snapshot, frame, revision) VALUES (?, ?, ?)", "III", item->taking->snapshot, item->taking->frame,
                    item->revision);
}

static gboolean
take_frame (LwDb *db, gpointer data, GError **error)
{
  Taking *self = data;
  g_autofree char *message = g_strdup_printf (_("snapshot “%s”"), self->name);
  Item item = { self, lw_revision_keep (db, self->frame, message, error) };
  return item.revision != 0 && lw_db_transact (db, add_item, &item, error);
}

static gboolean
show (LwDb *db, gpointer data, GError **error)
{
  const Taking *self = data;
  return lw_db_run (db, error, "UPDATE snapshot SET operation = NULL WHERE id = ?", "I", self->snapshot) && lw_operation_end (db, &self->operation, error)
         && lw_audit_add (db, error, "snapshot", self->name, "%u frames%s%s", self->n_frames, self->message != NULL ? ": " : "",
                          self->message != NULL ? self->message : "");
}

static GArray *
list_painted (LwProject *self, GError **error)
{
  g_autoptr(LwDb) db = lw_project_read (self, error);
  return db != NULL ? lw_db_list_ids (db, error, "SELECT frame.id FROM " LW_FRAME_TABLES " WHERE frame.seq > 0", "") : NULL;
}

static gboolean
take_frames (LwProject *project, Taking *self, GArray *frames, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  if (!lw_operation_begin (project, "snapshot", &self->operation, error) || !lw_project_transact (project, add_row, self, error))
    return FALSE;
  for (guint i = 0; i < frames->len; i++)
    {
      self->frame = g_array_index (frames, gint64, i);
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !lw_project_write (project, take_frame, self, error))
        return FALSE;
      if (progress != NULL)
        progress ((double) (i + 1) / frames->len, data);
    }
  return lw_project_transact (project, show, self, error);
}

gint64
lw_project_add_snapshot (LwProject *self, const char *name, const char *message, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && name != NULL, 0);

  if (*name == '\0' || strlen (name) > MAX_NAME_BYTES || !g_utf8_validate (name, -1, NULL))
    {
      g_set_error_literal (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("A snapshot needs a name, of at most 200 letters"));
      return 0;
    }
  g_autoptr(GArray) frames = lw_project_check_writable (self, error) ? list_painted (self, error) : NULL;
  if (frames == NULL)
    return 0;
  Taking taking = { .name = name, .message = message, .operation = LW_OPERATION_NONE, .n_frames = frames->len };
  gboolean taken = take_frames (self, &taking, frames, progress, data, cancellable, error);
  lw_operation_release (&taking.operation);
  if (!taken)
    lw_project_write (self, lw_operations_clean, self->folder, NULL);      /* else the next open does it */
  return taken ? taking.snapshot : 0;
}
