/* media.c: what media a project has, and opening one */
#include "config.h"
#include "store/media/media.h"

#include <glib/gi18n-lib.h>
#include "store/class-change.h"
#include "store/project/rows.h"

#define COLUMNS "id, uuid, name, kind, path, size, sha256"
#define MAX_INDEX_BYTES ((gsize) 1 << 30)

void
lw_media_free (LwMedia *media)
{
  if (media == NULL)
    return;
  g_free (media->uuid);
  g_free (media->name);
  g_free (media->path);
  g_free (media->sha256);
  g_free (media);
}

static gpointer
read_medium (LwProject *project, LwQuery *query)
{
  LwMedia *media = g_new0 (LwMedia, 1);
  g_autofree char *stored = lw_query_dup_bytes (query, 4);
  media->id = sqlite3_column_int64 (query, 0);
  media->uuid = lw_query_dup_text (query, 1);
  media->name = lw_query_dup_text (query, 2);
  media->kind = (LwMediaKind) lw_query_int (query, 3, LW_MEDIA_IMAGES, LW_MEDIA_VIDEO);
  media->path = lw_media_path_from_stored (project->folder, stored != NULL ? stored : "");
  media->size = (guint64) sqlite3_column_int64 (query, 5);
  media->sha256 = lw_query_dup_text (query, 6);
  media->missing = !g_file_test (media->path, G_FILE_TEST_EXISTS);
  return media;
}

GPtrArray *
lw_project_list_media (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_medium, (GDestroyNotify) lw_media_free, error,
                               "SELECT " COLUMNS " FROM media WHERE operation IS NULL AND NOT removed ORDER BY id", "", 0);
}

GPtrArray *
lw_project_list_removed_media (LwProject *self, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);
  return lw_project_list_rows (self, read_medium, (GDestroyNotify) lw_media_free, error, "SELECT " COLUMNS " FROM media WHERE operation IS NULL AND removed ORDER BY id", "", 0);
}

static LwMedia *
find_medium (LwProject *self, LwDb *db, gint64 id, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT " COLUMNS " FROM media WHERE id = ? AND operation IS NULL", "I", id);
  int got = lw_query_step (query, error);
  if (got == 1)
    return read_medium (self, query);
  if (got == 0)
    lw_store_not_found (error, _("medium"), id);
  return NULL;
}

/* The index lies in parts, so that storing it holds nobody up. */
static GBytes *
read_index (LwDb *db, gint64 media, GError **error)
{
  g_autoptr(GByteArray) index = g_byte_array_new ();
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT data FROM media_index WHERE media = ? ORDER BY part", "I", media);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gsize length = (gsize) sqlite3_column_bytes (query, 0);
      if (index->len + length > MAX_INDEX_BYTES)
        {
          lw_db_damaged (db, error, "the index of a medium is too large");
          return NULL;
        }
      if (length > 0)
        g_byte_array_append (index, sqlite3_column_blob (query, 0), (guint) length);
    }
  return got == 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&index)) : NULL;
}

LwFrameSource *
lw_project_open_media (LwProject *self, gint64 id, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  g_autoptr(LwDb) db = lw_project_read (self, error);
  g_autoptr(LwMedia) media = db != NULL ? find_medium (self, db, id, error) : NULL;
  if (media == NULL)
    return NULL;
  if (media->missing)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_NOT_FOUND, _("“%s” is no longer at “%s”. If it was moved, relink it to where it is now"),
                   media->name, media->path);
      return NULL;
    }
  g_autoptr(GBytes) index = read_index (db, id, error);
  return index != NULL ? lw_frame_source_new (media->kind, media->path, index, error) : NULL;
}
