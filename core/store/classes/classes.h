/* classes.h: the palette becomes another one inside a step (private to core/store) */
#pragma once

#include "store/database/database.h"

/* The classes @now (JSON) become @then, in the transaction under way, where no working map has a pixel of one that goes; revisions may. LW_STORE_ERROR_INVALID otherwise, and where the
 * classes are neither @now nor @then already. */
gboolean lw_classes_turn (LwDb *db, const char *now, const char *then, GError **error);
