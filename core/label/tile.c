/* tile.c: cuts planes into tiles and packs a tile */
#include "config.h"
#include "label/tile.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "label/border-code.h"
#include "label/run-code.h"
#include "label/zstd-context.h"

G_DEFINE_QUARK (lw-tile-error-quark, lw_tile_error)

#define ZSTD_LEVEL 3
/* Before a tile that is coded; a zstd frame begins with another byte. */
#define BORDERS 'B'
#define RUNS 'R'               /* before version 5 */
#define MOST_RUN_BYTES 8192
#define NOISY_BYTES 1024       /* a tile that takes so much as borders may take less as it is */

LwPlanes *
lw_planes_new (int width, int height)
{
  LwLabelMap *classes = lw_label_map_new (width, height);
  if (classes == NULL)
    return NULL;
  LwPlanes *planes = g_new (LwPlanes, 1);
  planes->plane[LW_PLANE_CLASS] = classes;
  planes->plane[LW_PLANE_ORIGIN] = lw_label_map_new (width, height);
  return planes;
}

LwPlanes *
lw_planes_copy (const LwPlanes *planes)
{
  LwPlanes *copy = g_new (LwPlanes, 1);
  for (int i = 0; i < LW_N_PLANES; i++)
    copy->plane[i] = lw_label_map_copy (planes->plane[i]);
  return copy;
}

void
lw_planes_free (LwPlanes *planes)
{
  if (planes == NULL)
    return;
  for (int i = 0; i < LW_N_PLANES; i++)
    lw_label_map_free (planes->plane[i]);
  g_free (planes);
}

LwRect
lw_tile_rect (const LwLabelMap *map, int ty, int tx)
{
  LwRect tile = { tx * LW_TILE_SIDE, ty * LW_TILE_SIDE, LW_TILE_SIDE, LW_TILE_SIDE };
  return lw_rect_intersect (tile, (LwRect) { 0, 0, map->width, map->height });
}

void
lw_tile_read (const LwLabelMap *map, int ty, int tx, guint8 raw[LW_TILE_BYTES])
{
  LwRect in = lw_tile_rect (map, ty, tx);
  if (in.width < LW_TILE_SIDE || in.height < LW_TILE_SIDE)
    memset (raw, LW_LABEL_NONE, LW_TILE_BYTES);
  for (int y = 0; y < in.height; y++)
    memcpy (raw + y * LW_TILE_SIDE, lw_label_map_row (map, in.y + y) + in.x, (gsize) in.width);
}

void
lw_tile_write (LwLabelMap *map, int ty, int tx, const guint8 raw[LW_TILE_BYTES])
{
  LwRect in = lw_tile_rect (map, ty, tx);
  for (int y = 0; y < in.height; y++)
    memcpy (lw_label_map_row (map, in.y + y) + in.x, raw + y * LW_TILE_SIDE, (gsize) in.width);
}

GBytes *
lw_tile_encode (const guint8 raw[LW_TILE_BYTES])
{
  guint8 coded[1 + LW_TILE_BYTES] = { BORDERS }, noise[ZSTD_COMPRESSBOUND (LW_TILE_BYTES)];
  gssize length = lw_border_encode (raw, 1, coded + 1, sizeof coded - 1);
  if (length >= 0 && length <= NOISY_BYTES)
    return g_bytes_new (coded, (gsize) length + 1);
  gsize packed = ZSTD_compressCCtx (lw_zstd_compressor (), noise, sizeof noise, raw, LW_TILE_BYTES, ZSTD_LEVEL);
  g_assert (!ZSTD_isError (packed));      /* the buffer holds the worst case */
  return length >= 0 && (gsize) length < packed ? g_bytes_new (coded, (gsize) length + 1) : g_bytes_new (noise, packed);
}

static gboolean
decode_runs (const guint8 *data, gsize length, guint8 raw[LW_TILE_BYTES])
{
  guint8 runs[MOST_RUN_BYTES];
  gsize size = lw_zstd_size (data, length);
  return size > 0 && size <= sizeof runs && lw_zstd_unpack (data, length, runs, size) && lw_run_decode (runs, size, raw) == size;
}

static gboolean
decode (const guint8 *data, gsize length, guint8 raw[LW_TILE_BYTES])
{
  if (length > 0 && data[0] == BORDERS)
    return lw_border_decode (data + 1, length - 1, raw, 1);
  return length > 0 && data[0] == RUNS ? decode_runs (data + 1, length - 1, raw) : lw_zstd_unpack (data, length, raw, LW_TILE_BYTES);
}

gboolean
lw_tile_decode (const void *data, gsize length, guint8 raw[LW_TILE_BYTES], GError **error)
{
  if (decode (data, length, raw))
    return TRUE;
  g_set_error_literal (error, LW_TILE_ERROR, LW_TILE_ERROR_DAMAGED, _("A stored label tile is damaged"));
  return FALSE;
}
