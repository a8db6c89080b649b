/* share-row.c: rows of what something is made of: a patch of colour, a name, a bar, numbers */
#include "config.h"
#include "share-row.h"

#include "palette/swatch.h"
#include "project/format.h"

static GtkWidget *
create_names (const char *name, const char *about)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *title = gtk_label_new (name);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_box_append (GTK_BOX (box), title);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_hexpand (box, TRUE);
  gtk_widget_set_tooltip_text (box, name);
  if (about == NULL)
    return box;
  GtkWidget *line = gtk_label_new (about);
  gtk_label_set_xalign (GTK_LABEL (line), 0);
  gtk_label_set_ellipsize (GTK_LABEL (line), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (line, "caption");
  gtk_widget_add_css_class (line, "dim-label");
  gtk_box_append (GTK_BOX (box), line);
  return box;
}

static GtkWidget *
create_number (const char *text, int width, gboolean dim)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_label_set_width_chars (GTK_LABEL (label), width);
  gtk_widget_add_css_class (label, "numeric");
  if (dim)
    gtk_widget_add_css_class (label, "dim-label");
  return label;
}

GtkWidget *
lw_share_row_new (const guint8 *rgb, const char *name, const char *about, double part, double whole, const char *numbers)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12), *bar = gtk_level_bar_new ();
  g_autofree char *percent = lw_format_percent (part, whole);
  if (rgb != NULL)
    {
      GtkWidget *swatch = lw_swatch_new (16);
      lw_swatch_set_rgb (LW_SWATCH (swatch), rgb);
      gtk_box_append (GTK_BOX (box), swatch);
    }
  gtk_level_bar_set_value (GTK_LEVEL_BAR (bar), whole > 0 ? part / whole : 0);
  gtk_widget_add_css_class (bar, "share");
  gtk_widget_set_size_request (bar, 80, -1);
  gtk_widget_set_valign (bar, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (box), create_names (name, about));
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), create_number (percent, 8, FALSE));
  gtk_box_append (GTK_BOX (box), create_number (numbers, 13, TRUE));
  gtk_widget_add_css_class (box, "share-row");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

void
lw_list_clear (GtkListBox *list)
{
  GtkWidget *row;
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (list))) != NULL)
    gtk_list_box_remove (list, row);
}
