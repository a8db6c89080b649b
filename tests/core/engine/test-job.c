/* test-job.c: job folders: written and read back, damaged in every way, locked, stopped, finished */
#include "config.h"
#include "engine/job.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include "common/png.h"
#include "engine/file-hash.h"

#define WIDTH 32
#define HEIGHT 24
#define N 5

typedef struct { char *folder; LwJobRequest *request; guint8 rgb[N][WIDTH * HEIGHT * 3], labels[N][WIDTH * HEIGHT]; } Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  f->folder = g_dir_make_tmp ("lw-job-XXXXXX", &error);
  g_assert_no_error (error);
  LwJobRequest *request = f->request = lw_job_request_new ();
  request->uuid = g_strdup ("0a1b");
  request->architecture = g_strdup ("fcn8s-lite");
  lw_job_request_add_class (request, "Road “wet”", 2);
  lw_job_request_add_class (request, "Sky", -1);
  request->width = WIDTH;
  request->height = HEIGHT;
  request->max_side = 640;
  request->n_train = 3;
  request->n_val = 2;
  request->recipe = g_strdup ("{\"epochs\":2}");
  g_assert_true (lw_job_prepare (f->folder, &error));
  for (guint i = 0; i < N; i++)
    {
      g_ptr_array_add (request->names, g_strdup_printf ("frame %u", i));
      for (guint j = 0; j < sizeof f->rgb[i]; j++)
        f->rgb[i][j] = (guint8) g_test_rand_int_range (0, 256);
      for (guint j = 0; j < sizeof f->labels[i]; j++)
        f->labels[i][j] = (guint8) g_test_rand_int_range (0, 3) == 2 ? LW_JOB_IGNORED : (guint8) (j % 2);
      g_assert_true (lw_job_write_frame (f->folder, i, f->rgb[i], f->labels[i], WIDTH, HEIGHT, &error));
    }
}

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  remove_tree (f->folder);
  lw_job_request_free (f->request);
  g_free (f->folder);
}

static void
commit (Fixture *f)
{
  g_autoptr(GError) error = NULL;
  g_assert_true (lw_job_commit (f->folder, f->request, &error));
  g_assert_no_error (error);
}

static void
write_text (Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = lw_job_path (f->folder, name);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
test_round_trip (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_assert_null (lw_job_load (f->folder, &error));
  g_assert_error (error, LW_JOB_ERROR, LW_JOB_ERROR_INCOMPLETE);
  g_clear_error (&error);
  commit (f);
  g_autoptr(LwJobRequest) back = lw_job_load (f->folder, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (back->uuid, ==, "0a1b");
  g_assert_cmpstr (back->architecture, ==, "fcn8s-lite");
  g_assert_cmpuint (back->classes->len, ==, 2);
  const LwJobClass *class = g_ptr_array_index (back->classes, 0);
  g_assert_cmpstr (class->name, ==, "Road “wet”");
  g_assert_cmpint (class->base_channel, ==, 2);
  g_assert_cmpuint (back->n_train, ==, 3);
  g_assert_cmpuint (back->n_val, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (back->names, 4), ==, "frame 4");
  g_assert_cmpint (back->max_side, ==, 640);
  guint8 rgb[WIDTH * HEIGHT * 3], labels[WIDTH * HEIGHT];
  for (guint i = 0; i < N; i++)
    {
      g_assert_true (lw_job_read_frame (f->folder, back, i, rgb, labels, &error));
      g_assert_cmpmem (rgb, sizeof rgb, f->rgb[i], sizeof rgb);
      g_assert_cmpmem (labels, sizeof labels, f->labels[i], sizeof labels);
    }
}

static void
expect_refused (Fixture *f, const char *what)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwJobRequest) request = lw_job_load (f->folder, &error);
  g_test_message ("%s: %s", what, error != NULL ? error->message : "accepted");
  g_assert_null (request);
  g_assert_nonnull (strstr (error->message, f->folder));    /* it says where */
}

