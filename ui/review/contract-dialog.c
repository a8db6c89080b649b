/* contract-dialog.c: what must hold before a frame of the project can be accepted */
#include "config.h"
#include "contract-dialog.h"

struct _LwContractDialog
{
  AdwWindow parent_instance;
  GtkSwitch *complete_switch, *locked_switch, *resolved_switch, *other_switch;
  GtkSpinButton *speck_spin;
  LwReviews *reviews;
};

G_DEFINE_FINAL_TYPE (LwContractDialog, lw_contract_dialog, ADW_TYPE_WINDOW)

static void
apply_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwContractDialog *self = LW_CONTRACT_DIALOG (widget);
  gtk_spin_button_update (self->speck_spin);
  const LwContract contract = {
    .complete = gtk_switch_get_active (self->complete_switch),
    .speck = (guint32) gtk_spin_button_get_value_as_int (self->speck_spin),
    .locked = gtk_switch_get_active (self->locked_switch),
    .resolved = gtk_switch_get_active (self->resolved_switch),
    .other = gtk_switch_get_active (self->other_switch),
  };
  lw_reviews_set_contract (self->reviews, &contract);
  gtk_window_close (GTK_WINDOW (self));
}

static void
lw_contract_dialog_dispose (GObject *object)
{
  LwContractDialog *self = LW_CONTRACT_DIALOG (object);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_CONTRACT_DIALOG);
  g_clear_object (&self->reviews);
  G_OBJECT_CLASS (lw_contract_dialog_parent_class)->dispose (object);
}

static void
lw_contract_dialog_class_init (LwContractDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_contract_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/review/contract-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LwContractDialog, complete_switch);
  gtk_widget_class_bind_template_child (widget_class, LwContractDialog, locked_switch);
  gtk_widget_class_bind_template_child (widget_class, LwContractDialog, resolved_switch);
  gtk_widget_class_bind_template_child (widget_class, LwContractDialog, other_switch);
  gtk_widget_class_bind_template_child (widget_class, LwContractDialog, speck_spin);
  gtk_widget_class_install_action (widget_class, "contract.apply", NULL, apply_action);
}

static void
lw_contract_dialog_init (LwContractDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWindow *
lw_contract_dialog_new (GtkWindow *parent, LwReviews *reviews)
{
  LwContractDialog *self = g_object_new (LW_TYPE_CONTRACT_DIALOG, "transient-for", parent, NULL);
  const LwContract *contract = lw_reviews_get_contract (reviews);
  self->reviews = g_object_ref (reviews);
  gtk_switch_set_active (self->complete_switch, contract->complete);
  gtk_switch_set_active (self->locked_switch, contract->locked);
  gtk_switch_set_active (self->resolved_switch, contract->resolved);
  gtk_switch_set_active (self->other_switch, contract->other);
  gtk_spin_button_set_value (self->speck_spin, contract->speck);
  return GTK_WINDOW (self);
}
