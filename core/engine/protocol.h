/* protocol.h: how the engine and its client talk: one JSON object a line, file descriptors beside them (docs/engine-protocol.md)
 *
 * Both sides use this file. A line that is too long, is no JSON object, or announces a descriptor that did not come ends the session: after that
 * the two sides can't agree any more about what was said. */
#pragma once

#include "common/json.h"

#define LW_PROTOCOL_VERSION 1
#define LW_PROTOCOL_MAX_LINE (1u << 20)       /* bytes, with the line feed */
#define LW_PROTOCOL_MAX_FDS 4                 /* descriptors that came but were not claimed by a line yet */

#define LW_PROTOCOL_ERROR (lw_protocol_error_quark ())
typedef enum {
  LW_PROTOCOL_ERROR_SYNTAX,     /* not a JSON object, or a descriptor too many or too few */
  LW_PROTOCOL_ERROR_TOO_LONG,
  LW_PROTOCOL_ERROR_CLOSED,     /* in the middle of a line, or before a message could be sent */
  LW_PROTOCOL_ERROR_IO,
} LwProtocolError;
GQuark lw_protocol_error_quark (void);

/* One end of the socket. Sending is allowed from any thread; the events come in the context that it is attached to. */
typedef struct _LwChannel LwChannel;

typedef struct {
  /* @fd: the descriptor that came with the message, now the callee's, or -1 */
  void (*message) (LwJson *message, int fd, gpointer data);
  /* The last event. @error: NULL where the other side closed the socket between two lines. */
  void (*closed) (const GError *error, gpointer data);
} LwChannelEvents;

LwChannel *lw_channel_new (int socket /* taken */);
void lw_channel_unref (LwChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwChannel, lw_channel_unref)

/* Events start to come. @events and @data live until lw_channel_close() or the closed event. */
void lw_channel_attach (LwChannel *channel, GMainContext *context, const LwChannelEvents *events, gpointer data);
/* No event comes after this, unless one is being delivered on another thread. Messages that were not sent yet are dropped. */
void lw_channel_close (LwChannel *channel);

/* Never blocks: what the socket does not take at once is kept and sent later. @fd: sent along (a copy), or -1.
 * FALSE: the line is too long, or the socket is closed. */
gboolean lw_channel_send (LwChannel *channel, LwJson *message, int fd, GError **error);
/* Bytes kept until the other side reads: where it is a lot, messages that may be left out (progress) should be. */
gsize lw_channel_get_pending (LwChannel *channel);
