/* tile-pack.c: packs some tiles of one plane as one: a byte 'P', the number of runs of neighbours in a row, of each its first place and its length, and the borders of all tiles */
#include "config.h"
#include "label/tile-pack.h"

#include <glib/gi18n-lib.h>
#include "label/border-code.h"

#define PACK 'P'
#define HEAD_BYTES 2
#define RUN_BYTES 3           /* ty, tx, length */
#define MOST_PLACES 256       /* across a plane: LW_MAX_SIDE / LW_TILE_SIDE */
#define NOISY_BYTES 1024      /* tiles that take so much each as borders may take less as they are */

static int
compare_places (LwPackPlace a, LwPackPlace b)
{
  return a.ty != b.ty ? (a.ty > b.ty) - (a.ty < b.ty) : (a.tx > b.tx) - (a.tx < b.tx);
}

/* Returns: the bytes written */
static gsize
write_places (const LwPackPlace *places, gsize n, guint8 *out)
{
  guint8 *run = NULL, *end = out + HEAD_BYTES;
  out[0] = PACK;
  out[1] = 0;
  for (gsize i = 0; i < n; i++)
    {
      if (run != NULL && places[i].ty == run[0] && places[i].tx == run[1] + run[2])
        {
          run[2]++;
          continue;
        }
      run = end;
      end += RUN_BYTES;
      run[0] = (guint8) places[i].ty;
      run[1] = (guint8) places[i].tx;
      run[2] = 1;
      out[1]++;
    }
  return (gsize) (end - out);
}

GBytes *
lw_tile_pack_encode (const LwPackPlace *places, gsize n, const guint8 *raw)
{
  g_return_val_if_fail (n > 0 && n <= LW_PACK_MOST, NULL);
  for (gsize i = 0; i < n; i++)
    g_return_val_if_fail (places[i].ty < MOST_PLACES && places[i].tx < MOST_PLACES && (i == 0 || compare_places (places[i - 1], places[i]) < 0), NULL);

  guint8 out[HEAD_BYTES + LW_PACK_MOST * (RUN_BYTES + NOISY_BYTES)];
  gsize head = write_places (places, n, out);
  gssize borders = lw_border_encode (raw, n, out + head, (gssize) (n * NOISY_BYTES));
  return borders >= 0 ? g_bytes_new (out, head + (gsize) borders) : NULL;
}

/* ---- and back ---- */

gboolean
lw_tile_pack_is (const void *data, gsize length)
{
  return length > 0 && *(const guint8 *) data == PACK;
}

/* Adds those of a run. Returns: how many there are then, 0: more than may be, or not ascending */
static gsize
read_run (const guint8 run[RUN_BYTES], LwPackPlace places[LW_PACK_MOST], gsize n)
{
  LwPackPlace first = { run[0], run[1] };
  if (run[2] == 0 || n + run[2] > LW_PACK_MOST || run[1] + run[2] > MOST_PLACES || (n > 0 && compare_places (places[n - 1], first) >= 0))
    return 0;
  for (guint i = 0; i < run[2]; i++)
    places[n++] = (LwPackPlace) { first.ty, (guint16) (first.tx + i) };
  return n;
}

gsize
lw_tile_pack_places (const void *data, gsize length, LwPackPlace places[LW_PACK_MOST])
{
  const guint8 *bytes = data;
  gsize n = 0;
  if (!lw_tile_pack_is (data, length) || length < HEAD_BYTES || length < HEAD_BYTES + (gsize) bytes[1] * RUN_BYTES)
    return 0;
  for (guint i = 0; i < bytes[1]; i++)
    if ((n = read_run (bytes + HEAD_BYTES + i * RUN_BYTES, places, n)) == 0)
      return 0;
  return n;
}

gsize
lw_tile_pack_decode (const void *data, gsize length, LwPackPlace places[LW_PACK_MOST], guint8 *raw, GError **error)
{
  const guint8 *bytes = data;
  gsize n = lw_tile_pack_places (data, length, places), head = n > 0 ? HEAD_BYTES + (gsize) bytes[1] * RUN_BYTES : 0;
  if (n > 0 && lw_border_decode (bytes + head, length - head, raw, n))
    return n;
  g_set_error_literal (error, LW_TILE_ERROR, LW_TILE_ERROR_DAMAGED, _("A stored label tile is damaged"));
  return 0;
}
