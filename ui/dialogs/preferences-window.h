/* preferences-window.h: what the program remembers for all projects */
#pragma once

#include <adwaita.h>

#define LW_TYPE_PREFERENCES_WINDOW (lw_preferences_window_get_type ())
G_DECLARE_FINAL_TYPE (LwPreferencesWindow, lw_preferences_window, LW, PREFERENCES_WINDOW, AdwPreferencesWindow)
GtkWidget *lw_preferences_window_new (void);
