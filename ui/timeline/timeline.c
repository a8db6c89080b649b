/* timeline.c: the frames as a strip of thumbnails, the frame on show by name and time, and playing */
#include "config.h"
#include "timeline.h"

#include <glib/gi18n-lib.h>
#include "keys/keys.h"
#include "left/left-meter.h"
#include "thumbnails.h"
#include "timeline-item.h"

struct _LwTimeline
{
  AdwBin parent_instance;
  GtkListView *view;
  LwLeftMeter *left_meter;
  GtkWidget *frame_button, *play_button, *status_icon, *company_box, *go_to_entry, *popover;
  GtkLabel *name_label, *status_label, *company_label, *note_label, *pointer_label, *pixel_label, *count_label, *go_to_hint;

  LwDesk *desk;
  LwPlayback *playback;
  LwThumbnails *thumbnails;
  GtkMultiSelection *selection;
  GtkWidget *menu;             /* of the frames that are chosen */
  guint scroll_idle, scroll_position;
  guint shown;                 /* the frame that it followed last */
  gboolean following;          /* the selection is being set to what is shown, not chosen by a person */
};

enum { CHOSEN_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LwTimeline, lw_timeline, ADW_TYPE_BIN)

/* ---- what the line says ---- */

#define ROOM_FOR_ALL 1100      /* pixels: narrower than that, what is known of a pixel takes the place of the counts, and who else is here that of the status in words */

static void
make_room (LwTimeline *self)
{
  gboolean narrow = gtk_widget_get_width (GTK_WIDGET (self)) < ROOM_FOR_ALL;
  gboolean pointing = *gtk_label_get_label (self->pointer_label) != '\0', counted = *gtk_label_get_label (self->count_label) != '\0',
      told = *gtk_label_get_label (self->status_label) != '\0';
  gtk_widget_set_visible (GTK_WIDGET (self->count_label), counted && !(pointing && narrow));
  gtk_widget_set_visible (GTK_WIDGET (self->status_label), told && !(gtk_widget_get_visible (self->company_box) && narrow));
}

static void
show_frame_text (LwTimeline *self, const LwFrame *frame)
{
  g_autofree char *time = frame != NULL ? lw_frame_dup_time (frame) : NULL;
  g_autofree char *text = NULL;
  gtk_widget_set_visible (self->status_icon, frame != NULL);
  gtk_label_set_label (self->name_label, frame != NULL ? frame->name : _("No Frame"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name_label), frame != NULL ? frame->name : NULL);
  if (frame == NULL)
    {
      gtk_label_set_label (self->status_label, "");
      make_room (self);
      return;
    }
  g_autoptr (GString) line = g_string_new (lw_frame_status_get_label (frame->status));
  if (time != NULL)
    g_string_append_printf (line, " · %s", time);
  if (frame->assignee != NULL)
    g_string_append_printf (line, " · %s", frame->assignee);
  text = g_strdup (line->str);
  gtk_label_set_label (self->status_label, text);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->status_icon), lw_frame_status_get_icon (frame->status));
  const char *classes[] = { "frame-status", lw_frame_status_get_nick (frame->status), NULL };
  gtk_widget_set_css_classes (self->status_icon, classes);
  make_room (self);
}

static void
show_counts (LwTimeline *self)
{
  LwFrameList *frames = lw_desk_get_frames (self->desk);
  guint n = lw_frame_list_get_n (frames), accepted = lw_frame_list_count (frames, LW_FRAME_ACCEPTED);
  guint position = lw_playback_get_position (self->playback);
  g_autofree char *text = NULL;
  if (n > 0)
    text = g_strdup_printf (_("%u of %u · %u accepted"), position < n ? position + 1 : 0, n, accepted);
  gtk_label_set_label (self->count_label, text != NULL ? text : "");
  make_room (self);
}

static void
update_texts (LwTimeline *self)
{
  LwFrameObject *object = lw_frame_list_get (lw_desk_get_frames (self->desk), lw_playback_get_position (self->playback));
  show_frame_text (self, object != NULL ? lw_frame_object_get_frame (object) : NULL);
  show_counts (self);
  gtk_widget_set_sensitive (self->frame_button, object != NULL);
}

/* ---- the strip follows what is shown ---- */

