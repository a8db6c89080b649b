/* frame-photo.c: the picture of a frame under its labels, for the pages that show labels small */
#include "config.h"
#include "frame-photo.h"

LwImage *
lw_frame_photo_read (LwProject *project, const LwFrame *frame, GCancellable *cancellable)
{
  g_autoptr (LwFrameSource) source = lw_project_open_media (project, frame->media, NULL);
  g_autoptr (LwImage) photo = source != NULL ? lw_frame_source_read (source, frame->ordinal, cancellable, NULL) : NULL;
  return photo != NULL && photo->width == frame->width && photo->height == frame->height ? g_steal_pointer (&photo) : NULL;
}

void
lw_frame_photo_blend (const LwImage *photo, int x, int y, int part, guint8 rgb[3])
{
  if (photo == NULL)
    return;
  guint32 under = ((const guint32 *) (photo->pixels + (gsize) y * photo->stride))[x];
  for (int c = 0; c < 3; c++)
    rgb[c] = (guint8) ((rgb[c] * part + (int) (under >> (16 - 8 * c) & 0xff) * (100 - part)) / 100);
}
