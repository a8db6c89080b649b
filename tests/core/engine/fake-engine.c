/* fake-engine.c: an engine that misbehaves on demand: the name of the device, model or job says how */
#include "config.h"
#include "engine/protocol.h"
#include "engine/slots.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_CLASSES 3

static LwChannel *channel;
static GMainLoop *loop;
static LwSharedMemory slots[LW_MAX_SLOTS];
static gint64 generations[LW_MAX_SLOTS];
static gint64 pending_train = -1;

static void
say (gint64 id, const char *key, LwJson *value)
{
  g_autoptr(LwJson) message = json_object_new_object ();
  json_object_object_add (message, "id", json_object_new_int64 (id));
  json_object_object_add (message, key, value);
  lw_channel_send (channel, message, -1, NULL);
}

static void
say_error (gint64 id, const char *code, const char *text)
{
  LwJson *error = json_object_new_object ();
  json_object_object_add (error, "code", json_object_new_string (code));
  json_object_object_add (error, "message", json_object_new_string (text));
  say (id, "error", error);
}

static LwJson *
parse (const char *text)
{
  return lw_json_parse (text, strlen (text), 10000, "own text", NULL);
}

static void
shout (const char *text)
{
  g_assert_cmpint (write (3, text, strlen (text)), >, 0);
}

static void
hello (gint64 id, LwJson *params)
{
  const char *device = "";
  lw_json_get_string (params, "device", &device, NULL);
  if (g_str_equal (device, "exits"))
    _exit (7);
  else if (g_str_equal (device, "babbles"))
    shout ("who is there?\n");
  else if (g_str_equal (device, "other-version"))
    say (id, "result", parse ("{\"protocol\":99}"));
  else if (g_str_equal (device, "refuses"))
    say_error (id, "device", "there is no such device here");
  else
    say (id, "result", parse ("{\"protocol\":1,\"description\":\"a fake\",\"note\":\"nothing real\",\"warning\":true}"));
}

static void
slot (gint64 id, LwJson *params, int fd)
{
  gint64 i = 0, bytes = 0;
  lw_json_get_int (params, "slot", 0, LW_MAX_SLOTS - 1, &i, NULL);
  lw_json_get_int (params, "bytes", 0, G_MAXINT64, &bytes, NULL);
  lw_json_get_int (params, "generation", 0, G_MAXINT64, &generations[i], NULL);
  lw_shared_memory_clear (&slots[i]);
  if (fd >= 0 && !lw_shared_memory_map (&slots[i], fd, (guint64) bytes, NULL))
    abort ();
  say (id, "result", json_object_new_object ());
}

/* Channel: sum of red, green and blue modulo 3; confidence: 77 everywhere. */
static void
label (LwJson *params, gboolean lie)
{
  gint64 i = 0, width = 0, height = 0, pixels = 0, labels = 0, confidence = 0;
  lw_json_get_int (params, "slot", 0, LW_MAX_SLOTS - 1, &i, NULL);
  lw_json_get_int (params, "width", 0, 32768, &width, NULL);
  lw_json_get_int (params, "height", 0, 32768, &height, NULL);
  lw_json_get_int (params, "pixels", 0, G_MAXINT64, &pixels, NULL);
  lw_json_get_int (params, "labels", 0, G_MAXINT64, &labels, NULL);
  lw_json_get_int (params, "confidence", 0, G_MAXINT64, &confidence, NULL);
  LwSlotLayout layout = { (int) width, (int) height, (guint64) pixels, (guint64) labels, (guint64) confidence };
  if (!lw_slot_layout_check (&layout, slots[i].size, NULL))
    abort ();
  const guint8 *rgb = slots[i].data + layout.pixels;
  for (guint64 p = 0; p < lw_slot_labels_bytes (&layout); p++)
    slots[i].data[layout.labels + p] = (guint8) ((rgb[3 * p] + rgb[3 * p + 1] + rgb[3 * p + 2]) % N_CLASSES);
  memset (slots[i].data + layout.confidence, 77, lw_slot_confidence_bytes (&layout));
  if (lie)
    slots[i].data[layout.labels + lw_slot_labels_bytes (&layout) - 1] = N_CLASSES;
}

