/* adjust-popover.c: operations on the whole frame, with what they would change before they do */
#include "config.h"
#include "adjust-popover.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define WAIT_MS 150          /* after the last change: a number is typed digit by digit */

struct _LwAdjustPopover
{
  GtkPopover parent_instance;
  GtkDropDown *kind_choice, *class_choice, *with_choice;
  GtkWidget *radius_label, *size_label, *with_label, *apply_button;
  GtkSpinButton *radius_spin, *size_spin;
  double radius, size;       /* as they were typed last */
  GtkLabel *preview_label;
  LwDesk *desk;
  GCancellable *trying;      /* NULL: nothing is tried */
  LwTrial *trial;            /* NULL: not known yet, or impossible */
  guint wait_id;
  gboolean filling;          /* choices are being set, not made */
};

G_DEFINE_FINAL_TYPE (LwAdjustPopover, lw_adjust_popover, GTK_TYPE_POPOVER)

/* In the order of the choice; the names are those that the journal of strokes keeps. */
static const struct { LwLabelOperationKind kind; const char *tool; gboolean radius, size, every_class; } kinds[] = {
  { LW_LABEL_OPERATION_GROW, "grow", TRUE, FALSE, FALSE },
  { LW_LABEL_OPERATION_SHRINK, "shrink", TRUE, FALSE, FALSE },
  { LW_LABEL_OPERATION_SMOOTH, "smooth", TRUE, FALSE, TRUE },
  { LW_LABEL_OPERATION_REMOVE_SPECKS, "remove-specks", FALSE, TRUE, TRUE },
  { LW_LABEL_OPERATION_FILL_HOLES, "fill-holes", FALSE, TRUE, TRUE },
  { LW_LABEL_OPERATION_REPLACE, "replace", FALSE, FALSE, FALSE },
};

static const LwPalette *
get_palette (LwAdjustPopover *self)
{
  return lw_document_get_palette (lw_desk_get_document (self->desk));
}

static guint
get_kind (LwAdjustPopover *self)
{
  return MIN (gtk_drop_down_get_selected (self->kind_choice), G_N_ELEMENTS (kinds) - 1);
}

/* The first row stands for @first, the others for the classes. */
static int
get_class (LwAdjustPopover *self, GtkDropDown *choice, int first)
{
  const LwPalette *palette = get_palette (self);
  guint selected = gtk_drop_down_get_selected (choice);
  return selected == 0 || selected > palette->classes->len ? first : ((LwClass *) palette->classes->pdata[selected - 1])->id;
}

/* What is typed counts at once: the button would take it over only when the focus leaves it, with the click on “Apply”, which would then come too early. */
static double
get_number (GtkSpinButton *spin)
{
  double least, most;
  char *end;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (spin));
  double number = g_strtod (text, &end);
  gtk_spin_button_get_range (spin, &least, &most);
  return end != text && *end == '\0' && isfinite (number) ? CLAMP (round (number), least, most) : gtk_spin_button_get_value (spin);
}

/* ---- trying ---- */

static void
forget_trial (LwAdjustPopover *self)
{
  g_clear_handle_id (&self->wait_id, g_source_remove);
  if (self->trying != NULL)
    g_cancellable_cancel (self->trying);
  g_clear_object (&self->trying);
  g_clear_pointer (&self->trial, lw_trial_free);
  gtk_widget_set_sensitive (self->apply_button, FALSE);
}

static void
show_trial (LwAdjustPopover *self)
{
  gulong pixels = (gulong) lw_trial_get_n_pixels (self->trial);
  guint regions = lw_trial_get_n_regions (self->trial);
  g_autofree char *text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%lu pixel would change", "%lu pixels would change", pixels), pixels);
  if (kinds[get_kind (self)].size && pixels > 0)
    {
      g_autofree char *in = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u region", "%u regions", regions), regions);
      g_autofree char *both = g_strdup_printf ("%s · %s", in, text);
      gtk_label_set_label (self->preview_label, both);
    }
  else
    gtk_label_set_label (self->preview_label, pixels > 0 ? text : _("Nothing would change"));
  gtk_widget_set_sensitive (self->apply_button, pixels > 0);
}

static void
tried_cb (GObject *document, GAsyncResult *result, gpointer data)
{
  g_autoptr (LwAdjustPopover) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (LwTrial) trial = lw_document_try_operation_finish (LW_DOCUMENT (document), result, &error);
  if (g_task_get_cancellable (G_TASK (result)) != self->trying)
    return;                  /* something else is asked by now */
  g_clear_object (&self->trying);
  gtk_label_set_label (self->preview_label, "");
  if (trial == NULL)
    return;
  self->trial = g_steal_pointer (&trial);
  show_trial (self);
}

