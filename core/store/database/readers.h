/* readers.h: connections for reading, kept open between calls (private to core/store) */
#pragma once

#include "store/database/database.h"

typedef struct _LwReaders LwReaders;
/* (transfer full); opens nothing yet. @mode: of all its connections */
LwReaders *lw_readers_new (const char *path, LwDbMode mode);
/* Waits until every one taken was given back; taking one fails from then on. */
void lw_readers_close (LwReaders *readers);
/* lw_readers_close() first. NULL is nothing to free. */
void lw_readers_free (LwReaders *readers);
/* From now on it is the file that @db has open: connections to any other are closed, when they are given back at the latest. */
void lw_readers_renew (LwReaders *readers, const LwDb *db);
/* (transfer full): give it back with lw_db_release(), on any thread. */
LwDb *lw_readers_take (LwReaders *readers, GError **error);
