/* workspace-steps.c: undo of what is not a stroke: statuses, classes, added media
 *
 * They have an undo of their own (Ctrl+Alt+Z, the main menu, the toast that tells of them), since they may concern frames that are not on show. Ctrl+Z is the
 * frame's: it takes back strokes. But who has just submitted a frame and presses Ctrl+Z means the submitting, not the stroke before it: so as long as nothing else
 * was done, Ctrl+Z and Ctrl+Shift+Z belong to the step. */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "keys/keys.h"

#define MAX_NAME_CHARACTERS 28      /* of a frame in the menu */

/* ---- what a step is called ---- */

static char *
shorten (const char *name)
{
  glong length = g_utf8_strlen (name, -1);
  if (length <= MAX_NAME_CHARACTERS)
    return g_strdup (name);
  g_autofree char *head = g_utf8_substring (name, 0, MAX_NAME_CHARACTERS / 2), *tail = g_utf8_substring (name, length - MAX_NAME_CHARACTERS / 2, length);
  return g_strconcat (head, "…", tail, NULL);
}

static char *
describe_status (const LwStep *step, const char *name)
{
  static const char *const one[] = { N_("Submit “%s”"), N_("Accept “%s”"), N_("Return “%s”") };
  guint n = step->n_frames;
  if (name != NULL)
    return g_strdup_printf (_(one[step->action]), name);
  switch (step->action)
    {
    case LW_ACTION_SUBMIT: return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Submit %u Frame", "Submit %u Frames", n), n);
    case LW_ACTION_ACCEPT: return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Accept %u Frame", "Accept %u Frames", n), n);
    case LW_ACTION_RETURN:
    default: return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Return %u Frame", "Return %u Frames", n), n);
    }
}

static char *
describe_labels (const LwStep *step, const char *name)
{
  gboolean merged = g_strcmp0 (step->did, "merge") == 0;
  if (name != NULL)
    return g_strdup_printf (merged ? _("Merge Labels of “%s”") : _("Restore Labels of “%s”"), name);
  return g_strdup_printf (merged ? g_dngettext (GETTEXT_PACKAGE, "Merge Labels of %u Frame", "Merge Labels of %u Frames", step->n_frames)
                                 : g_dngettext (GETTEXT_PACKAGE, "Restore Labels of %u Frame", "Restore Labels of %u Frames", step->n_frames),
                          step->n_frames);
}

static char *
describe (const LwStep *step)
{
  g_autofree char *name = step->name != NULL ? shorten (step->name) : NULL;
  if (step->kind == LW_STEP_REMOVED_MEDIA)
    return g_strdup_printf (g_strcmp0 (step->did, "restore-media") == 0 ? _("Bring Back “%s”") : _("Remove “%s”"), name != NULL ? name : "?");
  if (step->kind == LW_STEP_MERGED)
    return describe_labels (step, name);
  if (step->kind == LW_STEP_CLASSES || step->kind == LW_STEP_REPLACED)
    return g_strdup (_("Change of Classes"));
  if (step->kind == LW_STEP_MEDIA)
    return g_strdup_printf (_("Add “%s”"), name != NULL ? name : "?");
  if (step->kind == LW_STEP_LABELS)
    return describe_labels (step, name);
  if (step->kind == LW_STEP_ASSIGNMENT)
    return name != NULL ? g_strdup_printf (_("Assign “%s”"), name)
                        : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Assign %u Frame", "Assign %u Frames", step->n_frames), step->n_frames);
  return describe_status (step, name);
}

/* ---- the menu ---- */

/* An underscore in the name of a frame is no mnemonic. */
static void
append_item (GMenu *menu, const char *format, const LwStep *step, const char *action)
{
  g_autofree char *what = describe (step);
  g_auto (GStrv) parts = g_strsplit (what, "_", -1);
  g_autofree char *escaped = g_strjoinv ("__", parts), *label = g_strdup_printf (format, escaped);
  g_menu_append (menu, label, action);
}

static void
update_menu (LwWorkspace *self)
{
  g_menu_remove_all (self->steps_menu);
  if (self->next_undo != NULL)
    append_item (self->steps_menu, _("_Undo: %s"), self->next_undo, "steps.undo");
  if (self->next_redo != NULL)
    append_item (self->steps_menu, _("_Redo: %s"), self->next_redo, "steps.redo");
  lw_keys_show_in_menu (self->steps_menu);
}

