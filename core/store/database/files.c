/* files.c: SHA-256 of files, copies that are on the disk when they are done, an empty folder */
#include "config.h"
#include "store/database/files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "store/project.h"

#define CHUNK_BYTES (1 << 18)

gboolean
lw_store_is_sha256 (const char *text)
{
  return text != NULL && strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

static char *
to_hex (const guint8 digest[32])
{
  GString *hex = g_string_sized_new (64);
  for (int i = 0; i < 32; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  return g_string_free (hex, FALSE);
}

/* Returns: bytes read in all, or -1 with errno or @error set */
static gint64
digest_all (int fd, EVP_MD_CTX *context, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  gint64 total = 0;
  gssize got;
  while ((got = read (fd, chunk, CHUNK_BYTES)) > 0)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return -1;
      EVP_DigestUpdate (context, chunk, (gsize) got);
      total += got;
    }
  return got < 0 ? -1 : total;
}

char *
lw_store_hash_file (const char *path, guint64 *size, GCancellable *cancellable, GError **error)
{
  struct stat info;
  g_autoptr(GError) local = NULL;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);      /* or a named pipe would hold us */
  gint64 total = -1;
  guint8 digest[32];
  if (fd >= 0 && fstat (fd, &info) == 0 && !S_ISREG (info.st_mode))
    errno = EISDIR;
  else if (fd >= 0)
    {
      EVP_MD_CTX *context = EVP_MD_CTX_new ();
      EVP_DigestInit_ex (context, EVP_sha256 (), NULL);
      total = digest_all (fd, context, cancellable, &local);
      EVP_DigestFinal_ex (context, digest, NULL);
      EVP_MD_CTX_free (context);
    }
  int e = errno;
  if (fd >= 0)
    close (fd);
  if (total >= 0)
    {
      *size = (guint64) total;
      return to_hex (digest);
    }
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not read “%s”: %s"), path, g_strerror (e));
  return NULL;
}

gboolean
lw_store_copy_file (const char *source, const char *target, GCancellable *cancellable, GError **error)
{
  g_autoptr(GFile) from = g_file_new_for_path (source), to = g_file_new_for_path (target);
  g_autoptr(GError) local = NULL;
  int fd = -1;
  gboolean copied = g_file_copy (from, to, G_FILE_COPY_TARGET_DEFAULT_PERMS, cancellable, NULL, NULL, &local)
                    && (fd = open (target, O_RDONLY | O_CLOEXEC)) >= 0 && fsync (fd) == 0;
  int e = errno;
  if (fd >= 0)
    close (fd);
  if (copied)
    return TRUE;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, LW_STORE_ERROR, g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ? LW_STORE_ERROR_FULL : LW_STORE_ERROR_IO,
                 _("Could not copy “%s” into the project: %s"), source, local != NULL ? local->message : g_strerror (e));
  return FALSE;
}

gboolean
lw_create_empty_folder (const char *folder, gboolean *made, GError **error)
{
  g_autoptr(GError) local = NULL;
  *made = !g_file_test (folder, G_FILE_TEST_EXISTS);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      int e = errno;
      g_set_error (error, LW_STORE_ERROR, e == ENOSPC || e == EDQUOT ? LW_STORE_ERROR_FULL : LW_STORE_ERROR_IO,
                   _("Could not make the folder “%s”: %s"), folder, g_strerror (e));
      return FALSE;
    }
  GDir *dir = g_dir_open (folder, 0, &local);
  if (dir == NULL)
    {
      g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_IO, _("Could not read the folder “%s”: %s"), folder, local->message);
      return FALSE;
    }
  gboolean empty = g_dir_read_name (dir) == NULL;
  g_dir_close (dir);
  if (!empty)
    g_set_error (error, LW_STORE_ERROR, LW_STORE_ERROR_EXISTS, _("The folder “%s” is not empty. Choose another name for the project"), folder);
  return empty;
}
