/* coverage.c: how many pixels of the frame have which class, counted when the hand rests */
#include "config.h"
#include "coverage.h"

#define REST_MS 250

struct _LwCoverage
{
  GObject parent_instance;
  LwDocument *document;
  guint64 counts[256];
  guint64 total;               /* 0: not counted yet */
  guint rest;
  GCancellable *counting;
};

G_DEFINE_FINAL_TYPE (LwCoverage, lw_coverage, G_TYPE_OBJECT)

static guint changed_signal;

static void
count_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  guint64 *counts = g_new (guint64, 256);
  lw_label_map_count (data, counts);
  g_task_return_pointer (task, counts, g_free);
}

static void
on_counted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  LwCoverage *self = LW_COVERAGE (source);
  g_autofree guint64 *counts = g_task_propagate_pointer (G_TASK (result), NULL);
  if (counts == NULL)
    return;
  memcpy (self->counts, counts, sizeof self->counts);
  self->total = 0;
  for (int i = 0; i < 256; i++)
    self->total += counts[i];
  g_signal_emit (self, changed_signal, 0);
}

static void
stop_counting (LwCoverage *self)
{
  if (self->counting != NULL)
    g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
}

static gboolean
on_rest_cb (gpointer data)
{
  LwCoverage *self = data;
  const LwPlanes *planes = lw_document_get_planes (self->document);
  self->rest = 0;
  stop_counting (self);
  if (planes == NULL)
    return G_SOURCE_REMOVE;
  self->counting = g_cancellable_new ();
  g_autoptr (GTask) task = g_task_new (self, self->counting, on_counted_cb, NULL);
  g_task_set_task_data (task, lw_label_map_copy (planes->plane[LW_PLANE_CLASS]), (GDestroyNotify) lw_label_map_free);
  g_task_run_in_thread (task, count_in_thread);
  return G_SOURCE_REMOVE;
}

static void
count_later (LwCoverage *self)
{
  g_clear_handle_id (&self->rest, g_source_remove);
  self->rest = g_timeout_add (REST_MS, on_rest_cb, self);
}

gboolean
lw_coverage_is_known (LwCoverage *self)
{
  return self->total > 0;
}

double
lw_coverage_get_share (LwCoverage *self, guint8 id)
{
  return (double) self->counts[id] / (double) MAX (self->total, 1);
}

guint64
lw_coverage_get_unlabelled (LwCoverage *self)
{
  return self->counts[LW_LABEL_NONE];
}

static void
lw_coverage_dispose (GObject *object)
{
  LwCoverage *self = LW_COVERAGE (object);
  g_clear_handle_id (&self->rest, g_source_remove);
  stop_counting (self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (lw_coverage_parent_class)->dispose (object);
}

static void
lw_coverage_class_init (LwCoverageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lw_coverage_dispose;
  changed_signal = g_signal_new ("changed", LW_TYPE_COVERAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_coverage_init (LwCoverage *self)
{
}

LwCoverage *
lw_coverage_new (LwDocument *document)
{
  LwCoverage *self = g_object_new (LW_TYPE_COVERAGE, NULL);
  self->document = g_object_ref (document);
  g_signal_connect_object (document, "opened", G_CALLBACK (count_later), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "damaged", G_CALLBACK (count_later), self, G_CONNECT_SWAPPED);
  count_later (self);
  return self;
}
