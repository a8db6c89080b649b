/* test-engine.c: the real engine on the processor: it predicts, trains, does both at once, is killed, resumes, and outlives its client */
#include "config.h"
#include "engine/engine.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "engine/job.h"
#include "nn/weights/model.h"

#define WIDTH 64
#define HEIGHT 48
#define KILLED_EPOCHS 20       /* so many that a busy computer still has some before it when this process gets its turn */

static char *folder;            /* of this run; taken away at the end */
static const char *program;

static const char *const classes[] = { "Sky", "Road", "Car", NULL };

/* ---- material ---- */

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static char *
make_model (const char *name, guint64 seed)
{
  g_autoptr(GError) error = NULL;
  char *path = in_folder (name);
  g_autoptr(LwNetModel) model = lw_net_model_new ("fcn8s-lite", classes, seed, &error);
  g_assert_no_error (error);
  model->max_side = 160;
  /* Scores start at zero: give them something to say. */
  for (guint i = 0; i < model->weights->tensors->len; i++)
    {
      LwTensor *tensor = g_ptr_array_index (model->weights->tensors, i);
      if (strstr (tensor->name, "score") != NULL)
        for (gsize j = 0; j < tensor->count; j++)
          tensor->data[j] = (float) (g_test_rand_double () - 0.5);
    }
  g_assert_true (lw_net_model_save (model, LW_STORE_F32, path, &error));
  return path;
}

static LwImage *
make_image (int width, int height)
{
  LwImage *image = lw_image_new (width, height);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      ((guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride))[x] = 0xff000000 | ((guint32) g_test_rand_int () & 0xffffff);
  return image;
}

/* Sky over road with a car on it: colours tell the classes apart. */
static void
draw_scene (guint seed, guint8 *rgb, guint8 *labels)
{
  int horizon = 12 + (int) (seed * 7 % 20), car = (int) (seed * 13 % 40);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        gboolean is_car = y > horizon && y < horizon + 14 && x > car && x < car + 20;
        guint8 class = is_car ? 2 : y > horizon ? 1 : 0;
        static const guint8 colours[3][3] = { { 120, 170, 230 }, { 90, 90, 90 }, { 200, 40, 40 } };
        for (int c = 0; c < 3; c++)
          rgb[(y * WIDTH + x) * 3 + c] = (guint8) (colours[class][c] + ((guint) x * 31 + (guint) y * 17 + seed) % 20);
        labels[y * WIDTH + x] = x == 0 ? LW_JOB_IGNORED : class;
      }
}

static char *
make_job (const char *name, const char *base, guint epochs)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwJobRequest) request = lw_job_request_new ();
  char *job = in_folder (name);
  request->uuid = g_strdup (name);
  request->architecture = g_strdup ("fcn8s-lite");
  for (int i = 0; classes[i] != NULL; i++)
    lw_job_request_add_class (request, classes[i], base != NULL ? i : -1);
  request->width = WIDTH;
  request->height = HEIGHT;
  request->max_side = 160;
  request->n_train = 6;
  request->n_val = 2;
  request->has_base = base != NULL;
  request->recipe = g_strdup_printf ("{\"name\":\"test\",\"optimizer\":\"adamw\",\"rate\":0.002,\"epochs\":%u,\"batch\":2,\"seed\":5}", epochs);
  g_assert_true (lw_job_prepare (job, &error));
  if (base != NULL)
    g_assert_true (lw_job_set_base (job, base, &error));
  for (guint i = 0; i < 8; i++)
    {
      guint8 rgb[WIDTH * HEIGHT * 3], labels[WIDTH * HEIGHT];
      draw_scene (i, rgb, labels);
      g_ptr_array_add (request->names, g_strdup_printf ("scene %u", i));
      g_assert_true (lw_job_write_frame (job, i, rgb, labels, WIDTH, HEIGHT, &error));
    }
  g_assert_true (lw_job_commit (job, request, &error));
  return job;
}

/* ---- predictions ---- */

