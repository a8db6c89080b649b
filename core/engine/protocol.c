/* protocol.c: lines of JSON over a socket that never blocks, in and out */
#include "config.h"
#include "protocol.h"
#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_CHUNK (64u << 10)          /* bytes taken from the socket in one turn of the loop */
#define MAX_PENDING (8u << 20)          /* above this, nothing more is read until the other side has read our answers */

G_DEFINE_QUARK (lw-protocol-error-quark, lw_protocol_error)

typedef struct {
  char *line;
  gsize length, sent;
  int fd;               /* goes with the first byte; -1: none, or already gone */
} Outgoing;

struct _LwChannel {
  gatomicrefcount refs;
  int socket;

  GMutex lock;          /* guards the sending side: */
  GQueue outgoing;      /* of Outgoing */
  gsize pending;
  gboolean closed;
  GMainContext *context;

  GByteArray *received; /* the reading side belongs to the thread of @context */
  gsize scanned;        /* bytes of @received that are known to hold no line feed */
  GArray *fds;          /* of int: came, not yet claimed */
  GSource *source;
  const LwChannelEvents *events;
  gpointer data;
};

typedef struct {
  GSource source;
  LwChannel *channel;
  gpointer tag;
  GIOCondition events;
} ChannelSource;

static void
outgoing_free (Outgoing *out)
{
  if (out->fd >= 0)
    close (out->fd);
  g_free (out->line);
  g_free (out);
}

/* ---- sending ---- */

static gssize
send_piece (int socket, Outgoing *out)
{
  struct iovec piece = { out->line + out->sent, out->length - out->sent };
  union { struct cmsghdr align; char bytes[CMSG_SPACE (sizeof (int))]; } control = { 0 };
  struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1 };
  if (out->fd >= 0)
    {
      header.msg_control = control.bytes;
      header.msg_controllen = sizeof control.bytes;
      struct cmsghdr *rights = CMSG_FIRSTHDR (&header);
      rights->cmsg_level = SOL_SOCKET;
      rights->cmsg_type = SCM_RIGHTS;
      rights->cmsg_len = CMSG_LEN (sizeof (int));
      memcpy (CMSG_DATA (rights), &out->fd, sizeof (int));
    }
  return sendmsg (socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Sends as much as the socket takes. FALSE: the other side is gone; the reading side will see it too. */
static gboolean
flush_locked (LwChannel *channel)
{
  Outgoing *out;
  while ((out = g_queue_peek_head (&channel->outgoing)) != NULL)
    {
      gssize n = send_piece (channel->socket, out);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return TRUE;
      if (n < 0)
        {
          shutdown (channel->socket, SHUT_WR);
          return FALSE;
        }
      if (out->fd >= 0)
        {
          close (out->fd);
          out->fd = -1;
        }
      out->sent += (gsize) n;
      channel->pending -= (gsize) n;
      if (out->sent == out->length)
        outgoing_free (g_queue_pop_head (&channel->outgoing));
    }
  return TRUE;
}

static void
drop_outgoing_locked (LwChannel *channel)
{
  g_queue_clear_full (&channel->outgoing, (GDestroyNotify) outgoing_free);
  channel->pending = 0;
}

static Outgoing *
outgoing_new (LwJson *message, int fd, GError **error)
{
  size_t length;
  const char *text = json_object_to_json_string_length (message, JSON_C_TO_STRING_PLAIN, &length);
  if (length + 1 > LW_PROTOCOL_MAX_LINE)
    {
      g_set_error (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_TOO_LONG, _("A message of %zu bytes is longer than the engine protocol allows (%u)."),
                   (gsize) length, LW_PROTOCOL_MAX_LINE);
      return NULL;
    }
  int copy = -1;
  if (fd >= 0 && (copy = fcntl (fd, F_DUPFD_CLOEXEC, 3)) < 0)
    {
      g_set_error (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_IO, _("Could not pass a file descriptor: %s"), g_strerror (errno));
      return NULL;
    }
  Outgoing *out = g_new (Outgoing, 1);
  *out = (Outgoing) { g_malloc (length + 1), length + 1, 0, copy };
  memcpy (out->line, text, length);
  out->line[length] = '\n';
  return out;
}

gboolean
lw_channel_send (LwChannel *channel, LwJson *message, int fd, GError **error)
{
  Outgoing *out = outgoing_new (message, fd, error);
  if (out == NULL)
    return FALSE;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&channel->lock);
  if (channel->closed)
    {
      outgoing_free (out);
      g_set_error_literal (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_CLOSED, _("The connection to the engine is closed."));
      return FALSE;
    }
  g_queue_push_tail (&channel->outgoing, out);
  channel->pending += out->length;
  if (!flush_locked (channel))
    drop_outgoing_locked (channel);
  if (channel->pending > 0 && channel->context != NULL)
    g_main_context_wakeup (channel->context);
  return TRUE;
}

