/* swatch.h: a patch of one colour */
#pragma once

#include <gtk/gtk.h>

#define LW_TYPE_SWATCH (lw_swatch_get_type ())
G_DECLARE_FINAL_TYPE (LwSwatch, lw_swatch, LW, SWATCH, GtkWidget)

GtkWidget *lw_swatch_new (int size);
void lw_swatch_set_rgb (LwSwatch *swatch, const guint8 rgb[3]);
void lw_swatch_set_pattern (LwSwatch *swatch, int n);      /* a design of editor/patterns.h over it; -1: none */
