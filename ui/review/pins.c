/* pins.c: numbered pins at the places of comments, in the order of the pane beside them */
#include "config.h"
#include "pins.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define RADIUS 11.0
#define HIT_RADIUS 15.0
#define MARK_MARGIN 4.0

struct _LwPins
{
  GtkWidget parent_instance;
  LwCanvas *canvas;
  LwReviews *reviews;
  gboolean placing;
  gboolean marked;
  LwRect mark;                 /* image pixels */
  GtkWidget *popover;          /* where a comment is written */
  GtkTextBuffer *text;
  int x, y;                    /* the pixel that it is about */
};

enum { CHOSEN, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwPins, lw_pins, GTK_TYPE_WIDGET)

/* ---- where ---- */

static gboolean
find_place (LwPins *self, double image_x, double image_y, double *x, double *y)
{
  return self->canvas != NULL && gtk_widget_get_mapped (GTK_WIDGET (self->canvas)) && lw_canvas_locate (self->canvas, image_x, image_y, x, y)
         && gtk_widget_translate_coordinates (GTK_WIDGET (self->canvas), GTK_WIDGET (self), *x, *y, x, y);
}

static LwThread *
find_pin (LwPins *self, double x, double y)
{
  GPtrArray *threads = lw_reviews_get_threads (self->reviews);
  LwThread *best = NULL;
  double nearest = HIT_RADIUS;
  for (guint i = 0; i < threads->len; i++)
    {
      LwThread *thread = threads->pdata[i];
      double at_x, at_y;
      if (!find_place (self, thread->x + 0.5, thread->y + 0.5, &at_x, &at_y) || hypot (at_x - x, at_y - y) > nearest)
        continue;
      nearest = hypot (at_x - x, at_y - y);
      best = thread;
    }
  return best;
}

/* The canvas gets all that is not a pin's, unless the next click is to place one. */
static gboolean
contains (GtkWidget *widget, double x, double y)
{
  LwPins *self = LW_PINS (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  if (self->canvas == NULL || x < 0 || y < 0 || x >= width || y >= height)
    return FALSE;
  return self->placing || find_pin (self, x, y) != NULL;
}

/* ---- drawing ---- */

static void
fill_circle (GtkSnapshot *snapshot, double x, double y, double radius, const GdkRGBA *colour)
{
  graphene_rect_t box = GRAPHENE_RECT_INIT ((float) (x - radius), (float) (y - radius), (float) (2 * radius), (float) (2 * radius));
  GskRoundedRect circle;
  gsk_rounded_rect_init_from_rect (&circle, &box, (float) radius);
  gtk_snapshot_push_rounded_clip (snapshot, &circle);
  gtk_snapshot_append_color (snapshot, colour, &box);
  gtk_snapshot_pop (snapshot);
}

static GdkRGBA
look_up (GtkWidget *widget, const char *name, GdkRGBA otherwise)
{
  GdkRGBA colour;
  return gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, &colour) ? colour : otherwise;
}

static void
draw_number (LwPins *self, GtkSnapshot *snapshot, double x, double y, guint number, gboolean resolved, const GdkRGBA *colour)
{
  g_autofree char *text = resolved ? g_strdup ("✓") : g_strdup_printf ("%u", number);
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  int width, height;
  pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_attr_list_insert (attributes, pango_attr_scale_new (number > 99 ? 0.7 : 0.85));
  pango_layout_set_attributes (layout, attributes);
  pango_layout_get_pixel_size (layout, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) round (x - width / 2.0), (float) round (y - height / 2.0)));
  gtk_snapshot_append_layout (snapshot, layout, colour);
  gtk_snapshot_restore (snapshot);
}

/* White around a colour of the theme: it shows on any picture. */
static void
draw_pin (LwPins *self, GtkSnapshot *snapshot, const LwThread *thread, guint number)
{
  const GdkRGBA white = { 1, 1, 1, 1 }, shade = { 0, 0, 0, 0.45f }, grey = { 0.37f, 0.36f, 0.39f, 1 };
  GdkRGBA accent = look_up (GTK_WIDGET (self), "accent_bg_color", (GdkRGBA) { 0.21f, 0.52f, 0.89f, 1 });
  gboolean selected = thread->id == lw_reviews_get_selected (self->reviews);
  double x, y, radius = selected ? RADIUS + 2 : RADIUS;
  if (!find_place (self, thread->x + 0.5, thread->y + 0.5, &x, &y))
    return;
  fill_circle (snapshot, x, y, radius + (selected ? 4 : 2.5), &shade);
  fill_circle (snapshot, x, y, radius + (selected ? 3 : 1.5), &white);
  fill_circle (snapshot, x, y, radius, thread->resolved ? &grey : &accent);
  draw_number (self, snapshot, x, y, number, thread->resolved, &white);
}

