/* diff.c: what an edit changed, kept, packed and applied
 *
 * Packed, little-endian: "LWD3", width, height, number of tiles (32 bits each); per tile its plane (8 bits), ty and tx (16 bits
 * each); then the tiles' XOR bytes as borders (border-code.h), all in one. With "LWD1", which is for noise, one zstd frame of the bytes
 * themselves; with "LWD2", which is from before version 5 and only read, one of the tiles as runs (run-code.h). */
#include "config.h"
#include "label/diff-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include "label/border-code.h"
#include "label/run-code.h"
#include "label/zstd-context.h"

#define MAGIC "LWD1"
#define MAGIC_RUNS "LWD2"
#define MAGIC_BORDERS "LWD3"
#define HEADER_BYTES 16
#define ENTRY_BYTES 5
#define NOISE_LEVEL 1
#define NOISY_BYTES 1024      /* tiles that take so much each as borders may take less as they are */

LwDiff *
lw_diff_alloc (int width, int height, gsize n_tiles)
{
  LwDiff *diff = g_new0 (LwDiff, 1);
  g_atomic_ref_count_init (&diff->refs);
  diff->width = width;
  diff->height = height;
  diff->n_tiles = n_tiles;
  diff->tiles = g_new0 (LwDiffTile, n_tiles);
  diff->xor = g_malloc (n_tiles * LW_TILE_BYTES);
  return diff;
}

LwDiff *
lw_diff_ref (LwDiff *diff)
{
  g_atomic_ref_count_inc (&diff->refs);
  return diff;
}

void
lw_diff_unref (LwDiff *diff)
{
  if (diff == NULL || !g_atomic_ref_count_dec (&diff->refs))
    return;
  g_free (diff->tiles);
  g_free (diff->xor);
  g_free (diff);
}

gboolean
lw_diff_is_empty (const LwDiff *diff)
{
  return diff->n_tiles == 0;
}

LwRect
lw_diff_get_bbox (const LwDiff *diff)
{
  return diff->bbox;
}

guint64
lw_diff_count (const LwDiff *diff)
{
  return diff->count;
}

void
lw_diff_foreach_tile (const LwDiff *diff, LwDiffTileFunc func, gpointer data)
{
  for (gsize i = 0; i < diff->n_tiles; i++)
    func (diff->tiles[i].plane, diff->tiles[i].ty, diff->tiles[i].tx, data);
}

/* ---- what changed ---- */

/* Of a row of a tile; without an end to look for it is counted many at a time. */
static guint
count_changed (const guint8 *row)
{
  guint8 changed = 0;
  for (int x = 0; x < LW_TILE_SIDE; x++)
    changed = (guint8) (changed + (row[x] != 0));
  return changed;
}

/* The changed pixels of one tile, in its own coordinates. */
static LwRect
measure_tile (const guint8 *xor, guint64 *count)
{
  int x0 = LW_TILE_SIDE, x1 = 0, y0 = LW_TILE_SIDE, y1 = 0;
  for (int y = 0; y < LW_TILE_SIDE; y++)
    {
      const guint8 *row = xor + y * LW_TILE_SIDE;
      guint changed = count_changed (row);
      if (changed == 0)
        continue;
      int first = 0, last = LW_TILE_SIDE;
      while (first < x0 && row[first] == 0)      /* only what makes the box wider counts */
        first++;
      while (last > x1 && row[last - 1] == 0)
        last--;
      *count += changed;
      x0 = first;
      x1 = last;
      y0 = MIN (y0, y);
      y1 = y + 1;
    }
  return y1 > 0 ? (LwRect) { x0, y0, x1 - x0, y1 - y0 } : (LwRect) { 0 };
}

gboolean
lw_diff_measure (LwDiff *diff)
{
  diff->bbox = (LwRect) { 0 };
  diff->count = 0;
  for (gsize i = 0; i < diff->n_tiles; i++)
    {
      guint64 changed = 0;
      LwRect box = measure_tile (diff->xor + i * LW_TILE_BYTES, &changed);
      box.x += diff->tiles[i].tx * LW_TILE_SIDE;
      box.y += diff->tiles[i].ty * LW_TILE_SIDE;
      if (changed == 0 || box.x + box.width > diff->width || box.y + box.height > diff->height)
        return FALSE;
      diff->bbox = lw_rect_union (diff->bbox, box);
      if (diff->tiles[i].plane == LW_PLANE_CLASS)
        diff->count += changed;
    }
  return TRUE;
}

