/* media-dialog.h: the media of the project: what was done in each, removing one, and bringing one back */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

/* Signal "did-step" (gint64 step, const char *text). */
#define LW_TYPE_MEDIA_DIALOG (lw_media_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LwMediaDialog, lw_media_dialog, LW, MEDIA_DIALOG, AdwWindow)

LwMediaDialog *lw_media_dialog_new (GtkWindow *parent, LwDesk *desk);
