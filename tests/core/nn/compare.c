/* compare.c: the CPU backend beside the reference: the same graph, weights and pictures through both */
#include "compare.h"
#include <math.h>
#include <string.h>
#include "common/paths.h"

static const LwInputTransform identity = { { 0, 0, 0 }, { 1, 1, 1 }, FALSE };

Cpu
cpu_open (int argc, char **argv)
{
  g_autofree char *path = lw_paths_backend ("cpu");
  g_autoptr(GError) error = NULL;
  Cpu cpu = { 0 };

  if (argc > 1 && g_str_has_prefix (argv[argc - 1], "isa="))
    g_setenv ("ONEDNN_MAX_CPU_ISA", argv[argc - 1] + 4, TRUE);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      return cpu;
    }
  cpu.backend = lw_backend_load (path, &error);
  g_assert_no_error (error);
  cpu.device = cpu.backend->open (&error);
  g_assert_no_error (error);
  return cpu;
}

void
cpu_close (Cpu *cpu)
{
  if (cpu->backend != NULL)
    cpu->backend->close (cpu->device);
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
      g_assert_true (isfinite (a[i]) && isfinite (b[i]));
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

  g_assert_no_error (error);
  return plan;
}

LwPlan *
plan_new (const Cpu *cpu, const LwGraph *graph, const Sample *sample, gboolean train, LwPrecision precision)
{
  return compile (cpu->backend, cpu->device, graph, sample, train, precision);
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
  backend->run (plan, &sample->batch, &result, NULL, NULL, &error);
  g_assert_no_error (error);
  return result.scores;
}
