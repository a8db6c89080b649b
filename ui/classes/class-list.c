/* class-list.c: the classes in the side pane: chosen, searched, hidden, protected, with their share of the frame */
#include "config.h"
#include "class-list.h"

#include <glib/gi18n-lib.h>
#include "class-row.h"
#include "keys/keys.h"

struct _LwClassList
{
  AdwBin parent_instance;
  GtkWidget *menu;             /* of the class under the pointer */
  GtkEditable *search;
  GtkListBox *list;
  GtkLabel *unlabelled_label;

  LwDesk *desk;
  char *needle;                 /* casefolded; NULL: all are shown */
};

G_DEFINE_FINAL_TYPE (LwClassList, lw_class_list, ADW_TYPE_BIN)

static LwClassRow *
row_at (LwClassList *self, int i)
{
  return LW_CLASS_ROW (gtk_list_box_get_row_at_index (self->list, i));
}

/* ---- rows ---- */

static void
select_current (LwClassList *self)
{
  guint8 current = lw_toolbox_get_class (lw_desk_get_toolbox (self->desk));
  for (int i = 0; row_at (self, i) != NULL; i++)
    if (lw_class_row_get_id (row_at (self, i)) == current)
      {
        gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row_at (self, i)));
        return;
      }
}

static void
update_rows (LwClassList *self)
{
  for (int i = 0; row_at (self, i) != NULL; i++)
    lw_class_row_update (row_at (self, i));
}

/* A class that is gone can't stay in the hand. */
static void
keep_class_valid (LwClassList *self, const LwPalette *palette)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (self->desk);
  if (palette->classes->len > 0 && lw_palette_find_id (palette, lw_toolbox_get_class (toolbox)) == NULL)
    lw_toolbox_set_class (toolbox, ((LwClass *) palette->classes->pdata[0])->id);
}

/* Patterns tell classes apart on the canvas: here they say which is whose. */
static void
show_patterns (LwClassList *self)
{
  gboolean patterned = lw_look_get (lw_desk_get_look (self->desk))->style == LW_STYLE_PATTERNS;
  for (int i = 0; row_at (self, i) != NULL; i++)
    lw_class_row_set_pattern (row_at (self, i), patterned ? i : -1);
}

static void
on_palette_changed_cb (LwClassList *self)
{
  const LwPalette *palette = lw_document_get_palette (lw_desk_get_document (self->desk));
  while (row_at (self, 0) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row_at (self, 0)));
  for (guint i = 0; i < palette->classes->len; i++)
    gtk_list_box_append (self->list, lw_class_row_new (palette->classes->pdata[i], lw_desk_get_toolbox (self->desk)));
  show_patterns (self);
  keep_class_valid (self, palette);
  select_current (self);
}

static void
take_row (LwClassList *self, GtkListBoxRow *row)
{
  lw_toolbox_set_class (lw_desk_get_toolbox (self->desk), lw_class_row_get_id (LW_CLASS_ROW (row)));
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.take-brush", NULL);
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.focus-canvas", NULL);
}

static void
on_row_activated_cb (LwClassList *self, GtkListBoxRow *row)
{
  take_row (self, row);
}

/* ---- search ---- */

static gboolean
filter_row (GtkListBoxRow *row, gpointer data)
{
  LwClassList *self = data;
  return self->needle == NULL || lw_class_row_matches (LW_CLASS_ROW (row), self->needle);
}

static void
on_search_changed_cb (LwClassList *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (self->search)));
  g_clear_pointer (&self->needle, g_free);
  if (*text != '\0')
    self->needle = g_utf8_casefold (text, -1);
  gtk_list_box_invalidate_filter (self->list);
}

/* Return takes the first class that is left, even where the list has not followed the typing yet. */
static void
on_search_activated_cb (LwClassList *self)
{
  on_search_changed_cb (self);
  for (int i = 0; row_at (self, i) != NULL; i++)
    if (filter_row (GTK_LIST_BOX_ROW (row_at (self, i)), self))
      {
        gtk_editable_set_text (self->search, "");
        take_row (self, GTK_LIST_BOX_ROW (row_at (self, i)));
        return;
      }
}

static void
on_search_stopped_cb (LwClassList *self)
{
  gtk_editable_set_text (self->search, "");
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.focus-canvas", NULL);
}

void
lw_class_list_focus_search (LwClassList *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/* ---- each class's share of the frame ---- */

static void
show_shares (LwClassList *self)
{
  LwCoverage *coverage = lw_desk_get_coverage (self->desk);
  if (!lw_coverage_is_known (coverage))
    return;
  for (int i = 0; row_at (self, i) != NULL; i++)
    lw_class_row_set_share (row_at (self, i), lw_coverage_get_share (coverage, lw_class_row_get_id (row_at (self, i))));
  g_autofree char *text = lw_coverage_get_unlabelled (coverage) == 0
                            ? g_strdup (_("Every pixel is labelled"))
                            : g_strdup_printf (_("%.1f %% not labelled yet"), 100.0 * lw_coverage_get_share (coverage, LW_LABEL_NONE));
  gtk_label_set_label (self->unlabelled_label, text);
}

/* ---- the menu of a class ---- */

static void
on_menu_pressed_cb (LwClassList *self, int n_press, double x, double y)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_y (self->list, (int) y);
  const GdkRectangle at = { (int) x, (int) y, 1, 1 };
  if (row == NULL)
    return;
  lw_toolbox_set_class (lw_desk_get_toolbox (self->desk), lw_class_row_get_id (LW_CLASS_ROW (row)));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &at);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
watch_menu (LwClassList *self)
{
  GtkGesture *gesture = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (gesture, "pressed", G_CALLBACK (on_menu_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->list), GTK_EVENT_CONTROLLER (gesture));
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self->list));
}

void
lw_class_list_set_desk (LwClassList *self, LwDesk *desk)
{
  LwDocument *document = lw_desk_get_document (desk);
  LwToolbox *toolbox = lw_desk_get_toolbox (desk);
  self->desk = g_object_ref (desk);
  g_signal_connect_object (document, "palette-changed", G_CALLBACK (on_palette_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lw_desk_get_coverage (desk), "changed", G_CALLBACK (show_shares), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (toolbox, "notify::class-id", G_CALLBACK (select_current), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lw_desk_get_look (desk), "notify::label-style", G_CALLBACK (show_patterns), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (toolbox, "hidden-changed", G_CALLBACK (update_rows), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (toolbox, "locked-changed", G_CALLBACK (update_rows), self, G_CONNECT_SWAPPED);
  on_palette_changed_cb (self);
}

static void
lw_class_list_dispose (GObject *object)
{
  LwClassList *self = LW_CLASS_LIST (object);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_CLASS_LIST);
  g_clear_pointer (&self->needle, g_free);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_class_list_parent_class)->dispose (object);
}

static void
lw_class_list_class_init (LwClassListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_class_list_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/classes/class-list.ui");
  gtk_widget_class_bind_template_child (widget_class, LwClassList, search);
  gtk_widget_class_bind_template_child (widget_class, LwClassList, list);
  gtk_widget_class_bind_template_child (widget_class, LwClassList, unlabelled_label);
  gtk_widget_class_bind_template_child (widget_class, LwClassList, menu);
  gtk_widget_class_bind_template_callback (widget_class, on_row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_stopped_cb);
}

static void
lw_class_list_init (LwClassList *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  watch_menu (self);
  gtk_list_box_set_filter_func (self->list, filter_row, self, NULL);
  lw_keys_tip (GTK_WIDGET (self->search), _("Search Classes"), "workspace.search-class", NULL);
}
