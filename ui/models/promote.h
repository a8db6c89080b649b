/* promote.h: makes a model the one that proposes */
#pragma once

#include "desk/desk.h"
#include <gtk/gtk.h>

/* On a worker thread; then it is said in a toast near @page. @reason goes into the model's history. */
void lw_promote (GtkWidget *page, LwDesk *desk, gint64 model, const char *reason);