static void
apply_tile (LwLabelMap *map, const LwDiffTile *tile, const guint8 *xor)
{
  LwRect in = lw_tile_rect (map, tile->ty, tile->tx);
  for (int y = 0; y < in.height; y++)
    {
      guint8 *row = lw_label_map_row (map, in.y + y) + in.x;
      for (int x = 0; x < in.width; x++)
        row[x] ^= xor[y * LW_TILE_SIDE + x];
    }
}

void
lw_diff_apply (const LwDiff *diff, LwPlanes *planes)
{
  g_return_if_fail (planes->plane[0]->width == diff->width && planes->plane[0]->height == diff->height);

  for (gsize i = 0; i < diff->n_tiles; i++)
    apply_tile (planes->plane[diff->tiles[i].plane], &diff->tiles[i], diff->xor + i * LW_TILE_BYTES);
}

/* ---- packed ---- */

static void
put_u32 (guint8 *at, gsize value)
{
  guint32 little = GUINT32_TO_LE ((guint32) value);
  memcpy (at, &little, sizeof little);
}

static gsize
get_u32 (const guint8 *at)
{
  guint32 little;
  memcpy (&little, at, sizeof little);
  return GUINT32_FROM_LE (little);
}

static void
put_entry (guint8 *at, const LwDiffTile *tile)
{
  guint8 bytes[ENTRY_BYTES] = { tile->plane, (guint8) tile->ty, (guint8) (tile->ty >> 8), (guint8) tile->tx,
                                (guint8) (tile->tx >> 8) };
  memcpy (at, bytes, sizeof bytes);
}

static LwDiffTile
get_entry (const guint8 *at)
{
  return (LwDiffTile) { at[0], (guint16) (at[1] | at[2] << 8), (guint16) (at[3] | at[4] << 8) };
}

/* Returns: the bytes written, not more than @room; @magic (out) */
static gsize
encode_tiles (const LwDiff *diff, guint8 *out, gsize room, const char **magic)
{
  gsize size = diff->n_tiles * LW_TILE_BYTES;
  gssize borders = lw_border_encode (diff->xor, diff->n_tiles, out, room);
  *magic = MAGIC_BORDERS;
  if (borders >= 0 && (gsize) borders <= diff->n_tiles * NOISY_BYTES)
    return (gsize) borders;
  gsize bound = ZSTD_compressBound (size);
  g_autofree guint8 *noise = g_malloc (bound);
  gsize packed = ZSTD_compressCCtx (lw_zstd_compressor (), noise, bound, diff->xor, size, NOISE_LEVEL);
  g_assert (!ZSTD_isError (packed));
  if (borders >= 0 && (gsize) borders <= packed)
    return (gsize) borders;
  *magic = MAGIC;
  memcpy (out, noise, packed);
  return packed;
}

GBytes *
lw_diff_encode (const LwDiff *diff)
{
  const char *magic;
  gsize head = HEADER_BYTES + diff->n_tiles * ENTRY_BYTES, room = ZSTD_compressBound (diff->n_tiles * LW_TILE_BYTES);
  g_autofree guint8 *packed = g_malloc (head + room);
  gsize length = encode_tiles (diff, packed + head, room, &magic);
  memcpy (packed, magic, 4);
  put_u32 (packed + 4, (gsize) diff->width);
  put_u32 (packed + 8, (gsize) diff->height);
  put_u32 (packed + 12, diff->n_tiles);
  for (gsize i = 0; i < diff->n_tiles; i++)
    put_entry (packed + HEADER_BYTES + i * ENTRY_BYTES, &diff->tiles[i]);
  return g_bytes_new (packed, head + length);
}

static int
compare_tiles (const LwDiffTile *a, const LwDiffTile *b)
{
  int order = (int) a->plane - b->plane;
  if (order == 0)
    order = (int) a->ty - b->ty;
  return order != 0 ? order : (int) a->tx - b->tx;
}

