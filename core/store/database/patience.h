/* patience.h: how long a handle waits for a lock that others hold (private to core/store) */
#pragma once

#include "store/database/database.h"

/* Until nothing was written to the file for 5 s: whoever holds it then is at no stroke. While others get on with theirs it waits up to a minute. @db stays where it is. */
void lw_patience_use (LwDb *db);
