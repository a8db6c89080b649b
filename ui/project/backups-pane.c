/* backups-pane.c: copies of the project's file: how often they are made, which there are, and the way back to one */
#include "config.h"
#include "backups-pane.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/format.h"
#include "project/share-row.h"
#include "store/backup.h"

#define PATH_KEY "lw-path"

struct _LwBackupsPane
{
  LwPane parent_instance;
  AdwComboRow *schedule_row;
  AdwPreferencesGroup *list_group;
  GtkWidget *now_button;
  GtkStack *stack;
  GtkListBox *list;
  gboolean filling;            /* the schedule is being shown, not chosen */
  char *chosen;                /* the backup that a dialog asks about */
};

G_DEFINE_FINAL_TYPE (LwBackupsPane, lw_backups_pane, LW_TYPE_PANE)

/* ---- read ---- */

typedef struct
{
  GPtrArray *backups;          /* of LwBackup */
  LwBackupSchedule schedule;
} Found;

static void
found_free (gpointer data)
{
  Found *found = data;
  g_ptr_array_unref (found->backups);
  g_free (found);
}

static gpointer
read_backups (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  GPtrArray *backups = lw_backup_list (lw_project_get_folder (project), error);
  if (backups == NULL)
    return NULL;
  Found *found = g_new (Found, 1);
  *found = (Found) { backups, lw_project_get_backup_schedule (project) };
  return found;
}

/* ---- done to one ---- */

static gpointer
remove_backup (LwProject *project, gpointer path, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  lw_backup_remove (lw_project_get_folder (project), path, error);
  return NULL;
}

static void
show_changed (gpointer owner, gpointer found, gpointer wanted)
{
  lw_pane_invalidate (LW_PANE (owner));
}

static const LwWork remove_work = { remove_backup, NULL, show_changed, N_("Could not remove the backup") };

static void
remove_chosen (gpointer owner)
{
  LwBackupsPane *self = owner;
  lw_work_start (lw_pane_get_desk (LW_PANE (self)), self, &remove_work, g_strdup (self->chosen), g_free, NULL);
}

typedef struct { char *path, *target; } Restoring;

static void
restoring_free (gpointer data)
{
  Restoring *restoring = data;
  g_free (restoring->path);
  g_free (restoring->target);
  g_free (restoring);
}

static gpointer
restore_as (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Restoring *restoring = wanted;
  lw_backup_restore_as (lw_project_get_folder (project), restoring->path, restoring->target, cancellable, error);
  return NULL;
}

static void
show_new_project (gpointer owner, gpointer found, gpointer wanted)
{
  gtk_widget_activate_action (GTK_WIDGET (owner), "win.open-recent", "s", ((const Restoring *) wanted)->target);
}

static const LwWork restore_as_work = { restore_as, NULL, show_new_project, N_("Could not make a project of the backup") };

static void
on_target_chosen_cb (GtkNativeDialog *native, int response, LwBackupsPane *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  char *target = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && target != NULL)
    {
      Restoring *restoring = g_new (Restoring, 1);
      *restoring = (Restoring) { g_strdup (self->chosen), g_steal_pointer (&target) };
      lw_work_start_watched (lw_pane_get_desk (LW_PANE (self)), GTK_WIDGET (self), &restore_as_work, restoring, restoring_free, _("Making a New Project"));
    }
  g_free (target);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
