/* palette-dialog.c: a window around the palette editor, for a new project's classes and for an open one's */
#include "config.h"
#include "palette-dialog.h"

#include <glib/gi18n-lib.h>
#include "feedback.h"
#include "palette-editor.h"

struct _LwPaletteDialog
{
  AdwWindow parent_instance;
  LwPaletteEditor *editor;
};

enum { APPLY, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwPaletteDialog, lw_palette_dialog, ADW_TYPE_WINDOW)

static void
on_apply_clicked_cb (LwPaletteDialog *self)
{
  g_signal_emit (self, signals[APPLY], 0, lw_palette_editor_get_palette (self->editor));
}

void
lw_palette_dialog_finish (LwPaletteDialog *self, const GError *error)
{
  if (error == NULL)
    gtk_window_destroy (GTK_WINDOW (self));
  else
    lw_report_error (GTK_WIDGET (self->editor), _("The classes could not be changed"), error);
}

static void
lw_palette_dialog_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), LW_TYPE_PALETTE_DIALOG);
  G_OBJECT_CLASS (lw_palette_dialog_parent_class)->dispose (object);
}

static void
lw_palette_dialog_class_init (LwPaletteDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_palette_dialog_dispose;
  g_type_ensure (LW_TYPE_PALETTE_EDITOR);
  signals[APPLY] = g_signal_new ("apply", LW_TYPE_PALETTE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/palette/palette-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, LwPaletteDialog, editor);
  gtk_widget_class_bind_template_callback (widget_class, on_apply_clicked_cb);
}

static void
lw_palette_dialog_init (LwPaletteDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

LwPaletteDialog *
lw_palette_dialog_new (GtkWindow *parent, const LwPalette *palette)
{
  LwPaletteDialog *self = g_object_new (LW_TYPE_PALETTE_DIALOG, "transient-for", parent, NULL);
  lw_palette_editor_set_palette (self->editor, palette);
  return self;
}
