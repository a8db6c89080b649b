/* canvas.c: the widget: properties, signals, its life; canvas-*.c hold what it does */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/paint-memory.h"
#include "keys/keys.h"
#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (LwCanvas, lw_canvas, GTK_TYPE_WIDGET)

enum { PROP_DOCUMENT = 1, PROP_TOOLBOX, PROP_ZOOM, PROP_POINTER_TEXT, PROP_PEEK, PROP_COMPARE, N_PROPS };
static GParamSpec *props[N_PROPS];

void
canvas_set_peek (LwCanvas *self, gboolean peek)
{
  if (self->peek == peek)
    return;
  self->peek = peek;
  canvas_scene_changed (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PEEK]);
}

void
canvas_say (LwCanvas *self, const char *text)
{
  g_signal_emit_by_name (self, "say", text);
}

char *
lw_canvas_dup_polygons (LwCanvas *self)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), NULL);
  return lw_polygons_to_text (self->polygons);
}

void
lw_canvas_take_polygons (LwCanvas *self, const char *text)
{
  g_return_if_fail (LW_IS_CANVAS (self) && text != NULL);

  lw_polygons_take_text (self->polygons, text);
  canvas_update_actions (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *snap)
{
  canvas_snapshot (LW_CANVAS (widget), snap);
}

static void
size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  canvas_set_size (LW_CANVAS (widget), height);
  lw_paint_memory_keep (gtk_native_get_surface (gtk_widget_get_native (widget)));
}

/* Gone from the screen with the button still down: the stroke is kept. */
static void
unmap (GtkWidget *widget)
{
  LwCanvas *self = LW_CANVAS (widget);

  lw_canvas_stroke_end (self);
  canvas_drag_drop (self);
  canvas_set_peek (self, FALSE);
  canvas_set_compare (self, LW_AGAINST_PICTURE);
  canvas_touch_forget (self);
  GTK_WIDGET_CLASS (lw_canvas_parent_class)->unmap (widget);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  LwCanvas *self = LW_CANVAS (object);

  switch (id)
    {
    case PROP_DOCUMENT: g_value_set_object (value, self->document); break;
    case PROP_TOOLBOX: g_value_set_object (value, self->toolbox); break;
    case PROP_ZOOM: g_value_set_double (value, self->view.zoom); break;
    case PROP_POINTER_TEXT: g_value_set_string (value, self->pointer_text); break;
    case PROP_PEEK: g_value_set_boolean (value, self->peek); break;
    case PROP_COMPARE: g_value_set_int (value, (int) self->compare); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  LwCanvas *self = LW_CANVAS (object);

  switch (id)
    {
    case PROP_DOCUMENT: lw_canvas_set_document (self, g_value_get_object (value)); break;
    case PROP_TOOLBOX: lw_canvas_set_toolbox (self, g_value_get_object (value)); break;
    case PROP_PEEK: canvas_set_peek (self, g_value_get_boolean (value)); break;
    case PROP_COMPARE: canvas_set_compare (self, (LwAgainst) g_value_get_int (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
dispose (GObject *object)
{
  LwCanvas *self = LW_CANVAS (object);

  g_clear_handle_id (&self->settle_id, g_source_remove);
  lw_tiles_bury (self->tiles);
  lw_tiles_bury (self->other_tiles);
  canvas_forget_earlier (self, TRUE);
  lw_canvas_set_document (self, NULL);
  lw_canvas_set_toolbox (self, NULL);
  lw_canvas_set_look (self, NULL);
  G_OBJECT_CLASS (lw_canvas_parent_class)->dispose (object);
}

static void
finalize (GObject *object)
{
  LwCanvas *self = LW_CANVAS (object);

  lw_tiles_free (self->tiles);
  lw_tiles_free (self->other_tiles);
  lw_polygons_free (self->polygons);
  g_array_unref (self->trail);
  canvas_scissors_free (self->scissors);
  g_hash_table_unref (self->cuts);
  canvas_touch_free (self->touch);
  lw_assistant_free (self->assistant);
  g_clear_object (&self->cut_texture);
  g_free (self->pointer_text);
  G_OBJECT_CLASS (lw_canvas_parent_class)->finalize (object);
}

static void
lw_canvas_class_init (LwCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GParamFlags writable = readable | G_PARAM_WRITABLE;

  object_class->get_property = get_property;
  object_class->set_property = set_property;
  object_class->dispose = dispose;
  object_class->finalize = finalize;
  widget_class->snapshot = snapshot;
  widget_class->size_allocate = size_allocate;
  widget_class->unmap = unmap;

  props[PROP_DOCUMENT] = g_param_spec_object ("document", NULL, NULL, LW_TYPE_DOCUMENT, writable);
  props[PROP_TOOLBOX] = g_param_spec_object ("toolbox", NULL, NULL, LW_TYPE_TOOLBOX, writable);
  props[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, LW_ZOOM_MIN, LW_ZOOM_MAX, 1, readable);
  props[PROP_POINTER_TEXT] = g_param_spec_string ("pointer-text", NULL, NULL, "", readable);
  props[PROP_PEEK] = g_param_spec_boolean ("peek", NULL, NULL, FALSE, writable);
  props[PROP_COMPARE] = g_param_spec_int ("compare", NULL, NULL, 0, LW_N_AGAINST - 1, LW_AGAINST_PICTURE, writable);
  g_object_class_install_properties (object_class, N_PROPS, props);

  g_signal_new ("say", LW_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_signal_new ("view-changed", LW_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("turns-changed", LW_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("turn", LW_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 1, G_TYPE_BOOLEAN);
  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_install_property_action (widget_class, "canvas.peek", "peek");
  gtk_widget_class_install_property_action (widget_class, "canvas.compare", "compare");
  canvas_tools_add_actions (widget_class);
}

static void
lw_canvas_init (LwCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->tiles = lw_tiles_new ();
  self->other_tiles = lw_tiles_new ();
  self->polygons = lw_polygons_new ();
  self->grabbed = self->split = G_MAXUINT;
  self->scissors = canvas_scissors_new ();
  self->touch = canvas_touch_new ();
  self->cuts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) lw_cut_draft_free);
  self->assistant = canvas_new_assistant (self);
  self->trail = g_array_new (FALSE, FALSE, sizeof (LwPoint));
  self->pointer_text = g_strdup ("");
  self->pressure = 1;
  lw_view_init (&self->view);
  self->compositor.zoom = self->view.zoom;
  self->compositor.scale = 1;
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_hexpand (widget, TRUE);
  gtk_widget_set_vexpand (widget, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Canvas"), -1);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (gtk_widget_queue_allocate), NULL);
  lw_keys_attach (widget, LW_KEYS_CANVAS);
  canvas_add_controllers (self);
  canvas_update_actions (self);
}

GtkWidget *
lw_canvas_new (void)
{
  return g_object_new (LW_TYPE_CANVAS, NULL);
}
