/* bit-coder.h: bits, each with a probability that those before it have taught, as one long number: arithmetic coding (private to core/label)
 *
 * The bits so far leave the numbers from low to high, of which the last 32 bits are kept. A bit splits them where its probability says: 0 takes those below, 1 those above.
 * First bytes that low and high share are written and shifted out. Source of the idea: Witten, Neal, Cleary, "Arithmetic Coding for Data Compression", 1987. */
#pragma once

#include <glib.h>

/* What is known of a kind of bits. */
typedef struct {
  guint16 zero;      /* how probable 0 is, of 65,536 */
  guint16 seen;      /* how many there were, up to LW_BIT_SEEN */
} LwBitModel;

#define LW_BIT_EVEN { 0x8000, 0 }
#define LW_BIT_SEEN 6

/* One more of its kind was @bit: moves the probability towards it, by 1/2, 1/2, 1/4, 1/4 … down to 1/16 of what is missing. */
static inline void
lw_bit_learn (LwBitModel *model, gboolean bit)
{
  guint rate = model->seen / 2 + 1u;      /* the first ones count most */
  if (model->seen < LW_BIT_SEEN)
    model->seen++;
  model->zero = (guint16) (bit ? model->zero - (model->zero >> rate) : model->zero + ((65535 - model->zero) >> rate));
}

/* Where a bit splits low to high; below high always. */
static inline guint32
lw_bit_split (guint32 low, guint32 high, const LwBitModel *model)
{
  return low + (guint32) (((guint64) (high - low) * model->zero) >> 16);
}

/* The first number from @low on of which only the first @bytes of four are not 0. */
static inline guint64
lw_bit_round (guint32 low, gsize bytes)
{
  guint64 step = (guint64) 1 << (32 - 8 * bytes);
  return (low + step - 1) / step * step;
}

/* How many more bytes name a number from @low to @high, if zeros are read behind them. */
static inline gsize
lw_bit_tail (guint32 low, guint32 high)
{
  gsize bytes = 0;
  while (lw_bit_round (low, bytes) > high)
    bytes++;
  return bytes;
}

/* ---- there ---- */

typedef struct {
  guint32 low, high;
  guint8 *out;
  gsize length, room;      /* @length goes on beyond @room, where nothing is written any more */
} LwBitWriter;

static inline void
lw_bit_writer_init (LwBitWriter *self, guint8 *out, gsize room)
{
  *self = (LwBitWriter) { 0, 0xffffffffu, out, 0, room };
}

static inline void
lw_bit_writer_put (LwBitWriter *self, guint8 byte)
{
  if (self->length < self->room)
    self->out[self->length] = byte;
  self->length++;
}

static inline void
lw_bit_write (LwBitWriter *self, LwBitModel *model, gboolean bit)
{
  guint32 split = lw_bit_split (self->low, self->high, model);
  if (bit)
    self->low = split + 1;
  else
    self->high = split;
  lw_bit_learn (model, bit);
  for (; (self->low ^ self->high) >> 24 == 0; self->low <<= 8, self->high = self->high << 8 | 255)
    lw_bit_writer_put (self, (guint8) (self->high >> 24));
}

static inline void
lw_bit_writer_end (LwBitWriter *self)
{
  gsize tail = lw_bit_tail (self->low, self->high);
  guint64 name = lw_bit_round (self->low, tail);
  for (gsize i = 0; i < tail; i++)
    lw_bit_writer_put (self, (guint8) (name >> (24 - 8 * i)));
}

/* ---- and back ---- */

typedef struct {
  guint32 low, high, number;
  const guint8 *data;
  gsize length, at;      /* @at goes on beyond @length, where zeros are read */
} LwBitReader;

static inline void
lw_bit_reader_take (LwBitReader *self)
{
  self->number = self->number << 8 | (self->at < self->length ? self->data[self->at] : 0);
  self->at++;
}

static inline void
lw_bit_reader_init (LwBitReader *self, const guint8 *data, gsize length)
{
  *self = (LwBitReader) { 0, 0xffffffffu, 0, data, length, 0 };
  for (int i = 0; i < 4; i++)
    lw_bit_reader_take (self);
}

static inline gboolean
lw_bit_read (LwBitReader *self, LwBitModel *model)
{
  guint32 split = lw_bit_split (self->low, self->high, model);
  gboolean bit = self->number > split;
  if (bit)
    self->low = split + 1;
  else
    self->high = split;
  lw_bit_learn (model, bit);
  for (; (self->low ^ self->high) >> 24 == 0; self->low <<= 8, self->high = self->high << 8 | 255)
    lw_bit_reader_take (self);
  return bit;
}

/* Whether the bytes end where the writer's would. */
static inline gboolean
lw_bit_reader_at_end (const LwBitReader *self)
{
  return self->at - 4 + lw_bit_tail (self->low, self->high) == self->length;
}
