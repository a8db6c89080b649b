/* reviews.c: reads what belongs to the frame on show whenever it or its neighbourhood changed, and writes what is said */
#include "config.h"
#include "reviews.h"

#include <glib/gi18n-lib.h>

#define COALESCE_MS 120

struct _LwReviews
{
  GObject parent_instance;
  LwDesk *desk;
  gint64 frame;                /* that what follows is of; 0: none */
  GPtrArray *threads, *verdicts;
  GHashTable *n_open;          /* gint64 *frame → threads */
  LwContract contract;
  LwContractReport report;     /* @breaches NULL: not known */
  gint64 selected, wanted;     /* @wanted: to be selected when it is read */
  gboolean checking;
  guint coalesce;
  GCancellable *cancellable;   /* of the reading under way */
};

enum { PROP_0, PROP_SELECTED, N_PROPS };
static GParamSpec *props[N_PROPS];
enum { CHANGED, CHECKED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwReviews, lw_reviews, G_TYPE_OBJECT)

/* ---- what there is ---- */

LwDesk *
lw_reviews_get_desk (LwReviews *self)
{
  return self->desk;
}

GPtrArray *
lw_reviews_get_threads (LwReviews *self)
{
  return self->threads;
}

GPtrArray *
lw_reviews_get_verdicts (LwReviews *self)
{
  return self->verdicts;
}

LwThread *
lw_reviews_find_thread (LwReviews *self, gint64 id)
{
  for (guint i = 0; i < self->threads->len; i++)
    if (((LwThread *) self->threads->pdata[i])->id == id)
      return self->threads->pdata[i];
  return NULL;
}

const LwContract *
lw_reviews_get_contract (LwReviews *self)
{
  return &self->contract;
}

const LwContractReport *
lw_reviews_get_report (LwReviews *self)
{
  return self->report.breaches != NULL ? &self->report : NULL;
}

guint
lw_reviews_get_n_open (LwReviews *self, gint64 frame)
{
  return self->n_open != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (self->n_open, &frame)) : 0;
}

gint64
lw_reviews_get_selected (LwReviews *self)
{
  return self->selected;
}

void
lw_reviews_select (LwReviews *self, gint64 thread)
{
  if (self->selected == thread)
    return;
  self->selected = thread;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SELECTED]);
}

/* ---- reading ---- */

typedef struct
{
  gint64 frame;                /* 0: none */
  gboolean check;
  GPtrArray *threads, *verdicts;
  GHashTable *n_open;
  LwContract contract;
  LwContractReport report;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;
  g_clear_pointer (&reading->threads, g_ptr_array_unref);
  g_clear_pointer (&reading->verdicts, g_ptr_array_unref);
  g_clear_pointer (&reading->n_open, g_hash_table_unref);
  lw_contract_report_clear (&reading->report);
  g_free (reading);
}

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  LwProject *project = LW_PROJECT (source);
  Reading *reading = data;
  g_autoptr (GError) error = NULL;
  lw_project_get_contract (project, &reading->contract);
  reading->n_open = lw_project_count_open_threads (project, &error);
  if (reading->frame != 0 && error == NULL)
    reading->threads = lw_project_list_threads (project, reading->frame, &error);
  if (reading->threads != NULL)
    reading->verdicts = lw_project_list_verdicts (project, reading->frame, &error);
  if (reading->verdicts != NULL && reading->check && !g_cancellable_is_cancelled (cancellable))
    lw_project_check_contract (project, reading->frame, &reading->report, &error);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
swap (gpointer *mine, gpointer *read, GDestroyNotify release)
{
  if (*mine != NULL)
    release (*mine);
  *mine = g_steal_pointer (read);
}

static void
take_reading (LwReviews *self, Reading *reading)
{
  self->frame = reading->frame;
  self->contract = reading->contract;
  swap ((gpointer *) &self->threads, (gpointer *) &reading->threads, (GDestroyNotify) g_ptr_array_unref);
  swap ((gpointer *) &self->verdicts, (gpointer *) &reading->verdicts, (GDestroyNotify) g_ptr_array_unref);
  swap ((gpointer *) &self->n_open, (gpointer *) &reading->n_open, (GDestroyNotify) g_hash_table_unref);
  if (self->threads == NULL)
    self->threads = g_ptr_array_new ();
  if (self->verdicts == NULL)
    self->verdicts = g_ptr_array_new ();
  lw_contract_report_clear (&self->report);
  self->report = reading->report;
  reading->report = (LwContractReport) { 0 };
}

static void
on_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwReviews) self = data;
  g_autoptr (GError) error = NULL;
  Reading *reading = g_task_get_task_data (G_TASK (result));
  gboolean done = g_task_propagate_boolean (G_TASK (result), &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->desk == NULL)
    return;
  if (!done)
    {
      lw_desk_fail (self->desk, _("Could not read the comments"), error);
      return;
    }
  take_reading (self, reading);
  if (self->wanted != 0 && lw_reviews_find_thread (self, self->wanted) != NULL)
    lw_reviews_select (self, self->wanted);
  else if (lw_reviews_find_thread (self, self->selected) == NULL)
    lw_reviews_select (self, 0);
  self->wanted = 0;
  g_signal_emit (self, signals[CHANGED], 0);
  g_signal_emit (self, signals[CHECKED], 0);
}

static void
read_now (LwReviews *self)
{
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  Reading *reading = g_new0 (Reading, 1);
  reading->frame = frame != NULL ? frame->id : 0;
  reading->check = self->checking;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  lw_project_run_async (lw_desk_get_project (self->desk), read_in_thread, reading, reading_free, self->cancellable, on_read_cb, g_object_ref (self));
}

