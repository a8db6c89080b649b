/* frame-photo.h: the picture of a frame under its labels, for the pages that show labels small */
#pragma once

#include "store/project.h"

/* On a worker thread. NULL where the medium is not where it was, can't be read, or no longer has that size: labels are shown without it. */
LwImage *lw_frame_photo_read (LwProject *project, const LwFrame *frame, GCancellable *cancellable);
/* @rgb as it is over the pixel of @photo (optional), @part in a hundred of it; in place. */
void lw_frame_photo_blend (const LwImage *photo, int x, int y, int part, guint8 rgb[3]);