static void
stroke_box (GtkSnapshot *snapshot, graphene_rect_t box, float width, const GdkRGBA *colour)
{
  GskRoundedRect outline;
  const float widths[4] = { width, width, width, width };
  const GdkRGBA colours[4] = { *colour, *colour, *colour, *colour };
  gsk_rounded_rect_init_from_rect (&outline, &box, 4);
  gtk_snapshot_append_border (snapshot, &outline, widths, colours);
}

static void
draw_mark (LwPins *self, GtkSnapshot *snapshot)
{
  const GdkRGBA dark = { 0, 0, 0, 0.6f }, light = { 1, 0.85f, 0.1f, 1 };
  double x0, y0, x1, y1;
  if (!find_place (self, self->mark.x, self->mark.y, &x0, &y0) || !find_place (self, self->mark.x + self->mark.width, self->mark.y + self->mark.height, &x1, &y1))
    return;
  graphene_rect_t box = GRAPHENE_RECT_INIT ((float) (x0 - MARK_MARGIN), (float) (y0 - MARK_MARGIN), (float) (x1 - x0 + 2 * MARK_MARGIN), (float) (y1 - y0 + 2 * MARK_MARGIN));
  stroke_box (snapshot, box, 4, &dark);
  graphene_rect_inset (&box, 1, 1);
  stroke_box (snapshot, box, 2, &light);
}

static void
lw_pins_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  LwPins *self = LW_PINS (widget);
  GPtrArray *threads = self->reviews != NULL ? lw_reviews_get_threads (self->reviews) : NULL;
  if (threads == NULL)
    return;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget), (float) gtk_widget_get_height (widget)));
  if (self->marked)
    draw_mark (self, snapshot);
  for (guint i = 0; i < threads->len; i++)
    draw_pin (self, snapshot, threads->pdata[i], i + 1);
  gtk_snapshot_pop (snapshot);
}

void
lw_pins_mark (LwPins *self, const LwRect *place)
{
  self->marked = place != NULL;
  if (place != NULL)
    self->mark = *place;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- writing a comment ---- */

static char *
dup_text (LwPins *self)
{
  GtkTextIter start, end;
  gtk_text_buffer_get_bounds (self->text, &start, &end);
  g_autofree char *text = gtk_text_buffer_get_text (self->text, &start, &end, FALSE);
  return g_strdup (g_strstrip (text));
}

static void
on_text_cb (LwPins *self)
{
  g_autofree char *text = dup_text (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pins.say", *text != '\0' && g_utf8_strlen (text, -1) <= LW_COMMENT_MAX_CHARACTERS);
}

static void
say_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwPins *self = LW_PINS (widget);
  g_autofree char *text = dup_text (self);
  lw_reviews_comment (self->reviews, self->x, self->y, text);
  gtk_text_buffer_set_text (self->text, "", 0);
  gtk_popover_popdown (GTK_POPOVER (self->popover));
}

static void
write_at (LwPins *self, int image_x, int image_y)
{
  double x, y;
  self->x = image_x;
  self->y = image_y;
  if (!find_place (self, image_x + 0.5, image_y + 0.5, &x, &y))
    return;
  const LwRect pixel = { image_x, image_y, 1, 1 };
  GdkRectangle rectangle = { (int) x, (int) y, 1, 1 };
  lw_pins_mark (self, &pixel);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &rectangle);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static void
set_placing (LwPins *self, gboolean placing)
{
  self->placing = placing;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), placing ? "crosshair" : "pointer");
}

gboolean
lw_pins_is_placing (LwPins *self)
{
  return self->placing;
}

void
lw_pins_begin_comment (LwPins *self)
{
  int x, y;
  if (lw_canvas_get_pointed_pixel (self->canvas, &x, &y))
    write_at (self, x, y);
  else
    set_placing (self, TRUE);
}

/* The text that was begun stays: the next comment goes on with it. */
static void
on_closed_cb (LwPins *self)
{
  lw_pins_mark (self, NULL);
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.focus-canvas", NULL);
}

static void
on_shown_cb (GtkWidget *popover, GtkWidget *view)
{
  gtk_widget_grab_focus (view);
}

