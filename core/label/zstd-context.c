/* zstd-context.c: a compressor and a decompressor per thread */
#include "config.h"
#include "label/zstd-context.h"

static void
free_compressor (gpointer context)
{
  ZSTD_freeCCtx (context);
}

static void
free_decompressor (gpointer context)
{
  ZSTD_freeDCtx (context);
}

static GPrivate compressor = G_PRIVATE_INIT (free_compressor);
static GPrivate decompressor = G_PRIVATE_INIT (free_decompressor);

ZSTD_CCtx *
lw_zstd_compressor (void)
{
  ZSTD_CCtx *context = g_private_get (&compressor);
  if (context == NULL)
    {
      context = ZSTD_createCCtx ();
      g_private_set (&compressor, context);
    }
  return context;
}

static ZSTD_DCtx *
get_decompressor (void)
{
  ZSTD_DCtx *context = g_private_get (&decompressor);
  if (context == NULL)
    {
      context = ZSTD_createDCtx ();
      g_private_set (&decompressor, context);
    }
  return context;
}

gsize
lw_zstd_size (const void *data, gsize length)
{
  unsigned long long size = ZSTD_getFrameContentSize (data, length);
  return size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ? 0 : (gsize) size;
}

gboolean
lw_zstd_unpack (const void *data, gsize length, guint8 *raw, gsize size)
{
  if (length == 0 || ZSTD_findFrameCompressedSize (data, length) != length)
    return FALSE;
  return ZSTD_decompressDCtx (get_decompressor (), raw, size, data, length) == size;
}
