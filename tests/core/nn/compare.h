/* compare.h: a backend beside the reference: the same graph, weights and pictures through both */
#pragma once
#include "nn/backends/backend.h"

typedef struct {
  const char *name;            /* "cpu", "cuda" */
  const LwBackend *backend;
  LwDevice *device;
  char *missing;               /* why there is no @backend */
  gboolean alone;              /* only one kind of layer a network: says which one is wrong */
} Tested;

/* The module of that name from where it was built; `backend=cuda` among the arguments names another than the CPU's. @backend is NULL where there is none or
 * no device for it. An argument `isa=NAME` limits the CPU to that instruction set (oneDNN’s name). */
Tested tested_open (int argc, char **argv);
void tested_close (Tested *tested);
/* The main function of a test program: opens the backend, lets @add_tests add tests of it, and runs them; skips all where there is none. */
int tested_main (int argc, char **argv, Tested *tested, void (*add_tests) (void));
gboolean tested_has_bfloat16 (const Tested *tested);

typedef struct {
  int n, height, width;
  float *input;
  guint8 *labels;
  LwBatch batch;
} Sample;

/* Random numbers and labels (some ignored) of so many classes. */
Sample sample_new (int n, int height, int width, int classes);
void sample_clear (Sample *sample);

/* Random weights that leave no gradient at zero. */
LwWeights *random_weights (const LwGraph *graph);
/* |a - b| / |b| over all elements (0 where both are 0). */
double distance (const float *a, const float *b, gsize n);

/* NULL: it was refused, and the message has been printed. */
LwPlan *plan_new (const Tested *tested, const LwGraph *graph, const Sample *sample, gboolean train, LwPrecision precision);
LwPlan *reference_new (const LwGraph *graph, const Sample *sample, gboolean train);
/* Scores of a plan of either kind: n * classes * grid. (transfer full) */
float *scores_of (const LwBackend *backend, LwPlan *plan, const LwGraph *graph, const Sample *sample, gsize *count);
