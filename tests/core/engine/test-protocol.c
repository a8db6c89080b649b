/* test-protocol.c: lines over a socket: whole, in pieces, hostile, with descriptors, and the end of the session */
#include "config.h"
#include "engine/protocol.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* One end is a channel, the other a bare socket that says what it likes. */
typedef struct {
  GMainContext *context;
  LwChannel *channel;
  int other;
  GPtrArray *messages;      /* of LwJson */
  GArray *fds;
  gboolean closed;
  GError *reason;
  gboolean close_on_message;
} Fixture;

static void
message_cb (LwJson *message, int fd, gpointer data)
{
  Fixture *f = data;
  g_assert_false (f->closed);
  g_ptr_array_add (f->messages, json_object_get (message));
  g_array_append_val (f->fds, fd);
  if (f->close_on_message)
    lw_channel_close (f->channel);
}

static void
closed_cb (const GError *error, gpointer data)
{
  Fixture *f = data;
  g_assert_false (f->closed);
  f->closed = TRUE;
  f->reason = error != NULL ? g_error_copy (error) : NULL;
}

static const LwChannelEvents events = { message_cb, closed_cb };

static void
put_json (gpointer value)
{
  json_object_put (value);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  int pair[2];
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
  f->context = g_main_context_new ();
  f->channel = lw_channel_new (pair[0]);
  f->other = pair[1];
  f->messages = g_ptr_array_new_with_free_func (put_json);
  f->fds = g_array_new (FALSE, FALSE, sizeof (int));
  lw_channel_attach (f->channel, f->context, &events, f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  lw_channel_close (f->channel);
  lw_channel_unref (f->channel);
  if (f->other >= 0)
    close (f->other);
  for (guint i = 0; i < f->fds->len; i++)
    if (g_array_index (f->fds, int, i) >= 0)
      close (g_array_index (f->fds, int, i));
  g_array_unref (f->fds);
  g_ptr_array_unref (f->messages);
  g_clear_error (&f->reason);
  g_main_context_unref (f->context);
}

static void
turn (Fixture *f)
{
  while (g_main_context_iteration (f->context, FALSE))
    ;
}

static void
say (Fixture *f, const char *text, gsize length)
{
  while (length > 0 && !f->closed)
    {
      gssize n = send (f->other, text, length, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n > 0)
        {
          text += n;
          length -= (gsize) n;
        }
      else if (n < 0 && errno == EPIPE)
        break;
      turn (f);
    }
  turn (f);
}

static void
say_line (Fixture *f, const char *text)
{
  say (f, text, strlen (text));
}

static void
send_fds (Fixture *f, const char *text, int fd, int count)
{
  union { struct cmsghdr align; char bytes[CMSG_SPACE (sizeof (int) * 16)]; } control = { 0 };
  struct iovec piece = { (char *) text, strlen (text) };
  struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = CMSG_SPACE (sizeof (int) * count) };
  struct cmsghdr *rights = CMSG_FIRSTHDR (&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN (sizeof (int) * count);
  for (int i = 0; i < count; i++)
    memcpy (CMSG_DATA (rights) + sizeof (int) * i, &fd, sizeof (int));
  g_assert_cmpint (sendmsg (f->other, &header, 0), >, 0);
  turn (f);
}

/* ---- what must work ---- */

static void
test_lines (Fixture *f, gconstpointer data)
{
  say_line (f, "{\"id\":1}\n{\"id\":2}\n{\"id\"");
  g_assert_cmpuint (f->messages->len, ==, 2);
  say_line (f, ":3}");
  g_assert_cmpuint (f->messages->len, ==, 2);
  say_line (f, "\n");
  g_assert_cmpuint (f->messages->len, ==, 3);
  g_assert_false (f->closed);
  close (f->other);
  f->other = -1;
  turn (f);
  g_assert_true (f->closed);
  g_assert_no_error (f->reason);
}

/* However the bytes are cut, the same messages come. */
static void
test_any_cut (Fixture *f, gconstpointer data)
{
  g_autoptr(GString) all = g_string_new (NULL);
  for (int i = 0; i < 200; i++)
    g_string_append_printf (all, "{\"id\":%d,\"text\":\"\\u0041 ünï {[]} \\n \\\" %*s\"}\n", i, g_test_rand_int_range (0, 400), "");
  for (gsize at = 0; at < all->len;)
    {
      gsize wanted = (gsize) g_test_rand_int_range (1, 300), n = MIN (wanted, all->len - at);
      say (f, all->str + at, n);
      at += n;
    }
  g_assert_false (f->closed);
  g_assert_cmpuint (f->messages->len, ==, 200);
  for (int i = 0; i < 200; i++)
    {
      gint64 id = -1;
      g_assert_true (lw_json_get_int (g_ptr_array_index (f->messages, i), "id", 0, 1000, &id, NULL));
      g_assert_cmpint (id, ==, i);
    }
}

static void
test_descriptor (Fixture *f, gconstpointer data)
{
  int fd = memfd_create ("test", MFD_CLOEXEC);
  g_assert_cmpint (ftruncate (fd, 1234), ==, 0);
  send_fds (f, "{\"id\":1,\"fd\":true}\n{\"id\":2}\n", fd, 1);
  close (fd);
  g_assert_cmpuint (f->fds->len, ==, 2);
  struct stat info;
  g_assert_cmpint (fstat (g_array_index (f->fds, int, 0), &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 1234);
  g_assert_cmpint (fcntl (g_array_index (f->fds, int, 0), F_GETFD), ==, FD_CLOEXEC);
  g_assert_cmpint (g_array_index (f->fds, int, 1), ==, -1);
}

/* A longest line passes, and what the socket does not take at once is sent later, in order and with its descriptor. */
static void
test_send (Fixture *f, gconstpointer data)
{
  g_autoptr(LwChannel) far = lw_channel_new (g_steal_fd (&f->other));
  g_autofree char *text = g_strnfill (LW_PROTOCOL_MAX_LINE - 10, 'x');
  g_autoptr(LwJson) message = json_object_new_object ();
  g_autoptr(GError) error = NULL;
  json_object_object_add (message, "t", json_object_new_string_len (text, (int) LW_PROTOCOL_MAX_LINE - 10));
  json_object_object_add (message, "fd", json_object_new_boolean (TRUE));
  g_assert_false (lw_channel_send (far, message, STDIN_FILENO, &error));
  g_assert_error (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_TOO_LONG);
  g_clear_error (&error);
  json_object_object_add (message, "t", json_object_new_string_len (text, (int) LW_PROTOCOL_MAX_LINE - 100));
  lw_channel_attach (far, f->context, &events, f);
  for (int i = 0; i < 5; i++)
    g_assert_true (lw_channel_send (far, message, STDIN_FILENO, &error));
  g_assert_cmpuint (lw_channel_get_pending (far), >, 0);
  turn (f);
  g_assert_cmpuint (lw_channel_get_pending (far), ==, 0);
  g_assert_cmpuint (f->messages->len, ==, 5);
  for (int i = 0; i < 5; i++)
    g_assert_cmpint (g_array_index (f->fds, int, i), >=, 0);
  lw_channel_close (far);
  g_assert_false (lw_channel_send (far, message, -1, &error));
  g_assert_error (error, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_CLOSED);
}

static void
test_close_in_message (Fixture *f, gconstpointer data)
{
  f->close_on_message = TRUE;
  say_line (f, "{\"id\":1}\n{\"id\":2}\nnonsense\n");
  g_assert_cmpuint (f->messages->len, ==, 1);
  g_assert_false (f->closed);
}

/* ---- what must end the session ---- */

static void
test_bad_line (Fixture *f, gconstpointer line)
{
  say_line (f, "{\"id\":1}\n");
  say_line (f, line);
  g_assert_true (f->closed);
  g_assert_error (f->reason, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_SYNTAX);
  g_assert_cmpuint (f->messages->len, ==, 1);
}

static void
test_too_long (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (LW_PROTOCOL_MAX_LINE + 70000, ' ');
  say (f, text, LW_PROTOCOL_MAX_LINE + 70000);
  g_assert_true (f->closed);
  g_assert_error (f->reason, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_TOO_LONG);
}

static void
test_cut_off (Fixture *f, gconstpointer data)
{
  say_line (f, "{\"id\":1");
  close (f->other);
  f->other = -1;
  turn (f);
  g_assert_true (f->closed);
  g_assert_error (f->reason, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_CLOSED);
}

static void
test_too_many_descriptors (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 5 && !f->closed; i++)
    send_fds (f, "{\"id\":1}\n", STDIN_FILENO, GPOINTER_TO_INT (data));
  g_assert_true (f->closed);
  g_assert_error (f->reason, LW_PROTOCOL_ERROR, LW_PROTOCOL_ERROR_SYNTAX);
}

/* Noise made of what lines are made of: never a crash, never a message after the end. */
static void
test_noise (Fixture *f, gconstpointer data)
{
  static const char *const pieces[] = { "{", "}", "[", "]", "\"", ":", ",", "\n", "\\u0000", "\\", "1e999", "-", "null", "\"id\"", "\xff", "\xc3", "true", "{\"id\":1}\n", "'", "\t" };
  for (int round = 0; round < 300; round++)
    {
      g_autoptr(GString) noise = g_string_new (NULL);
      int n = g_test_rand_int_range (1, 60);
      for (int i = 0; i < n; i++)
        g_string_append (noise, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      if (g_test_rand_bit ())
        g_string_append_c (noise, (char) g_test_rand_int_range (0, 256));
      say (f, noise->str, noise->len);
      if (f->closed)
        {
          tear_down (f, NULL);
          *f = (Fixture) { 0 };
          set_up (f, NULL);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, data, func) g_test_add ("/protocol/" path, Fixture, data, set_up, func, tear_down)
  ADD ("lines", NULL, test_lines);
  ADD ("any-cut", NULL, test_any_cut);
  ADD ("descriptor", NULL, test_descriptor);
  ADD ("send", NULL, test_send);
  ADD ("close-in-message", NULL, test_close_in_message);
  ADD ("bad/no-json", "hello\n", test_bad_line);
  ADD ("bad/array", "[1]\n", test_bad_line);
  ADD ("bad/number", "7\n", test_bad_line);
  ADD ("bad/null", "null\n", test_bad_line);
  ADD ("bad/empty", "\n", test_bad_line);
  ADD ("bad/two", "{}{}\n", test_bad_line);
  ADD ("bad/key-twice", "{\"id\":1,\"id\":2}\n", test_bad_line);
  ADD ("bad/utf-8", "{\"id\":\"\xff\"}\n", test_bad_line);
  ADD ("bad/missing-descriptor", "{\"id\":1,\"fd\":true}\n", test_bad_line);
  ADD ("too-long", NULL, test_too_long);
  ADD ("cut-off", NULL, test_cut_off);
  ADD ("unclaimed-descriptors", GINT_TO_POINTER (1), test_too_many_descriptors);
  ADD ("crowd-of-descriptors", GINT_TO_POINTER (16), test_too_many_descriptors);
  ADD ("noise", NULL, test_noise);
  return g_test_run ();
}