/* Rows that are new have no place before the next layout. */
static gboolean
scroll_cb (gpointer data)
{
  LwTimeline *self = data;
  self->scroll_idle = 0;
  gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", self->scroll_position);
  return G_SOURCE_REMOVE;
}

/* One further in the direction of travel is brought into view too, so that the next frame can be seen coming. */
static void
scroll_to (LwTimeline *self, guint position, guint before)
{
  guint n = lw_frame_list_get_n (lw_desk_get_frames (self->desk));
  guint ahead = position;
  if (position == before + 1 && position + 1 < n)
    ahead = position + 1;
  else if (position + 1 == before && position > 0)
    ahead = position - 1;
  self->scroll_position = ahead;
  gtk_widget_activate_action (GTK_WIDGET (self->view), "list.scroll-to-item", "u", ahead);
  if (self->scroll_idle == 0)
    self->scroll_idle = g_idle_add (scroll_cb, self);
}

static guint
count_chosen (LwTimeline *self, guint *only)
{
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  guint n = (guint) gtk_bitset_get_size (chosen);
  *only = n == 1 ? gtk_bitset_get_minimum (chosen) : GTK_INVALID_LIST_POSITION;
  return n;
}

/* The frame on show alone, unless several are chosen and it is one of them. */
static void
follow (LwTimeline *self)
{
  guint position = lw_playback_get_position (self->playback), only;
  GtkSelectionModel *model = GTK_SELECTION_MODEL (self->selection);
  guint n = count_chosen (self, &only), before = self->shown;
  gboolean among = n > 1 && position != LW_FRAME_LIST_NONE && gtk_selection_model_is_selected (model, position);
  self->shown = position;
  if (position != only && position != LW_FRAME_LIST_NONE && !among)
    {
      self->following = TRUE;
      gtk_selection_model_select_item (model, position, TRUE);
      self->following = FALSE;
      scroll_to (self, position, before);
    }
  update_texts (self);
}

static void
on_selected_cb (LwTimeline *self)
{
  guint only, n = count_chosen (self, &only);
  g_signal_emit (self, signals[CHOSEN_CHANGED], 0);
  if (self->following)
    return;
  if (n == 0)
    {
      follow (self);
      return;
    }
  if (n == 1)
    {
      lw_playback_stop (self->playback);
      lw_desk_go_to (self->desk, only);
    }
}

GArray *
lw_timeline_dup_chosen (LwTimeline *self)
{
  GArray *frames = g_array_new (FALSE, FALSE, sizeof (gint64));
  LwFrameList *list = lw_desk_get_frames (self->desk);
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  GtkBitsetIter iter;
  guint position;
  for (gboolean more = gtk_bitset_iter_init_first (&iter, chosen, &position); more; more = gtk_bitset_iter_next (&iter, &position))
    {
      LwFrameObject *object = lw_frame_list_get (list, position);
      if (object != NULL)
        g_array_append_val (frames, lw_frame_object_get_frame (object)->id);
    }
  const LwFrame *shown = lw_desk_get_frame (self->desk);
  if (frames->len <= 1 && shown != NULL)
    {
      g_array_set_size (frames, 0);
      g_array_append_val (frames, shown->id);
    }
  return frames;
}

/* ---- the menu of what is chosen ---- */

static LwTimelineItem *
find_item (LwTimeline *self, double x, double y)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self->view), x, y, GTK_PICK_DEFAULT);
  GtkWidget *item = picked != NULL ? gtk_widget_get_ancestor (picked, LW_TYPE_TIMELINE_ITEM) : NULL;
  if (item == NULL && picked != NULL && LW_IS_TIMELINE_ITEM (gtk_widget_get_first_child (picked)))
    item = gtk_widget_get_first_child (picked);
  return item != NULL ? LW_TIMELINE_ITEM (item) : NULL;
}

static void
open_menu (LwTimeline *self, double x, double y)
{
  const GdkRectangle at = { (int) x, (int) y, 1, 1 };
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &at);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
on_menu_pressed_cb (LwTimeline *self, int n_press, double x, double y)
{
  LwTimelineItem *item = find_item (self, x, y);
  if (item == NULL)
    return;
  guint position = lw_timeline_item_get_position (item);
  if (!gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), position))
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), position, TRUE);
  open_menu (self, x, y);
}

