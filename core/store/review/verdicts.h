/* verdicts.h: submissions, acceptances and returns as rows (private to core/store) */
#pragma once

#include "store/database/database.h"
#include "store/review.h"

/* In the transaction that sets the status. */
gboolean lw_verdict_write (LwDb *db, gint64 frame, gint64 revision, LwAction action, const char *message, GError **error);
