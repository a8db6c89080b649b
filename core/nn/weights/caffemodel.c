/* caffemodel.c: the layers' blobs of a Caffe model: a protobuf message (NetParameter, both forms of layers), read by hand and believed in nothing
 *
 * Only ranges of the file are followed, each inside the one around it, so that every byte is read as one thing at most; what a blob asks for in memory is
 * in the file as data. */
#include "config.h"
#include "import.h"
#include "half.h"
#include "safetensors.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#define MAX_LAYERS 4096
#define MAX_BLOBS 16            /* of a layer */
#define MAX_NAME 128            /* bytes */
#define WINDOW 8192             /* bytes read at a time */

/* Protobuf's kinds of fields. */
enum { WIRE_VARINT = 0, WIRE_8_BYTES = 1, WIRE_BYTES = 2, WIRE_4_BYTES = 5 };

/* What the two forms of layers call the same things (caffe.proto: NetParameter, V1LayerParameter, LayerParameter). */
typedef struct { guint64 field, name, blobs; } LayerForm;
static const LayerForm forms[] = { { 2, 4, 6 }, { 100, 1, 7 } };

typedef struct {
  int fd;
  const char *path;
  guint8 window[WINDOW];
  guint64 start, filled;       /* of the file: what @window holds */
  GError **error;
} Reader;

typedef struct { guint64 at, end; } Range;
typedef struct { guint64 number, value; guint wire; Range bytes; } Field;       /* @value: of a varint; @bytes: of the other kinds */

static gboolean
damaged (Reader *reader, const char *what)
{
  return lw_net_fail (reader->error, LW_NET_ERROR_FORMAT, _("“%s” is no sound Caffe model: %s. Get or save it anew"), reader->path, what);
}

static gboolean
next_byte (Reader *reader, Range *range, guint8 *byte)
{
  if (range->at >= range->end)
    return damaged (reader, _("a number ends too early"));
  if (range->at < reader->start || range->at >= reader->start + reader->filled)
    {
      reader->filled = MIN (range->end - range->at, WINDOW);
      reader->start = range->at;
      if (!lw_safetensors_pread (reader->fd, reader->path, reader->window, reader->filled, reader->start, reader->error))
        return FALSE;
    }
  *byte = reader->window[range->at++ - reader->start];
  return TRUE;
}

static gboolean
read_varint (Reader *reader, Range *range, guint64 *value)
{
  guint8 byte = 0;

  *value = 0;
  for (int shift = 0; shift < 64; shift += 7)
    {
      if (!next_byte (reader, range, &byte))
        return FALSE;
      *value |= (guint64) (byte & 0x7f) << shift;
      if (!(byte & 0x80))
        return TRUE;
    }
  return damaged (reader, _("a number has too many digits"));
}

/* The next field of @range, which moves on behind it. */
static gboolean
read_field (Reader *reader, Range *range, Field *field)
{
  guint64 tag, length;

  *field = (Field) { 0 };
  if (!read_varint (reader, range, &tag))
    return FALSE;
  field->number = tag >> 3;
  field->wire = (guint) (tag & 7);
  if (field->wire == WIRE_VARINT)
    return read_varint (reader, range, &field->value);
  if (field->wire == WIRE_BYTES && !read_varint (reader, range, &length))
    return FALSE;
  if (field->wire == WIRE_8_BYTES || field->wire == WIRE_4_BYTES)
    length = field->wire == WIRE_8_BYTES ? 8 : 4;
  else if (field->wire != WIRE_BYTES)
    return damaged (reader, _("a field has an unknown kind"));
  if (length > range->end - range->at)
    return damaged (reader, _("a field is longer than what it is in"));
  field->bytes = (Range) { range->at, range->at + length };
  range->at += length;
  return TRUE;
}

/* ---- blobs ---- */

typedef struct {
  guint64 dims[4];
  int rank;
  guint64 floats;              /* elements of data there are */
  guint64 old[4];              /* num, channels, height, width, of before there were shapes */
  gboolean shaped, doubles;
} BlobInfo;