static gboolean
try_cb (gpointer data)
{
  LwAdjustPopover *self = data;
  guint kind = get_kind (self);
  int class_id = get_class (self, self->class_choice, LW_LABEL_OPERATION_EVERY_CLASS);
  LwProtection protection;
  self->wait_id = 0;
  if (class_id == LW_LABEL_OPERATION_EVERY_CLASS && !kinds[kind].every_class)
    {
      gtk_label_set_label (self->preview_label, _("Choose a class"));
      return G_SOURCE_REMOVE;
    }
  LwLabelOperation operation = { kinds[kind].kind, class_id, (guint8) get_class (self, self->with_choice, LW_LABEL_NONE),
                                 get_number (self->radius_spin), (guint32) get_number (self->size_spin) };
  lw_toolbox_get_protection (lw_desk_get_toolbox (self->desk), &protection);
  if (lw_toolbox_get_protect_hand (lw_desk_get_toolbox (self->desk)))
    lw_document_protect_hand_work (lw_desk_get_document (self->desk), &protection);
  self->trying = g_cancellable_new ();
  gtk_label_set_label (self->preview_label, _("Looking…"));
  lw_document_try_operation_async (lw_desk_get_document (self->desk), &operation, &protection, self->trying, tried_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
try_again (LwAdjustPopover *self)
{
  if (self->desk == NULL || self->filling || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  forget_trial (self);
  self->wait_id = g_timeout_add (WAIT_MS, try_cb, self);
}

static void
on_number_cb (LwAdjustPopover *self)
{
  double radius = get_number (self->radius_spin), size = get_number (self->size_spin);
  if (radius == self->radius && size == self->size)
    return;
  self->radius = radius;
  self->size = size;
  try_again (self);
}

static void
on_apply_clicked_cb (LwAdjustPopover *self)
{
  if (self->trial == NULL)
    return;
  if (lw_document_apply_trial (lw_desk_get_document (self->desk), self->trial, kinds[get_kind (self)].tool))
    gtk_popover_popdown (GTK_POPOVER (self));
  else
    try_again (self);        /* the frame changed meanwhile */
}

/* ---- choices ---- */

static void
on_kind_cb (LwAdjustPopover *self)
{
  guint kind = get_kind (self);
  gtk_widget_set_visible (self->radius_label, kinds[kind].radius);
  gtk_widget_set_visible (self->size_label, kinds[kind].size);
  gtk_widget_set_visible (self->with_label, kinds[kind].kind == LW_LABEL_OPERATION_REPLACE);
  try_again (self);
}

static void
fill_choice (LwAdjustPopover *self, GtkDropDown *choice, const char *first, int class_id)
{
  const LwPalette *palette = get_palette (self);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint selected = 0;
  gtk_string_list_append (names, first);
  for (guint i = 0; i < palette->classes->len; i++)
    {
      LwClass *klass = palette->classes->pdata[i];
      gtk_string_list_append (names, klass->name);
      if (klass->id == class_id)
        selected = i + 1;
    }
  gtk_drop_down_set_model (choice, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (choice, selected);
}

/* The class in the hand is most often the one that is meant. */
static void
on_map_cb (LwAdjustPopover *self)
{
  if (self->desk == NULL)
    return;
  self->filling = TRUE;
  fill_choice (self, self->class_choice, _("Every class"), lw_toolbox_get_class (lw_desk_get_toolbox (self->desk)));
  fill_choice (self, self->with_choice, _("Not labelled"), get_class (self, self->with_choice, -1));
  self->filling = FALSE;
  on_kind_cb (self);
}

void
lw_adjust_popover_set_desk (LwAdjustPopover *self, LwDesk *desk)
{
  LwDocument *document = lw_desk_get_document (desk);
  self->desk = g_object_ref (desk);
  g_signal_connect_object (document, "opened", G_CALLBACK (try_again), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "damaged", G_CALLBACK (try_again), self, G_CONNECT_SWAPPED);
}

static void
lw_adjust_popover_dispose (GObject *object)
{
  LwAdjustPopover *self = LW_ADJUST_POPOVER (object);
  if (self->apply_button != NULL)
    forget_trial (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_ADJUST_POPOVER);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_adjust_popover_parent_class)->dispose (object);
}

static void
lw_adjust_popover_class_init (LwAdjustPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_adjust_popover_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/tools/adjust-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, kind_choice);
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, class_choice);
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, with_choice);
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, radius_label);
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, size_label);
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, with_label);
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, apply_button);
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, radius_spin);
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, size_spin);
  gtk_widget_class_bind_template_child (widget_class, LwAdjustPopover, preview_label);
  gtk_widget_class_bind_template_callback (widget_class, on_apply_clicked_cb);
}

/* The canvas's keys go on where they were. */
static void
on_closed_cb (LwAdjustPopover *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.focus-canvas", NULL);
}

static void
lw_adjust_popover_init (LwAdjustPopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "map", G_CALLBACK (on_map_cb), NULL);
  g_signal_connect (self, "unmap", G_CALLBACK (forget_trial), NULL);
  g_signal_connect (self, "closed", G_CALLBACK (on_closed_cb), NULL);
  g_signal_connect_swapped (self->kind_choice, "notify::selected", G_CALLBACK (on_kind_cb), self);
  g_signal_connect_swapped (self->class_choice, "notify::selected", G_CALLBACK (try_again), self);
  g_signal_connect_swapped (self->with_choice, "notify::selected", G_CALLBACK (try_again), self);
  g_signal_connect_swapped (self->radius_spin, "changed", G_CALLBACK (on_number_cb), self);
  g_signal_connect_swapped (self->size_spin, "changed", G_CALLBACK (on_number_cb), self);
}
