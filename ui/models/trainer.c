/* trainer.c: one training job of the project: started, watched, cancelled, taken over; its model scored beside the one it came from */
#include "config.h"
#include "trainer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "score-models.h"
#include "training-work.h"

#define POLL_MS 500              /* how often another process's progress is read */
#define MAX_STEPS 4000           /* above this the curve is thinned out */

struct _LwTrainer
{
  GObject parent_instance;
  LwDesk *desk;
  LwTrainerState state;
  LwOperation *operation;        /* of the work on a thread: preparing, scoring */
  GCancellable *cancellable;     /* of the training */
  LwJob *job;
  LwJobProgress *progress;
  GArray *steps;                 /* of LwCurvePoint */
  LwModelComparison *comparison;
  guint poll;
  gboolean polling;              /* a read is on its way */
};

enum { PROP_0, PROP_STATE, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { PROGRESS, FINISHED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwTrainer, lw_trainer, G_TYPE_OBJECT)

LwTrainerState
lw_trainer_get_state (LwTrainer *self)
{
  return self->state;
}

const LwJobProgress *
lw_trainer_get_progress (LwTrainer *self)
{
  return self->progress;
}

const GArray *
lw_trainer_get_steps (LwTrainer *self)
{
  return self->steps;
}

const LwModelComparison *
lw_trainer_get_comparison (LwTrainer *self)
{
  return self->comparison;
}

double
lw_trainer_get_fraction (LwTrainer *self)
{
  double fraction = 0;
  const LwJobProgress *progress = self->progress;
  if (self->operation != NULL)
    g_object_get (self->operation, "fraction", &fraction, NULL);
  else if (progress->steps > 0)
    fraction = (double) progress->step / progress->steps;
  return CLAMP (fraction, 0, 1);
}

static void
set_state (LwTrainer *self, LwTrainerState state)
{
  if (state == self->state)
    return;
  self->state = state;
  if (state != LW_TRAINER_ELSEWHERE)
    g_clear_handle_id (&self->poll, g_source_remove);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

static void
emit_progress (LwTrainer *self)
{
  g_signal_emit (self, signals[PROGRESS], 0);
}

static void
begin_operation (LwTrainer *self, const char *title)
{
  g_set_object (&self->operation, NULL);
  self->operation = lw_operation_new (title);
  g_signal_connect_object (self->operation, "notify::fraction", G_CALLBACK (emit_progress), self, G_CONNECT_SWAPPED);
}

static void
take_progress (LwTrainer *self, LwJobProgress *progress)
{
  lw_job_progress_free (self->progress);
  self->progress = progress;
  emit_progress (self);
}

static void
go_idle (LwTrainer *self)
{
  g_clear_object (&self->operation);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->job, lw_job_free);
  set_state (self, LW_TRAINER_IDLE);
}

/* ---- third step: adopt and score ---- */

static void
on_scored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwTrainer) self = data;
  g_autoptr (GError) error = NULL;
  LwModelComparison *comparison = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->desk == NULL)
    {
      g_clear_pointer (&comparison, lw_model_comparison_free);
      return;
    }
  go_idle (self);
  if (comparison == NULL)
    {
      lw_desk_fail (self->desk, _("The new model could not be taken or scored"), error);
      return;
    }
  g_clear_pointer (&self->comparison, lw_model_comparison_free);
  self->comparison = comparison;
  g_signal_emit (self, signals[FINISHED], 0);
}

static void
start_scoring (LwTrainer *self)
{
  begin_operation (self, _("Comparing the Models"));
  set_state (self, LW_TRAINER_SCORING);
  lw_training_score_async (self->desk, self->job, self->operation, on_scored_cb, g_object_ref (self));
}

/* ---- second step: train ---- */

/* Every other point goes, so that a long training keeps its whole curve. */
static void
thin_out (GArray *points)
{
  guint kept = 0;
  for (guint i = 0; i < points->len; i += 2)
    g_array_index (points, LwCurvePoint, kept++) = g_array_index (points, LwCurvePoint, i);
  g_array_set_size (points, kept);
}

