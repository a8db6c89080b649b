/* scan.h: the parts of a scan of a medium; private to core/media */
#pragma once

#include "media/frame-source.h"

/* Every call reports through one of these, so that a caller hears at most every 50 ms and a scan can be cancelled anywhere. */
typedef struct {
  LwProgress progress;         /* or NULL */
  gpointer data;
  GCancellable *cancellable;   /* or NULL */
  gint64 next;                 /* monotonic time of the next report */
  double most_pixels;          /* a video of more in all is not decoded whole if its container can be believed */
} LwScan;

#define LW_SCAN_MOST_PIXELS 4.0e9        /* decoded in some ten seconds on two cores */

gboolean lw_scan_step (LwScan *scan, double fraction, GError **error);    /* FALSE with G_IO_ERROR_CANCELLED */

LwMediaInfo *lw_media_info_new (LwMediaKind kind, const char *path);

LwMediaInfo *lw_images_scan_folder (const char *path, LwScan *scan, GError **error);
LwMediaInfo *lw_images_scan_file (const char *path, LwScan *scan, GError **error);
LwMediaInfo *lw_video_scan (const char *path, LwScan *scan, GError **error);
