/* test-client.c: the client against an engine that dies, lies, babbles or keeps silent (fake-engine.c) */
#include "config.h"
#include "engine/engine.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static LwImage *
random_image (int width, int height)
{
  LwImage *image = lw_image_new (width, height);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      ((guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride))[x] = 0xff000000 | ((guint32) g_test_rand_int () & 0xffffff);
  return image;
}

/* What the fake answers to this image. */
static void
assert_labelled (const LwPrediction *prediction, const LwImage *image)
{
  g_assert_cmpint (prediction->channels->width, ==, image->width);
  g_assert_cmpint (prediction->channels->height, ==, image->height);
  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++)
      {
        guint32 p = ((guint32 *) (gpointer) (image->pixels + (gsize) y * image->stride))[x];
        g_assert_cmpuint (lw_label_map_get (prediction->channels, x, y), ==, ((p >> 16 & 255) + (p >> 8 & 255) + (p & 255)) % 3);
      }
  g_assert_cmpint (prediction->confidence->width, ==, (image->width + 3) / 4);
  g_assert_cmpint (prediction->confidence->height, ==, (image->height + 3) / 4);
  g_assert_cmpuint (lw_label_map_get (prediction->confidence, 0, 0), ==, 77);
}

static void
assert_works (LwEngine *engine)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwImage) image = random_image (g_test_rand_int_range (1, 90), g_test_rand_int_range (1, 90));
  g_autoptr(LwPrediction) prediction = lw_engine_predict (engine, "/ok", image, NULL, &error);
  g_assert_no_error (error);
  assert_labelled (prediction, image);
}

static void
assert_fails (LwEngine *engine, const char *model, LwEngineError code)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwImage) image = random_image (40, 30);
  g_autoptr(LwPrediction) prediction = lw_engine_predict (engine, model, image, NULL, &error);
  g_test_message ("%s: %s", model, error != NULL ? error->message : "no error");
  g_assert_null (prediction);
  g_assert_error (error, LW_ENGINE_ERROR, (int) code);
}

static void
count_cb (LwEngine *engine, const char *message, gpointer data)
{
  g_assert_cmpstr (message, !=, "");
  ++*(int *) data;
}

/* Lets the signals of the engine's thread come in. */
static void
settle (void)
{
  for (int i = 0; i < 20; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (1000);
    }
}

static void
test_predict (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  g_assert_cmpint (lw_engine_get_state (engine), ==, LW_ENGINE_STOPPED);
  g_assert_cmpint (lw_engine_get_pid (engine), ==, 0);
  for (int i = 0; i < 30; i++)
    assert_works (engine);
  g_assert_cmpstr (lw_engine_get_device (engine), ==, "a fake");
  g_assert_cmpstr (lw_engine_get_note (engine), ==, "nothing real");
  g_assert_cmpstr (lw_engine_get_warning (engine), ==, "nothing real");
  g_assert_cmpint (lw_engine_get_pid (engine), >, 0);
  /* Larger than the slots that are kept. */
  g_autoptr(GError) error = NULL;
  g_autoptr(LwImage) large = random_image (5000, 4000);
  g_autoptr(LwPrediction) prediction = lw_engine_predict (engine, "/ok", large, NULL, &error);
  g_assert_no_error (error);
  assert_labelled (prediction, large);
  assert_works (engine);
}

typedef struct { LwEngine *engine; LwImage *image; int *left, *died; } Many;

static void
many_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Many *many = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(LwPrediction) prediction = lw_engine_predict_finish (many->engine, result, &error);
  if (prediction != NULL)
    assert_labelled (prediction, many->image);
  else
    {
      g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED);
      ++*many->died;
    }
  --*many->left;
  lw_image_unref (many->image);
  g_free (many);
}

static void
ask (LwEngine *engine, const char *model, int *left, int *died)
{
  Many *many = g_new (Many, 1);
  *many = (Many) { engine, random_image (g_test_rand_int_range (1, 200), g_test_rand_int_range (1, 200)), left, died };
  ++*left;
  lw_engine_predict_async (engine, model, many->image, NULL, many_cb, many);
}