choose_target (LwBackupsPane *self, GtkFileChooserAction action, const char *title, const char *accept, const char *name, GCallback callback)
{
  GtkFileChooserNative *native = gtk_file_chooser_native_new (title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), action, accept, _("_Cancel"));
  if (name != NULL)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  g_signal_connect_object (native, "response", callback, self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
on_restore_response_cb (AdwMessageDialog *dialog, const char *response, LwBackupsPane *self)
{
  if (g_str_equal (response, "new"))
    {
      LwProject *project = lw_desk_get_project (lw_pane_get_desk (LW_PANE (self)));
      g_autofree char *name = lw_project_dup_name (project), *suggestion = g_strdup_printf (_("%s restored"), name);
      choose_target (self, GTK_FILE_CHOOSER_ACTION_SAVE, _("A New Project from the Backup"), _("_Create"), suggestion, G_CALLBACK (on_target_chosen_cb));
    }
  else if (g_str_equal (response, "replace"))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.restore-backup", "s", self->chosen);
}

static void
choose (LwBackupsPane *self, GtkButton *button)
{
  g_free (self->chosen);
  self->chosen = g_strdup (g_object_get_data (G_OBJECT (button), PATH_KEY));
}

static void
on_restore_clicked_cb (GtkButton *button, LwBackupsPane *self)
{
  choose (self, button);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _("Restore This Backup?"),
    _("The project becomes what it was then; what it is now is kept as a backup, too. Or a new project is made of the backup, and this one stays as it is.")));
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "new", _("As a _New Project…"), "replace", _("_Restore"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "replace", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_enabled (dialog, "replace", !lw_desk_is_read_only (lw_pane_get_desk (LW_PANE (self))));
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_restore_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_remove_clicked_cb (GtkButton *button, LwBackupsPane *self)
{
  choose (self, button);
  g_autofree char *name = g_path_get_basename (self->chosen), *shown = g_filename_display_name (name);
  g_autofree char *body = g_strdup_printf (_("“%s” is removed from the disk. This can’t be undone."), shown);
  lw_ask (GTK_WIDGET (self), _("Remove This Backup?"), body, _("_Remove"), TRUE, remove_chosen, self);
}

/* ---- rows ---- */

static const char *
describe_kind (LwBackupKind kind)
{
  switch (kind)
    {
    case LW_BACKUP_ASKED: return _("made by hand");
    case LW_BACKUP_AUTOMATIC: return _("automatic");
    case LW_BACKUP_UPGRADE: return _("from before an upgrade");
    case LW_BACKUP_REPLACED: return _("what a restored backup replaced");
    }
  return "";
}

static GtkWidget *
create_button (LwBackupsPane *self, GtkWidget *button, const LwBackup *backup, const char *name, GCallback callback)
{
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), PATH_KEY, g_strdup (backup->path), g_free);
  g_signal_connect_object (button, "clicked", callback, self, 0);
  return button;
}

static GtkWidget *
create_row (LwBackupsPane *self, const LwBackup *backup)
{
  GtkWidget *row = adw_action_row_new (), *trash = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *time = lw_format_ago (backup->created, g_get_real_time ()), *size = g_format_size (backup->size), *name = g_path_get_basename (backup->path);
  g_autofree char *about = g_strdup_printf ("%s · %s", describe_kind (backup->kind), size), *restores = g_strdup_printf (_("Restore the backup of %s"), time);
  g_autofree char *removes = g_strdup_printf (_("Remove the backup of %s"), time), *shown = g_filename_display_name (name);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), time);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), about);
  gtk_widget_set_tooltip_text (row, shown);
  gtk_widget_set_tooltip_text (trash, removes);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), create_button (self, gtk_button_new_with_label (_("Restore…")), backup, restores, G_CALLBACK (on_restore_clicked_cb)));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), create_button (self, trash, backup, removes, G_CALLBACK (on_remove_clicked_cb)));
  return row;
}

static void
show_sum (LwBackupsPane *self, GPtrArray *backups)
{
  guint64 sum = 0;
  for (guint i = 0; i < backups->len; i++)
    sum += ((const LwBackup *) backups->pdata[i])->size;
  g_autofree char *size = g_format_size (sum);
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u backup beside the project, %s", "%u backups beside the project, %s",
                                                        backups->len), backups->len, size);
  adw_preferences_group_set_description (self->list_group, backups->len > 0 ? text : NULL);
}

static void
show_found (gpointer owner, gpointer data, gpointer wanted)
{
  LwBackupsPane *self = owner;
  const Found *found = data;
  gboolean writable = !lw_desk_is_read_only (lw_pane_get_desk (LW_PANE (self)));
  self->filling = TRUE;
  adw_combo_row_set_selected (self->schedule_row, (guint) found->schedule);
  self->filling = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->schedule_row), writable);
  gtk_widget_set_sensitive (self->now_button, writable);
  lw_list_clear (self->list);
  for (guint i = 0; i < found->backups->len; i++)
    gtk_list_box_append (self->list, create_row (self, found->backups->pdata[i]));
  gtk_stack_set_visible_child_name (self->stack, found->backups->len > 0 ? "list" : "empty");
  show_sum (self, found->backups);
}

