/* keys.h: which keys do what: the defaults of commands.h, and what the user chose instead
 *
 * A key is an accelerator in GTK's spelling ("<Control>z"), and does one thing only. One whose label is the same on the number pad, and “=” for “+”,
 * works there as well as long as that key has nothing else to do. */
#pragma once

#include <gtk/gtk.h>
#include "keys/commands.h"

#define LW_KEYS_MOST 4      /* of one command */

/* Signals: "changed". Main thread only. */
#define LW_TYPE_KEYS (lw_keys_get_type ())
G_DECLARE_FINAL_TYPE (LwKeys, lw_keys, LW, KEYS, GObject)

LwKeys *lw_keys_get (void);                                                          /* the program's (transfer none) */
/* Reads and follows its key "keys" (a{sas}: what differs from the defaults). What is there may be anything: unknown commands and keys are left out. */
void lw_keys_follow (LwKeys *keys, GSettings *settings);

const char *const *lw_keys_lookup (LwKeys *keys, const LwCommand *command);          /* (transfer none), until they change */
gboolean lw_keys_is_default (LwKeys *keys, const LwCommand *command);
/* NULL: the default. A key that another command has is taken from it. */
void lw_keys_choose (LwKeys *keys, const LwCommand *command, const char *const *accelerators);
void lw_keys_reset (LwKeys *keys);
const LwCommand *lw_keys_find (LwKeys *keys, const char *accelerator);               /* NULL: it does nothing yet */

/* What was pressed, as a key. NULL: a modifier alone. */
char *lw_keys_name (guint keyval, GdkModifierType state, GdkModifierType consumed);
char *lw_keys_label (const char *accelerator);                                       /* "Ctrl+Z" */
char *lw_keys_dup_label (LwKeys *keys, const char *id);                              /* of a command's first key; NULL: it has none */
gboolean lw_keys_has (LwKeys *keys, const char *id, guint keyval, GdkModifierType state);      /* for a held key; @state GDK_MODIFIER_MASK at its release */

/* The keys of that scope work in @widget from now on. The canvas’s take what acts on it, whatever the scope: so it can do without a window around it. */
void lw_keys_attach (GtkWidget *widget, LwKeyScope scope);
/* A tooltip with the keys of one or two commands (@second may be NULL) behind @text (NULL: the tooltip that it has), as they are now and will be. */
void lw_keys_tip (GtkWidget *widget, const char *text, const char *id, const char *second);
/* The keys beside the items of a menu and its sections, as they are now and will be; again after items were added. */
void lw_keys_show_in_menu (GMenu *menu);
/* Tooltips for every button below @root whose action has a key; keys in the menus of its menu buttons. */
void lw_keys_tip_actions (GtkWidget *root);
