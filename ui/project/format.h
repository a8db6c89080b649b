/* format.h: times, sizes, shares and origins as people read them */
#pragma once

#include "store/project.h"

char *lw_format_time (gint64 microseconds);                    /* since 1970, UTC; shown as local date and time of day */
char *lw_format_ago (gint64 microseconds, gint64 now);         /* “3 minutes ago”, “Yesterday, 14:30”, then the date */
char *lw_format_count (guint64 number);                        /* with the separators of the language */
char *lw_format_short (const char *name, guint most);            /* at most so many characters of it: names of frames differ at their ends */
char *lw_format_percent (double part, double whole);           /* “12.3 %”; “–” of nothing */
const char *lw_origin_kind_get_label (LwOriginKind kind);       /* “Person”, “Model” … */
