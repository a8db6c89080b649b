/* zstd-context.h: a compressor and a decompressor per thread, since making one costs more than packing a tile (private to core/label) */
#pragma once

#include <glib.h>
#include <zstd.h>

ZSTD_CCtx *lw_zstd_compressor (void);
/* TRUE only where @data is one zstd frame, nothing behind it, that holds exactly @size bytes. */
gboolean lw_zstd_unpack (const void *data, gsize length, guint8 *raw, gsize size);
