/* desk-state.h: how the window was left, kept with the project: read at start, written at close */
#pragma once

#include "store/project.h"

/* A state is a table of texts: key → value, both its own. */
GHashTable *lw_desk_state_new (void);
GHashTable *lw_desk_state_copy (GHashTable *state);
/* Both on a worker's thread. */
GHashTable *lw_desk_state_read (LwProject *project);
void lw_desk_state_write (GHashTable *state, LwProject *project);
