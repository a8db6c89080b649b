/* conflict-object.c: a region on which two copies disagree, as a row of a list */
#include "config.h"
#include "conflict-object.h"

struct _LwConflictObject
{
  GObject parent_instance;
  LwMergeRegion region;
};

enum { PROP_0, PROP_TAKEN, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LwConflictObject, lw_conflict_object, G_TYPE_OBJECT)

const LwMergeRegion *
lw_conflict_object_get_region (LwConflictObject *self)
{
  return &self->region;
}

void
lw_conflict_object_take (LwConflictObject *self, int taken)
{
  if (self->region.taken == taken)
    return;
  self->region.taken = taken;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TAKEN]);
}

static void
lw_conflict_object_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TAKEN)
    g_value_set_int (value, LW_CONFLICT_OBJECT (object)->region.taken);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lw_conflict_object_finalize (GObject *object)
{
  g_free (LW_CONFLICT_OBJECT (object)->region.frame);
  G_OBJECT_CLASS (lw_conflict_object_parent_class)->finalize (object);
}

static void
lw_conflict_object_class_init (LwConflictObjectClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_conflict_object_get_property;
  object_class->finalize = lw_conflict_object_finalize;
  props[PROP_TAKEN] = g_param_spec_int ("taken", NULL, NULL, -1, 1, -1, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lw_conflict_object_init (LwConflictObject *self)
{
}

LwConflictObject *
lw_conflict_object_new (const LwMergeRegion *region)
{
  LwConflictObject *self = g_object_new (LW_TYPE_CONFLICT_OBJECT, NULL);
  self->region = *region;
  self->region.frame = g_strdup (region->frame);
  return self;
}