typedef struct { LwStep *undo, *redo; } Next;

static void
next_free (Next *next)
{
  lw_step_free (next->undo);
  lw_step_free (next->redo);
  g_free (next);
}

static void
peek_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Next *next = g_new0 (Next, 1);
  g_autoptr (GError) error = NULL;
  if (lw_project_peek_steps (LW_PROJECT (source), &next->undo, &next->redo, &error))
    g_task_return_pointer (task, next, (GDestroyNotify) next_free);
  else
    {
      next_free (next);
      g_task_return_error (task, g_steal_pointer (&error));
    }
}

static void
on_peeked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwWorkspace) self = data;
  Next *next = g_task_propagate_pointer (G_TASK (result), NULL);
  self->peeking = FALSE;
  if (next == NULL || self->desk == NULL)
    {
      g_clear_pointer (&next, next_free);
      return;
    }
  g_clear_pointer (&self->next_undo, lw_step_free);
  g_clear_pointer (&self->next_redo, lw_step_free);
  self->next_undo = g_steal_pointer (&next->undo);
  self->next_redo = g_steal_pointer (&next->redo);
  next_free (next);
  update_menu (self);
  lw_workspace_update_actions (self);
  if (self->peek_again)
    lw_workspace_look_for_steps (self);
}

/* After a step of this window: what was next before it is no more. */
static void
look_anew (LwWorkspace *self)
{
  g_clear_pointer (&self->next_undo, lw_step_free);
  g_clear_pointer (&self->next_redo, lw_step_free);
  lw_workspace_look_for_steps (self);
}

void
lw_workspace_look_for_steps (LwWorkspace *self)
{
  self->peek_again = self->peeking;
  if (self->peeking)
    return;
  self->peeking = TRUE;
  lw_project_run_async (lw_desk_get_project (self->desk), peek_in_thread, NULL, NULL, NULL, on_peeked_cb, g_object_ref (self));
}

/* ---- taking back ---- */

typedef struct { gint64 step, made; gboolean redo; guint n_left; } Turn;

static void
turn_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Turn *turn = data;
  g_autoptr (GError) error = NULL;
  turn->made = lw_project_take_back (LW_PROJECT (source), turn->step, &turn->n_left, &error);
  if (turn->made != 0)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
say_turned (LwWorkspace *self, const Turn *turn)
{
  g_autofree char *text = NULL;
  if (turn->n_left > 0)
    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u frame has changed since and stays as it is", "%u frames have changed since and stay as they are",
                                         turn->n_left), turn->n_left);
  lw_workspace_say (self, text != NULL ? text : turn->redo ? _("Done again") : _("Undone"));
}

static void
on_turned_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwWorkspace) self = data;
  g_autoptr (GError) error = NULL;
  const Turn *turn = g_task_get_task_data (G_TASK (result));
  if (self->desk == NULL)
    return;
  self->acting = FALSE;
  if (g_task_propagate_boolean (G_TASK (result), &error))
    {
      say_turned (self, turn);
      self->fresh_step = turn->made;
      self->fresh_redo = !turn->redo;
    }
  else
    lw_desk_fail (self->desk, turn->redo ? _("Could not do it again") : _("Could not undo"), error);
  look_anew (self);
  lw_workspace_update_actions (self);
}

static void
dismiss_toast (LwWorkspace *self)
{
  if (self->step_toast != NULL)
    adw_toast_dismiss (self->step_toast);
  g_clear_weak_pointer (&self->step_toast);
}

static void
take_back (LwWorkspace *self, gint64 step, gboolean redo)
{
  Turn turn = { .step = step, .redo = redo };
  if (self->acting || step == 0)
    return;
  self->acting = TRUE;
  self->fresh_step = 0;
  dismiss_toast (self);
  lw_canvas_stroke_end (self->canvas);
  lw_workspace_update_actions (self);
  lw_project_run_async (lw_desk_get_project (self->desk), turn_in_thread, g_memdup2 (&turn, sizeof turn), g_free, NULL, on_turned_cb, g_object_ref (self));
}

