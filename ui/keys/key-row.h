/* key-row.h: one action with its keys, in the preferences */
#pragma once

#include <adwaita.h>
#include "keys/keys.h"

#define LW_TYPE_KEY_ROW (lw_key_row_get_type ())
G_DECLARE_FINAL_TYPE (LwKeyRow, lw_key_row, LW, KEY_ROW, AdwActionRow)
GtkWidget *lw_key_row_new (const LwCommand *command);
const LwCommand *lw_key_row_get_command (LwKeyRow *row);
gboolean lw_key_row_matches (LwKeyRow *row, const char *needle);      /* casefolded: in the action's name or one of its keys */
