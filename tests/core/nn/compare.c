/* compare.c: a backend beside the reference: the same graph, weights and pictures through both */
#include "compare.h"
#include <math.h>
#include <string.h>
#include "common/paths.h"

static const LwInputTransform identity = { { 0, 0, 0 }, { 1, 1, 1 }, FALSE };

static const char *
argument (int argc, char **argv, const char *name)
{
  for (int i = 1; i < argc; i++)
    if (g_str_has_prefix (argv[i], name))
      return argv[i] + strlen (name);
  return NULL;
}

Tested
tested_open (int argc, char **argv)
{
  const char *isa = argument (argc, argv, "isa="), *name = argument (argc, argv, "backend=");
  Tested tested = { .name = name != NULL ? name : "cpu", .alone = argument (argc, argv, "alone") != NULL };
  g_autofree char *path = lw_paths_backend (tested.name);
  g_autoptr(GError) error = NULL;

  if (isa != NULL)
    g_setenv ("ONEDNN_MAX_CPU_ISA", isa, TRUE);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      tested.missing = g_strdup_printf ("built without the backend %s", tested.name);
      return tested;
    }
  tested.backend = lw_backend_load (path, &error);
  g_assert_no_error (error);
  tested.device = tested.backend->open (&error);
  if (tested.device != NULL)
    return tested;
  g_assert_cmpstr (tested.name, !=, "cpu");     /* which every computer has */
  tested.missing = g_strdup (error->message);
  tested.backend = NULL;
  return tested;
}

int
tested_main (int argc, char **argv, Tested *tested, void (*add_tests) (void))
{
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  *tested = tested_open (argc, argv);
  if (tested->backend == NULL)
    g_print ("1..0 # SKIP %s\n", tested->missing);
  else
    {
      add_tests ();
      status = g_test_run ();
    }
  tested_close (tested);
  return status;
}

gboolean
tested_has_bfloat16 (const Tested *tested)
{
  g_autofree char *text = tested->backend->describe (tested->device);

  return strstr (text, "bfloat16") != NULL;
}

void
tested_close (Tested *tested)
{
  if (tested->backend != NULL)
    tested->backend->close (tested->device);
  g_free (tested->missing);
}

Sample
sample_new (int n, int height, int width, int classes)
{
  gsize pixels = (gsize) n * (gsize) height * (gsize) width;
  Sample sample = { n, height, width, g_new (float, pixels * 3), g_new (guint8, pixels), { 0 } };

  for (gsize i = 0; i < pixels * 3; i++)
    sample.input[i] = (float) g_test_rand_double_range (-1, 1);
  for (gsize i = 0; i < pixels; i++)
    sample.labels[i] = g_test_rand_int_range (0, 8) == 0 ? 255 : (guint8) g_test_rand_int_range (0, classes);
  sample.batch = (LwBatch) { .input = sample.input, .labels = sample.labels };
  return sample;
}

void
sample_clear (Sample *sample)
{
  g_free (sample->input);
  g_free (sample->labels);
}

LwWeights *
random_weights (const LwGraph *graph)
{
  LwWeights *weights = lw_weights_init (graph, (guint64) g_test_rand_int ());

  for (guint t = 0; t < weights->tensors->len; t++)
    {
      LwTensor *tensor = weights->tensors->pdata[t];
      gboolean around_one = strstr (tensor->name, ".bn.weight") != NULL || strstr (tensor->name, "running_var") != NULL;

      for (gsize i = 0; i < tensor->count; i++)
        if (tensor->data[i] == 0 || around_one)
          tensor->data[i] = (float) g_test_rand_double_range (-0.5, 0.5) + (around_one ? 1 : 0);
    }
  return weights;
}

double
distance (const float *a, const float *b, gsize n)
{
  double difference = 0, size = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (!isfinite (a[i]) || !isfinite (b[i]))
        return INFINITY;
      difference += ((double) a[i] - (double) b[i]) * ((double) a[i] - (double) b[i]);
      size += (double) b[i] * (double) b[i];
    }
  return size > 0 ? sqrt (difference / size) : sqrt (difference);
}

static LwPlan *
compile (const LwBackend *backend, LwDevice *device, const LwGraph *graph, const Sample *sample, gboolean train, LwPrecision precision)
{
  LwPlanOptions options = { .n = sample->n, .height = sample->height, .width = sample->width, .train = train, .precision = precision, .transform = identity };
  g_autoptr(GError) error = NULL;
  LwPlan *plan = backend->compile (device, graph, &options, &error);

  if (plan == NULL)             /* the caller's round fails; others go on */
    g_test_message ("%s: %s", backend->name, error->message);
  return plan;
}

LwPlan *
plan_new (const Tested *tested, const LwGraph *graph, const Sample *sample, gboolean train, LwPrecision precision)
{
  return compile (tested->backend, tested->device, graph, sample, train, precision);
}

LwPlan *
reference_new (const LwGraph *graph, const Sample *sample, gboolean train)
{
  return compile (&lw_backend_ref, NULL, graph, sample, train, LW_PRECISION_F32);
}

float *
scores_of (const LwBackend *backend, LwPlan *plan, const LwGraph *graph, const Sample *sample, gsize *count)
{
  guint last = graph->nodes->len - 1;
  g_autofree int *heights = g_new (int, last + 1), *widths = g_new (int, last + 1);
  g_autoptr(GError) error = NULL;
  LwResult result = { 0 };

  g_assert_true (lw_graph_sizes (graph, sample->height, sample->width, heights, widths, NULL));
  *count = (gsize) sample->n * (gsize) graph->classes * (gsize) heights[last] * (gsize) widths[last];
  result.scores = g_new (float, *count);
  if (backend->run (plan, &sample->batch, &result, NULL, NULL, &error))
    return result.scores;
  g_test_message ("%s: %s", backend->name, error->message);
  for (gsize i = 0; i < *count; i++)
    result.scores[i] = 1e30f;
  return result.scores;
}
