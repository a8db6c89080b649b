/* find-media.h: looks for media that are not where they were, also under another name */
#pragma once

#include "operation.h"
#include "store/project.h"

/* Below @folder, and @folder itself. The result is how many were found. */
void lw_find_media_async (LwProject *project, const char *folder, LwOperation *operation, GAsyncReadyCallback callback, gpointer user_data);
gssize lw_find_media_finish (LwProject *project, GAsyncResult *result, GError **error);      /* -1 on error */