static const LwWork read_work = { read_backups, found_free, show_found, N_("Could not list the backups") };

static void
lw_backups_pane_refresh (LwPane *pane)
{
  lw_pane_read (pane, &read_work, NULL, NULL);
}

/* ---- making one ---- */

static gpointer
back_up (LwProject *project, gpointer path, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  return lw_project_back_up (project, path, lw_operation_progress, operation, cancellable, error);
}

static void
show_made (gpointer owner, gpointer path, gpointer wanted)
{
  lw_toast_with_file (GTK_WIDGET (owner), _("The backup is made and checked"), path);
  lw_pane_invalidate (LW_PANE (owner));
}

static const LwWork make_work = { back_up, g_free, show_made, N_("The backup failed") };

static void
on_now_clicked_cb (LwBackupsPane *self)
{
  lw_work_start_watched (lw_pane_get_desk (LW_PANE (self)), GTK_WIDGET (self), &make_work, NULL, NULL, _("Backing Up"));
}

static void
on_elsewhere_chosen_cb (GtkNativeDialog *native, int response, LwBackupsPane *self)
{
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
  char *path = file != NULL ? g_file_get_path (file) : NULL;
  if (response == GTK_RESPONSE_ACCEPT && path != NULL)
    lw_work_start_watched (lw_pane_get_desk (LW_PANE (self)), GTK_WIDGET (self), &make_work, g_steal_pointer (&path), g_free, _("Backing Up"));
  g_free (path);
  gtk_native_dialog_destroy (native);
  g_object_unref (native);
}

static void
on_elsewhere_clicked_cb (LwBackupsPane *self)
{
  choose_target (self, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _("Back Up to a Folder"), _("_Back Up"), NULL, G_CALLBACK (on_elsewhere_chosen_cb));
}

/* ---- schedule ---- */

static gpointer
set_schedule (LwProject *project, gpointer schedule, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  lw_project_set_backup_schedule (project, (LwBackupSchedule) GPOINTER_TO_INT (schedule), error);
  return NULL;
}

static const LwWork schedule_work = { set_schedule, NULL, show_changed, N_("Could not change how often backups are made") };

static void
on_schedule_cb (LwBackupsPane *self)
{
  guint chosen = adw_combo_row_get_selected (self->schedule_row);
  if (!self->filling && lw_pane_get_desk (LW_PANE (self)) != NULL && chosen < LW_N_BACKUP_SCHEDULES)
    lw_work_start (lw_pane_get_desk (LW_PANE (self)), self, &schedule_work, GUINT_TO_POINTER (chosen), NULL, NULL);
}

static void
lw_backups_pane_dispose (GObject *object)
{
  LW_BACKUPS_PANE (object)->filling = TRUE;
  G_OBJECT_CLASS (lw_backups_pane_parent_class)->dispose (object);
}

static void
lw_backups_pane_finalize (GObject *object)
{
  g_free (LW_BACKUPS_PANE (object)->chosen);
  G_OBJECT_CLASS (lw_backups_pane_parent_class)->finalize (object);
}

static void
lw_backups_pane_class_init (LwBackupsPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_backups_pane_dispose;
  G_OBJECT_CLASS (klass)->finalize = lw_backups_pane_finalize;
  LW_PANE_CLASS (klass)->refresh = lw_backups_pane_refresh;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/project/backups-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LwBackupsPane, schedule_row);
  gtk_widget_class_bind_template_child (widget_class, LwBackupsPane, list_group);
  gtk_widget_class_bind_template_child (widget_class, LwBackupsPane, now_button);
  gtk_widget_class_bind_template_child (widget_class, LwBackupsPane, stack);
  gtk_widget_class_bind_template_child (widget_class, LwBackupsPane, list);
  gtk_widget_class_bind_template_callback (widget_class, on_schedule_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_now_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_elsewhere_clicked_cb);
}

static void
lw_backups_pane_init (LwBackupsPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