/* Shift+F10 and the menu key: at the frame on show. */
static gboolean
menu_key_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  LwTimeline *self = LW_TIMELINE (widget);
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  double x = gtk_widget_get_width (GTK_WIDGET (self->view)) / 2.0, y = 0;
  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->view)))
    gtk_widget_translate_coordinates (focus, GTK_WIDGET (self->view), gtk_widget_get_width (focus) / 2.0, 0, &x, &y);
  open_menu (self, x, y);
  return TRUE;
}

static void
watch_menu (LwTimeline *self)
{
  GtkGesture *gesture = gtk_gesture_click_new ();
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (gesture), GTK_PHASE_CAPTURE);
  g_signal_connect_object (gesture, "pressed", G_CALLBACK (on_menu_pressed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (gesture));
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self->view));
}

/* Return on a thumbnail: back to the canvas, where the work is. */
static void
on_activated_cb (LwTimeline *self, guint position)
{
  lw_desk_go_to (self->desk, position);
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.focus-canvas", NULL);
}

/* Who clicks a thumbnail goes on to paint: the keys belong to the canvas again. Walking through the strip by keys keeps them here. */
static gboolean
focus_canvas_cb (gpointer data)
{
  gtk_widget_activate_action (GTK_WIDGET (data), "workspace.focus-canvas", NULL);
  return G_SOURCE_REMOVE;
}

static void
on_clicked_cb (LwTimeline *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, focus_canvas_cb, g_object_ref (self), g_object_unref);
}

static void
watch_clicks (LwTimeline *self)
{
  GtkGesture *gesture = gtk_gesture_click_new ();
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (gesture), GTK_PHASE_CAPTURE);
  g_signal_connect_object (gesture, "released", G_CALLBACK (on_clicked_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->view), GTK_EVENT_CONTROLLER (gesture));
}

static void
on_playing_cb (LwTimeline *self)
{
  gboolean playing = lw_playback_is_playing (self->playback);
  gtk_button_set_icon_name (GTK_BUTTON (self->play_button), playing ? "media-playback-pause-symbolic" : "media-playback-start-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->play_button), GTK_ACCESSIBLE_PROPERTY_LABEL, playing ? _("Pause") : _("Play"), -1);
  lw_keys_tip (self->play_button, playing ? _("Pause") : _("Play"), "frames.play", NULL);
  update_texts (self);
}

/* ---- go to a frame ---- */

void
lw_timeline_show_left (LwTimeline *self)
{
  lw_left_meter_show (self->left_meter);
}

void
lw_timeline_open_go_to (LwTimeline *self)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (self->frame_button));
}

static void
on_go_to_shown_cb (LwTimeline *self)
{
  gtk_label_set_label (self->go_to_hint, _("For instance “0042”, “#12” or “1:02.5”"));
  gtk_widget_remove_css_class (self->go_to_entry, "error");
  gtk_editable_set_text (GTK_EDITABLE (self->go_to_entry), "");
  gtk_widget_grab_focus (self->go_to_entry);
}

static void
on_go_to_activated_cb (LwTimeline *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->go_to_entry));
  guint found = lw_frame_list_find_text (lw_desk_get_frames (self->desk), text, lw_desk_get_position (self->desk));
  if (found == LW_FRAME_LIST_NONE)
    {
      gtk_label_set_label (self->go_to_hint, _("No frame is called or timed like that"));
      gtk_widget_add_css_class (self->go_to_entry, "error");
      return;
    }
  gtk_popover_popdown (GTK_POPOVER (self->popover));
  lw_playback_stop (self->playback);
  lw_desk_go_to (self->desk, found);
  gtk_widget_activate_action (GTK_WIDGET (self), "workspace.focus-canvas", NULL);
}

/* ---- rows ---- */

static void
on_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, LwTimeline *self)
{
  gtk_list_item_set_child (item, lw_timeline_item_new (self->thumbnails));
}

static void
on_bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, LwTimeline *self)
{
  lw_timeline_item_set_frame (LW_TIMELINE_ITEM (gtk_list_item_get_child (item)), gtk_list_item_get_item (item),
                              gtk_list_item_get_position (item));
}

static void
on_unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, LwTimeline *self)
{
  lw_timeline_item_set_frame (LW_TIMELINE_ITEM (gtk_list_item_get_child (item)), NULL, 0);
}

