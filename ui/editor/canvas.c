/* canvas.c: the widget that shows the document, tile by tile, with the brush's outline on top */
#include "config.h"
#include "editor/canvas-private.h"
#include "editor/overlay.h"
#include "editor/paint-memory.h"
#include "keys/keys.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define GRID_FROM_ZOOM 16        /* device pixels an image pixel */
#define POINTER_STEPS 64         /* a unit of the screen: finer than any pointer */
#define COARSE_FROM (1 << 20)    /* image pixels in view: from here on a zoom in progress shows the picture unfiltered */
#define SETTLE_MS 120
#define TINT 0.3f

G_DEFINE_FINAL_TYPE (LwCanvas, lw_canvas, GTK_TYPE_WIDGET)

enum { PROP_DOCUMENT = 1, PROP_TOOLBOX, PROP_ZOOM, PROP_POINTER_TEXT, PROP_PEEK, PROP_COMPARE, N_PROPS };
static GParamSpec *props[N_PROPS];

/* ---- coordinates ---- */

double
canvas_scale (LwCanvas *self)
{
  return gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

void
canvas_to_image (LwCanvas *self, double x, double y, double *image_x, double *image_y)
{
  double scale = canvas_scale (self);
  lw_view_to_image (&self->view, x * scale, y * scale, image_x, image_y);
}

void
canvas_from_image (LwCanvas *self, double image_x, double image_y, double *x, double *y)
{
  double scale = canvas_scale (self);

  lw_view_from_image (&self->view, image_x, image_y, x, y);
  *x /= scale;
  *y /= scale;
}

/* GTK brings positions through matrices of floats: a whole pixel may come a hair short, and would fall into its neighbour. */
static double
settle (double position)
{
  return round (position * POINTER_STEPS) / POINTER_STEPS;
}

gboolean
canvas_pixel_at (LwCanvas *self, double x, double y, int *px, int *py)
{
  double image_x, image_y;

  canvas_to_image (self, settle (x), settle (y), &image_x, &image_y);
  *px = (int) floor (image_x);
  *py = (int) floor (image_y);
  return *px >= 0 && *py >= 0 && *px < self->view.image_width && *py < self->view.image_height;
}

/* ---- what is shown ---- */

/* A drag would mark what belongs to it. */
static gboolean
points_into_cut (LwCanvas *self)
{
  LwCutBox box;
  int x, y;

  return lw_assistant_has_cut (self->assistant, &box) && canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y) &&
         x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;
}

static gboolean
shows_outline (LwCanvas *self)
{
  return (self->hovering || self->stroking) && !self->panning && !self->space_held && !self->moving_divider && self->playback_image == NULL && self->document != NULL &&
         (canvas_tool_paints (self) || self->pen_eraser || canvas_has_tool (self, LW_TOOL_LINE) || (canvas_has_tool (self, LW_TOOL_CUT) && points_into_cut (self)));
}

GdkRGBA
canvas_class_tint (LwCanvas *self)
{
  const LwClass *class = lw_palette_find_id (lw_document_get_palette (self->document), lw_toolbox_get_class (self->toolbox));

  if (class == NULL || self->erasing)
    return (GdkRGBA) { 1, 1, 1, TINT };
  return (GdkRGBA) { (float) class->rgb[0] / 255, (float) class->rgb[1] / 255, (float) class->rgb[2] / 255, TINT };
}

static void
snapshot_tool (LwCanvas *self, const graphene_rect_t *clip, GtkSnapshot *snapshot)
{
  if (canvas_has_tool (self, LW_TOOL_SUPERPIXELS))
    canvas_superpixels_snapshot (self, clip, snapshot);
  else if (canvas_has_tool (self, LW_TOOL_SCISSORS))
    canvas_scissors_snapshot (self, clip, snapshot);
  else if (canvas_has_tool (self, LW_TOOL_CUT))
    canvas_cut_snapshot (self, clip, snapshot);
  canvas_drag_snapshot (self, clip, snapshot);
}

