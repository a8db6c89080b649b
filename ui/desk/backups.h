/* backups.h: makes the project's automatic backups while its window is open */
#pragma once

#include "desk.h"

typedef struct _LwBackups LwBackups;
/* Looks whether one is due, then again and again; a failure is told through the desk's "failed". */
LwBackups *lw_backups_new (LwDesk *desk /* borrowed, outlives it */, guint seconds /* until it looks first */);
/* The one under way is given up, so that the project can be closed; the next look makes it. */
void lw_backups_cancel (LwBackups *backups);
void lw_backups_free (LwBackups *backups);
