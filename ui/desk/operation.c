/* operation.c: a piece of work on another thread that a person may watch and cancel */
#include "config.h"
#include "operation.h"

struct _LwOperation
{
  GObject parent_instance;
  char *title;
  GCancellable *cancellable;

  /* Main thread. */
  double fraction;
  char *text;

  /* Written by the worker, under the lock; an idle handler carries it over, however often it changes. */
  GMutex lock;
  double next_fraction;
  char *next_text;
  guint part, n_parts;
  guint idle;
};

enum { PROP_0, PROP_FRACTION, PROP_TEXT, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LwOperation, lw_operation, G_TYPE_OBJECT)

static gboolean
publish_idle (gpointer data)
{
  LwOperation *self = data;
  g_autofree char *text = NULL;
  g_mutex_lock (&self->lock);
  self->idle = 0;
  self->fraction = self->next_fraction;
  text = g_strdup (self->next_text);
  g_mutex_unlock (&self->lock);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_FRACTION]);
  if (g_strcmp0 (text, self->text) != 0)
    {
      g_free (self->text);
      self->text = g_steal_pointer (&text);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXT]);
    }
  return G_SOURCE_REMOVE;
}

/* With the lock held. */
static void
schedule (LwOperation *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add_full (G_PRIORITY_DEFAULT, publish_idle, g_object_ref (self), g_object_unref);
}

void
lw_operation_begin_part (LwOperation *self, guint index, guint n, const char *text)
{
  g_mutex_lock (&self->lock);
  self->part = index;
  self->n_parts = MAX (n, 1);
  self->next_fraction = (double) index / self->n_parts;
  g_free (self->next_text);
  self->next_text = g_strdup (text);
  schedule (self);
  g_mutex_unlock (&self->lock);
}

void
lw_operation_progress (double fraction, gpointer operation)
{
  LwOperation *self = operation;
  g_mutex_lock (&self->lock);
  self->next_fraction = (self->part + CLAMP (fraction, 0, 1)) / self->n_parts;
  schedule (self);
  g_mutex_unlock (&self->lock);
}

const char *
lw_operation_get_title (LwOperation *self)
{
  return self->title;
}

GCancellable *
lw_operation_get_cancellable (LwOperation *self)
{
  return self->cancellable;
}

static void
lw_operation_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LwOperation *self = LW_OPERATION (object);
  if (id == PROP_FRACTION)
    g_value_set_double (value, self->fraction);
  else if (id == PROP_TEXT)
    g_value_set_string (value, self->text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lw_operation_finalize (GObject *object)
{
  LwOperation *self = LW_OPERATION (object);
  g_free (self->title);
  g_free (self->text);
  g_free (self->next_text);
  g_object_unref (self->cancellable);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (lw_operation_parent_class)->finalize (object);
}

static void
lw_operation_class_init (LwOperationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_operation_get_property;
  object_class->finalize = lw_operation_finalize;
  props[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lw_operation_init (LwOperation *self)
{
  g_mutex_init (&self->lock);
  self->cancellable = g_cancellable_new ();
  self->n_parts = 1;
}

LwOperation *
lw_operation_new (const char *title)
{
  LwOperation *self = g_object_new (LW_TYPE_OPERATION, NULL);
  self->title = g_strdup (title);
  return self;
}
