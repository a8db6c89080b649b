/* create-project.h: a new project with its media, or more media for an open one, on a worker thread */
#pragma once

#include "operation.h"
#include "store/project.h"

typedef struct
{
  char *path;          /* a video, an image, or a folder of images */
  guint every;         /* every n-th frame */
  gboolean copy;       /* into the project's folder */
  gboolean prefix;     /* where names of its frames are taken, its own name goes before them */
  gboolean taken;      /* (out) names were taken */
  gboolean added;      /* (out) it is in the project */
} LwMediaRequest;
LwMediaRequest *lw_media_request_new (const char *path, guint every, gboolean copy);
void lw_media_request_free (LwMediaRequest *request);
char *lw_media_dup_stem (const char *path);      /* the name of a file or folder, to be shown */

/* @media: (element-type LwMediaRequest). All or nothing: what was made is removed again on an error or a cancel. The result is the project's folder. */
void lw_create_project_async (const char *folder, const LwPalette *palette, GPtrArray *media, LwOperation *operation,
                              GAsyncReadyCallback callback, gpointer user_data);
char *lw_create_project_finish (GAsyncResult *result, GError **error);

/* The media before the one that failed stay. */
void lw_add_media_async (LwProject *project, GPtrArray *media, LwOperation *operation, GAsyncReadyCallback callback, gpointer user_data);
gboolean lw_add_media_finish (LwProject *project, GAsyncResult *result, GError **error);

/* The sample's project in the user's documents, made where it is not there yet. */
void lw_create_sample_async (LwOperation *operation, GAsyncReadyCallback callback, gpointer user_data);
