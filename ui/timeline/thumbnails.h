/* thumbnails.h: small pictures of frames, the last seen ones kept */
#pragma once

#include <gtk/gtk.h>
#include "editor/document.h"

#define LW_THUMBNAIL_SIDE 192      /* device pixels of the longer side: 96 at a scale of 2 */

#define LW_TYPE_THUMBNAILS (lw_thumbnails_get_type ())
G_DECLARE_FINAL_TYPE (LwThumbnails, lw_thumbnails, LW, THUMBNAILS, GObject)

LwThumbnails *lw_thumbnails_new (LwDocument *document);                          /* reads through the document's open sources */
GdkTexture *lw_thumbnails_peek (LwThumbnails *thumbnails, gint64 frame);         /* (transfer none); NULL: not kept */
void lw_thumbnails_load_async (LwThumbnails *thumbnails, const LwFrame *frame, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
GdkTexture *lw_thumbnails_load_finish (LwThumbnails *thumbnails, GAsyncResult *result, GError **error);
