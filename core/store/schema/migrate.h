/* migrate.h: brings an older project up to this program's version, and says which newer ones it may read (private to core/store) */
#pragma once

#include "store/schema/schema.h"

/* Runs steps[version..n_steps), each in a transaction of its own with the new user_version. @backup_folder: where a whole copy of the file
 * goes first (NULL: none, for a new file). Another process that migrated meanwhile is noticed. */
gboolean lw_migrate (LwDb *db, const LwSchemaStep *steps, int n_steps, const char *backup_folder, GError **error);

typedef enum { LW_VERSION_SAME, LW_VERSION_OLDER, LW_VERSION_NEWER_READABLE } LwVersion;
/* LW_STORE_ERROR_NOT_A_PROJECT, or LW_STORE_ERROR_NEWER where its min_reader shuts out a program of @our_version. */
gboolean lw_migrate_check (LwDb *db, int our_version, LwVersion *version, GError **error);