static GtkWidget *
create_text_view (LwPins *self)
{
  GtkWidget *view = gtk_text_view_new ();
  self->text = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 6);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Comment"), -1);
  return view;
}

static void
add_shortcut (LwPins *self)
{
  GtkEventController *controller = gtk_shortcut_controller_new ();
  GtkShortcutTrigger *trigger = gtk_keyval_trigger_new (GDK_KEY_Return, GDK_CONTROL_MASK);
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller), gtk_shortcut_new (trigger, gtk_named_action_new ("pins.say")));
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (self->popover, controller);
}

static void
create_popover (LwPins *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *scroller = gtk_scrolled_window_new (), *view = create_text_view (self);
  GtkWidget *button = gtk_button_new_with_label (_("Comment"));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_scrolled_window_set_min_content_width (GTK_SCROLLED_WINDOW (scroller), 260);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), 72);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 200);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_widget_add_css_class (scroller, "comment-text");
  gtk_widget_add_css_class (button, "suggested-action");
  gtk_widget_set_halign (button, GTK_ALIGN_END);
  gtk_widget_set_tooltip_text (button, _("Comment (Ctrl+Return)"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "pins.say");
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_box_append (GTK_BOX (box), button);
  self->popover = gtk_popover_new ();
  gtk_popover_set_child (GTK_POPOVER (self->popover), box);
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  add_shortcut (self);
  g_signal_connect_object (self->popover, "closed", G_CALLBACK (on_closed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->popover, "show", G_CALLBACK (on_shown_cb), view, 0);
  g_signal_connect_object (self->text, "changed", G_CALLBACK (on_text_cb), self, G_CONNECT_SWAPPED);
  on_text_cb (self);
}

/* ---- the hand ---- */

static void
on_pressed_cb (LwPins *self, int n_press, double x, double y)
{
  int image_x, image_y;
  double at_x, at_y;
  LwThread *thread = !self->placing ? find_pin (self, x, y) : NULL;
  if (thread != NULL)
    {
      g_signal_emit (self, signals[CHOSEN], 0, thread->id);
      return;
    }
  if (!self->placing)
    return;
  set_placing (self, FALSE);
  gtk_widget_translate_coordinates (GTK_WIDGET (self), GTK_WIDGET (self->canvas), x, y, &at_x, &at_y);
  if (lw_canvas_get_pixel_at (self->canvas, at_x, at_y, &image_x, &image_y))
    write_at (self, image_x, image_y);
}

static void
lw_pins_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_popover_present (GTK_POPOVER (LW_PINS (widget)->popover));
}

static gboolean
on_query_tooltip_cb (LwPins *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  const LwThread *thread = self->reviews != NULL && !self->placing ? find_pin (self, x, y) : NULL;
  if (thread == NULL)
    return FALSE;
  const LwComment *first = thread->comments->pdata[0];
  g_autofree char *text = g_strdup_printf ("%s: %.200s", first->author, first->text), *valid = g_utf8_make_valid (text, -1);
  gtk_tooltip_set_text (tooltip, valid);
  return TRUE;
}

void
lw_pins_set_canvas (LwPins *self, LwCanvas *canvas, LwReviews *reviews)
{
  g_set_object (&self->canvas, canvas);
  g_set_object (&self->reviews, reviews);
  g_signal_connect_object (canvas, "view-changed", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reviews, "changed", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (reviews, "notify::selected", G_CALLBACK (gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

static void
lw_pins_dispose (GObject *object)
{
  LwPins *self = LW_PINS (object);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_object (&self->canvas);
  g_clear_object (&self->reviews);
  G_OBJECT_CLASS (lw_pins_parent_class)->dispose (object);
}

static void
lw_pins_class_init (LwPinsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_pins_dispose;
  widget_class->contains = contains;
  widget_class->snapshot = lw_pins_snapshot;
  widget_class->size_allocate = lw_pins_size_allocate;
  signals[CHOSEN] = g_signal_new ("chosen", LW_TYPE_PINS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  gtk_widget_class_install_action (widget_class, "pins.say", NULL, say_action);
}

static void
lw_pins_init (LwPins *self)
{
  GtkGesture *click = gtk_gesture_click_new ();
  create_popover (self);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  set_placing (self, FALSE);
  g_signal_connect_object (click, "pressed", G_CALLBACK (on_pressed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "query-tooltip", G_CALLBACK (on_query_tooltip_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}
