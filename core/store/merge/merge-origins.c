/* merge-origins.c: classes, origins and audit rows of another copy, as this one knows them */
#include "config.h"
#include "store/merge/merge-private.h"

#include <glib/gi18n-lib.h>
#include "store/project/audit.h"

/* ---- classes ---- */

static LwClass *
find_class (const LwPalette *palette, const LwClass *class)
{
  for (guint i = 0; i < palette->classes->len; i++)
    if (g_strcmp0 (((LwClass *) palette->classes->pdata[i])->name, class->name) == 0)
      return palette->classes->pdata[i];
  return NULL;
}

/* A colour that nobody has here: of two classes with one colour no eye could tell which is which. */
static void
choose_colour (const LwPalette *palette, guint8 rgb[3])
{
  while (lw_palette_find_rgb (palette, rgb) != NULL)
    for (int c = 0; c < 3; c++)
      rgb[c] = (guint8) (rgb[c] + 37 + 11 * c);
}

static gboolean
map_classes (LwProject *ours, LwProject *theirs, gboolean dry, guint8 table[256], GError **error)
{
  g_autoptr(LwPalette) here = lw_project_dup_palette (ours, error), there = here != NULL ? lw_project_dup_palette (theirs, error) : NULL;
  gboolean added = FALSE;
  if (there == NULL)
    return FALSE;
  for (guint i = 0; i < there->classes->len; i++)
    {
      const LwClass *class = there->classes->pdata[i], *known = find_class (here, class);
      if (known == NULL)
        {
          guint8 rgb[3] = { class->rgb[0], class->rgb[1], class->rgb[2] };
          int id = lw_project_find_class_id (ours, here, class->name, error);
          if (id < 0)
            return FALSE;
          choose_colour (here, rgb);
          LwClass *new = lw_palette_add (here, (guint8) id, class->name, rgb);
          new->ignored = class->ignored;
          known = new;
          added = TRUE;
        }
      table[class->id] = known->id;
    }
  return !added || dry || lw_project_set_palette (ours, here, error);
}

/* ---- origins ---- */

static gint64
find_model (LwProject *ours, LwProject *theirs, gint64 model)
{
  g_autoptr(LwDb) there = lw_project_read (theirs, NULL), here = lw_project_read (ours, NULL);
  g_autofree char *uuid = there != NULL ? lw_db_get_text (there, NULL, "SELECT uuid FROM model WHERE id = ?", "I", model) : NULL;
  gint64 id = 0;
  if (uuid != NULL && here != NULL)
    lw_db_get (here, &id, NULL, "SELECT id FROM model WHERE uuid = ?", "s", uuid);
  return id;
}

/* A model that is only there is known here by its name, as something that labels came from. */
static gboolean
map_origins (LwProject *ours, LwProject *theirs, gboolean dry, guint8 table[256], GError **error)
{
  g_autoptr(GPtrArray) origins = lw_project_list_origins (theirs, error);
  for (guint i = 0; origins != NULL && i < origins->len; i++)
    {
      const LwOrigin *origin = origins->pdata[i];
      gint64 model = origin->kind == LW_ORIGIN_MODEL ? find_model (ours, theirs, origin->model) : 0;
      LwOriginKind kind = origin->kind == LW_ORIGIN_MODEL && model == 0 ? LW_ORIGIN_IMPORT : origin->kind;
      int id = dry ? origin->index : lw_project_get_origin (ours, kind, origin->person != NULL ? origin->person : origin->name, model, error);
      if (id < 0)
        return FALSE;
      table[origin->index] = (guint8) id;
    }
  return origins != NULL;
}

gboolean
lw_merge_map_ids (LwProject *ours, LwProject *theirs, gboolean dry, LwMergeIds *ids, GError **error)
{
  for (int i = 0; i < 256; i++)
    ids->table[LW_PLANE_CLASS][i] = ids->table[LW_PLANE_ORIGIN][i] = (guint8) i;
  return map_classes (ours, theirs, dry, ids->table[LW_PLANE_CLASS], error) && map_origins (ours, theirs, dry, ids->table[LW_PLANE_ORIGIN], error);
}

