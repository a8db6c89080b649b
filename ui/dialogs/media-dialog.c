/* media-dialog.c: the media of the project: what was done in each, removing one, and bringing one back */
#include "config.h"
#include "media-dialog.h"

#include <inttypes.h>
#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "project/work.h"
#include "store/class-change.h"

struct _LwMediaDialog
{
  AdwWindow parent_instance;
  GtkWidget *here_group, *removed_group;
  GtkListBox *here_list, *removed_list;
  LwDesk *desk;
};

enum { DID_STEP, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwMediaDialog, lw_media_dialog, ADW_TYPE_WINDOW)

static void read_media (LwMediaDialog *self);

/* ---- what there is ---- */

typedef struct { GPtrArray *here, *removed; GArray *uses; } Listing;

static void
listing_free (gpointer data)
{
  Listing *listing = data;
  g_clear_pointer (&listing->here, g_ptr_array_unref);
  g_clear_pointer (&listing->removed, g_ptr_array_unref);
  g_clear_pointer (&listing->uses, g_array_unref);
  g_free (listing);
}

static gpointer
list_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Listing *listing = g_new0 (Listing, 1);
  listing->here = lw_project_list_media (project, error);
  listing->removed = listing->here != NULL ? lw_project_list_removed_media (project, error) : NULL;
  listing->uses = g_array_new (FALSE, TRUE, sizeof (LwMediaUse));
  for (guint i = 0; listing->removed != NULL && i < listing->here->len; i++)
    {
      LwMediaUse use;
      if (!lw_project_measure_media (project, ((const LwMedia *) listing->here->pdata[i])->id, &use, error))
        g_clear_pointer (&listing->removed, g_ptr_array_unref);
      g_array_append_val (listing->uses, use);
    }
  if (listing->removed != NULL)
    return listing;
  listing_free (listing);
  return NULL;
}

/* ---- one goes, one comes back ---- */

typedef struct { LwMediaDialog *dialog; gint64 media; char *name; LwMediaUse use; gint64 step; } Choice;

static void
choice_free (gpointer data)
{
  Choice *choice = data;
  g_free (choice->name);
  g_free (choice);
}

static Choice *
choice_copy (const Choice *choice)
{
  Choice *copy = g_memdup2 (choice, sizeof *choice);
  copy->name = g_strdup (choice->name);
  return copy;
}

static gpointer
remove_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Choice *choice = wanted;
  return lw_project_remove_media (project, choice->media, lw_operation_progress, operation, cancellable, &choice->step, error) ? choice : NULL;
}

static gpointer
restore_in_thread (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  Choice *choice = wanted;
  return lw_project_restore_media (project, choice->name, &choice->step, error) ? choice : NULL;
}

static void
on_removed (gpointer owner, gpointer found, gpointer wanted)
{
  const Choice *choice = wanted;
  g_autofree char *text = g_strdup_printf (_("“%s” was removed"), choice->name);
  g_signal_emit (owner, signals[DID_STEP], 0, choice->step, text);
  read_media (LW_MEDIA_DIALOG (owner));
}

static void
on_restored (gpointer owner, gpointer found, gpointer wanted)
{
  const Choice *choice = wanted;
  g_autofree char *text = g_strdup_printf (_("“%s” is in the project again"), choice->name);
  g_signal_emit (owner, signals[DID_STEP], 0, choice->step, text);
  read_media (LW_MEDIA_DIALOG (owner));
}

static const LwWork remove_work = { remove_in_thread, NULL, on_removed, N_("Could not remove the medium") };
static const LwWork restore_work = { restore_in_thread, NULL, on_restored, N_("Could not bring the medium back") };

static void
remove_now (gpointer data)
{
  LwMediaDialog *self = data;
  const Choice *choice = g_object_get_data (G_OBJECT (self), "asked");
  lw_work_start_watched (self->desk, GTK_WIDGET (self), &remove_work, choice_copy (choice), choice_free, _("Keeping Revisions"));
}

