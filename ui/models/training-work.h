/* training-work.h: what a training needs done to the project, each piece on a worker thread */
#pragma once

#include "desk/desk.h"
#include "desk/operation.h"
#include "engine/job.h"

/* Before: the frames are frozen and written into a job folder. @base: name of a model, NULL: the champion. The task's result is an LwJob. */
void lw_training_prepare_async (LwDesk *desk, const char *base, guint epochs, LwOperation *operation, GAsyncReadyCallback callback, gpointer data);

/* After: the job's model is taken into the project and scored beside the one it came from. The task's result is an LwModelComparison. */
void lw_training_score_async (LwDesk *desk, const LwJob *job, LwOperation *operation, GAsyncReadyCallback callback, gpointer data);

/* A job that an earlier window, or another program, left. */
typedef struct {
  LwJob *job;                 /* NULL: none runs */
  LwJobState state;
  LwJobProgress *progress;    /* NULL: it has reported nothing yet */
} LwLeftJob;
void lw_left_job_free (LwLeftJob *left);

/* The newest job that is neither over nor stopped. The task's result is an LwLeftJob. */
void lw_training_find_left_async (LwDesk *desk, GAsyncReadyCallback callback, gpointer data);

/* Nobody waits for these. @message: why it came to nothing; NULL: that needs no reason. */
void lw_training_end_job (LwDesk *desk, const LwJob *job, LwJobStatus status, const char *message);
void lw_training_request_stop (LwDesk *desk, const LwJob *job);      /* through its folder: for an engine that is not ours */
