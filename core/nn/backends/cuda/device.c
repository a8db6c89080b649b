/* device.c: finds the GPU, and says in words why there is none */
#include "config.h"
#include "device.h"
#include "choice.h"
#include <dlfcn.h>
#include <glib/gi18n-lib.h>

#define MIN_MAJOR 8             /* Ampere: the first with bfloat16 in its tensor cores */
#define MIN_DRIVER 13000        /* CUDA 13.0, as cudaDriverGetVersion counts */
#define MEMORY_RESERVE ((gsize) 64 << 20)       /* bytes left to the driver, cuDNN and other programs */

gboolean
lw_cuda_check (cudaError_t result, const char *what, GError **error)
{
  if (result == cudaSuccess)
    return TRUE;
  cudaGetLastError ();          /* where it is not one that stays, the next call starts afresh */
  if (result == cudaErrorMemoryAllocation)
    return lw_net_fail (error, LW_NET_ERROR_MEMORY, _("%s: the GPU’s memory is used up"), what);
  return lw_net_fail (error, LW_NET_ERROR_DEVICE, _("%s: the GPU reports “%s” (%s)"), what, cudaGetErrorString (result), cudaGetErrorName (result));
}

/* ---- opening ---- */

static gboolean
check_driver (GError **error)
{
  int driver = 0;

  if (cudaDriverGetVersion (&driver) != cudaSuccess || driver == 0)
    return lw_net_fail (error, LW_NET_ERROR_ABSENT, _("No NVIDIA driver is installed, or it isn’t loaded."));
  if (driver < MIN_DRIVER)
    return lw_net_fail (error, LW_NET_ERROR_DEVICE, _("The NVIDIA driver is too old: it is for CUDA %d.%d, and %d.%d is needed. Install driver 580 or later."),
                        driver / 1000, driver % 1000 / 10, MIN_DRIVER / 1000, MIN_DRIVER % 1000 / 10);
  return TRUE;
}

static gboolean
count_devices (int *count, GError **error)
{
  cudaError_t result;

  *count = 0;                   /* left alone where the driver is missing */
  result = cudaGetDeviceCount (count);
  if (result == cudaErrorInsufficientDriver || result == cudaErrorStubLibrary || result == cudaErrorSystemDriverMismatch)
    return lw_net_fail (error, LW_NET_ERROR_DEVICE, _("The NVIDIA driver doesn’t fit the CUDA library (%s). Install driver 580 or later, and restart the computer."),
                        cudaGetErrorString (result));
  if (result == cudaErrorNoDevice || (result == cudaSuccess && *count == 0))
    return lw_net_fail (error, LW_NET_ERROR_ABSENT, _("There is no NVIDIA GPU."));
  return lw_cuda_check (result, _("Looking for a GPU"), error);
}

/* The first one that is new enough, in the driver's order, which CUDA_VISIBLE_DEVICES changes. */
static gboolean
choose_device (LwDevice *device, GError **error)
{
  struct cudaDeviceProp properties = { 0 };
  int count;

  if (!check_driver (error) || !count_devices (&count, error))
    return FALSE;
  for (int i = 0; i < count; i++)
    {
      if (!lw_cuda_check (cudaGetDeviceProperties (&properties, i), _("Looking at the GPU"), error))
        return FALSE;
      if (properties.major < MIN_MAJOR)
        continue;
      device->number = i;
      device->name = g_strdup (properties.name);
      device->major = properties.major;
      device->minor = properties.minor;
      device->memory = properties.totalGlobalMem;
      return TRUE;
    }
  return lw_net_fail (error, LW_NET_ERROR_DEVICE, _("The GPU “%s” is too old: it has compute capability %d.%d, and %d.0 (Ampere, of 2020) or later is needed."),
                      properties.name, properties.major, properties.minor, MIN_MAJOR);
}

/* The one that is loaded must be of the version of the headers, or a later one of the same generation. */
static gboolean
check_cudnn (GError **error)
{
  gsize version = cudnnGetVersion ();

  if (version >= CUDNN_VERSION && version / 10000 == CUDNN_MAJOR)
    return TRUE;
  return lw_net_fail (error, LW_NET_ERROR_DEVICE, _("cuDNN %d.%d.%d is installed, and %d.%d.%d or a later %d is needed."), (int) (version / 10000),
                      (int) (version / 100 % 100), (int) (version % 100), CUDNN_MAJOR, CUDNN_MINOR, CUDNN_PATCHLEVEL, CUDNN_MAJOR);
}

/* cuDNN opens these by name when it first needs them. It ends the process where cuBLAS is missing, and does without its fused code where the run-time
 * compiler is; so they are opened before, from the loader's path, or from where CUDA and cuDNN were when this was built (Python's packages lie side by side). */
