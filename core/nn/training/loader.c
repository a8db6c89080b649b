/* loader.c: two queues between the loader's thread and the trainer: filled buffers one way, empty ones the other */
#include "config.h"
#include "loader.h"

#define BUFFERS 3               /* one in use, one ready, one being filled */

struct _LwLoader {
  LwLoadFunc func;
  gpointer data;
  guint first, end;
  LwLoaded buffers[BUFFERS];
  GAsyncQueue *filled, *empty;
  gint stop;
  GThread *thread;
};

static gpointer
load_items (gpointer data)
{
  LwLoader *loader = data;

  for (guint item = loader->first; item < loader->end; item++)
    {
      LwLoaded *loaded = g_async_queue_pop (loader->empty);

      if (g_atomic_int_get (&loader->stop))
        break;
      loaded->item = item;
      gboolean done = loader->func (loader->data, item, loaded->rgb, loaded->labels, &loaded->error);

      g_async_queue_push (loader->filled, loaded);
      if (!done)
        break;
    }
  return NULL;
}

LwLoader *
lw_loader_new (LwLoadFunc func, gpointer data, guint first, guint end, gsize pixels)
{
  LwLoader *loader = g_new0 (LwLoader, 1);

  loader->func = func;
  loader->data = data;
  loader->first = first;
  loader->end = end;
  loader->filled = g_async_queue_new ();
  loader->empty = g_async_queue_new ();
  for (int i = 0; i < BUFFERS; i++)
    {
      loader->buffers[i].rgb = g_malloc (pixels * 3);
      loader->buffers[i].labels = g_malloc (pixels);
      g_async_queue_push (loader->empty, &loader->buffers[i]);
    }
  loader->thread = g_thread_new ("lw-loader", load_items, loader);
  return loader;
}

void
lw_loader_free (LwLoader *loader)
{
  if (loader == NULL)
    return;
  g_atomic_int_set (&loader->stop, TRUE);
  g_async_queue_push (loader->empty, &loader->buffers[0]);      /* wakes the thread; it looks at @stop before it touches the buffer */
  g_thread_join (loader->thread);
  for (int i = 0; i < BUFFERS; i++)
    {
      g_free (loader->buffers[i].rgb);
      g_free (loader->buffers[i].labels);
      g_clear_error (&loader->buffers[i].error);
    }
  g_async_queue_unref (loader->filled);
  g_async_queue_unref (loader->empty);
  g_free (loader);
}

LwLoaded *
lw_loader_take (LwLoader *loader)
{
  return g_async_queue_pop (loader->filled);
}

void
lw_loader_give_back (LwLoader *loader, LwLoaded *loaded)
{
  g_async_queue_push (loader->empty, loaded);
}
