/* train-page.c: fine-tuning the network on what was accepted: start, watch, compare, switch */
#include "config.h"
#include "train-page.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include "curve.h"
#include "model-list.h"
#include "promote.h"

struct _LwTrainPage
{
  AdwBin parent_instance;
  GtkWidget *start_group, *run_group, *result_group;
  AdwActionRow *frames_row;
  GtkLabel *title_label, *detail_label, *old_label, *new_label, *difference_label;
  AdwComboRow *base_row;
  GtkSpinButton *epochs_spin;
  GtkWidget *resume_button, *cancel_button, *use_new_button, *use_old_button;
  GtkProgressBar *progress_bar;
  AdwPreferencesRow *old_row, *new_row;
  LwCurve *curve;

  LwDesk *desk;
  LwTrainer *trainer;
  gint64 champion;            /* which model proposes now; 0: none yet */
  guint n_previewed;          /* accepted frames when it was asked how they would be split */
};

G_DEFINE_FINAL_TYPE (LwTrainPage, lw_train_page, ADW_TYPE_BIN)

/* ---- what is trained on, and from ---- */

typedef struct { gint64 base; guint n_train, n_val; } Preview;

static void
preview_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Preview *preview = data;
  g_task_return_boolean (task, lw_project_preview_dataset (LW_PROJECT (source), preview->base, &preview->n_train, &preview->n_val, NULL));
}

/* Without frames that lie apart nobody will know whether the new model is better: that is said before hours are spent on it. */
static void
on_previewed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwTrainPage) self = data;
  const Preview *preview = g_task_get_task_data (G_TASK (result));
  gboolean known = g_task_propagate_boolean (G_TASK (result), NULL);
  guint n = self->desk != NULL ? lw_frame_list_count (lw_desk_get_frames (self->desk), LW_FRAME_ACCEPTED) : 0;
  g_autofree char *text = NULL;
  if (n == 0 || !known)
    return;
  if (preview->n_val == 0)
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u, which trains. The new model can’t be scored: for that some must lie apart from those that train. Accept more, also elsewhere",
                                         "%u, which all train. The new model can’t be scored: for that some must lie apart from those that train. Accept more, also elsewhere", n), n);
  else
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u train; %u is kept apart to score the new model beside the old one",
                                         "%u train; %u are kept apart to score the new model beside the old one", preview->n_val), preview->n_train, preview->n_val);
  adw_action_row_set_subtitle (self->frames_row, text);
}

static void
preview (LwTrainPage *self)
{
  Preview wanted = { .base = self->champion };
  lw_project_run_async (lw_desk_get_project (self->desk), preview_in_thread, g_memdup2 (&wanted, sizeof wanted), g_free, NULL, on_previewed_cb,
                        g_object_ref (self));
}

static void
update_start (LwTrainPage *self)
{
  guint n = lw_frame_list_count (lw_desk_get_frames (self->desk), LW_FRAME_ACCEPTED);
  gboolean idle = lw_trainer_get_state (self->trainer) == LW_TRAINER_IDLE;
  g_autofree char *text = n > 0 ? g_strdup_printf ("%u", n) : g_strdup (_("None yet: accept frames first"));
  g_autofree char *title = n > 0 ? g_strdup_printf (_("Accepted Frames: %u"), n) : g_strdup (_("Accepted Frames"));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->frames_row), title);
  if (n == 0 || adw_action_row_get_subtitle (self->frames_row) == NULL || n != self->n_previewed)
    {
      adw_action_row_set_subtitle (self->frames_row, n > 0 ? "" : text);
      self->n_previewed = n;
      if (n > 0)
        preview (self);
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "train.start", idle && n > 0 && !lw_desk_is_read_only (self->desk));
  gtk_widget_set_sensitive (self->start_group, idle);
}

static void
on_models_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwTrainPage) self = data;
  g_autoptr (GPtrArray) entries = lw_model_list_read_finish (LW_PROJECT (source), result, NULL);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;
  if (entries == NULL || self->desk == NULL)
    return;
  self->champion = 0;
  for (guint i = 0; i < entries->len; i++)
    {
      LwModelEntry *entry = entries->pdata[i];
      gtk_string_list_append (names, entry->name);
      if (entry->status == LW_MODEL_CHAMPION)
        {
          selected = i;
          self->champion = entry->id;
        }
    }
  self->n_previewed = 0;      /* frames that trained it can't check what comes of it */
  update_start (self);
  if (entries->len == 0)
    gtk_string_list_append (names, "starter");
  adw_combo_row_set_model (self->base_row, G_LIST_MODEL (names));
  adw_combo_row_set_selected (self->base_row, selected);
  const LwModelComparison *comparison = lw_trainer_get_comparison (self->trainer);
  gtk_widget_set_visible (self->use_new_button, comparison != NULL && comparison->model != self->champion);
  gtk_widget_set_visible (self->use_old_button, comparison != NULL && comparison->base != 0 && comparison->model == self->champion);
}

