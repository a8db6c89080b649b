/* file-hash.c: SHA-256 of a file, read piece by piece
 *
 * GLib's own, not libcrypto's faster one: the engine builds without it, and hashes a model once in a while. */
#include "config.h"
#include "file-hash.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#define CHUNK (1u << 20)

char *
lw_file_hash (const char *path, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK);
  g_autoptr(GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gssize n = -1;
  while (fd >= 0 && (n = read (fd, chunk, CHUNK)) > 0)
    g_checksum_update (sum, chunk, n);
  int saved = errno;
  if (fd >= 0)
    close (fd);
  if (n == 0)
    return g_strdup (g_checksum_get_string (sum));
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), _("Could not read “%s”: %s"), path, g_strerror (saved));
  return NULL;
}
