/* loader.c: a ring of batches. Threads fill its parts in order; the trainer takes a batch whose parts are all there, and gives it back.
 * Only a free place in the ring is filled: a device that is slow, perhaps because it computes on the same processor, has its threads wait. They are
 * not niced beyond that: on a busy computer the trainer, however seldom it waits for them, would then wait long. */
#include "config.h"
#include "loader.h"

#define MAX_THREADS 16
#define MAX_BYTES ((gsize) 256 << 20)  /* of batches made ahead, where three don't need more */
#define MIN_PLACES 3                    /* one in use, one ready, one being filled */
#define MAX_PLACES 64

typedef struct {
  LwLoaded batch;
  guint left;                  /* parts that are not there yet */
} Place;

struct _LwLoader {
  LwLoaderSource source;
  guint end;
  Place *places;
  guint n_places;
  GThread *threads[MAX_THREADS];
  guint n_threads;

  GMutex lock;                 /* around all that follows, and the places' errors and counts */
  GCond filled, freed;
  guint item, part;            /* to be filled next */
  guint taken, given_back;     /* items, from the first one on, that the trainer took next and gave back */
  gboolean stop;               /* freed, or failed */
};

static Place *
place_of (LwLoader *loader, guint item)
{
  return &loader->places[item % loader->n_places];
}

static guint
parts_of (const LwLoader *loader, guint item)
{
  return loader->source.parts != NULL ? loader->source.parts (loader->source.data, item) : 1;
}

/* Waits for a part to fill; FALSE: there is none left. */
static gboolean
next_part (LwLoader *loader, guint *item, guint *part)
{
  while (!loader->stop && loader->item < loader->end && loader->item >= loader->given_back + loader->n_places)
    g_cond_wait (&loader->freed, &loader->lock);
  if (loader->stop || loader->item >= loader->end)
    return FALSE;
  *item = loader->item;
  *part = loader->part++;
  if (*part == 0)
    {
      Place *place = place_of (loader, *item);

      place->batch.item = *item;
      place->left = parts_of (loader, *item);
    }
  if (loader->part == parts_of (loader, *item))
    {
      loader->item++;
      loader->part = 0;
    }
  return TRUE;
}

static gpointer
fill_parts (gpointer data)
{
  LwLoader *loader = data;
  guint item, part;

  g_mutex_lock (&loader->lock);
  while (next_part (loader, &item, &part))
    {
      Place *place = place_of (loader, item);
      GError *error = NULL;

      g_mutex_unlock (&loader->lock);
      gboolean done = loader->source.load (loader->source.data, item, part, place->batch.rgb, place->batch.labels, &error);

      g_mutex_lock (&loader->lock);
      place->left--;
      if (!done && place->batch.error == NULL)
        place->batch.error = g_steal_pointer (&error);
      loader->stop = loader->stop || !done;
      if (!done || place->left == 0)
        g_cond_broadcast (&loader->filled);
      if (!done)
        g_cond_broadcast (&loader->freed);
      g_clear_error (&error);
    }
  g_mutex_unlock (&loader->lock);
  return NULL;
}

/* Enough that every thread has two parts to do; more would only be memory. */
static guint
count_places (const LwLoader *loader, guint first, gsize pixels)
{
  guint parts = first < loader->end ? MAX (parts_of (loader, first), 1) : 1, wanted = MIN_PLACES + 2 * loader->n_threads / parts;
  guint room = (guint) MIN (MAX_BYTES / MAX (pixels * 4, 1), MAX_PLACES);

  return CLAMP (wanted, MIN_PLACES, MAX (room, MIN_PLACES));
}

LwLoader *
lw_loader_new (const LwLoaderSource *source, guint first, guint end, gsize pixels, guint threads)
{
  LwLoader *loader = g_new0 (LwLoader, 1);

  loader->source = *source;
  loader->end = end;
  loader->item = loader->taken = loader->given_back = first;
  loader->n_threads = CLAMP (threads > 0 ? threads : g_get_num_processors (), 1, MAX_THREADS);
  loader->n_places = count_places (loader, first, pixels);
  loader->places = g_new0 (Place, loader->n_places);
  g_mutex_init (&loader->lock);
  g_cond_init (&loader->filled);
  g_cond_init (&loader->freed);
  for (guint i = 0; i < loader->n_places; i++)
    {
      loader->places[i].batch.rgb = g_malloc (pixels * 3);
      loader->places[i].batch.labels = g_malloc (pixels);
    }
  for (guint i = 0; i < loader->n_threads; i++)
    loader->threads[i] = g_thread_new ("lw-loader", fill_parts, loader);
  return loader;
}

void
lw_loader_free (LwLoader *loader)
{
  if (loader == NULL)
    return;
  g_mutex_lock (&loader->lock);
  loader->stop = TRUE;
  g_cond_broadcast (&loader->freed);
  g_mutex_unlock (&loader->lock);
  for (guint i = 0; i < loader->n_threads; i++)
    g_thread_join (loader->threads[i]);
  for (guint i = 0; i < loader->n_places; i++)
    {
      g_free (loader->places[i].batch.rgb);
      g_free (loader->places[i].batch.labels);
      g_clear_error (&loader->places[i].batch.error);
    }
  g_free (loader->places);
  g_mutex_clear (&loader->lock);
  g_cond_clear (&loader->filled);
  g_cond_clear (&loader->freed);
  g_free (loader);
}

/* What failed may be of a later item than the next one, which then will never be whole. */
static LwLoaded *
find_failed (LwLoader *loader)
{
  for (guint i = 0; loader->stop && i < loader->n_places; i++)
    if (loader->places[i].batch.error != NULL)
      return &loader->places[i].batch;
  return NULL;
}

LwLoaded *
lw_loader_take (LwLoader *loader)
{
  LwLoaded *loaded = NULL;

  g_assert (loader->taken < loader->end);
  g_mutex_lock (&loader->lock);
  while ((loaded = find_failed (loader)) == NULL)
    {
      Place *place = place_of (loader, loader->taken);

      if (loader->item > loader->taken && place->left == 0)
        {
          loaded = &place->batch;
          loader->taken++;
          break;
        }
      g_cond_wait (&loader->filled, &loader->lock);
    }
  g_mutex_unlock (&loader->lock);
  return loaded;
}

void
lw_loader_give_back (LwLoader *loader, LwLoaded *loaded)
{
  g_mutex_lock (&loader->lock);
  g_assert (loaded->item == loader->given_back);
  loader->given_back++;
  g_cond_broadcast (&loader->freed);
  g_mutex_unlock (&loader->lock);
}