static void
test_many (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  int left = 0, died = 0;
  for (int i = 0; i < 100; i++)
    ask (engine, "/ok", &left, &died);
  while (left > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (died, ==, 0);
  settle ();
  g_assert_cmpint (lw_engine_get_state (engine), ==, LW_ENGINE_READY);
}

/* Those under way fail once, those that wait are served by the next process. */
static void
test_dies_among_many (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  int left = 0, died = 0, signals = 0;
  g_signal_connect (engine, "died", G_CALLBACK (count_cb), &signals);
  for (int i = 0; i < 40; i++)
    ask (engine, i == 20 ? "/crash" : "/ok", &left, &died);
  while (left > 0)
    g_main_context_iteration (NULL, TRUE);
  settle ();
  g_assert_cmpint (signals, ==, 1);
  g_assert_cmpint (died, >=, 1);
  g_assert_cmpint (died, <=, 3);      /* as many as there are slots */
  assert_works (engine);
}

static void
test_deaths (void)
{
  static const struct { const char *model; LwEngineError code; } ends[] = {
    { "/crash", LW_ENGINE_ERROR_DIED }, { "/leave", LW_ENGINE_ERROR_DIED }, { "/garbage", LW_ENGINE_ERROR_PROTOCOL }, { "/half", LW_ENGINE_ERROR_PROTOCOL },
    { "/stranger", LW_ENGINE_ERROR_PROTOCOL }, { "/flood", LW_ENGINE_ERROR_PROTOCOL }, { "/empty", LW_ENGINE_ERROR_PROTOCOL },
  };
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  int signals = 0;
  g_signal_connect (engine, "died", G_CALLBACK (count_cb), &signals);
  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      assert_works (engine);
      GPid before = lw_engine_get_pid (engine);
      assert_fails (engine, ends[i].model, ends[i].code);
      assert_works (engine);
      g_assert_cmpint (lw_engine_get_pid (engine), !=, before);
      settle ();
      g_assert_cmpint (signals, ==, (int) i + 1);
    }
}

/* Answers that are refused without an end of the process. */
static void
test_lies (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  assert_works (engine);
  GPid before = lw_engine_get_pid (engine);
  assert_fails (engine, "/lie", LW_ENGINE_ERROR_PROTOCOL);
  assert_fails (engine, "/many", LW_ENGINE_ERROR_PROTOCOL);
  assert_fails (engine, "/stale", LW_ENGINE_ERROR_PROTOCOL);
  assert_fails (engine, "/no-model", LW_ENGINE_ERROR_MODEL);
  assert_works (engine);
  g_assert_cmpint (lw_engine_get_pid (engine), ==, before);
}

static void
test_killed_from_outside (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  assert_works (engine);
  kill (lw_engine_get_pid (engine), SIGKILL);
  settle ();
  while (lw_engine_get_state (engine) != LW_ENGINE_STOPPED)      /* the test's own limit ends this */
    g_usleep (20000);
  assert_works (engine);
}

static void
test_start (void)
{
  static const struct { const char *device; LwEngineError code; } starts[] = {
    { "exits", LW_ENGINE_ERROR_START }, { "babbles", LW_ENGINE_ERROR_PROTOCOL }, { "other-version", LW_ENGINE_ERROR_PROTOCOL },
    { "refuses", LW_ENGINE_ERROR_DEVICE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autoptr(LwEngine) engine = lw_engine_new (starts[i].device);
      assert_fails (engine, "/ok", starts[i].code);
      assert_fails (engine, "/ok", starts[i].code);
    }
  g_autofree char *fake = g_strdup (g_getenv ("LABELWRIGHT_ENGINE"));
  g_setenv ("LABELWRIGHT_ENGINE", "/nowhere/engine", TRUE);
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  assert_fails (engine, "/ok", LW_ENGINE_ERROR_START);
  g_setenv ("LABELWRIGHT_ENGINE", fake, TRUE);
  assert_works (engine);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (50000);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  g_autoptr(GCancellable) before = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(LwImage) image = random_image (20, 20);
  g_cancellable_cancel (before);
  g_assert_null (lw_engine_predict (engine, "/ok", image, before, &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED);
  g_clear_error (&error);
  g_autoptr(GCancellable) later = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, later);
  for (int i = 0; i < 2; i++)       /* the second time before it is sent */
    {
      g_assert_null (lw_engine_predict (engine, "/silent", image, later, &error));
      g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED);
      g_clear_error (&error);
    }
  g_thread_join (thread);
  assert_works (engine);
}

