/* thread-row.h: one thread in the review pane: who said what, an answer, and whether it is settled */
#pragma once

#include <adwaita.h>
#include "reviews.h"

#define LW_TYPE_THREAD_ROW (lw_thread_row_get_type ())
G_DECLARE_FINAL_TYPE (LwThreadRow, lw_thread_row, LW, THREAD_ROW, GtkListBoxRow)

GtkWidget *lw_thread_row_new (LwReviews *reviews, gint64 thread);
gint64 lw_thread_row_get_thread (LwThreadRow *row);
void lw_thread_row_answer (LwThreadRow *row);                 /* focuses what the answer is typed into */
/* After a change: an answer that was begun stays. */
void lw_thread_row_update (LwThreadRow *row, const LwThread *thread, guint number, gboolean writable);
