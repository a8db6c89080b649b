/* export-dialog.h: writes the labels of frames as a CamVid label set */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

/* Signal: "exported" (const char *folder, guint frames). */
#define LW_TYPE_EXPORT_DIALOG (lw_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LwExportDialog, lw_export_dialog, LW, EXPORT_DIALOG, AdwWindow)

LwExportDialog *lw_export_dialog_new (GtkWindow *parent, LwDesk *desk);
