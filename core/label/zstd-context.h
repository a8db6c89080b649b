/* zstd-context.h: a compressor and a decompressor per thread, since making one costs more than packing a tile (private to core/label) */
#pragma once

#include <glib.h>
#include <zstd.h>

ZSTD_CCtx *lw_zstd_compressor (void);
/* What the frame says it holds; 0 where it says nothing, or is none. */
gsize lw_zstd_size (const void *data, gsize length);
/* TRUE only where @data is one zstd frame, nothing behind it, that holds exactly @size bytes. */
gboolean lw_zstd_unpack (const void *data, gsize length, guint8 *raw, gsize size);
