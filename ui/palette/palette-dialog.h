/* palette-dialog.h: a window around the palette editor, for a new project's classes and for an open one's */
#pragma once

#include <adwaita.h>
#include "label/palette.h"

/* Signal: "apply" (LwPalette *, lent): the person is content; the window stays until lw_palette_dialog_finish(). */
#define LW_TYPE_PALETTE_DIALOG (lw_palette_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LwPaletteDialog, lw_palette_dialog, LW, PALETTE_DIALOG, AdwWindow)

LwPaletteDialog *lw_palette_dialog_new (GtkWindow *parent, const LwPalette *palette);
/* NULL: closes the window; else says what is wrong and goes on. */
void lw_palette_dialog_finish (LwPaletteDialog *dialog, const GError *error);
