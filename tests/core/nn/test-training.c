/* test-training.c: whole trainings on the reference backend: they learn, stop, go on, and fail as they should */
#include <math.h>
#include <string.h>
#include <glib/gstdio.h>
#include "common/paths.h"
#include "nn/networks/networks.h"
#include "nn/random.h"
#include "nn/training/class-weights.h"
#include "nn/training/schedule.h"

#define SIDE 40
static const char *const classes[] = { "Dark", "Bright", "Red", NULL };

typedef struct {
  gint fail_at;                /* calls left until loading fails; -1: never */
  guint stop_after;            /* epochs; 0: never */
  guint stop_at;               /* step; 0: never */
  guint threads, first_step, step;
  const char *copy_from, *copy_to;      /* a file that is copied within the third epoch, as if the power went out then */
  guint epochs_seen;
  double first_loss, last_loss, last_left;
  GArray *losses;
  const LwBackend *backend;             /* NULL: the reference */
  char *note;
  const LwNetModel *teacher;
  gboolean all_dark;           /* whatever there is to see, the labels to train on say class 0 */
} Course;

/* Stripes of three colours; which class they are can be seen from the colour alone. */
static gboolean
load_cb (gpointer data, gboolean val, guint index, guint8 *rgb, guint8 *labels, GError **error)
{
  Course *course = data;
  static const guint8 colours[3][3] = { { 30, 30, 40 }, { 220, 230, 220 }, { 200, 30, 30 } };
  LwRandom random = lw_random_new (77 + (guint64) val, index);

  if (course->fail_at >= 0 && g_atomic_int_dec_and_test (&course->fail_at))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_IO, "frame %u is gone", index);
      return FALSE;
    }
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      guint c = (guint) (i % SIDE / 10 + i / SIDE / 20 + (int) index) % 3;

      labels[i] = i % 11 == 0 ? 255 : course->all_dark && !val ? 0 : (guint8) c;
      for (int k = 0; k < 3; k++)
        {
          int value = colours[c][k] + (int) lw_random_int (&random, 21) - 10;

          rgb[i * 3 + k] = (guint8) CLAMP (value, 0, 255);
        }
    }
  return TRUE;
}

static void
copy_file (const char *from, const char *to)
{
  g_autofree char *bytes = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (from, &bytes, &length, NULL));
  g_assert_true (g_file_set_contents (to, bytes, (gssize) length, NULL));
}

static void
report_cb (const LwTrainingProgress *progress, gpointer data)
{
  Course *course = data;

  g_assert_cmpuint (progress->step, <=, progress->steps);
  g_assert_cmpuint (progress->epoch, >=, 1);
  g_assert_cmpuint (progress->epoch, <=, progress->epochs);
  if (progress->step == 1)
    course->first_loss = progress->loss;
  course->last_loss = progress->loss;
  course->last_left = progress->seconds_left;
  course->epochs_seen += progress->epoch_done;
  if (progress->note != NULL && course->note == NULL)
    course->note = g_strdup (progress->note);
  course->step = progress->step;
  if (course->first_step == 0)
    course->first_step = progress->step;
  if (course->copy_from != NULL && progress->step == 9)
    copy_file (course->copy_from, course->copy_to);
}

static gboolean
yield_cb (gpointer data)
{
  Course *course = data;

  return (course->stop_after == 0 || course->epochs_seen < course->stop_after) && (course->stop_at == 0 || course->step < course->stop_at);
}

static gboolean
train (LwNetModel *model, const char *json, Course *course, guint n_val, const char *checkpoint, LwTrainingSummary *summary, GError **error)
{
  LwTrainingSet set = { 4, n_val, SIDE, SIDE, load_cb, course, course->threads, course->teacher };
  g_autoptr(LwRecipe) recipe = lw_recipe_parse (json, strlen (json), "test.json", NULL);

  g_assert_nonnull (recipe);
  lw_training_summary_clear (summary);
  return lw_train (course->backend != NULL ? course->backend : &lw_backend_ref, NULL, model, &set, recipe, LW_PRECISION_AUTO, checkpoint, report_cb, yield_cb, course, summary, error);
}

static LwNetModel *
fresh_model (void)
{
  return lw_net_model_new ("fcn8s-lite", classes, 3, NULL);
}

