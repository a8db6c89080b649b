/* rows.h: lists of what a table holds (private to core/store) */
#pragma once

#include "store/project/project-private.h"

/* Returns: (transfer full): what the row says, or NULL where it says what can't be */
typedef gpointer (*LwRowFunc) (LwProject *project, LwQuery *query);
/* @types: "" or "I", for @argument. */
GPtrArray *lw_project_list_rows (LwProject *project, LwRowFunc read, GDestroyNotify free_row, GError **error, const char *sql, const char *types,
                                 gint64 argument);
