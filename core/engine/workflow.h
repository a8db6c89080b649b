/* workflow.h: what the window and the command line both do with a project and an engine, once: propose, prepare a training job, adopt it, evaluate
 *
 * Blocking calls, for worker threads of the window and for the command line. */
#pragma once

#include "engine/engine.h"
#include "store/project.h"

/* Predicts @frame with @model and stores the proposal (class ids through the model's channel table). */
LwProposal *lw_workflow_propose (LwProject *project, LwEngine *engine, LwFrame *frame, LwFrameSource *source, const LwModel *model, GCancellable *cancellable, GError **error);
/* Adds a weights file to the project under @name unless a model of that hash is there; (transfer full) its record. */
LwModel *lw_workflow_add_model_file (LwProject *project, LwEngine *engine, const char *path, const char *name, GError **error);

typedef struct {
  const char *dataset;          /* name; NULL: made from all accepted frames */
  const char *base_model;       /* name; NULL: the champion */
  const char *init_file;        /* (optional) weights file in place of @base_model */
  const char *architecture;     /* NULL: the base model's */
  const char *recipe;           /* name in data/recipes or a JSON file; NULL: "fine-tune" */
  guint epochs;                 /* 0: the recipe's */
  gint64 seed;                  /* -1: the recipe's */
} LwTrainRequest;
/* Freezes the dataset, writes jobs/UUID/ (request.json, frames/NNNNNN.png, labels/NNNNNN.png at training scale). */
LwJob *lw_workflow_prepare_training (LwProject *project, LwEngine *engine, const LwTrainRequest *request, LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);
/* Takes the result of a finished job into the project as a candidate model; (transfer full). Evaluates nothing. */
LwModel *lw_workflow_adopt_job (LwProject *project, const LwJob *job, GError **error);
/* Finished jobs that no window adopted yet (the program was killed, or training outlived it). */
GPtrArray *lw_workflow_adopt_finished_jobs (LwProject *project, GError **error);
/* Scores @model on frames (revision of each; NULL @dataset: all accepted ones) : JSON object as `evaluate --json` prints it; stores it where there is a dataset. @split: usually LW_SPLIT_VAL. */
char *lw_workflow_evaluate (LwProject *project, LwEngine *engine, const LwModel *model, const LwDataset *dataset, LwSplit split,
                            LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);
