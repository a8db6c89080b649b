/* plain-png.h: whether a PNG file is just pixels that every reader sees alike (private to core/formats) */
#pragma once

#include <glib.h>

/* TRUE for a whole file, chunk after chunk, of 8-bit RGB of that size, without what turns the picture (eXIf) or makes more of it (acTL, tRNS). */
gboolean lw_plain_png_check (GBytes *file, int width, int height);
