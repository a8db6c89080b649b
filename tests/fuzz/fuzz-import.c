/* fuzz-import.c: weights of other programs, safetensors and caffemodels, into each kind of network that takes them */
#include "fuzz.h"
#include "nn/weights/import.h"

static const char *const architectures[] = { "fcn8s-lite", "fcn8s-resnet50-lite" };
static LwNetModel *models[G_N_ELEMENTS (architectures)];

static LwNetModel *
fresh_model (gsize i)
{
  static const char *const classes[] = { "a", "b", "c", NULL };

  if (models[i] == NULL)
    models[i] = lw_net_model_new (architectures[i], classes, 1, NULL);
  return models[i];
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *path = fuzz_file (data, size);

  for (gsize i = 0; i < G_N_ELEMENTS (architectures); i++)
    {
      g_autoptr(GError) error = NULL;
      LwNetModel *model = fresh_model (i);
      int taken = lw_import_file (model, path, &error);

      FUZZ_ASSERT ((taken < 0) == (error != NULL));
      if (g_error_matches (error, LW_NET_ERROR, LW_NET_ERROR_VALUE))
        g_clear_pointer (&models[i], lw_net_model_free);        /* numbers that are none had been taken already, and would be found again each time */
    }
  return 0;
}
