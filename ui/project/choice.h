/* choice.h: drop-down lists of names to filter by, the first of which means any */
#pragma once

#include <gtk/gtk.h>

/* @names (NULL-terminated) after @any; what was chosen stays chosen where it is still there. Nobody is told of a change where none is. */
void lw_choice_fill (GtkDropDown *drop_down, const char *any, const char *const *names);
/* Returns: (transfer none): NULL: any. Valid until it is filled again */
const char *lw_choice_get (GtkDropDown *drop_down);

/* Periods: any time, today, the last 7 and 30 days. Returns microseconds since 1970; 0: no limit */
void lw_choice_fill_periods (GtkDropDown *drop_down);
gint64 lw_choice_get_since (GtkDropDown *drop_down);
