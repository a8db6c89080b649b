/* patterns.h: small black and white designs that tell classes apart without their colours */
#pragma once

#include <glib.h>

#define LW_N_PATTERNS 16          /* after them come the same ones inverted */
#define LW_PATTERN_SIZE 8         /* logical pixels, a side; repeated beyond it */

/* Whether design @n (any: 0 … 31, then again from 0) has ink at @x, @y, both ≥ 0. */
gboolean lw_pattern_has_ink (guint n, int x, int y);
/* Black or white: what stands out on @rgb (0xRRGGBB). */
guint32 lw_pattern_ink (guint32 rgb);
