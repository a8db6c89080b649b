/* locks.h: keeps which classes are locked in the project: at once, since locks protect work */
#pragma once

#include "desk.h"

typedef struct _LwLocks LwLocks;
/* Locks the toolbox's classes as @locked says (copied); what changes from here on goes back into the project, and a failure through the desk's "failed". */
LwLocks *lw_locks_new (LwDesk *desk /* borrowed, outlives it */, const gboolean locked[256]);
void lw_locks_free (LwLocks *locks);
