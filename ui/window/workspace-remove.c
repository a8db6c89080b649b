/* workspace-remove.c: classes that are in use and media that were worked on go, after the window has said what that affects */
#include "config.h"
#include "workspace-private.h"

#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include "dialogs/media-dialog.h"
#include "store/class-change.h"

/* ---- a class ---- */

typedef struct
{
  guint8 class_id, into;
  char *name;
  LwClassUse use;
  gint64 step;
} Removal;

static void
removal_free (gpointer data)
{
  g_free (((Removal *) data)->name);
  g_free (data);
}

static gpointer
replace_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Removal *removal = wanted;
  gboolean done = lw_project_replace_class (project, removal->class_id, removal->into, lw_operation_progress, operation, cancellable, &removal->step, error);
  return done ? removal : NULL;
}

static void
on_replaced (gpointer owner, gpointer found, gpointer wanted)
{
  const Removal *removal = wanted;
  g_autofree char *text = g_strdup_printf (_("“%s” is gone from %u frames"), removal->name, removal->use.frames);
  lw_workspace_did_step (LW_WORKSPACE (owner), removal->step, text);
}

static const LwWork replace_work = { replace_in_thread, NULL, on_replaced, N_("Could not remove the class from every frame") };

static char *
describe_use (const Removal *removal)
{
  const LwClassUse *use = &removal->use;
  if (use->frames == 0 && use->revisions == 0)
    return g_strdup (_("No pixel has it, and none ever had."));
  return g_strdup_printf (_("%'" PRIu64 " pixels in %u frames have it; %u of these frames are submitted or accepted. Every frame keeps a revision of what it was, and %u revisions "
                            "show the class as before. Undo brings it back."),
                          use->pixels, use->frames, use->judged, use->revisions);
}

static void
on_remove_response_cb (AdwMessageDialog *dialog, const char *response, LwWorkspace *self)
{
  const Removal *asked = g_object_get_data (G_OBJECT (dialog), "removal");
  const guint8 *ids = g_object_get_data (G_OBJECT (dialog), "ids");
  GtkWidget *drop_down = g_object_get_data (G_OBJECT (dialog), "into");
  if (!g_str_equal (response, "remove") || self->desk == NULL)
    return;
  Removal *removal = g_memdup2 (asked, sizeof *asked);
  removal->name = g_strdup (asked->name);
  removal->into = ids[gtk_drop_down_get_selected (GTK_DROP_DOWN (drop_down))];
  lw_work_start_watched (self->desk, GTK_WIDGET (self), &replace_work, removal, removal_free, _("Changing Labels"));
}

/* What its pixels become: the first choice is nothing. @ids: 256 of them. */
static GtkWidget *
create_choice (const LwPalette *palette, guint8 class_id, guint8 *ids)
{
  GtkStringList *names = gtk_string_list_new (NULL);
  guint n = 0;
  gtk_string_list_append (names, _("Not labelled"));
  ids[n++] = LW_LABEL_NONE;
  for (guint i = 0; i < palette->classes->len; i++)
    {
      const LwClass *klass = palette->classes->pdata[i];
      if (klass->id == class_id)
        continue;
      gtk_string_list_append (names, klass->name);
      ids[n++] = klass->id;
    }
  GtkExpression *expression = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");
  GtkWidget *drop_down = gtk_drop_down_new (G_LIST_MODEL (names), expression);
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (drop_down), n > 10);
  gtk_accessible_update_property (GTK_ACCESSIBLE (drop_down), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Its Pixels Become"), -1);
  return drop_down;
}

static void
ask_to_remove (gpointer owner, gpointer found, gpointer wanted)
{
  LwWorkspace *self = LW_WORKSPACE (owner);
  Removal *removal = g_memdup2 (wanted, sizeof (Removal));
  removal->name = g_strdup (((Removal *) wanted)->name);
  g_autofree char *heading = g_strdup_printf (_("Remove “%s”?"), removal->name), *body = describe_use (removal);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), heading, body));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *label = gtk_label_new (_("Its pixels become:"));
  guint8 *ids = g_new (guint8, 257);
  GtkWidget *drop_down = create_choice (lw_document_get_palette (lw_desk_get_document (self->desk)), removal->class_id, ids);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), drop_down);
  g_object_set_data_full (G_OBJECT (dialog), "removal", removal, removal_free);
  g_object_set_data_full (G_OBJECT (dialog), "ids", ids, g_free);
  g_object_set_data (G_OBJECT (dialog), "into", drop_down);
  adw_message_dialog_set_extra_child (dialog, box);
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "remove", _("_Remove"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_remove_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gpointer
measure_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Removal *removal = wanted;
  return lw_project_measure_class (project, removal->class_id, &removal->use, error) ? removal : NULL;
}

static const LwWork measure_work = { measure_in_thread, NULL, ask_to_remove, N_("Could not find out who uses the class") };

static void
remove_class_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  guint8 id = lw_toolbox_get_class (lw_desk_get_toolbox (self->desk));
  const LwClass *klass = lw_palette_find_id (lw_document_get_palette (lw_desk_get_document (self->desk)), id);
  if (klass == NULL)
    return;
  Removal *removal = g_new0 (Removal, 1);
  removal->class_id = id;
  removal->name = g_strdup (klass->name);
  lw_canvas_stroke_end (self->canvas);
  lw_work_start (self->desk, self, &measure_work, removal, removal_free, NULL);
}

/* ---- media ---- */

static void
on_media_step_cb (LwWorkspace *self, gint64 step, const char *text)
{
  lw_workspace_did_step (self, step, text);
}

static void
media_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  LwMediaDialog *dialog = lw_media_dialog_new (GTK_WINDOW (gtk_widget_get_root (widget)), self->desk);
  lw_canvas_stroke_end (self->canvas);
  g_signal_connect_object (dialog, "did-step", G_CALLBACK (on_media_step_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
lw_workspace_update_remove_actions (LwWorkspace *self)
{
  gboolean writable = !lw_desk_is_read_only (self->desk);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "project.remove-class", writable);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "project.media", writable);
}

void
lw_workspace_install_remove_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "project.remove-class", NULL, remove_class_action);
  gtk_widget_class_install_action (widget_class, "project.media", NULL, media_action);
}
