/* test-server.c: the real engine against clients that say anything at all: it answers or hangs up, and never dies of it */
#include "config.h"
#include "common/paths.h"
#include "engine/protocol.h"
#include "engine/slots.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELLO "{\"id\":1,\"method\":\"hello\",\"params\":{\"protocols\":[1],\"device\":\"cpu\"}}\n"

typedef struct { GSubprocess *process; int socket; GString *said; } Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  int pair[2];
  g_autoptr(GError) error = NULL;
  g_autofree char *path = lw_paths_engine ();
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_take_fd (launcher, pair[1], 3);
  f->process = g_subprocess_launcher_spawn (launcher, &error, path, "--fd=3", NULL);
  g_assert_no_error (error);
  f->socket = pair[0];
  f->said = g_string_new (NULL);
}

/* However it was treated, it ends of itself and without a signal. */
static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  if (f->socket >= 0)
    close (f->socket);
  g_assert_true (g_subprocess_wait (f->process, NULL, &error));
  g_assert_true (g_subprocess_get_successful (f->process));
  g_object_unref (f->process);
  g_string_free (f->said, TRUE);
}

static void
say (Fixture *f, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = send (f->socket, text, length, MSG_NOSIGNAL);
      if (n <= 0)
        return;     /* it hung up */
      text += n;
      length -= (gsize) n;
    }
}

/* The next line, or NULL: it hung up, or kept silent for ten seconds. */
static char *
hear (Fixture *f)
{
  char *feed;
  while ((feed = memchr (f->said->str, '\n', f->said->len)) == NULL)
    {
      char chunk[4096];
      struct pollfd ready = { f->socket, POLLIN, 0 };
      if (poll (&ready, 1, 10000) <= 0)
        return NULL;
      gssize n = recv (f->socket, chunk, sizeof chunk, 0);
      if (n <= 0)
        return NULL;
      g_string_append_len (f->said, chunk, n);
    }
  char *line = g_strndup (f->said->str, (gsize) (feed - f->said->str));
  g_string_erase (f->said, 0, feed - f->said->str + 1);
  return line;
}

static void
expect (Fixture *f, const char *what)
{
  g_autofree char *line = hear (f);
  if (line == NULL || strstr (line, what) == NULL)
    g_error ("wanted %s, heard %s", what, line);
}

static void
ask (Fixture *f, const char *line, const char *answer)
{
  say (f, line, strlen (line));
  expect (f, answer);
}

static void
expect_end (Fixture *f)
{
  g_autofree char *line = hear (f);
  g_assert_cmpstr (line, ==, NULL);
  char byte;
  g_assert_cmpint (recv (f->socket, &byte, 1, 0), <=, 0);
}

static void
test_greeting (Fixture *f, gconstpointer data)
{
  ask (f, "{\"id\":1,\"method\":\"inspect\",\"params\":{\"model\":\"/x\"}}\n", "begins with");
  ask (f, "{\"id\":2,\"method\":\"hello\",\"params\":{\"protocols\":[2,3]}}\n", "\"version\"");
  ask (f, "{\"id\":3,\"method\":\"hello\"}\n", "\"version\"");
  ask (f, "{\"id\":4,\"method\":\"hello\",\"params\":{\"protocols\":[\"1\",{},null,1],\"device\":\"abacus\"}}\n", "abacus");
  ask (f, HELLO, "\"protocol\":1");
  ask (f, HELLO, "already");
}