gboolean
lw_workspace_has_fresh_step (LwWorkspace *self, gboolean redo)
{
  return self->fresh_step != 0 && self->fresh_redo == redo && !self->acting;
}

gboolean
lw_workspace_take_back_fresh_step (LwWorkspace *self, gboolean redo)
{
  if (!lw_workspace_has_fresh_step (self, redo))
    return FALSE;
  take_back (self, self->fresh_step, redo);
  return TRUE;
}

static gboolean
on_turn_cb (LwCanvas *canvas, gboolean redo, LwWorkspace *self)
{
  return lw_workspace_take_back_fresh_step (self, redo);
}

/* Another frame, or a stroke: from here on Ctrl+Z means that again. */
static void
forget_fresh_step (LwWorkspace *self)
{
  if (self->fresh_step == 0)
    return;
  self->fresh_step = 0;
  lw_workspace_update_actions (self);
}

static void
on_n_unsaved_cb (LwWorkspace *self)
{
  if (lw_document_get_n_unsaved (lw_desk_get_document (self->desk)) > 0)
    forget_fresh_step (self);
}

void
lw_workspace_did_step (LwWorkspace *self, gint64 step, const char *text)
{
  GtkWidget *near = lw_workspace_is_labelling (self) ? GTK_WIDGET (self->canvas)
                    : gtk_widget_get_mapped (GTK_WIDGET (self->project_page)) ? lw_project_page_get_overlay (self->project_page) : GTK_WIDGET (self);
  if (step == 0)
    return;
  dismiss_toast (self);
  self->fresh_step = step;
  self->fresh_redo = FALSE;
  g_set_weak_pointer (&self->step_toast, lw_toast_with_action (near, text, _("_Undo"), "steps.take-back", g_variant_new_int64 (step)));
  look_anew (self);
  lw_workspace_update_actions (self);
}

/* ---- actions ---- */

static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  if (!lw_workspace_take_back_fresh_step (self, FALSE) && self->next_undo != NULL)
    take_back (self, self->next_undo->id, FALSE);
}

static void
redo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  if (!lw_workspace_take_back_fresh_step (self, TRUE) && self->next_redo != NULL)
    take_back (self, self->next_redo->id, TRUE);
}

/* A page did something that can be undone, and says what. */
static void
did_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gint64 step;
  const char *text;
  g_variant_get (parameter, "(x&s)", &step, &text);
  lw_workspace_did_step (LW_WORKSPACE (widget), step, text);
}

static void
take_back_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  take_back (LW_WORKSPACE (widget), g_variant_get_int64 (parameter), FALSE);
}

void
lw_workspace_update_step_actions (LwWorkspace *self)
{
  gboolean may = !self->acting && !lw_desk_is_read_only (self->desk);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "steps.undo", may && (self->next_undo != NULL || lw_workspace_has_fresh_step (self, FALSE)));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "steps.redo", may && (self->next_redo != NULL || lw_workspace_has_fresh_step (self, TRUE)));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "steps.take-back", may);
}

void
lw_workspace_install_step_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "steps.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget_class, "steps.redo", NULL, redo_action);
  gtk_widget_class_install_action (widget_class, "steps.take-back", "x", take_back_action);
  gtk_widget_class_install_action (widget_class, "steps.did", "(xs)", did_action);
}

void
lw_workspace_watch_steps (LwWorkspace *self)
{
  LwDocument *document = lw_desk_get_document (self->desk);
  g_signal_connect_object (self->canvas, "turn", G_CALLBACK (on_turn_cb), self, 0);
  g_signal_connect_object (document, "notify::n-unsaved", G_CALLBACK (on_n_unsaved_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "notify::frame", G_CALLBACK (forget_fresh_step), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "palette-changed", G_CALLBACK (lw_workspace_look_for_steps), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lw_desk_get_frames (self->desk), "status-changed", G_CALLBACK (lw_workspace_look_for_steps), self, G_CONNECT_SWAPPED);
}

void
lw_workspace_forget_steps (LwWorkspace *self)
{
  g_clear_weak_pointer (&self->step_toast);
  g_clear_pointer (&self->next_undo, lw_step_free);
  g_clear_pointer (&self->next_redo, lw_step_free);
}
