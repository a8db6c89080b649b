/* plain-png.c: looks through the chunks of a PNG file, without decoding it */
#include "config.h"
#include "formats/plain-png.h"

#include <string.h>

#define SIGNATURE "\x89PNG\r\n\x1a\n"
#define SIGNATURE_BYTES 8
#define AROUND_CHUNK 12      /* length and type before its data, checksum behind */

static guint32
read_u32 (const guint8 *at)
{
  guint32 big;
  memcpy (&big, at, sizeof big);
  return GUINT32_FROM_BE (big);
}

static gboolean
is_plain_header (const guint8 *data, gsize length, int width, int height)
{
  static const guint8 rgb_8bit[] = { 8, 2, 0, 0 };      /* depth, colour type, compression, filter; interlaced or not */
  return length == 13 && read_u32 (data) == (guint32) width && read_u32 (data + 4) == (guint32) height
         && memcmp (data + 8, rgb_8bit, sizeof rgb_8bit) == 0;
}

static gboolean
changes_picture (const guint8 *type)
{
  static const char *const types[] = { "eXIf", "acTL", "tRNS" };
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (memcmp (type, types[i], 4) == 0)
      return TRUE;
  return FALSE;
}

gboolean
lw_plain_png_check (GBytes *file, int width, int height)
{
  gsize length, at = SIGNATURE_BYTES;
  const guint8 *data = g_bytes_get_data (file, &length);
  if (length < SIGNATURE_BYTES || memcmp (data, SIGNATURE, SIGNATURE_BYTES) != 0)
    return FALSE;
  while (length - at >= AROUND_CHUNK)
    {
      const guint8 *type = data + at + 4, *content = data + at + 8;
      gsize bytes = read_u32 (data + at);
      if (bytes > length - at - AROUND_CHUNK || changes_picture (type))
        return FALSE;
      if (at == SIGNATURE_BYTES && (memcmp (type, "IHDR", 4) != 0 || !is_plain_header (content, bytes, width, height)))
        return FALSE;
      at += AROUND_CHUNK + bytes;
      if (memcmp (type, "IEND", 4) == 0)
        return at == length;
    }
  return FALSE;
}