gboolean
lw_diff_fits (const LwDiff *diff, int width, int height)
{
  return diff->width == width && diff->height == height;
}

const guint8 *
lw_diff_get_tile (const LwDiff *diff, LwPlaneKind plane, int ty, int tx)
{
  const LwDiffTile wanted = { (guint8) plane, (guint16) ty, (guint16) tx };
  gsize low = 0, high = diff->n_tiles;
  while (low < high)
    {
      gsize middle = low + (high - low) / 2;
      int order = compare_tiles (&diff->tiles[middle], &wanted);
      if (order == 0)
        return diff->xor + middle * LW_TILE_BYTES;
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

/* Strictly ascending and inside the map: so no tile comes twice, and their number is bounded. */
static gboolean
read_entries (LwDiff *diff, const guint8 *at)
{
  for (gsize i = 0; i < diff->n_tiles; i++)
    {
      LwDiffTile tile = get_entry (at + i * ENTRY_BYTES);
      if (tile.plane >= LW_N_PLANES || tile.ty >= lw_tiles_across (diff->height) || tile.tx >= lw_tiles_across (diff->width))
        return FALSE;
      if (i > 0 && compare_tiles (&diff->tiles[i - 1], &tile) >= 0)
        return FALSE;
      diff->tiles[i] = tile;
    }
  return TRUE;
}

static gboolean
decode_runs (LwDiff *diff, const guint8 *data, gsize length)
{
  gsize size = lw_zstd_size (data, length), at = 0;
  if (size == 0 || size > diff->n_tiles * LW_TILE_BYTES)
    return FALSE;
  g_autofree guint8 *runs = g_malloc (size);
  if (!lw_zstd_unpack (data, length, runs, size))
    return FALSE;
  for (gsize i = 0; i < diff->n_tiles; i++)
    {
      gsize taken = lw_run_decode (runs + at, size - at, diff->xor + i * LW_TILE_BYTES);
      if (taken == 0)
        return FALSE;
      at += taken;
    }
  return at == size;
}

static gboolean
decode_tiles (LwDiff *diff, const guint8 *magic, const guint8 *data, gsize length)
{
  if (memcmp (magic, MAGIC_BORDERS, 4) == 0)
    return lw_border_decode (data, length, diff->xor, diff->n_tiles);
  if (memcmp (magic, MAGIC_RUNS, 4) == 0)
    return decode_runs (diff, data, length);
  return memcmp (magic, MAGIC, 4) == 0 && lw_zstd_unpack (data, length, diff->xor, diff->n_tiles * LW_TILE_BYTES);
}

static LwDiff *
unpack (const guint8 *data, gsize length, int width, int height)
{
  if (length < HEADER_BYTES || get_u32 (data + 4) != (gsize) width || get_u32 (data + 8) != (gsize) height)
    return NULL;
  gsize n_tiles = get_u32 (data + 12);
  gsize most = (gsize) lw_tiles_across (width) * (gsize) lw_tiles_across (height) * LW_N_PLANES;
  if (n_tiles > most || (length - HEADER_BYTES) / ENTRY_BYTES < n_tiles)
    return NULL;
  gsize head = HEADER_BYTES + n_tiles * ENTRY_BYTES;
  g_autoptr(LwDiff) diff = lw_diff_alloc (width, height, n_tiles);
  if (!read_entries (diff, data + HEADER_BYTES) || !decode_tiles (diff, data, data + head, length - head))
    return NULL;
  return lw_diff_measure (diff) ? g_steal_pointer (&diff) : NULL;
}

LwDiff *
lw_diff_decode (GBytes *data, int width, int height, GError **error)
{
  g_return_val_if_fail (width > 0 && height > 0, NULL);

  gsize length;
  const guint8 *bytes = g_bytes_get_data (data, &length);
  LwDiff *diff = unpack (bytes, length, width, height);
  if (diff == NULL)
    g_set_error (error, LW_TILE_ERROR, LW_TILE_ERROR_DAMAGED,
                 _("A stored stroke is damaged, or is not one of a frame of %d × %d pixels"), width, height);
  return diff;
}
