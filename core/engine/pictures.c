/* pictures.c: the pictures of a project's frames, with their media kept open */
#include "config.h"
#include "workflow.h"
#include <glib/gi18n-lib.h>

struct _LwPictures { LwProject *project; GHashTable *sources; /* media id → LwFrameSource */ };

LwPictures *
lw_pictures_new (LwProject *project)
{
  LwPictures *pictures = g_new (LwPictures, 1);
  *pictures = (LwPictures) { g_object_ref (project), g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref) };
  return pictures;
}

void
lw_pictures_free (LwPictures *pictures)
{
  if (pictures == NULL)
    return;
  g_hash_table_unref (pictures->sources);
  g_object_unref (pictures->project);
  g_free (pictures);
}

LwFrameSource *
lw_pictures_get_source (LwPictures *pictures, gint64 media, GError **error)
{
  LwFrameSource *source = g_hash_table_lookup (pictures->sources, &media);
  if (source != NULL)
    return source;
  source = lw_project_open_media (pictures->project, media, error);
  if (source != NULL)
    g_hash_table_insert (pictures->sources, g_memdup2 (&media, sizeof media), source);
  return source;
}

LwImage *
lw_pictures_read (LwPictures *pictures, const LwFrame *frame, GCancellable *cancellable, GError **error)
{
  LwFrameSource *source = lw_pictures_get_source (pictures, frame->media, error);
  g_autoptr(LwImage) image = source != NULL ? lw_frame_source_read (source, frame->ordinal, cancellable, error) : NULL;
  if (image == NULL)
    {
      g_prefix_error (error, _("Frame “%s”: "), frame->name);
      return NULL;
    }
  if (image->width == frame->width && image->height == frame->height)
    return g_steal_pointer (&image);
  g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_CHANGED, _("Frame “%s” is %d × %d pixels now, and was %d × %d when it was added. Bring the old file back, or relink the medium."),
               frame->name, image->width, image->height, frame->width, frame->height);
  return NULL;
}
