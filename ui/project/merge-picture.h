/* merge-picture.h: a region on which two copies disagree, as either side has it, over what the camera saw */
#pragma once

#include <gdk/gdk.h>
#include "store/merge.h"

typedef struct
{
  char *folder;                /* of the other copy */
  char *frame;                 /* its name */
  LwRect box;                  /* of the region */
  GdkTexture *ours, *theirs;   /* NULL until it is drawn */
} LwMergePicture;

LwMergePicture *lw_merge_picture_new (const char *folder, const LwMergeRegion *region);
void lw_merge_picture_free (LwMergePicture *picture);
/* On a worker thread. */
gboolean lw_merge_picture_draw (LwMergePicture *picture, LwProject *project, GCancellable *cancellable, GError **error);
