/* workspace-pixel.c: when the pixel under the resting pointer became what it is, and by whose hand */
#include "config.h"
#include "workspace-private.h"

#include <glib/gi18n-lib.h>
#include "project/format.h"
#include "project/work.h"
#include "store/provenance.h"

#define REST_MS 250      /* before the journal is asked: a moving hand reads nothing */

typedef struct { gint64 frame; int x, y; } Place;

/* A pixel that can't be asked about now has nothing to say: no reason to disturb anybody. */
static gpointer
find_pixel (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Place *place = wanted;
  return lw_project_find_pixel (project, place->frame, 0, place->x, place->y, NULL);
}

/* The canvas says who or what set it; of what a model or an import set it is worth knowing who brought that in: behind the time, since a long name is cut. */
static char *
describe (const LwPixel *pixel)
{
  g_autofree char *time = lw_format_ago (pixel->created, g_get_real_time ());
  if (g_strcmp0 (pixel->tool, "restore") == 0)
    return g_strdup_printf (_("restored, %s"), time);
  if (pixel->name == NULL || pixel->kind == LW_ORIGIN_PERSON || pixel->actor == NULL)
    return g_steal_pointer (&time);
  return g_strdup_printf ("%s · %s", time, pixel->actor);
}

static void
show_pixel (gpointer owner, gpointer found, gpointer wanted)
{
  LwWorkspace *self = owner;
  const LwPixel *pixel = found;
  g_autofree char *text = pixel != NULL && pixel->stroke != NULL ? describe (pixel) : NULL;
  if (self->timeline != NULL)
    lw_timeline_set_pixel_text (self->timeline, text);
}

static const LwWork find_work = { find_pixel, (GDestroyNotify) lw_pixel_free, show_pixel, N_("Could not read the journal"), NULL };

static gboolean
on_rest_cb (gpointer data)
{
  LwWorkspace *self = data;
  const LwFrame *frame = lw_desk_get_frame (self->desk);
  Place place = { .frame = frame != NULL ? frame->id : 0 };
  self->pixel_timeout = 0;
  if (frame != NULL && lw_workspace_is_editing (self) && lw_canvas_get_pointed_pixel (self->canvas, &place.x, &place.y))
    lw_work_start (self->desk, self, &find_work, g_memdup2 (&place, sizeof place), g_free, lw_work_supersede (&self->pixel_reading));
  return G_SOURCE_REMOVE;
}

void
lw_workspace_look_at_pixel (LwWorkspace *self)
{
  lw_workspace_forget_pixel (self);
  lw_timeline_set_pixel_text (self->timeline, NULL);
  self->pixel_timeout = g_timeout_add (REST_MS, on_rest_cb, self);
}

void
lw_workspace_forget_pixel (LwWorkspace *self)
{
  g_clear_handle_id (&self->pixel_timeout, g_source_remove);
  lw_work_cancel (&self->pixel_reading);
}
