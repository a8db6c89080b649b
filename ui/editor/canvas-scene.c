/* canvas-scene.c: what the canvas shows: which labels, in which style and colours, over which picture */
#include "config.h"
#include "editor/canvas-private.h"

static gboolean
shows_labels (LwCanvas *self)
{
  return !self->peek && (self->toolbox == NULL || lw_toolbox_get_overlay_visible (self->toolbox));
}

/* Not over the labels where it stands beside them. */
static gboolean
shows_hatch (LwCanvas *self)
{
  gboolean beside = canvas_get_split (self) != LW_SPLIT_VIEW_OFF && lw_look_get (self->look)->against == LW_AGAINST_PROPOSAL;
  return !beside && (self->toolbox == NULL || lw_toolbox_get_show_proposal (self->toolbox));
}

static void
show_proposal (LwCanvas *self, LwScene *scene)
{
  const LwProposal *proposal = lw_document_get_proposal (self->document);

  if (proposal == NULL)
    return;
  if (shows_hatch (self))
    scene->proposal = proposal->map;
  if (scene->proposal != NULL || self->compositor.unsure)
    scene->confidence = proposal->confidence;
}

gboolean
canvas_get_scene (LwCanvas *self, LwScene *scene)
{
  *scene = (LwScene) { .width = self->view.image_width, .height = self->view.image_height };
  if (self->playback_image != NULL)
    {
      scene->image = self->playback_image;
      scene->labels = shows_labels (self) ? self->playback_map : NULL;
      return TRUE;
    }

  const LwPlanes *planes = self->document != NULL ? lw_document_get_planes (self->document) : NULL;
  if (planes == NULL)
    return FALSE;
  scene->image = lw_document_get_image (self->document);
  if (!shows_labels (self))
    return TRUE;
  if (self->compare != LW_AGAINST_PICTURE)
    {
      scene->labels = canvas_get_against (self, self->compare);
      return TRUE;
    }
  scene->labels = planes->plane[LW_PLANE_CLASS];
  scene->origins = planes->plane[LW_PLANE_ORIGIN];
  show_proposal (self, scene);
  return TRUE;
}

gboolean
canvas_get_other_scene (LwCanvas *self, LwScene *scene)
{
  if (!canvas_get_scene (self, scene))
    return FALSE;
  *scene = (LwScene) { .width = scene->width, .height = scene->height, .image = scene->image };
  if (self->playback_image == NULL && shows_labels (self))
    scene->labels = canvas_get_against (self, lw_look_get (self->look)->against);
  return TRUE;
}

void
canvas_scene_changed (LwCanvas *self)
{
  lw_tiles_damage_all (self->tiles);
  lw_tiles_damage_all (self->other_tiles);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
canvas_update_colours (LwCanvas *self)
{
  gboolean hidden[256] = { FALSE };

  if (self->document == NULL)
    return;
  for (int id = 0; self->toolbox != NULL && id < 256; id++)
    hidden[id] = lw_toolbox_is_hidden (self->toolbox, (guint8) id);
  lw_compositor_set_colours (&self->compositor, lw_document_get_palette (self->document), hidden,
                             self->toolbox != NULL ? lw_toolbox_get_opacity (self->toolbox) : 0.5);
  canvas_scene_changed (self);
}

/* ---- the look ---- */

/* Each picture has its own values to be equalised. */
void
canvas_update_curves (LwCanvas *self)
{
  LwImage *image = self->playback_image != NULL ? self->playback_image : self->document != NULL ? lw_document_get_image (self->document) : NULL;

  if (self->look == NULL)
    return;
  lw_curves_set (&self->compositor.curves, &lw_look_get (self->look)->picture, image);
  canvas_scene_changed (self);
}

void
canvas_update_people (LwCanvas *self)
{
  for (int origin = 0; origin < 256; origin++)
    self->compositor.sure[origin] = lw_document_is_hand_work (self->document, (guint8) origin);
}

static void
style_changed (LwCanvas *self)
{
  const LwLookState *look = lw_look_get (self->look);

  self->compositor.style = look->style;
  self->compositor.unsure = look->unsure;
  canvas_scene_changed (self);
}

void
lw_canvas_set_look (LwCanvas *self, LwLook *look)
{
  static const char *const of_picture[] = { "brightness", "contrast", "equalise", "channel" };

  g_return_if_fail (LW_IS_CANVAS (self) && (look == NULL || LW_IS_LOOK (look)));

  if (self->look == look)
    return;
  if (self->look != NULL)
    g_signal_handlers_disconnect_by_data (self->look, self);
  g_set_object (&self->look, look);
  if (look == NULL)
    return;
  g_signal_connect_swapped (look, "notify::label-style", G_CALLBACK (style_changed), self);
  g_signal_connect_swapped (look, "notify::unsure", G_CALLBACK (style_changed), self);
  g_signal_connect_swapped (look, "notify::split", G_CALLBACK (canvas_split_changed), self);
  g_signal_connect_swapped (look, "notify::against", G_CALLBACK (canvas_split_changed), self);
  g_signal_connect_swapped (look, "notify::divider", G_CALLBACK (gtk_widget_queue_draw), self);
  for (gsize i = 0; i < G_N_ELEMENTS (of_picture); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", of_picture[i], NULL);
      g_signal_connect_swapped (look, signal, G_CALLBACK (canvas_update_curves), self);
    }
  style_changed (self);
  canvas_update_curves (self);
  canvas_split_changed (self);
}
