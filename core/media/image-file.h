/* image-file.h: one image file, through GdkPixbuf; private to core/media */
#pragma once

#include "media/image.h"

#define LW_IMAGE_FILE_MAX_BYTES ((gsize) 1 << 30)

/* @name: what messages call the file. All return LW_MEDIA_ERROR_*; sizes are checked before anything is decoded. */

/* The size as shown, from the first bytes. */
gboolean lw_image_file_probe (GBytes *bytes, const char *name, int *width, int *height, GError **error);
/* Upright; transparency is dropped, 16 bits are reduced to their high byte. @max_side: at most that large; 0: as it is. */
LwImage *lw_image_file_decode (GBytes *bytes, const char *name, int max_side, GError **error);

/* By the suffix of its name: of a kind that this build's GdkPixbuf reads (vector graphics are none). */
gboolean lw_image_file_is_image_name (const char *name);
