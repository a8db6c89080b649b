/* fuzz-safetensors.c: the reader of safetensors files */
#include <math.h>
#include "fuzz.h"
#include "nn/weights/safetensors.h"

/* Every byte of the data belongs to one tensor, and its shape needs just that. */
static void
check_header (const LwSafetensorsHeader *header, gsize size)
{
  guint64 at = 0;

  for (guint i = 0; i < header->entries->len; i++)
    {
      const LwSafetensorsEntry *entry = &g_array_index (header->entries, LwSafetensorsEntry, i);

      FUZZ_ASSERT (entry->begin == at && entry->end >= at && entry->rank >= 0 && entry->rank <= 4);
      at = entry->end;
    }
  FUZZ_ASSERT (header->data_start + at == size);
}

static gsize
bytes_read (const LwWeights *weights)
{
  gsize bytes = 0;
  double sum = 0;

  for (guint t = 0; t < weights->tensors->len; t++)
    {
      const LwTensor *tensor = weights->tensors->pdata[t];

      FUZZ_ASSERT (lw_weights_get (weights, tensor->name) == tensor);
      for (gsize i = 0; i < tensor->count; i++)
        sum += isfinite (tensor->data[i]) ? (double) tensor->data[i] : 0;
      bytes += tensor->count * sizeof (float);
    }
  FUZZ_ASSERT (isfinite (sum));
  return bytes;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *path = fuzz_file (data, size);
  g_autoptr(GError) error = NULL, header_error = NULL;
  g_autoptr(LwSafetensorsHeader) header = lw_safetensors_header_read (fuzz_file_descriptor (), path, &header_error);
  g_autoptr(LwWeights) weights = header != NULL ? lw_safetensors_load (path, &error) : NULL, shapes = header != NULL ? lw_safetensors_inspect (path, NULL) : NULL;

  FUZZ_ASSERT ((header == NULL) == (header_error != NULL) && (header == NULL || (weights == NULL) == (error != NULL)));
  if (header == NULL)
    return 0;
  check_header (header, size);
  FUZZ_ASSERT (weights != NULL && shapes != NULL && shapes->tensors->len == weights->tensors->len);
  FUZZ_ASSERT (bytes_read (weights) <= 2 * size);       /* of two bytes four become; that is all that a file can ask for */
  return 0;
}
