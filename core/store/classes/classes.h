/* classes.h: the classes as rows (private to core/store) */
#pragma once

#include "store/database/database.h"

/* Makes the class rows those of @palette, in the transaction under way. The caller has seen to it that no class that goes is in use. */
gboolean lw_classes_write (LwDb *db, const LwPalette *palette, GError **error);
/* The classes @now (JSON) become @then, in the transaction under way, where no working map has a pixel of one that goes; revisions may. LW_STORE_ERROR_INVALID otherwise, and where the
 * classes are neither @now nor @then already. */
gboolean lw_classes_turn (LwDb *db, const char *now, const char *then, GError **error);
/* Which ids a pixel may have; 255 (not labelled) always. */
gboolean lw_classes_read_known (LwDb *db, gboolean known[256], GError **error);
