/* key-dialog.h: “press the new key”: asks for a key, and says whose it was */
#pragma once

#include <adwaita.h>
#include "keys/keys.h"

/* @add: the keys that the command has stay, too. The dialog gives the key itself. */
#define LW_TYPE_KEY_DIALOG (lw_key_dialog_get_type ())
G_DECLARE_FINAL_TYPE (LwKeyDialog, lw_key_dialog, LW, KEY_DIALOG, AdwWindow)
GtkWidget *lw_key_dialog_new (GtkWindow *parent, const LwCommand *command, gboolean add);
/* Whoever else makes use of keys says so here: what selects a class in an open project. Returns: (transfer full): a sentence, or NULL */
typedef char *(*LwKeyClaim) (const char *accelerator);
void lw_key_dialog_set_claim (LwKeyClaim claim);