static gboolean
add_dim (Reader *reader, BlobInfo *info, guint64 dim)
{
  if (info->rank == (int) G_N_ELEMENTS (info->dims))
    return damaged (reader, _("a blob has more than four dimensions"));
  if (dim > G_MAXINT)
    return damaged (reader, _("a blob is too large"));
  info->dims[info->rank++] = dim;
  return TRUE;
}

/* BlobShape: dim = 1, packed or not. */
static gboolean
read_shape (Reader *reader, Range range, BlobInfo *info)
{
  Field field;
  guint64 dim;

  info->shaped = TRUE;
  while (range.at < range.end)
    {
      if (!read_field (reader, &range, &field))
        return FALSE;
      if (field.number != 1)
        continue;
      if (field.wire == WIRE_VARINT && !add_dim (reader, info, field.value))
        return FALSE;
      while (field.wire == WIRE_BYTES && field.bytes.at < field.bytes.end)
        if (!read_varint (reader, &field.bytes, &dim) || !add_dim (reader, info, dim))
          return FALSE;
    }
  return TRUE;
}

static gboolean
is_data (const Field *field)
{
  return field->number == 5 && (field->wire == WIRE_BYTES || field->wire == WIRE_4_BYTES);
}

/* BlobProto: num … width = 1 … 4, data = 5, shape = 7, double_data = 8. */
static gboolean
read_info (Reader *reader, Range range, BlobInfo *info)
{
  Field field;

  while (range.at < range.end)
    {
      if (!read_field (reader, &range, &field))
        return FALSE;
      if (is_data (&field) && (field.bytes.end - field.bytes.at) % 4 != 0)
        return damaged (reader, _("a blob ends within a number"));
      if (is_data (&field))
        info->floats += (field.bytes.end - field.bytes.at) / 4;
      else if (field.number == 7 && field.wire == WIRE_BYTES && !read_shape (reader, field.bytes, info))
        return FALSE;
      else if (field.number >= 1 && field.number <= 4 && field.wire == WIRE_VARINT)
        info->old[field.number - 1] = field.value;
      else if (field.number == 8)
        info->doubles = TRUE;
    }
  return TRUE;
}

/* A blob of old always has four sizes, of which the first ones are 1 where they mean nothing. */
static gboolean
settle_shape (Reader *reader, BlobInfo *info)
{
  guint64 count = 1;
  int first = 0;

  while (!info->shaped && first < 3 && info->old[first] == 1)
    first++;
  for (int d = first; !info->shaped && d < 4; d++)
    if (!add_dim (reader, info, info->old[d]))
      return FALSE;
  for (int d = 0; d < info->rank; d++)
    if (!g_uint64_checked_mul (&count, count, info->dims[d]))
      return damaged (reader, _("a blob is too large"));
  if (info->doubles && info->floats == 0)
    return damaged (reader, _("its weights have double precision, which this program doesn’t read"));
  return count == info->floats || damaged (reader, _("a blob has more or fewer numbers than its shape needs"));
}

static gboolean
read_floats (Reader *reader, Range range, float *values)
{
  Field field;

  while (range.at < range.end)
    {
      if (!read_field (reader, &range, &field))
        return FALSE;
      if (!is_data (&field))
        continue;
      gsize bytes = (gsize) (field.bytes.end - field.bytes.at);

      if (!lw_safetensors_pread (reader->fd, reader->path, values, bytes, field.bytes.at, reader->error))
        return FALSE;
      values += bytes / 4;
    }
  return TRUE;
}