static gboolean
same_weights (const LwNetModel *a, const LwNetModel *b)
{
  for (guint i = 0; i < a->weights->tensors->len; i++)
    {
      const LwTensor *x = a->weights->tensors->pdata[i], *y = lw_weights_get (b->weights, x->name);

      if (memcmp (x->data, y->data, x->count * sizeof (float)) != 0)
        return FALSE;
    }
  return TRUE;
}

#define NORMALISED "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"weight_decay\":0.01,\"batch_norm\":true,\"class_weights\":true,\"max_class_weight\":3,\"flip\":true," \
  "\"brightness\":0.1,\"batch\":2,\"scale\":[0.9,1.2],\"stages\":[{\"epochs\":2,\"crop\":[32,32]},{\"epochs\":2,\"crop\":[40,40],\"batch\":1}]," \
  "\"average\":0.8,\"label_smoothing\":0.1,\"rate_factors\":{\"conv\":0.5,\"conv5\":2},\"checkpoint_seconds\":0}"
#define PLAIN "{\"name\":\"t\",\"optimizer\":\"sgd\",\"rate\":0.05,\"batch\":2,\"epochs\":3,\"clip_norm\":1,\"frozen\":[\"conv1\"],\"power\":0}"

static void
test_learns (void)
{
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) summary = { 0 };
  g_autoptr(GError) error = NULL;
  const char *recipe = "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":15,\"validate_every\":5}";

  g_assert_true (train (model, recipe, &course, 2, NULL, &summary, &error));
  g_assert_cmpfloat_with_epsilon (course.first_loss, log (3), 0.01);    /* scores start at zero */
  g_assert_cmpfloat (course.last_loss, <, 0.5);
  g_assert_cmpfloat (course.last_left, ==, 0);
  g_assert_cmpfloat (summary.best_miou, >, 0.6);
  g_assert_cmpuint (summary.best_epoch % 5, ==, 0);
  g_assert_cmpuint (summary.epochs_run, ==, 15);
  g_assert_true (lw_weights_check (model->weights, model->graph, NULL));
}

/* Stopped after any step and taken up again, with any number of threads, a training ends in the very same weights. */
static void
test_resume (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-training-XXXXXX", NULL), *path = g_build_filename (folder, "checkpoint.safetensors", NULL);
  g_autoptr(LwNetModel) whole = fresh_model (), parts = fresh_model (), untouched = fresh_model ();
  Course course = { .fail_at = -1, .threads = 1 }, last = { .fail_at = -1 };
  g_auto(LwTrainingSummary) one = { 0 }, two = { 0 };
  g_autoptr(GError) error = NULL;
  static const guint stops[] = { 1, 4, 11 };           /* of 2 + 2 + 4 + 4 steps: within epochs and at an end */

  g_assert_true (train (whole, NORMALISED, &course, 1, NULL, &one, &error));
  g_assert_cmpstr (one.plan_key, ==, "ref f64");
  g_assert_false (same_weights (whole, untouched));
  for (guint i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      Course stopped = { .fail_at = -1, .stop_at = stops[i], .threads = 1 + i };

      g_assert_false (train (parts, NORMALISED, &stopped, 1, path, &two, &error));
      g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_CANCELLED);
      g_clear_error (&error);
      g_assert_true (same_weights (parts, untouched));
    }
  g_assert_true (train (parts, NORMALISED, &last, 1, path, &two, &error));
  g_assert_cmpuint (last.first_step, ==, 12);
  g_assert_true (same_weights (parts, whole));
  g_assert_cmpfloat (one.best_miou, ==, two.best_miou);
  g_assert_cmpuint (one.best_epoch, ==, two.best_epoch);
  g_assert_cmpfloat (one.final_loss, ==, two.final_loss);

  g_autoptr(LwNetModel) again = fresh_model ();                          /* a finished one only hands its result over */
  Course idle = { .fail_at = -1 };

  g_assert_true (train (again, NORMALISED, &idle, 1, path, &two, &error));
  g_assert_cmpuint (idle.epochs_seen, ==, 0);
  g_assert_cmpstr (two.plan_key, ==, "ref f64");
  g_assert_true (same_weights (again, whole));
  g_assert_false (train (again, PLAIN, &idle, 1, path, &two, &error));   /* another recipe's is refused */
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);
  g_autoptr(LwNetModel) other = fresh_model ();                          /* and that of a network that sees the pictures otherwise */

  other->transform.bgr = TRUE;
  g_assert_false (train (other, NORMALISED, &idle, 1, path, &two, &error));
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path, "rubbish, not a checkpoint", -1, NULL));
  g_assert_false (train (again, NORMALISED, &idle, 1, path, &two, &error));
  g_assert_nonnull (strstr (error->message, path));
  g_unlink (path);
  g_rmdir (folder);
}