static void
test_predict (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cpu");
  g_autoptr(GError) error = NULL;
  g_autofree char *model = make_model ("a.safetensors", 1);
  g_autoptr(LwModelInfo) info = lw_engine_inspect (engine, model, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (info->architecture, ==, "fcn8s-lite");
  g_assert_cmpstr (info->classes, ==, "[\"Sky\",\"Road\",\"Car\"]");
  g_assert_cmpint (info->max_side, ==, 160);
  g_assert_cmpuint (strlen (info->sha256), ==, 64);
  static const int sizes[][2] = { { 64, 48 }, { 65, 49 }, { 33, 200 }, { 640, 360 }, { 1, 1 }, { 64, 48 } };
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr(LwImage) image = make_image (sizes[i][0], sizes[i][1]);
      g_autoptr(LwPrediction) first = lw_engine_predict (engine, model, image, NULL, &error);
      g_assert_no_error (error);
      g_autoptr(LwPrediction) again = lw_engine_predict (engine, model, image, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpint (first->channels->width, ==, sizes[i][0]);
      g_assert_true (lw_label_map_equal (first->channels, again->channels));
      g_assert_true (lw_label_map_equal (first->confidence, again->confidence));
      g_assert_cmpstr (first->plan_key, !=, "");
    }
}

/* Whatever was measured before in one of the processes, and on whichever layer. */
static void
test_repeatable (void)
{
  g_autoptr(LwEngine) one = lw_engine_new ("cpu"), two = lw_engine_new ("cpu");
  g_autoptr(GError) error = NULL;
  g_autofree char *model = make_model ("a.safetensors", 1);
  g_autoptr(LwImage) image = make_image (157, 111);
  g_autoptr(LwPrediction) measured = lw_engine_predict (one, model, image, NULL, &error);
  g_assert_no_error (error);
  g_autoptr(LwPrediction) first = lw_engine_predict_repeatable (one, model, image, NULL, &error);
  g_assert_no_error (error);
  g_autoptr(LwPrediction) second = lw_engine_predict_repeatable (two, model, image, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (lw_label_map_equal (first->channels, second->channels));
  g_assert_true (lw_label_map_equal (first->confidence, second->confidence));
  g_assert_cmpstr (first->plan_key, ==, second->plan_key);
}

static void
test_bad_models (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cpu");
  g_autoptr(LwImage) image = make_image (64, 48);
  g_autofree char *model = make_model ("b.safetensors", 1), *bad = in_folder ("bad.safetensors"), *data = NULL;
  gsize length;
  g_assert_true (g_file_get_contents (model, &data, &length, NULL));
  const gsize cuts[] = { 0, 7, 8, 100, length / 2, length - 1 };
  for (gsize i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autoptr(GError) error = NULL;
      g_assert_true (g_file_set_contents (bad, data, (gssize) cuts[i], NULL));
      g_assert_null (lw_engine_predict (engine, bad, image, NULL, &error));
      g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_MODEL);
      g_assert_nonnull (strstr (error->message, "bad.safetensors"));
    }
  /* A model that changes under its name is loaded anew. */
  g_autoptr(GError) error = NULL;
  g_assert_true (g_file_set_contents (bad, data, (gssize) length, NULL));
  g_autoptr(LwPrediction) one = lw_engine_predict (engine, bad, image, NULL, &error);
  g_assert_no_error (error);
  g_autofree char *other = make_model ("c.safetensors", 2);
  g_assert_cmpint (g_rename (other, bad), ==, 0);
  g_autoptr(LwPrediction) two = lw_engine_predict (engine, bad, image, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (lw_label_map_equal (one->confidence, two->confidence));
}

static void
test_no_gpu (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cuda");
  g_autoptr(GError) error = NULL;
  g_autofree char *model = make_model ("d.safetensors", 1);
  g_autoptr(LwModelInfo) info = lw_engine_inspect (engine, model, &error);
  if (info != NULL)
    {
      g_test_skip ("there is a CUDA backend here: this is about a computer without one");
      return;
    }
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, "cpu"));
  g_autoptr(LwEngine) automatic = lw_engine_new ("auto");
  g_autoptr(LwModelInfo) found = lw_engine_inspect (automatic, model, NULL);
  g_assert_nonnull (found);
  g_assert_cmpstr (lw_engine_get_note (automatic), !=, NULL);
}

/* ---- GPUs that can't do it ---- */

/* @module: a backend that stands in for one; it takes the place of the CUDA backend in a folder of its own. Before there are threads,
 * which read the environment: hence in a process of its own. */