void
canvas_snapshot_overlay (LwCanvas *self, GtkSnapshot *snapshot)
{
  graphene_rect_t clip = GRAPHENE_RECT_INIT (0, 0, (float) canvas_get_pane_width (self), (float) gtk_widget_get_height (GTK_WIDGET (self)));

  if (!lw_polygons_is_empty (self->polygons) && self->playback_image == NULL)
    canvas_polygon_snapshot (self, &clip, snapshot);
  if (self->document != NULL && self->toolbox != NULL && self->playback_image == NULL)
    {
      snapshot_tool (self, &clip, snapshot);
      canvas_protection_snapshot (self, &clip, snapshot);
    }
  canvas_flash_snapshot (self, &clip, snapshot);
  canvas_cursor_snapshot (self, &clip, snapshot);
  if (shows_outline (self))
    lw_overlay_brush (snapshot, &clip, lw_toolbox_get_brush_shape (self->toolbox), self->pointer_x, self->pointer_y,
                      canvas_brush_radius (self, self->pressure) * self->view.zoom / canvas_scale (self));
}

static void
snapshot (GtkWidget *widget, GtkSnapshot *snap)
{
  LwCanvas *self = LW_CANVAS (widget);
  LwRect whole = { 0, 0, self->view.width, self->view.height };
  LwScene scene;

  if (canvas_get_split (self) != LW_SPLIT_VIEW_OFF)
    {
      canvas_snapshot_split (self, snap);
      return;
    }
  gboolean composable = canvas_get_scene (self, &scene);
  lw_tiles_snapshot (self->tiles, &self->compositor, composable ? &scene : NULL, &self->view, &whole, (int) canvas_scale (self), snap);
  canvas_snapshot_overlay (self, snap);
}

static void
reset_tiles (LwCanvas *self)
{
  lw_tiles_reset (self->tiles);
  lw_tiles_reset (self->other_tiles);
}

static void
view_changed (LwCanvas *self, double zoom_before)
{
  if (self->view.zoom != zoom_before)
    {
      self->compositor.zoom = self->view.zoom;
      self->compositor.grid = self->view.zoom >= GRID_FROM_ZOOM;
      reset_tiles (self);
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ZOOM]);
    }
  canvas_cursor_follow_view (self);
  canvas_update_pointer (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "view-changed");
}

static void
size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  LwCanvas *self = LW_CANVAS (widget);
  double before = self->view.zoom;
  int scale = (int) canvas_scale (self);

  if (self->compositor.scale != MIN (scale, 8))
    canvas_scene_changed (self);
  self->compositor.scale = MIN (scale, 8);
  lw_view_set_size (&self->view, canvas_get_pane_width (self) * scale, height * scale);
  view_changed (self, before);
  lw_paint_memory_keep (gtk_native_get_surface (gtk_widget_get_native (widget)));
}

static void
show_size (LwCanvas *self, int width, int height)
{
  double before = self->view.zoom;

  lw_view_set_image (&self->view, width, height);
  reset_tiles (self);
  view_changed (self, before);
}

/* ---- the pointer ---- */

static void
append_origin (LwCanvas *self, GString *text, guint8 index)
{
  static const char *const by[] = { [LW_ORIGIN_PERSON] = N_(", by %s"), [LW_ORIGIN_MODEL] = N_(", by %s (model)"), [LW_ORIGIN_PROPAGATION] = N_(", carried over by %s"),
                                    [LW_ORIGIN_IMPORT] = N_(", from %s") };
  const LwOrigin *origin = lw_document_get_origin (self->document, index);

  if (origin != NULL)
    g_string_append_printf (text, _(by[origin->kind]), origin->name);
}

static void
append_class (LwCanvas *self, GString *text, int x, int y)
{
  const LwPlanes *planes = lw_document_get_planes (self->document);
  const LwProposal *proposal = lw_document_get_proposal (self->document);
  const LwPalette *palette = lw_document_get_palette (self->document);
  guint8 id = lw_label_map_get (planes->plane[LW_PLANE_CLASS], x, y);
  const LwClass *class = id != LW_LABEL_NONE ? lw_palette_find_id (palette, id) : NULL;

  g_string_append_printf (text, " · %s", class != NULL ? class->name : id == LW_LABEL_NONE ? _("Not labelled") : _("Unknown class"));
  if (id != LW_LABEL_NONE)
    append_origin (self, text, lw_label_map_get (planes->plane[LW_PLANE_ORIGIN], x, y));
  if (proposal == NULL || (class = lw_palette_find_id (palette, lw_label_map_get (proposal->map, x, y))) == NULL)
    return;
  if (class->id != id)
    g_string_append_printf (text, _(" · proposed: %s"), class->name);
  if (proposal->confidence != NULL)
    g_string_append_printf (text, _(" · %d %%"), (lw_label_map_get (proposal->confidence, x / LW_CONFIDENCE_STEP, y / LW_CONFIDENCE_STEP) * 100 + 127) / 255);
}

