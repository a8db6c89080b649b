/* test-tile.c: tiles cover a plane exactly, and their packed form is trusted in nothing */
#include "config.h"
#include "label/border-code.h"
#include "label/run-code.h"
#include "label/tile.h"

#include <string.h>
#include <zstd.h>
#include "random-map.h"

static void
test_cover (void)
{
  for (int i = 0; i < 60; i++)
    {
      int w = g_test_rand_int_range (1, 400), h = g_test_rand_int_range (1, 300);
      g_autoptr(LwLabelMap) map = random_map (w, h, 6);
      g_autoptr(LwLabelMap) copy = lw_label_map_new (w, h);
      for (int ty = 0; ty < lw_tiles_across (h); ty++)
        for (int tx = 0; tx < lw_tiles_across (w); tx++)
          {
            g_autoptr(GError) error = NULL;
            guint8 raw[LW_TILE_BYTES], unpacked[LW_TILE_BYTES];
            lw_tile_read (map, ty, tx, raw);
            for (int k = 0; k < LW_TILE_BYTES; k++)
              {
                int x = tx * LW_TILE_SIDE + k % LW_TILE_SIDE, y = ty * LW_TILE_SIDE + k / LW_TILE_SIDE;
                g_assert_cmpint (raw[k], ==, x < w && y < h ? lw_label_map_get (map, x, y) : LW_LABEL_NONE);
              }
            g_autoptr(GBytes) packed = lw_tile_encode (raw);
            g_assert_true (lw_tile_decode (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed), unpacked, &error));
            g_assert_no_error (error);
            g_assert_cmpmem (unpacked, sizeof unpacked, raw, sizeof raw);
            lw_tile_write (copy, ty, tx, unpacked);
          }
      g_assert_true (lw_label_map_equal (map, copy));
    }
}

static gboolean
decodes (const void *data, gsize length)
{
  g_autoptr(GError) error = NULL;
  guint8 raw[LW_TILE_BYTES];
  gboolean sound = lw_tile_decode (data, length, raw, &error);
  if (sound)
    g_assert_no_error (error);
  else
    g_assert_error (error, LW_TILE_ERROR, LW_TILE_ERROR_DAMAGED);
  return sound;
}

static void
test_hostile (void)
{
  g_autoptr(LwLabelMap) map = random_map (LW_TILE_SIDE, LW_TILE_SIDE, 9);
  guint8 raw[LW_TILE_BYTES];
  lw_tile_read (map, 0, 0, raw);
  g_autoptr(GBytes) packed = lw_tile_encode (raw);
  gsize length;
  const guint8 *data = g_bytes_get_data (packed, &length);
  g_autofree guint8 *bad = g_malloc (2 * length);
  g_assert_true (decodes (data, length));
  guint sound = 0;
  for (gsize n = 0; n < length; n++)
    sound += decodes (data, n);
  g_assert_cmpuint (sound, <=, 1);      /* by chance, as test_damage() tells */
  memcpy (bad, data, length);
  memcpy (bad + length, data, length);
  g_assert_false (decodes (bad, length + 1));
  g_assert_false (decodes (bad, 2 * length));
  for (int i = 0; i < 30000; i++)
    {
      memcpy (bad, data, length);
      for (int k = g_test_rand_int_range (1, 4); k > 0; k--)
        bad[g_test_rand_int_range (0, g_test_rand_bit () ? 20 : (int) length)] = (guint8) g_test_rand_int_range (0, 256);
      decodes (bad, length);
    }
}

static void
draw (guint8 *raw, int kind)
{
  int edge = g_test_rand_int_range (0, LW_TILE_SIDE + 1), other = g_test_rand_int_range (0, 256);
  for (int y = 0; y < LW_TILE_SIDE; y++)
    {
      edge += g_test_rand_int_range (-3, 4) * (1 + (y == 60) * 40);
      edge = CLAMP (edge, 0, LW_TILE_SIDE);
      for (int x = 0; x < LW_TILE_SIDE; x++)
        raw[y * LW_TILE_SIDE + x] = (guint8) (kind == 0   ? (x < edge ? 3 : 255)
                                              : kind == 1 ? other
                                              : kind == 2 ? (x % 2 == y % 2 ? 1 : 2)
                                              : kind == 3 ? g_test_rand_int_range (0, 256)
                                                          : (x < edge ? y / 9 : x / 17));
    }
}