void
lw_merge_remap (LwPlanes *planes, const LwMergeIds *ids)
{
  for (int plane = 0; plane < LW_N_PLANES; plane++)
    lw_label_map_remap (planes->plane[plane], ids->table[plane]);
}

/* ---- persons ---- */

/* A package without names says nothing about names: 0 is earlier than any change. */
static gboolean
copy_persons (LwDb *db, gpointer there, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (there, error, "SELECT uuid, name, changed FROM person", "");
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    if (!lw_db_run (db, error,
                    "INSERT INTO person (uuid, name, changed) VALUES (?1, ?2, ?3) ON CONFLICT (uuid) DO UPDATE SET name = ?2, changed = ?3 WHERE changed < ?3", "ssI",
                    sqlite3_column_text (query, 0), sqlite3_column_text (query, 1), sqlite3_column_int64 (query, 2)))
      return FALSE;
  return got == 0;
}

gboolean
lw_merge_persons (LwProject *ours, LwProject *theirs, GError **error)
{
  g_autoptr(LwDb) there = lw_project_read (theirs, error);
  return there != NULL && lw_db_begin_read (there, error) && lw_project_transact (ours, copy_persons, there, error);
}

/* ---- audit ---- */

typedef struct { LwDb *there; const char *own; } Chains;

static gboolean
copy_rows (LwDb *db, const Chains *chains, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (chains->there, error,
                                          "SELECT copy, seq, at, actor, action, object, details, prev, hash FROM audit WHERE copy != ? ORDER BY copy, seq", "s", chains->own);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      g_autoptr(GBytes) prev = lw_query_dup_blob (query, 7), hash = lw_query_dup_blob (query, 8);
      if (!lw_db_run (db, error, "INSERT OR IGNORE INTO audit (copy, seq, at, actor, action, object, details, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", "sIIssssbb",
                      sqlite3_column_text (query, 0), sqlite3_column_int64 (query, 1), sqlite3_column_int64 (query, 2), sqlite3_column_text (query, 3),
                      sqlite3_column_text (query, 4), sqlite3_column_text (query, 5), sqlite3_column_text (query, 6), prev, hash))
        return FALSE;
    }
  return got == 0;
}

/* The longer of two ends is the later one: a chain only grows. What tells a copy by its file is of no use here, and might be another file's. */
static gboolean
copy_chains (LwDb *db, gpointer data, GError **error)
{
  const Chains *chains = data;
  g_autoptr(LwQuery) query = lw_db_query (chains->there, error, "SELECT uuid, machine, created, last_seq, last_hash FROM copy WHERE uuid != ?", "s", chains->own);
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      g_autoptr(GBytes) hash = lw_query_dup_blob (query, 4);
      if (!lw_db_run (db, error,
                      "INSERT INTO copy (uuid, machine, inode, created, last_seq, last_hash) VALUES (?1, ?2, -1 - abs (random () / 2), ?3, ?4, ?5) ON CONFLICT (uuid) DO UPDATE"
                      " SET last_seq = ?4, last_hash = ?5 WHERE last_seq < ?4", "ssIIb", sqlite3_column_text (query, 0), sqlite3_column_text (query, 1),
                      sqlite3_column_int64 (query, 2), sqlite3_column_int64 (query, 3), hash))
        return FALSE;
    }
  return got == 0 && copy_rows (db, chains, error);
}

gboolean
lw_merge_audit (LwProject *ours, LwProject *theirs, GError **error)
{
  g_autoptr(LwDb) there = lw_project_read (theirs, error);
  return there != NULL && lw_db_begin_read (there, error) && lw_project_transact (ours, copy_chains, &(Chains) { there, ours->copy }, error);
}