static void
predict (gint64 id, LwJson *params)
{
  const char *path = "";
  gint64 i = 0, generation = 0;
  lw_json_get_string (params, "model", &path, NULL);
  lw_json_get_int (params, "slot", 0, LW_MAX_SLOTS - 1, &i, NULL);
  lw_json_get_int (params, "generation", 0, G_MAXINT64, &generation, NULL);
  if (generation != generations[i])
    abort ();
  if (g_str_has_suffix (path, "/crash"))
    raise (SIGKILL);
  if (g_str_has_suffix (path, "/leave"))
    _exit (0);
  if (g_str_has_suffix (path, "/silent"))
    return;
  if (g_str_has_suffix (path, "/no-model"))
    {
      say_error (id, "model", "“no-model” is no model");
      return;
    }
  if (g_str_has_suffix (path, "/garbage"))
    shout ("\x80\xff\n");
  if (g_str_has_suffix (path, "/half"))
    {
      shout ("{\"id\":");
      _exit (0);
    }
  if (g_str_has_suffix (path, "/stranger"))
    id += 1000;
  if (g_str_has_suffix (path, "/flood"))
    {
      g_autofree char *line = g_strnfill (LW_PROTOCOL_MAX_LINE + 10, ' ');
      for (gsize at = 0; at < LW_PROTOCOL_MAX_LINE;)
        {
          gssize n = write (3, line + at, LW_PROTOCOL_MAX_LINE - at);
          at += n > 0 ? (gsize) n : 0;
          if (n < 0)
            g_usleep (1000);
        }
    }
  label (params, g_str_has_suffix (path, "/lie"));
  LwJson *result = parse ("{\"seconds\":0.5,\"plan_key\":\"none\"}");
  json_object_object_add (result, "classes", json_object_new_int (g_str_has_suffix (path, "/many") ? 256 : N_CLASSES));
  json_object_object_add (result, "generation", json_object_new_int64 (g_str_has_suffix (path, "/stale") ? generation - 1 : generation));
  if (g_str_has_suffix (path, "/empty"))
    say (id, "nothing", result);
  else
    say (id, "result", result);
}

static void
train (gint64 id, LwJson *params)
{
  const char *path = "";
  lw_json_get_string (params, "job", &path, NULL);
  say (id, "progress", parse ("{\"epoch\":1,\"epochs\":2,\"loss\":1.5,\"val_miou\":null,\"epoch_done\":true}"));
  if (g_str_has_suffix (path, "/crash"))
    raise (SIGKILL);
  if (g_str_has_suffix (path, "/busy"))
    say_error (id, "busy", "somebody else trains");
  else if (g_str_has_suffix (path, "/long"))
    pending_train = id;
  else
    {
      say (id, "progress", parse ("{\"epoch\":2,\"epochs\":2,\"loss\":-1e308,\"val_miou\":0.5,\"epoch_done\":true}"));
      say (id, "result", json_object_new_object ());
    }
}

static void
inspect (gint64 id, LwJson *params)
{
  const char *path = "";
  lw_json_get_string (params, "model", &path, NULL);
  if (g_str_has_suffix (path, "/odd"))
    say (id, "result", parse ("{\"architecture\":7}"));
  else
    say (id, "result", parse ("{\"architecture\":\"toy\",\"classes\":[\"a\",\"b\",\"c\"],\"train_width\":48,\"train_height\":36,\"max_side\":64,"
                              "\"parameters\":12,\"sha256\":\"00\"}"));
}

static void
cancel (gint64 id, LwJson *params)
{
  gint64 which = -1;
  lw_json_get_int (params, "id", 0, G_MAXINT64, &which, NULL);
  say (id, "result", json_object_new_object ());
  if (which != pending_train)
    return;
  say_error (which, "cancelled", "it was cancelled");
  pending_train = -1;
}

static void
message_cb (LwJson *message, int fd, gpointer data)
{
  gint64 id = -1;
  const char *method = "";
  LwJson *params = NULL;
  lw_json_get_int (message, "id", 0, G_MAXINT64, &id, NULL);
  lw_json_get_string (message, "method", &method, NULL);
  lw_json_get_object (message, "params", &params, NULL);
  if (g_str_equal (method, "hello"))
    hello (id, params);
  else if (g_str_equal (method, "slot"))
    slot (id, params, fd);
  else if (g_str_equal (method, "predict"))
    predict (id, params);
  else if (g_str_equal (method, "train"))
    train (id, params);
  else if (g_str_equal (method, "inspect"))
    inspect (id, params);
  else if (g_str_equal (method, "cancel"))
    cancel (id, params);
}

static void
closed_cb (const GError *error, gpointer data)
{
  g_main_loop_quit (loop);
}

int
main (int argc, char **argv)
{
  static const LwChannelEvents events = { message_cb, closed_cb };
  g_assert_cmpstr (argv[1], ==, "--fd=3");
  g_assert_cmpstr (g_getenv ("OMP_WAIT_POLICY"), ==, "passive");
  for (int i = 0; i < LW_MAX_SLOTS; i++)
    slots[i].fd = -1;
  loop = g_main_loop_new (NULL, FALSE);
  channel = lw_channel_new (3);
  lw_channel_attach (channel, g_main_context_default (), &events, NULL);
  g_main_loop_run (loop);
  return 0;
}
