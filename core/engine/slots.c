/* slots.c: sealed shared memory, and where a frame's planes lie in it */
#include "config.h"
#include "slots.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
#define MAX_SIDE 32768                  /* pixels: LW_MAX_SIDE of label-map.h, which the engine's side does not know */
#define MAX_PIXELS (G_GUINT64_CONSTANT (1) << 28)
#define PLANE_ALIGN 64

G_DEFINE_QUARK (lw-slot-error-quark, lw_slot_error)

static gboolean
fail_memory (LwSharedMemory *memory, gsize size, GError **error)
{
  int saved = errno;
  lw_shared_memory_clear (memory);
  g_set_error (error, LW_SLOT_ERROR, LW_SLOT_ERROR_MEMORY, _("No %zu MB of shared memory could be had for the frame: %s"),
               (size >> 20) + 1, g_strerror (saved));
  return FALSE;
}

static gboolean
map (LwSharedMemory *memory, gsize size)
{
  void *data = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd, 0);
  if (data == MAP_FAILED)
    return FALSE;
  memory->data = data;
  memory->size = size;
  return TRUE;
}

gboolean
lw_shared_memory_create (LwSharedMemory *memory, gsize size, GError **error)
{
  *memory = (LwSharedMemory) { .fd = memfd_create ("labelwright-slot", MFD_CLOEXEC | MFD_ALLOW_SEALING) };
  /* Pages are asked for now: running out of them later would be a signal instead of an error. */
  if (memory->fd < 0 || (errno = posix_fallocate (memory->fd, 0, (off_t) size)) != 0
      || fcntl (memory->fd, F_ADD_SEALS, SEALS) < 0 || !map (memory, size))
    return fail_memory (memory, size, error);
  return TRUE;
}

gboolean
lw_shared_memory_map (LwSharedMemory *memory, int fd, guint64 size, GError **error)
{
  *memory = (LwSharedMemory) { .fd = fd };
  struct stat info;
  int seals = fcntl (fd, F_GET_SEALS);
  if (seals < 0 || (seals & (F_SEAL_SHRINK | F_SEAL_GROW)) != (F_SEAL_SHRINK | F_SEAL_GROW))
    {
      lw_shared_memory_clear (memory);
      g_set_error_literal (error, LW_SLOT_ERROR, LW_SLOT_ERROR_UNSEALED,
                           _("The memory of a slot must be a memfd sealed against shrinking and growing."));
      return FALSE;
    }
  if (fstat (fd, &info) < 0 || size == 0 || size > LW_SLOT_MAX_BYTES || (guint64) info.st_size != size)
    {
      lw_shared_memory_clear (memory);
      g_set_error (error, LW_SLOT_ERROR, LW_SLOT_ERROR_SIZE, _("The memory of a slot is not of the %" PRIu64 " bytes that were announced."), size);
      return FALSE;
    }
  if (!map (memory, (gsize) size))
    return fail_memory (memory, (gsize) size, error);
  return TRUE;
}

void
lw_shared_memory_clear (LwSharedMemory *memory)
{
  if (memory->data != NULL)
    munmap (memory->data, memory->size);
  if (memory->fd >= 0)
    close (memory->fd);
  *memory = (LwSharedMemory) { .fd = -1 };
}

static guint64
align (guint64 offset)
{
  return (offset + PLANE_ALIGN - 1) / PLANE_ALIGN * PLANE_ALIGN;
}

void
lw_slot_layout_init (LwSlotLayout *layout, int width, int height)
{
  layout->width = width;
  layout->height = height;
  layout->pixels = 0;
  layout->labels = align (lw_slot_pixels_bytes (layout));
  layout->confidence = align (layout->labels + lw_slot_labels_bytes (layout));
}

guint64
lw_slot_layout_bytes (const LwSlotLayout *layout)
{
  return layout->confidence + lw_slot_confidence_bytes (layout);
}

typedef struct { guint64 start, length; } Span;

static gboolean
overlap (Span a, Span b)
{
  return a.start < b.start + b.length && b.start < a.start + a.length;
}

gboolean
lw_slot_layout_check (const LwSlotLayout *layout, gsize size, GError **error)
{
  if (layout->width < 1 || layout->height < 1 || layout->width > MAX_SIDE || layout->height > MAX_SIDE
      || lw_slot_labels_bytes (layout) > MAX_PIXELS)
    {
      g_set_error (error, LW_SLOT_ERROR, LW_SLOT_ERROR_SIZE, _("A frame of %d × %d pixels is out of bounds."), layout->width, layout->height);
      return FALSE;
    }
  Span planes[] = { { layout->pixels, lw_slot_pixels_bytes (layout) }, { layout->labels, lw_slot_labels_bytes (layout) },
                    { layout->confidence, lw_slot_confidence_bytes (layout) } };
  gboolean ok = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (planes); i++)
    ok = ok && planes[i].start <= size && planes[i].length <= size - planes[i].start;
  if (ok && !overlap (planes[0], planes[1]) && !overlap (planes[0], planes[2]) && !overlap (planes[1], planes[2]))
    return TRUE;
  g_set_error (error, LW_SLOT_ERROR, LW_SLOT_ERROR_SIZE, _("The planes of a frame of %d × %d pixels do not fit into a slot of %zu bytes as they were placed."),
               layout->width, layout->height, size);
  return FALSE;
}
