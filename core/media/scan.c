/* scan.c: finds out what a path is and indexes it */
#include "config.h"
#include "media/scan.h"

#include <glib/gi18n-lib.h>
#include "media/image-file.h"

#define REPORT_EVERY_US (50 * 1000)

G_DEFINE_QUARK (lw-media-error-quark, lw_media_error)

static void
clear_frame (gpointer data)
{
  g_free (((LwFrameInfo *) data)->name);
}

LwMediaInfo *
lw_media_info_new (LwMediaKind kind, const char *path)
{
  LwMediaInfo *info = g_new0 (LwMediaInfo, 1);
  info->kind = kind;
  info->path = g_strdup (path);
  info->frames = g_array_new (FALSE, TRUE, sizeof (LwFrameInfo));
  g_array_set_clear_func (info->frames, clear_frame);
  return info;
}

void
lw_media_info_free (LwMediaInfo *info)
{
  if (info == NULL)
    return;
  g_free (info->path);
  g_free (info->sha256);
  g_array_unref (info->frames);
  g_clear_pointer (&info->index, g_bytes_unref);
  g_free (info);
}

gboolean
lw_scan_step (LwScan *scan, double fraction, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (scan->cancellable, error))
    return FALSE;
  gint64 now = g_get_monotonic_time ();
  if (scan->progress != NULL && now >= scan->next)
    {
      scan->progress (CLAMP (fraction, 0, 1), scan->data);
      scan->next = now + REPORT_EVERY_US;
    }
  return TRUE;
}

LwMediaInfo *
lw_media_scan (const char *path, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  LwScan scan = { progress, data, cancellable, 0, LW_SCAN_MOST_PIXELS };
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  LwMediaInfo *info = NULL;
  if (!g_file_test (absolute, G_FILE_TEST_EXISTS))
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_NOT_FOUND, _("There is no file or folder “%s”"), absolute);
  else if (g_file_test (absolute, G_FILE_TEST_IS_DIR))
    info = lw_images_scan_folder (absolute, &scan, error);
  else if (lw_image_file_is_image_name (absolute))
    info = lw_images_scan_file (absolute, &scan, error);
  else
    info = lw_video_scan (absolute, &scan, error);
  if (info != NULL && progress != NULL)
    progress (1, data);
  return info;
}
