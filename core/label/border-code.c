/* border-code.c: writes and reads tiles as borders
 *
 * Both sides walk along a row: at @x, in run @i of it, the next border above is that after run @j of the row above. The border that comes next here either follows that one,
 * some pixels away, or that one is gone, or this one is new. */
#include "config.h"
#include "label/border-code.h"

#include <string.h>
#include "label/bit-coder.h"

#define SIDE LW_TILE_SIDE
#define FARTHEST 8      /* pixels from the border that is followed */
#define CHECK_BITS 16
#define CHECK_FACTOR 31u

typedef struct {
  guint n;
  guint8 labels[SIDE], ends[SIDE];      /* the last end is SIDE */
  gint8 moved[SIDE];                    /* how far the border at the end is from the one that it follows */
} Row;

/* How a border moved in the row above says how it will move now: not, left or right by one, by more. */
enum { STILL, LEFT, RIGHT, FAR_LEFT, FAR_RIGHT, N_WAYS };

typedef struct {
  LwBitModel differs[4];                /* the row from that above; by whether the two rows before did */
  LwBitModel begins;                    /* its first label differs from that above */
  LwBitModel more;                      /* another border comes where none is left above */
  LwBitModel leaves[N_WAYS];            /* the next border does not follow the one above */
  LwBitModel new;                       /* … which is not gone: another one comes before */
  LwBitModel moves[N_WAYS], left[N_WAYS], on[2][FARTHEST - 1];      /* on: beyond 1, 2, … pixels; of borders that moved far before, or not */
  LwBitModel place[SIDE];               /* of a new border, as seven bits from the highest, each by those before it */
  LwBitModel unlike;                    /* the label behind a new border is not that above */
  LwBitModel label[256];                /* as eight bits */
} Models;
#define N_MODELS (sizeof (Models) / sizeof (LwBitModel))

typedef struct {
  Models models;
  guint differed;                       /* of the last two rows, a bit each */
  guint check;                          /* of all borders, so that damage shows */
  Row rows[2];
  Row *row, *above;
} Coder;

static void
coder_init (Coder *self)
{
  LwBitModel *models = (LwBitModel *) &self->models;
  for (gsize i = 0; i < N_MODELS; i++)
    models[i] = (LwBitModel) LW_BIT_EVEN;
  self->check = 0;
  self->row = &self->rows[0];
  self->above = &self->rows[1];
}

/* Above a tile stands a row of 0. */
static void
begin_tile (Coder *self)
{
  self->differed = 0;
  self->above->n = 1;
  self->above->labels[0] = 0;
  self->above->ends[0] = SIDE;
}

static void
end_row (Coder *self, gboolean differs)
{
  self->differed = (self->differed << 1 | differs) & 3;
  if (differs)
    {
      Row *row = self->row;
      for (guint i = 0; i < row->n; i++)
        self->check = self->check * CHECK_FACTOR + (guint) row->labels[i] * SIDE + row->ends[i];
      self->row = self->above;
      self->above = row;
    }
  else
    memset (self->above->moved, 0, self->above->n);
}

static guint
get_way (int moved)
{
  return moved == 0 ? STILL : moved == -1 ? LEFT : moved == 1 ? RIGHT : moved < 0 ? FAR_LEFT : FAR_RIGHT;
}

static guint8
label_at (const Row *row, guint run, guint x)
{
  while (row->ends[run] <= x)
    run++;
  return row->labels[run];
}

/* ---- there ---- */

static void
find_runs (const guint8 *pixels, Row *row)
{
  row->n = 0;
  for (guint x = 0; x < SIDE;)
    {
      guint8 label = pixels[x];
      while (x < SIDE && pixels[x] == label)
        x++;
      row->labels[row->n] = label;
      row->moved[row->n] = 0;
      row->ends[row->n++] = (guint8) x;
    }
}

/* @tree: one model for each beginning of the number. */
static void
write_number (LwBitWriter *out, LwBitModel *tree, guint number, int bits)
{
  for (guint node = 1; bits-- > 0; node = node << 1 | (number >> bits & 1))
    lw_bit_write (out, &tree[node], number >> bits & 1);
}

