/* workspace.h: an open project in its window: canvas, tools, classes, timeline, training, models */
#pragma once

#include <adwaita.h>
#include "desk/desk.h"

#define LW_TYPE_WORKSPACE (lw_workspace_get_type ())
G_DECLARE_FINAL_TYPE (LwWorkspace, lw_workspace, LW, WORKSPACE, AdwBin)

GtkWidget *lw_workspace_new (LwDesk *desk);
/* Ends the stroke in the hand and notes where the window stands. */
void lw_workspace_prepare_close (LwWorkspace *workspace);
gboolean lw_workspace_is_training (LwWorkspace *workspace);
/* TRUE: there are unsaved strokes, and the last copy of the project has all of them; @copy (out): (transfer full): its name */
gboolean lw_workspace_is_all_in_copy (LwWorkspace *workspace, char **copy);
void lw_workspace_stop_training (LwWorkspace *workspace);        /* for good; its folder says so at once */
