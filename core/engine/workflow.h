/* workflow.h: what the window and the command line both do with a project and an engine, once: propose, prepare a training job, adopt it, evaluate
 *
 * Blocking calls, for worker threads of the window and for the command line. */
#pragma once

#include "engine/engine.h"
#include "store/project.h"

/* Pictures of frames, their media kept open from one to the next. For one thread at a time. */
typedef struct _LwPictures LwPictures;
LwPictures *lw_pictures_new (LwProject *project);
void lw_pictures_free (LwPictures *pictures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwPictures, lw_pictures_free)
LwFrameSource *lw_pictures_get_source (LwPictures *pictures, gint64 media, GError **error);         /* (transfer none) */
/* Of the size that the project knows. */
LwImage *lw_pictures_read (LwPictures *pictures, const LwFrame *frame, GCancellable *cancellable, GError **error);

/* Predicts @frame with @model and stores the proposal (class ids through the model's channel table). */
LwProposal *lw_workflow_propose (LwProject *project, LwEngine *engine, LwFrame *frame, LwFrameSource *source, const LwModel *model, GCancellable *cancellable, GError **error);
/* Adds a weights file to the project under @name unless a model of that hash is there; (transfer full) its record. A .json file beside it that names its
 * sha256 becomes its card. */
LwModel *lw_workflow_add_model_file (LwProject *project, LwEngine *engine, const char *path, const char *name, GError **error);
/* The champion. Where there is none yet, the program's starter model becomes it; NULL without an error: there is no starter model either. */
LwModel *lw_workflow_need_champion (LwProject *project, LwEngine *engine, GError **error);
/* @name_or_path: a model of the project, or a weights file, which is added; NULL: as above, but it is an error where there is none. */
LwModel *lw_workflow_find_model (LwProject *project, LwEngine *engine, const char *name_or_path, GError **error);

typedef struct {
  const char *dataset;          /* name; NULL: made from all accepted frames */
  const char *base_model;       /* name; NULL: the champion, or the starter model */
  const char *init_file;        /* (optional) weights file in place of @base_model: a model, or weights of another program (nn/weights/import.h) */
  const char *architecture;     /* NULL: the base model's; another one starts from nothing, or from the trunk */
  const char *recipe;           /* name in data/recipes or a JSON file; NULL: "fine-tune", or "lite" where there is no model to start from */
  guint epochs;                 /* 0: the recipe's */
  gint64 seed;                  /* -1: the recipe's */
  gboolean from_scratch;        /* no @base_model, not even the champion */
} LwTrainRequest;
/* Freezes the dataset, writes jobs/UUID/ (request.json, frames/NNNNNN.png, labels/NNNNNN.png at training scale). Where the base model knows all classes that
 * were painted, its channels stay as they are; else the new model gets the project's classes. Frames that trained the base model, or one before it, never
 * validate: a dataset given by name that has such frames is refused. With too few frames to validate on, LwJob's dataset has n_val 0, and the result no score. */
LwJob *lw_workflow_prepare_training (LwProject *project, LwEngine *engine, const LwTrainRequest *request, LwProgress progress, gpointer data,
                                     GCancellable *cancellable, GError **error);
/* Takes the result of a finished job into the project as a candidate model (as the champion where there is none); (transfer full). Evaluates nothing. */
LwModel *lw_workflow_adopt_job (LwProject *project, const LwJob *job, GError **error);
/* Finished jobs that no window adopted yet (the program was killed, or training outlived it). */
GPtrArray *lw_workflow_adopt_finished_jobs (LwProject *project, GError **error);
/* Scores @model on frames (revision of each; NULL @dataset: all accepted ones): JSON object as `evaluate --json` prints it; stores it where there is a dataset.
 * @split: usually LW_SPLIT_VAL. NULL without an error: the split is empty, so there is no score. "seen_frames" tells how many of the frames the model, or one
 * before it, was trained on: unless it is 0, the score is no measure. */
char *lw_workflow_evaluate (LwProject *project, LwEngine *engine, const LwModel *model, const LwDataset *dataset, LwSplit split,
                            LwProgress progress, gpointer data, GCancellable *cancellable, GError **error);
