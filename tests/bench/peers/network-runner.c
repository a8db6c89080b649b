/* network-runner.c: our side of network-peers.py: a network with the weights and the picture of network-exchange, run when asked
 *
 * network-runner NETWORK infer|train PRECISION FOLDER: FOLDER holds before.safetensors and batch.safetensors. Prints a line of JSON when it is ready (arithmetic,
 * memory, the plan's key) and writes FOLDER/ours.f32, the scores of the grid; then, for each line that it reads, a number of runs, their times in ms.
 * network-runner peak PRECISION: the same of peak.h's multiplications. */
#include "config.h"
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include "common/paths.h"
#include "nn/backends/backend.h"
#include "nn/networks/networks.h"
#include "../peak.h"

#define CLASSES 11

typedef struct {
  const LwBackend *backend;
  LwDevice *device;
  LwGraph *graph;
  LwPlan *plan;
  LwWeights *weights, *data;
  LwBatch batch;
  LwResult result;
  gsize scores;                /* floats */
  gboolean train;
  guint64 steps;
} Runner;

static LwPrecision
precision_of (const char *name)
{
  for (LwPrecision precision = LW_PRECISION_AUTO; precision <= LW_PRECISION_MIXED; precision++)
    if (g_str_equal (name, lw_precision_name (precision)))
      return precision;
  g_error ("no precision is named “%s”", name);
}

static LwWeights *
read_weights (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return lw_safetensors_load (path, error);
}

static gboolean
prepare (Runner *self, const char *network, const char *precision, const char *folder, GError **error)
{
  g_autofree char *module = lw_paths_backend ("cpu");
  LwPlanOptions options = { .n = 1, .train = self->train, .precision = precision_of (precision), .transform = { { 0, 0, 0 }, { 1, 1, 1 }, FALSE }, .deterministic = self->train };
  const LwTensor *input;

  self->graph = lw_network_new (network, &(LwNetworkOptions) { .classes = CLASSES });
  self->weights = read_weights (folder, "before.safetensors", error);
  self->data = self->weights != NULL ? read_weights (folder, "batch.safetensors", error) : NULL;
  self->backend = self->data != NULL ? lw_backend_load (module, error) : NULL;
  if (self->backend == NULL || (self->device = self->backend->open (error)) == NULL)
    return FALSE;
  input = lw_weights_get (self->data, "input");
  options.height = input->dims[2];
  options.width = input->dims[3];
  self->batch.input = input->data;
  self->plan = self->backend->compile (self->device, self->graph, &options, error);
  return self->plan != NULL && self->backend->load (self->plan, self->weights, error);
}

/* Places for results, and labels. */
static gboolean
make_places (Runner *self, GError **error)
{
  const LwTensor *labels = lw_weights_get (self->data, "labels");
  guint last = self->graph->nodes->len - 1;
  g_autofree int *heights = g_new (int, last + 1), *widths = g_new (int, last + 1);
  guint8 *bytes = g_malloc (labels->count);

  if (!lw_graph_sizes (self->graph, labels->dims[1], labels->dims[2], heights, widths, error))
    return FALSE;
  for (gsize i = 0; i < labels->count; i++)
    bytes[i] = (guint8) labels->data[i];
  self->batch.labels = bytes;
  self->scores = (gsize) CLASSES * (gsize) heights[last] * (gsize) widths[last];
  self->result = (LwResult) { .scores = g_new (float, self->scores), .labels = g_malloc (labels->count), .confidence = g_malloc (labels->count) };
  return TRUE;
}

/* As the peers have it: no dropout between steps that differ, SGD with momentum, decay and the gradient's norm. */
static gboolean
run (Runner *self, GError **error)
{
  LwOptimizer optimizer = { .kind = LW_SGD, .rate = 1e-6f, .momentum = 0.9f, .weight_decay = 5e-4f, .bias_rate_factor = 1, .clip_norm = 1e9f, .step = self->steps++ };
  LwStepStats stats;

  return self->train ? self->backend->step (self->plan, &self->batch, &optimizer, &stats, NULL, NULL, error)
                     : self->backend->run (self->plan, &self->batch, &self->result, NULL, NULL, error);
}

static gboolean
write_scores (Runner *self, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "ours.f32", NULL);

  return self->train || g_file_set_contents (path, (const char *) self->result.scores, (gssize) (self->scores * sizeof (float)), error);
}

static void
report_ready (Runner *self)
{
  const LwTensor *input = lw_weights_get (self->data, "input");
  json_object *object = json_object_new_object ();
  g_autofree char *key = self->backend->plan_key (self->plan);

  json_object_object_add (object, "gmac", json_object_new_double (1e-9 * (double) lw_graph_macs (self->graph, input->dims[2], input->dims[3])));
  json_object_object_add (object, "megabytes", json_object_new_double (1e-6 * (double) self->backend->plan_bytes (self->plan)));
  json_object_object_add (object, "key", json_object_new_string (key));
  g_print ("%s\n", json_object_to_json_string_ext (object, JSON_C_TO_STRING_PLAIN));
  json_object_put (object);
  fflush (stdout);
}

/* In place of a network. */
static void
answer_peak (gboolean bfloat16)
{
  double flop;
  char line[64];

  peak_seconds (bfloat16, &flop);
  g_print ("{\"gmac\":%.6f}\n", flop * 0.5e-9);
  while (fflush (stdout) == 0 && fgets (line, sizeof line, stdin) != NULL)
    for (int i = atoi (line); i > 0; i--)
      g_print ("%.3f%c", peak_seconds (bfloat16, &flop) * 1e3, i > 1 ? ' ' : '\n');
}

static gboolean
answer (Runner *self, GError **error)
{
  char line[64];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      for (int i = atoi (line); i > 0; i--)
        {
          gint64 start = g_get_monotonic_time ();

          if (!run (self, error))
            return FALSE;
          g_print ("%.3f%c", (double) (g_get_monotonic_time () - start) * 1e-3, i > 1 ? ' ' : '\n');
        }
      fflush (stdout);
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  Runner self = { 0 };

  if (argc == 3 && g_str_equal (argv[1], "peak"))
    {
      answer_peak (g_str_equal (argv[2], "bfloat16"));
      return 0;
    }
  if (argc != 5)
    {
      g_printerr ("network-runner NETWORK infer|train PRECISION FOLDER, or network-runner peak PRECISION\n");
      return 2;
    }
  self.train = g_str_equal (argv[2], "train");
  if (!prepare (&self, argv[1], argv[3], argv[4], &error) || !make_places (&self, &error) || !run (&self, &error) || !write_scores (&self, argv[4], &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  report_ready (&self);
  if (answer (&self, &error))
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}