/* What lies on the disk while a training runs is whole, and it goes on from there, too. */
static void
test_resume_after_a_crash (void)
{
  g_autofree char *folder = g_dir_make_tmp ("lw-training-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.safetensors", NULL), *copy = g_build_filename (folder, "b.safetensors", NULL);
  g_autoptr(LwNetModel) whole = fresh_model (), crashed = fresh_model ();
  Course course = { .fail_at = -1, .copy_from = path, .copy_to = copy }, rest = { .fail_at = -1 };
  g_auto(LwTrainingSummary) one = { 0 }, two = { 0 };

  g_assert_true (train (whole, NORMALISED, &course, 0, path, &one, NULL));
  g_assert_true (train (crashed, NORMALISED, &rest, 0, copy, &two, NULL));
  g_assert_cmpuint (rest.first_step, >, 2);
  g_assert_cmpuint (rest.first_step, <=, 10);
  g_assert_true (same_weights (crashed, whole));
  g_unlink (path);
  g_unlink (copy);
  g_rmdir (folder);
}

/* The average of the last two of four epochs is the mean of what three and four epochs end with, as the schedule knows no end here. */
static void
test_average (void)
{
  static const char *const recipe = "{\"name\":\"t\",\"rate\":0.05,\"batch\":4,\"epochs\":%d,\"power\":0,\"average\":%s}";
  g_autoptr(LwNetModel) third = fresh_model (), fourth = fresh_model (), both = fresh_model ();
  LwNetModel *const models[] = { third, fourth, both };

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *json = g_strdup_printf (recipe, i == 0 ? 3 : 4, i == 2 ? "0.5" : "0");
      g_auto(LwTrainingSummary) summary = { 0 };
      Course course = { .fail_at = -1 };

      g_assert_true (train (models[i], json, &course, 0, NULL, &summary, NULL));
    }
  for (guint t = 0; t < both->weights->tensors->len; t++)
    {
      const LwTensor *mean = both->weights->tensors->pdata[t], *a = lw_weights_get (third->weights, mean->name);
      const LwTensor *b = lw_weights_get (fourth->weights, mean->name);

      for (gsize i = 0; i < mean->count; i++)
        g_assert_cmpfloat_with_epsilon (mean->data[i], (a->data[i] + b->data[i]) / 2, 1e-6);
    }
  g_assert_false (same_weights (third, fourth));
}

/* A part of the way from the start to what would have been learnt. */
static void
test_blend (void)
{
  g_autoptr(LwNetModel) start = fresh_model (), whole = fresh_model (), part = fresh_model ();
  LwNetModel *const models[] = { whole, part };

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"name\":\"t\",\"rate\":0.05,\"batch\":4,\"epochs\":2,\"average\":0.5,\"blend_frames\":%d}", i * 12);     /* 4 frames */
      g_auto(LwTrainingSummary) summary = { 0 };
      Course course = { .fail_at = -1 };

      g_assert_true (train (models[i], json, &course, 0, NULL, &summary, NULL));
    }
  for (guint t = 0; t < start->weights->tensors->len; t++)
    {
      const LwTensor *from = start->weights->tensors->pdata[t], *to = lw_weights_get (whole->weights, from->name), *got = lw_weights_get (part->weights, from->name);

      for (gsize i = 0; i < from->count; i++)
        g_assert_cmpfloat_with_epsilon (got->data[i], from->data[i] + 0.25f * (to->data[i] - from->data[i]), 1e-6);
    }
  g_assert_false (same_weights (part, whole));
}

