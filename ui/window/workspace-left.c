/* workspace-left.c: going to what is left: unlabelled areas, specks, regions of the proposal that the network doubts
 *
 * What is left is looked for at each step, on another thread, in the frame as it is then: what was painted meanwhile is no stop any more. The way goes on behind
 * the last stop, in an order that does not depend on what is left: reading order, or the worst doubt first. */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "settings.h"

static const struct { const char *next, *previous; LwLeftKind kind; } ways[] = {
  { "left.next-unlabelled", "left.previous-unlabelled", LW_LEFT_UNLABELLED },
  { "left.next-speck", "left.previous-speck", LW_LEFT_SPECKS },
  { "left.next-unsure", "left.previous-unsure", LW_LEFT_UNSURE },
};

static void
say_none (LwWorkspace *self, LwLeftKind kind)
{
  const LwProposal *proposal = lw_document_get_proposal (lw_desk_get_document (self->desk));
  g_autofree char *text = NULL;
  if (kind == LW_LEFT_UNLABELLED)
    text = g_strdup (_("Every pixel is labelled"));
  else if (kind == LW_LEFT_SPECKS)
    text = g_strdup_printf (_("No region is smaller than %d pixels"), g_settings_get_int (lw_settings_get (), "speck-size"));
  else
    text = g_strdup (proposal == NULL || proposal->confidence == NULL ? _("Nothing is proposed yet: there is nothing to doubt")
                                                                       : _("Nothing unsure is left that people have not painted"));
  lw_workspace_say (self, text);
}

static void
say_where (LwWorkspace *self, LwLeftKind kind, guint i, guint n, const LwLeftArea *area)
{
  static const char *const formats[] = { N_("Unlabelled area %u of %u · %s"), N_("Speck %u of %u · %s"), N_("Unsure region %u of %u · %s") };
  guint pixels = (guint) MIN (area->pixels, G_MAXUINT);
  g_autofree char *size = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%'u pixel", "%'u pixels", pixels), pixels);
  g_autofree char *text = g_strdup_printf (_(formats[kind]), i + 1, n, size);
  lw_workspace_say (self, text);
}

/* Below 0: @a comes before @b. */
static int
compare (const LwLeftArea *a, const LwLeftArea *b)
{
  if (a->weight != b->weight)
    return a->weight > b->weight ? -1 : 1;
  return a->y != b->y ? a->y - b->y : a->x - b->x;
}

static guint
choose (const GArray *areas, const LwLeftArea *last, int step)
{
  guint n = areas->len;
  if (last->pixels == 0)      /* none yet */
    return step > 0 ? 0 : n - 1;
  for (guint i = 0; i < n; i++)
    {
      guint at = step > 0 ? i : n - 1 - i;
      if (compare (&g_array_index (areas, LwLeftArea, at), last) * step > 0)
        return at;
    }
  return step > 0 ? 0 : n - 1;      /* around */
}

typedef struct { LwWorkspace *workspace; LwLeftKind kind; int step; gint64 frame; } Walk;

static void
on_found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Walk *walk = data;
  g_autoptr (LwWorkspace) self = walk->workspace;
  g_autoptr (GArray) areas = lw_document_find_left_finish (LW_DOCUMENT (source), result, NULL);
  const LwFrame *frame = self->desk != NULL ? lw_document_get_frame (LW_DOCUMENT (source)) : NULL;
  self->searching_left = FALSE;
  if (frame == NULL || frame->id != walk->frame || !lw_workspace_is_editing (self))
    return;
  if (areas == NULL || areas->len == 0)
    {
      say_none (self, walk->kind);
      return;
    }
  guint at = choose (areas, &self->left[walk->kind], walk->step);
  const LwLeftArea *area = &g_array_index (areas, LwLeftArea, at);
  self->left[walk->kind] = *area;
  lw_canvas_show_area (self->canvas, &area->bbox);
  lw_canvas_move_cursor (self->canvas, area->x, area->y);
  say_where (self, walk->kind, at, areas->len, area);
}

static guint
limit_of (LwLeftKind kind)
{
  return kind == LW_LEFT_SPECKS ? (guint) g_settings_get_int (lw_settings_get (), "speck-size") : (guint) g_settings_get_int (lw_settings_get (), "unsure-below") * 255 / 100;
}

static void
go_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  LwWorkspace *self = LW_WORKSPACE (widget);
  LwDocument *document = lw_desk_get_document (self->desk);
  const LwFrame *frame = lw_document_get_frame (document);
  gsize i = 0;
  while (!g_str_equal (ways[i].next, name) && !g_str_equal (ways[i].previous, name))
    i++;
  if (self->searching_left || frame == NULL)
    return;
  if (self->left_frame != frame->id)
    memset (self->left, 0, sizeof self->left);
  self->left_frame = frame->id;
  self->searching_left = TRUE;
  lw_canvas_stroke_end (self->canvas);
  Walk walk = { g_object_ref (self), ways[i].kind, g_str_equal (ways[i].next, name) ? 1 : -1, frame->id };
  lw_document_find_left_async (document, walk.kind, limit_of (walk.kind), NULL, on_found_cb, g_memdup2 (&walk, sizeof walk));
}

void
lw_workspace_update_left_actions (LwWorkspace *self)
{
  gboolean may = lw_workspace_is_editing (self) && lw_desk_get_frame (self->desk) != NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      gtk_widget_action_set_enabled (GTK_WIDGET (self), ways[i].next, may);
      gtk_widget_action_set_enabled (GTK_WIDGET (self), ways[i].previous, may);
    }
}

void
lw_workspace_install_left_actions (GtkWidgetClass *widget_class)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      gtk_widget_class_install_action (widget_class, ways[i].next, NULL, go_action);
      gtk_widget_class_install_action (widget_class, ways[i].previous, NULL, go_action);
    }
}