static void
on_train_progress_cb (const LwTrainProgress *report, gpointer data)
{
  LwTrainer *self = data;
  LwJobProgress *progress = self->progress;
  progress->epoch = report->epoch;
  progress->epochs = report->epochs;
  progress->step = report->step;
  progress->steps = report->steps;
  progress->loss = report->loss;
  progress->rate = report->rate;
  progress->seconds = report->seconds;
  progress->seconds_left = report->seconds_left;
  if (g_strcmp0 (progress->message, report->note) != 0)
    {
      g_free (progress->message);
      progress->message = g_strdup (report->note);
    }
  if (!isnan (report->val_miou))
    progress->val_miou = report->val_miou;
  if (report->epoch_done)
    {
      LwJobPoint point = { report->epoch, report->loss, report->val_miou };
      g_array_append_val (progress->curve, point);
    }
  LwCurvePoint step = { report->steps > 0 ? (double) report->step / report->steps * report->epochs : 0, report->loss };
  if (!report->epoch_done)      /* then the loss is that of the whole epoch */
    g_array_append_val (self->steps, step);
  if (self->steps->len > MAX_STEPS)
    thin_out (self->steps);
  emit_progress (self);
}

static void
on_trained_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwTrainer) self = data;
  g_autoptr (GError) error = NULL;
  gboolean trained = lw_engine_train_finish (LW_ENGINE (source), result, &error);
  if (self->desk == NULL || self->job == NULL)
    return;
  if (trained)
    {
      start_scoring (self);
      return;
    }
  if (g_cancellable_is_cancelled (self->cancellable))
    {
      lw_training_end_job (self->desk, self->job, LW_JOB_CANCELLED, NULL);
      go_idle (self);
    }
  else if (g_error_matches (error, LW_ENGINE_ERROR, LW_ENGINE_ERROR_DIED))
    {
      lw_desk_fail (self->desk, _("The engine stopped: the training can go on from its last checkpoint"), error);
      g_clear_object (&self->cancellable);
      set_state (self, LW_TRAINER_INTERRUPTED);
    }
  else
    {
      lw_desk_fail (self->desk, _("The training failed"), error);
      lw_training_end_job (self->desk, self->job, LW_JOB_FAILED, error->message);
      go_idle (self);
    }
}

static void
start_training (LwTrainer *self)
{
  g_clear_object (&self->operation);
  g_set_object (&self->cancellable, NULL);
  self->cancellable = g_cancellable_new ();
  set_state (self, LW_TRAINER_TRAINING);
  lw_engine_train_async (lw_desk_get_engine (self->desk), self->job->folder, on_train_progress_cb, self, self->cancellable, on_trained_cb,
                         g_object_ref (self));
}

void
lw_trainer_resume (LwTrainer *self)
{
  if (self->state == LW_TRAINER_INTERRUPTED && self->job != NULL)
    start_training (self);
}

/* ---- first step: prepare ---- */

static void
on_prepared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwTrainer) self = data;
  g_autoptr (GError) error = NULL;
  LwJob *job = g_task_propagate_pointer (G_TASK (result), &error);
  if (self->desk == NULL)
    {
      g_clear_pointer (&job, lw_job_free);
      return;
    }
  if (job == NULL)
    {
      lw_desk_fail (self->desk, _("Could not start the training"), error);
      go_idle (self);
      return;
    }
  self->job = job;
  if (g_cancellable_is_cancelled (lw_operation_get_cancellable (self->operation)))
    {
      lw_training_end_job (self->desk, self->job, LW_JOB_CANCELLED, NULL);
      go_idle (self);
    }
  else
    start_training (self);
}

void
lw_trainer_start (LwTrainer *self, const char *base, guint epochs)
{
  if (self->state != LW_TRAINER_IDLE)
    return;
  g_clear_pointer (&self->comparison, lw_model_comparison_free);
  g_array_set_size (self->steps, 0);
  take_progress (self, lw_job_progress_new ());
  begin_operation (self, _("Preparing the Training"));
  set_state (self, LW_TRAINER_PREPARING);
  lw_training_prepare_async (self->desk, base, epochs, self->operation, on_prepared_cb, g_object_ref (self));
}

/* ---- stopping ---- */