static void
test_bad_requests (Fixture *f, gconstpointer data)
{
  static const char *const lines[][2] = {
    { "{\"id\":2,\"method\":\"dance\"}\n", "unknown-method" },
    { "{\"id\":2,\"method\":\"inspect\"}\n", "\"request\"" },
    { "{\"id\":2,\"method\":\"inspect\",\"params\":{\"model\":7}}\n", "\"request\"" },
    { "{\"id\":2,\"method\":\"inspect\",\"params\":{\"model\":\"relative\"}}\n", "absolute" },
    { "{\"id\":2,\"method\":\"inspect\",\"params\":{\"model\":\"/no/such/file\"}}\n", "\"model\"" },
    { "{\"id\":2,\"method\":\"inspect\",\"params\":{\"model\":\"/proc/self/mem\"}}\n", "\"model\"" },
    { "{\"id\":2,\"method\":\"inspect\",\"params\":{\"model\":\"/\"}}\n", "\"model\"" },
    { "{\"id\":2,\"method\":\"predict\",\"params\":{\"model\":\"/x\"}}\n", "slot" },
    { "{\"id\":2,\"method\":\"predict\",\"params\":{\"model\":\"/x\",\"slot\":0,\"generation\":1}}\n", "\"slot\"" },
    { "{\"id\":2,\"method\":\"predict\",\"params\":{\"slot\":99999999999999,\"generation\":1}}\n", "\"request\"" },
    { "{\"id\":2,\"method\":\"slot\",\"params\":{\"slot\":-1}}\n", "\"request\"" },
    { "{\"id\":2,\"method\":\"slot\",\"params\":{\"slot\":3}}\n", "result" },
    { "{\"id\":2,\"method\":\"train\",\"params\":{\"job\":\"/no/such/job\"}}\n", "\"job\"" },
    { "{\"id\":2,\"method\":\"train\",\"params\":{\"job\":\"/tmp\"}}\n", "\"job\"" },
    { "{\"id\":2,\"method\":\"train\",\"params\":[]}\n", "\"request\"" },
    { "{\"id\":2,\"method\":\"cancel\",\"params\":{\"id\":12345}}\n", "\"found\":false" },
    { "{\"id\":2,\"method\":\"cancel\"}\n", "\"request\"" },
  };
  ask (f, HELLO, "\"protocol\":1");
  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    ask (f, lines[i][0], lines[i][1]);
}

static void
test_hang_up (Fixture *f, gconstpointer line)
{
  ask (f, HELLO, "\"protocol\":1");
  say (f, line, strlen (line));
  g_autofree char *answer = hear (f);
  g_assert_true (answer == NULL || strstr (answer, "\"id\":null") != NULL);
  expect_end (f);
}

static void
test_flood (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (3 * LW_PROTOCOL_MAX_LINE, 'x');
  say (f, text, 3 * LW_PROTOCOL_MAX_LINE);
  expect_end (f);
}

/* Requests without end whose answers nobody reads: the engine stops reading, instead of keeping them all. */
static void
test_deaf_client (Fixture *f, gconstpointer data)
{
  ask (f, HELLO, "\"protocol\":1");
  gsize sent = 0;
  for (int i = 2; i < 400000; i++)
    {
      g_autofree char *line = g_strdup_printf ("{\"id\":%d,\"method\":\"dance\"}\n", i);
      gssize n = send (f->socket, line, strlen (line), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < (gssize) strlen (line))
        {
          struct pollfd room = { f->socket, POLLOUT, 0 };
          if (poll (&room, 1, 1000) == 0)
            break;
          if (n > 0)
            say (f, line + n, strlen (line) - (gsize) n);
        }
      sent++;
    }
  g_test_message ("%" G_GSIZE_FORMAT " requests until it stopped reading", sent);
  g_assert_cmpuint (sent, <, 390000);
}

static void
send_slot (Fixture *f, const char *line, int fd)
{
  union { struct cmsghdr align; char bytes[CMSG_SPACE (sizeof (int))]; } control = { 0 };
  struct iovec piece = { (char *) line, strlen (line) };
  struct msghdr header = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes };
  struct cmsghdr *rights = CMSG_FIRSTHDR (&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN (sizeof (int));
  memcpy (CMSG_DATA (rights), &fd, sizeof (int));
  g_assert_cmpint (sendmsg (f->socket, &header, 0), >, 0);
}

