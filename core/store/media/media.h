/* media.h: where the media of a project are (private to core/store) */
#pragma once

#include "store/project/project-private.h"

/* @path as it is stored: relative to the project's folder where both lie below a common folder other than the root. */
char *lw_media_path_to_stored (const char *folder, const char *path);
/* The way back: (transfer full), absolute, without “..”; whether anything is there is not looked at. */
char *lw_media_path_from_stored (const char *folder, const char *stored);
/* Whether it is below media/ of the project, also after all “..”: only such a file is the project’s to remove. */
gboolean lw_media_is_copy (const char *folder, const char *stored);

/* What tells a file or folder from others: its bytes and hash as LwMediaInfo has them. */
gboolean lw_media_measure (const char *path, guint64 *size, char **sha256, GCancellable *cancellable, GError **error);

/* Copies @info's file, or the images of its folder, into @project's media/, whole or not at all. Returns: the path of the copy, or NULL */
char *lw_media_copy (LwProject *project, const LwMediaInfo *info, GCancellable *cancellable, GError **error);
/* The file, or the folder and the files in it, of lw_media_copy(); what can't be removed stays. */
void lw_media_remove_copy (const char *path);
