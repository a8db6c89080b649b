/* import-dialog.h: reads a CamVid label set into the frames of the same names */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

#define LW_TYPE_IMPORT_DIALOG (lw_import_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LwImportDialog, lw_import_dialog, LW, IMPORT_DIALOG, AdwWindow)

LwImportDialog *lw_import_dialog_new (GtkWindow *parent, LwDesk *desk);
