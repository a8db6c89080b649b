/* add-media-dialog.h: more videos and images for an open project */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

#define LW_TYPE_ADD_MEDIA_DIALOG (lw_add_media_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LwAddMediaDialog, lw_add_media_dialog, LW, ADD_MEDIA_DIALOG, AdwWindow)

LwAddMediaDialog *lw_add_media_dialog_new (GtkWindow *parent, LwDesk *desk);
void lw_add_media_dialog_add (LwAddMediaDialog *dialog, GFile *file);
