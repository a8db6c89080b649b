/* export-folder.h: a folder that appears whole under its name or not at all (private to core/formats) */
#pragma once

#include <glib.h>

typedef struct { char *path, *partial; } LwExportFolder;

/* Makes the folder to write into, @partial, beside @path. LW_FORMAT_ERROR_EXISTS where @path is taken (an empty folder may stand
 * there). */
gboolean lw_export_folder_open (LwExportFolder *folder, const char *path, GError **error);
gboolean lw_export_folder_make (const LwExportFolder *folder, const char *name,
                                GError **error); /* a folder in it, with those above */
gboolean lw_export_folder_commit (LwExportFolder *folder, GError **error);
void lw_export_folder_release (LwExportFolder *folder); /* without a commit before, removes what was written */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwExportFolder, lw_export_folder_release)
