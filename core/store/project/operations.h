/* operations.h: work of many transactions that becomes visible at once (private to core/store)
 *
 * Its rows carry the operation's id and count as absent until the last transaction clears it. The process that works on it holds a lock on the byte of
 * that number in operations.lock, so that whoever opens the project next can tell an operation under way from one whose process died, in any namespace. */
#pragma once

#include "store/project/project-private.h"

typedef struct { gint64 id; int fd; } LwOperation;
#define LW_OPERATION_NONE { 0, -1 }

/* In a transaction of its own. @kind: for those who look into the file; @operation (out): to be released on error, too */
gboolean lw_operation_begin (LwProject *project, const char *kind, LwOperation *operation, GError **error);
/* In the last transaction, after the rows were made visible. */
gboolean lw_operation_end (LwDb *db, const LwOperation *operation, GError **error);
/* Lets the lock go; rows still staged are then removed by lw_operations_clean(). */
void lw_operation_release (LwOperation *operation);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LwOperation, lw_operation_release)

/* Removes what operations left behind whose processes are gone; a few transactions of bounded size. Runs on the writer thread. */
gboolean lw_operations_clean (LwDb *db, gpointer folder, GError **error);
