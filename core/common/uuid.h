/* uuid.h: random identifiers for what may be merged with other copies of a project */
#pragma once
#include <glib.h>

/* Returns: (transfer full): a version-4 UUID in lower case, 36 characters. */
char *lw_uuid_new (void);
