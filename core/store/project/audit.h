/* audit.h: who did what to the project, in a chain that shows tampering (private to core/store)
 *
 * Every copy of a project writes a chain of its own: each row holds the SHA-256 of the row before. */
#pragma once

#include "store/database/database.h"

#define LW_AUDIT_HASH_BYTES 32

/* Finds this copy by the machine and the file's inode, or begins a chain for it. Needs a writable @db. */
char *lw_audit_find_copy (LwDb *db, GError **error);
/* In the transaction of what it tells of. */
gboolean lw_audit_add (LwDb *db, GError **error, const char *action, const char *object, const char *details_format, ...) G_GNUC_PRINTF (5, 6);
/* Adds a message to @problems for each break of a chain. */
gboolean lw_audit_verify (LwDb *db, GPtrArray *problems, GError **error);
