/* compare.c: counts and draws what changed between two states of a frame, and makes the diff between them */
#include "config.h"
#include "label/compare.h"

#include <string.h>
#include "label/diff-private.h"

#define SHADE 4      /* unchanged pixels have this fraction of their colour's light */

void
lw_compare_maps (const LwLabelMap *before, const LwLabelMap *after, LwComparison *comparison)
{
  g_return_if_fail (before->width == after->width && before->height == after->height);

  *comparison = (LwComparison) { 0 };
  for (int y = 0; y < before->height; y++)
    {
      const guint8 *old = lw_label_map_row (before, y), *new = lw_label_map_row (after, y);
      if (memcmp (old, new, (gsize) before->width) == 0)
        continue;
      int first = before->width, last = 0;
      for (int x = 0; x < before->width; x++)
        if (old[x] != new[x])
          {
            comparison->lost[old[x]]++;
            comparison->gained[new[x]]++;
            comparison->changed++;
            first = MIN (first, x);
            last = x + 1;
          }
      comparison->bbox = lw_rect_union (comparison->bbox, (LwRect) { first, y, last - first, 1 });
    }
}

/* ---- picture ---- */

static void
fill_colours (const LwPalette *palette, guint8 colours[256][3])
{
  memset (colours, 0xff, 256 * 3);
  for (guint i = 0; i < palette->classes->len; i++)
    {
      const LwClass *class = g_ptr_array_index (palette->classes, i);
      memcpy (colours[class->id], class->rgb, 3);
    }
}

void
lw_compare_draw (const LwLabelMap *before, const LwLabelMap *after, const LwPalette *palette, guint8 *rgb)
{
  g_return_if_fail (before->width == after->width && before->height == after->height);

  guint8 colours[256][3], shades[256][3];
  fill_colours (palette, colours);
  for (int i = 0; i < 256; i++)
    for (int c = 0; c < 3; c++)
      shades[i][c] = i == LW_LABEL_NONE ? 0 : colours[i][c] / SHADE;
  for (int y = 0; y < before->height; y++)
    {
      const guint8 *old = lw_label_map_row (before, y), *new = lw_label_map_row (after, y);
      for (int x = 0; x < before->width; x++, rgb += 3)
        memcpy (rgb, old[x] != new[x] ? colours[new[x]] : shades[new[x]], 3);
    }
}

void
lw_compare_draw_one (const LwLabelMap *map, const LwPalette *palette, guint8 *rgb)
{
  guint8 colours[256][3];
  fill_colours (palette, colours);
  memset (colours[LW_LABEL_NONE], 0, 3);
  for (int y = 0; y < map->height; y++)
    {
      const guint8 *row = lw_label_map_row (map, y);
      for (int x = 0; x < map->width; x++, rgb += 3)
        memcpy (rgb, colours[row[x]], 3);
    }
}

/* ---- diff ---- */

static void
xor_tile (const LwLabelMap *before, const LwLabelMap *after, int ty, int tx, guint8 xor[LW_TILE_BYTES])
{
  LwRect in = lw_tile_rect (before, ty, tx);
  memset (xor, 0, LW_TILE_BYTES);
  for (int y = 0; y < in.height; y++)
    {
      const guint8 *old = lw_label_map_row (before, in.y + y) + in.x, *new = lw_label_map_row (after, in.y + y) + in.x;
      for (int x = 0; x < in.width; x++)
        xor[y * LW_TILE_SIDE + x] = old[x] ^ new[x];
    }
}

static gboolean
differs (const LwLabelMap *before, const LwLabelMap *after, int ty, int tx)
{
  LwRect in = lw_tile_rect (before, ty, tx);
  for (int y = in.y; y < in.y + in.height; y++)
    if (memcmp (lw_label_map_row (before, y) + in.x, lw_label_map_row (after, y) + in.x, (gsize) in.width) != 0)
      return TRUE;
  return FALSE;
}

static GArray *
find_changed (const LwPlanes *before, const LwPlanes *after)
{
  const LwLabelMap *map = before->plane[0];
  GArray *tiles = g_array_new (FALSE, FALSE, sizeof (LwDiffTile));
  for (int plane = 0; plane < LW_N_PLANES; plane++)
    for (int ty = 0; ty < lw_tiles_across (map->height); ty++)
      for (int tx = 0; tx < lw_tiles_across (map->width); tx++)
        if (differs (before->plane[plane], after->plane[plane], ty, tx))
          {
            LwDiffTile tile = { (guint8) plane, (guint16) ty, (guint16) tx };
            g_array_append_val (tiles, tile);
          }
  return tiles;
}

LwDiff *
lw_diff_between (const LwPlanes *before, const LwPlanes *after)
{
  const LwLabelMap *map = before->plane[0];
  g_return_val_if_fail (map->width == after->plane[0]->width && map->height == after->plane[0]->height, NULL);

  g_autoptr(GArray) tiles = find_changed (before, after);
  LwDiff *diff = lw_diff_alloc (map->width, map->height, tiles->len);
  for (guint i = 0; i < tiles->len; i++)
    {
      diff->tiles[i] = g_array_index (tiles, LwDiffTile, i);
      xor_tile (before->plane[diff->tiles[i].plane], after->plane[diff->tiles[i].plane], diff->tiles[i].ty, diff->tiles[i].tx, diff->xor + i * LW_TILE_BYTES);
    }
  gboolean sound = lw_diff_measure (diff);
  g_assert (sound);
  return diff;
}
