/* device.h: the GPU that plans run on, and what can go wrong with it */
#pragma once
#include "convolution.h"
#include "nn/backends/backend.h"

struct _LwDevice {
  int number;                  /* of the driver's */
  char *name;
  int major, minor;            /* compute capability */
  gsize memory;                /* bytes */
  cudaStream_t stream;         /* everything is in its order */
  cudaStream_t copies;         /* but pictures that come up meanwhile */
  cudnnHandle_t cudnn;
  GPtrArray *helpers;          /* of cudnnHandle_t: of threads that compile; plans may outlive their threads */
  GHashTable *choices;         /* text of a convolution → LwConvChoice: measured once in the life of the device */
};

LwDevice *lw_device_open (GError **error);
void lw_device_close (LwDevice *device);
char *lw_device_describe (LwDevice *device);

/* Of the calling thread. Whatever enters the backend from outside calls this first. */
gboolean lw_device_enter (const LwDevice *device, GError **error);

/* @what: which part of the work failed. Out of memory is LW_NET_ERROR_MEMORY, all else LW_NET_ERROR_DEVICE. */
gboolean lw_cuda_check (cudaError_t result, const char *what, GError **error);
/* Device memory, zeroed, at least @bytes of it, aligned to 256 bytes; NULL with an error that says how much is free. cudaFree it. */
void *lw_device_memory_new (LwDevice *device, gsize bytes, GError **error);