static void
use_gpu (const char *module)
{
  g_autofree char *libraries = in_folder ("libraries"), *cuda = g_build_filename (libraries, "labelwright-backend-cuda.so", NULL);
  g_autofree char *cpu = g_build_filename (libraries, "labelwright-backend-cpu.so", NULL);
  g_autofree char *real = g_build_filename (g_getenv ("LABELWRIGHT_LIB_DIR"), "labelwright-backend-cpu.so", NULL);
  g_assert_cmpint (g_mkdir (libraries, 0700), ==, 0);
  if (*module != '\0')
    g_assert_cmpint (symlink (module, cuda), ==, 0);
  g_assert_cmpint (symlink (real, cpu), ==, 0);
  g_setenv ("LABELWRIGHT_LIB_DIR", libraries, TRUE);
}

static void
note_cb (const LwTrainProgress *progress, gpointer data)
{
  if (progress->note != NULL)
    *(const char **) data = progress->note;
}

/* The processor takes over, for a frame and for a training, and both say so. */
static void
test_small_gpu (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cuda");
  g_autoptr(GError) error = NULL;
  g_autofree char *model = make_model ("small.safetensors", 1), *job = make_job ("small", NULL, 2);
  g_autoptr(LwImage) image = make_image (64, 48);
  const char *note = NULL;
  for (int i = 0; i < 2; i++)
    {
      g_autoptr(LwPrediction) prediction = lw_engine_predict (engine, model, image, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (prediction->plan_key, "cpu "));
      g_assert_nonnull (strstr (lw_engine_get_note (engine), "too many for the small GPU"));
      g_assert_cmpstr (lw_engine_get_warning (engine), ==, lw_engine_get_note (engine));
    }
  g_assert_true (lw_engine_train (engine, job, note_cb, &note, NULL, &error));
  g_assert_no_error (error);
  g_assert_nonnull (strstr (note, "1 pictures are too many for the small GPU"));
  g_autoptr(LwJobResult) result = lw_job_load_result (job, &error);
  g_assert_no_error (error);
  g_assert_null (strstr (result->device, "small GPU"));
  g_assert_true (g_str_has_prefix (result->plan_key, "cpu "));
}

typedef struct { const char *note; guint first_step; } Fallback;

static void
fallback_cb (const LwTrainProgress *progress, gpointer data)
{
  Fallback *fallback = data;
  if (progress->note != NULL && fallback->note == NULL)
    *fallback = (Fallback) { progress->note, progress->step };
}

/* It predicts one frame and trains an epoch and two steps: what comes after is the processor's, the training from the checkpoint on. */
static void
test_lost_gpu (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  g_autoptr(GError) error = NULL;
  g_autofree char *model = make_model ("lost.safetensors", 1), *job = make_job ("lost", NULL, 3);
  g_autoptr(LwImage) image = make_image (64, 48);
  Fallback fallback = { 0 };
  for (int i = 0; i < 3; i++)
    {
      g_autoptr(LwPrediction) prediction = lw_engine_predict (engine, model, image, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (prediction->plan_key, i == 0 ? "ref " : "cpu "));
      g_assert_cmpstr (lw_engine_get_device (engine), ==, "lost GPU");
      g_assert_true ((lw_engine_get_warning (engine) != NULL) == (i > 0));
    }
  g_assert_nonnull (strstr (lw_engine_get_warning (engine), "fallen off the bus"));
  g_assert_true (lw_engine_train (engine, job, fallback_cb, &fallback, NULL, &error));
  g_assert_no_error (error);
  g_assert_nonnull (strstr (fallback.note, "fallen off the bus"));
  g_assert_cmpuint (fallback.first_step, >, 3);
  g_autoptr(LwJobResult) result = lw_job_load_result (job, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (result->plan_key, "cpu "));
  g_assert_cmpuint (result->curve->len, ==, 3);
}

/* “auto” takes the processor and says what is wrong with the GPU; “cuda” says it and takes nothing. */
static void
test_refusing_gpu (gconstpointer expected)
{
  g_autoptr(LwEngine) automatic = lw_engine_new ("auto"), cuda = lw_engine_new ("cuda");
  g_autoptr(GError) error = NULL;
  g_autofree char *model = make_model ("refused.safetensors", 1);
  g_autoptr(LwImage) image = make_image (64, 48);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr(LwPrediction) prediction = lw_engine_predict (automatic, model, image, NULL, &error);
      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (prediction->plan_key, "cpu "));
      g_assert_nonnull (strstr (lw_engine_get_warning (automatic), expected));
      g_assert_cmpstr (lw_engine_get_note (automatic), ==, lw_engine_get_warning (automatic));
    }
  g_assert_null (lw_engine_predict (cuda, model, image, NULL, &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, expected));
  g_assert_nonnull (strstr (error->message, "cpu"));
}

