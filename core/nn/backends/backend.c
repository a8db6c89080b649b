/* backend.c: loads a backend's module, once */
#include "config.h"
#include "backend.h"
#include <gmodule.h>
#include <glib/gi18n-lib.h>

static GMutex lock;
static GHashTable *loaded;      /* path → LwBackend; modules stay for the life of the process */

static const LwBackend *
open_module (const char *path, GError **error)
{
  GModule *module;
  gpointer symbol = NULL;

  /* Read when OpenMP is loaded: its threads sleep while they wait, others have work too; but only after some 50 µs, since waking one takes as long, and a layer ten times that. */
  g_setenv ("OMP_WAIT_POLICY", "passive", FALSE);
  g_setenv ("GOMP_SPINCOUNT", "5000", FALSE);
  module = g_module_open (path, G_MODULE_BIND_LOCAL);
  if (module == NULL)
    {
      g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_DEVICE, _("Could not load the backend “%s”: %s"), path, g_module_error ());
      return NULL;
    }
  if (!g_module_symbol (module, "lw_backend", &symbol) || symbol == NULL)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_DEVICE, _("“%s” is not a backend of this program"), path);
  else if (((const LwBackend *) symbol)->abi != LW_BACKEND_ABI)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_DEVICE, _("“%s” is a backend of another version (%u; this program needs %d): install both anew"),
                 path, ((const LwBackend *) symbol)->abi, LW_BACKEND_ABI);
  else
    {
      g_module_make_resident (module);
      return symbol;
    }
  g_module_close (module);
  return NULL;
}

const LwBackend *
lw_backend_load (const char *path, GError **error)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&lock);
  const LwBackend *backend;

  if (loaded == NULL)
    loaded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  backend = g_hash_table_lookup (loaded, path);
  if (backend == NULL && (backend = open_module (path, error)) != NULL)
    g_hash_table_insert (loaded, g_strdup (path), (gpointer) backend);
  return backend;
}
