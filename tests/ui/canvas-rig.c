/* canvas-rig.c: the window of the canvas tests */
#include "config.h"
#include "canvas-rig.h"
#include <gdk/x11/gdkx.h>
#include <stdarg.h>
#include "editor/canvas-private.h"

Rig *
rig_new (int window_width, int window_height, int image_width, int image_height)
{
  Rig *rig = g_new0 (Rig, 1);

  rig->fixture = fixture_new (image_width, image_height, 2);
  rig->document = fixture_open (rig->fixture, 0);
  rig->toolbox = lw_toolbox_new ();
  rig->canvas = g_object_ref_sink (lw_canvas_new ());
  lw_canvas_set_document (LW_CANVAS (rig->canvas), rig->document);
  lw_canvas_set_toolbox (LW_CANVAS (rig->canvas), rig->toolbox);
  rig->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (rig->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (rig->window), window_width, window_height);
  gtk_window_set_child (GTK_WINDOW (rig->window), rig->canvas);
  gtk_window_present (GTK_WINDOW (rig->window));
  fixture_wait (gtk_widget_get_mapped (rig->canvas) && gtk_widget_get_width (rig->canvas) == window_width);
  gtk_widget_grab_focus (rig->canvas);
  rig_settle ();
  return rig;
}

void
rig_free (Rig *rig)
{
  if (rig->window != NULL)
    gtk_window_destroy (GTK_WINDOW (rig->window));
  g_clear_object (&rig->canvas);
  g_clear_object (&rig->document);
  g_clear_object (&rig->toolbox);
  fixture_free (rig->fixture);
  g_free (rig);
}

const LwLabelMap *
rig_labels (Rig *rig)
{
  return lw_document_get_planes (rig->document)->plane[LW_PLANE_CLASS];
}

/* What the display has told so far is taken in, and drawn. */
void
rig_settle (void)
{
  gint64 end = g_get_monotonic_time () + 80 * 1000;

  gdk_display_sync (gdk_display_get_default ());
  while (g_main_context_pending (NULL) || g_get_monotonic_time () < end)
    fixture_turn ();
}

/* Neither is anything on its way from other threads, nor motion in GDK's queue, which is handed on with the next frame. */
void
rig_rest (Rig *rig)
{
  gint64 frame = 0;
  GdkFrameClock *clock = gtk_widget_get_frame_clock (rig->window);

  rig_settle ();
  if (clock != NULL && gtk_widget_get_mapped (rig->window))
    {
      frame = gdk_frame_clock_get_frame_counter (clock);
      gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
      fixture_wait (gdk_frame_clock_get_frame_counter (clock) > frame);
    }
  if (rig->document != NULL)
    fixture_wait (!lw_document_is_loading (rig->document));
  if (rig->canvas != NULL)
    fixture_wait (!lw_assistant_is_busy (LW_CANVAS (rig->canvas)->assistant));
  rig_settle ();
}

static void
exited_cb (GObject *process, GAsyncResult *result, gpointer done)
{
  g_autoptr(GError) error = NULL;

  g_subprocess_wait_check_finish (G_SUBPROCESS (process), result, &error);
  g_assert_no_error (error);
  *(gboolean *) done = TRUE;
}

static void
run_xdotool (Rig *rig, const char *words_of_hand)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) words = NULL;
  gboolean done = FALSE;
  gulong window = gdk_x11_surface_get_xid (gtk_native_get_surface (GTK_NATIVE (rig->window)));
  g_autofree char *line = g_strdup_printf ("xdotool windowfocus %lu %s", window, words_of_hand);

  g_assert_true (g_shell_parse_argv (line, NULL, &words, &error));
  g_autoptr(GSubprocess) process = g_subprocess_newv ((const char *const *) words, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_subprocess_wait_check_async (process, NULL, exited_cb, &done);
  fixture_wait (done);
}

void
rig_hand (Rig *rig, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *all = g_strdup_vprintf (format, args);
  va_end (args);
  g_auto(GStrv) parts = g_strsplit (all, " wait ", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      run_xdotool (rig, parts[i]);
      rig_rest (rig);
    }
}

guint32 *
rig_render (Rig *rig, int *width, int *height)
{
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (rig->window));
  g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new (rig->canvas);
  GskRenderNode *node = NULL;

  *width = gtk_widget_get_width (rig->canvas);
  *height = gtk_widget_get_height (rig->canvas);
  for (int i = 0; i < 100 && node == NULL; i++)      /* empty as long as the window has something to draw */
    {
      GtkSnapshot *snapshot = gtk_snapshot_new ();
      rig_settle ();
      gdk_paintable_snapshot (paintable, snapshot, *width, *height);
      node = gtk_snapshot_free_to_node (snapshot);
    }
  g_autoptr(GdkTexture) texture = gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, (float) *width, (float) *height));
  gsk_render_node_unref (node);
  guint32 *pixels = g_new (guint32, (gsize) *width * (gsize) *height);
  gdk_texture_download (texture, (guchar *) pixels, (gsize) *width * 4);
  return pixels;
}

void
rig_to_image (Rig *rig, double x, double y, double *image_x, double *image_y)
{
  /* From the public zoom alone: the fitted image lies in the middle. */
  const LwFrame *frame = lw_document_get_frame (rig->document);
  double zoom = lw_canvas_get_zoom (LW_CANVAS (rig->canvas));

  *image_x = (x - (gtk_widget_get_width (rig->canvas) - frame->width * zoom) / 2) / zoom;
  *image_y = (y - (gtk_widget_get_height (rig->canvas) - frame->height * zoom) / 2) / zoom;
}
