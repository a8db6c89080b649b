/* format.h: times, sizes and shares as people read them */
#pragma once

#include <glib.h>

char *lw_format_time (gint64 microseconds);                    /* since 1970, UTC; shown as local date and time of day */
char *lw_format_ago (gint64 microseconds, gint64 now);         /* “3 minutes ago”, “Yesterday, 14:30”, then the date */
char *lw_format_count (guint64 number);                        /* with the separators of the language */
char *lw_format_percent (double part, double whole);           /* “12.3 %”; “–” of nothing */
