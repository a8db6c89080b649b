/* author.h: the person at this computer: a name, and a UUID that stays the same when the name changes
 *
 * Kept in the user's configuration (labelwright/author). A project keeps UUIDs in its rows and the names beside them in one table, so that a name can be changed, or
 * taken out of a package, without touching what was signed with it. */
#pragma once

#include "store/project.h"

const char *lw_author_get_uuid (void);               /* made at the first start; valid for the life of the process */
char *lw_author_dup_name (void);                     /* the account's name unless it was set */
/* For this and all later starts. @name: one line, not empty */
gboolean lw_author_set_name (const char *name, GError **error);

/* lw_author_set_name(), and in this project at once. */
gboolean lw_project_set_author_name (LwProject *project, const char *name, GError **error);
