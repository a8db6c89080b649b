/* window-private.h: what the files of the window share */
#pragma once

#include "window.h"

/* window-actions.c: what leads to a project: new, open, the sample, files dropped on the start page */
void lw_window_install_actions (GtkWidgetClass *widget_class);
void lw_window_accept_drops (LwWindow *window, GtkWidget *page);
