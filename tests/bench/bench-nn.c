/* bench-nn.c: how fast a backend runs and trains the networks at 480 x 360, copies from and to the computer's memory included; on the CPU also as a share of the rate at which it
 * multiplies (peak.h), taken right after each (the multiplications of the direct algorithm are counted, of which Winograd's does fewer)
 *
 * bench-nn [--backend cpu|cuda] [NETWORK [PRECISION [infer|train]]]: only those; a precision is float32, winograd, bfloat16 or mixed. LABELWRIGHT_PROFILE=1 prints the processor time of every step on the CPU;
 * G_MESSAGES_DEBUG=all how much memory a plan takes on a GPU. */
#include <stdlib.h>
#include <string.h>
#include "common/paths.h"
#include "nn/backends/backend.h"
#include "peak.h"

#define WIDTH 480
#define HEIGHT 360
#define MIN_RUNS 5
#define MAX_RUNS 21
#define MAX_SECONDS 4.0

typedef struct { const char *network; gboolean batch_norm, train; int n; } Case;

static const Case cpu_cases[] = {
  { "fcn8s", FALSE, FALSE, 1 },
  { "fcn8s-lite", FALSE, FALSE, 1 },
  { "fcn8s-resnet50", FALSE, FALSE, 1 },
  { "segnet", FALSE, FALSE, 1 },
  { "segnet-basic", FALSE, FALSE, 1 },
  { "unet", FALSE, FALSE, 1 },
  { "fcn8s-lite", TRUE, TRUE, 4 },
  { "fcn8s", FALSE, TRUE, 1 },
  { "fcn8s-resnet50", TRUE, TRUE, 4 },
  { "segnet", TRUE, TRUE, 1 },
  { NULL },
};

static const Case gpu_cases[] = {
  { "fcn8s", FALSE, FALSE, 1 },
  { "fcn8s", FALSE, FALSE, 16 },
  { "fcn8s", FALSE, FALSE, 32 },
  { "fcn8s", FALSE, TRUE, 4 },
  { "fcn8s", FALSE, TRUE, 8 },
  { "fcn8s-lite", FALSE, FALSE, 1 },
  { "fcn8s-lite", FALSE, FALSE, 32 },
  { "fcn8s-lite", TRUE, TRUE, 8 },
  { "fcn8s-resnet50", FALSE, FALSE, 1 },
  { "fcn8s-resnet50", FALSE, FALSE, 32 },
  { NULL },
};

static const LwBackend *backend;
static LwDevice *device;
static gboolean on_cpu;

