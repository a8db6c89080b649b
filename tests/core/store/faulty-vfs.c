/* faulty-vfs.c: passes calls on until the chosen one */
#include "config.h"
#include "faulty-vfs.h"
#include "store/database/vfs-forward.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

const char *const fault_names[N_FAULTS] = { "one error", "full disk", "short write", "flaky disk", "power cut" };

typedef enum { CALL_READ, CALL_WRITE, CALL_OTHER } Call;

typedef struct {
  sqlite3_file base;
  sqlite3_file *real;        /* behind this struct */
} FaultyFile;

static GMutex lock;
static gboolean armed, came;
static Fault fault;
static guint left, since;    /* calls until the fault, and from it on */
static sqlite3_vfs layer;

static sqlite3_file *
real_of (sqlite3_file *file)
{
  return ((FaultyFile *) file)->real;
}

void
faulty_vfs_arm (Fault which, guint at)
{
  g_mutex_lock (&lock);
  armed = TRUE;
  came = FALSE;
  fault = which;
  left = at;
  since = 0;
  g_mutex_unlock (&lock);
}

gboolean
faulty_vfs_disarm (void)
{
  g_mutex_lock (&lock);
  gboolean did = came;
  armed = came = FALSE;
  g_mutex_unlock (&lock);
  return did;
}

static gboolean
fails_now (void)
{
  if (left > 0)
    {
      left--;
      return FALSE;
    }
  gboolean first = !came;
  came = TRUE;
  switch (fault)
    {
    case FAULT_EIO:
    case FAULT_SHORT:
      return first;
    case FAULT_FLAKY:
      return since++ % 3 == 0;
    default:
      return TRUE;
    }
}

static gboolean
fails (Call call)
{
  g_mutex_lock (&lock);
  gboolean counts = armed && (call != CALL_READ || fault == FAULT_EIO || fault == FAULT_FLAKY) && (call == CALL_WRITE || fault != FAULT_SHORT);
  gboolean does = counts && fails_now ();
  g_mutex_unlock (&lock);
  if (does)
    errno = fault == FAULT_FULL ? ENOSPC : EIO;
  return does;
}

static int
error_of (int otherwise)
{
  return fault == FAULT_FULL ? SQLITE_FULL : otherwise;
}

/* ---- a file ---- */

static int
faulty_read (sqlite3_file *file, void *data, int amount, sqlite3_int64 offset)
{
  return fails (CALL_READ) ? SQLITE_IOERR_READ : real_of (file)->pMethods->xRead (real_of (file), data, amount, offset);
}

static int
faulty_write (sqlite3_file *file, const void *data, int amount, sqlite3_int64 offset)
{
  gboolean before = came;
  if (!fails (CALL_WRITE))
    return real_of (file)->pMethods->xWrite (real_of (file), data, amount, offset);
  int saved = errno;
  if (!before && (fault == FAULT_SHORT || fault == FAULT_DEAD))
    real_of (file)->pMethods->xWrite (real_of (file), data, amount / 2, offset);
  errno = saved;
  return error_of (SQLITE_IOERR_WRITE);
}

static int
faulty_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return fails (CALL_OTHER) ? SQLITE_IOERR_TRUNCATE : real_of (file)->pMethods->xTruncate (real_of (file), size);
}

static int
faulty_sync (sqlite3_file *file, int flags)
{
  return fails (CALL_OTHER) ? SQLITE_IOERR_FSYNC : real_of (file)->pMethods->xSync (real_of (file), flags);
}

LW_FORWARD (faulty, xClose, (sqlite3_file * file))
LW_FORWARD (faulty, xFileControl, (sqlite3_file * file, int operation, void *argument), operation, argument)
LW_FORWARD_ALL (faulty)

static const sqlite3_io_methods methods = {
  .xClose = faulty_xClose, .xRead = faulty_read, .xWrite = faulty_write, .xTruncate = faulty_truncate, .xSync = faulty_sync,
  .xFileControl = faulty_xFileControl, LW_FORWARDED (faulty),
};

/* ---- the layer ---- */

static int
layer_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_out)
{
  sqlite3_vfs *real = layer.pAppData;
  FaultyFile *self = (FaultyFile *) file;
  memset (self, 0, sizeof *self);
  if ((flags & SQLITE_OPEN_CREATE) != 0 && fails (CALL_OTHER))
    return SQLITE_CANTOPEN;
  self->real = (sqlite3_file *) (self + 1);
  int result = real->xOpen (real, name, self->real, flags, flags_out);
  self->base.pMethods = self->real->pMethods != NULL ? &methods : NULL;
  return result;
}

static int
layer_delete (sqlite3_vfs *vfs, const char *name, int sync_folder)
{
  sqlite3_vfs *real = layer.pAppData;
  return fails (CALL_OTHER) ? SQLITE_IOERR_DELETE : real->xDelete (real, name, sync_folder);
}

void
faulty_vfs_register (void)
{
  sqlite3_vfs *real = sqlite3_vfs_find (NULL);
  layer = *real;
  layer.pNext = NULL;
  layer.zName = "faulty";
  layer.pAppData = real;
  layer.szOsFile = (int) sizeof (FaultyFile) + real->szOsFile;
  layer.xOpen = layer_open;
  layer.xDelete = layer_delete;
  sqlite3_vfs_register (&layer, TRUE);
}