gboolean
lw_canvas_get_pixel (LwCanvas *self, int *x, int *y)
{
  return self->hovering && canvas_pixel_at (self, self->pointer_x, self->pointer_y, x, y);
}

static void
update_text (LwCanvas *self)
{
  g_autoptr(GString) text = g_string_new (NULL);
  int x, y;

  if (self->hovering && canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y))
    {
      g_string_append_printf (text, "%d, %d", x, y);
      if (self->playback_image == NULL && self->document != NULL && lw_document_get_planes (self->document) != NULL)
        append_class (self, text, x, y);
    }
  if (g_strcmp0 (self->pointer_text, text->str) == 0)
    return;
  g_free (self->pointer_text);
  self->pointer_text = g_strdup (text->str);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_POINTER_TEXT]);
}

static void
update_cursor (LwCanvas *self)
{
  const char *name = "crosshair";
  int x, y;

  if (self->cursor_shown)
    name = "none";
  else if (self->panning)
    name = "grabbing";
  else if (self->moving_divider || (!self->stroking && !self->dragging && canvas_is_on_divider (self, self->pointer_x)))
    name = "col-resize";
  else if (self->space_held || self->toolbox == NULL || lw_toolbox_get_tool (self->toolbox) == LW_TOOL_PAN)
    name = "grab";
  else if (canvas_polygon_can_grab (self))
    name = "move";
  else if (!self->stroking && self->playback_image == NULL && canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y) && canvas_tool_is_refused (self, x, y))
    name = "not-allowed";
  else if (canvas_has_tool (self, LW_TOOL_SUPERPIXELS) && lw_assistant_has_image (self->assistant) && !canvas_superpixels_prepare (self))
    name = "progress";
  GdkCursor *cursor = gtk_widget_get_cursor (GTK_WIDGET (self));
  if (cursor == NULL || g_strcmp0 (gdk_cursor_get_name (cursor), name) != 0)
    gtk_widget_set_cursor_from_name (GTK_WIDGET (self), name);
}

void
canvas_update_pointer (LwCanvas *self)
{
  update_text (self);
  update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- zoom and pan ---- */

static gboolean
settle_cb (gpointer data)
{
  LwCanvas *self = data;

  self->settle_id = 0;
  lw_tiles_set_coarse (self->tiles, FALSE);
  lw_tiles_set_coarse (self->other_tiles, FALSE);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* A large picture in a small view takes longer to filter than a frame lasts: it is filtered when the zoom rests. */
static void
zoom_coarsely (LwCanvas *self)
{
  LwRect visible = lw_view_visible_content (&self->view);
  gboolean dear = self->view.zoom < 1 && visible.width / self->view.zoom * (visible.height / self->view.zoom) >= COARSE_FROM;

  g_clear_handle_id (&self->settle_id, g_source_remove);
  if (dear && gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->settle_id = g_timeout_add (SETTLE_MS, settle_cb, self);
  lw_tiles_set_coarse (self->tiles, self->settle_id != 0);
  lw_tiles_set_coarse (self->other_tiles, self->settle_id != 0);
}

void
lw_canvas_zoom_to (LwCanvas *self, double zoom, double x, double y)
{
  g_return_if_fail (LW_IS_CANVAS (self));

  double before = self->view.zoom, scale = canvas_scale (self);
  lw_view_zoom_to (&self->view, zoom, x * scale, y * scale);
  if (self->view.zoom != before)
    zoom_coarsely (self);
  view_changed (self, before);
}

void
canvas_zoom_steps (LwCanvas *self, int steps, double x, double y)
{
  lw_canvas_zoom_to (self, lw_view_step (self->view.zoom, steps), x, y);
}

void
lw_canvas_pan (LwCanvas *self, double dx, double dy)
{
  g_return_if_fail (LW_IS_CANVAS (self));

  double scale = canvas_scale (self);

  lw_view_pan (&self->view, dx * scale, dy * scale);
  view_changed (self, self->view.zoom);
}

gboolean
lw_canvas_is_fitted (LwCanvas *self)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), FALSE);
  return self->view.fit;
}

void
lw_canvas_zoom_fit (LwCanvas *self)
{
  g_return_if_fail (LW_IS_CANVAS (self));

  double before = self->view.zoom;
  lw_view_fit (&self->view);
  view_changed (self, before);
}

