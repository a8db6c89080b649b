/* weights.h: named float32 tensors in memory, and the files that they come from (safetensors, bounds-checked, no pickle) */
#pragma once
#include "nn/graph/graph.h"

typedef struct { char *name; int dims[4]; int rank; gsize count; float *data; } LwTensor;

/* Plain OIHW, float32. Blocked layouts stay inside the backends. */
typedef struct {
  GPtrArray *tensors;          /* of LwTensor */
  GHashTable *by_name;
  GHashTable *metadata;        /* string → string: safetensors' __metadata__ */
  gatomicrefcount owners;
} LwWeights;

LwWeights *lw_weights_new (void);
void lw_weights_free (LwWeights *weights);                      /* the last owner's frees them */
LwWeights *lw_weights_share (LwWeights *weights);               /* the same once more, for another owner, who frees them too; then nobody may change them */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LwWeights, lw_weights_free)
LwTensor *lw_weights_add (LwWeights *weights, const char *name, const int *dims, int rank);     /* zeroed; (transfer none) */
/* The same with values that are there already (g_malloc; taken), or NULL for a shape without values. */
LwTensor *lw_weights_take (LwWeights *weights, const char *name, const int *dims, int rank, float *data);
LwTensor *lw_weights_get (const LwWeights *weights, const char *name);
LwWeights *lw_weights_copy (const LwWeights *weights);

/* Every tensor of @graph, started as He et al. 2015 (fan in) for convolutions, zero biases and final scores, ones and zeros for normalisation. */
LwWeights *lw_weights_init (const LwGraph *graph, guint64 seed);
gboolean lw_weights_check (const LwWeights *weights, const LwGraph *graph, GError **error);     /* all there, right shapes, finite */

/* F32, F16, BF16 (and F64) are read, all to float32; tensors of integers are left out. Values are not checked: lw_weights_check does. */
LwWeights *lw_safetensors_load (const char *path, GError **error);
typedef enum { LW_STORE_F32, LW_STORE_F16, LW_STORE_BF16 } LwStoreType;
gboolean lw_safetensors_save (const LwWeights *weights, LwStoreType type, const char *path, GError **error);   /* atomically; @type: of filters, vectors keep 32 bits */
/* Only the header's metadata and tensor shapes: cheap. */
LwWeights *lw_safetensors_inspect (const char *path, GError **error);     /* tensors with data NULL */