/* One step of SGD moves each layer in proportion to its factor; the longest prefix counts. */
static void
test_rate_factors (void)
{
  g_autoptr(LwNetModel) plain = fresh_model (), scaled = fresh_model (), start = fresh_model ();
  const char *const recipes[2] = {
    "{\"name\":\"t\",\"rate\":0.05,\"batch\":4,\"epochs\":2}",
    "{\"name\":\"t\",\"rate\":0.05,\"batch\":4,\"epochs\":1,\"min_steps\":2,\"rate_factors\":{\"fc\":0.5,\"fc7\":4}}",
  };
  Course course = { .fail_at = -1, .stop_at = 0 };
  g_auto(LwTrainingSummary) summary = { 0 };
  double moved[2][3] = { { 0 } };
  const char *const names[] = { "fc6.weight", "fc7.weight", "score_pool3.weight" };

  g_assert_true (train (plain, recipes[0], &course, 0, NULL, &summary, NULL) && train (scaled, recipes[1], &course, 0, NULL, &summary, NULL));
  for (int k = 0; k < 3; k++)
    for (int m = 0; m < 2; m++)
      {
        const LwTensor *after = lw_weights_get ((m == 0 ? plain : scaled)->weights, names[k]), *before = lw_weights_get (start->weights, names[k]);

        for (gsize i = 0; i < after->count; i++)
          moved[m][k] += fabs ((double) after->data[i] - (double) before->data[i]);
      }
  g_assert_cmpfloat (moved[1][0] / moved[0][0], <, 0.7);
  g_assert_cmpfloat (moved[1][1] / moved[0][1], >, 2.5);
  g_assert_cmpfloat (moved[1][2] / moved[0][2], >, 0.5);
}

/* A loss that expects the given share of every class's labels on all classes can't fall below what that costs. */
static void
test_label_smoothing (void)
{
  const char *recipe = "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":7,\"label_smoothing\":0.5}";
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) summary = { 0 };
  double likely = 0.5 + 0.5 / 3, rest = 0.5 / 3, least = -likely * log (likely) - 2 * rest * log (rest);

  g_assert_true (train (model, recipe, &course, 0, NULL, &summary, NULL));
  g_assert_cmpfloat (course.last_loss, >, least - 0.03);
  g_assert_cmpfloat (course.last_loss, <, log (3) - 0.02);
}

#define TAUGHT "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"validate_every\":5,\"taught\":1,\"stages\":[{\"epochs\":5,\"crop\":[40,32]},{\"epochs\":20}]}"

/* With labels that say nothing all is learnt from the teacher; stopped and taken up again, it comes to the same weights, with the same teacher only. */
static void
test_taught (void)
{
  const char *learning = "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":25}";
  g_autofree char *folder = g_dir_make_tmp ("lw-training-XXXXXX", NULL), *path = g_build_filename (folder, "checkpoint.safetensors", NULL);
  g_autoptr(LwNetModel) teacher = fresh_model (), whole = fresh_model (), parts = fresh_model (), stranger = fresh_model ();
  Course first = { .fail_at = -1 }, course = { .fail_at = -1, .teacher = teacher, .all_dark = TRUE };
  Course stopped = { .fail_at = -1, .teacher = teacher, .all_dark = TRUE, .stop_at = 9 }, idle = { .fail_at = -1, .teacher = stranger, .all_dark = TRUE };
  g_auto(LwTrainingSummary) summary = { 0 };
  g_autoptr(GError) error = NULL;

  g_assert_true (train (teacher, learning, &first, 0, NULL, &summary, NULL));
  g_assert_true (train (whole, TAUGHT, &course, 2, NULL, &summary, NULL));
  g_test_message ("taught: %g", summary.best_miou);
  g_assert_cmpfloat (summary.best_miou, >, 0.6);

  g_assert_false (train (parts, TAUGHT, &stopped, 2, path, &summary, NULL));
  g_assert_false (train (parts, TAUGHT, &idle, 2, path, &summary, &error));
  g_assert_nonnull (strstr (error->message, path));
  g_assert_true (train (parts, TAUGHT, &course, 2, path, &summary, NULL));
  g_assert_true (same_weights (parts, whole));
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_wrong_teachers (void)
{
  static const char *const others[] = { "Dark", "Bright", "Blue", NULL };
  g_autoptr(LwNetModel) model = fresh_model (), other = lw_net_model_new ("fcn8s-lite", others, 1, NULL), teacher = fresh_model ();
  const struct { const char *recipe; const LwNetModel *teacher; const char *word; } cases[] = {
    { TAUGHT, NULL, "none was given" }, { TAUGHT, other, "other classes" }, { PLAIN, teacher, "takes nothing" },
  };
  g_auto(LwTrainingSummary) summary = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Course course = { .fail_at = -1, .teacher = cases[i].teacher };
      g_autoptr(GError) error = NULL;

      g_assert_false (train (model, cases[i].recipe, &course, 0, NULL, &summary, &error));
      g_assert_nonnull (strstr (error->message, cases[i].word));
    }
}

