/* schema-check.h: whether a file has the tables of its version and nothing else that SQL could run (private to core/store) */
#pragma once

#include "store/database/database.h"

/* LW_STORE_ERROR_DAMAGED names a trigger, view, table or index that no Labelwright made, or a table that is another than ours. What is missing is no error here:
 * a query that needs it will say so. A file of a newer version passes: it is only read. */
gboolean lw_schema_check (LwDb *db, GError **error);
/* Adds to @problems what is missing of the schema. */
gboolean lw_schema_verify (LwDb *db, GPtrArray *problems, GError **error);
