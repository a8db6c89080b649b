/* network-exchange.c: our side of a comparison of networks with another program: layers, weights, a batch, and what a backend makes of them
 *
 * network-exchange cpu|ref ARCHITECTURE[-bn][-original] BATCH HEIGHT WIDTH STEPS SEED FOLDER
 *   graph.json            the layers, and the steps of training
 *   before.safetensors    weights; after.safetensors: those after the steps
 *   batch.safetensors     input (n, 3, h, w), labels (n, h, w; 255: ignored), class_weights
 *   result.safetensors    scores of the grid; labels and confidence of the picture; loss and gradient_norm of each step
 * Exit status 77 where that backend was not built. */
#include "config.h"
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "common/paths.h"
#include "nn/backends/backend.h"
#include "nn/networks/networks.h"
#include "nn/random.h"

#define CLASSES 11

static guint64 seed;            /* of the weights, the batch and the dropout */

static const char *const kinds[] = {
  [LW_OP_INPUT] = "input", [LW_OP_CONV] = "conv", [LW_OP_DECONV] = "deconv", [LW_OP_UP_CONV] = "up-conv", [LW_OP_MAX_POOL] = "max-pool",
  [LW_OP_UNPOOL] = "unpool", [LW_OP_LRN] = "lrn", [LW_OP_BATCH_NORM] = "batch-norm", [LW_OP_RELU] = "relu", [LW_OP_DROPOUT] = "dropout",
  [LW_OP_SCALE] = "scale", [LW_OP_CROP] = "crop", [LW_OP_ADD] = "add", [LW_OP_CONCAT] = "concat", [LW_OP_SCORE] = "score",
};

/* With momentum, ignored labels, class weights and twice the rate for biases; the second step is clipped. */
static LwOptimizer
optimizer_of (int step, const float *class_weights)
{
  return (LwOptimizer) { .kind = LW_SGD, .rate = 0.01f, .momentum = 0.9f, .weight_decay = 5e-4f, .bias_rate_factor = 2, .loss.class_weights = class_weights,
                         .clip_norm = step > 0 ? 0.5f : 0, .step = (guint64) step, .seed = seed };
}

/* ---- files ---- */

static void
add_number (json_object *object, const char *name, double value)
{
  json_object_object_add (object, name, json_object_new_double (value));
}

static json_object *
layer_object (const LwNode *node)
{
  json_object *object = json_object_new_object (), *inputs = json_object_new_array ();

  json_object_object_add (object, "name", json_object_new_string (node->name));
  json_object_object_add (object, "kind", json_object_new_string (kinds[node->kind]));
  for (int i = 0; i < 2 && node->inputs[i] >= 0; i++)
    json_object_array_add (inputs, json_object_new_int (node->inputs[i]));
  json_object_object_add (object, "inputs", inputs);
  json_object_object_add (object, "kernel", json_object_new_int (node->kernel));
  json_object_object_add (object, "stride", json_object_new_int (node->stride));
  json_object_object_add (object, "pad", json_object_new_int (node->pad));
  json_object_object_add (object, "offset", json_object_new_int (node->offset));
  json_object_object_add (object, "pool", json_object_new_int (node->pool));
  json_object_object_add (object, "bias", json_object_new_boolean (node->bias));
  json_object_object_add (object, "ceil_mode", json_object_new_boolean (node->ceil_mode));
  add_number (object, "value", (double) node->value);
  add_number (object, "alpha", (double) node->alpha);
  add_number (object, "beta", (double) node->beta);
  return object;
}

static json_object *
step_object (int step)
{
  LwOptimizer optimizer = optimizer_of (step, NULL);
  json_object *object = json_object_new_object ();

  add_number (object, "rate", (double) optimizer.rate);
  add_number (object, "momentum", (double) optimizer.momentum);
  add_number (object, "weight_decay", (double) optimizer.weight_decay);
  add_number (object, "bias_rate_factor", (double) optimizer.bias_rate_factor);
  add_number (object, "clip_norm", (double) optimizer.clip_norm);
  json_object_object_add (object, "seed", json_object_new_int64 ((gint64) optimizer.seed));
  json_object_object_add (object, "step", json_object_new_int64 ((gint64) optimizer.step));
  return object;
}

