/* fuzz-tile.c: packed tiles, alone and several in one, strokes and confidences; and tiles drawn from the input, which must come back as they were */
#include "fuzz.h"
#include <string.h>
#include "label/confidence-code.h"
#include "label/edit.h"
#include "label/tile-pack.h"

#define WIDTH 300
#define HEIGHT 150

static void
read_tile (const guint8 *data, gsize size)
{
  guint8 raw[LW_TILE_BYTES], again[LW_TILE_BYTES];
  g_autoptr(GError) error = NULL;

  FUZZ_ASSERT (lw_tile_decode (data, size, raw, &error) == (error == NULL));
  if (error != NULL)
    return;
  g_autoptr(GBytes) packed = lw_tile_encode (raw);
  FUZZ_ASSERT (lw_tile_decode (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed), again, NULL) && memcmp (raw, again, sizeof raw) == 0);
}

static void
read_pack (const guint8 *data, gsize size)
{
  static guint8 raw[LW_PACK_MOST * LW_TILE_BYTES], again[LW_PACK_MOST * LW_TILE_BYTES];
  LwPackPlace places[LW_PACK_MOST];
  gsize n = lw_tile_pack_decode (data, size, places, raw, NULL);

  if (n == 0)
    return;
  g_autoptr(GBytes) packed = lw_tile_pack_encode (places, n, raw);
  FUZZ_ASSERT (packed == NULL || lw_tile_pack_decode (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed), places, again, NULL) == n);
  FUZZ_ASSERT (packed == NULL || memcmp (raw, again, n * LW_TILE_BYTES) == 0);
}

static void
read_diff (const guint8 *data, gsize size)
{
  g_autoptr(GBytes) bytes = g_bytes_new (data, size);
  g_autoptr(GError) error = NULL;
  g_autoptr(LwDiff) diff = lw_diff_decode (bytes, WIDTH, HEIGHT, &error);

  FUZZ_ASSERT ((diff == NULL) == (error != NULL));
  if (diff == NULL)
    return;
  g_autoptr(GBytes) packed = lw_diff_encode (diff);
  g_autoptr(LwDiff) again = lw_diff_decode (packed, WIDTH, HEIGHT, NULL);
  FUZZ_ASSERT (again != NULL && lw_diff_count (again) == lw_diff_count (diff));
}

static void
read_confidence (const guint8 *data, gsize size)
{
  g_autoptr(LwLabelMap) map = lw_label_map_new (WIDTH, HEIGHT), again = lw_label_map_new (WIDTH, HEIGHT);

  if (!lw_confidence_decode (data, size, map))
    return;
  g_autoptr(GBytes) packed = lw_confidence_encode (map);
  FUZZ_ASSERT (packed == NULL || (lw_confidence_decode (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed), again) && lw_label_map_equal (map, again)));
}

/* Runs of a label and a length; the rest is as in the rows above. */
static void
draw (const guint8 *data, gsize size, guint8 *raw, gsize n)
{
  gsize at = 0;

  for (gsize i = 0; i + 1 < size && at < n; i += 2)
    for (gsize k = 0; k <= data[i + 1] && at < n; k++)
      raw[at++] = data[i];
  for (; at < n; at++)
    raw[at] = at >= LW_TILE_SIDE ? raw[at - LW_TILE_SIDE] : 0;
}

static void
write_tile (const guint8 *data, gsize size)
{
  guint8 raw[LW_TILE_BYTES], again[LW_TILE_BYTES];

  draw (data, size, raw, sizeof raw);
  g_autoptr(GBytes) packed = lw_tile_encode (raw);
  gsize length = g_bytes_get_size (packed);
  g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (packed, NULL), length);
  FUZZ_ASSERT (lw_tile_decode (changed, length, again, NULL) && memcmp (raw, again, sizeof raw) == 0);
  if (size > 2)
    changed[(data[0] << 8 | data[1]) % length] ^= data[2];
  lw_tile_decode (changed, length, again, NULL);
}

static void
write_diff (const guint8 *data, gsize size)
{
  g_autoptr(LwPlanes) planes = lw_planes_new (WIDTH, HEIGHT), before = lw_planes_copy (planes);
  g_autoptr(LwLabelMap) map = lw_label_map_new (WIDTH, HEIGHT);
  LwEdit *edit = lw_edit_new (planes, 1, NULL);

  for (int y = 0; y < HEIGHT; y++)
    draw (data + MIN (size, (gsize) y), size - MIN (size, (gsize) y), lw_label_map_row (map, y), WIDTH);
  lw_edit_map (edit, map);
  g_autoptr(LwDiff) diff = lw_edit_finish (edit);
  g_autoptr(GBytes) packed = lw_diff_encode (diff);
  g_autoptr(LwDiff) again = lw_diff_decode (packed, WIDTH, HEIGHT, NULL);
  FUZZ_ASSERT (again != NULL);
  lw_diff_apply (again, before);
  for (int i = 0; i < LW_N_PLANES; i++)
    FUZZ_ASSERT (lw_label_map_equal (planes->plane[i], before->plane[i]));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static void (*const ways[]) (const guint8 *, gsize) = { read_tile, read_diff, write_tile, write_diff, read_confidence, read_pack };

  if (size > 0)
    ways[data[0] % G_N_ELEMENTS (ways)](data + 1, size - 1);
  return 0;
}