static void
test_stop (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  int left = 0, died = 0, signals = 0;
  g_signal_connect (engine, "died", G_CALLBACK (count_cb), &signals);
  assert_works (engine);
  GPid pid = lw_engine_get_pid (engine);
  lw_engine_stop (engine);
  g_assert_cmpint (lw_engine_get_state (engine), ==, LW_ENGINE_STOPPED);
  for (int i = 0; i < 200 && kill (pid, 0) == 0; i++)
    g_usleep (10000);
  g_assert_cmpint (kill (pid, 0), !=, 0);
  lw_engine_stop (engine);
  assert_works (engine);
  settle ();
  g_assert_cmpint (signals, ==, 0);
  g_assert_cmpint (left + died, ==, 0);
}

static void
test_inspect (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  g_autoptr(GError) error = NULL;
  g_autoptr(LwModelInfo) info = lw_engine_inspect (engine, "/toy", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (info->architecture, ==, "toy");
  g_assert_cmpstr (info->classes, ==, "[\"a\",\"b\",\"c\"]");
  g_assert_cmpint (info->n_classes, ==, 3);
  g_assert_cmpuint (info->parameters, ==, 12);
  g_assert_null (lw_engine_inspect (engine, "/odd", &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_PROTOCOL);
  g_clear_error (&error);
  g_assert_null (lw_engine_inspect (engine, "/bad\xff" "name", &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_MODEL);
}

static void
progress_cb (const LwTrainProgress *progress, gpointer data)
{
  guint *epochs = data;
  g_assert_cmpuint (progress->epoch, ==, *epochs + 1);
  g_assert_true (progress->epoch == 1 ? isnan (progress->val_miou) : progress->val_miou == 0.5);
  *epochs = progress->epoch;
}

static void
test_train (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  g_autoptr(GError) error = NULL;
  guint epochs = 0;
  g_assert_true (lw_engine_train (engine, "/job", progress_cb, &epochs, NULL, &error));
  g_assert_cmpuint (epochs, ==, 2);
  epochs = 0;
  g_assert_false (lw_engine_train (engine, "/crash", progress_cb, &epochs, NULL, &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED);
  g_assert_cmpuint (epochs, ==, 1);
  g_clear_error (&error);
  g_assert_false (lw_engine_train (engine, "/busy", NULL, NULL, NULL, &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_BUSY);
}

typedef struct { GCancellable *cancellable; LwEngine *engine; gboolean ended; } Long;

static void
long_progress_cb (const LwTrainProgress *progress, gpointer data)
{
  g_cancellable_cancel (((Long *) data)->cancellable);
}

static void
test_cancel_training (void)
{
  g_autoptr(LwEngine) engine = lw_engine_new ("auto");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  Long data = { cancellable, engine, FALSE };
  g_assert_false (lw_engine_train (engine, "/long", long_progress_cb, &data, cancellable, &error));
  g_assert_error (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED);
  g_assert_nonnull (strstr (error->message, "it was cancelled"));     /* the engine's own word: it has really stopped */
  assert_works (engine);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/predict", test_predict);
  g_test_add_func ("/client/many", test_many);
  g_test_add_func ("/client/dies-among-many", test_dies_among_many);
  g_test_add_func ("/client/deaths", test_deaths);
  g_test_add_func ("/client/lies", test_lies);
  g_test_add_func ("/client/killed-from-outside", test_killed_from_outside);
  g_test_add_func ("/client/start", test_start);
  g_test_add_func ("/client/cancel", test_cancel);
  g_test_add_func ("/client/stop", test_stop);
  g_test_add_func ("/client/inspect", test_inspect);
  g_test_add_func ("/client/train", test_train);
  g_test_add_func ("/client/cancel-training", test_cancel_training);
  return g_test_run ();
}
