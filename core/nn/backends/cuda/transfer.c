/* transfer.c: between the host and the device, through page-locked memory that stays for the next time */
#include "config.h"
#include "plan.h"
#include <string.h>
#include <glib/gi18n-lib.h>

#define CHUNK_BYTES ((gsize) 32 << 20)

gboolean
lw_transfer_reserve (LwPlan *plan, LwTransfer *transfer, gsize bytes, gboolean device, GError **error)
{
  if (transfer->bytes >= bytes)
    return TRUE;
  lw_transfer_clear (transfer);
  if (!lw_cuda_check (cudaHostAlloc (&transfer->host, bytes, cudaHostAllocDefault), _("Memory for the GPU’s transfers"), error))
    return FALSE;
  memset (transfer->host, 0, bytes);
  if (device && (transfer->device = lw_plan_memory_new (plan, bytes, error)) == NULL)
    {
      lw_transfer_clear (transfer);
      return FALSE;
    }
  transfer->bytes = bytes;
  return TRUE;
}

void
lw_transfer_clear (LwTransfer *transfer)
{
  cudaFreeHost (transfer->host);
  cudaFree (transfer->device);
  *transfer = (LwTransfer) { 0 };
}

gboolean
lw_transfer_up (LwPlan *plan, LwTransfer *transfer, const void *from, gsize bytes, cudaStream_t stream, GError **error)
{
  if (!lw_transfer_reserve (plan, transfer, bytes, TRUE, error))
    return FALSE;
  memcpy (transfer->host, from, bytes);
  return lw_cuda_check (cudaMemcpyAsync (transfer->device, transfer->host, bytes, cudaMemcpyHostToDevice, stream), _("Sending to the GPU"), error);
}

gboolean
lw_transfer_down (LwPlan *plan, LwTransfer *transfer, gsize bytes, GError **error)
{
  return lw_cuda_check (cudaMemcpyAsync (transfer->host, transfer->device, bytes, cudaMemcpyDeviceToHost, plan->device->stream), _("Reading from the GPU"), error);
}

/* ---- tensors: rows of filters, as many as a piece holds ---- */

/* Rows @first … of @filter, and how many values a row has in a file. */
static LwCudaFilter
rows_of (const LwCudaFilter *filter, int first, gsize *row)
{
  LwCudaFilter rows = *filter;

  *row = (gsize) filter->c * (gsize) (filter->r * filter->s);
  rows.k = rows.kp = (int) CLAMP (CHUNK_BYTES / (*row * sizeof (float)), 1, (gsize) (filter->k - first));
  return rows;
}

static gsize
device_row (const LwCudaFilter *filter)
{
  return (gsize) (filter->r * filter->s) * (gsize) filter->cp;
}

gboolean
lw_tensor_up (LwPlan *plan, const LwCudaFilter *filter, const float *from, LwCudaType type, void *to, GError **error)
{
  LwCudaFilter rows;
  gsize row;

  for (int first = 0; first < filter->k; first += rows.k)
    {
      rows = rows_of (filter, first, &row);
      if (!lw_transfer_up (plan, &plan->chunk, from + (gsize) first * row, (gsize) rows.k * row * sizeof (float), plan->device->stream, error)
          || !lw_cuda_check (lw_cuda_filter_to_device (plan->device->stream, rows, plan->chunk.device, type,
                                                       (guint8 *) to + (gsize) first * device_row (filter) * lw_type_bytes (type)), _("Sending to the GPU"), error)
          || !lw_cuda_check (cudaStreamSynchronize (plan->device->stream), _("Sending to the GPU"), error))
        return FALSE;
    }
  return TRUE;
}

gboolean
lw_tensor_down (LwPlan *plan, const LwCudaFilter *filter, const float *from, float *to, GError **error)
{
  LwCudaFilter rows;
  gsize row, bytes;

  for (int first = 0; first < filter->k; first += rows.k)
    {
      rows = rows_of (filter, first, &row);
      bytes = (gsize) rows.k * row * sizeof (float);
      if (!lw_transfer_reserve (plan, &plan->chunk, bytes, TRUE, error)
          || !lw_cuda_check (lw_cuda_filter_from_device (plan->device->stream, rows, from + (gsize) first * device_row (filter), plan->chunk.device),
                             _("Reading from the GPU"), error)
          || !lw_transfer_down (plan, &plan->chunk, bytes, error)
          || !lw_cuda_check (cudaStreamSynchronize (plan->device->stream), _("Reading from the GPU"), error))
        return FALSE;
      memcpy (to + (gsize) first * row, plan->chunk.host, bytes);
    }
  return TRUE;
}