/* Of the same trained network, which hardly learns any more, the mean over the hardest tenth lies above the mean over all. */
static void
test_hard_examples (void)
{
  const char *first = "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":3}", *const recipes[2] = {
    "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":1e-7,\"batch\":4,\"epochs\":1}",
    "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":1e-7,\"batch\":4,\"epochs\":1,\"hard_below\":0.01,\"hard_share\":0.1}",
  };
  double loss[2];

  for (int i = 0; i < 2; i++)
    {
      g_autoptr(LwNetModel) model = fresh_model ();
      Course course = { .fail_at = -1 };
      g_auto(LwTrainingSummary) summary = { 0 }, again = { 0 };

      g_assert_true (train (model, first, &course, 0, NULL, &summary, NULL) && train (model, recipes[i], &course, 0, NULL, &again, NULL));
      loss[i] = course.last_loss;
    }
  g_test_message ("%g of all, %g of the hardest tenth", loss[0], loss[1]);
  g_assert_cmpfloat (loss[1], >, 1.05 * loss[0]);
}

static void
test_frozen (void)
{
  g_autoptr(LwNetModel) model = fresh_model (), before = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) summary = { 0 };
  g_autoptr(GError) error = NULL;

  g_assert_true (train (model, PLAIN, &course, 0, NULL, &summary, &error));
  g_assert_true (isnan (summary.best_miou));
  g_assert_cmpuint (summary.best_epoch, ==, 0);
  for (guint i = 0; i < model->weights->tensors->len; i++)
    {
      const LwTensor *x = model->weights->tensors->pdata[i], *y = lw_weights_get (before->weights, x->name);

      g_assert_cmpint (memcmp (x->data, y->data, x->count * sizeof (float)) == 0, ==, g_str_has_prefix (x->name, "conv1"));
    }
}

/* What normalisation a training leaves beside the model, the next one keeps where it is told to, while the filters go on. */
static void
test_frozen_norms (void)
{
  static const char *const recipe = "{\"name\":\"t\",\"rate\":0.05,\"batch\":2,\"epochs\":1,\"batch_norm\":true,\"frozen_norms\":%s}";
  g_autofree char *moving = g_strdup_printf (recipe, "false"), *frozen = g_strdup_printf (recipe, "true");
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) first = { 0 }, second = { 0 };

  g_assert_true (train (model, moving, &course, 0, NULL, &first, NULL));
  g_autoptr(LwWeights) before = lw_weights_copy (model->weights);

  g_assert_nonnull (lw_weights_get (before, "conv2_1.bn.running_mean"));
  g_assert_true (train (model, frozen, &course, 0, NULL, &second, NULL));
  for (guint i = 0; i < before->tensors->len; i++)
    {
      const LwTensor *x = before->tensors->pdata[i], *y = lw_weights_get (model->weights, x->name);
      gboolean norm = strstr (x->name, ".bn.") != NULL;
      double away = 0;

      for (gsize k = 0; k < x->count; k++)
        away = MAX (away, fabs ((double) x->data[k] - (double) y->data[k]) / (1 + fabs ((double) x->data[k])));
      if (norm ? away > 1e-4 : away == 0 && g_str_has_suffix (x->name, ".weight"))
        g_error ("%s is %g away", x->name, away);
    }
}

