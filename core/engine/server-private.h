/* server-private.h: what the files of the engine's side share */
#pragma once

#include "nn/predictor.h"
#include "protocol.h"
#include "server.h"
#include "slots.h"
#include "turn.h"

/* A sealed memory of the client, held by the table of slots and by the prediction that uses it. */
typedef struct { gatomicrefcount refs; LwSharedMemory memory; gint64 generation; } LwServerSlot;

typedef struct {
  const LwBackend *backend;
  LwDevice *device;
  char *name, *description;   /* "cpu"; "AMD EPYC, 2 threads, bfloat16" */
  char *note;                 /* what was tried before, or NULL */
  gboolean unexpected;        /* there is a GPU, as far as can be told, that can't be used */
} LwServerDevice;
gboolean lw_server_device_open (LwServerDevice *device, const char *wanted, GError **error);
void lw_server_device_close (LwServerDevice *device);
/* The GPU's memory was not enough, or it is lost: the processor can go on. */
gboolean lw_server_device_gave_up (const LwServerDevice *device, const GError *error);
char *lw_server_device_excuse (const GError *error);   /* for the user: that the processor takes over, and why */

typedef struct _LwServer LwServer;
typedef struct _LwServerRequest LwServerRequest;
typedef void (*LwServerFunc) (LwServerRequest *request);

/* Made on the main thread, answered once on any, and forgotten with the answer. */
struct _LwServerRequest {
  LwServer *server;
  gint64 id;
  LwJson *params;
  LwServerSlot *slot;         /* predictions */
  LwServerFunc run;           /* on the worker */
  int cancelled;              /* atomic */
};

struct _LwServer {
  LwChannel *channel;
  GMainContext *context;
  GMainLoop *loop;
  gboolean greeted;
  LwServerDevice device;
  LwServerDevice processor;   /* for models that are too large for @device, or after its loss; opened when the first one is */
  LwTurn turn;                /* who may use the device */
  int gone;                   /* atomic: the client is */

  GMutex lock;
  GHashTable *requests;       /* id → LwServerRequest: not answered yet */

  LwServerSlot *slots[LW_MAX_SLOTS];
  GAsyncQueue *queue;         /* of LwServerRequest, for the worker */
  GThread *worker;
  GPtrArray *predictors;      /* the worker's: models in memory, the last used first */
  GThread *trainer;           /* the main thread's: the last one started, or NULL */
  int training;               /* atomic: it is at work */
};

/* Each answers the request and frees it. @result is taken; NULL: an empty object. */
void lw_server_answer (LwServerRequest *request, LwJson *result);
/* @fallback: the code where the error's own domain says nothing more exact. */
void lw_server_fail (LwServerRequest *request, const GError *error, const char *fallback);
void lw_server_fail_with (LwServerRequest *request, const char *code, const char *message);
void lw_server_progress (LwServerRequest *request, LwJson *progress /* taken */);

gboolean lw_server_get_path (LwServerRequest *request, const char *key, const char **path, GError **error);
gboolean lw_server_is_cancelled (LwServerRequest *request);

/* server-predict.c: the worker's thread */
void lw_server_worker_start (LwServer *server);
void lw_server_worker_finish (LwServer *server);
void lw_server_inspect (LwServerRequest *request);
void lw_server_predict (LwServerRequest *request);

/* server-train.c */
void lw_server_train (LwServerRequest *request);            /* on the main thread: starts the trainer's */
void lw_server_training_ended (LwServer *server);           /* on the main thread */