gsize
lw_channel_get_pending (LwChannel *channel)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&channel->lock);
  return channel->pending;
}

/* ---- receiving ---- */

/* The source is taken down first, so that the closed event is the last one whatever its receiver does. */
static void
end_session (LwChannel *channel, const GError *error)
{
  const LwChannelEvents *events = channel->events;
  gpointer data = channel->data;
  lw_channel_close (channel);
  events->closed (error, data);
}

static gboolean
keep_fds (LwChannel *channel, const struct cmsghdr *rights, GError **error)
{
  gsize n = (rights->cmsg_len - CMSG_LEN (0)) / sizeof (int);
  const int *fds = (const int *) (gconstpointer) CMSG_DATA (rights);
  g_array_append_vals (channel->fds, fds, (guint) n);
  if (channel->fds->len <= LW_PROTOCOL_MAX_FDS)
    return TRUE;
  g_set_error_literal (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_SYNTAX, _("More file descriptors came than lines that name them."));
  return FALSE;
}

/* Returns: bytes read, 0 at the end, -1 with @error, -2 where there is nothing now. */
static gssize
receive (LwChannel *channel, GError **error)
{
  guint8 chunk[READ_CHUNK];
  union { struct cmsghdr align; char bytes[CMSG_SPACE (sizeof (int) * LW_PROTOCOL_MAX_FDS)]; } control;
  struct iovec piece = { chunk, sizeof chunk };
  struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
  gssize n = recvmsg (channel->socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
    return -2;
  if (n < 0 && errno == ECONNRESET)       /* it died with unread messages of ours: an end like any other */
    return 0;
  if (n < 0)
    {
      g_set_error (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_IO, _("The connection to the engine failed: %s"), g_strerror (errno));
      return -1;
    }
  gboolean ok = TRUE;
  for (struct cmsghdr *c = CMSG_FIRSTHDR (&header); c != NULL; c = CMSG_NXTHDR (&header, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
      ok = keep_fds (channel, c, ok ? error : NULL) && ok;
  if (!ok)
    return -1;
  if (header.msg_flags & MSG_CTRUNC)
    {
      g_set_error_literal (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_SYNTAX, _("More file descriptors came than a message may carry."));
      return -1;
    }
  g_byte_array_append (channel->received, chunk, (guint) n);
  return n;
}

static gboolean
claim_fd (LwChannel *channel, LwJson *message, int *fd, GError **error)
{
  gboolean announced = FALSE;
  *fd = -1;
  lw_json_get_bool (message, "fd", &announced, NULL);
  if (!announced)
    return TRUE;
  if (channel->fds->len == 0)
    {
      g_set_error_literal (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_SYNTAX, _("A line names a file descriptor that did not come with it."));
      return FALSE;
    }
  *fd = g_array_index (channel->fds, int, 0);
  g_array_remove_index (channel->fds, 0);
  return TRUE;
}

static gboolean
deliver_line (LwChannel *channel, const char *line, gsize length, GError **error)
{
  g_autoptr(GError) reason = NULL;
  g_autoptr(LwJson) message = lw_json_parse (line, length, LW_PROTOCOL_MAX_LINE, _("engine message"), &reason);
  if (message == NULL || !json_object_is_type (message, json_type_object))
    {
      g_set_error (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_SYNTAX, _("A line is not a JSON object: %s"),
                   reason != NULL ? reason->message : _("it holds another kind of value"));
      return FALSE;
    }
  int fd;
  if (!claim_fd (channel, message, &fd, error))
    return FALSE;
  channel->events->message (message, fd, channel->data);
  return TRUE;
}

/* The receiver of a message may close the channel: then the rest of what was read is dropped. */
static gboolean
deliver_lines (LwChannel *channel, GError **error)
{
  GByteArray *in = channel->received;
  gsize start = 0;
  while (channel->source != NULL)
    {
      guint8 *from = in->data + channel->scanned;
      guint8 *feed = in->len > channel->scanned ? memchr (from, '\n', in->len - channel->scanned) : NULL;
      gsize end = feed != NULL ? (gsize) (feed - in->data) : in->len;
      if (end - start >= LW_PROTOCOL_MAX_LINE)
        {
          g_set_error (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_TOO_LONG, _("A line is longer than %u bytes."), LW_PROTOCOL_MAX_LINE);
          return FALSE;
        }
      channel->scanned = end;
      if (feed == NULL)
        break;
      channel->scanned = end + 1;
      if (!deliver_line (channel, (const char *) in->data + start, end - start, error))
        return FALSE;
      start = end + 1;
    }
  if (start > 0)
    {
      g_byte_array_remove_range (in, 0, (guint) start);
      channel->scanned -= start;
    }
  return TRUE;
}

static void
read_some (LwChannel *channel)
{
  g_autoptr(GError) error = NULL;
  gssize n = receive (channel, &error);
  if (n == -2)
    return;
  if (n == 0 && channel->received->len > 0)
    g_set_error_literal (&error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_CLOSED, _("The connection ended in the middle of a line."));
  if (n <= 0 || !deliver_lines (channel, &error))
    end_session (channel, error);
}

/* ---- the source ---- */

static gboolean
channel_prepare (GSource *source, int *timeout)
{
  ChannelSource *self = (ChannelSource *) source;
  gsize pending = lw_channel_get_pending (self->channel);
  GIOCondition events = (pending < MAX_PENDING ? G_IO_IN : 0) | (pending > 0 ? G_IO_OUT : 0);
  if (events != self->events)       /* modifying wakes the loop, so doing it each time would keep it awake */
    g_source_modify_unix_fd (source, self->tag, events);
  self->events = events;
  *timeout = -1;
  return FALSE;
}

static gboolean
channel_check (GSource *source)
{
  return g_source_query_unix_fd (source, ((ChannelSource *) source)->tag) != 0;
}

static LwChannel *
channel_ref (LwChannel *channel)
{
  g_atomic_ref_count_inc (&channel->refs);
  return channel;
}

static gboolean
channel_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  ChannelSource *self = (ChannelSource *) source;
  g_autoptr(LwChannel) channel = channel_ref (self->channel);
  GIOCondition ready = g_source_query_unix_fd (source, self->tag);
  if (ready & G_IO_OUT)
    {
      g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&channel->lock);
      if (!flush_locked (channel))
        drop_outgoing_locked (channel);
    }
  if (ready & (G_IO_IN | G_IO_HUP | G_IO_ERR))
    read_some (channel);
  return G_SOURCE_CONTINUE;
}

static void
channel_finalize (GSource *source)
{
  lw_channel_unref (((ChannelSource *) source)->channel);
}

static GSourceFuncs channel_funcs = { channel_prepare, channel_check, channel_dispatch, channel_finalize, NULL, NULL };

/* ---- life ---- */

LwChannel *
lw_channel_new (int fd)
{
  LwChannel *channel = g_new0 (LwChannel, 1);
  g_atomic_ref_count_init (&channel->refs);
  channel->socket = fd;
  fcntl (fd, F_SETFD, FD_CLOEXEC);
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  g_mutex_init (&channel->lock);
  g_queue_init (&channel->outgoing);
  channel->received = g_byte_array_new ();
  channel->fds = g_array_new (FALSE, FALSE, sizeof (int));
  return channel;
}

void
lw_channel_unref (LwChannel *channel)
{
  if (!g_atomic_ref_count_dec (&channel->refs))
    return;
  drop_outgoing_locked (channel);
  for (guint i = 0; i < channel->fds->len; i++)
    close (g_array_index (channel->fds, int, i));
  close (channel->socket);
  g_array_unref (channel->fds);
  g_byte_array_unref (channel->received);
  g_clear_pointer (&channel->context, g_main_context_unref);
  g_mutex_clear (&channel->lock);
  g_free (channel);
}

void
lw_channel_attach (LwChannel *channel, GMainContext *context, const LwChannelEvents *events, gpointer data)
{
  channel->events = events;
  channel->data = data;
  channel->source = g_source_new (&channel_funcs, sizeof (ChannelSource));
  g_source_set_static_name (channel->source, "engine channel");
  ChannelSource *source = (ChannelSource *) channel->source;
  source->channel = channel_ref (channel);
  source->events = G_IO_IN;
  source->tag = g_source_add_unix_fd (channel->source, channel->socket, source->events);
  g_mutex_lock (&channel->lock);
  channel->context = g_main_context_ref (context);
  g_mutex_unlock (&channel->lock);
  g_source_attach (channel->source, context);
}

void
lw_channel_close (LwChannel *channel)
{
  g_mutex_lock (&channel->lock);
  gboolean first = !channel->closed;
  channel->closed = TRUE;
  drop_outgoing_locked (channel);
  g_mutex_unlock (&channel->lock);
  if (!first)
    return;
  shutdown (channel->socket, SHUT_RDWR);
  GSource *source = g_steal_pointer (&channel->source);
  if (source != NULL)
    {
      g_source_destroy (source);
      g_source_unref (source);
    }
}
