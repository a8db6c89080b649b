/* window.h: a window: the start page, or one open project */
#pragma once

#include <adwaita.h>
#include "application.h"

#define LW_TYPE_WINDOW (lw_window_get_type ())
G_DECLARE_FINAL_TYPE (LwWindow, lw_window, LW, WINDOW, AdwApplicationWindow)

LwWindow *lw_window_new (LwApplication *application);
/* Opens the project in this window, which must be empty. */
void lw_window_open (LwWindow *window, const char *folder);
const char *lw_window_get_folder (LwWindow *window);      /* NULL: empty */
/* Returns: (transfer full): the class that this key selects in the open project; NULL: none */
char *lw_window_dup_class_of_key (LwWindow *window, const char *accelerator);
/* Saves and closes without a question: the computer is being shut down. A training goes on. */
void lw_window_close_quietly (LwWindow *window);
