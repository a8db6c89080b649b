/* pixel-line.c: a line that says who or what set the pixel of a picture under the pointer, and when */
#include "config.h"
#include "pixel-line.h"

#include <glib/gi18n-lib.h>
#include "project/format.h"
#include "project/work.h"
#include "store/provenance.h"

#define REST_MS 150          /* before the journal is asked: a moving hand reads nothing */

typedef struct { gint64 frame, revision; int x, y; } Place;

struct _LwPixelLine
{
  AdwBin parent_instance;
  GtkLabel *label;
  GtkWidget *picture;          /* not owned: beside the line in one template */
  LwDesk *desk;
  Place place;
  int width, height;
  guint timeout;
  GCancellable *running;
};

G_DEFINE_FINAL_TYPE (LwPixelLine, lw_pixel_line, ADW_TYPE_BIN)

/* A pixel that can't be asked about now has nothing to say: no reason to disturb anybody. */
static gpointer
find_pixel (LwProject *project, gpointer wanted, LwOperation *operation, GCancellable *cancellable, GError **error)
{
  const Place *place = wanted;
  return lw_project_find_pixel (project, place->frame, place->revision, place->x, place->y, NULL);
}

static const char *
name_class (LwPixelLine *self, guint8 id)
{
  const LwClass *class = id != LW_LABEL_NONE ? lw_palette_find_id (lw_document_get_palette (lw_desk_get_document (self->desk)), id) : NULL;
  return class != NULL ? class->name : id == LW_LABEL_NONE ? _("Not labelled") : _("Unknown class");
}

static void
show_pixel (gpointer owner, gpointer found, gpointer wanted)
{
  LwPixelLine *self = owner;
  const LwPixel *pixel = found;
  const Place *place = wanted;
  if (pixel == NULL || self->label == NULL)
    return;
  g_autofree char *where = g_strdup_printf ("%d, %d", place->x, place->y), *time = pixel->stroke != NULL ? lw_format_time (pixel->created) : NULL;
  gboolean by_hand = pixel->kind == LW_ORIGIN_PERSON || pixel->name == NULL;
  /* Of what a model or an import set it is worth knowing who brought that in. */
  const char *parts[] = { where, name_class (self, pixel->class_id), pixel->name, !by_hand && pixel->actor != NULL ? pixel->actor : time, !by_hand ? time : NULL, NULL };
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL)
      g_ptr_array_add (texts, (char *) parts[i]);
  g_ptr_array_add (texts, NULL);
  g_autofree char *text = g_strjoinv (" · ", (char **) texts->pdata);
  gtk_label_set_label (self->label, text);
}

static const LwWork find_work = { find_pixel, (GDestroyNotify) lw_pixel_free, show_pixel, N_("Could not read the journal"), NULL };

static gboolean
on_rest_cb (gpointer data)
{
  LwPixelLine *self = data;
  self->timeout = 0;
  lw_work_start (self->desk, self, &find_work, g_memdup2 (&self->place, sizeof self->place), g_free, lw_work_supersede (&self->running));
  return G_SOURCE_REMOVE;
}

static void
forget (LwPixelLine *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  lw_work_cancel (&self->running);
  if (self->label != NULL)
    gtk_label_set_label (self->label, "");
}

static void
on_motion_cb (LwPixelLine *self, double x, double y)
{
  int across = gtk_widget_get_width (self->picture), down = gtk_widget_get_height (self->picture);
  forget (self);
  if (self->width == 0 || across == 0 || down == 0)
    return;
  double scale = MIN ((double) across / self->width, (double) down / self->height);
  double column = (x - (across - scale * self->width) / 2) / scale, row = (y - (down - scale * self->height) / 2) / scale;
  if (column < 0 || row < 0 || column >= self->width || row >= self->height)
    return;
  self->place.x = (int) column;
  self->place.y = (int) row;
  self->timeout = g_timeout_add (REST_MS, on_rest_cb, self);
}

void
lw_pixel_line_watch (LwPixelLine *self, GtkPicture *picture, LwDesk *desk)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  self->picture = GTK_WIDGET (picture);
  self->desk = g_object_ref (desk);
  g_signal_connect_object (motion, "motion", G_CALLBACK (on_motion_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (motion, "leave", G_CALLBACK (forget), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->picture, motion);
}

void
lw_pixel_line_set_state (LwPixelLine *self, gint64 frame, gint64 revision, int width, int height)
{
  forget (self);
  self->place = (Place) { frame, revision, 0, 0 };
  self->width = width;
  self->height = height;
}

static void
lw_pixel_line_dispose (GObject *object)
{
  LwPixelLine *self = LW_PIXEL_LINE (object);
  g_clear_handle_id (&self->timeout, g_source_remove);
  lw_work_cancel (&self->running);
  g_clear_object (&self->desk);
  self->label = NULL;
  self->width = 0;
  G_OBJECT_CLASS (lw_pixel_line_parent_class)->dispose (object);
}

static void
lw_pixel_line_class_init (LwPixelLineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lw_pixel_line_dispose;
}

static void
lw_pixel_line_init (LwPixelLine *self)
{
  self->label = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_ellipsize (self->label, PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (self->label, 1);
  gtk_widget_set_css_classes (GTK_WIDGET (self->label), (const char *[]) { "dim-label", "numeric", NULL });
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->label));
}
