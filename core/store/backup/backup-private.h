/* backup-private.h: what the parts of backing up share (private to core/store) */
#pragma once

#include "store/backup.h"

#define LW_BACKUP_AUTO "auto-"
#define LW_BACKUP_ASIDE "replaced-"

/* A name in @folder that nobody has. @kind: one of these, or "". */
char *lw_backup_name (const char *folder, const char *kind);
/* backups/ of the project in @folder, made where it is missing; NULL on error. */
char *lw_backup_folder (const char *folder, GError **error);
/* Whether the file is a project that this program reads, without damage that SQLite sees. */
gboolean lw_backup_check (const char *path, GCancellable *cancellable, GError **error);
/* Copies the file as it is and checks the copy; tells progress up to 0.8. */
gboolean lw_backup_copy (LwProject *project, const char *path, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);
/* The same, told in the log. @kind: for the audit; NULL: no row there */
gboolean lw_backup_make (LwProject *project, const char *path, const char *kind, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);