/* Where there is no GPU either, a backend that is missing is a note, and no news. */
static void
test_missing_gpu (void)
{
  g_autoptr(LwEngine) automatic = lw_engine_new ("auto"), cuda = lw_engine_new ("cuda");
  g_autoptr(GError) error = NULL;
  g_autofree char *model = make_model ("missing.safetensors", 1);
  g_autoptr(LwModelInfo) info = lw_engine_inspect (automatic, model, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (lw_engine_get_note (automatic), "labelwright-backend-cuda.so"));
  g_assert_true ((lw_engine_get_warning (automatic) != NULL) == g_file_test ("/proc/driver/nvidia/version", G_FILE_TEST_EXISTS));
  g_assert_null (lw_engine_inspect (cuda, model, &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, "labelwright-backend-cuda.so"));
}

/* ---- training ---- */

typedef struct { guint first, last, reports; LwEngine *kill; guint kill_after; } Seen;

static void
progress_cb (const LwTrainProgress *progress, gpointer data)
{
  Seen *seen = data;
  if (seen->reports++ == 0)
    seen->first = progress->epoch;
  g_assert_cmpuint (progress->epoch, >=, seen->last);
  seen->last = progress->epoch;
  if (seen->kill != NULL && progress->epoch_done && progress->epoch >= seen->kill_after)
    {
      kill (lw_engine_get_pid (seen->kill), SIGKILL);
      seen->kill = NULL;
    }
}

