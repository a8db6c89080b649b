/* proposals.c: what a model would label, until it is applied, replaced or discarded */
#include "config.h"
#include "store/journal/working.h"
#include "store/project/project-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zstd.h>
#include "label/confidence-code.h"

#define CONFIDENCE_SCALE 4
#define CONFIDENCE_LEVEL 3

void
lw_proposal_free (LwProposal *proposal)
{
  if (proposal == NULL)
    return;
  g_clear_pointer (&proposal->map, lw_label_map_free);
  g_clear_pointer (&proposal->confidence, lw_label_map_free);
  g_free (proposal);
}

static int
scaled (int pixels)
{
  return (pixels + CONFIDENCE_SCALE - 1) / CONFIDENCE_SCALE;
}

/* ---- confidence: its rows, packed ---- */

/* Noise as it is. */
static GBytes *
pack_confidence (const LwLabelMap *map)
{
  GBytes *coded = lw_confidence_encode (map);
  if (coded != NULL)
    return coded;
  gsize width = (gsize) map->width, raw_bytes = width * (gsize) map->height, room = ZSTD_compressBound (raw_bytes);
  g_autofree guint8 *raw = g_malloc (raw_bytes);
  g_autofree guint8 *packed = g_malloc (room);
  for (int y = 0; y < map->height; y++)
    memcpy (raw + (gsize) y * width, lw_label_map_row (map, y), width);
  gsize length = ZSTD_compress (packed, room, raw, raw_bytes, CONFIDENCE_LEVEL);
  g_assert (!ZSTD_isError (length));
  return g_bytes_new (packed, length);
}

static gboolean
unpack_rows (GBytes *packed, LwLabelMap *map)
{
  gsize width = (gsize) map->width, raw_bytes = width * (gsize) map->height;
  g_autofree guint8 *raw = g_malloc (raw_bytes);
  if (ZSTD_decompress (raw, raw_bytes, g_bytes_get_data (packed, NULL), g_bytes_get_size (packed)) != raw_bytes)
    return FALSE;
  for (int y = 0; y < map->height; y++)
    memcpy (lw_label_map_row (map, y), raw + (gsize) y * width, width);
  return TRUE;
}

static LwLabelMap *
unpack_confidence (LwDb *db, const LwFrameHead *head, GBytes *packed, GError **error)
{
  g_autoptr(LwLabelMap) map = lw_label_map_new (scaled (head->width), scaled (head->height));
  if (lw_confidence_decode (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed), map) || unpack_rows (packed, map))
    return g_steal_pointer (&map);
  lw_db_damaged (db, error, "the confidence of a proposal");
  return NULL;
}

/* ---- write ---- */

static gboolean
delete_proposal (LwDb *db, gint64 id, GError **error)
{
  return lw_db_run (db, error, "DELETE FROM proposal_tile WHERE proposal = ?", "I", id) && lw_db_run (db, error, "DELETE FROM proposal WHERE id = ?", "I", id);
}

/* What was applied in part stays in the history; the rest was only ever an offer. */
static gboolean
remove_current (LwDb *db, const LwFrameHead *head, GError **error)
{
  gint64 applied = 0;
  if (head->proposal == 0)
    return TRUE;
  return lw_db_run (db, error, "UPDATE frame SET proposal = NULL WHERE id = ?", "I", head->id)
         && lw_db_get (db, &applied, error, "SELECT applied FROM proposal WHERE id = ?", "I", head->proposal) >= 0
         && (applied != 0 || delete_proposal (db, head->proposal, error));
}

typedef struct {
  const LwProposal *proposal;
  GPtrArray *tiles;            /* of GBytes, row by row; NULL: nothing in it */
  GBytes *confidence;
} Writing;

static gboolean
check_size (const LwProposal *proposal, const LwFrameHead *head, GError **error)
{
  const LwLabelMap *map = proposal->map, *confidence = proposal->confidence;
  if (map->width == head->width && map->height == head->height
      && (confidence == NULL || (confidence->width == scaled (head->width) && confidence->height == scaled (head->height))))
    return TRUE;
  g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The proposal has %d × %d pixels, but its frame has %d × %d"), map->width, map->height,
               head->width, head->height);
  return FALSE;
}

static gboolean
write_tiles (LwDb *db, const Writing *writing, gint64 id, int across, GError **error)
{
  for (guint i = 0; i < writing->tiles->len; i++)
    if (writing->tiles->pdata[i] != NULL
        && !lw_db_run (db, error, "INSERT INTO proposal_tile (proposal, ty, tx, data) VALUES (?, ?, ?, ?)", "Iiib", id, (int) i / across, (int) i % across,
                       writing->tiles->pdata[i]))
      return FALSE;
  return TRUE;
}

