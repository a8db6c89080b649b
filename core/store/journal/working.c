/* working.c: reads and changes the working tiles of a frame */
#include "config.h"
#include "store/journal/working.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "store/project/class-rows.h"

static void
tile_change_clear (gpointer data)
{
  g_clear_pointer (&((LwTileChange *) data)->data, g_bytes_unref);
}

void
lw_working_change_clear (LwWorkingChange *change)
{
  g_clear_pointer (&change->tiles, g_array_unref);
}

gboolean
lw_tile_is_empty (const guint8 raw[LW_TILE_BYTES])
{
  return raw[0] == LW_LABEL_NONE && memcmp (raw, raw + 1, LW_TILE_BYTES - 1) == 0;
}

gboolean
lw_frame_has_tile (const LwFrameHead *head, gint64 plane, gint64 ty, gint64 tx)
{
  return plane >= 0 && plane < LW_N_PLANES && ty >= 0 && ty < lw_tiles_across (head->height) && tx >= 0 && tx < lw_tiles_across (head->width);
}

gboolean
lw_working_unpack (LwDb *db, LwQuery *query, int column, guint8 raw[LW_TILE_BYTES], GError **error)
{
  g_autoptr(GError) local = NULL;
  const void *data = sqlite3_column_blob (query, column);
  gsize length = (gsize) sqlite3_column_bytes (query, column);
  return (data != NULL && lw_tile_decode (data, length, raw, &local)) || lw_db_damaged (db, error, local != NULL ? local->message : "an empty tile");
}

/* ---- what a diff makes of the tiles ---- */

typedef struct {
  LwDb *db;
  const LwFrameHead *head;
  const LwDiff *diff;
  LwWorkingChange *change;
  GError **error;
  gboolean failed;
} Preparation;

static gboolean
read_tile (Preparation *self, LwPlaneKind plane, int ty, int tx, guint8 raw[LW_TILE_BYTES])
{
  g_autoptr(LwQuery) query = lw_db_query (self->db, self->error, "SELECT data FROM working_tile WHERE frame = ? AND plane = ? AND ty = ? AND tx = ?",
                                          "Iiii", self->head->id, plane, ty, tx);
  int got = lw_query_step (query, self->error);
  if (got == 0)
    memset (raw, LW_LABEL_NONE, LW_TILE_BYTES);
  return got == 0 || (got == 1 && lw_working_unpack (self->db, query, 0, raw, self->error));
}

/* Pixels past the edge of the map are no pixels. */
static void
count_pixels (const LwFrameHead *head, int ty, int tx, const guint8 raw[LW_TILE_BYTES], gint64 pixels[256], int sign)
{
  int width = MIN (LW_TILE_SIDE, head->width - tx * LW_TILE_SIDE), height = MIN (LW_TILE_SIDE, head->height - ty * LW_TILE_SIDE);
  gint32 counts[4][256] = { 0 };      /* neighbours are mostly alike: one table would wait for its own last sum at each pixel */
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      counts[x & 3][raw[y * LW_TILE_SIDE + x]]++;
  for (int i = 0; i < 256; i++)
    pixels[i] += sign * (counts[0][i] + counts[1][i] + counts[2][i] + counts[3][i]);
}

static void
prepare_tile (LwPlaneKind plane, int ty, int tx, gpointer data)
{
  Preparation *self = data;
  guint8 raw[LW_TILE_BYTES];
  if (self->failed || !read_tile (self, plane, ty, tx, raw))
    {
      self->failed = TRUE;
      return;
    }
  const guint8 *xor = lw_diff_get_tile (self->diff, plane, ty, tx);
  gint64 *counts = plane == LW_PLANE_CLASS ? self->change->pixels : self->change->origins;
  count_pixels (self->head, ty, tx, raw, counts, -1);
  for (gsize i = 0; i < LW_TILE_BYTES; i++)
    raw[i] ^= xor[i];
  count_pixels (self->head, ty, tx, raw, counts, 1);
  LwTileChange tile = { (guint8) plane, (guint16) ty, (guint16) tx, lw_tile_is_empty (raw) ? NULL : lw_tile_encode (raw) };
  g_array_append_val (self->change->tiles, tile);
}

gboolean
lw_working_prepare (LwDb *db, const LwFrameHead *head, const LwDiff *diff, LwWorkingChange *change, GError **error)
{
  lw_working_change_clear (change);
  *change = (LwWorkingChange) { .tiles = g_array_new (FALSE, FALSE, sizeof (LwTileChange)) };
  g_array_set_clear_func (change->tiles, tile_change_clear);
  if (!lw_diff_fits (diff, head->width, head->height))
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID, _("The stroke is not one of a frame of %d × %d pixels"), head->width, head->height);
      return FALSE;
    }
  Preparation preparation = { db, head, diff, change, error, FALSE };
  lw_diff_foreach_tile (diff, prepare_tile, &preparation);
  return !preparation.failed;
}