double
lw_canvas_get_zoom (LwCanvas *self)
{
  g_return_val_if_fail (LW_IS_CANVAS (self), 1);
  return self->view.zoom;
}

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
canvas_compare_changed (LwCanvas *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_COMPARE]);
}

/* ---- the assistant ---- */

void
canvas_say (LwCanvas *self, const char *text)
{
  g_signal_emit_by_name (self, "say", text);
}

static void
on_assistant_ready_cb (gpointer data)
{
  LwCanvas *self = data;
  LwCutBox box;
  const guint8 *mask = lw_assistant_get_cut (self->assistant, &box);

  canvas_cut_changed (self);
  if (mask != NULL && canvas_has_tool (self, LW_TOOL_CUT))
    canvas_say (self, memchr (mask, 1, (gsize) box.width * (gsize) box.height) != NULL
                        ? _("Enter paints it. Drag in the box over what is missing, with Ctrl over what does not belong to it.")
                        : _("Nothing was found in the box. Drag over the thing, or draw another box."));
  canvas_update_actions (self);
  canvas_update_pointer (self);
}

static void
on_assistant_failed_cb (const char *message, gpointer data)
{
  LwCanvas *self = data;

  canvas_say (self, message);
  canvas_update_actions (self);
  canvas_update_pointer (self);
}

/* ---- the document and the toolbox ---- */

static void
superpixel_size_changed (LwCanvas *self)
{
  if (canvas_has_tool (self, LW_TOOL_SUPERPIXELS))
    canvas_superpixels_prepare (self);
  canvas_update_pointer (self);
}

