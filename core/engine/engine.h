/* engine.h: the client's side: the engine process, asked asynchronously; it may die at any time without harm to us
 *
 * One LwEngine owns one child process: started with the first request, started again after a crash (each request that was under way fails with
 * LW_ENGINE_ERROR_DIED once; the next one gets a new process). It has an I/O thread of its own, so calls may come from any thread: an _async call answers in
 * the caller's thread-default main context, properties and signals change in the main context of the thread that made it. */
#pragma once

#include <gio/gio.h>
#include "label/label-map.h"
#include "media/image.h"

#define LW_ENGINE_ERROR (lw_engine_error_quark ())
typedef enum {
  LW_ENGINE_ERROR_DIED,         /* the process ended: ask again */
  LW_ENGINE_ERROR_START,        /* it can't be started */
  LW_ENGINE_ERROR_PROTOCOL,     /* it speaks another version, or nonsense */
  LW_ENGINE_ERROR_MODEL,        /* the weights can't be used: the message names the file and what is wrong */
  LW_ENGINE_ERROR_DEVICE,
  LW_ENGINE_ERROR_BUSY,         /* another training job holds the device */
  LW_ENGINE_ERROR_JOB,          /* the job folder is damaged or incomplete */
  LW_ENGINE_ERROR_CANCELLED,
} LwEngineError;
GQuark lw_engine_error_quark (void);

/* The process is `labelwright-engine`, or what LABELWRIGHT_ENGINE names (docs/engine-protocol.md). A training goes on in it when the last reference to
 * its LwEngine, or the whole program, is gone; the next one to open the project adopts the result. lw_engine_stop() ends it, cancelling it does too.
 *
 * Properties: "state" (LwEngineState as int), "device" (string: what it runs on, as a person reads it), "warning" (lw_engine_get_warning()). Signal "died" (message). */
#define LW_TYPE_ENGINE (lw_engine_get_type ())
G_DECLARE_FINAL_TYPE (LwEngine, lw_engine, LW, ENGINE, GObject)
typedef enum { LW_ENGINE_STOPPED, LW_ENGINE_STARTING, LW_ENGINE_READY, LW_ENGINE_BUSY } LwEngineState;

LwEngine *lw_engine_new (const char *device /* "auto", "cpu", "cuda" */);
LwEngineState lw_engine_get_state (LwEngine *engine);
const char *lw_engine_get_device (LwEngine *engine);          /* NULL before the first request was answered */
const char *lw_engine_get_note (LwEngine *engine);            /* why the GPU is not used, or not for the last frame's model; or NULL */
/* The note, where the user should hear of it: there is a GPU that can't be used (a driver too old …), or that left a frame to the processor; or NULL. */
const char *lw_engine_get_warning (LwEngine *engine);
GPid lw_engine_get_pid (LwEngine *engine);                    /* 0: not running */
void lw_engine_stop (LwEngine *engine);                       /* ends it at once; training may be resumed from its checkpoint */

typedef struct {
  char *path, *sha256, *architecture;
  char *classes;                /* JSON array of names, one a channel */
  int n_classes, train_width, train_height, max_side;
  guint64 parameters;
} LwModelInfo;
void lw_model_info_free (LwModelInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwModelInfo, lw_model_info_free)
void lw_engine_inspect_async (LwEngine *engine, const char *model_path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
LwModelInfo *lw_engine_inspect_finish (LwEngine *engine, GAsyncResult *result, GError **error);

typedef struct {
  LwLabelMap *channels;         /* of the frame's size: channel of the network; map it with lw_project_map_channels() and lw_label_map_remap() */
  LwLabelMap *confidence;       /* ceil (w / 4) x ceil (h / 4), 0..255 */
  double seconds;
  char *plan_key;
} LwPrediction;
void lw_prediction_free (LwPrediction *prediction);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwPrediction, lw_prediction_free)
void lw_engine_predict_async (LwEngine *engine, const char *model_path, LwImage *image, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
LwPrediction *lw_engine_predict_finish (LwEngine *engine, GAsyncResult *result, GError **error);

/* Training runs in the same process as predictions and gives way to them between layers. */
typedef struct {
  guint epoch, epochs, step, steps;
  double loss, val_miou, rate, seconds, seconds_left;         /* val_miou NaN: none */
  gboolean epoch_done;
  const char *note;            /* what went otherwise than asked, for the user (interned); NULL: nothing */
} LwTrainProgress;
typedef void (*LwTrainProgressFunc) (const LwTrainProgress *progress, gpointer data);
/* @job_folder: made by core/engine/job.h. Resumes from its checkpoint where there is one. */
void lw_engine_train_async (LwEngine *engine, const char *job_folder, LwTrainProgressFunc progress, gpointer progress_data,
                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* TRUE: result.json and model.safetensors lie in the job folder. */
gboolean lw_engine_train_finish (LwEngine *engine, GAsyncResult *result, GError **error);

/* Blocking, for worker threads and the command line. */
LwPrediction *lw_engine_predict (LwEngine *engine, const char *model_path, LwImage *image, GCancellable *cancellable, GError **error);
/* For scores: the same labels from every process on this computer, where the other takes for each layer what was measured as the fastest and rounds accordingly. */
LwPrediction *lw_engine_predict_repeatable (LwEngine *engine, const char *model_path, LwImage *image, GCancellable *cancellable, GError **error);
LwModelInfo *lw_engine_inspect (LwEngine *engine, const char *model_path, GError **error);
gboolean lw_engine_train (LwEngine *engine, const char *job_folder, LwTrainProgressFunc progress, gpointer data, GCancellable *cancellable, GError **error);