/* ---- write ---- */

static gboolean
check_classes (LwDb *db, const LwWorkingChange *change, GError **error)
{
  gboolean known[256];
  if (!lw_classes_read_known (db, known, error))
    return FALSE;
  for (int i = 0; i < LW_LABEL_NONE; i++)
    if (change->pixels[i] > 0 && !known[i])
      {
        g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_INVALID,
                     _("This would set pixels of class %d, which is not among the project’s classes (any more). Add the class again first"), i);
        return FALSE;
      }
  return TRUE;
}

static gboolean
write_pixels (LwDb *db, const LwFrameHead *head, const LwWorkingChange *change, GError **error)
{
  for (int i = 0; i < LW_LABEL_NONE; i++)
    if (change->pixels[i] != 0
        && !lw_db_run (db, error,
                       "INSERT INTO frame_class (frame, class, pixels) VALUES (?1, ?2, max (?3, 0))"
                       " ON CONFLICT (frame, class) DO UPDATE SET pixels = max (pixels + ?3, 0)",
                       "IiI", head->id, i, change->pixels[i]))
      return FALSE;
  return TRUE;
}

/* A frame of an older project has no counts of origins until somebody wants them (statistics.c): there is nothing to add to. */
static gboolean
write_origins (LwDb *db, const LwFrameHead *head, const LwWorkingChange *change, GError **error)
{
  gint64 one;
  int counted = head->seq == 0 ? 1 : lw_db_get (db, &one, error, "SELECT 1 FROM frame_origin WHERE frame = ? LIMIT 1", "I", head->id);
  for (int i = 0; counted > 0 && i < LW_LABEL_NONE; i++)
    if (change->origins[i] != 0
        && !lw_db_run (db, error,
                       "INSERT INTO frame_origin (frame, origin, pixels) VALUES (?1, ?2, max (?3, 0))"
                       " ON CONFLICT (frame, origin) DO UPDATE SET pixels = max (pixels + ?3, 0)",
                       "IiI", head->id, i, change->origins[i]))
      return FALSE;
  return counted >= 0;
}

static gboolean
write_tile (LwDb *db, const LwFrameHead *head, const LwTileChange *tile, GError **error)
{
  if (tile->data == NULL)
    return lw_db_run (db, error, "DELETE FROM working_tile WHERE frame = ? AND plane = ? AND ty = ? AND tx = ?", "Iiii", head->id, tile->plane, tile->ty,
                      tile->tx);
  return lw_db_run (db, error,
                    "INSERT INTO working_tile (frame, plane, ty, tx, data) VALUES (?1, ?2, ?3, ?4, ?5)"
                    " ON CONFLICT (frame, plane, ty, tx) DO UPDATE SET data = ?5",
                    "Iiiib", head->id, tile->plane, tile->ty, tile->tx, tile->data);
}

gboolean
lw_working_write (LwDb *db, const LwFrameHead *head, const LwWorkingChange *change, GError **error)
{
  if (!check_classes (db, change, error) || !write_pixels (db, head, change, error) || !write_origins (db, head, change, error))
    return FALSE;
  for (guint i = 0; i < change->tiles->len; i++)
    if (!write_tile (db, head, &g_array_index (change->tiles, LwTileChange, i), error))
      return FALSE;
  return TRUE;
}

/* ---- load ---- */

LwPlanes *
lw_working_load (LwDb *db, const LwFrameHead *head, GError **error)
{
  g_autoptr(LwPlanes) planes = lw_planes_new (head->width, head->height);
  g_autoptr(LwQuery) query = lw_db_query (db, error, "SELECT plane, ty, tx, data FROM working_tile WHERE frame = ?", "I", head->id);
  guint8 raw[LW_TILE_BYTES];
  int got;
  while ((got = lw_query_step (query, error)) > 0)
    {
      gint64 plane = sqlite3_column_int64 (query, 0), ty = sqlite3_column_int64 (query, 1), tx = sqlite3_column_int64 (query, 2);
      if (!lw_frame_has_tile (head, plane, ty, tx))
        lw_db_damaged (db, error, "a tile outside its frame");
      else if (lw_working_unpack (db, query, 3, raw, error))
        {
          lw_tile_write (planes->plane[plane], (int) ty, (int) tx, raw);
          continue;
        }
      return NULL;
    }
  return got == 0 ? g_steal_pointer (&planes) : NULL;
}
