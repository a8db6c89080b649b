/* key-dialog.c: “press the new key”: asks for a key, and says whose it was
 *
 * Every key but Escape can be given. One that is free is taken at once; one that another action has is asked about. */
#include "config.h"
#include "keys/key-dialog.h"

#include <glib/gi18n-lib.h>

struct _LwKeyDialog
{
  AdwWindow parent_instance;
  GtkLabel *prompt_label, *conflict_label;
  GtkShortcutLabel *key_label;
  GtkWidget *set_button, *remove_button;

  const LwCommand *command;
  gboolean add;
  char *key;                   /* pressed, and waiting for an answer */
};

G_DEFINE_FINAL_TYPE (LwKeyDialog, lw_key_dialog, ADW_TYPE_WINDOW)

static LwKeyClaim other_claim;

void
lw_key_dialog_set_claim (LwKeyClaim claim)
{
  other_claim = claim;
}

static void
take_key (LwKeyDialog *self)
{
  LwKeys *keys = lw_keys_get ();
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();
  if (self->add)
    g_strv_builder_addv (list, (const char **) lw_keys_lookup (keys, self->command));
  g_strv_builder_add (list, self->key);
  g_auto (GStrv) all = g_strv_builder_end (list);
  lw_keys_choose (keys, self->command, (const char *const *) all);
  gtk_window_close (GTK_WINDOW (self));
}

static void
on_set_clicked_cb (LwKeyDialog *self)
{
  take_key (self);
}

static void
on_remove_clicked_cb (LwKeyDialog *self)
{
  lw_keys_choose (lw_keys_get (), self->command, (const char *const[]) { NULL });
  gtk_window_close (GTK_WINDOW (self));
}

/* NULL: nobody has it. */
static char *
describe_conflict (LwKeyDialog *self)
{
  const LwCommand *owner = lw_keys_find (lw_keys_get (), self->key);
  g_autofree char *label = lw_keys_label (self->key);
  if (owner == self->command)
    return NULL;
  if (owner != NULL)
    /* Translators: a key, then what it does now */
    return g_strdup_printf (_("%s is the key of “%s”, which would lose it."), label, _(owner->label));
  return other_claim != NULL ? other_claim (self->key) : NULL;
}

static void
ask (LwKeyDialog *self, const char *conflict)
{
  gboolean replace = lw_keys_find (lw_keys_get (), self->key) != NULL;
  gtk_label_set_label (self->conflict_label, conflict);
  gtk_widget_set_visible (GTK_WIDGET (self->conflict_label), TRUE);
  gtk_button_set_label (GTK_BUTTON (self->set_button), replace ? _("_Replace") : _("_Set Anyway"));
  gtk_widget_add_css_class (self->set_button, "suggested-action");
  gtk_widget_set_visible (self->set_button, TRUE);
  gtk_widget_set_visible (self->remove_button, FALSE);
}

static gboolean
on_key_pressed_cb (GtkEventControllerKey *controller, guint keyval, guint code, GdkModifierType state, LwKeyDialog *self)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));
  g_autofree char *key = lw_keys_name (keyval, state, gdk_key_event_get_consumed_modifiers (event));
  gboolean plain = (state & gtk_accelerator_get_default_mod_mask ()) == 0;
  if (keyval == GDK_KEY_Escape && plain)
    {
      gtk_window_close (GTK_WINDOW (self));
      return GDK_EVENT_STOP;
    }
  if (self->key != NULL && (keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && plain)
    {
      take_key (self);
      return GDK_EVENT_STOP;
    }
  if (key == NULL)
    return GDK_EVENT_STOP;
  g_free (self->key);
  self->key = g_steal_pointer (&key);
  gtk_shortcut_label_set_accelerator (self->key_label, self->key);
  g_autofree char *conflict = describe_conflict (self);
  if (conflict == NULL)
    take_key (self);
  else
    ask (self, conflict);
  return GDK_EVENT_STOP;
}

static void
lw_key_dialog_dispose (GObject *object)
{
  LwKeyDialog *self = LW_KEY_DIALOG (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_KEY_DIALOG);
  g_clear_pointer (&self->key, g_free);
  G_OBJECT_CLASS (lw_key_dialog_parent_class)->dispose (object);
}

static void
lw_key_dialog_class_init (LwKeyDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_key_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/keys/key-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LwKeyDialog, prompt_label);
  gtk_widget_class_bind_template_child (widget_class, LwKeyDialog, conflict_label);
  gtk_widget_class_bind_template_child (widget_class, LwKeyDialog, key_label);
  gtk_widget_class_bind_template_child (widget_class, LwKeyDialog, set_button);
  gtk_widget_class_bind_template_child (widget_class, LwKeyDialog, remove_button);
  gtk_widget_class_bind_template_callback (widget_class, on_set_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_remove_clicked_cb);
}

/* Before anything in the window makes use of the key. */
static void
lw_key_dialog_init (LwKeyDialog *self)
{
  GtkEventController *controller = gtk_event_controller_key_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect (controller, "key-pressed", G_CALLBACK (on_key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), controller);
}

GtkWidget *
lw_key_dialog_new (GtkWindow *parent, const LwCommand *command, gboolean add)
{
  LwKeyDialog *self = g_object_new (LW_TYPE_KEY_DIALOG, "transient-for", parent, NULL);
  g_autofree char *prompt = g_strdup_printf (add ? _("Press one more key for “%s”. Escape cancels.") : _("Press the new key for “%s”. Escape cancels."), _(command->label));
  self->command = command;
  self->add = add;
  gtk_label_set_label (self->prompt_label, prompt);
  gtk_widget_set_visible (self->remove_button, !add && lw_keys_lookup (lw_keys_get (), command)[0] != NULL);
  return GTK_WIDGET (self);
}
