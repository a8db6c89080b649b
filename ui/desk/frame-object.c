/* frame-object.c: one frame of the project as a row of a list */
#include "config.h"
#include "frame-object.h"

#include <glib/gi18n-lib.h>
#include <math.h>

struct _LwFrameObject
{
  GObject parent_instance;
  LwFrame *frame;
};

enum { PROP_0, PROP_NAME, PROP_STATUS, PROP_HAS_PROPOSAL, PROP_ASSIGNEE, N_PROPS };
static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LwFrameObject, lw_frame_object, G_TYPE_OBJECT)

const LwFrame *
lw_frame_object_get_frame (LwFrameObject *self)
{
  return self->frame;
}

void
lw_frame_object_update (LwFrameObject *self, LwFrame *frame)
{
  gboolean status = frame->status != self->frame->status;
  gboolean proposal = frame->has_proposal != self->frame->has_proposal;
  gboolean assignee = g_strcmp0 (frame->assignee, self->frame->assignee) != 0;
  lw_frame_free (self->frame);
  self->frame = frame;
  if (assignee)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ASSIGNEE]);
  if (status)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATUS]);
  if (proposal)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_HAS_PROPOSAL]);
}

const char *
lw_frame_status_get_label (LwFrameStatus status)
{
  switch (status)
    {
    case LW_FRAME_NEW: return _("New");
    case LW_FRAME_IN_PROGRESS: return _("In progress");
    case LW_FRAME_SUBMITTED: return _("Submitted");
    case LW_FRAME_ACCEPTED: return _("Accepted");
    case LW_FRAME_RETURNED: return _("Returned");
    case LW_N_FRAME_STATUSES: break;
    }
  return "";
}

const char *
lw_frame_status_get_icon (LwFrameStatus status)
{
  switch (status)
    {
    case LW_FRAME_NEW: return "lw-status-new-symbolic";
    case LW_FRAME_IN_PROGRESS: return "lw-status-in-progress-symbolic";
    case LW_FRAME_SUBMITTED: return "lw-status-submitted-symbolic";
    case LW_FRAME_ACCEPTED: return "lw-status-accepted-symbolic";
    case LW_FRAME_RETURNED: return "lw-status-returned-symbolic";
    case LW_N_FRAME_STATUSES: break;
    }
  return NULL;
}

double
lw_frame_get_seconds (const LwFrame *frame)
{
  if (frame->pts == G_MININT64 || frame->tb_den == 0)
    return NAN;
  return (double) frame->pts * frame->tb_num / frame->tb_den;
}

char *
lw_frame_dup_time (const LwFrame *frame)
{
  double seconds = lw_frame_get_seconds (frame);
  if (isnan (seconds))
    return NULL;
  gint64 ms = (gint64) llround (fabs (seconds) * 1000);
  return g_strdup_printf ("%s%" G_GINT64_FORMAT ":%02d.%03d", seconds < 0 ? "−" : "", ms / 60000, (int) (ms / 1000 % 60), (int) (ms % 1000));
}

static void
lw_frame_object_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const LwFrame *frame = LW_FRAME_OBJECT (object)->frame;
  switch (id)
    {
    case PROP_NAME: g_value_set_string (value, frame->name); break;
    case PROP_STATUS: g_value_set_int (value, (int) frame->status); break;
    case PROP_ASSIGNEE: g_value_set_string (value, frame->assignee); break;
    case PROP_HAS_PROPOSAL: g_value_set_boolean (value, frame->has_proposal); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lw_frame_object_finalize (GObject *object)
{
  lw_frame_free (LW_FRAME_OBJECT (object)->frame);
  G_OBJECT_CLASS (lw_frame_object_parent_class)->finalize (object);
}

static void
lw_frame_object_class_init (LwFrameObjectClass *klass)
{
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_frame_object_get_property;
  object_class->finalize = lw_frame_object_finalize;
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_STATUS] = g_param_spec_int ("status", NULL, NULL, 0, LW_N_FRAME_STATUSES, 0, flags);
  props[PROP_HAS_PROPOSAL] = g_param_spec_boolean ("has-proposal", NULL, NULL, FALSE, flags);
  props[PROP_ASSIGNEE] = g_param_spec_string ("assignee", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
lw_frame_object_init (LwFrameObject *self)
{
}

LwFrameObject *
lw_frame_object_new (LwFrame *frame)
{
  LwFrameObject *self = g_object_new (LW_TYPE_FRAME_OBJECT, NULL);
  self->frame = frame;
  return self;
}
