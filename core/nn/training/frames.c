/* frames.c: keeps decoded frames; reading one again then costs nothing */
#include "config.h"
#include "frames.h"
#include <unistd.h>

struct _LwFrames {
  const LwTrainingSet *set;
  gsize pixels, n;
  gint left;                   /* frames that there is room for */
  guint8 **kept;               /* the training frames, then those for validation; NULL: not decoded, or not kept */
};

static gsize
memory_share (void)
{
  long pages = sysconf (_SC_PHYS_PAGES), size = sysconf (_SC_PAGESIZE);

  return pages > 0 && size > 0 ? (gsize) pages / 8 * (gsize) size : LW_FRAMES_BYTES;
}

LwFrames *
lw_frames_new (const LwTrainingSet *set, gsize bytes)
{
  LwFrames *frames = g_new0 (LwFrames, 1);

  frames->set = set;
  frames->pixels = (gsize) set->width * (gsize) set->height;
  frames->n = (gsize) set->n_train + set->n_val;
  frames->left = (gint) MIN ((bytes > 0 ? bytes : MIN (LW_FRAMES_BYTES, memory_share ())) / (frames->pixels * 4), G_MAXINT);
  frames->kept = g_new0 (guint8 *, frames->n);
  return frames;
}

void
lw_frames_free (LwFrames *frames)
{
  if (frames == NULL)
    return;
  for (gsize i = 0; i < frames->n; i++)
    g_free (frames->kept[i]);
  g_free (frames->kept);
  g_free (frames);
}

/* Two threads may have decoded the same frame: the first one's is kept. */
static gboolean
keep (LwFrames *frames, guint8 **place, guint8 *pixels)
{
  if (g_atomic_int_add (&frames->left, -1) > 0 && g_atomic_pointer_compare_and_exchange (place, NULL, pixels))
    return TRUE;
  g_atomic_int_inc (&frames->left);
  return FALSE;
}

const guint8 *
lw_frames_get (LwFrames *frames, gboolean val, guint index, guint8 **own, GError **error)
{
  const LwTrainingSet *set = frames->set;
  guint8 **place = &frames->kept[val ? (gsize) set->n_train + index : index];
  guint8 *pixels = g_atomic_pointer_get (place);

  *own = NULL;
  if (pixels != NULL)
    return pixels;
  pixels = g_malloc (frames->pixels * 4);
  if (!set->load (set->data, val, index, pixels, pixels + frames->pixels * 3, error))
    {
      g_free (pixels);
      return NULL;
    }
  if (!keep (frames, place, pixels))
    *own = pixels;
  return pixels;
}
