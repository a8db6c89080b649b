/* camvid-frame.c: reads a frame of CamVid with its labels */
#include "config.h"
#include "camvid-frame.h"

#include <string.h>
#include "common/png.h"

gboolean
camvid_frame_read (CamvidFrame *frame, const char *folder, const char *name)
{
  g_autofree char *image = g_build_filename (folder, "val", name, NULL), *annot = g_build_filename (folder, "valannot", name, NULL);
  LwPngInfo info;
  int width, height;
  g_autofree guint8 *rgb = lw_png_read_rgb (image, &width, &height, NULL);
  g_autofree guint8 *index = rgb != NULL ? lw_png_read_index (annot, &info, NULL) : NULL;
  if (index == NULL || info.width != width || info.height != height)
    return FALSE;
  guint32 *pixels = g_new (guint32, (gsize) width * (gsize) height);
  for (gsize i = 0; i < (gsize) width * (gsize) height; i++)
    pixels[i] = 0xff000000u | (guint32) rgb[3 * i] << 16 | (guint32) rgb[3 * i + 1] << 8 | rgb[3 * i + 2];
  frame->picture = (LwPixels) { width, height, (gsize) width * 4, (const guint8 *) pixels };
  frame->labels = lw_label_map_new (width, height);
  for (int y = 0; y < height; y++)
    memcpy (lw_label_map_row (frame->labels, y), index + (gsize) y * (gsize) width, (gsize) width);
  return TRUE;
}

void
camvid_frame_clear (CamvidFrame *frame)
{
  lw_label_map_free (frame->labels);
  g_free ((gpointer) frame->picture.pixels);
}