static void
test_slots (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  LwSharedMemory memory;
  g_assert_true (lw_shared_memory_create (&memory, 10000, &error));
  ask (f, HELLO, "\"protocol\":1");
  send_slot (f, "{\"id\":2,\"method\":\"slot\",\"fd\":true,\"params\":{\"slot\":0,\"generation\":4,\"bytes\":99999}}\n", memory.fd);
  expect (f, "\"slot\"");
  send_slot (f, "{\"id\":2,\"method\":\"slot\",\"fd\":true,\"params\":{\"slot\":0,\"generation\":4,\"bytes\":10000}}\n", STDERR_FILENO);
  expect (f, "sealed");
  send_slot (f, "{\"id\":2,\"method\":\"slot\",\"fd\":true,\"params\":{\"slot\":0,\"generation\":4,\"bytes\":10000}}\n", memory.fd);
  expect (f, "result");
  static const char *const layouts[] = {
    "\"width\":1000000,\"height\":1,\"pixels\":0,\"labels\":0,\"confidence\":0", "\"width\":50,\"height\":50,\"pixels\":0,\"labels\":7500,\"confidence\":9999",
    "\"width\":50,\"height\":50,\"pixels\":0,\"labels\":0,\"confidence\":9000", "\"width\":0,\"height\":50,\"pixels\":0,\"labels\":7500,\"confidence\":9000",
    "\"width\":50,\"height\":50,\"pixels\":-1,\"labels\":7500,\"confidence\":9000", "\"width\":50,\"height\":50,\"pixels\":9223372036854775807,\"labels\":0,\"confidence\":0",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (layouts); i++)
    {
      g_autofree char *line = g_strdup_printf ("{\"id\":3,\"method\":\"predict\",\"params\":{\"model\":\"/x\",\"slot\":0,\"generation\":4,%s}}\n", layouts[i]);
      ask (f, line, "\"error\"");
    }
  ask (f, "{\"id\":3,\"method\":\"predict\",\"params\":{\"model\":\"/x\",\"slot\":0,\"generation\":3,\"width\":50,\"height\":50,\"pixels\":0,\"labels\":7500,\"confidence\":10001}}\n",
       "generation");
  send_slot (f, "{\"id\":5,\"method\":\"inspect\",\"fd\":true,\"params\":{\"model\":\"/x\"}}\n", memory.fd);
  expect (f, "\"id\":null");
  expect_end (f);
  lw_shared_memory_clear (&memory);
}

/* Requests put together at random from what they are made of. */
static void
test_noise (Fixture *f, gconstpointer data)
{
  static const char *const methods[] = { "hello", "inspect", "predict", "slot", "train", "cancel", "x" };
  static const char *const keys[] = { "model", "slot", "generation", "width", "height", "pixels", "labels", "confidence", "job", "bytes", "id", "protocols", "device" };
  static const char *const values[] = { "0", "1", "-1", "3", "1e300", "9223372036854775807", "\"/\"", "\"\"", "\"cpu\"", "[]", "{}", "null", "true", "[1]", "0.5" };
  ask (f, HELLO, "\"protocol\":1");
  for (int i = 2; i < 1500; i++)
    {
      g_autoptr(GString) line = g_string_new (NULL);
      g_string_printf (line, "{\"id\":%d,\"method\":\"%s\",\"params\":{\"_\":0", i, methods[g_test_rand_int_range (0, G_N_ELEMENTS (methods))]);
      for (gsize k = 0; k < G_N_ELEMENTS (keys); k++)
        if (g_test_rand_bit ())
          g_string_append_printf (line, ",\"%s\":%s", keys[k], values[g_test_rand_int_range (0, G_N_ELEMENTS (values))]);
      g_string_append (line, "}}\n");
      say (f, line->str, line->len);
      g_autofree char *answer = hear (f);
      if (answer == NULL)
        g_error ("no answer to %s", line->str);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *folder = g_dir_make_tmp ("lw-server-XXXXXX", NULL);
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);      /* nobody else's training is in our way */
#define ADD(path, data, func) g_test_add ("/server/" path, Fixture, data, set_up, func, tear_down)
  ADD ("greeting", NULL, test_greeting);
  ADD ("bad-requests", NULL, test_bad_requests);
  ADD ("hang-up/no-json", "how are you?\n", test_hang_up);
  ADD ("hang-up/array", "[]\n", test_hang_up);
  ADD ("hang-up/no-id", "{\"method\":\"inspect\"}\n", test_hang_up);
  ADD ("hang-up/negative-id", "{\"id\":-1,\"method\":\"inspect\"}\n", test_hang_up);
  ADD ("hang-up/no-method", "{\"id\":5}\n", test_hang_up);
  ADD ("hang-up/descriptor", "{\"id\":5,\"method\":\"slot\",\"fd\":true}\n", test_hang_up);
  ADD ("flood", NULL, test_flood);
  ADD ("deaf-client", NULL, test_deaf_client);
  ADD ("slots", NULL, test_slots);
  ADD ("noise", NULL, test_noise);
  int status = g_test_run ();
  g_rmdir (folder);
  return status;
}
