/* commands.h: everything that a key can do: one table, for the shortcuts, the page that changes them, the help window and the tooltips
 *
 * A new action gets a line in commands.c, and nothing else: no widget class binds a key of its own. */
#pragma once

#include <glib.h>

/* Where a key works: while the focus is on the canvas, anywhere in an open project, anywhere in the window. Who holds the focus comes first: typed text stays text. */
typedef enum { LW_KEYS_CANVAS, LW_KEYS_WORKSPACE, LW_KEYS_WINDOW } LwKeyScope;

typedef enum {
  LW_GROUP_FRAMES, LW_GROUP_STATUS, LW_GROUP_LEFT, LW_GROUP_CLASSES, LW_GROUP_PROPOSAL, LW_GROUP_EDITING,
  LW_GROUP_TOOLS, LW_GROUP_TOOL_USE, LW_GROUP_CURSOR, LW_GROUP_VIEW, LW_GROUP_PICTURE, LW_GROUP_PROJECT, LW_GROUP_TRAINING, LW_GROUP_PROGRAM,
  LW_N_GROUPS
} LwCommandGroup;

typedef struct {
  const char *id;          /* the detailed name of its action ("workspace.tool(1)"); kept in the settings, so it stays what it is */
  const char *label;       /* to be translated */
  const char *keys;        /* by default: accelerators with spaces between them; "": none */
  LwCommandGroup group;
  LwKeyScope scope;
  gboolean held;           /* works as long as the key is down: no action; whoever does it asks lw_keys_has() */
} LwCommand;

const LwCommand *lw_commands_get (guint *n);
const LwCommand *lw_commands_find (const char *id);                     /* NULL: there is none */
const char *lw_command_group_get_title (LwCommandGroup group);          /* translated */
