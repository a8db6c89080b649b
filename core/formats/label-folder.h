/* label-folder.h: label maps in a folder, read one by one by frame name, to compare something with them */
#pragma once

#include "formats/camvid.h"

typedef struct _LwLabelFolder LwLabelFolder;
/* @path: as for lw_camvid_import(); the layout is found out. @map_file: as there, or NULL. */
LwLabelFolder *lw_label_folder_open (const char *path, const LwPalette *palette, const char *map_file, GError **error);
void lw_label_folder_free (LwLabelFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwLabelFolder, lw_label_folder_free)
gboolean lw_label_folder_has (const LwLabelFolder *folder, const char *frame);
/* Class ids of the palette; LW_LABEL_NONE for what has no class there. LW_FORMAT_ERROR_NOT_FOUND, _SIZE, _DAMAGED. */
LwLabelMap *lw_label_folder_read (const LwLabelFolder *folder, const char *frame, int width, int height, GError **error);
