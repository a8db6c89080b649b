/* workspace-state.c: what the window finds again where it was left: class, hidden classes, the place in the picture, polygons in progress
 *
 * What belongs to the hand and not to the project (tool, sizes, opacity) is kept in the program's settings (desk.c). */
#include "config.h"
#include "workspace-private.h"

#include <math.h>
#include "editor/view.h"
#include "settings.h"

/* ---- left ---- */

static void
note_hidden (LwWorkspace *self)
{
  g_autoptr (GString) ids = g_string_new (NULL);
  for (int id = 0; id < LW_LABEL_NONE; id++)
    if (lw_toolbox_is_hidden (lw_desk_get_toolbox (self->desk), (guint8) id))
      g_string_append_printf (ids, "%s%d", ids->len > 0 ? "," : "", id);
  lw_desk_set_state (self->desk, "hidden", ids->str);
}

static void
note_number (LwWorkspace *self, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  lw_desk_set_state (self->desk, key, g_ascii_dtostr (text, sizeof text, value));
}

static void
note_view (LwWorkspace *self)
{
  double x, y;
  if (lw_canvas_is_fitted (self->canvas))
    {
      lw_desk_set_state (self->desk, "zoom", "fit");
      return;
    }
  lw_canvas_get_center (self->canvas, &x, &y);
  note_number (self, "zoom", lw_canvas_get_zoom (self->canvas));
  note_number (self, "view-x", x);
  note_number (self, "view-y", y);
}

void
lw_workspace_note_state (LwWorkspace *self)
{
  LwToolbox *toolbox = lw_desk_get_toolbox (self->desk);
  g_autofree char *polygons = lw_canvas_dup_polygons (self->canvas);
  guint over;
  g_object_get (toolbox, "paint-over-class", &over, NULL);
  lw_desk_set_state (self->desk, "polygons", polygons);
  note_number (self, "class", lw_toolbox_get_class (toolbox));
  note_number (self, "paint-over-class", over);
  note_hidden (self);
  note_view (self);
  g_settings_set_int (lw_settings_get (), "side-pane-width", CLAMP (gtk_widget_get_width (self->side_pane), 200, 800));
}

/* ---- found again: whatever the project's file says ---- */

static void
restore_hidden (LwWorkspace *self)
{
  const char *state = lw_desk_get_state (self->desk, "hidden");
  g_auto (GStrv) ids = g_strsplit (state != NULL ? state : "", ",", 257);
  guint64 id;
  for (char **at = ids; *at != NULL; at++)
    if (g_ascii_string_to_unsigned (*at, 10, 0, LW_LABEL_NONE - 1, &id, NULL))
      lw_toolbox_set_hidden (lw_desk_get_toolbox (self->desk), (guint8) id, TRUE);
}

static void
restore_class (LwWorkspace *self, const char *key, const char *property)
{
  const char *state = lw_desk_get_state (self->desk, key);
  const LwPalette *palette = lw_document_get_palette (lw_desk_get_document (self->desk));
  guint64 id;
  if (state != NULL && g_ascii_string_to_unsigned (state, 10, 0, LW_LABEL_NONE - 1, &id, NULL) && lw_palette_find_id (palette, (guint8) id) != NULL)
    g_object_set (lw_desk_get_toolbox (self->desk), property, (guint) id, NULL);
}

static double
get_number (LwWorkspace *self, const char *key)
{
  const char *state = lw_desk_get_state (self->desk, key);
  return state != NULL ? g_ascii_strtod (state, NULL) : NAN;
}

static gboolean
restore_view_cb (gpointer data)
{
  LwWorkspace *self = data;
  double zoom = self->desk != NULL ? get_number (self, "zoom") : NAN;
  if (!(zoom >= LW_ZOOM_MIN && zoom <= LW_ZOOM_MAX))
    return G_SOURCE_REMOVE;
  double x = get_number (self, "view-x"), y = get_number (self, "view-y");
  lw_canvas_zoom_to (self->canvas, zoom, gtk_widget_get_width (GTK_WIDGET (self->canvas)) / 2.0, gtk_widget_get_height (GTK_WIDGET (self->canvas)) / 2.0);
  if (fabs (x) <= LW_MAX_SIDE && fabs (y) <= LW_MAX_SIDE)
    lw_canvas_center_on (self->canvas, x, y);
  return G_SOURCE_REMOVE;
}

void
lw_workspace_restore_state (LwWorkspace *self)
{
  const char *polygons = lw_desk_get_state (self->desk, "polygons");
  restore_class (self, "class", "class-id");
  restore_class (self, "paint-over-class", "paint-over-class");
  restore_hidden (self);
  if (polygons != NULL)
    lw_canvas_take_polygons (self->canvas, polygons);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, restore_view_cb, g_object_ref (self), g_object_unref);
}
