/* proposer.c: asks the engine to label the frame on show */
#include "config.h"
#include "proposer.h"

#include <glib/gi18n-lib.h>
#include "engine/workflow.h"

struct _LwProposer
{
  GObject parent_instance;
  LwDesk *desk;
  GCancellable *cancellable;      /* of the proposal under way; NULL: none */
  char *model, *device;
};

enum { PROP_0, PROP_BUSY, PROP_MODEL, PROP_DEVICE, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { PROPOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwProposer, lw_proposer, G_TYPE_OBJECT)

/* ---- worker ---- */

typedef struct
{
  gint64 frame;
  LwEngine *engine;
  LwFrameSource *source;          /* NULL: not open yet */
} Job;

static void
job_free (Job *job)
{
  g_object_unref (job->engine);
  g_clear_object (&job->source);
  g_free (job);
}

static LwModel *
need_champion (LwProject *project, LwEngine *engine, GError **error)
{
  g_autoptr (GError) local = NULL;
  LwModel *champion = lw_workflow_need_champion (project, engine, &local);
  if (champion == NULL && local == NULL)
    g_set_error (&local, LW_STORE_ERROR, LW_STORE_ERROR_NOT_FOUND, _("The project has no model yet, and no starter model is installed: accept frames and train one"));
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return champion;
}

static LwProposal *
propose (LwProject *project, const Job *job, GCancellable *cancellable, GError **error)
{
  g_autoptr (LwModel) model = need_champion (project, job->engine, error);
  g_autoptr (LwFrame) frame = model != NULL ? lw_project_get_frame (project, job->frame, error) : NULL;
  if (frame == NULL)
    return NULL;
  g_autoptr (LwFrameSource) source = job->source != NULL ? g_object_ref (job->source) : lw_project_open_media (project, frame->media, error);
  if (source == NULL)
    return NULL;
  return lw_workflow_propose (project, job->engine, frame, source, model, cancellable, error);
}

static void
propose_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  LwProposal *proposal = propose (LW_PROJECT (source), data, cancellable, &error);
  if (proposal != NULL)
    g_task_return_pointer (task, proposal, (GDestroyNotify) lw_proposal_free);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* ---- main thread ---- */

gboolean
lw_proposer_is_busy (LwProposer *self)
{
  return self->cancellable != NULL;
}

static void
set_cancellable (LwProposer *self, GCancellable *cancellable)
{
  g_clear_object (&self->cancellable);
  self->cancellable = cancellable;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
}

static void
report (LwProposer *self, const GError *error)
{
  if (g_error_matches (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_CANCELLED))
    return;
  if (g_error_matches (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED))
    lw_desk_fail (self->desk, _("The engine stopped and is started again: nothing of yours is lost"), error);
  else
    lw_desk_fail (self->desk, _("Could not propose labels"), error);
}

static void
on_proposed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwProposer) self = data;
  g_autoptr (GError) error = NULL;
  LwProposal *proposal = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->desk == NULL)
    {
      g_clear_pointer (&proposal, lw_proposal_free);
      return;
    }
  set_cancellable (self, NULL);
  if (proposal == NULL)
    {
      report (self, error);
      return;
    }
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  gboolean on_show = frame != NULL && frame->id == proposal->frame;
  lw_document_set_proposal (lw_desk_get_document (self->desk), proposal);
  if (on_show)
    g_signal_emit (self, signals[PROPOSED], 0);
}

void
lw_proposer_propose (LwProposer *self)
{
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  if (frame == NULL || self->cancellable != NULL)
    return;
  LwFrameSource *source = lw_document_get_source (lw_desk_get_document (self->desk), frame->media);
  Job *job = g_new0 (Job, 1);
  job->frame = frame->id;
  job->engine = g_object_ref (lw_desk_get_engine (self->desk));
  job->source = source != NULL ? g_object_ref (source) : NULL;
  set_cancellable (self, g_cancellable_new ());
  lw_project_run_async (lw_desk_get_project (self->desk), propose_in_thread, job, (GDestroyNotify) job_free, self->cancellable,
                        on_proposed_cb, g_object_ref (self));
}

void
lw_proposer_cancel (LwProposer *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
}

/* ---- which model, on what ---- */

static void
find_champion_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LwModel) model = lw_project_get_champion (LW_PROJECT (source), &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, model != NULL ? g_strdup (model->name) : NULL, g_free);
}

static void
on_champion_found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwProposer) self = data;
  g_free (self->model);
  self->model = g_task_propagate_pointer (G_TASK (result), NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL]);
}

static void
find_champion (LwProposer *self)
{
  lw_project_run_async (lw_desk_get_project (self->desk), find_champion_in_thread, NULL, NULL, NULL, on_champion_found_cb,
                        g_object_ref (self));
}

static const char *
get_state_text (LwEngineState state)
{
  switch (state)
    {
    case LW_ENGINE_STOPPED: return _("Engine starts when needed");
    case LW_ENGINE_STARTING: return _("Engine starts…");
    case LW_ENGINE_READY: return _("Ready");
    case LW_ENGINE_BUSY: return _("Working…");
    }
  return "";
}

static void
update_device (LwProposer *self)
{
  LwEngine *engine = lw_desk_get_engine (self->desk);
  const char *device = lw_engine_get_device (engine);
  g_free (self->device);
  self->device = g_strjoin (" · ", get_state_text (lw_engine_get_state (engine)), device, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DEVICE]);
}

static void
lw_proposer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LwProposer *self = LW_PROPOSER (object);
  switch (id)
    {
    case PROP_BUSY: g_value_set_boolean (value, self->cancellable != NULL); break;
    case PROP_MODEL: g_value_set_string (value, self->model); break;
    case PROP_DEVICE: g_value_set_string (value, self->device); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
lw_proposer_dispose (GObject *object)
{
  LwProposer *self = LW_PROPOSER (object);
  lw_proposer_cancel (self);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_proposer_parent_class)->dispose (object);
}

static void
lw_proposer_finalize (GObject *object)
{
  LwProposer *self = LW_PROPOSER (object);
  g_free (self->model);
  g_free (self->device);
  G_OBJECT_CLASS (lw_proposer_parent_class)->finalize (object);
}

static void
lw_proposer_class_init (LwProposerClass *klass)
{
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_proposer_get_property;
  object_class->dispose = lw_proposer_dispose;
  object_class->finalize = lw_proposer_finalize;
  props[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  props[PROP_MODEL] = g_param_spec_string ("model", NULL, NULL, NULL, flags);
  props[PROP_DEVICE] = g_param_spec_string ("device", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[PROPOSED] = g_signal_new ("proposed", LW_TYPE_PROPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_proposer_init (LwProposer *self)
{
}

LwProposer *
lw_proposer_new (LwDesk *desk)
{
  LwProposer *self = g_object_new (LW_TYPE_PROPOSER, NULL);
  LwEngine *engine = lw_desk_get_engine (desk);
  self->desk = g_object_ref (desk);
  g_signal_connect_object (engine, "notify::state", G_CALLBACK (update_device), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (engine, "notify::device", G_CALLBACK (update_device), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "models-changed", G_CALLBACK (find_champion), self, G_CONNECT_SWAPPED);
  update_device (self);
  find_champion (self);
  return self;
}
