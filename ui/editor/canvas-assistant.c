/* canvas-assistant.c: keeps the assistant at the picture on show, and says what it found */
#include "config.h"
#include "editor/canvas-private.h"
#include <glib/gi18n-lib.h>
#include <string.h>

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

/* What was found in another picture goes; what it was to become waits on its frame. */
void
canvas_assist_picture (LwCanvas *self)
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

LwAssistant *
canvas_new_assistant (LwCanvas *self)
{
  return lw_assistant_new (on_assistant_ready_cb, on_assistant_failed_cb, self);
}
