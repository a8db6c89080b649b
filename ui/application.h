/* application.h: the program: its windows, its actions, what it was asked to open */
#pragma once

#include <adwaita.h>

#define LW_TYPE_APPLICATION (lw_application_get_type ())
G_DECLARE_FINAL_TYPE (LwApplication, lw_application, LW, APPLICATION, AdwApplication)

LwApplication *lw_application_new (void);
/* Opens the project in a window of its own, or presents the window that has it; @near, if it is empty, takes it. */
void lw_application_open_project (LwApplication *application, const char *folder, GtkWindow *near);
