/* space-private.h: what measuring and making room share (private to core/store) */
#pragma once

#include "store/space.h"

/* Data of the job, not the few words on how it went. */
gboolean lw_job_file_is_bulk (const char *name);
/* (element-type LwJob): those that have such data and need it no more. */
GPtrArray *lw_project_list_prunable_jobs (LwProject *project, GError **error);
