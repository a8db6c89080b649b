/* canvas-compare.c: what labels are compared with, while a key is held or beside them: the picture alone, the proposal, or the last revision before */
#include "config.h"
#include "editor/canvas-private.h"
#include <glib/gi18n-lib.h>

static char *
describe_earlier (const LwEarlier *earlier)
{
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (earlier->created / G_USEC_PER_SEC);
  g_autoptr(GDateTime) local = g_date_time_to_local (utc);
  g_autofree char *when = g_date_time_format (local, "%x %H:%M");

  return g_strdup_printf (_("Revision of %s by %s"), when, earlier->author != NULL ? earlier->author : "?");
}

static gboolean
has_earlier (LwCanvas *self)
{
  const LwFrame *frame = self->document != NULL ? lw_document_get_frame (self->document) : NULL;
  return self->earlier != NULL && frame != NULL && self->earlier->frame == frame->id;
}

char *
canvas_describe_against (LwCanvas *self, LwAgainst against)
{
  switch (against)
    {
    case LW_AGAINST_PROPOSAL:
      return g_strdup (self->document != NULL && lw_document_get_proposal (self->document) != NULL ? _("Proposal") : _("Nothing is proposed"));
    case LW_AGAINST_REVISION:
      if (!has_earlier (self))
        return g_strdup (_("Reading the revision…"));
      return self->earlier->map != NULL ? describe_earlier (self->earlier) : g_strdup (_("No earlier revision"));
    case LW_AGAINST_PICTURE:
    default:
      return g_strdup (_("Picture"));
    }
}

const LwLabelMap *
canvas_get_against (LwCanvas *self, LwAgainst against)
{
  const LwProposal *proposal = lw_document_get_proposal (self->document);

  if (against == LW_AGAINST_PROPOSAL && proposal != NULL)
    return proposal->map;
  return against == LW_AGAINST_REVISION && has_earlier (self) ? self->earlier->map : NULL;
}

/* ---- the revision ---- */

static void
take_earlier (LwCanvas *self, LwEarlier *earlier)
{
  if (earlier->map == NULL && self->earlier != NULL && earlier->revision == self->earlier->revision)
    earlier->map = g_steal_pointer (&self->earlier->map);
  g_clear_pointer (&self->earlier, lw_earlier_free);
  self->earlier = earlier;
  if (self->compare == LW_AGAINST_REVISION)
    {
      g_autofree char *text = canvas_describe_against (self, LW_AGAINST_REVISION);
      canvas_say (self, text);
    }
  canvas_scene_changed (self);
}

static void
earlier_loaded_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(LwCanvas) self = data;
  g_autoptr(GError) error = NULL;
  LwEarlier *earlier = lw_document_load_earlier_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_clear_object (&self->earlier_load);
  if (error != NULL)
    canvas_say (self, error->message);
  else
    take_earlier (self, earlier);
}

/* One at a time: what is asked for last is what comes. */
static void
load_earlier (LwCanvas *self)
{
  if (self->document == NULL || lw_document_get_planes (self->document) == NULL)
    return;
  canvas_forget_earlier (self, FALSE);
  self->earlier_load = g_cancellable_new ();
  lw_document_load_earlier_async (self->document, has_earlier (self) ? self->earlier->revision : 0, self->earlier_load, earlier_loaded_cb, g_object_ref (self));
}

void
canvas_forget_earlier (LwCanvas *self, gboolean map_too)
{
  g_cancellable_cancel (self->earlier_load);
  g_clear_object (&self->earlier_load);
  if (map_too)
    g_clear_pointer (&self->earlier, lw_earlier_free);
}

/* A stroke after a revision was made makes that one the last before. */
void
canvas_refresh_earlier (LwCanvas *self)
{
  if (self->compare == LW_AGAINST_REVISION || (canvas_get_split (self) != LW_SPLIT_VIEW_OFF && lw_look_get (self->look)->against == LW_AGAINST_REVISION))
    load_earlier (self);
}

/* ---- while a key is held ---- */

void
canvas_set_compare (LwCanvas *self, LwAgainst against)
{
  if (self->compare == against)
    return;
  self->compare = against;
  if (against == LW_AGAINST_REVISION)
    load_earlier (self);
  if (against == LW_AGAINST_PROPOSAL || (against == LW_AGAINST_REVISION && has_earlier (self)))
    {
      g_autofree char *text = canvas_describe_against (self, against);
      canvas_say (self, text);
    }
  canvas_scene_changed (self);
  g_object_notify (G_OBJECT (self), "compare");
}