static void
class_changed (LwCanvas *self)
{
  canvas_cut_changed (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
tool_changed (LwCanvas *self)
{
  canvas_cursor_lift (self);
  canvas_drag_drop (self);
  if (canvas_has_tool (self, LW_TOOL_SUPERPIXELS))
    canvas_superpixels_prepare (self);
  canvas_update_actions (self);
  canvas_update_pointer (self);
}

/* What was found in another picture goes; what it was to become waits on its frame. */
static void
show_image (LwCanvas *self)
{
  gint64 frame = lw_document_get_frame (self->document)->id;
  LwImage *image = lw_document_get_image (self->document);

  canvas_scissors_show (self, frame);
  if (!lw_assistant_shows (self->assistant, image))
    canvas_cut_put_away (self);
  self->assisted_frame = frame;
  lw_assistant_set_image (self->assistant, image);
  canvas_cut_take_up (self);
  if (canvas_has_tool (self, LW_TOOL_SUPERPIXELS))
    canvas_superpixels_prepare (self);
}

static void
document_opened (LwCanvas *self)
{
  const LwFrame *frame = lw_document_get_frame (self->document);
  g_autofree char *label = g_strdup_printf (_("Canvas: frame “%s”"), frame->name);

  canvas_drag_drop (self);
  show_image (self);
  canvas_update_people (self);
  canvas_update_curves (self);
  canvas_refresh_earlier (self);
  lw_polygons_show (self->polygons, frame->id);
  if (self->playback_image == NULL)
    show_size (self, frame->width, frame->height);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  canvas_update_actions (self);
}

static void
document_damaged_cb (LwCanvas *self, const LwRect *rect)
{
  if (self->playback_image != NULL)
    return;
  LwRect content = lw_view_content_of (&self->view, rect);
  int reach = lw_compositor_get_reach (&self->compositor), x, y;

  content = (LwRect) { content.x - reach, content.y - reach, content.width + 2 * reach, content.height + 2 * reach };
  lw_tiles_damage (self->tiles, &content);
  lw_tiles_damage (self->other_tiles, &content);
  if (canvas_pixel_at (self, self->pointer_x, self->pointer_y, &x, &y) &&
      x >= rect->x && x < rect->x + rect->width && y >= rect->y && y < rect->y + rect->height)
    update_text (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
edit_ended (LwCanvas *self)
{
  self->drag_edit = FALSE;
  self->stroking = FALSE;
  self->erasing = FALSE;
  canvas_update_actions (self);
}

void
lw_canvas_set_document (LwCanvas *self, LwDocument *document)
{
  g_return_if_fail (LW_IS_CANVAS (self) && (document == NULL || LW_IS_DOCUMENT (document)));

  if (self->document == document)
    return;
  if (self->document != NULL)
    {
      lw_canvas_stroke_end (self);
      g_signal_handlers_disconnect_by_data (self->document, self);
    }
  canvas_scissors_forget (self);
  canvas_cut_drop (self);
  g_hash_table_remove_all (self->cuts);
  canvas_forget_earlier (self, TRUE);
  lw_assistant_set_image (self->assistant, NULL);
  self->assisted_frame = 0;
  g_set_object (&self->document, document);
  lw_polygons_free (self->polygons);
  self->polygons = lw_polygons_new ();
  reset_tiles (self);
  if (document != NULL)
    {
      g_signal_connect_swapped (document, "opened", G_CALLBACK (document_opened), self);
      g_signal_connect_swapped (document, "damaged", G_CALLBACK (document_damaged_cb), self);
      g_signal_connect_swapped (document, "origins-changed", G_CALLBACK (update_text), self);
      g_signal_connect_swapped (document, "notify::n-unsaved", G_CALLBACK (canvas_refresh_earlier), self);
      g_signal_connect_swapped (document, "edit-ended", G_CALLBACK (edit_ended), self);
      g_signal_connect_swapped (document, "palette-changed", G_CALLBACK (canvas_update_colours), self);
      g_signal_connect_swapped (document, "notify::can-undo", G_CALLBACK (canvas_update_actions), self);
      g_signal_connect_swapped (document, "notify::can-redo", G_CALLBACK (canvas_update_actions), self);
      canvas_update_colours (self);
      if (lw_document_get_planes (document) != NULL)
        document_opened (self);
    }
  canvas_update_actions (self);
  canvas_update_pointer (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DOCUMENT]);
}

void
lw_canvas_set_toolbox (LwCanvas *self, LwToolbox *toolbox)
{
  g_return_if_fail (LW_IS_CANVAS (self) && (toolbox == NULL || LW_IS_TOOLBOX (toolbox)));

  if (self->toolbox == toolbox)
    return;
  if (self->toolbox != NULL)
    g_signal_handlers_disconnect_by_data (self->toolbox, self);
  g_set_object (&self->toolbox, toolbox);
  if (toolbox != NULL)
    {
      g_signal_connect_swapped (toolbox, "notify::tool", G_CALLBACK (tool_changed), self);
      g_signal_connect_swapped (toolbox, "notify::brush-size", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::superpixel-size", G_CALLBACK (superpixel_size_changed), self);
      g_signal_connect_swapped (toolbox, "notify::class-id", G_CALLBACK (class_changed), self);
      g_signal_connect_swapped (toolbox, "notify::brush-shape", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::opacity", G_CALLBACK (canvas_update_colours), self);
      g_signal_connect_swapped (toolbox, "hidden-changed", G_CALLBACK (canvas_update_colours), self);
      g_signal_connect_swapped (toolbox, "locked-changed", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::paint-over", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::paint-over-class", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::protect-hand", G_CALLBACK (canvas_update_pointer), self);
      g_signal_connect_swapped (toolbox, "notify::overlay-visible", G_CALLBACK (canvas_scene_changed), self);
      g_signal_connect_swapped (toolbox, "notify::show-proposal", G_CALLBACK (canvas_scene_changed), self);
    }
  canvas_update_colours (self);
  canvas_update_actions (self);
  canvas_update_pointer (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TOOLBOX]);
}

void
lw_canvas_show_playback (LwCanvas *self, LwImage *image, const LwLabelMap *map)
{
  g_return_if_fail (LW_IS_CANVAS (self) && (image != NULL || map == NULL));

  if (image == NULL && self->playback_image == NULL)
    return;
  lw_canvas_stroke_end (self);
  canvas_drag_drop (self);
  gboolean begins_or_ends = (image == NULL) != (self->playback_image == NULL);
  self->playback_image = image;
  self->playback_map = map;
  if (begins_or_ends)
    canvas_update_actions (self);
  if (image != NULL)
    {
      canvas_update_curves (self);
      show_size (self, image->width, image->height);
    }
  else if (self->document != NULL && lw_document_get_planes (self->document) != NULL)
    document_opened (self);
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

/* ---- the widget ---- */

/* Gone from the screen with the button still down: the stroke is kept. */
static void
unmap (GtkWidget *widget)
{
  LwCanvas *self = LW_CANVAS (widget);

  lw_canvas_stroke_end (self);
  canvas_drag_drop (self);
  canvas_set_peek (self, FALSE);
  canvas_set_compare (self, LW_AGAINST_PICTURE);
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
  self->cuts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) lw_cut_draft_free);
  self->assistant = lw_assistant_new (on_assistant_ready_cb, on_assistant_failed_cb, self);
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
