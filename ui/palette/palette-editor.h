/* palette-editor.h: the classes of a project as a list that can be changed */
#pragma once

#include <adwaita.h>
#include "label/palette.h"

/* Signal: "changed". Property "valid" (bool; notifies): the message about what is wrong is on show. */
#define LW_TYPE_PALETTE_EDITOR (lw_palette_editor_get_type ())
G_DECLARE_FINAL_TYPE (LwPaletteEditor, lw_palette_editor, LW, PALETTE_EDITOR, AdwBin)

GtkWidget *lw_palette_editor_new (void);
void lw_palette_editor_set_palette (LwPaletteEditor *editor, const LwPalette *palette);     /* copied */
const LwPalette *lw_palette_editor_get_palette (LwPaletteEditor *editor);
gboolean lw_palette_editor_is_valid (LwPaletteEditor *editor);