static gboolean
write_graph (const LwGraph *graph, int n_steps, const char *path, GError **error)
{
  json_object *root = json_object_new_object (), *layers = json_object_new_array (), *steps = json_object_new_array ();
  gboolean done;

  for (guint i = 0; i < graph->nodes->len; i++)
    json_object_array_add (layers, layer_object (lw_graph_node (graph, (int) i)));
  for (int step = 0; step < n_steps; step++)
    json_object_array_add (steps, step_object (step));
  json_object_object_add (root, "layers", layers);
  json_object_object_add (root, "steps", steps);
  done = g_file_set_contents (path, json_object_to_json_string (root), -1, error);
  json_object_put (root);
  return done;
}

static gboolean
save (const LwWeights *weights, const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return lw_safetensors_save (weights, LW_STORE_F32, path, error);
}

/* ---- random numbers ---- */

/* Random biases, gains around one, and final scores that aren't zero, so that every gradient counts. */
static LwWeights *
random_weights (const LwGraph *graph)
{
  LwWeights *weights = lw_weights_init (graph, seed);
  LwRandom random = lw_random_new (seed, 1);

  for (guint t = 0; t < weights->tensors->len; t++)
    {
      LwTensor *tensor = weights->tensors->pdata[t];
      gboolean around_one = g_str_has_suffix (tensor->name, ".bn.weight") || g_str_has_suffix (tensor->name, "running_var");

      for (gsize i = 0; i < tensor->count; i++)
        if (tensor->data[i] == 0 || around_one)
          tensor->data[i] = (float) (lw_random_range (&random, -0.1, 0.1) + (around_one ? 1 : 0));
    }
  return weights;
}

static LwWeights *
random_batch (int n, int height, int width)
{
  LwWeights *batch = lw_weights_new ();
  LwRandom random = lw_random_new (seed, 2);
  LwTensor *input = lw_weights_add (batch, "input", (int[]) { n, 3, height, width }, 4);
  LwTensor *labels = lw_weights_add (batch, "labels", (int[]) { n, height, width }, 3);
  LwTensor *weights = lw_weights_add (batch, "class_weights", (int[]) { CLASSES }, 1);

  for (gsize i = 0; i < input->count; i++)
    input->data[i] = (float) lw_random_normal (&random);
  for (gsize i = 0; i < labels->count; i++)
    labels->data[i] = lw_random_int (&random, 8) == 0 ? 255 : (float) lw_random_int (&random, CLASSES);
  for (int i = 0; i < CLASSES; i++)
    weights->data[i] = (float) lw_random_range (&random, 0.2, 3);
  return batch;
}

/* ---- the runs ---- */

typedef struct {
  const LwBackend *backend;
  LwDevice *device;
  LwGraph *graph;
  int n, height, width, steps;
  LwWeights *weights, *data, *result;
  LwBatch batch;
  guint8 *labels;
} Run;

static LwPlan *
plan_new (const Run *run, gboolean train, GError **error)
{
  LwPlanOptions options = { .n = run->n, .height = run->height, .width = run->width, .train = train, .precision = LW_PRECISION_F32,
                            .transform = { { 0, 0, 0 }, { 1, 1, 1 }, FALSE } };
  LwPlan *plan = run->backend->compile (run->device, run->graph, &options, error);

  if (plan != NULL && run->backend->load (plan, run->weights, error))
    return plan;
  if (plan != NULL)
    run->backend->free_plan (plan);
  return NULL;
}

static void
add_bytes (LwWeights *into, const char *name, const int *dims, const guint8 *bytes)
{
  LwTensor *tensor = lw_weights_add (into, name, dims, 3);

  for (gsize i = 0; i < tensor->count; i++)
    tensor->data[i] = bytes[i];
}

