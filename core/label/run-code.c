/* run-code.c: reads a tile as runs */
#include "config.h"
#include "label/run-code.h"

#include <string.h>

#define SIDE LW_TILE_SIDE

typedef struct {
  guint n;
  guint8 labels[SIDE], ends[SIDE];      /* the last end is SIDE */
} Row;

/* Both return the bytes taken, 0 where the row can't be. */
static gsize
read_moved (const guint8 *data, gsize length, Row *row, const Row *above)
{
  if (above->n == 0 || length < above->n)
    return 0;
  row->n = above->n;
  memcpy (row->labels, above->labels, above->n);
  for (guint i = 0, before = 0; i < row->n; i++)
    {
      int end = i + 1 < row->n ? above->ends[i] + data[1 + i] - 128 : SIDE;
      if (end <= (int) before || end > (i + 1 < row->n ? SIDE - 1 : SIDE))
        return 0;
      row->ends[i] = (guint8) end;
      before = (guint) end;
    }
  return row->n;
}

static gsize
read_whole (const guint8 *data, gsize length, Row *row)
{
  guint before = 0;
  row->n = data[0];
  if (row->n > SIDE || length < 2u * row->n)
    return 0;
  for (guint i = 0; i < row->n; i++)
    {
      guint end = i + 1 < row->n ? data[2 + 2 * i] : SIDE;
      if (end <= before || end > (i + 1 < row->n ? SIDE - 1u : SIDE))
        return 0;
      row->labels[i] = data[1 + 2 * i];
      row->ends[i] = (guint8) end;
      before = end;
    }
  return 2 * row->n;
}

static void
fill_row (const Row *row, guint8 *pixels)
{
  for (guint i = 0, x = 0; i < row->n; x = row->ends[i++])
    memset (pixels + x, row->labels[i], row->ends[i] - x);
}

gsize
lw_run_decode (const guint8 *data, gsize length, guint8 raw[LW_TILE_BYTES])
{
  Row rows[2] = { { 0 }, { 0 } };
  gsize at = 0;
  for (guint y = 0; y < SIDE; y++)
    {
      Row *row = &rows[y % 2];
      gsize taken = 0;
      if (at < length)
        taken = data[at] == 0 ? read_moved (data + at, length - at, row, &rows[(y + 1) % 2]) : read_whole (data + at, length - at, row);
      if (taken == 0)
        return 0;
      fill_row (row, raw + y * SIDE);
      at += taken;
    }
  return at;
}