static gboolean
write_proposal (LwDb *db, gpointer data, GError **error)
{
  const Writing *writing = data;
  const LwProposal *proposal = writing->proposal;
  LwFrameHead head;
  if (!lw_frame_head_read (db, proposal->frame, &head, error) || !check_size (proposal, &head, error) || !remove_current (db, &head, error)
      || !lw_db_run (db, error, "INSERT INTO proposal (frame, model, created, confidence) VALUES (?, ?, ?, ?)", "IIIb", proposal->frame, proposal->model,
                     proposal->created != 0 ? proposal->created : g_get_real_time (), writing->confidence))
    return FALSE;
  gint64 id = sqlite3_last_insert_rowid (db->handle);
  return write_tiles (db, writing, id, lw_tiles_across (head.width), error)
         && lw_db_run (db, error, "UPDATE frame SET proposal = ? WHERE id = ?", "II", id, proposal->frame) && lw_change_frame (db, proposal->frame, error);
}

static GPtrArray *
pack_tiles (const LwLabelMap *map)
{
  GPtrArray *tiles = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  guint8 raw[LW_TILE_BYTES];
  for (int ty = 0; ty < lw_tiles_across (map->height); ty++)
    for (int tx = 0; tx < lw_tiles_across (map->width); tx++)
      {
        lw_tile_read (map, ty, tx, raw);
        g_ptr_array_add (tiles, lw_tile_is_empty (raw) ? NULL : lw_tile_encode (raw));
      }
  return tiles;
}

gboolean
lw_project_set_proposal (LwProject *self, const LwProposal *proposal, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self) && proposal != NULL && proposal->map != NULL, FALSE);

  if (!lw_project_check_writable (self, error))
    return FALSE;
  g_autoptr(GPtrArray) tiles = pack_tiles (proposal->map);
  g_autoptr(GBytes) confidence = proposal->confidence != NULL ? pack_confidence (proposal->confidence) : NULL;
  return lw_project_transact (self, write_proposal, &(Writing) { proposal, tiles, confidence }, error);
}

static gboolean
discard (LwDb *db, gpointer data, GError **error)
{
  LwFrameHead head;
  return lw_frame_head_read (db, *(gint64 *) data, &head, error)
         && (head.proposal == 0 || (remove_current (db, &head, error) && lw_change_frame (db, head.id, error)));
}

gboolean
lw_project_discard_proposal (LwProject *self, gint64 frame, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), FALSE);
  return lw_project_transact (self, discard, &frame, error);
}

/* ---- read ---- */

static LwLabelMap *
read_map (LwDb *db, const LwFrameHead *head, GError **error)
{
  g_autoptr(LwLabelMap) map = lw_label_map_new (head->width, head->height);
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT ty, tx, data FROM proposal_tile WHERE proposal = ?", "I", head->proposal);
  guint8 raw[LW_TILE_BYTES];
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 ty = sqlite3_column_int64 (query, 0), tx = sqlite3_column_int64 (query, 1);
      if (!lw_frame_has_tile (head, LW_PLANE_CLASS, ty, tx))
        lw_db_damaged (db, error, "a proposal with a tile outside its frame");
      else if (lw_working_unpack (db, query, 2, raw, error))
        {
          lw_tile_write (map, (int) ty, (int) tx, raw);
          continue;
        }
      return NULL;
    }
  return got == 0 ? g_steal_pointer (&map) : NULL;
}

static LwProposal *
read_proposal (LwDb *db, const LwFrameHead *head, GError **error)
{
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT model, created, confidence FROM proposal WHERE id = ?", "I", head->proposal);
  int got = lw_query_step (query, error);
  if (got == 0)
    lw_db_damaged (db, error, "a frame with a proposal that is gone");
  if (got != 1)
    return NULL;
  g_autoptr(LwProposal) proposal = g_new0 (LwProposal, 1);
  g_autoptr(GBytes) confidence = lw_query_dup_blob (query, 2);
  proposal->frame = head->id;
  proposal->model = sqlite3_column_int64 (query, 0);
  proposal->created = sqlite3_column_int64 (query, 1);
  proposal->map = read_map (db, head, error);
  if (proposal->map != NULL && confidence != NULL)
    proposal->confidence = unpack_confidence (db, head, confidence, error);
  return proposal->map != NULL && (confidence == NULL || proposal->confidence != NULL) ? g_steal_pointer (&proposal) : NULL;
}

LwProposal *
lw_project_load_proposal (LwProject *self, gint64 frame, GError **error)
{
  g_return_val_if_fail (LW_IS_PROJECT (self), NULL);

  LwFrameHead head;
  g_autoptr(LwDb) db = lw_project_read (self, error);
  if (db == NULL || !lw_db_begin_read (db, error) || !lw_frame_head_read (db, frame, &head, error) || head.proposal == 0)
    return NULL;
  return read_proposal (db, &head, error);
}