static gboolean
infer (Run *run, GError **error)
{
  guint last = run->graph->nodes->len - 1;
  g_autofree int *heights = g_new (int, last + 1), *widths = g_new (int, last + 1);
  gsize pixels = (gsize) run->n * (gsize) run->height * (gsize) run->width;
  g_autofree guint8 *labels = g_malloc (pixels), *confidence = g_malloc (pixels);
  int blocks[] = { run->n, (run->height + 3) / 4, (run->width + 3) / 4 };
  LwPlan *plan = plan_new (run, FALSE, error);
  LwResult result = { .labels = labels, .confidence = confidence };
  gboolean done;

  if (plan == NULL || !lw_graph_sizes (run->graph, run->height, run->width, heights, widths, error))
    return FALSE;
  result.scores = lw_weights_add (run->result, "scores", (int[]) { run->n, CLASSES, heights[last], widths[last] }, 4)->data;
  done = run->backend->run (plan, &run->batch, &result, NULL, NULL, error);
  add_bytes (run->result, "labels", (int[]) { run->n, run->height, run->width }, labels);
  add_bytes (run->result, "confidence", blocks, confidence);
  run->backend->free_plan (plan);
  return done;
}

static gboolean
train (Run *run, GError **error)
{
  LwPlan *plan = plan_new (run, TRUE, error);
  float *loss = lw_weights_add (run->result, "loss", &run->steps, 1)->data, *norm = lw_weights_add (run->result, "gradient_norm", &run->steps, 1)->data;
  gboolean done = plan != NULL;

  for (int step = 0; done && step < run->steps; step++)
    {
      LwOptimizer optimizer = optimizer_of (step, lw_weights_get (run->data, "class_weights")->data);
      LwStepStats stats;

      done = run->backend->step (plan, &run->batch, &optimizer, &stats, NULL, NULL, error);
      loss[step] = (float) stats.loss;
      norm[step] = (float) stats.gradient_norm;
    }
  done = done && run->backend->save (plan, run->weights, error);
  if (plan != NULL)
    run->backend->free_plan (plan);
  return done;
}

static gboolean
exchange (Run *run, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "graph.json", NULL);
  const LwTensor *labels = lw_weights_get (run->data, "labels");

  run->labels = g_malloc (labels->count);
  for (gsize i = 0; i < labels->count; i++)
    run->labels[i] = (guint8) labels->data[i];
  run->batch = (LwBatch) { .input = lw_weights_get (run->data, "input")->data, .labels = run->labels };
  return write_graph (run->graph, run->steps, path, error) && save (run->weights, folder, "before.safetensors", error)
         && save (run->data, folder, "batch.safetensors", error) && infer (run, error) && train (run, error)
         && save (run->result, folder, "result.safetensors", error) && save (run->weights, folder, "after.safetensors", error);
}

static LwGraph *
graph_of (const char *name)
{
  g_autofree char *architecture = g_strdup (name);
  LwNetworkOptions options = { .classes = CLASSES };

  options.original_padding = g_str_has_suffix (architecture, "-original");
  if (options.original_padding)
    architecture[strlen (architecture) - strlen ("-original")] = 0;
  options.batch_norm = g_str_has_suffix (architecture, "-bn");
  if (options.batch_norm)
    architecture[strlen (architecture) - strlen ("-bn")] = 0;
  return lw_network_new (architecture, &options);
}

/* NULL with an error; without one where it was not built. */
static const LwBackend *
backend_of (const char *name, GError **error)
{
  g_autofree char *module = lw_paths_backend (name);

  if (g_str_equal (name, "ref"))
    return &lw_backend_ref;
  return g_file_test (module, G_FILE_TEST_EXISTS) ? lw_backend_load (module, error) : NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  Run run = { 0 };

  if (argc != 9 || (run.graph = graph_of (argv[2])) == NULL)
    {
      g_printerr ("network-exchange cpu|ref ARCHITECTURE[-bn][-original] BATCH HEIGHT WIDTH STEPS SEED FOLDER\n");
      return 2;
    }
  run.n = atoi (argv[3]);
  run.height = atoi (argv[4]);
  run.width = atoi (argv[5]);
  run.steps = atoi (argv[6]);
  seed = (guint64) atoi (argv[7]);
  run.weights = random_weights (run.graph);
  run.data = random_batch (run.n, run.height, run.width);
  run.result = lw_weights_new ();
  run.backend = backend_of (argv[1], &error);
  if (run.backend == NULL && error == NULL)
    return 77;
  if (run.backend != NULL)
    run.device = run.backend->open (&error);
  if (run.device == NULL || !exchange (&run, argv[8], &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}