static void
write_move (LwBitWriter *out, Models *models, guint way, int moved)
{
  lw_bit_write (out, &models->moves[way], moved != 0);
  if (moved == 0)
    return;
  lw_bit_write (out, &models->left[way], moved < 0);
  for (int i = 1; i < FARTHEST; i++)
    {
      lw_bit_write (out, &models->on[way >= FAR_LEFT][i - 1], ABS (moved) > i);
      if (ABS (moved) == i)
        return;
    }
}

static void
write_new (LwBitWriter *out, Models *models, const Row *row, guint i, guint x, const Row *above, guint j)
{
  guint8 label = row->labels[i + 1];
  gboolean unlike = label != label_at (above, j, row->ends[i]);
  write_number (out, models->place, row->ends[i] - x - 1, 7);
  lw_bit_write (out, &models->unlike, unlike);
  if (unlike)
    write_number (out, models->label, label, 8);
}

static gboolean
follows (const Row *row, guint i, const Row *above, guint j)
{
  return row->ends[i] < SIDE && above->ends[j] < SIDE && row->labels[i + 1] == above->labels[j + 1] && ABS (row->ends[i] - above->ends[j]) <= FARTHEST;
}

/* Returns: whether the next border here is a new one; @gone (out): else whether that above is gone */
static gboolean
write_choice (LwBitWriter *out, Models *models, const Row *row, guint i, const Row *above, guint j, gboolean *gone)
{
  gboolean leaves = !follows (row, i, above, j);
  if (above->ends[j] == SIDE)
    {
      lw_bit_write (out, &models->more, row->ends[i] < SIDE);
      return row->ends[i] < SIDE;
    }
  *gone = leaves && above->ends[j] < row->ends[i];
  lw_bit_write (out, &models->leaves[get_way (above->moved[j])], leaves);
  if (leaves)
    lw_bit_write (out, &models->new, !*gone);
  return leaves && !*gone;
}

static void
write_row (LwBitWriter *out, Models *models, Row *row, const Row *above)
{
  lw_bit_write (out, &models->begins, row->labels[0] != above->labels[0]);
  if (row->labels[0] != above->labels[0])
    write_number (out, models->label, row->labels[0], 8);
  for (guint i = 0, j = 0, x = 0;;)
    {
      gboolean gone = FALSE;
      while (above->ends[j] <= x)
        j++;
      if (write_choice (out, models, row, i, above, j, &gone))
        write_new (out, models, row, i, x, above, j);
      else if (above->ends[j] == SIDE)
        return;
      else if (!gone)
        {
          row->moved[i] = (gint8) (row->ends[i] - above->ends[j]);
          write_move (out, models, get_way (above->moved[j]), row->moved[i]);
          j++;
        }
      else
        {
          j++;
          continue;
        }
      x = row->ends[i++];
    }
}

/* Whether row @y of the tile differs from the one above; if so, the coder's row is it. */
static gboolean
take_row (Coder *self, const guint8 *tile, guint y)
{
  const guint8 *pixels = tile + y * SIDE;
  if (y > 0 && memcmp (pixels, pixels - SIDE, SIDE) == 0)
    return FALSE;
  find_runs (pixels, self->row);
  return y > 0 || self->row->n > 1 || self->row->labels[0] != 0;
}

static void
write_check (LwBitWriter *out, guint check)
{
  for (int bit = CHECK_BITS; bit-- > 0;)
    lw_bit_write (out, &(LwBitModel) LW_BIT_EVEN, check >> bit & 1);
}

gssize
lw_border_encode (const guint8 *raw, gsize n, guint8 *out, gsize room)
{
  Coder coder;
  LwBitWriter writer;
  coder_init (&coder);
  lw_bit_writer_init (&writer, out, room);
  for (gsize i = 0; i < n * SIDE && writer.length <= room; i++)
    {
      guint y = i % SIDE;
      if (y == 0)
        begin_tile (&coder);
      gboolean differs = take_row (&coder, raw + i / SIDE * LW_TILE_BYTES, y);
      lw_bit_write (&writer, &coder.models.differs[coder.differed], differs);
      if (differs)
        write_row (&writer, &coder.models, coder.row, coder.above);
      end_row (&coder, differs);
    }
  write_check (&writer, coder.check);
  lw_bit_writer_end (&writer);
  return writer.length <= room ? (gssize) writer.length : -1;
}

