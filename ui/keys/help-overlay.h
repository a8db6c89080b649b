/* help-overlay.h: the window that shows every key, as they are now */
#pragma once

#include <gtk/gtk.h>

GtkWidget *lw_help_overlay_new (GtkWindow *parent);
