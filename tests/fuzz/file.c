/* file.c: an input as a file, for readers that want a path: always the same one, in memory */
#include "fuzz.h"
#include <sys/mman.h>
#include <unistd.h>

static int memory = -1;

/* A broken precondition is a finding, too. */
static void
open_memory (void)
{
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR);
  memory = memfd_create ("fuzz", MFD_CLOEXEC);
  g_assert (memory >= 0);
}

int
fuzz_file_descriptor (void)
{
  if (memory < 0)
    open_memory ();
  return memory;
}

const char *
fuzz_file (const guint8 *data, gsize size)
{
  static char path[64];
  int fd = fuzz_file_descriptor ();

  g_snprintf (path, sizeof path, "/proc/self/fd/%d", fd);
  g_assert (ftruncate (fd, 0) == 0 && pwrite (fd, data, size, 0) == (gssize) size);
  return path;
}
