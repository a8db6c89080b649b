/* class-row.h: one class in the side pane */
#pragma once

#include <gtk/gtk.h>
#include "editor/toolbox.h"
#include "label/palette.h"

#define LW_TYPE_CLASS_ROW (lw_class_row_get_type ())
G_DECLARE_FINAL_TYPE (LwClassRow, lw_class_row, LW, CLASS_ROW, GtkListBoxRow)

GtkWidget *lw_class_row_new (const LwClass *klass, LwToolbox *toolbox);
guint8 lw_class_row_get_id (LwClassRow *row);
gboolean lw_class_row_matches (LwClassRow *row, const char *search);       /* casefolded; name or shortcut */
void lw_class_row_set_share (LwClassRow *row, double share);               /* of the frame's pixels, 0..1; NAN: not known */
void lw_class_row_update (LwClassRow *row);                                /* hidden and locked, from the toolbox */
void lw_class_row_set_pattern (LwClassRow *row, int n);                    /* that its labels carry on the canvas; -1: none */
