/* fuzz-model.c: models of this program: the description in a safetensors file's metadata, and whether the tensors fit it */
#include "fuzz.h"
#include "nn/weights/model.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(LwNetModel) model = lw_net_model_load (fuzz_file (data, size), &error);

  FUZZ_ASSERT ((model == NULL) == (error != NULL));
  if (model == NULL)
    return 0;
  FUZZ_ASSERT (model->n_classes >= 2 && model->n_classes <= 255 && (int) g_strv_length (model->class_names) == model->n_classes);
  FUZZ_ASSERT (model->max_side >= 1 && model->train_width >= 1 && model->train_height >= 1);
  FUZZ_ASSERT (lw_weights_check (model->weights, model->graph, NULL));
  return 0;
}
