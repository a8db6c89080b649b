/* review-pane.h: what a reviewer needs beside the frame: who judged it, what keeps it from being accepted, what was said */
#pragma once

#include <adwaita.h>
#include "reviews.h"

/* Signal "go" (const LwRect *: a place of the picture to look at, until the next call; NULL: none).
 * Acts through the workspace's actions "review.comment", "review.contract" and "frames.assign" (window/workspace-review.c). */
#define LW_TYPE_REVIEW_PANE (lw_review_pane_get_type ())
G_DECLARE_FINAL_TYPE (LwReviewPane, lw_review_pane, LW, REVIEW_PANE, AdwBin)

void lw_review_pane_set_reviews (LwReviewPane *pane, LwReviews *reviews);
/* Goes to the first place that keeps the frame from being accepted, once it is known. */
void lw_review_pane_show_breach (LwReviewPane *pane);
/* @step: 1: to the next, -1: to the one before. */
void lw_review_pane_step_breach (LwReviewPane *pane, int step);
void lw_review_pane_step_comment (LwReviewPane *pane, int step);
/* The selected comment, if it is open. */
void lw_review_pane_answer (LwReviewPane *pane);
