/* missing-media.h: notices media that come back where they were: a drive that is plugged in again */
#pragma once

#include "desk.h"

/* How many of @media (of LwMedia) are not where they were. */
guint lw_missing_media_count (const GPtrArray *media);
/* For as long as @desk lives, which shows their frames then. */
void lw_missing_media_watch (LwDesk *desk);