/* Steps at the end that only move the statistics: gains and shifts are those of the same training without, means and variances are not. */
static void
test_statistics (void)
{
  static const char *const recipe = "{\"name\":\"t\",\"rate\":0.05,\"batch\":2,\"epochs\":1,\"batch_norm\":true,\"statistics_steps\":%d}";
  g_autoptr(LwNetModel) without = fresh_model (), with = fresh_model ();
  LwNetModel *const models[] = { without, with };

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *json = g_strdup_printf (recipe, i * 6);
      Course course = { .fail_at = -1 };
      g_auto(LwTrainingSummary) summary = { 0 };

      g_assert_true (train (models[i], json, &course, 0, NULL, &summary, NULL));
      g_assert_cmpuint (course.step, ==, 2 + 6 * i);
    }
  for (guint t = 0; t < without->weights->tensors->len; t++)
    {
      const LwTensor *x = without->weights->tensors->pdata[t], *y = lw_weights_get (with->weights, x->name);
      gboolean same = memcmp (x->data, y->data, x->count * sizeof (float)) == 0;

      if (strstr (x->name, ".bn.") != NULL)
        g_assert_cmpint (same, ==, strstr (x->name, ".running_") == NULL);
    }
}

/* ---- the recipes that ship ---- */

static gboolean
some_layer_begins (const char *prefix)
{
  for (const char *const *name = lw_network_names (); *name != NULL; name++)
    {
      g_autoptr(LwGraph) graph = lw_network_new (*name, &(LwNetworkOptions) { .classes = 3 });

      for (guint i = 0; i < graph->nodes->len; i++)
        if (g_str_has_prefix (lw_graph_node (graph, (int) i)->name, prefix))
          return TRUE;
    }
  return FALSE;
}

/* All of it but its length and its size: an epoch a stage, two whole frames a batch. */
static void
run_recipe (LwRecipe *recipe)
{
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1 };
  LwTrainingSet set = { 4, 1, SIDE, SIDE, load_cb, &course, 0 };
  g_auto(LwTrainingSummary) summary = { 0 };
  g_autoptr(GError) error = NULL;

  recipe->epochs = recipe->n_stages;
  recipe->min_steps = 0;
  recipe->statistics_steps = MIN (recipe->statistics_steps, 1);
  for (guint i = 0; i < recipe->n_stages; i++)
    recipe->stages[i] = (LwRecipeStage) { 1, MIN (recipe->stages[i].batch, 2), 0, 0, recipe->stages[i].scale_min, recipe->stages[i].scale_max };
  lw_train (&lw_backend_ref, NULL, model, &set, recipe, LW_PRECISION_AUTO, NULL, report_cb, NULL, &course, &summary, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (summary.epochs_run, ==, recipe->n_stages);
  g_assert_cmpuint (summary.best_epoch, >=, 1);
  g_assert_true (isfinite (summary.final_loss));
}

static void
test_shipped (void)
{
  g_autofree char *folder = lw_paths_data ("recipes");
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  int run = 0;

  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr(GError) error = NULL;
      g_autoptr(LwRecipe) recipe = g_str_has_suffix (name, ".json") ? lw_recipe_load (path, &error) : NULL;

      g_assert_no_error (error);
      if (recipe == NULL)
        continue;
      for (char **prefix = recipe->frozen; prefix != NULL && *prefix != NULL; prefix++)
        g_assert_true (some_layer_begins (*prefix));
      for (guint i = 0; i < recipe->n_rate_factors; i++)
        g_assert_true (some_layer_begins (recipe->rate_factors[i].prefix));
      g_test_message ("%s", recipe->name);
      run_recipe (recipe);
      run++;
    }
  g_assert_cmpint (run, >=, 4);           /* paper, matlab, best, fine-tune */
}

static void
test_patience (void)
{
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1 };
  g_auto(LwTrainingSummary) summary = { 0 };

  g_assert_true (train (model, "{\"name\":\"t\",\"rate\":0,\"batch\":4,\"epochs\":50,\"patience\":2}", &course, 1, NULL, &summary, NULL));
  g_assert_cmpuint (summary.epochs_run, ==, 3);
  g_assert_cmpuint (summary.best_epoch, ==, 1);
}

/* The reference on a device with little memory: for so many pictures, and so many plans' moments. */
static int room, refused_steps;

static LwPlan *
compile_if_small (LwDevice *device, const LwGraph *graph, const LwPlanOptions *options, GError **error)
{
  if (options->n <= room)
    return lw_backend_ref.compile (device, graph, options, error);
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY, "%d pictures don't fit", options->n);
  return NULL;
}

static gboolean
step_if_small (LwPlan *plan, const LwBatch *batch, const LwOptimizer *optimizer, LwStepStats *stats, LwYield yield, gpointer data, GError **error)
{
  if (refused_steps-- <= 0)
    return lw_backend_ref.step (plan, batch, optimizer, stats, yield, data, error);
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY, "the moments don't fit");
  return FALSE;
}