static void
test_train (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cpu");
  g_autoptr(GError) error = NULL;
  g_autofree char *job = make_job ("plain", NULL, 12), *trained = lw_job_path (job, "model.safetensors");
  Seen seen = { 0 };
  g_assert_true (lw_engine_train (engine, job, progress_cb, &seen, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (seen.last, ==, 12);
  g_assert_cmpint (lw_job_get_state (job), ==, LW_JOB_STATE_FINISHED);
  g_autoptr(LwJobResult) result = lw_job_load_result (job, &error);
  g_assert_no_error (error);
  g_test_message ("mIoU %.3f after %u epochs, %.1f s", result->best_miou, result->epochs_run, result->seconds);
  g_assert_cmpfloat (result->best_miou, >, 0.4);
  g_assert_cmpuint (result->curve->len, ==, result->epochs_run);
  g_autoptr(LwModelInfo) info = lw_engine_inspect (engine, trained, &error);
  g_assert_no_error (error);
  g_assert_cmpint (info->max_side, ==, 160);
  /* Asked once more it has nothing to do. */
  g_assert_true (lw_engine_train (engine, job, NULL, NULL, NULL, &error));
}

static void
test_other_classes (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cpu");
  g_autoptr(GError) error = NULL;
  g_autofree char *base = make_model ("e.safetensors", 1), *job = make_job ("other", base, 1), *trained = lw_job_path (job, "model.safetensors");
  g_autoptr(LwJobRequest) request = lw_job_load (job, &error);
  g_ptr_array_set_size (request->classes, 0);
  lw_job_request_add_class (request, "Water", -1);
  lw_job_request_add_class (request, "Street", 1);
  lw_job_request_add_class (request, "Air", 0);
  lw_job_request_add_class (request, "Boat", -1);
  g_assert_true (lw_job_commit (job, request, &error));
  g_assert_true (lw_engine_train (engine, job, NULL, NULL, NULL, &error));
  g_autoptr(LwModelInfo) info = lw_engine_inspect (engine, trained, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (info->classes, ==, "[\"Water\",\"Street\",\"Air\",\"Boat\"]");
}

typedef struct { gboolean training; } Both;

static void
trained_cb (GObject *engine, GAsyncResult *result, gpointer data)
{
  g_autoptr(GError) error = NULL;
  ((Both *) data)->training = FALSE;
  if (!lw_engine_train_finish (LW_ENGINE (engine), result, &error))
    g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED);     /* as the test asked for */
}

/* A proposal waits for a layer, not for the end of the training. */
static void
test_both_at_once (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cpu");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *model = make_model ("f.safetensors", 1), *job = make_job ("both", NULL, 1000);
  Both both = { TRUE };
  int during = 0;
  lw_engine_train_async (engine, job, NULL, NULL, cancellable, trained_cb, &both);
  while (both.training && during < 20)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwImage) image = make_image (64, 48);
      g_autoptr(LwPrediction) prediction = lw_engine_predict (engine, model, image, NULL, &error);
      g_assert_no_error (error);
      during += lw_job_get_state (job) == LW_JOB_STATE_TRAINING;
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_test_message ("%d predictions during the training", during);
  g_assert_cmpint (during, ==, 20);
  g_cancellable_cancel (cancellable);
  while (both.training)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_killed_while_predicting (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cpu");
  g_autofree char *model = make_model ("g.safetensors", 1);
  g_autoptr(LwImage) image = make_image (160, 120);
  int died = 0;
  for (int i = 0; i < 12; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(LwPrediction) prediction = lw_engine_predict (engine, model, image, NULL, &error);
      if (prediction == NULL)
        {
          g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED);
          died++;
        }
      else if (i % 3 == 0)
        kill (lw_engine_get_pid (engine), SIGKILL);
    }
  g_assert_cmpint (died, <=, 5);
}

static void
test_killed_while_training (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cpu");
  g_autoptr(GError) error = NULL;
  g_autofree char *job = make_job ("killed", NULL, KILLED_EPOCHS), *straight = make_job ("straight", NULL, KILLED_EPOCHS);
  Seen seen = { .kill = engine, .kill_after = 2 };
  g_assert_false (lw_engine_train (engine, job, progress_cb, &seen, NULL, &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED);
  g_clear_error (&error);
  g_assert_cmpint (lw_job_get_state (job), ==, LW_JOB_STATE_INTERRUPTED);
  Seen rest = { 0 };
  g_assert_true (lw_engine_train (engine, job, progress_cb, &rest, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rest.first, >=, 2);       /* not from the start */
  g_autoptr(LwJobResult) result = lw_job_load_result (job, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result->curve->len, ==, KILLED_EPOCHS);
  /* It comes to the same as if nothing had happened. */
  g_assert_true (lw_engine_train (engine, straight, NULL, NULL, NULL, &error));
  g_autoptr(LwJobResult) other = lw_job_load_result (straight, &error);
  g_assert_cmpfloat (fabs (other->best_miou - result->best_miou), <, 0.02);
}

static void
test_two_engines (void)
{
  g_autoptr(LwEngine) first = lw_engine_new ("cpu"), second = lw_engine_new ("cpu");
  g_autoptr(GError) error = NULL;
  g_autofree char *one = make_job ("one", NULL, 1000), *two = make_job ("two", NULL, 1);
  Both both = { TRUE };
  Seen seen = { 0 };
  lw_engine_train_async (first, one, progress_cb, &seen, NULL, trained_cb, &both);
  while (seen.reports == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (lw_engine_train (second, one, NULL, NULL, NULL, &error));       /* the same job */
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (lw_engine_train (second, two, NULL, NULL, NULL, &error));       /* another job on the same device */
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (lw_engine_train (first, two, NULL, NULL, NULL, &error));        /* the same engine */
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_BUSY);
  g_clear_error (&error);
  lw_job_request_stop (one, NULL);
  while (lw_job_get_state (one) == LW_JOB_STATE_TRAINING)
    g_usleep (10000);
  g_assert_cmpint (lw_job_get_state (one), ==, LW_JOB_STATE_STOPPED);
  g_assert_true (lw_engine_train (second, two, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  lw_engine_stop (first);
}

static void
cancel_cb (const LwTrainProgress *progress, gpointer data)
{
  g_cancellable_cancel (data);
}

static void
test_cancel (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cpu");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *job = make_job ("cancelled", NULL, 1000);
  g_assert_false (lw_engine_train (engine, job, cancel_cb, cancellable, cancellable, &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED);
  g_assert_cmpint (lw_job_get_state (job), ==, LW_JOB_STATE_STOPPED);
}

static void
test_damaged_jobs (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("cpu");
  g_autofree char *base = make_model ("h.safetensors", 1);
  static const char *const damages[] = { "frames/000002.png", "labels/000007.png", "base.safetensors", "request.json" };
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *name = g_strdup_printf ("damaged-%d", (int) i), *job = make_job (name, base, 1), *file = lw_job_path (job, damages[i]);
      g_unlink (file);
      g_assert_true (g_file_set_contents (file, "nonsense, long enough to be something", -1, NULL));
      g_assert_false (lw_engine_train (engine, job, NULL, NULL, NULL, &error));
      g_test_message ("%s: %s", damages[i], error->message);
      g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_JOB);
      g_assert_nonnull (strstr (error->message, damages[i]));
    }
}

/* The client of this test: it asks for a training, sees that it begins, and vanishes. */
static int
abandon (const char *job)
{
  LwEngine *engine = lw_engine_new ("cpu");
  lw_engine_train_async (engine, job, NULL, NULL, NULL, NULL, NULL);
  while (lw_job_get_state (job) != LW_JOB_STATE_TRAINING)
    g_usleep (1000);
  g_usleep (100000);
  kill (getpid (), SIGKILL);
  return 1;
}

static void
test_outlives_client (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *job = make_job ("abandoned", NULL, KILLED_EPOCHS);
  g_autoptr(GSubprocess) client = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, "--abandon", job, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (client, NULL, &error));
  g_assert_true (g_subprocess_get_if_signaled (client));
  g_assert_false (lw_job_is_finished (job));
  while (lw_job_get_state (job) == LW_JOB_STATE_TRAINING)
    g_usleep (10000);
  g_assert_cmpint (lw_job_get_state (job), ==, LW_JOB_STATE_FINISHED);
  g_autoptr(LwJobResult) result = lw_job_load_result (job, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (result->epochs_run, ==, KILLED_EPOCHS);
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

static int
finish (int status)
{
  remove_tree (folder);
  return status;
}

static const char *
message_of (const char *kind)
{
  static const struct { const char *kind, *message; } messages[] = {
    { "old", "driver of the refusing GPU is too old" },
    { "foreign", "backend of another version" },
    { "strange", "is not a backend of this program" },
    { "damaged", "Could not load the backend" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    if (g_str_equal (messages[i].kind, kind))
      return messages[i].message;
  g_error ("nothing is named “%s”", kind);
}

static void
add_gpu_test (const char *kind)
{
  if (g_str_equal (kind, "small"))
    g_test_add_func ("/engine/small-gpu", test_small_gpu);
  else if (g_str_equal (kind, "lost"))
    g_test_add_func ("/engine/lost-gpu", test_lost_gpu);
  else if (g_str_equal (kind, "missing"))
    g_test_add_func ("/engine/missing-gpu", test_missing_gpu);
  else
    g_test_add_data_func ("/engine/refusing-gpu", message_of (kind), test_refusing_gpu);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--abandon"))
    return abandon (argv[2]);
  g_test_init (&argc, &argv, NULL);
  program = argv[0];
  folder = g_dir_make_tmp ("lw-engine-XXXXXX", NULL);
  g_setenv ("XDG_RUNTIME_DIR", folder, TRUE);      /* a lock of our own: nobody else's training is in our way */
  if (argc == 3)        /* which kind, and its module */
    {
      use_gpu (argv[2]);
      add_gpu_test (argv[1]);
      return finish (g_test_run ());
    }
  g_test_add_func ("/engine/predict", test_predict);
  g_test_add_func ("/engine/repeatable", test_repeatable);
  g_test_add_func ("/engine/bad-models", test_bad_models);
  g_test_add_func ("/engine/no-gpu", test_no_gpu);
  g_test_add_func ("/engine/train", test_train);
  g_test_add_func ("/engine/other-classes", test_other_classes);
  g_test_add_func ("/engine/both-at-once", test_both_at_once);
  g_test_add_func ("/engine/killed-while-predicting", test_killed_while_predicting);
  g_test_add_func ("/engine/killed-while-training", test_killed_while_training);
  g_test_add_func ("/engine/two-engines", test_two_engines);
  g_test_add_func ("/engine/cancel", test_cancel);
  g_test_add_func ("/engine/damaged-jobs", test_damaged_jobs);
  g_test_add_func ("/engine/outlives-client", test_outlives_client);
  return finish (g_test_run ());
}
