/* fuzz-protocol.c: lines of the engine protocol, from the socket to parsed messages */
#include "fuzz.h"
#include "engine/protocol.h"
#include <sys/socket.h>
#include <unistd.h>

typedef struct { gboolean closed; guint messages; } Heard;

static void
message_cb (LwJson *message, int fd, gpointer data)
{
  Heard *heard = data;

  FUZZ_ASSERT (!heard->closed && fd < 0 && json_object_is_type (message, json_type_object));
  heard->messages++;
}

static void
closed_cb (const GError *error, gpointer data)
{
  Heard *heard = data;

  FUZZ_ASSERT (!heard->closed);
  heard->closed = TRUE;
}

static const LwChannelEvents events = { message_cb, closed_cb };

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static GMainContext *context;
  Heard heard = { 0 };
  int pair[2];
  gsize sent = 0;

  if (context == NULL)
    context = g_main_context_new ();
  g_assert (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
  g_autoptr(LwChannel) channel = lw_channel_new (pair[1]);

  lw_channel_attach (channel, context, &events, &heard);
  while (sent < size && !heard.closed)
    {
      gssize n = send (pair[0], data + sent, size - sent, MSG_NOSIGNAL);

      sent += n > 0 ? (gsize) n : 0;
      g_main_context_iteration (context, FALSE);
    }
  close (pair[0]);
  while (!heard.closed)
    g_main_context_iteration (context, TRUE);
  return 0;
}
