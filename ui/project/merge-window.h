/* merge-window.h: what a copy of the project would bring, how much both sides agree, and who is right where they don't */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

/* Signal "merged" (gint64 step, const char *text). */
#define LW_TYPE_MERGE_WINDOW (lw_merge_window_get_type ())
G_DECLARE_FINAL_TYPE (LwMergeWindow, lw_merge_window, LW, MERGE_WINDOW, AdwWindow)

LwMergeWindow *lw_merge_window_new (GtkWindow *parent, LwDesk *desk, const char *folder);