static gboolean
read_cb (gpointer data)
{
  LwReviews *self = data;
  self->coalesce = 0;
  read_now (self);
  return G_SOURCE_REMOVE;
}

static void
read_soon (LwReviews *self)
{
  if (self->coalesce == 0)
    self->coalesce = g_timeout_add (COALESCE_MS, read_cb, self);
}

/* What was read is of another frame: it goes at once. */
static void
on_frame_cb (LwReviews *self)
{
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  gint64 id = frame != NULL ? frame->id : 0;
  if (id != self->frame)
    {
      Reading nothing = { .frame = id, .contract = self->contract, .n_open = g_steal_pointer (&self->n_open) };
      take_reading (self, &nothing);
      lw_reviews_select (self, 0);
      g_signal_emit (self, signals[CHANGED], 0);
      g_signal_emit (self, signals[CHECKED], 0);
    }
  read_soon (self);
}

void
lw_reviews_set_checking (LwReviews *self, gboolean checking)
{
  if (self->checking == checking)
    return;
  self->checking = checking;
  if (checking)
    read_soon (self);
}

/* ---- writing ---- */

typedef struct
{
  enum { COMMENT, ANSWER, RESOLVE, REOPEN, WITHDRAW, AGREE } what;
  gint64 id;                   /* frame, thread or comment */
  int x, y;
  char *text;
  LwContract contract;
  gint64 made;
} Saying;

static void
saying_free (gpointer data)
{
  g_free (((Saying *) data)->text);
  g_free (data);
}

static gboolean
write_saying (LwProject *project, Saying *saying, GError **error)
{
  switch (saying->what)
    {
    case COMMENT: return (saying->made = lw_project_add_comment (project, saying->id, saying->x, saying->y, saying->text, error)) != 0;
    case ANSWER: return lw_project_answer_comment (project, saying->id, saying->text, error) != 0;
    case RESOLVE: return lw_project_resolve_thread (project, saying->id, TRUE, error);
    case REOPEN: return lw_project_resolve_thread (project, saying->id, FALSE, error);
    case WITHDRAW: return lw_project_withdraw_comment (project, saying->id, error);
    case AGREE:
    default: return lw_project_set_contract (project, &saying->contract, error);
    }
}

static void
say_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  if (write_saying (LW_PROJECT (source), data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
on_said_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwReviews) self = data;
  g_autoptr (GError) error = NULL;
  const Saying *saying = g_task_get_task_data (G_TASK (result));
  if (self->desk == NULL)
    return;
  if (!g_task_propagate_boolean (G_TASK (result), &error))
    lw_desk_fail (self->desk, saying->what == AGREE ? _("Could not change what must hold") : _("Could not save the comment"), error);
  if (saying->made != 0)
    self->wanted = saying->made;
  read_now (self);
}

static void
say (LwReviews *self, Saying saying)
{
  lw_project_run_async (lw_desk_get_project (self->desk), say_in_thread, g_memdup2 (&saying, sizeof saying), saying_free, NULL, on_said_cb, g_object_ref (self));
}

void
lw_reviews_comment (LwReviews *self, int x, int y, const char *text)
{
  if (self->frame != 0)
    say (self, (Saying) { .what = COMMENT, .id = self->frame, .x = x, .y = y, .text = g_strdup (text) });
}

void
lw_reviews_answer (LwReviews *self, gint64 thread, const char *text)
{
  say (self, (Saying) { .what = ANSWER, .id = thread, .text = g_strdup (text) });
}

void
lw_reviews_resolve (LwReviews *self, gint64 thread, gboolean resolved)
{
  say (self, (Saying) { .what = resolved ? RESOLVE : REOPEN, .id = thread });
}

void
lw_reviews_withdraw (LwReviews *self, gint64 comment)
{
  say (self, (Saying) { .what = WITHDRAW, .id = comment });
}

void
lw_reviews_set_contract (LwReviews *self, const LwContract *contract)
{
  say (self, (Saying) { .what = AGREE, .contract = *contract });
}

/* ---- the object ---- */

static void
lw_reviews_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_SELECTED)
    g_value_set_int64 (value, LW_REVIEWS (object)->selected);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
lw_reviews_dispose (GObject *object)
{
  LwReviews *self = LW_REVIEWS (object);
  g_clear_handle_id (&self->coalesce, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_reviews_parent_class)->dispose (object);
}

static void
lw_reviews_finalize (GObject *object)
{
  LwReviews *self = LW_REVIEWS (object);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->verdicts);
  g_clear_pointer (&self->n_open, g_hash_table_unref);
  lw_contract_report_clear (&self->report);
  G_OBJECT_CLASS (lw_reviews_parent_class)->finalize (object);
}

static void
lw_reviews_class_init (LwReviewsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->get_property = lw_reviews_get_property;
  object_class->dispose = lw_reviews_dispose;
  object_class->finalize = lw_reviews_finalize;
  props[PROP_SELECTED] = g_param_spec_int64 ("selected", NULL, NULL, 0, G_MAXINT64, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHANGED] = g_signal_new ("changed", LW_TYPE_REVIEWS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHECKED] = g_signal_new ("checked", LW_TYPE_REVIEWS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_reviews_init (LwReviews *self)
{
  self->threads = g_ptr_array_new ();
  self->verdicts = g_ptr_array_new ();
}

LwReviews *
lw_reviews_new (LwDesk *desk)
{
  LwReviews *self = g_object_new (LW_TYPE_REVIEWS, NULL);
  self->desk = g_object_ref (desk);
  g_signal_connect_object (desk, "notify::position", G_CALLBACK (on_frame_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lw_desk_get_frames (desk), "status-changed", G_CALLBACK (on_frame_cb), self, G_CONNECT_SWAPPED);
  on_frame_cb (self);
  return self;
}
