/* client-private.h: what the files of the client's side share
 *
 * LwEngine (client.c) is what the program holds. Behind it stands an LwLink with a thread of its own and a queue of calls; the link has an
 * LwSession while there is a process, which holds the calls that were sent. All but LwEngine lives on the link's thread. */
#pragma once

#include "engine.h"
#include "protocol.h"
#include "slots.h"

typedef struct _LwLink LwLink;

typedef enum {
  LW_CALL_INSPECT, LW_CALL_PREDICT, LW_CALL_TRAIN,
  LW_CALL_HELLO, LW_CALL_NOTICE,    /* the session's own: the greeting; slots and cancellations, whose answers don't matter */
} LwCallKind;

typedef struct {
  gatomicrefcount refs;         /* one is the cancellable's */
  LwCallKind kind;
  gint64 id;                    /* 0: not sent */
  GTask *task;                  /* NULL: nobody waits for the answer any more */
  GCancellable *cancellable;    /* NULL: can't be cancelled */
  gulong cancel_handler;
  gboolean over;
  char *path;                   /* of the model, or of the job's folder */
  LwImage *image;
  gboolean repeatable;          /* see lw_engine_predict_repeatable() */
  int slot;                     /* -1: none */
  LwTrainProgressFunc progress;
  gpointer progress_data;
} LwCall;
LwCall *lw_call_new (LwCallKind kind, GTask *task /* taken */, const char *path);
void lw_call_end (LwCall *call);                            /* whoever holds it gives it up; a cancellation that is on its way finds it over */
void lw_call_fail (LwCall *call, const GError *error);      /* whoever waits hears of it; @call stays */

/* ---- client-link.c: the thread and its queue ---- */

typedef struct {
  void (*changed) (gpointer data);                  /* state or device */
  void (*died) (const char *message, gpointer data);
  GDestroyNotify free_data;
} LwLinkEvents;                                     /* on the link's thread */

LwLink *lw_link_new (const char *device, const LwLinkEvents *events, gpointer data);
/* The thread ends and frees it. A process that trains goes on with that. */
void lw_link_drop (LwLink *link);
void lw_link_submit (LwLink *link, LwCall *call /* taken */);
void lw_link_stop (LwLink *link);                   /* waits until the process has been killed */

/* What the other threads may know. */
typedef struct { LwEngineState state; const char *device, *note, *warning; GPid pid; } LwLinkStatus;    /* strings interned, or NULL */
LwLinkStatus lw_link_get_status (LwLink *link);

/* ---- client-session.c, and client-session-send.c: one process, from its start to its end ---- */

typedef struct _LwSession LwSession;

/* What a session tells its link, on the link's thread. */
typedef struct {
  void (*changed) (LwSession *session, gpointer link);            /* ready, or an answer came */
  /* The last event. @error: what every call that was under way has heard. @lived: it was ready before. */
  void (*ended) (LwSession *session, const GError *error, gboolean lived, gpointer link);
} LwSessionEvents;

/* The process is started; NULL where that failed. @context is the thread's default. */
LwSession *lw_session_new (GMainContext *context, const char *device, const LwSessionEvents *events, gpointer link, GError **error);
/* Both: no event comes any more. Leave lets the process go on with a training; kill ends it, and every call hears @error. */
void lw_session_leave (LwSession *session);
void lw_session_kill (LwSession *session, const GError *error);
LwSession *lw_session_ref (LwSession *session);
void lw_session_unref (LwSession *session);

gboolean lw_session_is_ready (LwSession *session);
LwLinkStatus lw_session_get_status (LwSession *session);
/* FALSE: not now, all slots are in use. TRUE: @call is taken, and answered in time. */
gboolean lw_session_send (LwSession *session, LwCall *call);
void lw_session_cancel (LwSession *session, LwCall *call);

/* ---- client-slots.c: memory for frames ---- */

#define LW_N_SLOTS 3            /* one is filled and one emptied while the engine works on a third */
typedef struct { LwSharedMemory memory; gint64 generation; gboolean in_use, known /* to the engine */; } LwClientSlot;
typedef struct { LwClientSlot slots[LW_N_SLOTS]; gint64 generation; } LwClientSlots;

void lw_client_slots_init (LwClientSlots *slots);
void lw_client_slots_clear (LwClientSlots *slots);
/* A free slot with the frame's pixels in it; -1 without @error: all are in use. @parameters (out): slot, generation and layout, for the request. */
int lw_client_slots_fill (LwClientSlots *slots, const LwImage *image, LwJson *parameters, GError **error);
/* The engine's result, copied out first and believed after. */
LwPrediction *lw_client_slots_take (LwClientSlots *slots, int slot, const LwImage *image, LwJson *result, GError **error);
/* TRUE: its memory was given back, as the engine should do too. */
gboolean lw_client_slots_release (LwClientSlots *slots, int slot);

/* ---- client-answers.c: what the engine says ---- */

GError *lw_error_from_answer (LwJson *error);
LwModelInfo *lw_model_info_from_answer (LwJson *result, const char *path, GError **error);
gboolean lw_train_progress_from_answer (LwJson *answer, LwTrainProgress *progress);