/* Borders of every kind, of one tile and of several in one: outlines that move, all labels alike, one label a pixel, noise. */
static void
test_borders (void)
{
  enum { MOST = 4 };
  g_autofree guint8 *raw = g_malloc (MOST * LW_TILE_BYTES), *unpacked = g_malloc (MOST * LW_TILE_BYTES), *coded = g_malloc (2 * MOST * LW_TILE_BYTES);
  for (int i = 0; i < 300; i++)
    {
      gsize n = (gsize) g_test_rand_int_range (1, MOST + 1), size = n * LW_TILE_BYTES;
      for (gsize tile = 0; tile < n; tile++)
        draw (raw + tile * LW_TILE_BYTES, (i + (int) tile) % 5);
      gssize length = lw_border_encode (raw, n, coded, 2 * MOST * LW_TILE_BYTES);
      g_assert_cmpint (length, >, 0);
      memset (unpacked, 7, size);
      g_assert_true (lw_border_decode (coded, (gsize) length, unpacked, n));
      g_assert_true (memcmp (unpacked, raw, size) == 0);
      g_assert_false (lw_border_decode (coded, (gsize) length + 1, unpacked, n));
      g_assert_cmpint (lw_border_encode (raw, n, coded, (gsize) length - 1), ==, -1);
      g_autoptr(GBytes) packed = lw_tile_encode (raw);
      g_assert_true (decodes (g_bytes_get_data (packed, NULL), g_bytes_get_size (packed)));
      g_assert_cmpuint (g_bytes_get_size (packed), <, i % 5 == 1 ? 10 : LW_TILE_BYTES + 100);
    }
}

/* By chance one of 65,536 damaged tiles has the right check: the same ones are tried each time. */
static void
test_damage (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (1);
  guint8 raw[LW_TILE_BYTES], coded[LW_TILE_BYTES];
  for (int y = 0; y < LW_TILE_SIDE; y++)
    for (int x = 0; x < LW_TILE_SIDE; x++)
      raw[y * LW_TILE_SIDE + x] = (guint8) ((x - 60) * (x - 60) + (y - 70) * (y - 70) < 1500 ? 3 : x * 2 < y + 30 ? 1 : 255);
  gssize length = lw_border_encode (raw, 1, coded, sizeof coded);
  g_assert_cmpint (length, >, 40);
  for (gssize n = 0; n < length; n++)
    g_assert_false (lw_border_decode (coded, (gsize) n, raw, 1));
  for (int i = 0; i < 3000; i++)
    {
      gssize at = g_rand_int_range (rand, 0, (int) length);
      guint8 was = coded[at];
      coded[at] ^= (guint8) g_rand_int_range (rand, 1, 256);
      g_assert_false (lw_border_decode (coded, (gsize) length, raw, 1));
      coded[at] = was;
    }
}

static void
test_hostile_borders (void)
{
  for (int i = 0; i < 20000; i++)
    {
      guint8 raw[LW_TILE_BYTES + 8];
      gsize length = (gsize) g_test_rand_int_range (0, 300);
      g_autofree guint8 *data = g_malloc (length);
      memset (raw, 0x5a, sizeof raw);
      for (gsize k = 0; k < length; k++)
        data[k] = (guint8) (i % 3 == 0 ? g_test_rand_int_range (0, 256) : i % 3 == 1 ? 255 : g_test_rand_int_range (0, 2));
      lw_border_decode (data, length, raw, 1);
      for (gsize k = LW_TILE_BYTES; k < sizeof raw; k++)
        g_assert_cmpuint (raw[k], ==, 0x5a);
    }
}

/* Any bytes at all: a tile, or nothing, and never a byte outside. */
static void
test_hostile_runs (void)
{
  for (int i = 0; i < 20000; i++)
    {
      guint8 raw[LW_TILE_BYTES + 8];
      gsize length = (gsize) g_test_rand_int_range (0, 700);
      g_autofree guint8 *data = g_malloc (length);
      memset (raw, 0x5a, sizeof raw);
      for (gsize k = 0; k < length; k++)
        data[k] = (guint8) (g_test_rand_int_range (0, 3) == 0 ? g_test_rand_int_range (0, 256) : g_test_rand_int_range (0, 3));
      g_assert_cmpuint (lw_run_decode (data, length, raw), <=, length);
      for (gsize k = LW_TILE_BYTES; k < sizeof raw; k++)
        g_assert_cmpuint (raw[k], ==, 0x5a);
    }
}

/* Sound zstd, but not one tile: too short, too long, a huge one (nothing of that size is allocated), none at all. */
static void
test_other_sizes (void)
{
  const gsize sizes[] = { 0, 1, LW_TILE_BYTES - 1, LW_TILE_BYTES + 1, 2 * LW_TILE_BYTES, 256 << 20 };
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree guint8 *raw = g_malloc0 (sizes[i] + 1);
      gsize room = ZSTD_compressBound (sizes[i]);
      g_autofree guint8 *packed = g_malloc (room);
      gsize length = ZSTD_compress (packed, room, raw, sizes[i], 1);
      g_assert_false (ZSTD_isError (length));
      g_assert_false (decodes (packed, length));
    }
  const guint8 skippable[] = { 0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4 };
  g_assert_false (decodes (skippable, sizeof skippable));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile/cover", test_cover);
  g_test_add_func ("/tile/hostile", test_hostile);
  g_test_add_func ("/tile/borders", test_borders);
  g_test_add_func ("/tile/damage", test_damage);
  g_test_add_func ("/tile/hostile-borders", test_hostile_borders);
  g_test_add_func ("/tile/hostile-runs", test_hostile_runs);
  g_test_add_func ("/tile/other-sizes", test_other_sizes);
  return g_test_run ();
}