static GtkListItemFactory *
create_factory (LwTimeline *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind_cb), self, 0);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind_cb), self, 0);
  return factory;
}

void
lw_timeline_set_pointer_text (LwTimeline *self, const char *text)
{
  gtk_label_set_label (self->pointer_label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->pointer_label), text != NULL && *text != '\0');      /* an empty one that may be ellipsized measures wrongly */
  make_room (self);
}

void
lw_timeline_set_pixel_text (LwTimeline *self, const char *text)
{
  gtk_label_set_label (self->pixel_label, text != NULL ? text : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->pixel_label), text);
  gtk_widget_set_visible (GTK_WIDGET (self->pixel_label), text != NULL);
}

void
lw_timeline_set_note (LwTimeline *self, const char *note)
{
  gtk_label_set_label (self->note_label, note != NULL ? note : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->note_label), note);
  gtk_widget_set_visible (GTK_WIDGET (self->note_label), note != NULL);
}

void
lw_timeline_set_company (LwTimeline *self, const char *who, const char *told)
{
  gtk_label_set_label (self->company_label, who != NULL ? who : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->company_label), GTK_ACCESSIBLE_PROPERTY_LABEL, told != NULL ? told : "", -1);
  gtk_widget_set_tooltip_text (self->company_box, told);
  gtk_widget_set_visible (self->company_box, who != NULL);
  make_room (self);
}

void
lw_timeline_set_desk (LwTimeline *self, LwDesk *desk, LwPlayback *playback)
{
  LwFrameList *frames = lw_desk_get_frames (desk);
  g_autoptr (GtkListItemFactory) factory = NULL;
  self->desk = g_object_ref (desk);
  self->playback = g_object_ref (playback);
  lw_left_meter_set_desk (self->left_meter, desk);
  self->thumbnails = lw_thumbnails_new (lw_desk_get_document (desk));
  self->selection = gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (frames)));
  factory = create_factory (self);
  gtk_list_view_set_factory (self->view, factory);
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (on_selected_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (desk, "notify::position", G_CALLBACK (follow), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (playback, "notify::position", G_CALLBACK (follow), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (playback, "notify::playing", G_CALLBACK (on_playing_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (frames, "status-changed", G_CALLBACK (update_texts), self, G_CONNECT_SWAPPED);
  on_playing_cb (self);
  lw_timeline_set_pointer_text (self, NULL);
  follow (self);
}

static void
lw_timeline_dispose (GObject *object)
{
  LwTimeline *self = LW_TIMELINE (object);
  g_clear_handle_id (&self->scroll_idle, g_source_remove);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), LW_TYPE_TIMELINE);
  g_clear_object (&self->selection);
  g_clear_object (&self->thumbnails);
  g_clear_object (&self->playback);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (lw_timeline_parent_class)->dispose (object);
}

static void
lw_timeline_class_init (LwTimelineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  G_OBJECT_CLASS (klass)->dispose = lw_timeline_dispose;
  g_type_ensure (LW_TYPE_LEFT_METER);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/labelwright/Labelwright/timeline/timeline.ui");
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, view);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, left_meter);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, frame_button);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, play_button);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, status_icon);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, name_label);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, status_label);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, note_label);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, company_box);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, company_label);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, pointer_label);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, pixel_label);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, count_label);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, popover);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, go_to_entry);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, go_to_hint);
  gtk_widget_class_bind_template_child (widget_class, LwTimeline, menu);
  gtk_widget_class_bind_template_callback (widget_class, on_activated_cb);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, menu_key_cb, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, menu_key_cb, NULL);
  signals[CHOSEN_CHANGED] = g_signal_new ("chosen-changed", LW_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lw_timeline_init (LwTimeline *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->shown = LW_FRAME_LIST_NONE;
  watch_clicks (self);
  watch_menu (self);
  lw_keys_tip (self->frame_button, _("Go to a Frame"), "frames.go-to", NULL);
  g_signal_connect_object (self->popover, "show", G_CALLBACK (on_go_to_shown_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->go_to_entry, "activate", G_CALLBACK (on_go_to_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->go_to_entry, "icon-release", G_CALLBACK (on_go_to_activated_cb), self, G_CONNECT_SWAPPED);
}
