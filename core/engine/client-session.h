/* client-session.h: what the files of a session share: its life (client-session.c), what it asks (client-session-send.c), what it hears (client-session-receive.c) */
#pragma once

#include "client-private.h"

struct _LwSession {
  int refs;                     /* the thread's alone */
  GMainContext *context;
  const LwSessionEvents *events;
  gpointer link;                /* NULL: no event is wanted any more */

  GSubprocess *process;
  GCancellable *waiting;        /* for its end */
  GPid pid;
  LwChannel *channel;
  gboolean channel_over, process_over;
  GError *reason;               /* why it ended, as far as we know better than “it died” */
  GSource *timer;

  char *device_wanted;
  gboolean ready;
  const char *device;           /* interned, as those below */
  const char *note, *warning;   /* of the device, or of the last frame's model */
  const char *device_note, *device_warning;
  gint64 last_id, last_heard;
  GHashTable *calls;            /* id → LwCall: sent, not answered */
  LwClientSlots slots;
};

/* ---- client-session.c ---- */

/* The engine has said who it is. @note: NULL: none. */
void lw_session_become_ready (LwSession *session, const char *device, const char *note, gboolean warning);
/* From now on it may be silent for a while, not for ever. */
void lw_session_expect_answer (LwSession *session);
/* The socket is done with: nobody can be asked any more, so the process goes too. */
void lw_session_break_off (LwSession *session, LwEngineError code, const char *message);

/* ---- client-session-send.c ---- */

void lw_session_send_hello (LwSession *session);
/* Tells the engine of a slot's memory, or that it was given back. */
void lw_session_send_slot (LwSession *session, int index);

/* ---- client-session-receive.c ---- */

/* Of the channel's events; @data is the session. */
void lw_session_message_cb (LwJson *message, int fd, gpointer data);