/* ---- and back ---- */

static guint
read_number (LwBitReader *in, LwBitModel *tree, int bits)
{
  guint node = 1;
  for (int i = 0; i < bits; i++)
    node = node << 1 | (guint) lw_bit_read (in, &tree[node]);
  return node - (1u << bits);
}

static int
read_move (LwBitReader *in, Models *models, guint way)
{
  int moved = 1;
  if (!lw_bit_read (in, &models->moves[way]))
    return 0;
  gboolean left = lw_bit_read (in, &models->left[way]);
  while (moved < FARTHEST && lw_bit_read (in, &models->on[way >= FAR_LEFT][moved - 1]))
    moved++;
  return left ? -moved : moved;
}

/* FALSE where it is past the row. */
static gboolean
read_new (LwBitReader *in, Models *models, Row *row, guint i, guint x, const Row *above, guint j)
{
  guint end = x + 1 + read_number (in, models->place, 7);
  if (end >= SIDE)
    return FALSE;
  row->ends[i] = (guint8) end;
  row->moved[i] = 0;
  row->labels[i + 1] = lw_bit_read (in, &models->unlike) ? (guint8) read_number (in, models->label, 8) : label_at (above, j, end);
  return TRUE;
}

static gboolean
read_followed (LwBitReader *in, Models *models, Row *row, guint i, guint x, const Row *above, guint j)
{
  int moved = read_move (in, models, get_way (above->moved[j])), end = above->ends[j] + moved;
  if (end <= (int) x || end >= SIDE)
    return FALSE;
  row->ends[i] = (guint8) end;
  row->moved[i] = (gint8) moved;
  row->labels[i + 1] = above->labels[j + 1];
  return TRUE;
}

/* Each border is behind the one before: there are never more than fit. */
static gboolean
read_row (LwBitReader *in, Models *models, Row *row, const Row *above)
{
  row->labels[0] = lw_bit_read (in, &models->begins) ? (guint8) read_number (in, models->label, 8) : above->labels[0];
  for (guint i = 0, j = 0, x = 0;;)
    {
      while (above->ends[j] <= x)
        j++;
      gboolean last = above->ends[j] == SIDE, leaves = lw_bit_read (in, last ? &models->more : &models->leaves[get_way (above->moved[j])]);
      if (last && !leaves)
        {
          row->ends[i] = SIDE;
          row->moved[i] = 0;
          row->n = i + 1;
          return TRUE;
        }
      if (leaves && !last && !lw_bit_read (in, &models->new))
        {
          j++;
          continue;
        }
      if (!(leaves ? read_new : read_followed) (in, models, row, i, x, above, j))
        return FALSE;
      j += !leaves;
      x = row->ends[i++];
    }
}

static void
fill_row (const Row *row, guint8 *pixels)
{
  for (guint i = 0, x = 0; i < row->n; x = row->ends[i++])
    memset (pixels + x, row->labels[i], row->ends[i] - x);
}

static gboolean
read_check (LwBitReader *in, guint check)
{
  guint stored = 0;
  for (int i = 0; i < CHECK_BITS; i++)
    stored = stored << 1 | (guint) lw_bit_read (in, &(LwBitModel) LW_BIT_EVEN);
  return stored == (check & ((1u << CHECK_BITS) - 1));
}

gboolean
lw_border_decode (const guint8 *data, gsize length, guint8 *raw, gsize n)
{
  Coder coder;
  LwBitReader reader;
  coder_init (&coder);
  lw_bit_reader_init (&reader, data, length);
  for (gsize i = 0; i < n * SIDE; i++)
    {
      if (i % SIDE == 0)
        begin_tile (&coder);
      gboolean differs = lw_bit_read (&reader, &coder.models.differs[coder.differed]);
      if (differs && !read_row (&reader, &coder.models, coder.row, coder.above))
        return FALSE;
      fill_row (differs ? coder.row : coder.above, raw + i * SIDE);
      end_row (&coder, differs);
    }
  return read_check (&reader, coder.check) && lw_bit_reader_at_end (&reader);
}
