/* file-bytes.c: whole files, read once with bounds, and their hashes */
#include "config.h"
#include "media/file-bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>
#include "media/frame-source.h"

static void
set_errno_error (const char *path, int number, GError **error)
{
  if (number == ENOENT || number == ENOTDIR)
    g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_NOT_FOUND, _("“%s” is not there any more: it was moved or removed"), path);
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), _("Could not read “%s”: %s"), path, g_strerror (number));
}

int
lw_file_open (const char *path, guint64 *size, GError **error)
{
  struct stat status;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);      /* a FIFO must not hang us */
  if (fd < 0 || fstat (fd, &status) != 0)
    {
      set_errno_error (path, errno, error);
      if (fd >= 0)
        close (fd);
      return -1;
    }
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_UNSUPPORTED, _("“%s” is not an ordinary file"), path);
      close (fd);
      return -1;
    }
  *size = (guint64) status.st_size;
  return fd;
}

/* Reads up to @size bytes; fewer if the file is shorter by now. */
static gssize
read_all (int fd, guint8 *buffer, gsize size)
{
  gsize done = 0;
  while (done < size)
    {
      gssize n = read (fd, buffer + done, size - done);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += (gsize) n;
    }
  return (gssize) done;
}

GBytes *
lw_file_read (const char *path, gsize max_bytes, GError **error)
{
  guint64 size = 0;
  int fd = lw_file_open (path, &size, error);
  if (fd < 0)
    return NULL;

  g_autofree guint8 *buffer = size <= max_bytes ? g_try_malloc ((gsize) size + 1) : NULL;
  if (buffer == NULL)
    {
      g_set_error (error, LW_MEDIA_ERROR, LW_MEDIA_ERROR_TOO_LARGE, _("“%s” is too large for an image file (%llu bytes)"), path, (unsigned long long) size);
      close (fd);
      return NULL;
    }
  gssize n = read_all (fd, buffer, (gsize) size);
  int number = errno;
  close (fd);
  if (n < 0)
    {
      set_errno_error (path, number, error);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&buffer), (gsize) n);
}

void
lw_hash (gconstpointer data, gsize size, guint8 digest[32])
{
  if (EVP_Digest (data, size, digest, NULL, EVP_sha256 (), NULL) != 1)
    g_error ("SHA-256 is not available");
}

char *
lw_hash_to_hex (const guint8 digest[32])
{
  GString *hex = g_string_sized_new (64);
  for (int i = 0; i < 32; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  return g_string_free (hex, FALSE);
}