static void
read_models (LwTrainPage *self)
{
  lw_model_list_read_async (lw_desk_get_project (self->desk), NULL, on_models_read_cb, g_object_ref (self));
}

static void
start_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwTrainPage *self = LW_TRAIN_PAGE (widget);
  GtkStringObject *base = adw_combo_row_get_selected_item (self->base_row);
  gboolean known = self->champion != 0 && base != NULL;
  lw_trainer_start (self->trainer, known ? gtk_string_object_get_string (base) : NULL, (guint) gtk_spin_button_get_value_as_int (self->epochs_spin));
}

static void
resume_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lw_trainer_resume (LW_TRAIN_PAGE (widget)->trainer);
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  lw_trainer_cancel (LW_TRAIN_PAGE (widget)->trainer);
}

/* ---- while it runs ---- */

static const char *
get_title (LwTrainerState state)
{
  switch (state)
    {
    case LW_TRAINER_PREPARING: return _("Preparing the frames…");
    case LW_TRAINER_TRAINING: return _("Training");
    case LW_TRAINER_ELSEWHERE: return _("Training in the background");
    case LW_TRAINER_INTERRUPTED: return _("A training was interrupted");
    case LW_TRAINER_SCORING: return _("Scoring the new model beside the old one…");
    case LW_TRAINER_IDLE: return _("Last training");
    }
  return "";
}

static char *
format_seconds (double seconds)
{
  gint64 s = (gint64) llround (seconds);
  return s >= 3600 ? g_strdup_printf (_("%d h %d min"), (int) (s / 3600), (int) (s / 60 % 60))
         : s >= 60 ? g_strdup_printf (_("%d min %d s"), (int) (s / 60), (int) (s % 60))
                   : g_strdup_printf (_("%d s"), (int) s);
}

static char *
describe_progress (LwTrainPage *self)
{
  const LwJobProgress *progress = lw_trainer_get_progress (self->trainer);
  LwTrainerState state = lw_trainer_get_state (self->trainer);
  g_autoptr (GString) text = g_string_new (NULL);
  if (progress->epochs == 0)
    return g_strdup (state == LW_TRAINER_TRAINING ? _("The engine gets ready…") : "");
  g_string_append_printf (text, _("Epoch %u of %u"), CLAMP (progress->epoch, 1, progress->epochs), progress->epochs);
  if (!isnan (progress->loss))
    g_string_append_printf (text, _(" · loss %.3f"), progress->loss);
  if (!isnan (progress->val_miou))
    g_string_append_printf (text, _(" · validation mIoU %.3f"), progress->val_miou);
  if ((state == LW_TRAINER_TRAINING || state == LW_TRAINER_ELSEWHERE) && isfinite (progress->seconds_left))
    {
      g_autofree char *left = format_seconds (progress->seconds_left);
      g_string_append_printf (text, _(" · %s left"), left);
    }
  if (state == LW_TRAINER_TRAINING && progress->message != NULL)
    g_string_append_printf (text, "\n%s", progress->message);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
update_progress (LwTrainPage *self)
{
  const LwJobProgress *progress = lw_trainer_get_progress (self->trainer);
  g_autofree char *detail = describe_progress (self);
  gtk_label_set_label (self->detail_label, detail);
  gtk_progress_bar_set_fraction (self->progress_bar, lw_trainer_get_fraction (self->trainer));
  lw_curve_set_points (self->curve, lw_trainer_get_steps (self->trainer), progress->curve, progress->epochs);
}

static void
update_state (LwTrainPage *self)
{
  LwTrainerState state = lw_trainer_get_state (self->trainer);
  gboolean running = state != LW_TRAINER_IDLE;
  gboolean has_curve = lw_trainer_get_progress (self->trainer)->epochs > 0;
  gtk_label_set_label (self->title_label, get_title (state));
  gtk_widget_set_visible (self->run_group, running || has_curve);
  gtk_widget_set_visible (self->resume_button, state == LW_TRAINER_INTERRUPTED);
  gtk_widget_set_visible (self->cancel_button, running);
  gtk_button_set_label (GTK_BUTTON (self->cancel_button), state == LW_TRAINER_INTERRUPTED ? _("Give Up") : _("Cancel"));
  gtk_widget_set_visible (GTK_WIDGET (self->progress_bar), running);
  if (running)
    gtk_widget_set_visible (self->result_group, FALSE);
  update_start (self);
  update_progress (self);
}

/* ---- when it has ended ---- */

static void
show_scores (GtkLabel *label, double miou, double accuracy)
{
  g_autofree char *text = isnan (miou) ? g_strdup (_("no score")) : g_strdup_printf (_("mIoU %.3f · accuracy %.3f"), miou, accuracy);
  gtk_label_set_label (label, text);
}

/* In words, before the numbers. */
static const char *
judge (const LwModelComparison *comparison)
{
  double difference = comparison->model_miou - comparison->base_miou;
  if (isnan (difference))
    return _("Result");
  return difference >= 0.0005 ? _("The New Model Is Better") : difference <= -0.0005 ? _("The New Model Is Worse") : _("The New Model Is No Better");
}

static void
on_finished_cb (LwTrainPage *self)
{
  const LwModelComparison *comparison = lw_trainer_get_comparison (self->trainer);
  g_autofree char *text = NULL;
  if (comparison->n_val == 0)
    text = g_strdup_printf (_("Trained on %u frames. They are too few, or too close together, to keep some apart for scoring, so there is no score."), comparison->n_train);
  else
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Both were scored on the same %u frame, which neither was trained on and which lies apart from the %u that trained.",
                                         "Both were scored on the same %u frames, which neither was trained on and which lie apart from the %u that trained.", comparison->n_val),
                            comparison->n_val, comparison->n_train);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->result_group), judge (comparison));
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->result_group), text);
  adw_preferences_row_set_use_markup (self->old_row, FALSE);
  adw_preferences_row_set_use_markup (self->new_row, FALSE);
  adw_preferences_row_set_title (self->old_row, comparison->base_name != NULL ? comparison->base_name : _("No model before"));
  adw_preferences_row_set_title (self->new_row, comparison->model_name);
  show_scores (self->old_label, comparison->base_miou, comparison->base_accuracy);
  show_scores (self->new_label, comparison->model_miou, comparison->model_accuracy);
  lw_show_difference (self->difference_label, comparison->model_miou - comparison->base_miou);
  gtk_widget_set_visible (self->result_group, TRUE);
  read_models (self);
}

