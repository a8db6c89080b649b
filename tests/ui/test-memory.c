/* test-memory.c: what an open frame keeps beside its picture: labels, origins, proposal, confidence and superpixels in 6 bytes a pixel; an undo what its stroke touched */
#include "config.h"
#include "editor/assistant.h"
#include "fixture.h"
#include "label/raster.h"
#include <malloc.h>

#define WIDTH 1920
#define HEIGHT 1080
#define PIXELS ((gsize) WIDTH * HEIGHT)
#define MOST_A_PIXEL 6.0
#define STROKES 100
#define MOST_A_STROKE (192 * 1024)     /* four tiles of two planes, before and packed, and what the heap adds */

static gsize
used (void)
{
  struct mallinfo2 info = mallinfo2 ();
  return info.uordblks + info.hblkhd;
}

static void
ready_cb (gpointer data)
{
}

static void
failed_cb (const char *message, gpointer data)
{
  g_test_message ("%s", message);
}

static void
propose (Fixture *fixture, LwDocument *document)
{
  g_autoptr(LwLabelMap) map = lw_label_map_new (WIDTH, HEIGHT);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      lw_label_map_row (map, y)[x] = (guint8) (x / 100 % 11);
  fixture_propose (fixture, document, map);
}

static void
paint_span (int y, int x0, int x1, gpointer edit)
{
  lw_edit_span (edit, y, x0, x1, 3);
}

static void
paint (LwDocument *document, double x, double y)
{
  LwEdit *edit = lw_document_begin_edit (document, NULL);
  lw_raster_brush (LW_BRUSH_ROUND, x, y, 20, x, y, 20, &(LwRect) { 0, 0, WIDTH, HEIGHT }, paint_span, edit);
  lw_document_end_edit (document, "brush");
}

static void
test_frame (void)
{
  g_autoptr(Fixture) fixture = fixture_new (WIDTH, HEIGHT, 1);
  LwAssistant *assistant = lw_assistant_new (ready_cb, failed_cb, NULL);
  gsize before = used ();
  g_autoptr(LwDocument) document = fixture_open (fixture, 0);

  g_assert_nonnull (lw_document_get_image (document));      /* of this size it is mapped by itself (media/image.c), and not in the heap that is measured */
  propose (fixture, document);
  lw_assistant_set_image (assistant, lw_document_get_image (document));
  fixture_wait (lw_assistant_get_superpixels (assistant, 20) != NULL);
  for (int i = 0; i < 20; i++)      /* what threads held is given back */
    fixture_turn ();
  double a_pixel = (double) (used () - before) / (double) PIXELS;
  g_test_message ("%.2f bytes a pixel beside the picture", a_pixel);
  g_assert_cmpfloat (a_pixel, >, 5);                        /* two planes, the proposal, two of superpixels: or something was not measured */
  g_assert_cmpfloat (a_pixel, <=, MOST_A_PIXEL);

  gsize start = used ();
  for (int i = 0; i < STROKES; i++)
    paint (document, 60 + i * 18, 100 + i * 9);
  fixture_wait (lw_document_get_n_unsaved (document) == 0);
  gsize grown = used () > start ? used () - start : 0;
  g_test_message ("%.1f KiB a stroke", (double) grown / STROKES / 1024);
  g_assert_cmpuint (grown / STROKES, <=, MOST_A_STROKE);
  lw_assistant_free (assistant);
}

int
main (int argc, char *argv[])
{
  mallopt (M_ARENA_MAX, 1);                     /* mallinfo2() counts the first arena, and what is mapped */
  mallopt (M_MMAP_THRESHOLD, 128 * 1024);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/memory/frame", test_frame);
  return g_test_run ();
}
