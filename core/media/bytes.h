/* bytes.h: little-endian fields of an index, written to a GByteArray and read with bounds; private to core/media */
#pragma once

#include <glib.h>
#include <string.h>

static inline void
lw_bytes_put (GByteArray *out, guint64 value, guint n_bytes)
{
  guint64 little = GUINT64_TO_LE (value);
  g_byte_array_append (out, (const guint8 *) &little, n_bytes);
}

/* A cursor over bytes from outside. A read past the end gives zeros and sets @failed, which is checked once at the end. */
typedef struct {
  const guint8 *at;
  gsize left;
  gboolean failed;
} LwBytes;

static inline const guint8 *
lw_bytes_take (LwBytes *in, gsize n)
{
  static const guint8 nothing[32];
  if (in->failed || n > in->left)
    {
      in->failed = TRUE;
      return n <= sizeof nothing ? nothing : NULL;
    }
  in->at += n;
  in->left -= n;
  return in->at - n;
}

static inline guint64
lw_bytes_get (LwBytes *in, guint n_bytes)
{
  guint64 little = 0;
  memcpy (&little, lw_bytes_take (in, n_bytes), n_bytes);
  return GUINT64_FROM_LE (little);
}
