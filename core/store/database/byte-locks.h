/* byte-locks.h: the bytes of operations.lock, locked by processes at work and let go by their end in any form (private to core/store)
 *
 * Operations hold the byte of their own number, from 1 on. */
#pragma once

#include <gio/gio.h>

#define LW_BYTE_OPEN 0                                   /* shared by all that have the project open; exclusive: the file is being replaced */
#define LW_BYTE_BACKUP (G_MAXINT64 - 1)                  /* one automatic backup at a time */

/* Returns: a descriptor to close(), whose locks go with it; -1 on error */
int lw_byte_locks_open (const char *folder, GError **error);
/* FALSE: somebody else holds it. */
gboolean lw_byte_lock (int fd, gint64 byte, gboolean shared);
gboolean lw_byte_is_locked (int fd, gint64 byte);      /* by somebody else, in any form */
