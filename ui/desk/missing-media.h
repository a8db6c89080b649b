/* missing-media.h: notices media that come back where they were: a drive that is plugged in again */
#pragma once

#include "desk.h"

/* For as long as @desk lives, which shows their frames then. */
void lw_missing_media_watch (LwDesk *desk);