/* Blob @number of the layer @layer. */
static gboolean
read_blob (Reader *reader, Range range, const char *layer, int number, LwWeights *weights)
{
  g_autofree char *name = number < 2 ? g_strdup_printf ("%s.%s", layer, number == 0 ? "weight" : "bias") : g_strdup_printf ("%s.%d", layer, number);
  g_autofree float *values = NULL;
  BlobInfo info = { 0 };
  int dims[4];

  if (!read_info (reader, range, &info) || !settle_shape (reader, &info))
    return FALSE;
  if (lw_weights_get (weights, name) != NULL)
    return damaged (reader, _("two layers have the same name"));
  values = g_try_new (float, MAX (info.floats, 1));
  if (values == NULL)
    return lw_net_fail (reader->error, LW_NET_ERROR_MEMORY, _("Not enough memory for “%s”"), reader->path);
  if (!read_floats (reader, range, values))
    return FALSE;
  for (guint64 i = 0; i < info.floats; i++)
    {
      guint32 bits;

      memcpy (&bits, &values[i], sizeof bits);
      values[i] = lw_float_from_bits (GUINT32_FROM_LE (bits));
    }
  for (int d = 0; d < 4; d++)
    dims[d] = (int) info.dims[d];
  lw_weights_take (weights, name, dims, info.rank, g_steal_pointer (&values));
  return TRUE;
}

/* ---- layers ---- */

static char *
read_name (Reader *reader, Range range)
{
  gsize length = (gsize) (range.end - range.at);
  g_autofree char *name = NULL;

  if (length > MAX_NAME)
    {
      damaged (reader, _("a layer’s name is too long"));
      return NULL;
    }
  name = g_malloc0 (length + 1);
  if (!lw_safetensors_pread (reader->fd, reader->path, name, length, range.at, reader->error))
    return NULL;
  if (strlen (name) == length && g_utf8_validate_len (name, length, NULL))
    return g_steal_pointer (&name);
  damaged (reader, _("a layer’s name is not a text"));
  return NULL;
}

/* The name may come after the blobs. */
static gboolean
read_layer (Reader *reader, Range range, const LayerForm *form, LwWeights *weights)
{
  g_autofree char *name = NULL;
  Range blobs[MAX_BLOBS];
  int n = 0;
  Field field;

  while (range.at < range.end)
    {
      if (!read_field (reader, &range, &field))
        return FALSE;
      if (field.number == form->name && field.wire == WIRE_BYTES)
        {
          g_free (name);
          name = read_name (reader, field.bytes);
          if (name == NULL)
            return FALSE;
        }
      if (field.number == form->blobs && field.wire == WIRE_BYTES)
        {
          if (n == MAX_BLOBS)
            return damaged (reader, _("a layer has too many blobs"));
          blobs[n++] = field.bytes;
        }
    }
  for (int i = 0; i < n; i++)
    if (!read_blob (reader, blobs[i], name != NULL ? name : "", i, weights))
      return FALSE;
  return TRUE;
}

static gboolean
read_net (Reader *reader, Range range, LwWeights *weights)
{
  Field field;
  int layers = 0;

  while (range.at < range.end)
    {
      if (!read_field (reader, &range, &field))
        return FALSE;
      for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
        if (field.number == forms[i].field && field.wire == WIRE_BYTES)
          {
            if (++layers > MAX_LAYERS)
              return damaged (reader, _("it has too many layers"));
            if (!read_layer (reader, field.bytes, &forms[i], weights))
              return FALSE;
          }
    }
  return weights->tensors->len > 0 || damaged (reader, _("it holds no weights"));
}

LwWeights *
lw_caffemodel_load (const char *path, GError **error)
{
  g_autoptr(LwWeights) weights = lw_weights_new ();
  Reader reader = { .fd = g_open (path, O_RDONLY | O_CLOEXEC, 0), .path = path, .error = error };
  struct stat info;
  gboolean done = FALSE;

  if (reader.fd < 0)
    {
      lw_net_fail (error, LW_NET_ERROR_IO, _("Could not open “%s”: %s"), path, g_strerror (errno));
      return NULL;
    }
  if (fstat (reader.fd, &info) != 0 || !S_ISREG (info.st_mode))
    damaged (&reader, _("it is not an ordinary file"));
  else
    done = read_net (&reader, (Range) { 0, (guint64) info.st_size }, weights);
  close (reader.fd);
  return done ? g_steal_pointer (&weights) : NULL;
}
