/* recent.h: the projects opened before */
#pragma once

#include <glib.h>

#define LW_MAX_RECENT 12

/* (transfer full): folders, the newest first. */
char **lw_recent_list (void);
void lw_recent_add (const char *folder);
void lw_recent_remove (const char *folder);
