/* server-device.c: finds the device that a client asks for */
#include "config.h"
#include "server-private.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "common/paths.h"

/* A missing module is news only where there is a GPU that it would serve. */
static LwNetError
code_of_missing_backend (void)
{
  return g_file_test ("/proc/driver/nvidia/version", G_FILE_TEST_EXISTS) ? LW_NET_ERROR_DEVICE : LW_NET_ERROR_ABSENT;
}

static gboolean
open_backend (LwServerDevice *device, const char *name, GError **error)
{
  g_autofree char *path = lw_paths_backend (name);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, LW_NET_ERROR, code_of_missing_backend (), _("This build has no backend for “%s” (“%s” is not there)."), name, path);
      return FALSE;
    }
  device->backend = lw_backend_load (path, error);
  if (device->backend == NULL)
    return FALSE;
  device->device = device->backend->open (error);
  if (device->device == NULL)
    return FALSE;
  device->name = g_strdup (name);
  device->description = device->backend->describe (device->device);
  return TRUE;
}

gboolean
lw_server_device_open (LwServerDevice *device, const char *wanted, GError **error)
{
  g_autoptr(GError) missing = NULL;
  if (g_str_equal (wanted, "cpu"))
    return open_backend (device, "cpu", error);
  if (g_str_equal (wanted, "cuda"))
    {
      if (open_backend (device, "cuda", error))
        return TRUE;
      g_prefix_error (error, _("The NVIDIA GPU can’t be used; choose “cpu” or “auto” instead. "));
      return FALSE;
    }
  if (!g_str_equal (wanted, "auto"))
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_DEVICE, _("There is no device “%s”: choose “auto”, “cpu” or “cuda”."), wanted);
      return FALSE;
    }
  if (open_backend (device, "cuda", &missing))
    return TRUE;
  if (!open_backend (device, "cpu", error))
    return FALSE;
  device->unexpected = !g_error_matches (missing, LW_NET_ERROR, LW_NET_ERROR_ABSENT);
  device->note = g_strdup_printf (_("No NVIDIA GPU is used, the processor is: %s"), missing->message);
  return TRUE;
}

void
lw_server_device_close (LwServerDevice *device)
{
  if (device->device != NULL)
    device->backend->close (device->device);
  g_free (device->name);
  g_free (device->description);
  g_free (device->note);
  *device = (LwServerDevice) { 0 };
}

gboolean
lw_server_device_gave_up (const LwServerDevice *device, const GError *error)
{
  return !g_str_equal (device->name, "cpu")
         && (g_error_matches (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY) || g_error_matches (error, LW_NET_ERROR, LW_NET_ERROR_DEVICE));
}

char *
lw_server_device_excuse (const GError *error)
{
  return g_strdup_printf (_("The processor is used instead of the GPU: %s"), error->message);
}

char *
lw_server_describe_device (const char *wanted, char **note, GError **error)
{
  LwServerDevice device = { 0 };
  if (!lw_server_device_open (&device, wanted, error))
    return NULL;
  char *description = g_strdup (device.description);
  if (note != NULL)
    *note = g_strdup (device.note);
  lw_server_device_close (&device);
  return description;
}
