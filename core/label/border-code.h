/* border-code.h: tiles as the borders between labels in each row, told by those of the row above, bit by bit (private to core/label; docs/project-format.md has the format) */
#pragma once

#include "label/tile.h"

/* @raw: @n tiles, one after another, which share what was learned. Returns: the bytes written to @out, -1 where they would be more than @room */
gssize lw_border_encode (const guint8 *raw, gsize n, guint8 *out, gsize room);
/* FALSE where @data is not what the encoder would write for any @n tiles; @raw holds no meaning then. */
gboolean lw_border_decode (const guint8 *data, gsize length, guint8 *raw, gsize n);