void
lw_trainer_stop_for_good (LwTrainer *self)
{
  if (self->job != NULL && self->state == LW_TRAINER_TRAINING)
    {
      lw_training_request_stop (self->desk, self->job);
      lw_training_end_job (self->desk, self->job, LW_JOB_CANCELLED, NULL);
    }
  lw_trainer_cancel (self);
}

void
lw_trainer_cancel (LwTrainer *self)
{
  if (self->operation != NULL)
    g_cancellable_cancel (lw_operation_get_cancellable (self->operation));
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  if (self->state == LW_TRAINER_ELSEWHERE)
    lw_training_request_stop (self->desk, self->job);
  if (self->state == LW_TRAINER_INTERRUPTED)
    {
      lw_training_end_job (self->desk, self->job, LW_JOB_CANCELLED, NULL);
      go_idle (self);
    }
}

/* ---- jobs that an earlier window, or another program, left ---- */

static void look (LwTrainer *self);

static gboolean
on_poll_cb (gpointer data)
{
  look (data);
  return G_SOURCE_CONTINUE;
}

static void
take_left (LwTrainer *self, LwLeftJob *left)
{
  if (left->job == NULL)
    {
      go_idle (self);
      return;
    }
  g_clear_pointer (&self->job, lw_job_free);
  self->job = g_steal_pointer (&left->job);
  if (left->progress != NULL)
    take_progress (self, g_steal_pointer (&left->progress));
  if (left->state == LW_JOB_STATE_FINISHED)
    start_scoring (self);
  else if (left->state == LW_JOB_STATE_TRAINING)
    {
      set_state (self, LW_TRAINER_ELSEWHERE);
      if (self->poll == 0)
        self->poll = g_timeout_add (POLL_MS, on_poll_cb, self);
    }
  else
    set_state (self, LW_TRAINER_INTERRUPTED);
}

static void
on_looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwTrainer) self = data;
  LwLeftJob *left = g_task_propagate_pointer (G_TASK (result), NULL);
  self->polling = FALSE;
  if (left != NULL && self->desk != NULL && (self->state == LW_TRAINER_IDLE || self->state == LW_TRAINER_ELSEWHERE))
    take_left (self, left);
  g_clear_pointer (&left, lw_left_job_free);
}

static void
look (LwTrainer *self)
{
  if (self->polling)
    return;
  self->polling = TRUE;
  lw_training_find_left_async (self->desk, on_looked_cb, g_object_ref (self));
}

static void
lw_trainer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_STATE)
    g_value_set_int (value, (int) LW_TRAINER (object)->state);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* The training itself is not cancelled: its checkpoint stays, and the next window offers to go on. */
static void
lw_trainer_dispose (GObject *object)
{
  LwTrainer *self = LW_TRAINER (object);
  g_clear_handle_id (&self->poll, g_source_remove);
  if (self->operation != NULL)
    g_cancellable_cancel (lw_operation_get_cancellable (self->operation));
  g_clear_object (&self->operation);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_trainer_parent_class)->dispose (object);
}

static void
lw_trainer_finalize (GObject *object)
{
  LwTrainer *self = LW_TRAINER (object);
  g_clear_pointer (&self->job, lw_job_free);
  g_clear_pointer (&self->comparison, lw_model_comparison_free);
  lw_job_progress_free (self->progress);
  g_array_unref (self->steps);
  G_OBJECT_CLASS (lw_trainer_parent_class)->finalize (object);
}

static void
lw_trainer_class_init (LwTrainerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_trainer_get_property;
  object_class->dispose = lw_trainer_dispose;
  object_class->finalize = lw_trainer_finalize;
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, LW_TRAINER_SCORING, LW_TRAINER_IDLE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[PROGRESS] = g_signal_new ("progress", LW_TYPE_TRAINER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FINISHED] = g_signal_new ("finished", LW_TYPE_TRAINER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_trainer_init (LwTrainer *self)
{
  self->progress = lw_job_progress_new ();
  self->steps = g_array_new (FALSE, FALSE, sizeof (LwCurvePoint));
}

LwTrainer *
lw_trainer_new (LwDesk *desk)
{
  LwTrainer *self = g_object_new (LW_TYPE_TRAINER, NULL);
  self->desk = g_object_ref (desk);
  if (!lw_desk_is_read_only (desk))
    look (self);
  return self;
}
