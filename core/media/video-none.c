/* video-none.c: a build without FFmpeg says so */
#include "config.h"

#include <glib/gi18n-lib.h>
#include "media/reader.h"
#include "media/scan.h"

LwMediaInfo *
lw_video_scan (const char *path, LwScan *scan, GError **error)
{
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED,
               _("“%s” is not an image, and this build of Labelwright reads no video (it was built without FFmpeg): turn the video into images first"), path);
  return NULL;
}

LwReader *
lw_video_reader_new (const char *path, GBytes *index, GError **error)
{
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED,
               _("“%s” is a video, and this build of Labelwright reads no video (it was built without FFmpeg)"), path);
  return NULL;
}