/* Batches that don't fit are trained in pieces, and the user hears of it; where not even one picture fits, the training says so. */
static void
test_small_memory (void)
{
  static const struct { int room, refused; const char *at_once; } cases[] = { { 4, 0, NULL }, { 3, 0, " 2 " }, { 1, 0, " 1 " }, { 4, 1, " 2 " }, { 4, 2, " 1 " } };
  const char *recipe = "{\"name\":\"t\",\"optimizer\":\"adamw\",\"rate\":0.003,\"batch_norm\":true,\"batch\":4,\"epochs\":8,\"validate_every\":4}";
  LwBackend small = lw_backend_ref;
  g_autoptr(LwNetModel) before = fresh_model ();

  small.compile = compile_if_small;
  small.step = step_if_small;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(LwNetModel) model = fresh_model ();
      Course course = { .fail_at = -1, .backend = &small };
      g_auto(LwTrainingSummary) summary = { 0 };
      g_autoptr(GError) error = NULL;

      room = cases[i].room;
      refused_steps = cases[i].refused;
      g_assert_true (train (model, recipe, &course, 3, NULL, &summary, &error));
      g_assert_cmpfloat (course.last_loss, <, 0.8);
      g_assert_true (cases[i].at_once == NULL ? course.note == NULL : strstr (course.note, cases[i].at_once) != NULL);
      g_free (course.note);
    }
  g_autoptr(LwNetModel) model = fresh_model ();
  Course course = { .fail_at = -1, .backend = &small };
  g_auto(LwTrainingSummary) summary = { 0 };
  g_autoptr(GError) error = NULL;

  room = 0;
  g_assert_false (train (model, recipe, &course, 3, NULL, &summary, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY);
  g_assert_true (same_weights (model, before));
}

static void
test_failures (void)
{
  g_autoptr(LwNetModel) model = fresh_model (), before = fresh_model ();
  g_autoptr(GError) error = NULL;
  g_auto(LwTrainingSummary) summary = { 0 };

  for (gint at = 1; at <= 6; at++)                    /* of 4 frames to train on and 2 for validation, each read once */
    {
      Course course = { .fail_at = at };

      g_assert_false (train (model, PLAIN, &course, 2, NULL, &summary, &error));
      g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_IO);
      g_assert_nonnull (strstr (error->message, "is gone"));
      g_clear_error (&error);
    }
  Course course = { .fail_at = -1 };

  g_assert_false (train (model, "{\"name\":\"t\",\"rate\":10,\"momentum\":0.99,\"batch\":4,\"epochs\":60,\"bias_rate_factor\":100}", &course, 0, NULL, &summary, &error));
  g_assert_error (error, LW_NET_ERROR, LW_NET_ERROR_VALUE);
  g_clear_error (&error);
  g_assert_false (train (model, PLAIN, &course, 0, "/no/such/folder/checkpoint", &summary, &error));
  g_assert_nonnull (strstr (error->message, "/no/such/folder"));
  g_assert_true (same_weights (model, before));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nn/training/learns", test_learns);
  g_test_add_func ("/nn/training/resume", test_resume);
  g_test_add_func ("/nn/training/resume-after-a-crash", test_resume_after_a_crash);
  g_test_add_func ("/nn/training/average", test_average);
  g_test_add_func ("/nn/training/blend", test_blend);
  g_test_add_func ("/nn/training/rate-factors", test_rate_factors);
  g_test_add_func ("/nn/training/label-smoothing", test_label_smoothing);
  g_test_add_func ("/nn/training/taught", test_taught);
  g_test_add_func ("/nn/training/wrong-teachers", test_wrong_teachers);
  g_test_add_func ("/nn/training/hard-examples", test_hard_examples);
  g_test_add_func ("/nn/training/frozen", test_frozen);
  g_test_add_func ("/nn/training/frozen-norms", test_frozen_norms);
  g_test_add_func ("/nn/training/statistics", test_statistics);
  g_test_add_func ("/nn/training/shipped", test_shipped);
  g_test_add_func ("/nn/training/patience", test_patience);
  g_test_add_func ("/nn/training/small-memory", test_small_memory);
  g_test_add_func ("/nn/training/failures", test_failures);
  return g_test_run ();
}
