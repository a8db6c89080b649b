/* class-rows.h: the palette as rows (private to core/store) */
#pragma once

#include "store/database/database.h"

/* (transfer full): the classes that are there now, in the order in which they are shown; NULL: @error is set */
LwPalette *lw_classes_read (LwDb *db, GError **error);
/* Which ids a pixel may have; 255 (not labelled) always. */
gboolean lw_classes_read_known (LwDb *db, gboolean known[256], GError **error);
/* Makes the class rows those of @palette, in the transaction under way. The caller has seen to it that no class that goes is in use. */
gboolean lw_classes_write (LwDb *db, const LwPalette *palette, GError **error);
