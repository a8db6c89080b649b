/* atomic-file.c: write aside, sync, rename */
#include "config.h"
#include "common/atomic-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static gboolean
fail (GError **error, const char *format, const char *path)
{
  int saved = errno;
  g_autofree char *name = g_filename_display_name (path);
  g_autofree char *message = g_strdup_printf (format, name);
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (saved), "%s: %s", message, g_strerror (saved));
  return FALSE;
}

gboolean
lw_atomic_file_open (LwAtomicFile *file, const char *path, GError **error)
{
  *file = (LwAtomicFile) { .path = g_strdup (path), .temporary = g_strconcat (path, ".XXXXXX", NULL) };
  int fd = g_mkstemp_full (file->temporary, O_RDWR | O_CLOEXEC, 0666);
  if (fd >= 0)
    file->stream = fdopen (fd, "wb");
  if (file->stream != NULL)
    return TRUE;

  fail (error, _("“%s” can’t be written"), path);
  if (fd >= 0)
    {
      close (fd);
      g_unlink (file->temporary);
    }
  lw_atomic_file_release (file);
  return FALSE;
}

/* A rename is on disk only once its folder is. A file system that can't sync folders has done what it can. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

gboolean
lw_atomic_file_commit (LwAtomicFile *file, GError **error)
{
  g_return_val_if_fail (file->stream != NULL, FALSE);
  gboolean written = !ferror (file->stream) && fflush (file->stream) == 0 && (file->unsynced || fsync (fileno (file->stream)) == 0);
  int saved = errno;
  written = fclose (g_steal_pointer (&file->stream)) == 0 && written;
  if (written && g_rename (file->temporary, file->path) == 0)
    {
      if (!file->unsynced)
        sync_folder (file->path);
      g_clear_pointer (&file->temporary, g_free);
      return TRUE;
    }
  errno = errno == 0 ? saved : errno;
  return fail (error, _("“%s” can’t be written"), file->path);
}

gboolean
lw_atomic_file_write (const char *path, const char *text, gssize length, GError **error)
{
  g_return_val_if_fail (path != NULL && text != NULL, FALSE);
  g_auto(LwAtomicFile) file = { 0 };
  if (!lw_atomic_file_open (&file, path, error))
    return FALSE;
  fwrite (text, 1, length < 0 ? strlen (text) : (gsize) length, file.stream);      /* what fails here, the commit tells */
  return lw_atomic_file_commit (&file, error);
}

gboolean
lw_sync_folder (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && syncfs (fd) == 0;
  if (!ok)
    fail (error, _("“%s” can’t be written"), path);
  if (fd >= 0)
    close (fd);
  return ok;
}

void
lw_atomic_file_release (LwAtomicFile *file)
{
  if (file->stream != NULL)
    fclose (g_steal_pointer (&file->stream));
  if (file->temporary != NULL)
    g_unlink (file->temporary);
  g_clear_pointer (&file->temporary, g_free);
  g_clear_pointer (&file->path, g_free);
}
