/* image.h: decoded pixels, shared by count, never changed after they were made */
#pragma once

#include <glib.h>

/* 32 bits a pixel, 0xffRRGGBB in native order: what cairo calls CAIRO_FORMAT_RGB24. Rows are @stride bytes apart. */
typedef struct {
  int width, height;
  gsize stride;
  guint8 *pixels;
  /*< private >*/
  gatomicrefcount refs;
} LwImage;

LwImage *lw_image_new (int width, int height);            /* uninitialised; NULL where out of bounds (LW_MAX_SIDE, LW_MAX_PIXELS of label-map.h) */
LwImage *lw_image_ref (LwImage *image);
void lw_image_unref (LwImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwImage, lw_image_unref)

/* Box-filtered to fit in @max_width x @max_height, aspect kept; (transfer full). Never enlarges. */
LwImage *lw_image_scale_down (const LwImage *image, int max_width, int max_height);
/* Packed 8-bit RGB into @rgb (width * height * 3). */
void lw_image_to_rgb (const LwImage *image, guint8 *rgb);
