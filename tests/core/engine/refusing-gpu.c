/* refusing-gpu.c: stands in for a GPU that can't be used: its driver is too old, or the module is of another version of the program (OTHER_VERSION) or of no version
 * (NO_BACKEND) */
#include <gmodule.h>
#include "nn/backends/backend.h"

static LwDevice *
open_device (GError **error)
{
  lw_net_fail (error, LW_NET_ERROR_DEVICE, "The driver of the refusing GPU is too old.");
  return NULL;
}

#ifdef NO_BACKEND
#define lw_backend lw_something_else
#endif

G_MODULE_EXPORT const LwBackend lw_backend = {
#ifdef OTHER_VERSION
  .abi = LW_BACKEND_ABI + 1,
#else
  .abi = LW_BACKEND_ABI,
#endif
  .name = "cuda", .open = open_device,
};
