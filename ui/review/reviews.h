/* reviews.h: what is said about the frame on show, who judged it, and what keeps it from being accepted; read and written in the background */
#pragma once

#include "desk/desk.h"
#include "store/review.h"

/* Property "selected" (int64: a thread's id; 0: none; notifies). Signals: "changed" (threads, verdicts or contract), "checked" (the report; it may be gone). */
#define LW_TYPE_REVIEWS (lw_reviews_get_type ())
G_DECLARE_FINAL_TYPE (LwReviews, lw_reviews, LW, REVIEWS, GObject)

LwReviews *lw_reviews_new (LwDesk *desk);
LwDesk *lw_reviews_get_desk (LwReviews *reviews);

/* Of the frame on show. (transfer none), until "changed". */
GPtrArray *lw_reviews_get_threads (LwReviews *reviews);                      /* (element-type LwThread), never NULL */
GPtrArray *lw_reviews_get_verdicts (LwReviews *reviews);                     /* (element-type LwVerdict), newest first, never NULL */
LwThread *lw_reviews_find_thread (LwReviews *reviews, gint64 id);            /* NULL: not on this frame */
const LwContract *lw_reviews_get_contract (LwReviews *reviews);
const LwContractReport *lw_reviews_get_report (LwReviews *reviews);          /* NULL: not known (yet) */
guint lw_reviews_get_n_open (LwReviews *reviews, gint64 frame);              /* threads of any frame that are not resolved */

gint64 lw_reviews_get_selected (LwReviews *reviews);
void lw_reviews_select (LwReviews *reviews, gint64 thread);
/* Whether somebody looks at the report: only then it is worked out. */
void lw_reviews_set_checking (LwReviews *reviews, gboolean checking);

/* What fails is told by the desk's "failed". A new thread is selected once it is there. */
void lw_reviews_comment (LwReviews *reviews, int x, int y, const char *text);
void lw_reviews_answer (LwReviews *reviews, gint64 thread, const char *text);
void lw_reviews_resolve (LwReviews *reviews, gint64 thread, gboolean resolved);
void lw_reviews_withdraw (LwReviews *reviews, gint64 comment);
void lw_reviews_set_contract (LwReviews *reviews, const LwContract *contract);
