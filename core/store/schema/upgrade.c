/* upgrade.c: fills new columns of older projects */
#include "config.h"
#include "store/schema/upgrade.h"

#include "store/author.h"
#include "store/project/persons.h"
#include "store/revisions/revision-tiles.h"

static GArray *
list_revisions (LwDb *db, GError **error)
{
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT id FROM revision WHERE hash IS NULL ORDER BY frame, id", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 id = sqlite3_column_int64 (query, 0);
      g_array_append_val (ids, id);
    }
  return got == 0 ? g_steal_pointer (&ids) : NULL;
}

/* One that can't be read any more stays without a hash; verify names it. */
static gboolean
add_hash (LwDb *db, gint64 revision, GError **error)
{
  LwFrameHead head;
  guint8 hash[LW_TILE_HASH_BYTES];
  g_autoptr(GError) local = NULL;
  g_autoptr(GHashTable) tiles = lw_revision_head_read (db, revision, &head, &local) ? lw_revision_tiles_read (db, &head, revision, &local) : NULL;
  if (tiles == NULL)
    {
      gboolean damaged = g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_DAMAGED) || g_error_matches (local, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND);
      if (!damaged)
        g_propagate_error (error, g_steal_pointer (&local));
      return damaged;
    }
  lw_revision_tiles_hash (tiles, head.width, head.height, hash);
  return lw_db_run (db, error, "UPDATE revision SET hash = ? WHERE id = ?", "xI", hash, sizeof hash, revision);
}

/* Until now an author was the name of an account: who upgrades the project goes on as the same one. */
static gboolean
claim_origin (LwDb *db, GError **error)
{
  return lw_db_run (db, error, "UPDATE origin SET name = ? WHERE kind = ? AND name = ?", "sis", lw_author_get_uuid (), LW_ORIGIN_PERSON, g_get_user_name ());
}

gboolean
lw_upgrade_to_4 (LwDb *db, GError **error)
{
  g_autoptr(GArray) revisions = list_revisions (db, error);
  for (guint i = 0; revisions != NULL && i < revisions->len; i++)
    if (!add_hash (db, g_array_index (revisions, gint64, i), error))
      return FALSE;
  return revisions != NULL && lw_person_write_author (db, error) && claim_origin (db, error)
         && lw_db_run (db, error, "UPDATE meta SET value = '4' WHERE key = 'min_reader'", "");      /* tiles are packed as runs from now on */
}