static void
use_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwTrainPage *self = LW_TRAIN_PAGE (widget);
  const LwModelComparison *comparison = lw_trainer_get_comparison (self->trainer);
  gboolean new = g_str_equal (name, "train.use-new");
  if (comparison != NULL)
    lw_promote (widget, self->desk, new ? comparison->model : comparison->base, new ? "chosen after its training" : "back after a comparison");
}

void
lw_train_page_set_desk (LwTrainPage *self, LwDesk *desk, LwTrainer *trainer)
{
  self->desk = g_object_ref (desk);
  self->trainer = g_object_ref (trainer);
  g_signal_connect_object (trainer, "notify::state", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (trainer, "progress", G_CALLBACK (update_progress), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (trainer, "finished", G_CALLBACK (on_finished_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lw_desk_get_frames (desk), "status-changed", G_CALLBACK (update_start), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "models-changed", G_CALLBACK (read_models), self, G_CONNECT_SWAPPED);
  gtk_widget_set_visible (self->result_group, FALSE);
  update_state (self);
  read_models (self);
}

static void
lw_train_page_dispose (GObject *object)
{
  LwTrainPage *self = LW_TRAIN_PAGE (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_TRAIN_PAGE);
  g_clear_object (&self->trainer);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_train_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, start_group);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, run_group);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, result_group);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, frames_row);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, base_row);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, epochs_spin);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, title_label);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, detail_label);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, resume_button);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, curve);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, old_row);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, new_row);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, old_label);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, new_label);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, difference_label);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, use_new_button);
  gtk_widget_class_bind_template_child (widget_class, LwTrainPage, use_old_button);
}

static void
lw_train_page_class_init (LwTrainPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_train_page_dispose;
  g_type_ensure (LW_TYPE_CURVE);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/models/train-page.ui");
  bind_children (widget_class);
  gtk_widget_class_install_action (widget_class, "train.start", NULL, start_action);
  gtk_widget_class_install_action (widget_class, "train.resume", NULL, resume_action);
  gtk_widget_class_install_action (widget_class, "train.cancel", NULL, cancel_action);
  gtk_widget_class_install_action (widget_class, "train.use-new", NULL, use_action);
  gtk_widget_class_install_action (widget_class, "train.use-old", NULL, use_action);
}

static void
lw_train_page_init (LwTrainPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
