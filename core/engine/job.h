/* job.h: a training job as a folder: all that the engine needs to train, and all that it leaves behind (docs/engine-protocol.md, "Job folders")
 *
 *   request.json                   what to train; written last by the client, so that a folder without it is incomplete
 *   frames/NNNNNN.png              RGB at training scale, all of one size; the first n_train train, the others validate
 *   labels/NNNNNN.png              grey: channel of each pixel, 255 where nothing is to be learnt
 *   base.safetensors               (optional) the model or the trunk to start from
 *   progress.json                  the engine's, rewritten all the time: where it is, and the curve so far
 *   checkpoint.safetensors         the engine's: where it goes on after a crash
 *   model.safetensors, result.json the engine's, at the end
 *   stop                           made by anybody: the engine stops as if it were cancelled
 *
 * It names no path outside itself, so it can be carried to another machine. The engine holds a lock on the folder while it works in it.
 * Files are read as if a stranger had made them. */
#pragma once

#include <glib.h>

#define LW_JOB_VERSION 1
#define LW_JOB_MAX_FRAMES 999999
#define LW_JOB_MIN_SIDE 16            /* pixels of a training frame */
#define LW_JOB_MAX_SIDE 8192
#define LW_JOB_IGNORED 255

#define LW_JOB_ERROR (lw_job_error_quark ())
typedef enum {
  LW_JOB_ERROR_INCOMPLETE,    /* something is not there (yet) */
  LW_JOB_ERROR_DAMAGED,       /* the message names the file and what is wrong with it */
  LW_JOB_ERROR_BUSY,          /* another engine works on it, or on the device */
  LW_JOB_ERROR_IO,
} LwJobError;
GQuark lw_job_error_quark (void);

/* A channel of the new network; @base_channel: the channel of the base model that means the same, or -1. */
typedef struct { char *name; int base_channel; } LwJobClass;

typedef struct {
  char *uuid, *architecture;
  GPtrArray *classes;         /* of LwJobClass, in channel order */
  int width, height;          /* of every frame */
  int max_side;               /* scale rule of the model to be: larger frames are scaled down to it */
  guint n_train, n_val;
  GPtrArray *names;           /* of the frames, for messages; n_train + n_val */
  char *recipe;               /* JSON (docs/training.md), with epochs and seed as they are to be used */
  gboolean has_base;          /* base.safetensors is there */
} LwJobRequest;

LwJobRequest *lw_job_request_new (void);
void lw_job_request_free (LwJobRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwJobRequest, lw_job_request_free)
void lw_job_request_add_class (LwJobRequest *request, const char *name, int base_channel);

/* The client's side, in this order. @folder is there and empty. */
gboolean lw_job_prepare (const char *folder, GError **error);
gboolean lw_job_set_base (const char *folder, const char *weights_file, GError **error);      /* linked where the file system can, else copied */
gboolean lw_job_write_frame (const char *folder, guint index, const guint8 *rgb, const guint8 *labels, int width, int height, GError **error);
gboolean lw_job_commit (const char *folder, const LwJobRequest *request, GError **error);     /* writes request.json */

/* Reads and checks request.json, and that every frame and label map is there with its size. */
LwJobRequest *lw_job_load (const char *folder, GError **error);
gboolean lw_job_read_frame (const char *folder, const LwJobRequest *request, guint index, guint8 *rgb, guint8 *labels, GError **error);

/* A file of the folder: "model.safetensors" … */
char *lw_job_path (const char *folder, const char *name);
char *lw_job_frame_path (const char *folder, const char *kind /* "frames", "labels" */, guint index);

/* Takes away what is large: frames, label maps, weights. What says how it went stays. */
void lw_job_clean_up (const char *folder);

/* ---- while it runs ---- */
typedef enum { LW_JOB_STATE_WAITING, LW_JOB_STATE_TRAINING, LW_JOB_STATE_INTERRUPTED, LW_JOB_STATE_FINISHED, LW_JOB_STATE_FAILED, LW_JOB_STATE_STOPPED } LwJobState;

typedef struct { guint epoch; double loss, val_miou; } LwJobPoint;     /* val_miou NaN: not measured */
typedef struct {
  guint epoch, epochs, step, steps;
  double loss, val_miou, rate, seconds, seconds_left;
  GArray *curve;              /* of LwJobPoint: the epochs that are done */
  char *message;              /* why it failed, or what goes otherwise than asked; or NULL */
  gboolean failed, stopped;
} LwJobProgress;
LwJobProgress *lw_job_progress_new (void);
void lw_job_progress_free (LwJobProgress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwJobProgress, lw_job_progress_free)
gboolean lw_job_save_progress (const char *folder, const LwJobProgress *progress, GError **error);
LwJobProgress *lw_job_load_progress (const char *folder, GError **error);

/* Held by the engine while it trains; -1 on error. Closing the descriptor gives it back, as does dying. */
int lw_job_lock (const char *folder, GError **error);
gboolean lw_job_is_finished (const char *folder);           /* result.json is there */
/* What the files and the lock say. */
LwJobState lw_job_get_state (const char *folder);
gboolean lw_job_request_stop (const char *folder, GError **error);
gboolean lw_job_stop_requested (const char *folder);
void lw_job_forget_stop (const char *folder);

/* ---- the end ---- */
typedef struct {
  char *sha256;               /* of model.safetensors */
  char *device;               /* that trained it, as a person reads it */
  char *plan_key;             /* what ran each layer; NULL: not said */
  double best_miou;           /* NaN: nothing to validate on */
  guint best_epoch, epochs_run;
  double seconds, final_loss;
  GArray *curve;              /* of LwJobPoint */
} LwJobResult;
LwJobResult *lw_job_result_new (void);
void lw_job_result_free (LwJobResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwJobResult, lw_job_result_free)
/* Hashes model.safetensors, which must be there, and writes result.json: the last thing that happens to a job. */
gboolean lw_job_save_result (const char *folder, LwJobResult *result, GError **error);
/* Also compares the model's hash. */
LwJobResult *lw_job_load_result (const char *folder, GError **error);
