/* orientation.h: the eight ways in which a camera may have been held, as EXIF counts them; private to core/media */
#pragma once

#include "media/image.h"

#define LW_UPRIGHT 1           /* 1..8: EXIF 2.3, tag 0x0112; 5 and above swap the sides */

/* Returns: (transfer full): @image itself, with another reference, where it is upright; NULL without memory */
LwImage *lw_image_orient (LwImage *image, int orientation);

/* Of a JPEG or TIFF file's first bytes; LW_UPRIGHT where they say nothing. */
int lw_orientation_from_file (const guint8 *bytes, gsize n_bytes);

/* Of a 2x2 matrix (x' = a x + c y, y' = b x + d y; y down) that turns stored pixels to shown ones; only signs and zeros count. */
int lw_orientation_from_matrix (double a, double b, double c, double d);
