/* upgrade.h: what a step from one version to the next works out in C (private to core/store) */
#pragma once

#include "store/database/database.h"

/* Hashes of all revisions, and who has labelled until now. */
gboolean lw_upgrade_to_4 (LwDb *db, GError **error);