static int
compare_doubles (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
run_once (LwPlan *plan, const Case *c, const LwBatch *batch, LwResult *result, guint64 step)
{
  LwOptimizer optimizer = { .kind = LW_SGD, .rate = 1e-4f, .momentum = 0.9f, .weight_decay = 5e-4f, .bias_rate_factor = 1, .clip_norm = 5, .step = step };
  g_autoptr(GError) error = NULL;
  LwStepStats stats;

  if (!(c->train ? backend->step (plan, batch, &optimizer, &stats, NULL, NULL, &error) : backend->run (plan, batch, result, NULL, NULL, &error)))
    g_error ("%s", error->message);
}

static double
median_ms (LwPlan *plan, const Case *c, const LwBatch *batch, LwResult *result)
{
  double times[MAX_RUNS], sum = 0;
  int n = 0;

  for (guint64 i = 0; i < 2; i++)
    run_once (plan, c, batch, result, i);
  while (n < MAX_RUNS && (n < MIN_RUNS || sum < MAX_SECONDS))
    {
      gint64 start = g_get_monotonic_time ();

      run_once (plan, c, batch, result, (guint64) n);
      times[n] = (double) (g_get_monotonic_time () - start) * 1e-3;
      sum += times[n++] * 1e-3;
    }
  qsort (times, (gsize) n, sizeof *times, compare_doubles);
  return times[n / 2];
}

/* Of the type in which most is multiplied. */
static char *
share_text (LwPrecision precision, double gflops)
{
  double peak = on_cpu ? peak_flops (precision == LW_PRECISION_BF16 || precision == LW_PRECISION_MIXED) * 1e-9 : 0;

  return on_cpu ? g_strdup_printf (", %.2f of %.0f", gflops / peak, peak) : g_strdup ("");
}

static void
run_case (const Case *c, LwPrecision precision)
{
  LwNetworkOptions network = { .classes = 11, .batch_norm = c->batch_norm };
  LwPlanOptions options = { .n = c->n, .height = HEIGHT, .width = WIDTH, .train = c->train, .precision = precision, .transform = { { 0.41f, 0.43f, 0.43f }, { 0.3f, 0.31f, 0.3f }, FALSE },
                            .deterministic = c->train };        /* as the trainer has it */
  gsize pixels = (gsize) c->n * WIDTH * HEIGHT;
  g_autoptr(LwGraph) graph = lw_network_new (c->network, &network);
  g_autoptr(LwWeights) weights = lw_weights_init (graph, 1);
  g_autoptr(GError) error = NULL;
  g_autofree guint8 *rgb = g_malloc (pixels * 3), *labels = g_malloc (pixels), *confidence = g_malloc (pixels);
  LwBatch batch = { .rgb = rgb, .labels = labels };
  LwResult result = { .labels = g_memdup2 (labels, pixels), .confidence = confidence };
  gint64 start = g_get_monotonic_time ();
  LwPlan *plan = backend->compile (device, graph, &options, &error);

  if (plan == NULL || !backend->load (plan, weights, &error))
    {
      g_print ("%s\tbatch %d\t%s\n", c->network, c->n, error->message);
      if (plan != NULL)
        backend->free_plan (plan);
      g_free (result.labels);
      return;
    }
  double compile_ms = (double) (g_get_monotonic_time () - start) * 1e-3;

  for (gsize i = 0; i < pixels * 3; i++)
    rgb[i] = (guint8) (i * 2654435761u >> 13);
  for (gsize i = 0; i < pixels; i++)
    labels[i] = (guint8) (i / 40 % 12);
  g_autofree char *memory = backend->plan_bytes != NULL ? g_strdup_printf ("\t%.0f MB beside the weights", (double) backend->plan_bytes (plan) * 1e-6) : g_strdup ("");
  double ms = median_ms (plan, c, &batch, &result), gflop = 2e-9 * (double) lw_graph_macs (graph, HEIGHT, WIDTH) * c->n * (c->train ? 3 : 1);
  g_autofree char *share = share_text (precision, gflop / ms * 1e3);

  g_print ("%s\t%s%s\t%s\tbatch %d\t%.2f ms\t%.3f ms a picture\t%.0f GFLOP/s%s\tcompiled in %.0f ms%s\n", c->network, c->batch_norm ? "batch-norm " : "",
           c->train ? "training step" : "prediction", lw_precision_name (precision), c->n, ms, ms / c->n, gflop / ms * 1e3, share, compile_ms, memory);
  backend->free_plan (plan);
  g_free (result.labels);
}

/* A training step has no Winograd, and the processor perhaps no bfloat16. */
static gboolean
is_possible (const Case *c, LwPrecision precision, gboolean bfloat16)
{
  gboolean halves = precision == LW_PRECISION_BF16 || precision == LW_PRECISION_MIXED;

  return (bfloat16 || !halves) && (!c->train || precision == LW_PRECISION_F32 || precision == LW_PRECISION_BF16);
}

static gboolean
is_wanted (const Case *c, LwPrecision precision, int argc, char **argv)
{
  return (argc < 2 || g_str_equal (argv[1], c->network)) && (argc < 3 || g_str_equal (argv[2], lw_precision_name (precision)))
         && (argc < 4 || g_str_equal (argv[3], "train") == c->train);
}

int
main (int argc, char **argv)
{
  gboolean named = argc > 2 && g_str_equal (argv[1], "--backend");
  const char *name = named ? argv[2] : "cpu";
  g_autofree char *path = lw_paths_backend (name), *description = NULL;
  g_autoptr(GError) error = NULL;

  if (named)
    {
      argc -= 2;
      argv += 2;
    }
  backend = lw_backend_load (path, &error);
  if (backend == NULL || (device = backend->open (&error)) == NULL)
    g_error ("%s", error->message);
  description = backend->describe (device);
  on_cpu = g_str_equal (name, "cpu");
  LwPrecision most = on_cpu ? LW_PRECISION_MIXED : LW_PRECISION_BF16;

  g_print ("%s, %d x %d\n", description, WIDTH, HEIGHT);
  for (const Case *c = g_str_equal (name, "cuda") ? gpu_cases : cpu_cases; c->network != NULL; c++)
    for (LwPrecision precision = LW_PRECISION_F32; precision <= most; precision++)
      if (is_wanted (c, precision, argc, argv) && is_possible (c, precision, strstr (description, "bfloat16") != NULL))
        run_case (c, precision);
  backend->close (device);
  return 0;
}
