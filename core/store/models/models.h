/* models.h: models and which of them makes the proposals (private to core/store) */
#pragma once

#include "store/project/project-private.h"

/* In a transaction: @model becomes the champion, the one before it retires. */
gboolean lw_model_promote (LwDb *db, gint64 model, const char *reason, GError **error);
