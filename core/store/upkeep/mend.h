/* mend.h: makes salvaged rows a sound project again (private to core/store) */
#pragma once

#include "store/database/database.h"

/* @db: rows of a damaged project in a new file, in a transaction, without triggers and checks of references. Adds to @lost what is not there any more, in words. */
gboolean lw_mend (LwDb *db, GPtrArray *lost, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);

/* Takes out revisions that are not what they were, and makes those that build on them whole. @n_lost (out): how many went */
gboolean lw_mend_revisions (LwDb *db, guint *n_lost, GError **error);
