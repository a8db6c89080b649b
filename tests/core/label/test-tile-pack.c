/* test-tile-pack.c: tiles packed as one come back with their places; what is no pack is refused */
#include "config.h"
#include "label/tile-pack.h"

#include <string.h>

static void
draw (guint8 raw[LW_TILE_BYTES], int seed)
{
  for (int y = 0; y < LW_TILE_SIDE; y++)
    for (int x = 0; x < LW_TILE_SIDE; x++)
      raw[y * LW_TILE_SIDE + x] = (guint8) (x + y / 3 < 20 + 9 * (seed % 7) ? seed % 3 : 5);
}

/* @n of a grid of 9 x 9 that begins at @ty, @tx, some left out. */
static gsize
choose (LwPackPlace places[LW_PACK_MOST], gsize n, int ty, int tx)
{
  gsize found = 0;
  for (int i = 0; i < 81 && found < n; i++)
    if (g_test_rand_int_range (0, 5) > 0)
      places[found++] = (LwPackPlace) { (guint16) (ty + i / 9), (guint16) (tx + i % 9) };
  return found;
}

static GBytes *
make_pack (LwPackPlace places[LW_PACK_MOST], gsize *n, guint8 *raw)
{
  *n = choose (places, (gsize) g_test_rand_int_range (1, LW_PACK_MOST + 1), g_test_rand_int_range (0, 248), g_test_rand_int_range (0, 248));
  for (gsize i = 0; i < *n; i++)
    draw (raw + i * LW_TILE_BYTES, g_test_rand_int_range (0, 1000));
  return lw_tile_pack_encode (places, *n, raw);
}

static void
test_back (void)
{
  g_autofree guint8 *raw = g_malloc (LW_PACK_MOST * LW_TILE_BYTES), *back = g_malloc (LW_PACK_MOST * LW_TILE_BYTES);
  for (int round = 0; round < 100; round++)
    {
      LwPackPlace places[LW_PACK_MOST], found[LW_PACK_MOST];
      g_autoptr(GError) error = NULL;
      gsize n, length;
      g_autoptr(GBytes) pack = make_pack (places, &n, raw);
      const guint8 *data = g_bytes_get_data (pack, &length);
      g_assert_true (lw_tile_pack_is (data, length));
      g_assert_cmpuint (lw_tile_pack_decode (data, length, found, back, &error), ==, n);
      g_assert_no_error (error);
      g_assert_true (memcmp (raw, back, n * LW_TILE_BYTES) == 0);
      for (gsize i = 0; i < n; i++)
        g_assert_true (places[i].ty == found[i].ty && places[i].tx == found[i].tx);
      g_assert_false (lw_tile_decode (data, length, back, NULL));      /* nobody takes it for a tile alone */
    }
}

static void
test_noise (void)
{
  g_autofree guint8 *raw = g_malloc (2 * LW_TILE_BYTES);
  const LwPackPlace places[] = { { 0, 0 }, { 255, 255 } };
  for (gsize i = 0; i < 2 * LW_TILE_BYTES; i++)
    raw[i] = (guint8) g_test_rand_int_range (0, 256);
  g_assert_null (lw_tile_pack_encode (places, 2, raw));
}

static void
assert_refused (const guint8 *data, gsize length)
{
  g_autofree guint8 *raw = g_malloc (LW_PACK_MOST * LW_TILE_BYTES);
  g_autoptr(GError) error = NULL;
  LwPackPlace places[LW_PACK_MOST];
  g_assert_cmpuint (lw_tile_pack_decode (data, length, places, raw, &error), ==, 0);
  g_assert_error (error, LW_TILE_ERROR, LW_TILE_ERROR_DAMAGED);
}

/* Places that are none, too many, twice, or not in order. */
static void
test_places (void)
{
  static const struct { gsize length; guint8 data[16]; } packs[] = {
    { 0, { 0 } },
    { 1, { 'P' } },
    { 2, { 'P', 0 } },
    { 4, { 'P', 1, 0, 0 } },
    { 5, { 'P', 1, 3, 3, 0 } },
    { 5, { 'P', 1, 3, 3, 65 } },
    { 5, { 'P', 1, 3, 250, 7 } },
    { 8, { 'P', 2, 0, 0, 64, 1, 0, 1 } },
    { 8, { 'P', 2, 0, 0, 3, 0, 2, 1 } },
    { 8, { 'P', 2, 4, 0, 1, 3, 9, 1 } },
    { 8, { 'P', 255, 0, 0, 1, 0, 1, 1 } },
    { 8, { 'Q', 2, 0, 0, 1, 0, 1, 1 } },
  };
  LwPackPlace places[LW_PACK_MOST];
  for (gsize i = 0; i < G_N_ELEMENTS (packs); i++)
    {
      g_assert_cmpuint (lw_tile_pack_places (packs[i].data, packs[i].length, places), ==, 0);
      assert_refused (packs[i].data, packs[i].length);
    }
  g_assert_cmpuint (lw_tile_pack_places ((guint8[]) { 'P', 2, 0, 255, 1, 255, 0, 63 }, 8, places), ==, 64);
}

/* Cut off, longer, and with bytes changed: an error or other labels, never more than there is room for (the sanitizers watch). */
static void
test_damage (void)
{
  g_autofree guint8 *raw = g_malloc (LW_PACK_MOST * LW_TILE_BYTES);
  LwPackPlace places[LW_PACK_MOST];
  gsize n, length;
  g_autoptr(GBytes) pack = make_pack (places, &n, raw);
  const guint8 *data = g_bytes_get_data (pack, &length);
  g_autofree guint8 *bad = g_malloc (length + 1);
  for (int i = 0; i < 500; i++)
    {
      memcpy (bad, data, length);
      bad[length] = 0;
      for (int k = g_test_rand_int_range (1, 4); k > 0; k--)
        bad[g_test_rand_int_range (0, g_test_rand_bit () ? MIN (12, (int) length) : (int) length)] = (guint8) g_test_rand_int_range (0, 256);
      lw_tile_pack_decode (bad, i % 3 == 0 ? (gsize) g_test_rand_int_range (0, (int) length) : length, places, raw, NULL);
    }
  memcpy (bad, data, length);
  assert_refused (bad, length + 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tile-pack/back", test_back);
  g_test_add_func ("/tile-pack/noise", test_noise);
  g_test_add_func ("/tile-pack/places", test_places);
  g_test_add_func ("/tile-pack/damage", test_damage);
  return g_test_run ();
}
