/* new-project-dialog.h: name, folder, classes and media of a new project */
#pragma once

#include <adwaita.h>

/* Signal: "created" (const char *folder). */
#define LW_TYPE_NEW_PROJECT_DIALOG (lw_new_project_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LwNewProjectDialog, lw_new_project_dialog, LW, NEW_PROJECT_DIALOG, AdwWindow)

LwNewProjectDialog *lw_new_project_dialog_new (GtkWindow *parent);
void lw_new_project_dialog_add_media (LwNewProjectDialog *dialog, GFile *file);
