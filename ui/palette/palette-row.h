/* palette-row.h: one class of a palette that is being edited */
#pragma once

#include <adwaita.h>
#include "label/palette.h"

/* Signals: "changed" (the class was changed), "moved" (int: rows down; negative: up), "dropped" (LwPaletteRow *: to be put at this row's place), "removed". */
#define LW_TYPE_PALETTE_ROW (lw_palette_row_get_type ())
G_DECLARE_FINAL_TYPE (LwPaletteRow, lw_palette_row, LW, PALETTE_ROW, GtkListBoxRow)

/* @klass is changed by what is typed; it must outlive the row. */
GtkWidget *lw_palette_row_new (LwClass *klass);
LwClass *lw_palette_row_get_class (LwPaletteRow *row);
void lw_palette_row_edit_name (LwPaletteRow *row);      /* moves the cursor there and selects the name */
