/* placement.c: buffers in one block of memory: two may share bytes if they never live at the same time */
#include "config.h"
#include "placement.h"

static int
compare_sizes (gconstpointer a, gconstpointer b, gpointer buffers)
{
  const LwBuffer *x = &g_array_index ((GArray *) buffers, LwBuffer, *(const int *) a);
  const LwBuffer *y = &g_array_index ((GArray *) buffers, LwBuffer, *(const int *) b);

  if (x->bytes != y->bytes)
    return x->bytes < y->bytes ? 1 : -1;
  return *(const int *) a - *(const int *) b;
}

/* The lowest place that is free during the whole life of @buffer, among those that are placed already. */
static gsize
free_place (GArray *buffers, const LwBuffer *buffer, const int *placed, int n)
{
  gsize place = 0;
  gboolean moved = TRUE;

  while (moved)
    {
      moved = FALSE;
      for (int i = 0; i < n; i++)
        {
          const LwBuffer *other = &g_array_index (buffers, LwBuffer, placed[i]);
          gboolean together = other->first <= buffer->last && buffer->first <= other->last;

          if (together && place < other->offset + other->bytes && other->offset < place + buffer->bytes)
            {
              place = other->offset + other->bytes;
              moved = TRUE;
            }
        }
    }
  return place;
}

/* Large ones first, each at the lowest free place. */
gsize
lw_buffers_place (GArray *buffers)
{
  g_autofree int *order = g_new (int, buffers->len + 1);
  gsize end = 0;

  for (guint i = 0; i < buffers->len; i++)
    order[i] = (int) i;
  g_qsort_with_data (order, (int) buffers->len, sizeof *order, compare_sizes, buffers);
  for (int i = 0; i < (int) buffers->len; i++)
    {
      LwBuffer *buffer = &g_array_index (buffers, LwBuffer, order[i]);

      buffer->offset = free_place (buffers, buffer, order, i);
      end = MAX (end, buffer->offset + buffer->bytes);
    }
  return end;
}
