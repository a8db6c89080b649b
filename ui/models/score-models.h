/* score-models.h: takes a finished job into the project and scores its model beside the one it came from; for worker threads */
#pragma once

#include "trainer.h"

void lw_model_comparison_free (LwModelComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwModelComparison, lw_model_comparison_free)

LwModelComparison *lw_adopt_and_compare (LwProject *project, LwEngine *engine, const LwJob *job, LwProgress progress, gpointer data, GCancellable *cancellable,
                                    GError **error);
/* One number of an evaluation's JSON; NaN where it has none. */
double lw_evaluation_get (const char *json, const char *key);
/* The jobs of a project by uuid; (transfer full), NULL with an error where there is none. */
LwJob *lw_find_job (LwProject *project, const char *uuid, GError **error);