static gboolean
open_library (const char *name)
{
  static const char *const folders[] = { LW_GPU_LIB_DIR, LW_CUDNN_LIB_DIR "/../../cu13/lib", LW_CUDNN_LIB_DIR "/../../cublas/lib",
                                         LW_CUDNN_LIB_DIR "/../../cuda_nvrtc/lib" };
  g_autofree char *file = g_strdup_printf ("%s.so.%d", name, CUDART_VERSION / 1000);
  gboolean found = dlopen (file, RTLD_LAZY) != NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (folders) && !found; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], file, NULL);

      found = dlopen (path, RTLD_LAZY) != NULL;
    }
  return found;
}

static gboolean
open_libraries (GError **error)
{
  if (!open_library ("libnvrtc"))
    g_debug ("libnvrtc is missing: convolutions, biases and ReLUs are not fused");
  return open_library ("libcublasLt") || lw_net_fail (error, LW_NET_ERROR_DEVICE, _("The library libcublasLt of CUDA %d, which cuDNN needs, is missing."), CUDART_VERSION / 1000);
}

static gboolean
start_device (LwDevice *device, GError **error)
{
  return lw_device_enter (device, error)
         && lw_cuda_check (cudaStreamCreateWithFlags (&device->stream, cudaStreamNonBlocking), _("Starting the GPU"), error)
         && lw_cuda_check (cudaStreamCreateWithFlags (&device->copies, cudaStreamNonBlocking), _("Starting the GPU"), error)
         && lw_cudnn_check (cudnnCreate (&device->cudnn), _("Starting the GPU"), error)
         && lw_cudnn_check (cudnnSetStream (device->cudnn, device->stream), _("Starting the GPU"), error);
}

LwDevice *
lw_device_open (GError **error)
{
  LwDevice *device = g_new0 (LwDevice, 1);

  if (choose_device (device, error) && check_cudnn (error) && open_libraries (error) && start_device (device, error))
    {
      device->helpers = g_ptr_array_new ();
      device->choices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) lw_conv_choice_free);
      return device;
    }
  lw_device_close (device);
  return NULL;
}

void
lw_device_close (LwDevice *device)
{
  g_clear_pointer (&device->choices, g_hash_table_unref);
  for (guint i = 0; device->helpers != NULL && i < device->helpers->len; i++)
    cudnnDestroy (device->helpers->pdata[i]);
  g_clear_pointer (&device->helpers, g_ptr_array_unref);
  if (device->cudnn != NULL)
    cudnnDestroy (device->cudnn);
  if (device->stream != NULL)
    cudaStreamDestroy (device->stream);
  if (device->copies != NULL)
    cudaStreamDestroy (device->copies);
  g_free (device->name);
  g_free (device);
}

char *
lw_device_describe (LwDevice *device)
{
  g_autofree char *memory = g_format_size (device->memory);

  return g_strdup_printf (_("%s, %s, bfloat16"), device->name, memory);
}

gboolean
lw_device_enter (const LwDevice *device, GError **error)
{
  return lw_cuda_check (cudaSetDevice (device->number), _("Starting the GPU"), error);
}

/* ---- memory ---- */

static gboolean
check_memory (const LwDevice *device, gsize bytes, GError **error)
{
  gsize free_bytes = 0, all = 0;
  g_autofree char *needed = NULL, *there = NULL;

  if (!lw_cuda_check (cudaMemGetInfo (&free_bytes, &all), _("Asking for the GPU’s memory"), error))
    return FALSE;
  if (free_bytes >= MEMORY_RESERVE && bytes <= free_bytes - MEMORY_RESERVE)
    return TRUE;
  needed = g_format_size (bytes);
  there = g_format_size (free_bytes);
  return lw_net_fail (error, LW_NET_ERROR_MEMORY, _("The GPU’s memory doesn’t suffice: %s are needed, %s are free"), needed, there);
}

/* Zeroed when this returns: the stream of copies would otherwise write a picture into it before a busy GPU came to clearing it. */
void *
lw_device_memory_new (LwDevice *device, gsize bytes, GError **error)
{
  void *data = NULL;

  bytes = MAX (bytes, 1);
  if (!check_memory (device, bytes, error) || !lw_cuda_check (cudaMalloc (&data, bytes), _("The GPU’s memory"), error))
    return NULL;
  if (lw_cuda_check (cudaMemsetAsync (data, 0, bytes, device->stream), _("The GPU’s memory"), error)
      && lw_cuda_check (cudaStreamSynchronize (device->stream), _("The GPU’s memory"), error))
    return data;
  cudaFree (data);
  return NULL;
}
