/* share-row.h: rows of what something is made of: a patch of colour, a name, a bar, numbers */
#pragma once

#include <gtk/gtk.h>

/* @rgb NULL: no patch. @about (optional): smaller, below the name. */
GtkWidget *lw_share_row_new (const guint8 *rgb, const char *name, const char *about, double part, double whole, const char *numbers);
void lw_list_clear (GtkListBox *list);
