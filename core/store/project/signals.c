/* signals.c: gathers news and emits it in one idle callback */
#include "config.h"
#include "store/project/signals.h"

static const char *const topic_signals[LW_N_TOPICS] = { "frames-changed", "classes-changed", "models-changed", "jobs-changed" };

struct _LwSignals {
  gatomicrefcount refs;
  GMainContext *context;
  GWeakRef project;
  GMutex lock;
  /* what was not told yet */
  gboolean scheduled, recovered;
  GError *failed;
  gboolean topics[LW_N_TOPICS];
  GHashTable *frames;            /* set of gint64 */
};

static GHashTable *
frame_set_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

LwSignals *
lw_signals_new (LwProject *project)
{
  LwSignals *self = g_new0 (LwSignals, 1);
  g_atomic_ref_count_init (&self->refs);
  self->context = g_main_context_ref_thread_default ();
  g_weak_ref_init (&self->project, project);
  g_mutex_init (&self->lock);
  self->frames = frame_set_new ();
  return self;
}

void
lw_signals_unref (LwSignals *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;
  g_main_context_unref (self->context);
  g_weak_ref_clear (&self->project);
  g_mutex_clear (&self->lock);
  g_clear_error (&self->failed);
  g_hash_table_unref (self->frames);
  g_free (self);
}

static void
emit_frames (LwProject *project, GHashTable *frames)
{
  GHashTableIter iter;
  gpointer id;
  g_hash_table_iter_init (&iter, frames);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_signal_emit_by_name (project, "frame-changed", *(gint64 *) id);
}

static gboolean
emit_cb (gpointer data)
{
  LwSignals *self = data;
  g_autoptr(LwProject) project = g_weak_ref_get (&self->project);
  g_mutex_lock (&self->lock);
  g_autoptr(GHashTable) frames = g_steal_pointer (&self->frames);
  g_autoptr(GError) failed = g_steal_pointer (&self->failed);
  gboolean recovered = self->recovered, topics[LW_N_TOPICS];
  for (int i = 0; i < LW_N_TOPICS; i++)
    topics[i] = self->topics[i], self->topics[i] = FALSE;
  self->frames = frame_set_new ();
  self->recovered = self->scheduled = FALSE;
  g_mutex_unlock (&self->lock);
  if (project == NULL)
    return G_SOURCE_REMOVE;

  if (failed != NULL)
    g_signal_emit_by_name (project, "write-failed", failed);
  if (recovered)
    g_signal_emit_by_name (project, "write-recovered");
  for (int i = 0; i < LW_N_TOPICS; i++)
    if (topics[i])
      g_signal_emit_by_name (project, topic_signals[i]);
  emit_frames (project, frames);
  return G_SOURCE_REMOVE;
}

/* Never g_main_context_invoke(): it would run the handlers on this very thread while nobody iterates the context. With the lock held. */
static void
schedule (LwSignals *self)
{
  if (self->scheduled)
    return;
  self->scheduled = TRUE;
  g_atomic_ref_count_inc (&self->refs);
  g_autoptr(GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, emit_cb, self, (GDestroyNotify) lw_signals_unref);
  g_source_attach (source, self->context);
}

void
lw_signals_changed (LwSignals *self, const LwChanges *changes)
{
  g_mutex_lock (&self->lock);
  for (int i = 0; i < LW_N_TOPICS; i++)
    self->topics[i] |= changes->topics[i];
  for (guint i = 0; i < changes->frames->len; i++)
    g_hash_table_add (self->frames, g_memdup2 (&g_array_index (changes->frames, gint64, i), sizeof (gint64)));
  schedule (self);
  g_mutex_unlock (&self->lock);
}

void
lw_signals_write_failed (LwSignals *self, const GError *error)
{
  g_mutex_lock (&self->lock);
  g_clear_error (&self->failed);
  self->failed = g_error_copy (error);
  self->recovered = FALSE;
  schedule (self);
  g_mutex_unlock (&self->lock);
}

void
lw_signals_write_recovered (LwSignals *self)
{
  g_mutex_lock (&self->lock);
  self->recovered = TRUE;
  schedule (self);
  g_mutex_unlock (&self->lock);
}