static void
test_damaged_request (Fixture *f, gconstpointer data)
{
  commit (f);
  g_autofree char *path = lw_job_path (f->folder, "request.json");
  g_autofree char *good = NULL;
  g_assert_true (g_file_get_contents (path, &good, NULL, NULL));
  static const char *const changes[][2] = {
    { "\"version\": 1", "\"version\": 2" }, { "\"width\": 32", "\"width\": 2000000000" }, { "\"width\": 32", "\"width\": 1" },
    { "\"height\": 24", "\"height\": \"24\"" }, { "\"train\"", "\"drain\"" }, { "\"kind\": \"train\"", "\"kind\": \"rm\"" },
    { "\"Sky\"", "\"Road “wet”\"" }, { "\"Sky\"", "\"\"" }, { "\"base_channel\": 2", "\"base_channel\": 255" }, { "\"base_channel\": 2", "\"base_channel\": -2" },
    { "\"max_side\": 640", "\"max_side\": 0" }, { "\"base\": false", "\"base\": true" }, { "\"frame 0\"", "7" }, { "\"uuid\": \"0a1b\"", "\"uuid\": \"\"" },
    { "\"recipe\": {", "\"recipe\": [], \"x\": {" }, { "\"frame 0\"", "\"frame 0\", \"frame 5\", \"frame 6\"" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr(GString) text = g_string_new (good);
      g_assert_cmpuint (g_string_replace (text, changes[i][0], changes[i][1], 1), ==, 1);
      write_text (f, "request.json", text->str);
      expect_refused (f, changes[i][1]);
    }
  for (gsize n = 0; n + 2 < strlen (good); n += 7)      /* cut short anywhere */
    {
      g_autofree char *cut = g_strndup (good, n);
      write_text (f, "request.json", cut);
      expect_refused (f, "cut");
    }
  write_text (f, "request.json", "[]");
  expect_refused (f, "[]");
  write_text (f, "request.json", good);
  g_autoptr(LwJobRequest) whole = lw_job_load (f->folder, NULL);
  g_assert_nonnull (whole);
}

static void
test_damaged_files (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  commit (f);
  g_autofree char *frame = lw_job_frame_path (f->folder, "frames", 3), *map = lw_job_frame_path (f->folder, "labels", 1);
  g_assert_true (lw_png_write_rgb (frame, f->rgb[0], WIDTH / 2, HEIGHT, WIDTH / 2 * 3, &error));
  expect_refused (f, "other size");
  g_assert_true (lw_png_write_index (frame, f->rgb[0], WIDTH, HEIGHT, WIDTH, NULL, 0, &error));
  expect_refused (f, "grey frame");
  g_unlink (frame);
  expect_refused (f, "no frame");
  g_assert_true (lw_png_write_rgb (frame, f->rgb[3], WIDTH, HEIGHT, WIDTH * 3, &error));
  g_assert_true (g_file_set_contents (map, "no picture", -1, &error));
  expect_refused (f, "no picture");
}

static void
test_locks (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  commit (f);
  g_assert_cmpint (lw_job_get_state (f->folder), ==, LW_JOB_STATE_WAITING);
  int lock = lw_job_lock (f->folder, &error);
  g_assert_cmpint (lock, >=, 0);
  g_assert_cmpint (lw_job_lock (f->folder, &error), <, 0);
  g_assert_error (error, LW_JOB_ERROR, LW_JOB_ERROR_BUSY);
  g_assert_cmpint (lw_job_get_state (f->folder), ==, LW_JOB_STATE_TRAINING);
  close (lock);
  lock = lw_job_lock (f->folder, NULL);
  g_assert_cmpint (lock, >=, 0);
  close (lock);
  g_assert_false (lw_job_stop_requested (f->folder));
  g_assert_true (lw_job_request_stop (f->folder, NULL));
  g_assert_true (lw_job_stop_requested (f->folder));
  lw_job_forget_stop (f->folder);
  g_assert_false (lw_job_stop_requested (f->folder));
}

typedef struct { const char *folder; gboolean ended; } Asker;

static gpointer
ask_until_ended (gpointer data)
{
  Asker *asker = data;
  while (!g_atomic_int_get (&asker->ended))
    lw_job_get_state (asker->folder);
  return NULL;
}

/* Who looks how a job is doing keeps no engine from it, and others who look from the truth. */
static void
test_asked_meanwhile (Fixture *f, gconstpointer data)
{
  commit (f);
  Asker asker = { f->folder, FALSE };
  GThread *threads[] = { g_thread_new ("asker", ask_until_ended, &asker), g_thread_new ("asker", ask_until_ended, &asker) };
  for (int i = 0; i < 300; i++)
    {
      g_autoptr(GError) error = NULL;
      g_assert_cmpint (lw_job_get_state (f->folder), ==, LW_JOB_STATE_WAITING);
      int lock = lw_job_lock (f->folder, &error);
      g_assert_no_error (error);
      g_assert_cmpint (lw_job_get_state (f->folder), ==, LW_JOB_STATE_TRAINING);
      close (lock);
    }
  g_atomic_int_set (&asker.ended, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_progress (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  commit (f);
  g_autoptr(LwJobProgress) progress = lw_job_progress_new ();
  progress->epoch = 2;
  progress->epochs = 9;
  progress->loss = 0.25;
  const LwJobPoint points[] = { { 1, 1.5, NAN }, { 2, 0.25, 0.5 } };
  g_array_append_vals (progress->curve, points, 2);
  g_assert_true (lw_job_save_progress (f->folder, progress, &error));
  g_autoptr(LwJobProgress) back = lw_job_load_progress (f->folder, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (back->epochs, ==, 9);
  g_assert_cmpfloat (back->loss, ==, 0.25);
  g_assert_true (isnan (back->val_miou));
  g_assert_cmpuint (back->curve->len, ==, 2);
  g_assert_true (isnan (g_array_index (back->curve, LwJobPoint, 0).val_miou));
  g_assert_cmpfloat (g_array_index (back->curve, LwJobPoint, 1).val_miou, ==, 0.5);
  g_assert_cmpint (lw_job_get_state (f->folder), ==, LW_JOB_STATE_INTERRUPTED);
  progress->failed = TRUE;
  progress->message = g_strdup ("no room");
  g_assert_true (lw_job_save_progress (f->folder, progress, &error));
  g_assert_cmpint (lw_job_get_state (f->folder), ==, LW_JOB_STATE_FAILED);
  progress->failed = FALSE;
  progress->stopped = TRUE;
  g_assert_true (lw_job_save_progress (f->folder, progress, &error));
  g_assert_cmpint (lw_job_get_state (f->folder), ==, LW_JOB_STATE_STOPPED);
  write_text (f, "progress.json", "{\"epoch\": -3, \"loss\": \"x\", \"curve\": [1, {\"epoch\": 4}]}");
  g_autoptr(LwJobProgress) odd = lw_job_load_progress (f->folder, &error);
  g_assert_cmpuint (odd->epoch, ==, 0);
  g_assert_cmpuint (odd->curve->len, ==, 1);
}

static void
test_result (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  commit (f);
  g_autoptr(LwJobResult) result = lw_job_result_new ();
  result->device = g_strdup ("a processor");
  result->plan_key = g_strdup ("conv1: direct");
  result->epochs_run = 4;
  g_assert_false (lw_job_save_result (f->folder, result, &error));      /* no model, no result */
  g_clear_error (&error);
  g_assert_false (lw_job_is_finished (f->folder));
  write_text (f, "model.safetensors", "abc");
  g_assert_true (lw_job_save_result (f->folder, result, &error));
  g_assert_cmpint (lw_job_get_state (f->folder), ==, LW_JOB_STATE_FINISHED);
  g_autoptr(LwJobResult) back = lw_job_load_result (f->folder, &error);
  g_assert_nonnull (back);
  g_assert_cmpstr (back->plan_key, ==, "conv1: direct");
  g_assert_no_error (error);
  g_assert_cmpstr (back->sha256, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");    /* FIPS 180-2, of "abc" */
  g_assert_cmpuint (back->epochs_run, ==, 4);
  g_assert_true (isnan (back->best_miou));
  write_text (f, "model.safetensors", "abd");
  g_assert_null (lw_job_load_result (f->folder, &error));
  g_assert_error (error, LW_JOB_ERROR, LW_JOB_ERROR_DAMAGED);
}

static void
test_base (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *weights = lw_job_path (f->folder, "weights"), *none = lw_job_path (f->folder, "none"), *base = lw_job_path (f->folder, "base.safetensors");
  write_text (f, "weights", "abc");
  g_assert_true (lw_job_set_base (f->folder, weights, &error));
  g_autofree char *hash = lw_file_hash (base, &error);
  g_assert_cmpstr (hash, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  g_assert_false (lw_job_set_base (f->folder, none, &error));
  g_assert_nonnull (strstr (error->message, none));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/job/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("round-trip", test_round_trip);
  ADD ("damaged-request", test_damaged_request);
  ADD ("damaged-files", test_damaged_files);
  ADD ("locks", test_locks);
  ADD ("asked-meanwhile", test_asked_meanwhile);
  ADD ("progress", test_progress);
  ADD ("result", test_result);
  ADD ("base", test_base);
  return g_test_run ();
}
