/* byte-locks.c: open file description locks on single bytes, which hold between threads and namespaces alike */
#include "config.h"
#include "store/database/byte-locks.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include "store/project.h"

int
lw_byte_locks_open (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "operations.lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  int e = errno;
  if (fd < 0)
    g_set_error (error, LW_STORE_ERROR, e == ENOSPC || e == EDQUOT ? LW_STORE_ERROR_FULL : LW_STORE_ERROR_IO, _("Could not open “%s”: %s"), path, g_strerror (e));
  return fd;
}

gboolean
lw_byte_lock (int fd, gint64 byte, gboolean shared)
{
  struct flock lock = { .l_type = shared ? F_RDLCK : F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
  return fcntl (fd, F_OFD_SETLK, &lock) == 0;
}

gboolean
lw_byte_is_locked (int fd, gint64 byte)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
  return fcntl (fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}