static void
on_remove_clicked_cb (GtkButton *button, LwMediaDialog *self)
{
  const Choice *choice = g_object_get_data (G_OBJECT (button), "choice");
  const LwMediaUse *use = &choice->use;
  g_autofree char *heading = g_strdup_printf (_("Remove “%s”?"), choice->name);
  g_autofree char *body = g_strdup_printf (_("%u frames go out of sight with it: %u of them were worked on, %u are accepted and would not train any more. %'" PRIu64
                                             " labelled pixels and %u revisions are kept, and so is its file. Undo brings all back."),
                                           use->frames, use->worked, use->accepted, use->pixels, use->revisions);
  g_object_set_data_full (G_OBJECT (self), "asked", choice_copy (choice), choice_free);
  lw_ask (GTK_WIDGET (self), heading, body, _("_Remove"), TRUE, remove_now, self);
}

static void
on_restore_clicked_cb (GtkButton *button, LwMediaDialog *self)
{
  lw_work_start (self->desk, self, &restore_work, choice_copy (g_object_get_data (G_OBJECT (button), "choice")), choice_free, NULL);
}

/* ---- rows ---- */

static GtkWidget *
create_row (LwMediaDialog *self, const LwMedia *media, const LwMediaUse *use)
{
  GtkWidget *row = adw_action_row_new (), *button = gtk_button_new_with_label (use != NULL ? _("Remove…") : _("Bring Back"));
  Choice *choice = g_new0 (Choice, 1);
  *choice = (Choice) { .dialog = self, .media = media->id, .name = g_strdup (media->name) };
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), media->name);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 1);
  if (use != NULL)
    {
      g_autofree char *text = g_strdup_printf (_("%u frames, %u worked on, %u accepted"), use->frames, use->worked, use->accepted);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
      choice->use = *use;
    }
  gtk_widget_set_tooltip_text (row, media->path);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (button), "choice", choice, choice_free);
  g_signal_connect_object (button, "clicked", use != NULL ? G_CALLBACK (on_remove_clicked_cb) : G_CALLBACK (on_restore_clicked_cb), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
fill (LwMediaDialog *self, GtkListBox *list, GPtrArray *media, GArray *uses)
{
  for (GtkWidget *child; (child = gtk_widget_get_first_child (GTK_WIDGET (list))) != NULL;)
    gtk_list_box_remove (list, child);
  for (guint i = 0; i < media->len; i++)
    gtk_list_box_append (list, create_row (self, media->pdata[i], uses != NULL ? &g_array_index (uses, LwMediaUse, i) : NULL));
}

static void
show_listing (gpointer owner, gpointer found, gpointer wanted)
{
  LwMediaDialog *self = LW_MEDIA_DIALOG (owner);
  const Listing *listing = found;
  if (self->here_list == NULL)
    return;
  fill (self, self->here_list, listing->here, listing->uses);
  fill (self, self->removed_list, listing->removed, NULL);
  gtk_widget_set_visible (self->here_group, listing->here->len > 0);
  gtk_widget_set_visible (self->removed_group, listing->removed->len > 0);
}

static const LwWork list_work = { list_in_thread, listing_free, show_listing, N_("Could not read the media") };

static void
read_media (LwMediaDialog *self)
{
  if (self->desk != NULL)
    lw_work_start (self->desk, self, &list_work, NULL, NULL, NULL);
}

static void
lw_media_dialog_dispose (GObject *object)
{
  LwMediaDialog *self = LW_MEDIA_DIALOG (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_MEDIA_DIALOG);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_media_dialog_parent_class)->dispose (object);
}

static void
lw_media_dialog_class_init (LwMediaDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_media_dialog_dispose;
  signals[DID_STEP] = g_signal_new ("did-step", LW_TYPE_MEDIA_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/dialogs/media-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LwMediaDialog, here_group);
  gtk_widget_class_bind_template_child (widget_class, LwMediaDialog, removed_group);
  gtk_widget_class_bind_template_child (widget_class, LwMediaDialog, here_list);
  gtk_widget_class_bind_template_child (widget_class, LwMediaDialog, removed_list);
}

static void
lw_media_dialog_init (LwMediaDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

LwMediaDialog *
lw_media_dialog_new (GtkWindow *parent, LwDesk *desk)
{
  LwMediaDialog *self = g_object_new (LW_TYPE_MEDIA_DIALOG, "transient-for", parent, NULL);
  self->desk = g_object_ref (desk);
  read_media (self);
  return self;
}
