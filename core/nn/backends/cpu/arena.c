/* arena.c: one block of memory for all that a plan computes; buffers that do not live at the same time share their bytes */
#include "config.h"
#include "plan.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>

#define ALIGNMENT 4096          /* bytes */
#define BUFFER_STEP 64          /* bytes: a cache line */
#define BUFFER_SPARE 832        /* bytes after each buffer, so that those of equal power-of-two sizes don’t fall on the same cache sets */
#define HUGE_PAGE (2u << 20)
#define MAX_MEMORY 0.8          /* of the computer’s */

int
lw_buffer_new (LwPlan *plan, gsize bytes)
{
  LwBuffer buffer = { .bytes = (bytes + BUFFER_STEP - 1) / BUFFER_STEP * BUFFER_STEP + BUFFER_SPARE, .first = -1, .last = -1 };

  g_array_append_val (plan->buffers, buffer);
  return (int) plan->buffers->len - 1;
}

int
lw_buffer_new_part (LwPlan *plan, int whole, gsize within)
{
  LwPart part = { whole, within };

  g_array_append_val (plan->parts, part);
  return LW_PART + (int) plan->parts->len - 1;
}

int
lw_buffer_use (LwPlan *plan, int number)
{
  int whole = number >= LW_PART ? g_array_index (plan->parts, LwPart, number - LW_PART).whole : number;
  LwBuffer *buffer = &g_array_index (plan->buffers, LwBuffer, whole);
  int step = (int) plan->steps->len - 1;

  if (buffer->first < 0)
    buffer->first = step;
  buffer->last = step;
  return number;
}

gboolean
lw_memory_check (double bytes, GError **error)
{
  double physical = (double) sysconf (_SC_PHYS_PAGES) * (double) sysconf (_SC_PAGESIZE);
  g_autofree char *needed = NULL;

  if (bytes < MAX_MEMORY * physical)
    return TRUE;
  needed = g_format_size ((guint64) bytes);
  g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY,
               _("The network needs %s of memory at this picture size, which this computer doesn’t have: use smaller pictures or a smaller network"), needed);
  return FALSE;
}

static void *
allocate (gsize bytes, GError **error)
{
  gsize alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : ALIGNMENT, size = (MAX (bytes, 1) + alignment - 1) / alignment * alignment;
  void *data;

  if (!lw_memory_check ((double) bytes, error))
    return NULL;
  data = aligned_alloc (alignment, size);
  if (data == NULL)
    g_set_error (error, LW_NET_ERROR, LW_NET_ERROR_MEMORY, _("Not enough memory: %zu more megabytes are needed"), size >> 20);
#ifdef MADV_HUGEPAGE
  else if (size >= HUGE_PAGE)
    madvise (data, size, MADV_HUGEPAGE);
#endif
  return data;
}

void *
lw_memory_new (gsize bytes, GError **error)
{
  void *data = allocate (bytes, error);

  return data != NULL ? memset (data, 0, bytes) : NULL;
}

/* Now that places are known, oneDNN's memory objects learn theirs. */
static gboolean
bind_arguments (LwPlan *plan, GError **error)
{
  for (guint s = 0; s < plan->steps->len; s++)
    {
      LwStep *step = &g_array_index (plan->steps, LwStep, s);

      for (int i = 0; i < step->n_arguments; i++)
        if (step->argument_buffers[i] >= 0
            && !lw_onednn_check (dnnl_memory_set_data_handle (step->arguments[i].memory, lw_buffer_data (plan, step->argument_buffers[i])),
                                 _("The plan’s memory"), error))
          return FALSE;
    }
  return TRUE;
}

gboolean
lw_arena_allocate (LwPlan *plan, GError **error)
{
  plan->arena_bytes = lw_buffers_place (plan->buffers);
  plan->arena = allocate (plan->arena_bytes, error);     /* every byte is written before it is read */
  return plan->arena != NULL && bind_arguments (plan, error);
}
