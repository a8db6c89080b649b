/* mend.h: makes salvaged rows a sound project again (private to core/store) */
#pragma once

#include "store/database.h"

/* @db: rows of a damaged project in a new file, in a transaction, without triggers and checks of references. Adds to @lost what is not there any more, in words. */
gboolean lw_mend (LwDb *db, GPtrArray *lost, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);
