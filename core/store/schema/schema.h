/* schema.h: the tables of a project, as steps from one version to the next (private to core/store) */
#pragma once

#include "store/database/database.h"

#define LW_APPLICATION_ID 0x4c775072      /* "LwPr" in the header of the file */
#define LW_MIN_READER 6                   /* the oldest version whose program may read what this one writes: revisions have packs of tiles since then */

/* A step is all or nothing: @sql, then @fill for what SQL can't work out (or NULL), then @guards (or NULL). steps[v] brings version v to v + 1; only ever appended to. */
typedef struct { const char *sql; gboolean (*fill) (LwDb *db, GError **error); const char *guards; } LwSchemaStep;
extern const LwSchemaStep lw_schema_steps[];
extern const int lw_schema_version;
